"""One file, opened once: its bytes, text and table, for every reader and sniffer that asks."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from lensim.checks import FaultReport, InputError
from lensim.plain_text import shown_name
from lensim.tables.columns import as_stated
from lensim.tables.parquet import parse_parquet
from lensim.tables.raw import PARQUET_SIGNATURE, decode, read_bytes
from lensim.tables.table import TextTable, first_rows, parse_text


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
    is_own
        Whether its table was read another way than as a table of text, such as a map of blocks.
    """

    path: Path
    place: str
    raw: bytes = field(repr=False)
    is_own: bool = False

    @property
    def stem(self) -> str:
        """The file's name without its suffix, after which a plate is named that has no name in the file."""
        return self.path.stem

    @property
    def is_parquet(self) -> bool:
        """Whether the bytes are those of a parquet file."""
        return self.raw.startswith(PARQUET_SIGNATURE)

    @cached_property
    def text(self) -> str:
        """The decoded text; InputError where the file is none."""
        if self.is_parquet:
            raise InputError(f"{self.place}: the file is a parquet table, text is needed")
        return decode(self.raw, self.place)

    @cached_property
    def headers(self) -> tuple[tuple[str, ...], ...]:
        """The names in the first row, once for each separator that may part them."""
        return (self._parsed[0].header,) if self.is_parquet else first_rows(self.text)

    @property
    def table(self) -> TextTable:
        """The table in the file; InputError where it holds none. Faults of its shape come with `read_table`."""
        return self._parsed[0]

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


def source_of(file: File) -> Source:
    """A file, opened if it is not yet.

    Raises
    ------
    InputError
        If there is no such file, it is a folder, it cannot be opened, or it is empty.
    """
    return file if isinstance(file, Source) else Source(Path(file), shown_name(Path(file).name), read_bytes(file))


def sources_of(files: Files) -> list[Source]:
    """Files, opened if they are not yet; where two have one name, messages give their paths.

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
            opened.append(source_of(file))
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("\n".join(faults))
    twice = [shown_name(path) for path, times in Counter(one.path for one in opened).items() if times > 1]
    if twice:
        raise InputError(f"files must not name anything twice, got {', '.join(twice)}")
    names = Counter(one.place for one in opened)
    return [one if names[one.place] == 1 else Source(one.path, shown_name(one.path), one.raw) for one in opened]


def read_table(file: File) -> tuple[TextTable, FaultReport]:
    """The table of a CSV, TSV or parquet file as text, with the faults of its shape.

    Raises
    ------
    InputError
        If the file cannot be read at all, is no table, or has no rows.
    """
    source = source_of(file)
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
