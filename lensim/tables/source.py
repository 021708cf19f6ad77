"""One file, opened once: its bytes, text and table, for every reader and sniffer that asks."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from lensim.checks import FaultReport, InputError
from lensim.input_digests import digest_of_bytes
from lensim.plain_text import shown_name
from lensim.tables.columns import as_stated
from lensim.tables.parquet import parse_parquet
from lensim.tables.raw import PARQUET_SIGNATURE, decode, read_bytes
from lensim.tables.sheet_choice import ANY, Sought, chosen_sheets
from lensim.tables.sheet_dates import MeaningsOf, no_meaning
from lensim.tables.sheet_hidden import told_of_all_hidden, told_of_hidden_sheets
from lensim.tables.sheet_parts import one_table
from lensim.tables.sheet_place import SheetPlace, place_of_sheet
from lensim.tables.sheet_range import range_in_name
from lensim.tables.sheet_table import (
    Score,
    check_dates_of_export,
    require_values,
    table_of_sheet,
    text_of_sheet,
    told_of_choice,
)
from lensim.tables.table import TextTable, first_rows, parse_text
from lensim.tables.workbook import SheetCells, Workbook, is_workbook, workbook_of


@dataclass(frozen=True, eq=False)
class ChosenSheet:
    """A sheet of a workbook that is read.

    Attributes
    ----------
    cells
        The sheet.
    score
        How well a row is its header.
    meanings_of
        What a column is by its name.
    name
        What a column worksheet says: the name on its tab, with the cells where several parts of the sheet are read.
    is_one_of_several
        Whether a plate that has no name in the sheet is named after it, and not after the file.
    told
        What was read otherwise than it is shown, in sentences.
    """

    cells: SheetCells
    score: Score
    meanings_of: MeaningsOf = no_meaning
    name: str = ""
    is_one_of_several: bool = False
    told: list[str] = field(default_factory=list)

    def notes(self, *, is_table: bool) -> list[str]:
        """What is told, of a sheet of which the table was read, or the whole as an instrument's export."""
        return list(dict.fromkeys([*self.told, *(() if is_table else told_of_all_hidden(self.cells))]))

    @property
    def shown(self) -> SheetCells:
        """The sheet, not hidden any more, since it has been chosen."""
        return replace(self.cells, is_hidden=False)


