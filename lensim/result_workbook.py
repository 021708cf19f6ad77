"""Tables of a result as a workbook: units in headers, bounds as numbers too, and on the last sheet what made it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lensim.input_digests import digests_of
from lensim.units_in_names import unit_of
from lensim.workbook_file import SheetTable, sheet_names, write_workbook

if TYPE_CHECKING:
    import pandas as pd

ABOUT: Final = "about"
"""Name of the last sheet."""
INPUT: Final = "input file"
"""Part of the rows that name a file with its digest."""
SHA256: Final = "SHA-256"
NUMBER: Final = "number"
FLAG: Final = "flag"
ABOVE: Final = "above"
BELOW: Final = "below"
AGREES: Final = 0.06
"""Share by which a number in words, of two digits, may differ from the same number in another column."""
_FIGURE: Final = r"[-\u2212]?[0-9][0-9\u202f,]*(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?"
_BOUND: Final = re.compile(rf"(?P<side>[<>])\s*(?P<number>{_FIGURE})\s*(?P<unit>%?)(?: \((?:from|to) .*\))?")
_INTERVAL: Final = re.compile(rf"(?P<number>{_FIGURE})\s*(?P<unit>%?) \(.* to .*\)")
_NUMBER: Final = re.compile(rf"(?P<number>{_FIGURE})\s*(?P<unit>%?)")
READING: Final = (
    ("empty cell", "there is no value"),
    (f"columns on _{NUMBER} and _{FLAG}", f"the text before them as a number: of a bound its limit, with {ABOVE} "
     f"where the value lies above it and {BELOW} where it lies below"),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A row of the last sheet: part of what is told, name and value; `of` is the study where there are several."""

    part: str
    name: str
    value: object
    of: str = ""


@dataclass(frozen=True)
class NamedTable:
    """A table of a result: the name of its sheet, the frame, a caption, and units that names of columns do not say.

    With `is_data` its columns keep their bare names and get none beside them, since lensim reads the sheet again.
    """

    name: str
    frame: "pd.DataFrame"
    caption: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    is_data: bool = False


def entries_of(part: str, values: Mapping[str, object], of: str = "") -> list[Entry]:
    """A mapping as rows of the last sheet; of mappings within it each value, by its dotted name.

    Examples
    --------
    >>> [(entry.name, entry.value) for entry in entries_of("settings", {"sampler": {"draws": 1000}, "ends": [1, 2]})]
    [('sampler.draws', 1000), ('ends', '1, 2')]
    """
    found: list[Entry] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += [Entry(part, f"{name}.{one.name}", one.value, of) for one in entries_of(part, value)]
        elif isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
            numbered = {f"{name}.{at}": one for at, one in enumerate(value, start=1)}
            found += entries_of(part, numbered, of)
        elif isinstance(value, list | tuple):
            found.append(Entry(part, str(name), ", ".join(map(str, value)), of))
        else:
            found.append(Entry(part, str(name), value, of))
    return found


def sentences(part: str, said: Iterable[str], of: str = "") -> list[Entry]:
    """Sentences as rows of the last sheet."""
    return [Entry(part, "", one, of) for one in said if one]


def input_files(files: Iterable[tuple[str, str]], of: str = "") -> list[Entry]:
    """Names of files with their SHA-256, as rows of the last sheet."""
    return [Entry(INPUT, name, f"{SHA256} {digest}", of) for name, digest in files]


def write_result_workbook(
    path: Path,
    tables: Sequence[NamedTable],
    about: Sequence[Entry],
    *,
    force: bool = False,
    inputs: Iterable[Path] = (),
) -> None:
    """Write tables, and what is known of them, as one workbook: one sheet a table, and the sheet `about` last.

    Parameters
    ----------
    path
        Ends on .xlsx.
    tables
        In the order of their sheets.
    about
        Rows of the last sheet, such as settings, verdict and seed.
    force
        Replace a workbook that lensim wrote there.
    inputs
        Files that were read for the tables: none of them is replaced, and the last sheet has their digests.

    Raises
    ------
    InputError
        As `lensim.workbook_file.write_workbook`.
    """
    inputs = list(dict.fromkeys(inputs))
    sheets = [table_sheet(table) for table in tables]
    known = {(row.name, row.value) for row in about if row.part == INPUT}
    files = [row for row in input_files(digests_of(inputs)) if (row.name, row.value) not in known]
    write_workbook(path, [*sheets, _about_sheet(tables, [*about, *files])], force=force, inputs=inputs)


