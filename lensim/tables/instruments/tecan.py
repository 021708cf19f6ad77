"""Names of the readings in exports of Tecan i-control: the label of a measurement, its mode and its wavelengths."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from lensim.tables.export_lines import Line
from lensim.tables.grid import Grid

_LABEL: Final = re.compile(r"(?:Label|Beschriftung|\xc9tiquette|Etiqueta|Etichetta) *: *(.+)")
_WAVELENGTH: Final = re.compile(
    r"(?:measurement |excitation |emission |mess|anregungs|emissions)?(?:wavelength|wellenl\xe4nge)", re.IGNORECASE
)
_MOST_LINES: Final = 40


def is_icontrol(lines: Sequence[Line]) -> bool:
    """Whether the first line of an export says that i-control wrote it."""
    first = next((line.filled for line in lines if not line.is_blank), [])
    return any("i-control" in cell for cell in first)


def with_labels(grids: Sequence[Grid], lines: Sequence[Line]) -> list[Grid]:
    """Grids whose label is that of the measurement above them, such as "Label1, Absorbance, 450 nm"."""
    named, last = [], 0
    for grid in grids:
        above = [line.filled for line in lines[max(last, grid.first_line - _MOST_LINES) : grid.first_line - 1]]
        named.append(grid if grid.is_list or grid.label else _labelled(grid, [cells for cells in above if cells]))
        last = grid.last_line
    return named


def _labelled(grid: Grid, above: Sequence[Sequence[str]]) -> Grid:
    at = next((n for n in range(len(above) - 1, -1, -1) if _LABEL.fullmatch(above[n][0])), None)
    if at is None:
        return grid
    match = _LABEL.fullmatch(above[at][0])
    said = above[at + 1 :]
    mode = next((cells[1] for cells in said if cells[0].lower() in ("mode", "modus") and len(cells) > 1), "")
    waves = [cells[1] for cells in said if _WAVELENGTH.fullmatch(cells[0]) and len(cells) > 1]
    label = ", ".join(filter(None, (match[1] if match else "", mode, f"{'/'.join(waves)} nm" if waves else "")))
    return replace(grid, label=label)