@dataclass(frozen=True, eq=False)
class Source:
    """A file that has been opened; its text and table are made where they are first asked for, and kept.

    Attributes
    ----------
    path
        As the user names it.
    place
        The file's name, for messages.
    raw
        Its bytes.
    sheet
        Of a workbook: the sheet that is read.
    is_own
        Whether its table was read another way than as a table of text, such as a map of blocks.
    notes
        What was read otherwise than a spreadsheet shows it, of a workbook of which several sheets are read as one.
    sha256
        Digest of the whole file, also of a part of it such as a sheet or a file in an archive; empty where not known.
    """

    path: Path
    place: str
    raw: bytes = field(repr=False)
    sheet: ChosenSheet | None = None
    is_own: bool = False
    notes: tuple[str, ...] = ()
    sha256: str = field(default="", repr=False)

    @property
    def stem(self) -> str:
        """The file's name without its suffix, after which a plate is named that has no name in the file.

        Where several sheets of a workbook are read, it is the sheet's name.
        """
        return self.sheet.name if self.sheet is not None and self.sheet.is_one_of_several else self.path.stem

    @property
    def key(self) -> tuple[Path, str]:
        """The path, and the name of the sheet of a workbook: no two tables have the same."""
        return self.path, "" if self.sheet is None else self.sheet.cells.name

    @property
    def is_workbook(self) -> bool:
        """Whether the bytes are those of a workbook, of which no sheet has been chosen."""
        return self.sheet is None and not self.is_own and is_workbook(self.raw)

    @cached_property
    def book(self) -> Workbook:
        """The sheets of a workbook; InputError where they cannot be read."""
        return workbook_of(self.raw, self.place)

    def has_sheet(self, name: str) -> bool:
        """Whether a workbook has a sheet of this name, also where the name is of some of its cells."""
        part = range_in_name(name)
        if part is not None and not any(one.name == name for one in self.book.sheets):
            name = part[0]
        return any(one.name.strip().casefold() == name.strip().casefold() for one in self.book.sheets)

    @property
    def is_parquet(self) -> bool:
        """Whether the bytes are those of a parquet file."""
        return self.raw.startswith(PARQUET_SIGNATURE)

    @cached_property
    def text(self) -> str:
        """The decoded text; InputError where the file is none."""
        if self.is_parquet:
            raise InputError(f"{self.place}: the file is a parquet table, text is needed")
        return decode(self.raw, self.place) if self.sheet is None else text_of_sheet(self.sheet.cells)

    @cached_property
    def headers(self) -> tuple[tuple[str, ...], ...]:
        """The names in the first row, once for each separator that may part them."""
        return (self._parsed[0].header,) if self.is_parquet or self.sheet is not None else first_rows(self.text)

    @property
    def table(self) -> TextTable:
        """The table in the file; InputError where it holds none. Faults of its shape come with `read_table`."""
        return self._parsed[0]

    def told(self) -> list[str]:
        """What was read otherwise than a spreadsheet shows it, in sentences."""
        return list(self.notes) if self.sheet is None else self.sheet.notes(is_table="_parsed" in self.__dict__)

    def with_names(self, stated: Mapping[str, str]) -> "Source":
        """The same file, whose headers have the columns that a user names under the names of their meanings."""
        other = replace(self)
        kept = {name: value for name, value in self.__dict__.items() if name in ("text", "_parsed")}
        other.__dict__.update(kept, headers=tuple(as_stated(header, stated) for header in self.headers))
        return other

    def with_part(self, table: TextTable) -> "Source":
        """The same file with a table that is a part of its text, such as that of the wells of an export."""
        other = replace(self)
        other.__dict__["_parsed"] = (table, FaultReport(self.place))
        return other

    def with_own(self, table: TextTable, faults: FaultReport) -> "Source":
        """The same file read another way: its table with the faults of its shape, and the names in its first row."""
        other = replace(self, is_own=True)
        other.__dict__.update(_parsed=(table, faults), headers=(table.header,))
        return other

    def with_table(self, table: TextTable) -> "Source":
        """The same file with another table, such as some of its rows; the faults of its shape stay."""
        other = replace(self)
        other.__dict__["_parsed"] = (table, self._parsed[1])  # where the cached property keeps it
        return other

    @cached_property
    def _parsed(self) -> tuple[TextTable, FaultReport]:
        if self.sheet is not None:
            place = self.place if isinstance(self.place, SheetPlace) else SheetPlace(self.place)
            table = table_of_sheet(self.sheet.cells, place, self.sheet.score, self.sheet.told, self.sheet.meanings_of)
            return table, FaultReport(place, unit="row")
        if self.is_parquet:
            return parse_parquet(self.raw, self.place), FaultReport(self.place, unit="row")
        if self.place.lower().endswith((".parquet", ".pq")):
            raise InputError(f"{self.place}: the file is named as parquet but is not: write it again")
        faults = FaultReport(self.place)
        return parse_text(self.text, faults), faults

    def new_faults(self) -> FaultReport:
        """A report that has the faults of the table's shape, for a reader to add its own."""
        shape = self._parsed[1]
        return FaultReport(self.place, list(shape.faults), unit=shape.unit)


File = str | Path | Source
"""What a reader takes: a path, or a file that has been opened already."""

Files = File | Sequence[File]


def source_of(file: File, sought: Sought = ANY, *, whole: bool = False) -> Source:
    """A file, opened if it is not yet; of a workbook the one sheet that has what is sought.

    `whole` leaves a workbook as it is.

    Raises
    ------
    InputError
        If there is no such file, it is a folder, it cannot be opened, or it is empty; if it is not clear which sheet of
        a workbook is meant.
    """
    if isinstance(file, Source):
        return file
    raw = read_bytes(file)
    source = Source(Path(file), shown_name(Path(file).name), raw, sha256=digest_of_bytes(raw))
    return source if whole or not source.is_workbook else sheets_of(source, sought)[0]


