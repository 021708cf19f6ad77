"""A sheet that names the FCS files of a cytometer, one a tube, to a Dataset of events."""

import io
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import flowio
import numpy as np
import xarray as xr
from flowio.exceptions import FlowIOException

from lensim import vocabulary as v
from lensim.cell_cycle.gate import FEWEST_EVENTS
from lensim.cell_cycle.read.events import EVENT_NAMES
from lensim.cell_cycle.read.tubes import (
    TUBE_NAMES,
    TubeKey,
    check_cultures,
    control_of,
    key_of_row,
    phase_of_word,
    sheet_of_tubes,
)
from lensim.checks import FaultReport
from lensim.expression.read.export import plain_name
from lensim.tables.columns import find_columns
from lensim.tables.table import SEPARATORS, read_table

SHEET_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    **TUBE_NAMES,
    "file": ("file", "fcs", "fcs_file", "file_name", "filename"),
}
"""Column names of a sheet of FCS files, in order of preference; case, blanks and signs do not count."""
CHANNELS: Final = {"brdu": v.BRDU, "dna": v.DNA, "width": v.DNA_WIDTH}


def is_fcs_sheet(path: str | Path) -> bool:
    """Whether the first line of a file names files and no phase."""
    try:
        with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
            first = next((line for line in file if line.strip()), "")
    except OSError:
        return False
    for separator in SEPARATORS:
        cells = [cell.strip().strip('"') for cell in first.split(separator)]
        names = {plain_name(cell) for cell in cells}
        is_count = "phase" in names or any(phase_of_word(cell) for cell in cells)
        if names & set(SHEET_NAMES["file"]) and names & set(SHEET_NAMES["condition"]) and not is_count:
            return True
    return False


def read_cell_cycle_fcs(
    path: str | Path, *, control: str = "", channels: Mapping[str, str] | None = None
) -> xr.Dataset:
    """Read the FCS files (2.0, 3.0 or 3.1) that a sheet names; `lensim.cell_cycle.gate_study` makes counts of them.

    Columns of the sheet (see `SHEET_NAMES` for other spellings): file, a path from the sheet's folder, and condition;
    where there are several cell_line, experiment and tube; is_control where the control is not told by its name.

    Parameters
    ----------
    path
        The sheet: CSV or TSV text, or parquet.
    control
        The condition that others are compared with, where neither is_control nor its name tells.
    channels
        Names of the channels for brdu, dna and width, short or long as the files have them; else known by their names
        (FL1-H, FITC-A, FL2-A, PI-A and others), and width left out where there is none.

    Returns
    -------
    xr.Dataset
        As `read_cell_cycle_events` gives.

    Raises
    ------
    InputError
        With every fault of the sheet and of the files, each with its line of the sheet.
    """
    table, faults = read_table(path)
    found = find_columns(table, {}, SHEET_NAMES, ("file", "condition"), faults)
    control = control_of(table, found, control, faults)
    tubes: list[tuple[TubeKey, int]] = []
    read: list[dict[str, np.ndarray]] = []
    seen: dict[str, int] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        name = found.cell("file", row)
        if name in seen:
            faults.add(f"{name} must stand once, got it in line {seen[name]} as well", line=line)
            continue
        seen[name] = line
        key = key_of_row(found, row, line, faults)
        tubes.append((key if found.has("tube") else TubeKey(key.cell_line, key.condition, key.experiment, name), line))
        own = _read_file(Path(path).parent / name, name, channels or {}, line, faults)
        if own is not None:
            read.append(own)
    check_cultures(tubes, control, faults)
    faults.raise_if_any()
    count = [len(own["dna"]) for own in read]
    data = sheet_of_tubes([key for key, _ in tubes], control, {"source": table.place}).assign(
        {v.EVENTS_RECORDED: (v.TUBE, count), v.TUBE_OF_EVENT: (v.EVENT, np.repeat(np.arange(len(count)), count))}
    )
    for what, variable in CHANNELS.items():
        if all(what in own for own in read):
            values = np.concatenate([own[what] for own in read])
            data[variable] = (v.EVENT, values, {"units": v.UNITS[variable]})
    return data


def _read_file(
    path: Path, name: str, channels: Mapping[str, str], line: int, faults: FaultReport
) -> dict[str, np.ndarray] | None:
    """BrdU, DNA and, where there is one, width of every event of a file; None where it has a fault, which is told."""
    if not path.is_file():
        faults.add(f"file must name an FCS file beside the sheet, got {name!r}", line=line)
        return None
    try:
        file = flowio.FlowData(io.BytesIO(path.read_bytes()), ignore_offset_error=True)  # it would leave a path open
        values = np.asarray(file.as_array(preprocess=True), dtype=float)
    except (FlowIOException, OSError, ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        faults.add(f"{name} cannot be read as FCS ({error or type(error).__name__})", line=line)
        return None
    labels = [(short, long) for short, long in zip(file.pnn_labels, file.pns_labels, strict=True)]
    columns = {}
    for what in CHANNELS:
        at = _channel(labels, what, channels.get(what, ""))
        if at is not None:
            columns[what] = values[:, at]
        elif what != "width" or channels.get("width"):
            there = ", ".join(f"{short} ({long})" if long else short for short, long in labels)
            wanted = channels.get(what) or f"a channel of {what}"
            faults.add(f"{name} must have {wanted} (name it with --{what}-channel); there are {there}", line=line)
    if not {"brdu", "dna"} <= set(columns):
        return None
    if len(values) < FEWEST_EVENTS:
        faults.add(f"{name} must have at least {FEWEST_EVENTS} events to be gated, got {len(values)}", line=line)
    elif not all(np.isfinite(own).all() for own in columns.values()):
        faults.add(f"{name} must have finite numbers alone, got some that are not", line=line)
    return columns


def _channel(labels: list[tuple[str, str]], what: str, stated: str) -> int | None:
    """Position of a channel: as stated, or the first that goes by a known name."""
    names = [plain_name(stated)] if stated else list(EVENT_NAMES[what])
    for name in names:
        for at, label in enumerate(labels):
            if name in {plain_name(part) for part in label if part}:
                return at
    return None
