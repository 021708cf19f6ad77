"""A table with one row a reaction (CSV, TSV or parquet): to reactions, or with subjects and conditions to a Dataset."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.checks import FaultReport, InputError
from lensim.expression.read.assemble import GeneRoles, assemble
from lensim.expression.read.assigned import DEFAULT_CELL_TYPE, DEFAULT_EXPERIMENT, Assigned
from lensim.expression.read.choices import Choices, Unpaired
from lensim.expression.read.columns import COLUMNS
from lensim.expression.read.empty_cts import Empty, ct_of, settle_empty
from lensim.expression.read.factors import EfficiencyScale, Factor, check_factors, factor_columns, read_factor
from lensim.expression.read.merged import filled_down
from lensim.expression.read.partners import told_of_files
from lensim.expression.read.rdes import as_tidy
from lensim.expression.read.reactions import DEFAULT_CYCLE_LIMIT, Reaction, one_of_all
from lensim.expression.read.role_names import SAY_WHAT_IT_IS, doubt_of, roles_by_name, told_of_roles
from lensim.expression.read.suspect import refuse_pasted, told_of_left_out
from lensim.expression.read.tasks import KNOWN, holds_roles, task_of
from lensim.expression.read.understand import (
    FileReactions,
    Manner,
    RawRow,
    ct_decimal_mark,
    understand,
)
from lensim.expression.read.wide import as_long, is_wide
from lensim.tables.columns import Found, find_columns, names_any
from lensim.tables.flags import flags_of
from lensim.tables.number_text import DecimalMark, parse_number
from lensim.tables.source import Files, Source, read_table, sources_of
from lensim.tables.table import TextTable

INSTRUMENT: Final = "tidy table"


def recognises(source: Source) -> bool:
    """Whether the first row of a file names a gene and a Ct, or is that of a wide table of Cts.

    A parquet file is taken for such a table in any case.
    """
    return source.is_parquet or any(
        (names_any(header, COLUMNS["gene"]) and names_any(header, COLUMNS["ct_cycles"])) or is_wide(header)
        for header in source.headers
    )


def knows_samples(source: Source, columns: Mapping[str, str] | None = None) -> bool:
    """Whether a table has columns of a subject and a condition, or these are stated, so that it needs no sheet."""
    return not missing_names(source, columns)


def missing_names(source: Source, columns: Mapping[str, str] | None = None) -> list[str]:
    """Which of subject and condition have neither a column in a table nor a stated one."""
    return [
        what
        for what in ("subject", "condition")
        if what not in (columns or {}) and not any(names_any(header, COLUMNS[what]) for header in source.headers)
    ]


def read_tidy_reactions(
    source: Source, columns: Mapping[str, str], choices: Choices
) -> tuple[FileReactions, FaultReport]:
    """The reactions of a table, and its faults. Without a plate they ran on one named as the file.

    Raises
    ------
    InputError
        If the file is no table or lacks a column.
    """
    table, found, faults = _table_of(source, columns, ("gene", "ct_cycles"))
    return _read(table, found, source.stem, choices, faults), faults


def in_rows(source: Source, columns: Mapping[str, str]) -> Source:
    """A file whose table has one row a reaction and names in every row, so that rows can be chosen; see `_table_of`."""
    faults = FaultReport(source.place)
    table = source.table if {"gene", "ct_cycles"} & set(columns) else as_long(source.table)
    with suppress(InputError):  # which is told when the table is read
        table = as_tidy(table)
        table = _with_task(filled_down(table, find_columns(table, COLUMNS, faults, stated=columns), faults), columns)
    return source.with_table(table)


def _with_task(table: TextTable, columns: Mapping[str, str]) -> TextTable:
    """A table whose column of tasks is named so, where its words alone tell which it is."""
    found = find_columns(table, COLUMNS, FaultReport(table.place), stated=columns)
    if found.has("task"):
        return table
    for at, name in enumerate(table.header):
        if at not in found.position.values() and holds_roles(row[at] for row in table.rows):
            note = f"{table.place}: the column {name!r} is read as the task of a well, by its words"
            header = (*table.header[:at], "task", *table.header[at + 1 :])
            return replace(table, header=header, notes=(*table.notes, note))
    return table


def _table_of(
    source: Source, columns: Mapping[str, str], needed: Sequence[str]
) -> tuple[TextTable, Found, FaultReport]:
    """A table with one row a reaction and names in every row, where its columns are, and its faults."""
    table, faults = read_table(source)
    table = as_tidy(table)
    if not {"gene", "ct_cycles"} & set(columns):
        table = as_long(table)
    found = find_columns(table, COLUMNS, faults, stated=columns, needed=needed)
    table = _with_task(filled_down(table, found, faults), columns)
    return table, find_columns(table, COLUMNS, faults, stated=columns, needed=needed), faults


def read_cts(
    files: Files,
    columns: Mapping[str, str] | None = None,
    *,
    references: Sequence[str] = (),
    control: str = "",
    factors: Mapping[str, Factor] | None = None,
    cycle_limit: float | None = None,
    decimal: DecimalMark | None = None,
    empty: Empty | None = None,
    efficiency_scale: EfficiencyScale | None = None,
    unpaired: Unpaired = "refuse",
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
    empty, efficiency_scale, unpaired
        What an empty Ct means, the scale of efficiencies, and what becomes of samples without a partner; see `Choices`.

    Returns
    -------
    xr.Dataset
        As `assemble_reactions` gives it.

    Raises
    ------
    InputError
        With every fault of the files, each with its line.
    """
    choices = Choices(cycle_limit, decimal, empty, efficiency_scale, unpaired)
    check_factors(factors or {})
    if isinstance(references, str):
        raise InputError(f"references must be a list of genes, got the text {references!r}")
    sources = sources_of(files)
    study = FaultReport(", ".join(source.place for source in sources))
    read = [_read_study_file(source, columns or {}, choices, study) for source in sources]
    study.raise_if_any()
    first = read[0].found
    roles = GeneRoles(
        tuple(references) or _references(read, study),
        control,
        {**_factors(read, choices, study), **(factors or {})},
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
    told = [said for one in read for said in one.reactions.notes]
    told += told_of_files({one.table.place: one.assigned for one in read})
    if calibrator := _calibrator(read, study):
        attrs[v.CALIBRATOR] = calibrator
    return assemble(
        assigned, roles, limit or DEFAULT_CYCLE_LIMIT, unit, attrs, study, told=told, unpaired=choices.unpaired
    )


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
    choices: Choices,
    study: FaultReport,
) -> _StudyFile:
    table, found, faults = _table_of(source, columns, ("gene", "ct_cycles", "subject", "condition"))
    read = _read(table, found, source.stem, choices, faults)
    # a line of a wide table has several reactions
    row_of = {(line, found.cell("gene", row)): row for line, row in zip(table.lines, table.rows, strict=True)}
    rows = [row_of[reaction.line_number, reaction.gene] for reaction in read.reactions]
    assigned = [_assign(reaction, found, row, faults) for reaction, row in zip(read.reactions, rows, strict=True)]
    study.take(faults)
    return _StudyFile(table, found, read, assigned, rows)


