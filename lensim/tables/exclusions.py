"""A file of wells or reactions that a person excludes, a line each, with the reason."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from lensim.checks import FaultReport, InputError, instance
from lensim.input_digests import digest_of_bytes
from lensim.tables.columns import EXPERIMENT_NAMES, PLATE_NAMES, Found, Meaning, find_columns, missing
from lensim.tables.names import plain_name
from lensim.tables.number_text import DecimalMark, decimal_mark_in_doubt, is_missing, parse_number
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import File, Source, source_of

UM_PER_UNIT: Final[Mapping[str, float]] = {"m": 1e6, "mm": 1e3, "um": 1.0, "nm": 1e-3, "pm": 1e-6}
"""Units that may follow the name of the column of doses: dose_nM."""
_UNITS: Final = frozenset({*UM_PER_UNIT, "pg_per_ml", "pg_ml"})
DOSE: Final = "dose"
REASON: Final = "reason"
EVERY: Final = "*"
"""In a column of `MAY_BE_EVERY`: the line is meant on every plate, with every compound, under every condition."""
MAY_BE_EVERY: Final = frozenset({"plate", "compound", "condition"})


def _named(*names: str) -> Meaning:
    return Meaning(names, may_be_constant=False, is_optional=True)


COLUMNS: Final[Mapping[str, Meaning]] = {
    "run": _named("run", "file", "file_name", "run_id"),
    "plate": _named(*PLATE_NAMES),
    "experiment": _named(*(name for name in EXPERIMENT_NAMES if name != "run")),
    "well": _named("well", "well_name", "well_id", "well_position", "position"),
    "cell_line": _named("cell_line", "line", "cell"),
    "compound": _named("compound", "drug"),
    DOSE: Meaning((DOSE, "concentration", "conc"), _UNITS, may_be_constant=False, is_optional=True),
    "target": _named("target", "gene", "detector"),
    "sample": _named("sample", "sample_name", "medium", "tube"),
    "subject": _named("subject", "patient", "donor"),
    "condition": _named("condition", "treatment"),
    "task": _named("task", "role"),
    REASON: Meaning((REASON, "why"), may_be_constant=False),
}
"""What a line names, and why it is excluded. Several columns of a line must all fit."""
FOR_PEOPLE: Final = frozenset({"check", "status", "found", "value", "unit", "note", "notes", "comment", "remark"})
"""Columns that say nothing of where a well is, and are passed over."""

SOUGHT: Final = Sought("a table of exclusions", COLUMNS, (((REASON,),),))


def is_name_of_column(name: str) -> bool:
    """Whether a column is one of `COLUMNS` by its name."""
    return not name or any(meaning.rank(name) is not None for meaning in COLUMNS.values())


@dataclass(frozen=True)
class Exclusion:
    """One line: what it names, and why that is excluded.

    Attributes
    ----------
    line
        Of the file.
    keys
        Texts by their meaning, as in `COLUMNS`; a dose as a number too.
    reason
        Why, in the words of the person.
    dose
        In the unit of the column; NaN where the line names none.
    """

    line: int
    keys: Mapping[str, str]
    reason: str
    dose: float = math.nan

    def __str__(self) -> str:
        return ", ".join(f"{what.replace('_', ' ')} {text}" for what, text in self.keys.items())


@dataclass(frozen=True)
class Exclusions:
    """All lines of a file.

    Attributes
    ----------
    place
        The file's name.
    digest
        SHA-256 of its bytes.
    lines
        In the order of the file.
    um_per_unit
        Of the column of doses; NaN where its name has no unit.
    unit
        What is counted in the file: lines, or rows.
    """

    place: str
    digest: str
    lines: tuple[Exclusion, ...]
    um_per_unit: float = math.nan
    unit: str = "line"

    def new_faults(self) -> FaultReport:
        """An empty report of the file."""
        return FaultReport(self.place, unit=self.unit)


Exclude = str | Path | pd.DataFrame | Exclusions
"""What takes exclusions: a file, a table with its columns, or what `read_exclusions` gave."""


def read_exclusions(
    file: File | pd.DataFrame | Exclusions, decimal: DecimalMark | None = None, by: str = ""
) -> Exclusions:
    """Read a table of wells or reactions that are excluded.

    Columns (see `COLUMNS` for other names): reason, which no line may leave empty, and what says where: well and
    plate (run, experiment); or cell_line, dose_um (dose_nM ...) and plate; or target and sample (or subject and
    condition). A column of another name is refused, since a line would match more wells than it says.

    Parameters
    ----------
    file
        CSV, TSV, a workbook or parquet, or a table with these columns.
    decimal
        The decimal mark of doses, where the numbers do not show it.
    by
        The column whose values are studies by themselves, which lines may have too.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    if isinstance(file, Exclusions):
        return file
    source = _source_of(file)
    table, faults = source.table, source.new_faults()
    found = find_columns(table, COLUMNS, faults)
    if not found.has(REASON):
        faults.add(f"{missing(table, REASON)}: call the column {REASON}", line=1)
        faults.raise_if_any()
    used = set(found.position.values())
    names = [plain_name(name) if at not in used else "" for at, name in enumerate(table.header)]
    of_study = names.index(plain_name(by)) if by and plain_name(by) in names else None
    used |= set() if of_study is None else {of_study}
    for at, name in enumerate(table.header):
        is_empty = not any(row[at].strip() for row in table.rows)
        if at not in used and plain_name(name) not in FOR_PEOPLE and not is_empty:
            faults.add(f"the column {name!r} is none of {', '.join(COLUMNS)}: rename it, or leave it out", line=1)
    cells = [found.cell(DOSE, row) for row in table.rows if found.has(DOSE)]
    cells = [cell for cell in cells if not is_missing(cell)]
    mark = decimal_mark_in_doubt([], decimal, table.has_decimal_points, faults, below_thousand=cells)
    lines = []
    for row, line in zip(table.rows, table.lines, strict=True):
        study = {} if of_study is None or not row[of_study].strip() else {by: row[of_study].strip()}
        lines.append(_line(found, row, line, mark, faults, study))
    if not table.rows:
        faults.add("there must be at least one line, got none")
    faults.raise_if_any()
    unit = plain_name(found.column(DOSE)).rpartition("_")[2]
    return Exclusions(
        source.place,
        digest_of_bytes(source.raw),
        tuple(lines),
        UM_PER_UNIT.get(unit, math.nan) if found.has(DOSE) else math.nan,
        faults.unit,
    )