def sheets_of(
    source: Source,
    sought: Sought = ANY,
    names: Sequence[str] = (),
    stated: Mapping[str, str] = MappingProxyType({}),
    passed_over: Sequence[str] = (),
) -> list[Source]:
    """The sheets of a workbook that are read, each as a source: those that are named, else the one that is sought.

    Raises
    ------
    InputError
        As `chosen_sheets`; if a sheet has several such tables; or if a formula in such a sheet has no value.
    """
    book, score, meanings_of = source.book, sought.score(stated), sought.meanings_of(stated)

    def as_source(sheet: SheetCells, name: str = "", *, is_one_of_several: bool = False) -> Source:
        place = place_of_sheet(source.place, sheet.name)
        sheet_of_it = ChosenSheet(sheet, score, meanings_of, name or sheet.name, is_one_of_several)
        return replace(source, place=place, sheet=sheet_of_it)

    chosen = chosen_sheets(book, sought, names, stated, as_source, passed_over=passed_over)
    if sought.may_be_several and len(chosen) > 1 and not names:
        told = [f"{one.name!r}: {note}" for one in chosen for note in told_of_all_hidden(one)]
        whole = replace(source, notes=(*told, *told_of_hidden_sheets(book.sheets, chosen)))
        whole.__dict__["book"] = Workbook(book.place, tuple(chosen))  # where the cached property keeps it
        return [whole]
    filled = sum(any(map(any, one.rows)) for one in book.sheets)
    parts = Counter(one.tab for one in chosen)
    sheets = []
    for whole_sheet in chosen:
        passed: list[str] = []
        where = place_of_sheet(source.place, whole_sheet.name)
        is_export = bool(sought.rank(as_source(whole_sheet)))
        sheet = one_table(whole_sheet, where, sought, stated, passed, is_export=is_export)
        name = whole_sheet.tab if parts[whole_sheet.tab] == 1 else sheet.name
        one = as_source(sheet, name, is_one_of_several=len(chosen) > 1)
        require_values(sheet, where)
        if is_export:
            check_dates_of_export(sheet, where, score, meanings_of)
        assert one.sheet is not None
        one.sheet.told.extend(told_of_choice(sheet, filled, sought.what))
        one.sheet.told.extend(told_of_hidden_sheets(book.sheets, chosen) if whole_sheet is chosen[0] else ())
        one.sheet.told.extend(passed)
        sheets.append(one)
    return sheets


def sources_of(files: Files, *, whole: bool = False) -> list[Source]:
    """Files, opened if they are not yet; where two have one name, messages give their paths.

    Of a workbook it is the only sheet with content; `whole` leaves workbooks as they are.

    Raises
    ------
    InputError
        If there is none, or one is given twice; with every file that cannot be opened.
    """
    several = [files] if isinstance(files, str | Path | Source) else list(files)
    if not several:
        raise InputError("files must name at least one file, got none")
    opened, faults = [], []
    for file in several:
        try:
            opened.append(source_of(file, whole=whole))
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("\n".join(faults))
    keys = Counter(one.key for one in opened)
    twice = [f"{shown_name(path)}{f', sheet {name!r}' if name else ''}" for (path, name), n in keys.items() if n > 1]
    if twice:
        raise InputError(f"files must not name anything twice, got {', '.join(twice)}")
    names = Counter(one.place for one in opened)
    return [one if names[one.place] == 1 else replace(one, place=_whole_place(one)) for one in opened]


def _whole_place(source: Source) -> str:
    """The place of a file with its path, where another file has the same name."""
    path = shown_name(source.path)
    return path if source.sheet is None else place_of_sheet(path, source.sheet.cells.name)


def read_table(file: File, sought: Sought = ANY) -> tuple[TextTable, FaultReport]:
    """The table of a CSV, TSV or parquet file, or of a sheet of a workbook, as text, with the faults of its shape.

    Raises
    ------
    InputError
        If the file cannot be read at all, is no table, or has no rows.
    """
    source = source_of(file, sought)
    return source.table, source.new_faults()


@dataclass(frozen=True)
class Format:
    """A kind of file: its name, and how it is known. `recognises` looks at the content, never at the file's name."""

    name: str
    recognises: Callable[[Source], bool]


def format_of(source: Source, formats: Sequence[Format]) -> str | None:
    """The first of some formats that a file has, so the more particular must come first; None where it has none.

    Raises
    ------
    InputError
        If the file is neither text nor of a binary format that is among these.
    """
    return next((one.name for one in formats if one.recognises(source)), None)
