"""Which rows of an RT-qPCR study are pooled, for the rule that no column may vary within them unseen."""

from collections.abc import Mapping, Sequence
from typing import Final

from lensim.expression.read.columns import COLUMNS, RATIO_COLUMNS, SCALES, SHEET_COLUMNS
from lensim.expression.read.tasks import task_of
from lensim.tables.choice import Choice
from lensim.tables.columns import Found
from lensim.tables.pooled import Pooling, check_tables
from lensim.tables.source import Source
from lensim.tables.table import TextTable
from lensim.tables.unused import PooledRow

LABELS: Final = ("gene", "target", "subject", "cell_type", "condition", "contrast", "experiment", "plate")
"""Meanings whose cells are names, in tables of Cts, ratios and samples."""

_MEASURED: Final = ("ct_cycles", "quantity", "well", "amplification_factor", "amplification_factor_sd", "cycle_limit")


def check_reactions(
    sources: Sequence[Source], columns: Mapping[str, str] | None, choice: Choice, *, by_sample: bool = False
) -> dict[str, str]:
    """What tables with one row a reaction use and what not, for attrs.

    Reactions of one gene of one subject under one condition become one fold change; with `by_sample` those of one gene
    of one sample name, whose subject a sheet says.

    Raises
    ------
    InputError
        If a column that is not used varies within what is pooled.
    """
    whole = "one sample" if by_sample else "one fold change"
    row_of = _sample_row if by_sample else _reaction_row
    return check_tables(sources, columns, choice, Pooling(whole, COLUMNS, _MEASURED), row_of)


def check_sheet(sheet: Source, columns: Mapping[str, str] | None, choice: Choice) -> dict[str, str]:
    """What a sample sheet uses and what not; as `check_reactions`."""
    pooling = Pooling("one fold change", SHEET_COLUMNS, ("quantity", "well"))
    return check_tables([sheet], columns, choice, pooling, _sheet_row)


def check_ratios(sources: Sequence[Source], columns: Mapping[str, str] | None, choice: Choice) -> dict[str, str]:
    """What tables of ratios use and what not; ratios of one target of one subject and contrast are one effect."""
    pooling = Pooling("one effect", RATIO_COLUMNS, (*SCALES, "log2_ratio_sd"))
    return check_tables(sources, columns, choice, pooling, _ratio_row)


def _reaction_row(table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
    gene, subject, condition = (found.cell(what, row) for what in ("gene", "subject", "condition"))
    if not (subject and condition) or task_of(found.cell("task", row)) != "unknown":
        return None
    return PooledRow(
        table.place,
        line,
        base=(gene, subject),
        effect=(gene, subject, condition),
        replicate=(found.cell("experiment", row), found.cell("plate", row) or table.place),
        cell=(),
        is_control=False,
        words=f"{gene} of {subject} under {condition}",
    )


def _sample_row(table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
    gene, sample = found.cell("gene", row), found.cell("sample", row)
    if not sample or task_of(found.cell("task", row)) != "unknown":
        return None
    return PooledRow(
        table.place,
        line,
        base=(gene, sample),
        effect=(gene, sample),
        replicate=(found.cell("experiment", row), found.cell("plate", row) or table.place),
        cell=(),
        is_control=False,
        words=f"{gene} of the sample {sample}",
    )


def _sheet_row(table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
    subject, condition = found.cell("subject", row), found.cell("condition", row)
    if not (subject and condition) or task_of(found.cell("task", row)) not in (None, "unknown"):
        return None
    return PooledRow(
        table.place,
        line,
        base=subject,
        effect=(subject, condition),
        replicate=(found.cell("experiment", row), found.cell("plate", row)),
        cell=(found.cell("gene", row),),
        is_control=False,
        words=f"{subject} under {condition}",
    )


def _ratio_row(table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
    target, subject, contrast = (found.cell(what, row) for what in ("target", "subject", "contrast"))
    if not (target and subject):
        return None
    return PooledRow(
        table.place,
        line,
        base=(target, subject),
        effect=(target, subject, contrast),
        replicate=(found.cell("experiment", row), ""),
        cell=(),
        is_control=False,
        words=f"{target} of {subject}" + (f" under {contrast}" if contrast else ""),
    )