def _source_of(file: File | pd.DataFrame) -> Source:
    if not isinstance(file, pd.DataFrame):
        instance("exclude", file, (str, Path, Source), "a file or a DataFrame")
        return source_of(file, SOUGHT)
    return Source(Path("exclude.csv"), "exclude", file.to_csv(index=False, lineterminator="\n").encode())


def _line(
    found: Found, row: list[str], line: int, mark: DecimalMark, faults: FaultReport, study: dict[str, str]
) -> Exclusion:
    texts = {what: found.cell(what, row) for what in COLUMNS if found.has(what)}
    reason = texts.pop(REASON, "")
    keys = {what: text for what, text in texts.items() if text} | study
    if is_missing(reason) or not any(letter.isalnum() for letter in reason):
        faults.add(
            f"{found.column(REASON)} must say why, got {reason or 'nothing'}: write one, or delete the line",
            line=line,
        )
    if not keys:
        faults.add("the line must say what is excluded, such as a plate and a well, got the reason alone", line=line)
    dose = math.nan
    if DOSE in keys:
        number = parse_number(keys[DOSE], mark)
        if number is None or not math.isfinite(number) or number < 0.0:
            faults.add(f"{found.column(DOSE)} must be a number of 0 or more, got {keys[DOSE]!r}", line=line)
        else:
            dose = number
    return Exclusion(line, keys, reason, dose)


def require_readable(exclude: Exclude | None, by: str = "") -> Exclusions | None:
    """The exclusions that are given, read; None without any.

    Raises
    ------
    InputError
        As `read_exclusions`.
    """
    if exclude is None:
        return None
    if isinstance(exclude, str) and not exclude:
        raise InputError("exclude must name a file, got an empty text")
    return read_exclusions(exclude, by=by)
