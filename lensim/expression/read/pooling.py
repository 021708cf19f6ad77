"""Which rows of an RT-qPCR study are pooled, for the rule that no column may vary within them unseen."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.expression.read.columns import COLUMNS, LEVEL_SCALES, RATIO_COLUMNS, SCALES, SHEET_COLUMNS
from lensim.expression.read.tasks import task_of
from lensim.tables.choice import Choice
from lensim.tables.columns import Found, Meanings, find_columns
from lensim.tables.control import ONLY_KNOWN_BY, find_control
from lensim.tables.pooled import Pooling, check_tables
from lensim.tables.source import Source
from lensim.tables.table import TextTable
from lensim.tables.unused import PooledRow

LABELS: Final = ("gene", "target", "subject", "cell_type", "condition", "contrast", "experiment", "plate")
"""Meanings whose cells are names, in tables of Cts, ratios and samples."""

_MEASURED: Final = ("ct_cycles", "quantity", "well", "amplification_factor", "amplification_factor_sd", "cycle_limit")


def check_reactions(
    sources: Sequence[Source],
    columns: Mapping[str, str] | None,
    choice: Choice,
    *,
    control: str = "",
    by_sample: bool = False,
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
    name = "" if by_sample else control_among(sources, COLUMNS, "condition", columns, control)
    row_of = _sample_row if by_sample else partial(_reaction_row, name)
    return check_tables(sources, columns, choice, Pooling(whole, COLUMNS, _MEASURED), row_of)


def check_sheet(sheet: Source, columns: Mapping[str, str] | None, choice: Choice, control: str = "") -> dict[str, str]:
    """What a sample sheet uses and what not; as `check_reactions`."""
    pooling = Pooling("one fold change", SHEET_COLUMNS, ("quantity", "well"))
    name = control_among([sheet], SHEET_COLUMNS, "condition", columns, control)
    return check_tables([sheet], columns, choice, pooling, partial(_sheet_row, name))


def check_ratios(
    sources: Sequence[Source], columns: Mapping[str, str] | None, choice: Choice, control: str = ""
) -> dict[str, str]:
    """What tables of ratios use and what not; ratios of one target of one subject and contrast are one effect."""
    pooling = Pooling("one effect", RATIO_COLUMNS, (*SCALES, *LEVEL_SCALES, "log2_ratio_sd"))
    name = control_among(sources, RATIO_COLUMNS, "contrast", columns, control)
    return check_tables(sources, columns, choice, pooling, partial(_ratio_row, name))


def control_among(
    sources: Sequence[Source], meanings: Meanings, what: str, columns: Mapping[str, str] | None, stated: str
) -> str:
    """The control among the conditions of some tables; empty where it is not known, or there is no other condition."""
    said: dict[tuple[str, str], tuple[str, int]] = {}
    for source in sources:
        try:
            table = source.table
            found = find_columns(table, meanings, FaultReport(table.place), stated=columns)
        except InputError:
            return ""
        is_sample = "task" not in meanings or not found.has("task")
        for row, line in zip(table.rows, table.lines, strict=True):
            if is_sample or task_of(found.cell("task", row)) in (None, "unknown"):
                said.setdefault((found.cell(what, row), found.cell("is_control", row)), (table.place, line))
    control = find_control(said, stated, FaultReport(""))
    return control.name if control and control.known_by != ONLY_KNOWN_BY else ""


def _reaction_row(control: str, table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
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
        contrast=f"{gene} under {condition}",
        target=gene,
        is_control_arm=condition == control,
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


def _sheet_row(control: str, table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
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
        contrast=f"the samples under {condition}",
        is_control_arm=condition == control,
    )


def _ratio_row(control: str, table: TextTable, found: Found, row: list[str], line: int) -> PooledRow | None:
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
        contrast=f"{target} under {contrast}" if contrast else f"the ratios of {target}",
        target=target,
        is_control_arm=bool(contrast) and contrast == control,
    )
