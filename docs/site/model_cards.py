"""A card for each model of the catalogue, written from the code and from the pages of evidence."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.calibration.designs import DESIGNS
from docs.site.docstring import parts_of, reasons_of
from docs.site.evidence_rows import calibrations_of, markdown, page_at, worlds_of
from docs.site.model_graph import Node, nodes_of, svg_of
from lensim.assay import assay_names, find_assay
from lensim.inference.catalogue import ModelEntry, catalogue
from lensim.summaries.model_data import summary_data
from lensim.summaries.summary import PublishedSummary

FOLDER: Final = "cards"
ADVICE: Final = "advice.toml"
WIDE: Final = "---\nhtml_theme.sidebar_secondary.remove: true\n---\n"
LEGEND: Final = (
    "*Blue: parameters. White: computed. Grey: observed. An arrow goes from what a variable is given to it. Numbers "
    'that stand above one variable alone are in its box, after "given".*'
)


def write_cards(docs: Path) -> None:
    """Write docs/models/cards: a page and a graph for each model, and a table of all of them."""
    folder = docs / "models" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    advice = tomllib.loads((docs / "models" / ADVICE).read_text(encoding="utf-8"))
    known = {name: entry for name, entry in catalogue().items() if name in advice}
    for name, entry in known.items():
        nodes = _nodes(name, entry)
        _write(folder / f"{name}.svg", svg_of(nodes))
        _write(folder / f"{name}.md", "\n".join(_card(docs, name, entry, advice[name], nodes)))
    rows = [{"model": f"[{name}]({FOLDER}/{name}.md)", "answers": entry.question} for name, entry in known.items()]
    _write(folder / "_table.md", markdown(rows, ("model", "answers")) + "\n")


def _write(path: Path, text: str) -> None:
    """Only where it differs, so that a page that did not change is not built again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _nodes(name: str, entry: ModelEntry) -> list[Node]:
    """Variables of the model on a small design."""
    data = DESIGNS[name]() if name in DESIGNS else _printed()
    return nodes_of(entry.build(data, None, entry.slots(data)) if entry.slots else entry.build(data))


def _printed() -> Any:
    """A summary as a paper prints it; `published_summary` has no design, since its data are a few numbers."""
    text: dict[str, Any] = {"median": "292", "minimum": "170", "maximum": "509"}
    return summary_data(PublishedSummary(name="TNF", n=4, scale="percent_of_control", increases=4, **text))


def _equations(text: str) -> str:
    """Paragraphs with an equation as they are typed; the others as text."""
    return "\n\n".join(
        f"```text\n{part}\n```" if any(sign in part for sign in ("~", " = ")) else part for part in text.split("\n\n")
    )


def _card(docs: Path, name: str, entry: ModelEntry, advice: Mapping[str, Any], nodes: list[Node]) -> Iterator[str]:
    parts = parts_of(getattr(entry.build, "function", entry.build))
    yield WIDE
    yield f"# {name}\n\n{parts.summary}\n\n**For**: {advice['for']}\n\n**Engines**: {_engines(name)}.\n"
    yield f"## Equation\n\n{_equations(parts.equations)}\n"
    yield f"## Graph\n\n![Graph of {name}]({name}.svg)\n\n{LEGEND} [The graph alone]({name}.svg), to enlarge it.\n"
    yield from (f"**{title}**: {text}\n" for title, text in parts.lists.items() if title != "Raises")
    yield f"## Variables\n\n{_variables(nodes)}\n"
    yield f"## Priors and their reason\n\n{''.join(_priors(entry.priors))}"
    yield "Other numbers go into `priors=` of `lensim.fit` or a TOML file for `--priors`.\n"
    yield f"## Calibration\n\n{_calibration(docs, name)}\n"
    yield f"## Where the data are not what it says\n\n{_worlds(docs, advice)}\n"
    yield "## When not to use it\n\n" + "\n".join(f"* {one}" for one in advice["not"]) + "\n"


def _engines(name: str) -> str:
    found = [
        f"`{engine.name}`" for assay in assay_names() for engine in find_assay(assay).engines if name in engine.models
    ]
    return ", ".join([*found, "`nuts`"])


def _variables(nodes: list[Node]) -> str:
    rows = [
        {
            "variable": f"`{node.name}`",
            "dims": ", ".join(node.dims) or "one number",
            "law": node.law or "computed",
            "given": ", ".join(f"`{one}`" for one in node.parents) or "numbers of the priors",
        }
        for node in nodes
    ]
    return markdown(rows, ("variable", "dims", "law", "given"))


def _priors(priors: type[Any]) -> Iterator[str]:
    """Reasons and numbers of a dataclass of priors, of each part where it has parts."""
    held = priors()
    own = [one for one in fields(priors) if not is_dataclass(getattr(held, one.name))]
    yield f"{reasons_of(priors)}\n\n"
    if own:
        rows = [{"prior": f"`{one.name}`", "number": f"{getattr(held, one.name):g}"} for one in own]
        yield f"{markdown(rows, ('prior', 'number'))}\n\n"
    for one in fields(priors):
        if is_dataclass(part := getattr(held, one.name)):
            yield f"**`{one.name}`**. "
            yield from _priors(type(part))


def _calibration(docs: Path, name: str) -> str:
    rows = calibrations_of(page_at(docs, "calibration.md"), name)
    more = "What each column means is in [Calibration](../../evidence/calibration.md)."
    if not rows:
        return f"`make calibrate` has no simulations of this model yet. {more}"
    columns = ("engine", "simulations", "quantities", "P", "of", "intercept", "slope", "wrong twin", "P of wrong twin")
    said = "Truths were drawn from the priors and found again. A model fails below a P of 1e-6; its wrong twin must."
    return f"{said}\n\n{markdown(rows, columns)}\n\n{more}"


def _worlds(docs: Path, advice: Mapping[str, Any]) -> str:
    anchor = f"#{advice['section']}" if "section" in advice else ""
    else_checked = f"[What else was checked](../../{advice['checked']}{anchor})."
    if not advice["worlds"]:
        return f"No worlds were simulated for this model. {else_checked}"
    names, failing = worlds_of(page_at(docs, "worlds.md"), advice["worlds"])
    said = (
        f"{len(names)} [worlds](../../evidence/worlds.md) were simulated for this model, most with one change "
        f"that it does not know. In {len({row['world'] for row in failing})} of them some 90% intervals do not hold "
        "90% of truths, within error"
    )
    if not failing:
        return f"{said}. {else_checked}"
    rows = [row | {"holds": f"{row['covered 90%']}%", "told": f"{row['told %']}%"} for row in failing]
    table = markdown(rows, ("world", "of", "holds", "told"))
    return (
        f"{said}:\n\n{table}\n\n*Told*: percent of studies in which lensim says that something is odd. {else_checked}"
    )
