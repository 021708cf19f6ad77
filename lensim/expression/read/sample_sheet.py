"""The sample sheet: subject and condition of each sample name, or of each well of a plate."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from lensim.checks import FaultReport
from lensim.expression.read.assigned import DEFAULT_CELL_TYPE, DEFAULT_EXPERIMENT
from lensim.expression.read.columns import SHEET_COLUMNS
from lensim.expression.read.export import is_well
from lensim.expression.read.tasks import KNOWN, TaskOrIgnored, task_of
from lensim.tables.columns import Found, find_columns, missing
from lensim.tables.number_text import DecimalMark, decimal_mark_in_doubt, is_missing, parse_number
from lensim.tables.source import File, read_table
from lensim.tables.table import TextTable


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet; texts are empty, `task` and `quantity` None, where it says nothing."""

    line: int
    sample: str
    plate: str
    well: str
    gene: str
    task: TaskOrIgnored | None
    quantity: float | None
    subject: str
    cell_type: str
    condition: str
    is_control: str
    experiment: str

    def __str__(self) -> str:
        parts = {"sample": self.sample, "plate": self.plate, "well": self.well, "gene": self.gene}
        return ", ".join(f"{what} {name!r}" for what, name in parts.items() if name)


@dataclass(frozen=True)
class SampleSheet:
    """A sample sheet: the name of its file, its rows, and whether several sample names may be one cDNA."""

    place: str
    rows: tuple[SheetRow, ...]
    pools_names: bool = False


def read_sheet(
    path: File, *, decimal: DecimalMark | None = None, columns: Mapping[str, str] | None = None
) -> SampleSheet:
    """Read a sample sheet, CSV or TSV, with a row for each sample name or each well.

    Columns, in any order (case, blanks and signs do not count):

    * sample (a name as in the export), or well, or both; a row with a well counts for that well, whatever its sample.
      plate: where given, the row counts for that plate alone; needed with wells where there are several plates.
    * subject (or cell_line, donor, stromal_culture) and condition; needed unless task is other than unknown.
    * is_control: 1 for the condition that others are compared with, 0 for the others.
    * cell_type and experiment; without these columns all subjects are of one type, and all samples of one experiment.
    * gene: names the gene of wells for which the export names none; else the row counts for that gene alone.
    * task: unknown, standard, no_template, no_rt or ignored, where the export does not know; quantity: of a standard.

    `columns` has other names of these by meaning, such as {"sample": "Probe"}.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    table, faults = read_table(path)
    found = find_columns(table, SHEET_COLUMNS, faults, stated=columns)
    if not (found.has("sample") or found.has("well")):
        there = ", ".join(repr(name) for name in table.header)
        faults.add(
            f"the sheet needs a column 'sample' or 'well'; there are {there}: name one, "
            'columns={"sample": "NAME"}',
            line=1,
        )
        faults.raise_if_any()
    quantities = [found.cell("quantity", row) for row in table.rows]
    mark = decimal_mark_in_doubt(quantities, decimal, table.has_decimal_points, faults)
    rows = [_read_row(found, row, line, mark, faults) for row, line in zip(table.rows, table.lines, strict=True)]
    _check_subjects(rows, faults)
    _check_columns(table, found, rows, faults)
    faults.raise_if_any()
    return SampleSheet(table.place, tuple(rows))


def _read_row(found: Found, row: list[str], line: int, mark: DecimalMark, faults: FaultReport) -> SheetRow:
    word = found.cell("task", row)
    task = task_of(word) if word else None
    if word and task is None:
        faults.add(f"{found.column('task')} must be a word such as {KNOWN}, got {word!r}", line=line)
    sample, well = found.cell("sample", row), found.cell("well", row)
    if not sample and not well:
        faults.add("the row must name a sample or a well, got neither", line=line)
    if well and not is_well(well):
        faults.add(f"{found.column('well')} must be a well such as A1, or its number, got {well!r}", line=line)
    gives_sample = task in (None, "unknown")
    for what in ("cell_type", "experiment", "subject", "condition"):
        if gives_sample and found.has(what) and not found.cell(what, row):
            faults.add(f"{found.column(what)} must not be empty", line=line)
    return SheetRow(
        line=line,
        sample=sample,
        plate=found.cell("plate", row),
        well=well,
        gene=found.cell("gene", row),
        task=task,
        quantity=_read_quantity(found, row, line, mark, faults),
        subject=found.cell("subject", row),
        cell_type=found.cell("cell_type", row) or DEFAULT_CELL_TYPE,
        condition=found.cell("condition", row),
        is_control=found.cell("is_control", row),
        experiment=found.cell("experiment", row) or DEFAULT_EXPERIMENT,
    )


def _read_quantity(found: Found, row: list[str], line: int, mark: DecimalMark, faults: FaultReport) -> float | None:
    text = found.cell("quantity", row)
    if is_missing(text):
        return None
    number = parse_number(text, mark)
    if number is None or not math.isfinite(number) or number <= 0:
        faults.add(f"{found.column('quantity')} must be a number above 0, got {text!r}", line=line)
        return None
    return number


def _check_columns(table: TextTable, found: Found, rows: list[SheetRow], faults: FaultReport) -> None:
    """Subject and condition are needed as soon as a row is a sample."""
    if any(row.task in (None, "unknown") for row in rows):
        for what in ("subject", "condition"):
            if not found.has(what):
                faults.add(f'{missing(table, what)}: name one, columns={{"{what}": "NAME"}}', line=1)


def _check_subjects(rows: list[SheetRow], faults: FaultReport) -> None:
    """One cell type a subject."""
    first: dict[str, SheetRow] = {}
    for row in rows:
        if not row.subject or row.task not in (None, "unknown"):
            continue
        before = first.setdefault(row.subject, row)
        if before.cell_type != row.cell_type:
            faults.add(
                f"subject {row.subject} must be of one cell type, got {row.cell_type!r}, "
                f"and {before.cell_type!r} on line {before.line}",
                line=row.line,
            )
