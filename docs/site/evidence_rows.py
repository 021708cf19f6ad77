"""Rows of the pages of evidence that belong to one model."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

Row = dict[str, str]
SECTIONS: Final = {
    "dose_response": "## Dose-response panels",
    "columns": "## Dose-response panels",
    "expression": "## RT-qPCR studies",
    "ratios": "## RT-qPCR studies",
}
OF_OTHERS: Final = {"columns": "by column", "ratios": "ratio", "": "percents"}
"""A word in the name of a world that another model than the first of its section fits; percents have no answers."""


def tables_of(text: str) -> Iterator[list[Row]]:
    """Every Markdown table of a text, a dict a row, by the names of its header."""
    block: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            block.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif block:
            head, _, *body = block
            yield [dict(zip(head, cells, strict=False)) for cells in body]
            block = []


def calibrations_of(page: str, model: str) -> list[Row]:
    """Rows of a model on the page of calibration, one an engine, with what the wrong twin was."""
    tables = list(tables_of(page))
    rows = [row for row in tables[0] if row["model"] == model]
    told = [row for table in tables for row in table if "what is wrong in the truths" in row]
    twins = {(row["model"], row["engine"]): row for row in told}
    for row in rows:
        twin = twins.get((model, row["engine"]))
        row["wrong twin"] = twin["what is wrong in the truths"] if twin else "not measured"
    return rows


def worlds_of(page: str, kind: str) -> tuple[list[str], list[Row]]:
    """Names of the worlds of a kind, and the rows of them whose 90% intervals do not hold.

    Parameters
    ----------
    page
        The page of worlds.
    kind
        dose_response or expression; columns: panels with a column for each dose; ratios: studies without Cts.
    """
    first = next(tables_of(page.split(SECTIONS[kind])[1]))
    names = [row["world"] for row in first if _is_of(row["world"], kind)]
    failing = next(tables_of(page))
    return names, [row for row in failing if row["world"] in names]


def _is_of(world: str, kind: str) -> bool:
    if kind in OF_OTHERS:
        return OF_OTHERS[kind] in world
    return not any(word in world for word in OF_OTHERS.values())


def markdown(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """A Markdown table of some columns."""
    lines = [f"| {' | '.join(columns)} |", f"| {' | '.join('---' for _ in columns)} |"]
    lines += [f"| {' | '.join(row.get(name, '') for name in columns)} |" for row in rows]
    return "\n".join(lines)


def page_at(docs: Path, name: str) -> str:
    """Text of a page of evidence."""
    return (docs / "evidence" / name).read_text(encoding="utf-8")
