"""Tables of single events, BrdU and DNA of each, to a Dataset that can be gated; and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.cell_cycle.gate import FEWEST_EVENTS
from lensim.cell_cycle.read.tubes import TUBE_NAMES, TubeKey, check_cultures, control_of, key_of_row, sheet_of_tubes
from lensim.checks import FaultReport
from lensim.expression.read.export import plain_name
from lensim.tables.columns import Found, find_columns
from lensim.tables.number_text import DecimalMark, find_decimal_mark, parse_number
from lensim.tables.table import SEPARATORS, TextTable, read_table

EVENT_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    **TUBE_NAMES,
    "brdu": (v.BRDU, "brdu", "brdu_fitc", "brdu_a", "brdu_h", "fitc", "fitc_a", "fitc_h", "fl1_h", "fl1_a", "edu"),
    "dna": (v.DNA, "propidium_iodide", "pi", "pi_a", "dna", "dna_a", "fl2_a", "fl3_a", "fl2_h", "pe_a", "dapi"),
    "width": (v.DNA_WIDTH, "pi_w", "pi_width", "fl2_w", "fl3_w", "dna_width", "pe_w"),
}
"""Column names of a table of events, in order of preference; case, blanks and signs do not count."""
BrduScale = Literal["linear", "log10", "channel"]
CHANNELS_PER_DECADE: Final = 256.0
_SHOWN_FAULTS: Final = 20


def is_event_table(path: str | Path) -> bool:
    """Whether the first line of a file names BrdU and DNA."""
    try:
        with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
            first = next((line for line in file if line.strip()), "")
    except OSError:
        return False
    for separator in SEPARATORS:
        names = {plain_name(cell.strip().strip('"')) for cell in first.split(separator)}
        if names & set(EVENT_NAMES["brdu"]) and names & set(EVENT_NAMES["dna"]):
            return True
    return False


def read_cell_cycle_events(
    path: str | Path,
    *,
    control: str = "",
    brdu_scale: BrduScale = "linear",
    decimal: DecimalMark | None = None,
) -> xr.Dataset:
    """Read a table with one row an event; `lensim.cell_cycle.gate_study` makes counts of it.

    Columns (see `EVENT_NAMES` for other spellings): brdu, dna and condition; where there are several cell_line,
    experiment and tube; width of the DNA pulse, by which doublets are told; is_control where the control is not told by
    its name.

    Parameters
    ----------
    path
        CSV or TSV text, or parquet.
    control
        The condition that others are compared with, where neither is_control nor its name tells.
    brdu_scale
        Of BrdU: "linear" fluorescence, its "log10", or "channel" of 1,024 over four decades.
    decimal
        The decimal mark, where it cannot be told from the numbers.

    Returns
    -------
    xr.Dataset
        As `simulate_events` gives, without what events truly are. attrs: source.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    checks.one_of("brdu_scale", brdu_scale, ("linear", "log10", "channel"))
    table, faults = read_table(path)
    found = find_columns(table, {}, EVENT_NAMES, ("brdu", "dna", "condition"), faults)
    control = control_of(table, found, control, faults)
    named = ["brdu", "dna"] + (["width"] if found.has("width") else [])
    mark = _decimal_mark(table, found, named, decimal)
    columns = {name: _numbers(table, found, name, mark, faults) for name in named}
    keys: dict[tuple[str, ...], int] = {}
    tubes: list[tuple[TubeKey, int]] = []
    tube = np.zeros(len(table.rows), dtype=np.int64)
    parts = [name for name in ("cell_line", "condition", "experiment", "tube") if found.has(name)]
    for k, (row, line) in enumerate(zip(table.rows, table.lines, strict=True)):
        own = tuple(row[found.position[name]] for name in parts)
        if own not in keys:
            keys[own] = len(tubes)
            tubes.append((key_of_row(found, row, line, faults), line))
        tube[k] = keys[own]
    for (key, line), count in zip(tubes, np.bincount(tube, minlength=len(tubes)).tolist(), strict=True):
        if count < FEWEST_EVENTS:
            faults.add(f"{key} must have at least {FEWEST_EVENTS} events to be gated, got {count}", line=line)
    check_cultures(tubes, control, faults)
    faults.raise_if_any()
    brdu = columns["brdu"]
    if brdu_scale != "linear":
        brdu = 10.0 ** (brdu if brdu_scale == "log10" else brdu / CHANNELS_PER_DECADE)
        checks.finite(f"{table.place}: 10 to the power of {found.column('brdu')}", brdu)
    data = sheet_of_tubes([key for key, _ in tubes], control, {"source": table.place})
    data = data.assign(
        {
            v.EVENTS_RECORDED: (v.TUBE, np.bincount(tube, minlength=len(tubes))),
            v.DNA: (v.EVENT, columns["dna"], {"units": v.UNITS[v.DNA]}),
            v.BRDU: (v.EVENT, brdu, {"units": v.UNITS[v.BRDU]}),
            v.TUBE_OF_EVENT: (v.EVENT, tube),
        }
    )
    if "width" in columns:
        data[v.DNA_WIDTH] = (v.EVENT, columns["width"], {"units": v.UNITS[v.DNA_WIDTH]})
    return data


def _decimal_mark(table: TextTable, found: Found, named: list[str], decimal: DecimalMark | None) -> DecimalMark:
    if table.has_decimal_points or decimal is not None:
        return decimal or "."
    return find_decimal_mark(found.cell(name, row) for row in table.rows for name in named)


def _numbers(table: TextTable, found: Found, name: str, mark: DecimalMark, faults: FaultReport) -> np.ndarray:
    """A column as numbers: all at once where every cell is one, else cell by cell to tell which is not."""
    at = found.position[name]
    cells = [row[at] for row in table.rows]
    if mark == ".":
        try:
            values = np.array(cells, dtype=float)
            if np.isfinite(values).all():
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
    """Write a row an event: tab-separated in a .tsv, else with commas; `read_cell_cycle_events` reads it.

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
    frame.to_csv(path, index=False, sep="\t" if str(path).endswith(".tsv") else ",")


def write_cell_cycle(data: xr.Dataset, path: str | Path) -> None:
    """Write counts, a row a tube: tab-separated in a .tsv, else with commas; `read_cell_cycle` reads it.

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
    frame.to_csv(path, index=False, sep="\t" if str(path).endswith(".tsv") else ",")


def _tubes_frame(data: xr.Dataset) -> pd.DataFrame:
    """What every tube is, a row each."""
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
