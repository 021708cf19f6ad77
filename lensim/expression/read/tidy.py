"""A table with one row a reaction (CSV, TSV or parquet): to reactions, or with subjects and conditions to a Dataset."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import xarray as xr

from lensim.checks import FaultReport, InputError
from lensim.expression.read.assemble import GeneRoles, assemble
from lensim.expression.read.assigned import DEFAULT_CELL_TYPE, DEFAULT_EXPERIMENT, Assigned
from lensim.expression.read.columns import COLUMNS
from lensim.expression.read.factors import Factor, check_factors, read_factor
from lensim.expression.read.reactions import DEFAULT_CYCLE_LIMIT, Reaction, one_of_all
from lensim.expression.read.tasks import KNOWN, task_of
from lensim.expression.read.understand import (
    FileReactions,
    Manner,
    RawRow,
    check_stated,
    ct_decimal_mark,
    understand,
)
from lensim.tables.columns import Found, find_columns, names_any
from lensim.tables.flags import flags_of
from lensim.tables.number_text import DecimalMark, is_missing, parse_number
from lensim.tables.source import Files, Source, read_table, sources_of
from lensim.tables.table import TextTable

INSTRUMENT: Final = "tidy table"


def recognises(source: Source) -> bool:
    """Whether the first row of a file names a gene and a Ct; a parquet file is taken for such a table in any case."""
    return source.is_parquet or any(
        names_any(header, COLUMNS["gene"]) and names_any(header, COLUMNS["ct_cycles"]) for header in source.headers
    )


def knows_samples(source: Source, columns: Mapping[str, str] | None = None) -> bool:
    """Whether a table has columns of a subject and a condition, or these are stated, so that it needs no sheet."""
    stated = columns or {}
    return all(
        what in stated or any(names_any(header, COLUMNS[what]) for header in source.headers)
        for what in ("subject", "condition")
    )


def read_tidy_reactions(
    source: Source,
    columns: Mapping[str, str],
    *,
    cycle_limit: float | None,
    decimal: DecimalMark | None,
) -> tuple[FileReactions, FaultReport]:
    """The reactions of a table, and its faults. Without a plate they ran on one named as the file.

    Raises
    ------
    InputError
        If the file is no table or lacks a column.
    """
    table, faults = read_table(source)
    found = find_columns(table, COLUMNS, faults, stated=columns, needed=("gene", "ct_cycles"))
    return _read(table, found, source.stem, cycle_limit, decimal, faults), faults


def read_cts(
    files: Files,
    columns: Mapping[str, str] | None = None,
    *,
    references: Sequence[str] = (),
    control: str = "",
    factors: Mapping[str, Factor] | None = None,
    cycle_limit: float | None = None,
    decimal: DecimalMark | None = None,
) -> xr.Dataset:
    """Read tables with one row a reaction that name subjects and conditions, as `write_cts` writes them.

    Separator (comma, semicolon, tab, |), encoding, decimal mark and line ends are found out. Rows of a standard or
    without template need no subject and no condition. Several files are one study: without a column for the plate each
    file is one, named after it; without a column for the experiment all samples are of "experiment 1".

    Parameters
    ----------
    files
        CSV or TSV text, or parquet.
    columns
        The names of their columns by meaning, see `COLUMNS`; "=lenalidomide" is a value that all rows have.
    references
        Names of the reference genes; may be left out where the column is_reference marks them.
    control
        Name of the control condition; may be left out where the column is_control or a usual name shows it (see
        `lensim.tables.control.find_control`).
    factors
        Amplification factors [fold a cycle] with standard errors, as from `read_factors`; for a gene that has one
        here, the column amplification_factor does not count.
    cycle_limit
        Cycles run; else as the column cycle_limit has it, else 40.
    decimal
        The decimal mark, where the numbers do not show it.

    Returns
    -------
    xr.Dataset
        As `assemble_reactions` gives it.

    Raises
    ------
    InputError
        With every fault of the files, each with its line.
    """
    check_stated(cycle_limit, decimal)
    check_factors(factors or {})
    if isinstance(references, str):
        raise InputError(f"references must be a list of genes, got the text {references!r}")
    sources = sources_of(files)
    study = FaultReport(", ".join(source.place for source in sources))
    read = [_read_study_file(source, columns or {}, cycle_limit, decimal, study) for source in sources]
    study.raise_if_any()
    first = read[0].found
    roles = GeneRoles(
        tuple(references) or _references(read, study),
        control,
        {**_factors(read, decimal, study), **(factors or {})},
        first.column("is_control"),
    )
    attrs: dict[str, str | int] = {
        "source": study.place,
        "instrument": INSTRUMENT,
        "wells_ignored": sum(one.reactions.ignored + one.reactions.without_result for one in read),
    }
    limit = one_of_all([one.reactions.cycle_limit for one in read], "cycle limit", study.place)
    unit = one_of_all([one.reactions.quantity_unit or None for one in read], "quantity unit", study.place) or ""
    assigned = [one for file in read for one in file.assigned]
    return assemble(assigned, roles, limit or DEFAULT_CYCLE_LIMIT, unit, attrs, study)


@dataclass(frozen=True)
class _StudyFile:
    """One file of a study: its table, the reactions in it, and the row of each."""

    table: TextTable
    found: Found
    reactions: FileReactions
    assigned: list[Assigned]
    rows: list[list[str]]


def _read_study_file(
    source: Source,
    columns: Mapping[str, str],
    cycle_limit: float | None,
    decimal: DecimalMark | None,
    study: FaultReport,
) -> _StudyFile:
    table, faults = read_table(source)
    needed = ("gene", "ct_cycles", "subject", "condition")
    found = find_columns(table, COLUMNS, faults, stated=columns, needed=needed)
    read = _read(table, found, source.stem, cycle_limit, decimal, faults)
    row_of = dict(zip(table.lines, table.rows, strict=True))
    rows = [row_of[reaction.line_number] for reaction in read.reactions]
    assigned = [_assign(reaction, found, row, faults) for reaction, row in zip(read.reactions, rows, strict=True)]
    study.take(faults)
    return _StudyFile(table, found, read, assigned, rows)


def _read(
    table: TextTable,
    found: Found,
    stem: str,
    cycle_limit: float | None,
    decimal: DecimalMark | None,
    faults: FaultReport,
) -> FileReactions:
    rows = []
    for row, line in zip(table.rows, table.lines, strict=True):
        task = task_of(found.cell("task", row))
        if task is None:
            faults.add(
                f"{found.column('task')} must be a word such as {KNOWN}, got {found.cell('task', row)!r}; "
                'if the column means something else, state columns={"task": "=unknown"}',
                line=line,
            )
            continue
        gene = found.cell("gene", row)
        names = [found.cell(what, row) for what in ("subject", "condition", "experiment")]
        sample = found.cell("sample", row) or ", ".join(name for name in names if name)
        plate, well = found.cell("plate", row) or stem, found.cell("well", row)
        ct, quantity = found.cell("ct_cycles", row), found.cell("quantity", row)
        rows.append(RawRow(line, plate, well, sample, gene, task, ct, quantity))
    stated = "." if table.has_decimal_points else decimal
    manner = Manner(
        found.column("ct_cycles"),
        found.column("quantity"),
        "not detected",
        decimal=stated,
        file_limit=_cycle_limit(table, found, stated, faults),
        stated_limit=cycle_limit,
    )
    units = dict.fromkeys(found.cell("quantity_unit", row) for row in table.rows)
    units.pop("", None)
    if len(units) > 1:
        faults.add(f"{found.column('quantity_unit')} must be the same in all rows, got {' and '.join(units)}")
    return understand(rows, INSTRUMENT, manner, faults, next(iter(units), ""))


def _cycle_limit(table: TextTable, found: Found, decimal: DecimalMark | None, faults: FaultReport) -> float | None:
    words: dict[str, int] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        words.setdefault(found.cell("cycle_limit", row), line)
    words.pop("", None)
    if not words:
        return None
    word, line = next(iter(words.items()))
    number = parse_number(word, ct_decimal_mark([word], [], decimal, faults))
    if len(words) > 1:
        faults.add(f"{found.column('cycle_limit')} must be the same in all rows, got {' and '.join(words)}", line=line)
    elif number is None or not math.isfinite(number) or number <= 0:
        faults.add(f"{found.column('cycle_limit')} must be a number above 0, got {word!r}", line=line)
        return None
    return number


def _assign(reaction: Reaction, found: Found, row: list[str], faults: FaultReport) -> Assigned:
    """What the row says of the sample; only reactions of a sample need it."""
    names = {what: found.cell(what, row) for what in ("subject", "cell_type", "condition", "experiment")}
    if not reaction.gene:
        faults.add(f"{found.column('gene')} must not be empty", line=reaction.line_number)
    if reaction.task == "unknown":
        for what in ("subject", "condition"):
            if not names[what]:
                faults.add(f"{found.column(what)} must not be empty", line=reaction.line_number)
        for what in ("cell_type", "experiment"):
            if found.has(what) and not names[what]:
                faults.add(f"{found.column(what)} must not be empty", line=reaction.line_number)
    return Assigned(
        reaction,
        subject=names["subject"],
        cell_type=names["cell_type"] or DEFAULT_CELL_TYPE,
        condition=names["condition"],
        experiment=names["experiment"] or DEFAULT_EXPERIMENT,
        is_named=found.has("sample"),
        is_control=found.cell("is_control", row),
        said_at=(reaction.place, reaction.line_number),
    )


def _references(read: Sequence[_StudyFile], faults: FaultReport) -> tuple[str, ...]:
    """The genes that the column is_reference marks."""
    said: dict[tuple[str, str], tuple[str, int]] = {}
    for file in read:
        if file.found.has("is_reference"):
            for one, row in zip(file.assigned, file.rows, strict=True):
                said.setdefault((one.reaction.gene, file.found.cell("is_reference", row)), one.said_at)
    flags = flags_of(said, read[0].found.column("is_reference"), faults)
    return tuple(gene for gene, is_reference in flags.items() if is_reference)


def _factors(read: Sequence[_StudyFile], decimal: DecimalMark | None, faults: FaultReport) -> dict[str, Factor]:
    """The amplification factors that rows state, the same for all rows of a gene."""
    factors: dict[str, Factor] = {}
    texts: dict[str, tuple[str, str]] = {}
    names = ("amplification_factor", "amplification_factor_sd")
    for file in read:
        own_faults = FaultReport(file.table.place)
        columns = file.found.column(names[0]), file.found.column(names[1])
        every = [file.found.cell(what, row) for row in file.table.rows for what in names]
        mark = "." if file.table.has_decimal_points else ct_decimal_mark(every, [], decimal, own_faults)
        for one, row in zip(file.assigned, file.rows, strict=True):
            line, gene = one.reaction.line_number, one.reaction.gene
            factor, sd = (file.found.cell(what, row) for what in names)
            own = ("" if is_missing(factor) else factor, "" if is_missing(sd) else sd)
            if own == ("", "") or texts.get(gene) == own:
                continue
            if gene in texts:
                rule = f"{columns[0]} must be the same in all rows of {gene}, got {factor!r}"
                own_faults.add(rule, line=line)
                continue
            texts[gene] = own
            number = read_factor(own, columns, mark, line, own_faults)
            if number is not None:
                factors[gene] = number
        faults.faults += own_faults.faults
    return factors