def _read(table: TextTable, found: Found, stem: str, choices: Choices, faults: FaultReport) -> FileReactions:
    stated = "." if table.has_decimal_points else choices.decimal
    manner = Manner(
        found.column("ct_cycles"),
        found.column("quantity"),
        "no result",
        is_empty_told=True,
        decimal=stated,
        file_limit=_cycle_limit(table, found, stated, faults),
        stated_limit=choices.cycle_limit,
    )
    refuse_pasted(table, found, faults)
    # a table that needs a sheet has its names read with it
    roles = roles_by_name(_names_and_cts(table, found)) if found.has("subject") and found.has("condition") else {}
    rows, cells, by_name = [], [], Counter[str]()
    doubts: dict[str, int] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        task = task_of(found.cell("task", row))
        if task is None:
            faults.add(
                f"{found.column('task')} must be a word such as {KNOWN}, got {found.cell('task', row)!r}; "
                'if the column means something else, state columns={"task": "=unknown"}',
                line=line,
            )
            continue
        names = {what: found.cell(what, row) for what in ("sample", "subject", "condition", "experiment")}
        said = next((name for what, name in names.items() if what != "experiment" and name in roles), "")
        if task == "unknown" and said:
            task = roles[said]
            by_name[said] += 1
        gene, quantity = found.cell("gene", row), found.cell("quantity", row)
        if task == "unknown" and found.has("subject") and not found.cell("task", row):
            doubts.setdefault(doubt_of(names["subject"], gene), line)
        known = [name for what, name in names.items() if name and what != "sample"]
        sample = names["sample"] or ", ".join(known)
        plate, well = found.cell("plate", row) or stem, found.cell("well", row)
        ct = found.cell("ct_cycles", row)
        rows.append(RawRow(line, plate, well, sample, gene, task, ct, quantity))
        cells.append((task, gene, tuple(known) or sample or well, quantity if task == "standard" else ""))
    for doubt, line in doubts.items():
        if doubt:
            faults.add(f"{doubt}: {SAY_WHAT_IT_IS}", line=line)
    rows, told = settle_empty(rows, cells, manner, choices.empty, faults)
    units = dict.fromkeys(found.cell("quantity_unit", row) for row in table.rows)
    units.pop("", None)
    if len(units) > 1:
        faults.add(f"{found.column('quantity_unit')} must be the same in all rows, got {' and '.join(units)}")
    read = understand(rows, INSTRUMENT, manner, faults, next(iter(units), ""))
    told += [*told_of_roles(by_name, roles, table.place), *told_of_left_out(table, found, rows)]
    return replace(read, notes=(*table.notes, *read.notes, *told))


