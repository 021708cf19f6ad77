"""Amplification factors that are stated for genes, with their standard errors."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lensim import checks
from lensim.checks import FaultReport, InputError
from lensim.expression.read.columns import FACTOR_COLUMNS
from lensim.tables.columns import Found, find_columns
from lensim.tables.number_text import DecimalMark, decimal_mark_in_doubt, is_missing, parse_number
from lensim.tables.source import File, read_table

Factor = tuple[float, float]
"""An amplification factor [fold a cycle] and its standard error; NaN where none is given."""

EfficiencyScale = Literal["fraction", "percent", "fold"]
EFFICIENCY_SCALES: Final = ("fraction", "percent", "fold")

SMALLEST_FACTOR: Final = 1.5
LARGEST_FACTOR: Final = 2.2
"""Bounds of a stated factor [fold a cycle]: below, an assay is of no use; above, a number is a percent or a slip."""

FACTOR_MEANINGS: Final = ("amplification_factor", "efficiency_percent", "slope", "efficiency")
_SCALE_OF: Final = {"amplification_factor": "fold", "efficiency_percent": "percent", "slope": "slope"}


@dataclass(frozen=True)
class FactorColumns:
    """The column that tells how a gene amplifies, that of its standard error, and the scale of both."""

    what: str
    name: str
    sd_name: str
    scale: str

    def texts(self, found: Found, row: list[str]) -> tuple[str, str]:
        """The two cells of a row, empty where they say nothing."""
        cells = (found.cell(self.what, row), found.cell("amplification_factor_sd", row))
        return tuple("" if is_missing(cell) else cell for cell in cells)  # type: ignore[return-value]


def factor_columns(
    found: Found, rows: Iterable[list[str]], stated: EfficiencyScale | None, faults: FaultReport
) -> FactorColumns | None:
    """The column of amplification of a table; None without one, or where its scale must be asked, which is a fault.

    A column that is only named efficiency may hold fractions (0.97), percents (97) or folds (1.97).
    """
    what = next((name for name in FACTOR_MEANINGS if found.has(name)), None)
    if what is None:
        return None
    name = found.column(what)
    cells = [cell for cell in (found.cell(what, row) for row in rows) if not is_missing(cell)]
    scale: str | None = "slope" if what == "slope" else stated or _SCALE_OF.get(what)
    if scale is None and ("%" in name or (cells and all(cell.endswith("%") for cell in cells))):
        scale = "percent"
    if scale is None and cells:
        scale = _only_scale(cells)
    if scale is None and cells:
        faults.add(
            f"the column {name!r} may hold fractions (0.97), percents (97) or folds a cycle (1.97), got {cells[0]!r}: "
            'state efficiency_scale="fraction", efficiency_scale="percent" or efficiency_scale="fold"',
            line=1,
        )
        return None
    return FactorColumns(what, name, found.column("amplification_factor_sd"), scale or "fold")


def _only_scale(cells: Iterable[str]) -> str | None:
    """The scale that all cells have, where they can have no other: percents (97) or folds (1.97)."""
    numbers = [parse_number(cell.replace(",", "."), ".") for cell in cells]
    for scale in ("percent", "fold"):
        folds = [math.nan if number is None else _fold(number, scale) or math.nan for number in numbers]
        if all(SMALLEST_FACTOR <= fold <= LARGEST_FACTOR for fold in folds):
            return scale
    return None


def read_factors(
    path: File, *, decimal: DecimalMark | None = None, efficiency_scale: EfficiencyScale | None = None
) -> dict[str, Factor]:
    """Read a table of how genes amplify, a gene a row.

    Beside gene it has one of the columns amplification_factor [fold a cycle, 2 = doubling], efficiency_percent [97 =
    1.97 fold], efficiency (then `efficiency_scale` must be stated) and slope [cycles per tenfold, -3.32 = doubling];
    and, if known, amplification_factor_sd, on the same scale (of a slope none is taken).

    Parameters
    ----------
    path
        The table.
    decimal
        The decimal mark, where the numbers do not show it.
    efficiency_scale
        What the numbers are: "fraction", "percent" or "fold".

    Returns
    -------
    dict
        Of each gene its amplification factor [fold a cycle, 2 = doubling] and the standard error; NaN where empty.

    Raises
    ------
    InputError
        With every fault of the file, each with its line; a factor must lie between 1.5 and 2.2.
    """
    if efficiency_scale is not None:
        checks.one_of("efficiency_scale", efficiency_scale, EFFICIENCY_SCALES)
    table, faults = read_table(path)
    found = find_columns(table, FACTOR_COLUMNS, faults, needed=("gene",))
    columns = factor_columns(found, table.rows, efficiency_scale, faults)
    faults.raise_if_any()
    if columns is None:
        there = ", ".join(repr(name) for name in table.header)
        faults.add(f"one of the columns {', '.join(FACTOR_MEANINGS)} is needed; there are {there}", line=1)
        faults.raise_if_any()
        return {}
    cells = [cell for row in table.rows for cell in columns.texts(found, row)]
    mark = decimal_mark_in_doubt([], decimal, table.has_decimal_points, faults, below_thousand=cells)
    factors: dict[str, Factor] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        gene = found.cell("gene", row)
        if not gene:
            faults.add(f"{found.column('gene')} must not be empty", line=line)
        elif gene in factors:
            faults.add(f"{found.column('gene')} must appear once, got {gene!r} again", line=line)
        number = read_factor(columns.texts(found, row), columns, mark, line, faults)
        if number is not None:
            factors[gene] = number
    faults.raise_if_any()
    return factors


def read_factor(
    texts: tuple[str, str], columns: FactorColumns, mark: DecimalMark, line: int, faults: FaultReport
) -> Factor | None:
    """An amplification factor and its standard error (NaN where none is given); None where there was a fault."""
    number = parse_number(texts[0].removesuffix("%").strip(), mark)
    sd = parse_number(texts[1].removesuffix("%").strip(), mark) if texts[1] else math.nan
    factor = None if number is None else _fold(number, columns.scale)
    if factor is None or not SMALLEST_FACTOR <= factor <= LARGEST_FACTOR:
        of_scale = {"fold": "", "slope": " as a slope"}.get(columns.scale, f" as a {columns.scale}")
        faults.add(
            f"{columns.name} must give {SMALLEST_FACTOR:g} to {LARGEST_FACTOR:g} fold a cycle (2 = doubling), got "
            f"{texts[0]!r}{of_scale}{_hint(number, columns.scale)}",
            line=line,
        )
        return None
    if sd is None or sd < 0 or math.isinf(sd):
        faults.add(f"{columns.sd_name} must be a number of 0 or more, got {texts[1]!r}", line=line)
        return None
    return factor, {"percent": sd / 100.0, "slope": math.nan}.get(columns.scale, sd)


def _fold(number: float, scale: str) -> float | None:
    """Fold a cycle of a number on a scale; None where it gives none."""
    if not math.isfinite(number):
        return None
    if scale == "slope":
        return 10.0 ** (-1.0 / number) if number < -1.0 else None
    return {"fraction": 1.0 + number, "percent": 1.0 + number / 100.0}.get(scale, number)


def _hint(number: float | None, scale: str) -> str:
    """The scale on which a number would be an amplification factor, if there is one."""
    if number is None:
        return ""
    if scale == "slope":
        factor = _fold(-number, scale)
        is_without_sign = factor is not None and SMALLEST_FACTOR <= factor <= LARGEST_FACTOR
        return f"; write -{number:g}" if is_without_sign else ""
    for other in EFFICIENCY_SCALES:
        factor = _fold(number, other)
        if other != scale and factor is not None and SMALLEST_FACTOR <= factor <= LARGEST_FACTOR:
            return f'; with efficiency_scale="{other}" it is {factor:g} fold'
    return ""


def check_factors(factors: Mapping[str, Factor]) -> None:
    """Refuse factors that no reaction has, where they do not come from `read_factors`.

    Raises
    ------
    InputError
        With the first gene whose factor, or its standard error, is out of bounds.
    """
    for gene, (factor, sd) in factors.items():
        if not SMALLEST_FACTOR <= factor <= LARGEST_FACTOR or sd < 0 or math.isinf(sd):
            raise InputError(
                f"factors[{gene!r}] must be {SMALLEST_FACTOR:g} to {LARGEST_FACTOR:g} fold a cycle (2 = doubling), "
                f"with a standard error of 0 or more, got {factor:g} and {sd:g}"
            )
