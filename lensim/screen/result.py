"""A screen as it is read: its compounds, its long table, and the fit of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd
import xarray as xr

from lensim.checks import InputError, shown
from lensim.output import load_result
from lensim.result_workbook import Entry, NamedTable, entries_of, input_files, sentences
from lensim.screen.part import TOLD, Part, read_part
from lensim.screen.store import Record, fit_path, part_path, parts_of, read_record
from lensim.screen.table import ROWS, columns_of, rows_in_all, told_names
from lensim.screen.words import Counts


@dataclass(frozen=True)
class StoredScreen:
    """The folder of a screen, done or not: what is there of each compound."""

    folder: Path
    record: Record

    @property
    def names(self) -> tuple[str, ...]:
        """All compounds in the order of the table, also those that are not done."""
        return self.record.names

    def parts(self) -> Iterator[Part]:
        """What is known of each compound that is done, one at a time."""
        return parts_of(self.folder, self.record)

    def part(self, name: str) -> Part:
        """What is known of one compound.

        Raises
        ------
        InputError
            If the screen has no such compound, or it is not done yet.
        """
        if name not in self.record.names:
            close = get_close_matches(name, self.record.names, n=1)
            near = f" (closest: {shown(close[0])})" if close else ""
            raise InputError(
                f"compound must be one of the {len(self.record.names):,} of {self.folder}, got {shown(name)}{near}"
            )
        path = part_path(self.folder, name)
        if not path.is_file():
            raise InputError(f"{self.folder} has no result of {shown(name)} yet: run the same command to go on there")
        return read_part(path)

    def draws_file(self, name: str) -> Path:
        """The file of the draws of one compound.

        Raises
        ------
        InputError
            As `part`; if the compound failed, with the reason; if its answer is approximate.
        """
        part = self.part(name)
        if part.error:
            raise InputError(f"{self.folder} has no fit of {shown(name)}, which failed: {part.error}")
        if part.is_approximate:
            raise InputError(
                f"{self.folder} has no draws of {shown(name)}, which has an approximate answer: its rows are in "
                "summary.csv; fit it by itself for draws and figures"
            )
        return fit_path(self.folder, name)

    def result(self, name: str) -> xr.DataTree:
        """The fit of one compound, in compact form.

        Raises
        ------
        InputError
            As `draws_file`.
        """
        return load_result(self.draws_file(name))

    @property
    def counts(self) -> Counts:
        """How many compounds converged, did not, and failed."""
        counts = Counts(len(self.names))
        for part in self.parts():
            counts.add(part)
        return counts

    def table(self) -> pd.DataFrame:
        """The long table: a row a compound and line, a row with the reason for a compound that failed."""
        by = self.record.by
        columns = columns_of(self.parts(), by)
        rows: list[list[object]] = []
        for part in self.parts():
            rows += rows_in_all(part, columns)
        return pd.DataFrame(rows, columns=[by, *columns, *told_names(columns, by)])

    def sheets(self) -> list[NamedTable]:
        """The long table, and a table with a row a compound, as sheets of a workbook."""
        rows = [[part.name, len(part.rows), *part.told.values()] for part in self.parts()]
        compounds = pd.DataFrame(rows, columns=[self.record.by, ROWS, *TOLD])
        return [
            NamedTable("summary", self.table(), "All results, with intervals, bounds and flags"),
            NamedTable("compounds", compounds, "What came of each, and why one failed"),
        ]

    def about(self) -> list[Entry]:
        """What the last sheet of a workbook says: numbers, settings and notes."""
        notes = [
            Entry("note", "", note, f"{self.record.by} = {one.name}") for one in self.parts() for note in one.notes
        ]
        return [
            *sentences("verdict", self.counts.sentences(self.record.by)),
            *notes,
            *input_files(self.record.files),
            *entries_of("settings", self.record.settings),
        ]


def open_result(folder: Path) -> StoredScreen:
    """The screen in a folder.

    Raises
    ------
    InputError
        If it is no folder of a screen.
    """
    return StoredScreen(folder, read_record(folder))
