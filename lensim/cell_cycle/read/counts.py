"""Tables of events by phase, or of percents, to a Dataset of tubes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.cell_cycle.phases import PHASES
from lensim.cell_cycle.read.columns import COUNT_COLUMNS
from lensim.cell_cycle.read.tubes import (
    OUTSIDE,
    At,
    Tube,
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
from lensim.tables.columns import Found, find_columns
from lensim.tables.number_text import DecimalMark, decimal_mark_of, find_decimal_mark, is_missing, parse_number
from lensim.tables.source import Files, read_table, sources_of
from lensim.tables.table import TextTable

MOST_EVENTS: Final = 10**12
"""Events of a tube; no cytometer counts as many, and more are a slip."""

ROUNDING: Final = 1.0
"""Percents of a tube may miss 100 by this much, for they are printed rounded."""

CountScale = Literal["events", "percent"]


def read_counts(
    files: Files,
    *,
    control: str | None = None,
    columns: Mapping[str, str] | None = None,
    decimal: DecimalMark | None = None,
    scale: CountScale | None = None,
    events_per_tube: int | None = None,
) -> xr.Dataset:
    """Read tables of events by phase: a row a tube with a column a phase, or a row a tube and phase.

    Columns (see `COUNT_COLUMNS` for other spellings): condition; where there are several cell_line, experiment and
    tube; is_control where the control is not known by its name. A row a tube: columns G0/G1, S and G2/M. A row a tube
    and phase: phase, and events or percent. In both, what lies in no phase may be given as outside, sub_g1 or debris.
    Percents need total_events, or `events_per_tube`, and with what lies outside sum to 100. Several files are one
    study; of those that name no experiment, each is one, named after its file.

    Parameters
    ----------
    files
        CSV or TSV text, or parquet.
    control
        The condition that others are compared with, where neither is_control nor its name shows it.
    columns
        The names of columns by meaning, see `COUNT_COLUMNS`.
    decimal
        The decimal mark, where the numbers do not show it.
    scale
        Whether a column a phase holds events or percents; else its name (percent, %) or a column of totals shows it.
    events_per_tube
        Events that percents are of, where the tables do not say.

    Returns
    -------
    xr.Dataset
        As `lay_out` gives, with events (tube, phase) and events_outside (tube). attrs: assay, source, scale, control.

    Raises
    ------
    InputError
        With every fault of the files, each with its line.
    """
    checks.one_of("scale", scale or "events", ("events", "percent"))
    if events_per_tube is not None:
        checks.between("events_per_tube", events_per_tube, 1, MOST_EVENTS)
    sources = sources_of(files)
    study = FaultReport(", ".join(source.place for source in sources))
    said: dict[tuple[str, str], At] = {}
    tubes: list[Tube] = []
    counts: list[dict[str, int]] = []
    scales: list[str] = []
    for source in sources:
        table, faults = read_table(source)
        found = find_columns(table, COUNT_COLUMNS, faults, stated=columns or {}, needed=("condition",))
        note_control_words(said, table, found)
        layout = _layout(table, found, scale, faults)
        mark = _decimal_mark(table, decimal, faults, is_percent=layout.is_percent)
        if scale is None and not layout.is_percent:
            _refuse_fractions(table, found, layout, mark, faults)
        reader = _long_tubes if layout.is_long else _wide_tubes
        own = reader(
            table, found, layout.columns, mark, experiment_of(source, sources), faults, is_percent=layout.is_percent
        )
        if not faults.faults:
            _check_scale(own, scale, faults, is_percent=layout.is_percent)
        counts += [_counts(tube, events_per_tube, faults, is_percent=layout.is_percent) for tube in own]
        tubes += own
        scales.append("percent" if layout.is_percent else "events")
        study.take(faults)
    _check_apart(tubes, study)
    known = control_of(said, control, study)
    check_cultures([(tube.key, tube.at) for tube in tubes], known.name, study)
    events = np.array([[count.get(phase, 0) for phase in PHASES] for count in counts], dtype=np.int64)
    if not study.faults and (events.sum(axis=0) > 0).sum() < 2:
        study.add("events must lie in at least two phases, got all of them in one")
    study.raise_if_any()
    attrs: dict[str, str | int] = {"source": study.place, "scale": " and ".join(dict.fromkeys(scales))}
    outside = np.array([count.get(OUTSIDE, 0) for count in counts], dtype=np.int64)
    return sheet_of_tubes([tube.key for tube in tubes], known, attrs).assign(
        {
            v.EVENTS: ((v.TUBE, v.PHASE), events, {"units": v.UNITS[v.EVENTS]}),
            v.EVENTS_OUTSIDE: (v.TUBE, outside, {"units": v.UNITS[v.EVENTS_OUTSIDE]}),
        }
    )


@dataclass(frozen=True)
class _Layout:
    """A row a tube and phase, or a row a tube with these columns of phases; percents or events."""

    is_long: bool
    is_percent: bool
    columns: dict[str, list[int]]


def _layout(table: TextTable, found: Found, scale: CountScale | None, faults: FaultReport) -> _Layout:
    phase_columns, named_percent = _phase_columns(table)
    if found.has("phase"):
        values = [name for name in ("events", "percent") if found.has(name)]
        if len(values) != 1 and scale in values:
            values = [str(scale)]
        if len(values) != 1:
            faults.add(f"there must be exactly one column of events and percent, got {' and '.join(values) or 'none'}")
            faults.raise_if_any()
        return _Layout(True, values == ["percent"], phase_columns)
    missing = [phase for phase in PHASES if phase not in phase_columns]
    if missing:
        there = ", ".join(table.header)
        faults.add(f"a column for {' and '.join(missing)} is missing (or a column phase); there are {there}", line=1)
        faults.raise_if_any()
    is_percent = scale == "percent" or (scale is None and (named_percent or found.has("total_events")))
    return _Layout(False, is_percent, phase_columns)


def _check_apart(tubes: Sequence[Tube], study: FaultReport) -> None:
    """Note tubes that are in two files; within a file they are noted where it is read."""
    seen: dict[TubeKey, At] = {}
    for tube in tubes:
        before = seen.setdefault(tube.key, tube.at)
        if before[0] != tube.at[0]:
            rule = f"{tube.key} must appear once, got it in line {before[1]} of {before[0]} as well{_hint(tube.key)}"
            study.add(rule, line=tube.at[1], place=tube.at[0])


def _phase_columns(table: TextTable) -> tuple[dict[str, list[int]], bool]:
    """Columns that are named as a phase, and whether they say percent; events go before percents where both are."""
    events: dict[str, list[int]] = {}
    percent: dict[str, list[int]] = {}
    for at, name in enumerate(table.header):
        phase = phase_of_word(name)
        if phase is not None:
            is_percent = any(mark in name.lower() for mark in ("%", "percent", "pct"))
            (percent if is_percent else events).setdefault(phase, []).append(at)
    whole = all(phase in events for phase in PHASES)
    return (events, False) if whole or not percent else (percent, True)


def _decimal_mark(
    table: TextTable, decimal: DecimalMark | None, faults: FaultReport, *, is_percent: bool
) -> DecimalMark:
    cells = [cell.removesuffix("%").strip() for row in table.rows for cell in row]
    # of whole numbers a doubt is none: a comma parts thousands
    doubts = faults if is_percent or decimal is not None else None
    if doubts is not None:
        return decimal_mark_of(cells, decimal, table.has_decimal_points, doubts)
    try:
        return "." if table.has_decimal_points else find_decimal_mark(cells)
    except InputError:
        return "."


def _long_tubes(
    table: TextTable,
    found: Found,
    _: dict[str, list[int]],
    mark: DecimalMark,
    experiment: str,
    faults: FaultReport,
    *,
    is_percent: bool,
) -> list[Tube]:
    """Tubes of a table with a row a tube and phase."""
    tubes: dict[TubeKey, Tube] = {}
    seen: dict[tuple[TubeKey, str], int] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        key, word = key_of_row(found, row, line, experiment, faults), found.cell("phase", row)
        phase = phase_of_word(word)
        if phase is None:
            faults.add(
                f"{found.column('phase')} must be one of {', '.join(PHASES)} and outside, got {word!r}", line=line
            )
            continue
        name = "percent" if is_percent else "events"
        value = _value(found.cell(name, row), found.column(name), mark, line, faults, is_percent=is_percent)
        tube = tubes.setdefault(key, Tube(key, (faults.place, line)))
        if phase == OUTSIDE:
            tube.values[OUTSIDE] = tube.values.get(OUTSIDE, 0.0) + value
            continue
        if (key, phase) in seen:
            faults.add(
                f"{key}: {phase} must appear once, got it in line {seen[key, phase]} as well{_hint(key)}", line=line
            )
        seen.setdefault((key, phase), line)
        tube.values[phase] = value
        tube.total = _total(found, row, mark, line, faults)
    for tube in tubes.values():
        missing = [phase for phase in PHASES if phase not in tube.values]
        if missing:
            faults.add(
                f"{tube.key} must have a row for every phase, got none for {', '.join(missing)}", line=tube.at[1]
            )
    return list(tubes.values())


def _wide_tubes(
    table: TextTable,
    found: Found,
    columns: dict[str, list[int]],
    mark: DecimalMark,
    experiment: str,
    faults: FaultReport,
    *,
    is_percent: bool,
) -> list[Tube]:
    """Tubes of a table with a row a tube."""
    for phase, places in columns.items():
        if phase != OUTSIDE and len(places) > 1:
            names = " and ".join(table.header[at] for at in places)
            faults.add(f"there must be one column for {phase}, got {names}", line=1)
    tubes: dict[TubeKey, Tube] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        key = key_of_row(found, row, line, experiment, faults)
        if key in tubes:
            faults.add(f"{key} must appear once, got it in line {tubes[key].at[1]} as well{_hint(key)}", line=line)
            continue
        tube = tubes[key] = Tube(key, (faults.place, line), total=_total(found, row, mark, line, faults))
        for phase, places in columns.items():
            cells = [(row[at], table.header[at]) for at in places]
            if phase == OUTSIDE:
                cells = [(cell, name) for cell, name in cells if not is_missing(cell)]
            tube.values[phase] = sum(
                _value(cell, name, mark, line, faults, is_percent=is_percent) for cell, name in cells
            )
    return list(tubes.values())


def _hint(key: TubeKey) -> str:
    return "" if key.tube else "; tubes of one culture need a column tube, repeats a column experiment"


def _total(found: Found, row: list[str], mark: DecimalMark, line: int, faults: FaultReport) -> float | None:
    if not found.has("total_events") or is_missing(found.cell("total_events", row)):
        return None
    return _value(found.cell("total_events", row), found.column("total_events"), mark, line, faults, is_percent=False)


def _value(cell: str, name: str, mark: DecimalMark, line: int, faults: FaultReport, *, is_percent: bool) -> float:
    """A count or a percent; 0 where it is neither, which is noted as a fault."""
    text = cell.strip().removesuffix("%").strip() if is_percent else cell.strip()
    number = parse_number(text, mark)
    if is_percent:
        good = number is not None and 0 <= number <= 100
        rule = "a percent from 0 to 100"
    else:
        good = number is not None and 0 <= number <= MOST_EVENTS and number == round(number)
        rule = "a whole number of 0 or more" if number is None or not number > MOST_EVENTS else "at most 1e12 events"
    if not good or number is None:
        faults.add(f"{name} must be {rule}, got {cell.strip()!r}", line=line)
        return 0.0
    return number


def _refuse_fractions(table: TextTable, found: Found, layout: _Layout, mark: DecimalMark, faults: FaultReport) -> None:
    """Refuse a table of events whose numbers are not whole and at most 100: these are percents without the word.

    Raises
    ------
    InputError
        With all the faults so far, if it is such a table.
    """
    places = [found.position["events"]] if layout.is_long else [at for own in layout.columns.values() for at in own]
    cells = [(row[at], line) for row, line in zip(table.rows, table.lines, strict=True) for at in places]
    numbers = [(number, line) for cell, line in cells if (number := parse_number(cell.strip(), mark)) is not None]
    parts = [(number, line) for number, line in numbers if number != round(number, 0)]
    if len(parts) < len(numbers) / 2 or not parts or not all(0 <= number <= 100 for number, _ in numbers):
        return
    number, line = parts[0]
    kind = "fractions of 1: write them as percents, and" if all(one <= 1 for one, _ in numbers) else "percents:"
    faults.add(
        f"events must be whole numbers, got {number:g}; these seem to be {kind} state "
        'scale="percent" and events_per_tube=10000 (or a column total_events)',
        line=line,
    )
    faults.raise_if_any()


def _check_scale(tubes: list[Tube], scale: CountScale | None, faults: FaultReport, *, is_percent: bool) -> None:
    """Events that sum to 100 in every tube are percents in disguise."""
    sums = [sum(tube.values.values()) for tube in tubes]
    if not is_percent and scale is None and all(abs(total - 100) <= ROUNDING for total in sums):
        faults.add(
            f"events of every tube sum to about 100 ({sums[0]:g} in the first), so they may be percents: state "
            'scale="percent", or scale="events" if a hundred cells were counted'
        )


def _counts(tube: Tube, events_per_tube: int | None, faults: FaultReport, *, is_percent: bool) -> dict[str, int]:
    """Events of a tube by phase; percents of a total are made whole so that they sum to it."""
    before = len(faults.faults)
    if is_percent:
        total = tube.total if tube.total is not None else events_per_tube
        summed = sum(tube.values.values())
        if abs(summed - 100) > ROUNDING:
            hint = "" if OUTSIDE in tube.values else "; what lies in no phase may be in a column outside"
            faults.add(f"{tube.key}: percents must sum to 100, got {summed:g}{hint}", line=tube.at[1])
        if total is None:
            rule = "percents need to say of how many events: a column total_events, or events_per_tube=10000"
            faults.add(f"{tube.key}: {rule}", line=tube.at[1])
        if len(faults.faults) > before or total is None:
            return {}
        exact = {phase: value / summed * total for phase, value in tube.values.items()}
        counts = {phase: math.floor(value) for phase, value in exact.items()}
        left = round(total) - sum(counts.values())
        for phase in sorted(exact, key=lambda phase: counts[phase] - exact[phase])[:left]:
            counts[phase] += 1
    else:
        counts = {phase: round(value) for phase, value in tube.values.items()}
    if sum(counts.get(phase, 0) for phase in PHASES) == 0 and not any(
        line == tube.at[1] for _, line, _ in faults.faults
    ):
        faults.add(f"{tube.key} must have at least one event in a phase, got none", line=tube.at[1])
    return counts
