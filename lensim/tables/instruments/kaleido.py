"""Names of the readings in exports of Kaleido: the measurement above a grid, its repeat, and what was analysed."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from lensim.tables.export_lines import Line
from lensim.tables.grid import Grid

_PROGRAM: Final = re.compile(r"Exported with Kaleido|EnSight Results from|Kaleido [0-9]")
_RESULT: Final = re.compile(r"Results? for (.+)", re.IGNORECASE)
_SAID: Final = {"platerepeat": "plate repeat", "wellrepeat": "well repeat", "repeat": "repeat", "loop no": "loop"}
_FILTERS: Final = ("exc wl / filter", "ems wl")


def is_kaleido(lines: Sequence[Line]) -> bool:
    """Whether the lines of an export say that Kaleido wrote it."""
    return any(_PROGRAM.search(cell) for line in lines for cell in line.filled[:3])


def with_readings(grids: Sequence[Grid], lines: Sequence[Line]) -> list[Grid]:
    """Grids whose label is the measurement that the export names above them, such as "Fluorescence intensity 1"."""
    return [_labelled(grid, [line for line in lines[: grid.first_line - 1] if not line.is_blank]) for grid in grids]


def _labelled(grid: Grid, above: Sequence[Line]) -> Grid:
    measurement = next((match.group(1).strip() for line in reversed(above) if (match := _result(line))), "")
    if grid.label or not measurement:
        return grid
    said = _said_of_block(above)
    analysed = next((said.pop(name) for name in ("analysisparameter", "analysis parameter") if said.get(name)), "")
    filters = "/".join(said[name] for name in _FILTERS if said.get(name))
    repeats = [f"{words} {said[name]}" for name, words in _SAID.items() if said.get(name, "1") not in ("1", "")]
    label = ", ".join(one for one in (measurement, analysed, filters, *repeats) if one)
    return replace(grid, label=label)


def _result(line: Line) -> re.Match[str] | None:
    return _RESULT.fullmatch(line.filled[0]) if len(line.filled) == 1 else None


def _said_of_block(above: Sequence[Line]) -> dict[str, str]:
    """What the lines between the measurement and the grid say: "PlateRepeat: 1", or a head and the line below it."""
    for at in range(len(above) - 1, max(len(above) - 6, -1), -1):
        fields = above[at].fields
        if fields[0].startswith("Barcode:"):
            pairs = (cell.partition(":") for cell in above[at].filled)
            return {key.strip().lower(): value.strip() for key, _, value in pairs}
        if fields[0] == "Barcode" and at + 1 < len(above):
            return {key.lower(): value for key, value in zip(fields, above[at + 1].fields, strict=False) if key}
    return {}
