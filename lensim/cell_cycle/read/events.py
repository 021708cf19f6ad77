"""Tables of single events, BrdU and DNA of each, to a Dataset that can be gated; and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.cell_cycle.gate import FEWEST_EVENTS
from lensim.cell_cycle.read.columns import EVENT_COLUMNS
from lensim.cell_cycle.read.tubes import (
    At,
    TubeKey,
    check_cultures,
    control_of,
    experiment_of,
    key_of_row,
    note_control_words,
    sheet_of_tubes,
)
from lensim.checks import FaultReport
from lensim.tables.columns import Found, find_columns, names_any
from lensim.tables.number_text import LARGEST_NUMBER, DecimalMark, decimal_mark_of, parse_number
from lensim.tables.source import Files, Source, read_table, sources_of
from lensim.tables.table import TextTable

BrduScale = Literal["linear", "log10", "channel"]
CHANNELS_PER_DECADE: Final = 256.0
TUBE_PARTS: Final = ("cell_line", "condition", "experiment", "tube")
_SHOWN_FAULTS: Final = 20


def is_event_table(source: Source) -> bool:
    """Whether the first row of a file names BrdU and DNA."""
    return any(
        names_any(header, EVENT_COLUMNS["brdu"]) and names_any(header, EVENT_COLUMNS["dna"])
        for header in source.headers
    )


def read_events(
    files: Files,
    *,
    control: str | None = None,
    columns: Mapping[str, str] | None = None,
    decimal: DecimalMark | None = None,
    brdu_scale: BrduScale = "linear",
) -> xr.Dataset:
    """Read tables with one row an event; `lensim.cell_cycle.gate_study` makes counts of them.

    Columns (see `EVENT_COLUMNS` for other spellings): brdu, dna and condition; where there are several cell_line,
    experiment and tube; width of the DNA pulse, which shows doublets, in all files or in none; is_control where
    the control is not known by its name. Several files are one study; of those that name no experiment, each is one,
    named after its file.

    Parameters
    ----------
    files
        CSV or TSV text, or parquet.
    control
        The condition that others are compared with, where neither is_control nor its name shows it.
    columns
        The names of columns by meaning, see `EVENT_COLUMNS`.
    decimal
        The decimal mark, where the numbers do not show it.
    brdu_scale
        Of BrdU: "linear" fluorescence, its "log10", or "channel" of 1,024 over four decades.

    Returns
    -------
    xr.Dataset
        As `simulate_events` gives, without what events truly are. attrs: assay, source, control.

    Raises
    ------
    InputError
        With every fault of the files, each with its line.
    """
    checks.one_of("brdu_scale", brdu_scale, ("linear", "log10", "channel"))
    sources = sources_of(files)
    study = FaultReport(", ".join(source.place for source in sources))
    said: dict[tuple[str, str], At] = {}
    tubes: dict[TubeKey, At] = {}
    read: list[_EventFile] = []
    for source in sources:
        table, faults = read_table(source)
        found = find_columns(table, EVENT_COLUMNS, faults, stated=columns or {}, needed=("brdu", "dna", "condition"))
        note_control_words(said, table, found)
        own = _read_file(table, found, experiment_of(source, sources), decimal, brdu_scale, faults)
        for key, line in zip(own.tubes, own.lines, strict=True):
            tubes.setdefault(key, (table.place, line))
        if ("width" in own.numbers) != ("width" in (read[0] if read else own).numbers):
            faults.add("the width of the DNA pulse must be in all files or in none")
        read.append(own)
        study.take(faults)
    place_of = {key: at for at, key in enumerate(tubes)}
    tube = np.concatenate([np.array([place_of[key] for key in own.tubes])[own.tube_of_row] for own in read])
    counts = np.bincount(tube, minlength=len(tubes))
    for (key, (place, line)), count in zip(tubes.items(), counts.tolist(), strict=True):
        if count < FEWEST_EVENTS:
            rule = f"{key} must have at least {FEWEST_EVENTS} events to be gated, got {count}"
            study.add(rule, line=line, place=place)
    known = control_of(said, control, study)
    check_cultures(list(tubes.items()), known.name, study)
    study.raise_if_any()
    data = sheet_of_tubes(list(tubes), known, {"source": study.place})
    data = data.assign({v.EVENTS_RECORDED: (v.TUBE, counts), v.TUBE_OF_EVENT: (v.EVENT, tube)})
    for what, variable in (("dna", v.DNA), ("brdu", v.BRDU), ("width", v.DNA_WIDTH)):
        if what in read[0].numbers:
            values = np.concatenate([own.numbers[what] for own in read])
            data[variable] = (v.EVENT, values, {"units": v.UNITS[variable]})
    return data


@dataclass(frozen=True)
class _EventFile:
    """The events of a file: brdu, dna and width of each, its tubes, the lines where these begin, each row's tube."""

    numbers: dict[str, np.ndarray]
    tubes: list[TubeKey]
    lines: list[int]
    tube_of_row: np.ndarray


