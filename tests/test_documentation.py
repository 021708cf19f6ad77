"""The documentation: it builds without a warning, its examples run, no link is dead, and no network is needed."""

import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.calibration.designs import DESIGNS
from docs.site.docstring import parts_of, with_literal_blocks
from docs.site.evidence_rows import SECTIONS, calibrations_of, page_at, tables_of, worlds_of
from docs.site.extension import with_breaks
from docs.site.kernel import merged
from docs.site.links import faults_of, read_page
from docs.site.model_graph import folded, layers_of, nodes_of, rows_of
from lensim.callable_package import CallablePackage
from lensim.inference.catalogue import catalogue
from tests.source_tree import ROOT

DOCS = ROOT / "docs"
ADVICE = tomllib.loads((DOCS / "models" / "advice.toml").read_text(encoding="utf-8"))
OWN_MODELS = [
    name for name, entry in catalogue().items() if getattr(entry.build, "_at", ("",))[0].startswith("lensim.")
]
DOCUMENTED = [
    name
    for page in sorted((DOCS / "reference").glob("*.md"))
    for name in re.findall(r"\.\. auto\w+:: (\S+)", page.read_text(encoding="utf-8"))
]
CLICKS = 2


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The built pages; cells that ran before with the same text are taken from build/docs-cells."""
    for needed in ("sphinx", "myst_nb", "numpydoc", "pydata_sphinx_theme"):
        pytest.importorskip(needed, reason=f"the documentation needs {needed}: pip install 'lensim[docs]'")
    out = tmp_path_factory.mktemp("docs") / "html"
    command = [sys.executable, "-m", "docs.site", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return out


def test_it_builds_without_a_warning_or_a_dead_link(site):
    assert faults_of(site) == []
    assert len(list(site.rglob("*.html"))) > 80


def test_every_question_and_every_card_is_two_clicks_from_the_front_page(site):
    def linked(pages: set[Path]) -> set[Path]:
        return {
            (page.parent / link.partition("#")[0]).resolve()
            for page in pages
            for link in read_page(page).links
            if link.partition("#")[0].endswith(".html") and "://" not in link
        }

    reached = {(site / "index.html").resolve()}
    for _ in range(CLICKS):
        reached |= linked(reached)
    asked = [*(site / "tasks").glob("*.html"), *(site / "models" / "cards").glob("*.html")]
    assert [str(page.relative_to(site)) for page in asked if page.resolve() not in reached] == []


def test_cells_have_outputs(site):
    pages = [page for page in DOCS.rglob("*.md") if "{code-cell}" in page.read_text(encoding="utf-8")]
    assert len(pages) > 10
    empty = [page for page in pages if "cell_output" not in _built(site, page)]
    assert empty == []


def _built(site: Path, page: Path) -> str:
    return (site / page.relative_to(DOCS)).with_suffix(".html").read_text(encoding="utf-8")


def test_every_page_of_figures_and_tables_has_words_for_who_cannot_see_them(site):
    silent = [
        f"{page.name}: {image}"
        for page in site.rglob("*.html")
        if "_static" not in page.parts
        for image in re.findall(r"<img[^>]*>", page.read_text(encoding="utf-8"))
        if 'alt="' not in image
    ]
    assert silent == []


def test_every_model_has_a_card():
    assert sorted(ADVICE) == sorted(OWN_MODELS)
    for name in OWN_MODELS:
        assert ADVICE[name]["not"]
        assert (DOCS / ADVICE[name]["checked"]).exists()
        parts = parts_of(catalogue()[name].build.function)
        assert parts.summary
        assert parts.equations
        assert {"Needs", "Declares", "Source"} <= set(parts.lists), name


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_public_name_says_what_it_is_and_what_it_takes(name):
    found = _object(name)
    text = inspect.getdoc(found) or ""
    assert text.strip()
    if inspect.isclass(found):
        return
    taken = set(inspect.signature(found).parameters)
    told = set(re.findall(r"\w+", text))
    if any(words in text for words in ("as for `dose_response`", "else as `cell_cycle`")):
        told |= {"design", "population", "faults", "seed"}  # these are told there
    assert taken - told == set()


def _object(name: str) -> object:
    module, _, attribute = name.rpartition(".")
    found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, CallablePackage):
        module, attribute = found.__function_at__
        found = getattr(importlib.import_module(module), attribute)
    return found


def _methods(name: str) -> list[str]:
    """Public methods of a class, without functions that are the default of a field."""
    found = _object(name)
    held = dict(vars(found)) if inspect.isclass(found) else {}
    fields = held.get("__annotations__", {}) | dict.fromkeys(held.get("__dataclass_fields__", {}))
    return [
        f"{name}.{method}"
        for method, value in held.items()
        if not method.startswith("_") and inspect.isfunction(value) and method not in fields
    ]


@pytest.mark.parametrize("name", [method for name in DOCUMENTED for method in _methods(name)])
def test_every_public_method_says_what_it_takes(name):
    of, _, method = name.rpartition(".")
    found = getattr(_object(of), method)
    text = inspect.getdoc(found) or ""
    assert text.strip()
    assert set(inspect.signature(found).parameters) - {"self"} - set(re.findall(r"\w+", text)) == set()


@pytest.mark.parametrize("name", ["dose_response_hierarchical", "level_groups", "cell_cycle_phases"])
def test_the_graph_of_a_model_is_that_of_its_equations(name):
    nodes = nodes_of(catalogue()[name].build(DESIGNS[name]()))
    layers = layers_of(nodes)
    by_name = {node.name: node for node in nodes}
    assert all(layers[parent] < layers[node.name] for node in nodes for parent in node.parents)
    assert not [node.name for node in nodes if node.name.endswith("_coordinate")]
    assert sum(node.kind == "observed" for node in nodes) >= 1
    if name == "dose_response_hierarchical":
        assert by_name["log10_ec50_um"].parents == ("group_log10_ec50_um", "sigma_log10_ec50_um")
        assert by_name["group_log10_ec50_um"].parents == ("mu_log10_ec50_um", "sigma_group_log10_ec50_um")
        assert by_name["culture_log_hill_slope"].parents == ("log_hill_slope", "sd_experiment_log_hill_slope")
    kept, given = folded(nodes)
    assert sorted([*(node.name for node in kept), *(one for held in given.values() for one in held)]) == sorted(by_name)
    assert sorted(one for row in rows_of(kept) for one in row) == sorted(node.name for node in kept)


def test_rows_of_evidence_are_found():
    page = page_at(DOCS, "calibration.md")
    rows = calibrations_of(page, "level_groups")
    assert [row["engine"] for row in rows] == sorted({"exact"} | {row["engine"] for row in rows})
    assert all("in place of" in row["wrong twin"] for row in rows)
    assert calibrations_of(page, "no_such_model") == []
    worlds = page_at(DOCS, "worlds.md")
    names = {kind: worlds_of(worlds, kind)[0] for kind in SECTIONS}
    assert all(names.values())
    assert not set(names["dose_response"]) & set(names["columns"])
    assert next(tables_of("| a | b |\n|---|---|\n| 1 | 2 |\n")) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="gone.html">x</a>', "links to gone.html, which is not there"),
        ('<a href="#nowhere">x</a>', "links to #nowhere, which has no such place"),
        ('<a href="other.html#nowhere">x</a>', "links to other.html#nowhere, which has no such place"),
        ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn.example/x.js from a network"),
        ('<link href="//fonts.example/x.css">', "loads //fonts.example/x.css from a network"),
        ('<img src="gone.png">', "loads gone.png, which is not there"),
        ('<a id="here" href="#here">x</a><a href="other.html#there">x</a><a href="https://doi.org/1">x</a>', ""),
    ],
)
def test_a_dead_link_is_found(tmp_path, body, fault):
    (tmp_path / "page.html").write_text(f"<html>{body}</html>")
    (tmp_path / "other.html").write_text('<p id="there">x</p>')
    assert faults_of(tmp_path) == ([f"page.html: {fault}"] if fault else [])


def test_a_style_sheet_of_a_network_is_found(tmp_path):
    (tmp_path / "a.css").write_text(
        '@import "https://fonts.example/x.css"; b { background: url("http://x.example/y") }'
    )
    assert len(faults_of(tmp_path)) == 2


def test_equations_of_docstrings_are_shown_as_typed():
    lines = ["What it is.", "", "    x = 1", "    y = 2", "", "More.", "", "Parameters", "----------", "a", "    b"]
    assert with_literal_blocks(lines) == [*lines[:2], "::", "", *lines[2:]]


@given(st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.text(max_size=5))))
def test_pieces_of_a_stream_are_joined_with_nothing_between(pieces):
    """A command's output comes in pieces that may end within a word."""
    table = {"output_type": "display_data", "data": {}}
    outputs = merged([*({"output_type": "stream", "name": name, "text": text} for name, text in pieces), table])
    streams = {one["name"]: one["text"] for one in outputs if one["output_type"] == "stream"}
    assert streams == {name: "".join(text for own, text in pieces if own == name) for name in dict(pieces)}
    assert list(streams) == list(dict(pieces))
    assert outputs[-1] == table


def test_long_names_break_behind_an_underscore_and_links_stay():
    html = '<a href="a_b.html">dose_response</a> <h1>level_groups</h1>'
    broken = '<a href="a_b.html">dose_<wbr>response</a> <h1>level_<wbr>groups</h1>'
    assert with_breaks(html) == broken


def test_no_code_is_broken_within_a_word():
    rule = re.search(r"\.bd-article pre \{([^}]*)\}", (DOCS / "_static" / "site.css").read_text(encoding="utf-8"))
    assert rule
    assert "white-space: pre;" in rule[1]
    assert "overflow-x: auto" in rule[1]
