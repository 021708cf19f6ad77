"""What dropped files have, so that the choices of the form can be filled: the assay, columns, names, sheets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lensim.bioassay.columns import COLUMNS as BIOASSAY
from lensim.cell_cycle.read.columns import COUNT_COLUMNS, EVENT_COLUMNS, FCS_COLUMNS
from lensim.checks import InputError
from lensim.dose_response.read.columns import COLUMNS as DOSE_RESPONSE
from lensim.expression.read import is_of_reactions, read_reactions
from lensim.expression.read.columns import COLUMNS as REACTIONS
from lensim.expression.read.columns import RATIO_COLUMNS
from lensim.expression.read.detect import opened, table_to_choose_from
from lensim.tables.columns import Meaning, names_any
from lensim.tables.instruments.plates import headers_of
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import Source, sheets_of, source_of
from lensim.tables.table import TextTable

MEANINGS: Final[Mapping[str, Mapping[str, Meaning]]] = {
    "dose_response": DOSE_RESPONSE,
    "expression": {**RATIO_COLUMNS, **REACTIONS},
    "bioassay": BIOASSAY,
    "cell_cycle": {**FCS_COLUMNS, **EVENT_COLUMNS, **COUNT_COLUMNS},
}
"""What columns can be, by assay."""

NO_MEANINGS: Final[Mapping[str, Meaning]] = MappingProxyType({})
OF_BIOASSAY: Final = Meaning(("optical_density", "od", "od570", "od_570", "a570"))
OF_CELL_CYCLE: Final = Meaning(
    ("phase", "cell_cycle_phase", "g0_g1", "g1", "g0g1", "g2_m", "g2m", "brdu", "brdu_fitc", "fcs", "fcs_file")
)
MOST_VALUES: Final = 200
MOST_PAIRS: Final = 12
"""Values of a column of which single ones may be kept."""
MOST_NAMES: Final = 300


@dataclass(frozen=True)
class Has:
    """What files have.

    Attributes
    ----------
    assay
        That their content shows.
    names
        Of columns.
    values
        Of columns with a known meaning, by meaning; the words of the column role as `role`.
    columns
        The column that is taken for each meaning.
    sheets
        Of workbooks.
    pairs
        COLUMN=VALUE of columns with few values.
    by_name
        Values of every column, by its name.
    chosen
        The column that was chosen for a meaning: its values are those of the meaning.
    asked
        Values that the reader named when it asked for one of them, by meaning.
    """

    assay: str = "dose_response"
    names: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, what: str) -> tuple[str, ...]:
        """Values for a choice: by a meaning, or sheets, names and pairs."""
        own = {"sheets": self.sheets, "names": self.names, "pairs": self.pairs}
        if what in own:
            return own[what]
        column = self.chosen.get(what, "")
        there = self.by_name.get(column, ()) if column else self.values.get(what, ())
        named = self.asked.get(what, ())
        if ", ".join(named) == ", ".join(there):  # a message parts names by commas, and a name may have one
            return there
        return tuple(dict.fromkeys((*named, *there)))


def look_at(files: tuple[Path, ...], table: Path | None, assay: str = "") -> Has:
    """What files and the table beside them have; a file that cannot be read has nothing.

    Parameters
    ----------
    files, table
        As dropped.
    assay
        The one that was chosen; else the one that the files show.
    """
    assay = assay or assay_of_files(files)
    sheets: list[str] = []
    tables: list[TextTable] = []
    for path in (*files, *(() if table is None else (table,))):
        with suppress(InputError):
            source = source_of(path, whole=True)
            if source.is_workbook:
                sheets += [one.name for one in source.book.sheets if any(map(any, one.rows))]
            tables += list(_tables(source, assay))
    values, columns = _known(tables, MEANINGS[assay])
    if assay == "expression" and not values.get("gene"):
        with suppress(InputError):
            values["gene"] = _first(one.gene for one in read_reactions(list(files)).reactions)
    names = _first(name for one in tables for name in one.header)[:MOST_NAMES]
    by_name = _by_name(tables)
    return Has(assay, names, values, columns, tuple(dict.fromkeys(sheets)), tuple(_pairs(by_name)), by_name)


def assay_of_files(files: Iterable[Path]) -> str:
    """The assay that the content of files shows; dose-response where none is clear."""
    for path in files:
        try:
            source = source_of(path, whole=True)
            if source.raw.startswith(b"FCS"):
                return "cell_cycle"
            headers = _headers(source)
            if any(names_any(header, OF_CELL_CYCLE) for header in headers):
                return "cell_cycle"
            if any(names_any(header, OF_BIOASSAY) and names_any(header, BIOASSAY["role"]) for header in headers):
                return "bioassay"
            if is_of_reactions(path):
                return "expression"
        except InputError:  # told by the reader
            continue
    return "dose_response"


def _headers(source: Source) -> list[Sequence[str]]:
    """Headers of a file's tables; none of an archive, which is no table, but may be a cycler's."""
    try:
        return [header for one in _sheets(source) for header in headers_of(one)]
    except InputError:
        return []


def _sheets(source: Source, meanings: Mapping[str, Meaning] = NO_MEANINGS) -> Iterator[Source]:
    """A file, or the sheets of a workbook: the header of each is the row with the most columns of known meaning."""
    if not source.is_workbook:
        yield source
        return
    sought = Sought(meanings=meanings)
    for sheet in source.book.sheets:
        with suppress(InputError):
            yield from sheets_of(source, sought, names=[sheet.name])


def _tables(source: Source, assay: str) -> Iterator[TextTable]:
    """The tables of a file: of a machine's export of Cts the one of its wells."""
    if assay == "expression" and not source.is_workbook:
        with suppress(InputError):
            yield from [table_to_choose_from(one) for one in opened(source)]
            return
    for one in _sheets(source, MEANINGS[assay]):
        with suppress(InputError):
            yield one.table


def _known(
    tables: list[TextTable], meanings: Mapping[str, Meaning]
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Values and names of the columns whose meaning their name tells."""
    values: dict[str, tuple[str, ...]] = {}
    columns: dict[str, str] = {}
    for what, meaning in meanings.items():
        found: list[str] = []
        for table in tables:
            ranks = {at: rank for at, name in enumerate(table.header) if (rank := meaning.rank(name)) is not None}
            if ranks:
                at = min(ranks, key=lambda one: ranks[one])
                columns.setdefault(what, table.header[at])
                found += _first(row[at] for row in table.rows)
        if found:
            values[what] = tuple(dict.fromkeys(found))[:MOST_VALUES]
    return values, columns


def _first(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts that are not empty, each once, in their order."""
    return tuple(dict.fromkeys(kept for text in texts if (kept := " ".join(text.split()))))


def _by_name(tables: list[TextTable]) -> dict[str, tuple[str, ...]]:
    """Values of the columns of a name, of all tables; of the first ones where there are very many."""
    found: dict[str, dict[str, None]] = {}
    for table in tables:
        for at, name in enumerate(table.header[:MOST_NAMES]):
            if name:
                found.setdefault(" ".join(name.split()), {}).update(
                    dict.fromkeys(_first(row[at] for row in table.rows))
                )
    return {name: tuple(own)[:MOST_VALUES] for name, own in found.items()}


def _pairs(by_name: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, own in by_name.items():
        if 2 <= len(own) <= MOST_PAIRS and "=" not in name:
            yield from (f"{name}={value}" for value in own)
