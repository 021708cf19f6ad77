"""A sheet that names the FCS files of a cytometer, one a tube, to a Dataset of events."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks, input_file, limits
from lensim import vocabulary as v
from lensim.cell_cycle.gate import FEWEST_EVENTS
from lensim.cell_cycle.read.columns import COUNT_COLUMNS, EVENT_COLUMNS, FCS_COLUMNS
from lensim.cell_cycle.read.fcs_file import parse_fcs
from lensim.cell_cycle.read.tubes import (
    At,
    TubeKey,
    check_cultures,
    control_of,
    experiment_of,
    key_of_row,
    note_control_words,
    phase_of_word,
    sheet_of_tubes,
)
from lensim.checks import FaultReport, InputError
from lensim.plain_text import shown, shown_name
from lensim.tables.columns import find_columns, names_any
from lensim.tables.names import plain_name
from lensim.tables.source import Files, Source, read_table, sources_of

CHANNELS: Final = {"brdu": v.BRDU, "dna": v.DNA, "width": v.DNA_WIDTH}


def is_fcs_sheet(source: Source) -> bool:
    """Whether the first row of a file names files and conditions, and no phase."""
    return any(
        names_any(header, FCS_COLUMNS["file"])
        and names_any(header, FCS_COLUMNS["condition"])
        and not names_any(header, COUNT_COLUMNS["phase"])
        and not any(phase_of_word(name) for name in header)
        for header in source.headers
    )


def read_fcs_sheet(
    files: Files,
    *,
    control: str | None = None,
    columns: Mapping[str, str] | None = None,
    channels: Mapping[str, str] | None = None,
) -> xr.Dataset:
    """Read the FCS files (2.0 to 3.2) that sheets name; `lensim.cell_cycle.gate_study` makes counts of them.

    Columns of a sheet (see `FCS_COLUMNS` for other spellings): file, a path from the sheet's folder, and condition;
    where there are several cell_line, experiment and tube; is_control where the control is not known by its name.
    Several sheets are one study; of those that name no experiment, each is one, named after its sheet.

    Parameters
    ----------
    files
        The sheets: CSV or TSV text, or parquet.
    control
        The condition that others are compared with, where neither is_control nor its name shows it.
    columns
        The names of columns by meaning, see `FCS_COLUMNS`.
    channels
        Names of the channels for brdu, dna and width, short or long as the files have them; else known by their names
        (FL1-H, FITC-A, FL2-A, PI-A and others), and width left out where there is none.

    Returns
    -------
    xr.Dataset
        As `read_events` gives.

    Raises
    ------
    InputError
        With every fault of the sheets and of the files, each with its line of the sheet.
    """
    channels = channels or {}
    for name in channels:
        checks.one_of("channel", name, CHANNELS)
    sources = sources_of(files)
    study = FaultReport(", ".join(source.place for source in sources))
    said: dict[tuple[str, str], At] = {}
    tubes: list[tuple[TubeKey, At]] = []
    read: list[dict[str, np.ndarray]] = []
    seen: dict[Path, At] = {}
    events = 0
    for source in sources:
        table, faults = read_table(source)
        found = find_columns(table, FCS_COLUMNS, faults, stated=columns or {}, needed=("file", "condition"))
        note_control_words(said, table, found)
        experiment = experiment_of(source, sources)
        for row, line in zip(table.rows, table.lines, strict=True):
            name = found.cell("file", row)
            path = source.path.parent / name
            before = seen.setdefault(path, (table.place, line))
            if before != (table.place, line):
                where = f"line {before[1]}{'' if before[0] == table.place else f' of {before[0]}'}"
                faults.add(f"{name} must appear once, got it in {where} as well", line=line)
                continue
            key = key_of_row(found, row, line, experiment, faults)
            own_tube = key if found.has("tube") else TubeKey(key.cell_line, key.condition, key.experiment, name)
            tubes.append((own_tube, (table.place, line)))
            own = _read_file(path, name, channels, line, faults)
            if own is not None:
                read.append(own)
                events += len(own["dna"])
            if events > limits.FCS_EVENTS:
                raise InputError(
                    f"{table.place} line {line}: the FCS files of a study must have at most {limits.FCS_EVENTS:,} "
                    "events, got more: export fewer events of each tube"
                )
        study.take(faults)
    known = control_of(said, control, study)
    check_cultures(tubes, known.name, study)
    study.raise_if_any()
    count = [len(own["dna"]) for own in read]
    data = sheet_of_tubes([key for key, _ in tubes], known, {"source": study.place}).assign(
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
    """BrdU, DNA and, where there is one, width of every event of a file; None where it has a fault, which is noted."""
    try:
        raw = input_file.read_bytes(path, "an FCS file", at_most=limits.FCS_BYTES)
    except InputError as error:
        is_missing = str(error).endswith("got nothing there")
        told = f"file must name an FCS file beside the sheet, got {shown(name)}" if is_missing else str(error)
        faults.add(told, line=line)
        return None
    try:
        file = parse_fcs(raw)
    except InputError as error:
        faults.add(f"{shown_name(name)} cannot be read as FCS: {error}", line=line)
        return None
    labels = [(channel.short, channel.long) for channel in file.channels]
    columns = {}
    for what in CHANNELS:
        at = _channel(labels, what, channels.get(what, ""))
        if at is not None:
            columns[what] = file.values(at)
        elif what != "width" or channels.get("width"):
            there = ", ".join(f"{short} ({long})" if long else short for short, long in labels)
            wanted = channels.get(what) or f"a channel of {what}"
            first = labels[0][0] if labels else ""
            remedy = f"name it, such as channels={{{what!r}: {first!r}}}"
            faults.add(f"{name} must have {wanted}; there are {there}: {remedy}", line=line)
    if not {"brdu", "dna"} <= set(columns):
        return None
    if file.events < FEWEST_EVENTS:
        faults.add(f"{name} must have at least {FEWEST_EVENTS} events to be gated, got {file.events}", line=line)
    elif not all(np.isfinite(own).all() for own in columns.values()):
        faults.add(f"{name} must have finite numbers alone, got some that are not", line=line)
    return columns


def _channel(labels: list[tuple[str, str]], what: str, stated: str) -> int | None:
    """Position of a channel: as stated, or the first that goes by a known name."""
    names = [plain_name(stated)] if stated else list(EVENT_COLUMNS[what].names)
    for name in names:
        for at, label in enumerate(labels):
            if name in {plain_name(part) for part in label if part}:
                return at
    return None