def table_sheet(table: NamedTable) -> SheetTable:
    """A table as a sheet: its columns by their names, each with its unit; bounds in words get a number and a flag."""
    if table.is_data:
        return SheetTable(table.name, table.frame)
    frame, units = with_bounds(table.frame, table.units)
    said = {str(name): units.get(str(name)) or unit_of(str(name)) for name in frame.columns}
    return SheetTable(table.name, frame, {name: unit for name, unit in said.items() if unit})


def with_bounds(frame: "pd.DataFrame", units: Mapping[str, str]) -> "tuple[pd.DataFrame, dict[str, str]]":
    """A table in which each column of bounds and intervals in words has a number and a flag beside it.

    Parameters
    ----------
    frame
        A column `ic50` of '> 10' and '1.2 (0.80 to 1.9)' gets `ic50_number` and `ic50_flag`. The number is that of
        another column, such as `ic50_um`, where one has the same to more digits.
    units
        Of columns.

    Returns
    -------
    frame, units
        With those columns in them.
    """
    import pandas as pd

    columns: dict[str, pd.Series] = {}
    known = dict(units)
    for at, name in enumerate(frame.columns):
        values = frame.iloc[:, at]
        columns[str(name)] = values
        if len(set(frame.columns)) < frame.shape[1] or not (parsed := _parsed(list(values))):
            continue
        beside = [f"{name}_{NUMBER}", f"{name}_{FLAG}"]
        if set(beside) & set(frame.columns):
            continue
        exact = _exact(frame, str(name), [number for number, _, _ in parsed])
        columns[beside[0]] = pd.Series(exact, index=frame.index, dtype=float)
        columns[beside[1]] = pd.Series([side for _, side, _ in parsed], index=frame.index, dtype=object)
        unit = units.get(str(name)) or unit_of(str(name)) or next((one for _, _, one in parsed if one), "")
        known |= {beside[0]: unit} if unit else {}
    return (frame if len(columns) <= frame.shape[1] else pd.DataFrame(columns)), known


def _parsed(values: Sequence[object]) -> list[tuple[float | None, str, str]]:
    """Number, flag and unit of each value in words; none where no value of a column is an interval or a bound."""
    found: list[tuple[float | None, str, str]] = []
    is_of_estimates = False
    for value in values:
        text = value if isinstance(value, str) else ""
        worded = _BOUND.fullmatch(text) or _INTERVAL.fullmatch(text)
        match = worded or _NUMBER.fullmatch(text)
        if match is None:
            found.append((None, "", ""))
            continue
        is_of_estimates |= worded is not None
        side = {"<": BELOW, ">": ABOVE}.get(match.groupdict().get("side") or "", "")
        number = re.sub("[\u202f,]", "", match["number"]).replace("\u2212", "-")
        found.append((float(number), side, match["unit"]))
    return found if is_of_estimates else []


def _exact(frame: "pd.DataFrame", name: str, numbers: Sequence[float | None]) -> list[float | None]:
    """Numbers in words, each with all digits where a column of numbers with its name has it."""
    others = [
        frame[one].to_list()
        for one in frame.columns
        if str(one).startswith(f"{name}_") and frame[one].dtype.kind == "f" and f"{one}_lower" in frame.columns
    ]
    exact = list(numbers)
    for at, number in enumerate(numbers):
        for other in others:
            if number is not None and abs(other[at] - number) <= AGREES * abs(number):
                exact[at] = other[at]
    return exact


def _about_sheet(tables: Sequence[NamedTable], about: Sequence[Entry]) -> SheetTable:
    import pandas as pd

    names = sheet_names([table.name for table in tables])
    rows = [
        *(Entry("sheet", name, table.caption) for name, table in zip(names, tables, strict=True)),
        *about,
        Entry("made by", "lensim", version("lensim")),
        *(Entry("reading", name, said) for name, said in READING),
    ]
    shown = {
        "part": [row.part for row in rows],
        **({"of": [row.of for row in rows]} if any(row.of for row in rows) else {}),
        "name": [row.name for row in rows],
        "value": [row.value for row in rows],
    }
    return SheetTable(ABOUT, pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in shown.items()}))
