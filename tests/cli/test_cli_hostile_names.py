"""Names that something could read go from a result to tables and from tables to readers as they are."""

import csv
import json

import pytest

from lensim.assay import find_assay
from lensim.inference.observations import observations_of
from lensim.output import load_result, save_result
from lensim.plain_text import visible
from tests.cli.test_cli import run
from tests.report.made_up_fits import ASSAYS, made_up_fit, renamed
from tests.report.test_report_hostile_names import names_of

NAMES = (
    "[/x]", "[bold]", "$x$", "a$b", r"\\alpha", "{}", "%s", "<script>", "&amp;", "a\nb", "a\tb", "\x1b[2J",
    "\u202egnp", "K\u200b", "=cmd()", "+1", "-1", "@x", "/etc/passwd", "../x", "CON", 300 * "y", "\u2800", "a/b",
    'a"b', "a;b", "a,b", "'x", "#x", "{{ 7*7 }}", "%(x)s", "..", "~", "-", "None", "nan",
)  # fmt: skip
# Readers take a blank for a tab or a line end in a name, and a file with an escape for a binary one.
WRITTEN = tuple(name for name in NAMES if name.isascii() <= name.isprintable())
# dims whose names a table has, and what else a reader asks of it
TABLES = {
    "dose_response": (("cell_line",), ("--counting-minutes", "1")),
    "expression": (("subject", "gene"), ()),
    "bioassay": (("cell_line",), ()),
    "cell_cycle": (("cell_line",), ()),
}


def hostile(assay: str, start: int):
    """A fit whose names are hostile, with those names."""
    fit = made_up_fit(assay)
    found = list(dict.fromkeys(names_of(fit)))
    names = {name: NAMES[(start + k) % len(NAMES)] + str(k // len(NAMES) or "") for k, name in enumerate(found)}
    tree = renamed(fit, names)
    tree.attrs |= {"settings": json.dumps({"sampler": {"draws": 60}})}
    return tree, set(names.values())


def cells(path) -> set[str]:
    with path.open(encoding="utf-8", newline="") as opened:
        return {cell for row in csv.reader(opened) for cell in row}


@pytest.mark.parametrize("start", [0, 12, 24])
@pytest.mark.parametrize("assay", ASSAYS)
def test_names_go_through_result_tables_and_page_as_they_are(assay, start, tmp_path, capsys):
    tree, names = hostile(assay, start)
    path = tmp_path / "[bold]$x$.nc"
    save_result(tree, path)
    assert set(names_of(load_result(path))) == names
    status, out, error = run(capsys, "summarize", path, "--csv", tmp_path / "tables")
    assert (status, "Traceback" in error) == (0, False), error
    assert visible(out) == out
    told = {cell for one in (tmp_path / "tables").glob("*.csv") for cell in cells(one)}
    assert "[bold]$x$" not in told
    assert names & told, told
    changed = {visible(name, keep="") for name in names} - names
    assert not changed & told  # a table has the names, not how they are shown
    status, _, error = run(capsys, "report", path, "--out", tmp_path / "page.html", "--no-figures")
    assert (status, "Traceback" in error) == (0, False), error
    assert "<script>" not in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("start", [0, 12, 24])
@pytest.mark.parametrize("assay", ASSAYS)
def test_names_go_through_a_table_as_they_are(assay, start, tmp_path, capsys):
    dims, options = TABLES[assay]
    data = observations_of(made_up_fit(assay))
    k = start
    for dim in dims:
        places = range(k, k + data.sizes[dim])
        own = [WRITTEN[one % len(WRITTEN)] + str(one // len(WRITTEN) or "") for one in places]
        data, k = data.assign_coords({dim: own}), k + len(own)
    if assay == "expression":
        data.attrs["calibrator"] = str(data["subject"].to_numpy()[0])
    write = find_assay(assay).write
    assert write is not None
    write(data, tmp_path / "first.csv")
    for name, made in (("first.csv", "second.csv"), ("second.csv", "third.csv")):
        status, out, error = run(
            capsys, "read", assay.replace("_", "-"), tmp_path / name, *options, "--out", tmp_path / made
        )
        assert status == 0, error
        assert visible(out) == out
    assert cells(tmp_path / "third.csv") == cells(tmp_path / "second.csv")
    names = {str(name) for dim in dims for name in data[dim].to_numpy()}
    assert names <= cells(tmp_path / "third.csv")
