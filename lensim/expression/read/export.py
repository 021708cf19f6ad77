"""The table inside an instrument's text export: found by its header, whatever is above and below it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.expression.read.tasks import KNOWN, TaskOrIgnored, holds_roles, task_of
from lensim.expression.read.understand import RawRow
from lensim.tables.flags import FLAG_RULE, parse_flag
from lensim.tables.names import plain_name
from lensim.tables.number_text import is_missing
from lensim.tables.table import TextTable
from lensim.tables.well_names import parse_well_name

SEPARATORS: Final = ("\t", ",", ";", "|")
MOST_WELLS: Final = 12 * 256  # of an OpenArray plate of 12 x 4 times 64
_MAYBE_HEADER: Final = re.compile(r"well|pos|\bno\b", re.IGNORECASE)  # to pass over long files fast
_OPEN_ARRAY: Final = re.compile(r"[A-D](?:[1-9]|1[0-2])[a-h][1-8]")
_ENDS: Final = frozenset({"slope", "y_intercept", "r_2", "r2", "analysis_type", "endogenous_control"})
"""First cells of rows under a table, which say something of all of it."""


@dataclass(frozen=True)
class Layout:
    """How a program names the columns of its export.

    Attributes
    ----------
    instrument
        Its name, for messages.
    names
        What is sought to the names that it goes by, the preferred first, as `plain_name` gives them. A star stands for
        whatever follows, such as a unit.
    needed
        What must be there. A header is a row that has all of it.
    marks
        Names that no other program uses: a row with one of them is the program's, though it lacks something needed.
    """

    instrument: str
    names: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    marks: frozenset[str] = frozenset()

    def find(self, header: Sequence[str]) -> dict[str, int] | None:
        """Where in a row each thing is named; None where the row is no header of this layout."""
        position = self.find_any(header)
        return position if all(what in position for what in self.needed) else None

    def find_any(self, header: Sequence[str]) -> dict[str, int]:
        """Where in a row each thing is named, of those that are."""
        plain = [plain_name(cell) for cell in header]
        found = {
            what: next((at for name in names if (at := _index(plain, name)) >= 0), -1)
            for what, names in self.names.items()
        }
        return {what: at for what, at in found.items() if at >= 0}

    def is_marked(self, header: Sequence[str]) -> bool:
        """Whether a row has a name that only this program uses, and half of what is needed."""
        found = self.find_any(header)
        known = sum(what in found for what in self.needed)
        return 2 * known >= len(self.needed) and any(plain_name(cell) in self.marks for cell in header)


def _index(plain: Sequence[str], name: str) -> int:
    """Where a name is, or one that begins with it where it ends in a star; -1 where it is nowhere."""
    if name.endswith("*"):
        return next((at for at, other in enumerate(plain) if other.startswith(name[:-1])), -1)
    return plain.index(name) if name in plain else -1


@dataclass(frozen=True)
class ExportTable:
    """The table of an export, and the rows above it."""

    layout: Layout
    header: list[str]
    header_line: int
    position: Mapping[str, int]
    rows: list[tuple[int, list[str]]]
    preamble: list[tuple[int, list[str]]] = field(default_factory=list)
    separator: str = "\t"
    notes: tuple[str, ...] = ()

    def cell(self, what: str, row: Sequence[str]) -> str:
        """Text of a row for a meaning, with single blanks; empty where the table has none."""
        at = self.position.get(what)
        return "" if at is None or at >= len(row) else " ".join(row[at].split())

    def name(self, what: str) -> str:
        """The column's name as the file writes it."""
        at = self.position.get(what)
        return what if at is None else " ".join(self.header[at].split())


def as_text_table(table: ExportTable, place: str) -> TextTable:
    """The table of an export as any other, its rows as long as its header."""
    width = len(table.header)
    rows = [[*row[:width], *[""] * (width - len(row))] for _, row in table.rows]
    header = tuple(" ".join(name.split()) for name in table.header)
    return TextTable(place, header, rows, [line for line, _ in table.rows])


def has_table(text: str, layout: Layout) -> bool:
    """Whether a text has a header of this layout."""
    return fit(text, layout) > 0


def fit(text: str, layout: Layout) -> int:
    """How many columns of a layout the header of a text names; 0 where it has no header of it."""
    found = (layout.find(cells) for _, cells in maybe_headers(text))
    return max((len(position) for position in found if position is not None), default=0)