def _read_file(
    table: TextTable,
    found: Found,
    experiment: str,
    decimal: DecimalMark | None,
    brdu_scale: BrduScale,
    faults: FaultReport,
) -> _EventFile:
    named = ["brdu", "dna"] + (["width"] if found.has("width") else [])
    cells = [found.cell(name, row) for row in table.rows for name in named]
    mark = decimal_mark_of(cells, decimal, table.has_decimal_points, faults)
    numbers = {name: _numbers(table, found, name, mark, faults) for name in named}
    if brdu_scale != "linear":
        brdu = numbers["brdu"] if brdu_scale == "log10" else numbers["brdu"] / CHANNELS_PER_DECADE
        with np.errstate(over="ignore"):  # what is infinite is refused below
            numbers["brdu"] = 10.0**brdu
        checks.finite(f"{table.place}: 10 to the power of {found.column('brdu')}", numbers["brdu"])
    places = [found.position[what] for what in TUBE_PARTS if what in found.position]
    known: dict[tuple[str, ...], int] = {}  # cells of a tube's names, so that each is understood once and not by row
    tubes: list[TubeKey] = []
    lines: list[int] = []
    tube_of_row = np.zeros(len(table.rows), dtype=np.int64)
    for at, (row, line) in enumerate(zip(table.rows, table.lines, strict=True)):
        own = tuple(row[place] for place in places)
        if own not in known:
            known[own] = len(tubes)
            tubes.append(key_of_row(found, row, line, experiment, faults))
            lines.append(line)
        tube_of_row[at] = known[own]
    return _EventFile(numbers, tubes, lines, tube_of_row)


def _numbers(table: TextTable, found: Found, name: str, mark: DecimalMark, faults: FaultReport) -> np.ndarray:
    """A column as numbers: all at once where every cell is one, else cell by cell to find those that are not."""
    at = found.position[name]
    cells = [row[at] for row in table.rows]
    if mark == ".":
        try:
            values = np.array(cells, dtype=float)
            if (np.abs(values) <= LARGEST_NUMBER).all():
                return values
        except ValueError:
            pass
    values, told = np.zeros(len(cells)), 0
    for k, cell in enumerate(cells):
        number = parse_number(cell, mark)
        if number is None or not np.isfinite(number):
            told += 1
            if told <= _SHOWN_FAULTS:
                faults.add(f"{found.column(name)} must be a finite number, got {cell.strip()!r}", line=table.lines[k])
        else:
            values[k] = number
    return values


def write_cell_cycle_events(events: xr.Dataset, path: str | Path) -> None:
    """Write a row an event: tab-separated in a .tsv, else with commas; `read_events` reads it.

    Raises
    ------
    InputError
        If a variable is absent or has other dims.
    """
    needed: dict[str, tuple[str, ...]] = {name: (v.EVENT,) for name in (v.DNA, v.BRDU, v.TUBE_OF_EVENT)}
    needed[v.CULTURE_OF_TUBE] = (v.TUBE,)
    checks.has_variables(events, needed, "write_cell_cycle_events")
    frame = _tubes_frame(events).iloc[events[v.TUBE_OF_EVENT].to_numpy()].reset_index(drop=True)
    for name, digits in ((v.BRDU, 2), (v.DNA, 1), (v.DNA_WIDTH, 1)):
        if name in events:
            frame[name] = np.round(events[name].to_numpy(), digits)
    frame.to_csv(path, index=False, sep="\t" if str(path).endswith(".tsv") else ",", lineterminator="\n")


def write_cell_cycle(data: xr.Dataset, path: str | Path) -> None:
    """Write counts, a row a tube: tab-separated in a .tsv, else with commas; `read_counts` reads it.

    Raises
    ------
    InputError
        If a variable is absent or has other dims.
    """
    needed: dict[str, tuple[str, ...]] = {v.EVENTS: (v.TUBE, v.PHASE), v.CULTURE_OF_TUBE: (v.TUBE,)}
    checks.has_variables(data, needed, "write_cell_cycle")
    frame = _tubes_frame(data)
    for phase in data[v.PHASE].to_numpy():
        frame[str(phase)] = data[v.EVENTS].sel({v.PHASE: phase}).to_numpy()
    if v.EVENTS_OUTSIDE in data:
        frame["outside"] = data[v.EVENTS_OUTSIDE].to_numpy()
    frame.to_csv(path, index=False, sep="\t" if str(path).endswith(".tsv") else ",", lineterminator="\n")


def _tubes_frame(data: xr.Dataset) -> pd.DataFrame:
    """The names of every tube, a row each."""
    culture = data[v.CULTURE_OF_TUBE].to_numpy()
    condition = data[v.CONDITION_OF_CULTURE].to_numpy()[culture]
    several = len(culture) > len(np.unique(culture))
    frame = pd.DataFrame(
        {
            "cell_line": data[v.CELL_LINE].to_numpy()[data[v.LINE_OF_CULTURE].to_numpy()[culture]],
            "condition": data[v.CONDITION].to_numpy()[condition],
            "is_control": data[v.IS_CONTROL].to_numpy()[condition],
            "experiment": data[v.EXPERIMENT].to_numpy()[data[v.EXPERIMENT_OF_CULTURE].to_numpy()[culture]],
        }
    )
    return frame.assign(tube=np.arange(1, len(culture) + 1).astype(str)) if several else frame