def _names_and_cts(table: TextTable, found: Found) -> Iterator[tuple[str, float | None]]:
    """Names of each row's sample, subject and condition, each with the row's Ct."""
    for row in table.rows:
        text = found.cell("ct_cycles", row)
        ct = ct_of(text, None)
        for what in ("sample", "subject", "condition"):
            yield found.cell(what, row), ct


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
    return _marked(read, "is_reference", lambda one: one.reaction.gene, faults)


def _calibrator(read: Sequence[_StudyFile], faults: FaultReport) -> str:
    """The subject that the column is_calibrator marks; empty where there is none."""
    marked = _marked(read, "is_calibrator", lambda one: one.subject, faults)
    if len(marked) > 1:
        faults.add(f"{read[0].found.column('is_calibrator')} must mark one subject, got {' and '.join(marked)}")
    return marked[0] if marked else ""


def _marked(
    read: Sequence[_StudyFile], column: str, named: Callable[[Assigned], str], faults: FaultReport
) -> tuple[str, ...]:
    """The names that a column of yes and no marks."""
    said: dict[tuple[str, str], tuple[str, int]] = {}
    for file in read:
        if file.found.has(column):
            for one, row in zip(file.assigned, file.rows, strict=True):
                said.setdefault((named(one), file.found.cell(column, row)), one.said_at)
    flags = flags_of(said, read[0].found.column(column), faults)
    return tuple(name for name, is_marked in flags.items() if is_marked)


def _factors(read: Sequence[_StudyFile], choices: Choices, faults: FaultReport) -> dict[str, Factor]:
    """The amplification factors that rows state, the same for all rows of a gene."""
    factors: dict[str, Factor] = {}
    texts: dict[str, tuple[str, str]] = {}
    for file in read:
        own_faults = FaultReport(file.table.place)
        columns = factor_columns(file.found, file.table.rows, choices.efficiency_scale, own_faults)
        if columns is None:
            faults.faults += own_faults.faults
            continue
        every = [cell for row in file.table.rows for cell in columns.texts(file.found, row)]
        mark = "." if file.table.has_decimal_points else ct_decimal_mark(every, [], choices.decimal, own_faults)
        for one, row in zip(file.assigned, file.rows, strict=True):
            line, gene = one.reaction.line_number, one.reaction.gene
            own = columns.texts(file.found, row)
            if own == ("", "") or texts.get(gene) == own:
                continue
            if gene in texts:
                rule = f"{columns.name} must be the same in all rows of {gene}, got {own[0]!r}"
                own_faults.add(rule, line=line)
                continue
            texts[gene] = own
            number = read_factor(own, columns, mark, line, own_faults)
            if number is not None:
                factors[gene] = number
        faults.faults += own_faults.faults
    return factors