def marked_header(text: str, layout: Layout) -> tuple[int, list[str]] | None:
    """The line and the cells of a header that is surely of this program, though it may lack something needed."""
    return next(((line, cells) for line, cells in maybe_headers(text) if layout.is_marked(cells)), None)


def maybe_headers(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that may be headers of a table of wells, and their cells, by each separator."""
    for line, written in enumerate(text.splitlines(), 1):
        if _MAYBE_HEADER.search(written):
            for separator in SEPARATORS:
                if separator in written:
                    yield line, [cell.strip().strip('"') for cell in written.split(separator)]


def find_table(text: str, layout: Layout, faults: FaultReport) -> ExportTable:
    """The table of a layout, its rows as long as they must be; a short or long row is a fault and left out.

    Raises
    ------
    InputError
        If no row is a header, or none follows it.
    """
    best: ExportTable | None = None
    below: list[tuple[int, list[str]]] = []
    for separator in SEPARATORS:
        try:
            rows = _split(text, separator)
        except csv.Error as error:
            if best is None and separator in text and _has_header_line(text, separator, layout):
                raise InputError(
                    f"{faults.place}: quotes or fields cannot be separated ({error}); check the quotes"
                ) from None
            continue
        for at, (line, row) in enumerate(rows):
            position = layout.find(row)
            if position is not None and (best is None or len(row) > len(best.header)):
                body = _body(rows[at + 1 :], row, position.get("well", 0))
                best = ExportTable(layout, row, line, position, body, rows[:at], separator)
                below = [one for one in rows[at + 1 :] if not body or one[0] > body[-1][0]]
            if position is not None:
                break
    if best is None:
        raise InputError(
            f"{faults.place}: no header of {layout.instrument} was found, a row that names "
            f"{', '.join('/'.join(layout.names[what][:3]) for what in layout.needed)}; "
            f"the file begins with {text.strip().splitlines()[0][:60]!r}"
        )
    if not best.rows:
        raise InputError(f"{faults.place} line {best.header_line}: the table has a header but no rows")
    _require_no_other_table(best, below, faults)
    return _with_roles(_check_lengths(best, faults), faults.place)


def _require_no_other_table(table: ExportTable, below: Sequence[tuple[int, list[str]]], faults: FaultReport) -> None:
    """Note a second table of results below the first that has other rows: another plate, which would be passed over."""
    there = {tuple(cell.strip() for cell in row) for _, row in table.rows}
    for at, (line, row) in enumerate(below):
        if [cell.strip() for cell in row] != [cell.strip() for cell in table.header]:
            continue
        rows = _body(below[at + 1 :], row, table.position.get("well", 0))
        if any(tuple(cell.strip() for cell in one) not in there for _, one in rows):
            faults.add(
                f"a second table of {table.layout.instrument} begins here, with other rows than the one on line "
                f"{table.header_line}: write each plate into a file of its own",
                line=line,
            )
            return


def _has_header_line(text: str, separator: str, layout: Layout) -> bool:
    return any(layout.find(line.split(separator)) is not None for line in text.splitlines())


def _split(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """All rows, each with its line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    while True:
        line = reader.line_num + 1
        try:
            rows.append((line, next(reader)))
        except StopIteration:
            return rows


def _body(rows: Sequence[tuple[int, list[str]]], header: Sequence[str], well: int) -> list[tuple[int, list[str]]]:
    """Rows of the table: to a blank row, and on behind it only where wells go on."""
    body, is_over = [], False
    for line, row in rows:
        first = next((cell.strip() for cell in row if cell.strip()), "")
        if not first:
            is_over = True
            continue
        if (first.startswith("[") and first.endswith("]")) or first.lower().startswith("summary data"):
            break
        if plain_name(first) in _ENDS and not is_well(row[well] if well < len(row) else ""):
            break
        if is_over and not (len(row) >= len(header) - 1 and is_well(row[well] if well < len(row) else "")):
            break
        body.append((line, row))
    return body


def _check_lengths(table: ExportTable, faults: FaultReport) -> ExportTable:
    """Leave out rows with fewer cells than the others have, or with text behind the last column."""
    usual = Counter(len(row) for _, row in table.rows).most_common(1)[0][0]
    fewest = max(min(len(table.header), usual), 1 + max(table.position[what] for what in table.layout.needed))
    rows = []
    parted = _parted_by_decimal_commas(table)
    if parted:
        line, row = parted[0]
        ct = table.position["ct"]
        more = f"; so in {len(parted)} rows" if len(parted) > 1 else ""
        faults.add(
            f"the row must have {len(table.header)} fields, got {len(row)}: a comma both parts fields and marks "
            f"decimals in {f'{row[ct]},{row[ct + 1]}'!r}, so export with semicolons, tabs or decimal points{more}",
            line=line,
        )
    lines_of_parted = {line for line, _ in parted}
    for line, row in table.rows:
        if line in lines_of_parted:
            continue
        beyond = any(cell.strip() for cell in row[len(table.header) :])
        if len(row) < fewest or beyond:
            got = f"{len(row)}; is the file cut off?" if len(row) < fewest else str(len(row))
            faults.add(f"the row must have {len(table.header) if beyond else fewest} fields, got {got}", line=line)
            continue
        rows.append((line, row))
    return replace(table, rows=rows)


def _with_roles(table: ExportTable, place: str) -> ExportTable:
    """A table that has a column for the task, if only by its words: Unkn, Std and NTC under another name."""
    if "task" in table.position:
        return table
    for at, name in enumerate(table.header):
        if at in table.position.values():
            continue
        if holds_roles(row[at] for _, row in table.rows if at < len(row)):
            note = f"{place}: the column {name.strip()!r} is read as the task of a well, by its words"
            return replace(table, position={**table.position, "task": at}, notes=(*table.notes, note))
    return table


def _parted_by_decimal_commas(table: ExportTable) -> list[tuple[int, list[str]]]:
    """Rows of a table with commas that are too long, since 27,5 without quotes is two fields.

    The fields beyond such a row's last column may all be blank, so that its length alone is no fault; the Ct of 27 that
    would be read is. One Ct with a point shows that commas part fields only.
    """
    at = table.position["ct"]
    if table.separator != "," or any("." in table.cell("ct", row) for _, row in table.rows):
        return []
    return [
        (line, row)
        for line, row in table.rows
        if len(row) > max(len(table.header), at + 1) and row[at].strip().isdigit() and row[at + 1].strip().isdigit()
    ]


def is_well(text: str) -> bool:
    """Whether a cell is the name of a well (A1, or A1a1 on an OpenArray plate) or its number."""
    plain = text.strip()
    return (parse_well_name(plain) or _OPEN_ARRAY.fullmatch(plain)) is not None or (
        plain.isascii() and plain.isdigit() and len(plain) < 5 and 1 <= int(plain) <= MOST_WELLS
    )


def read_well(table: ExportTable, line: int, row: Sequence[str], faults: FaultReport) -> str:
    """The name of a well; one that is none is a fault."""
    well = table.cell("well", row)
    if not is_well(well):
        faults.add(f"{table.name('well')} must be a well such as A1, or its number, got {well!r}", line=line)
    return well


def read_task(table: ExportTable, line: int, row: Sequence[str], faults: FaultReport) -> TaskOrIgnored:
    """The task of a row; an unknown word is a fault."""
    word = table.cell("task", row)
    task = task_of(word)
    if task is None:
        faults.add(f"{table.name('task')} must be a word such as {KNOWN}, got {word!r}", line=line)
        return "ignored"
    return task


def read_flag(table: ExportTable, what: str, line: int, row: Sequence[str], faults: FaultReport) -> bool | None:
    """Yes or no; None where the table has no such column. Another word is a fault."""
    if what not in table.position:
        return None
    word = table.cell(what, row)
    flag = parse_flag(word)
    if flag is None:
        faults.add(f"{table.name(what)} must be {FLAG_RULE}, got {word!r}", line=line)
    return bool(flag)


def read_rows(table: ExportTable, plate: str, faults: FaultReport) -> list[RawRow]:
    """Every row of a table of Applied Biosystems' programs; omitted wells, and those with nothing in, are ignored."""
    rows = []
    for line, row in table.rows:
        task = read_task(table, line, row, faults)
        well = read_well(table, line, row, faults)
        sample, gene, ct = (table.cell(what, row) for what in ("sample", "gene", "ct"))
        if read_flag(table, "omit", line, row, faults) or (not gene and is_missing(ct)):
            task = "ignored"
        if task == "plate_calibrator":  # IPC in these programs is an internal positive control
            task = "ignored"
        own = table.cell("plate", row) or plate
        rows.append(RawRow(line, own, well, sample, gene, task, ct, table.cell("quantity", row)))
    return rows
