"""Amplification factors that are stated for genes, with their standard errors."""

import math
from collections.abc import Mapping
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.expression.read.columns import FACTOR_COLUMNS
from lensim.tables.columns import find_columns
from lensim.tables.number_text import DecimalMark, decimal_mark_in_doubt, is_missing, parse_number
from lensim.tables.source import File, read_table

Factor = tuple[float, float]
"""An amplification factor [fold a cycle] and its standard error; NaN where none is given."""

LARGEST_FACTOR: Final = 2.5
"""Amplification factors above this are taken for percent or a slip: perfect doubling is 2."""

_NAMES: Final = ("amplification_factor", "amplification_factor_sd")


def read_factors(path: File, *, decimal: DecimalMark | None = None) -> dict[str, Factor]:
    """Read a table with the columns gene, amplification_factor and, if known, amplification_factor_sd, a gene a row.

    Returns
    -------
    dict
        Of each gene its amplification factor [fold a cycle, 2 = doubling] and the standard error; NaN where empty.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    table, faults = read_table(path)
    found = find_columns(table, FACTOR_COLUMNS, faults, needed=("gene", "amplification_factor"))
    cells = [found.cell(what, row) for row in table.rows for what in _NAMES]
    mark = decimal_mark_in_doubt(cells, decimal, table.has_decimal_points, faults)
    factors: dict[str, Factor] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        gene = found.cell("gene", row)
        if not gene:
            faults.add(f"{found.column('gene')} must not be empty", line=line)
        elif gene in factors:
            faults.add(f"{found.column('gene')} must appear once, got {gene!r} again", line=line)
        factor, sd = (found.cell(what, row) for what in _NAMES)
        texts = (factor, "" if is_missing(sd) else sd)
        number = read_factor(texts, (found.column(_NAMES[0]), found.column(_NAMES[1])), mark, line, faults)
        if number is not None:
            factors[gene] = number
    faults.raise_if_any()
    return factors


def read_factor(
    texts: tuple[str, str], names: tuple[str, str], mark: DecimalMark, line: int, faults: FaultReport
) -> Factor | None:
    """An amplification factor and its standard error (NaN where none is given); None where there was a fault."""
    factor = parse_number(texts[0], mark)
    sd = parse_number(texts[1], mark) if texts[1] else math.nan
    if factor is None or not 1 < factor <= LARGEST_FACTOR:
        faults.add(
            f"{names[0]} must be above 1 and at most {LARGEST_FACTOR:g} fold a cycle (2 = doubling), got {texts[0]!r}",
            line=line,
        )
        return None
    if sd is None or sd < 0 or math.isinf(sd):
        faults.add(f"{names[1]} must be a number of 0 or more, got {texts[1]!r}", line=line)
        return None
    return factor, sd


def check_factors(factors: Mapping[str, Factor]) -> None:
    """Refuse factors that no reaction has, where they do not come from `read_factors`.

    Raises
    ------
    InputError
        With the first gene whose factor, or its standard error, is out of bounds.
    """
    for gene, (factor, sd) in factors.items():
        if not 1 < factor <= LARGEST_FACTOR or sd < 0 or math.isinf(sd):
            raise InputError(
                f"factors[{gene!r}] must be above 1 and at most {LARGEST_FACTOR:g} fold a cycle, with a standard error "
                f"of 0 or more, got {factor:g} and {sd:g}"
            )
