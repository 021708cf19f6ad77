"""Wells read when the drug was added: parted from those of the end, matched with cultures, and kept beside them."""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import FaultReport
from lensim.dose_response.read.assemble import COUNT_NAMES
from lensim.dose_response.read.columns import TIME_ZERO
from lensim.dose_response.read.conditions import NONE
from lensim.dose_response.read.names_of_plates import fill_names
from lensim.dose_response.read.rules import check_no_well_twice
from lensim.dose_response.read.wells import Well
from lensim.tables.choice import shown_values
from lensim.tables.names import in_natural_order, plain_name
from lensim.tables.well_names import with_standard_letters

SYNTHESIS: Final = frozenset({"thymidine", "tdr", "3h", "h3", "brdu", "edu"})
"""Words for the incorporation of a label into DNA."""
LEAVE_OUT: Final = 'say time_zero="ignore" to leave these wells out'


class Seeding(NamedTuple):
    """What time-zero wells are of; the condition is empty where they go with all."""

    line: str
    condition: str
    experiment: str


@dataclass(frozen=True)
class ZeroWells:
    """Wells of time zero that have cultures at the end.

    Attributes
    ----------
    wells, seedings
        Each with what it is of.
    blanks
        Wells without cells, read at time zero.
    hours
        Of the assay; None where it is not known.
    """

    wells: list[Well]
    seedings: list[Seeding]
    blanks: list[Well]
    hours: float | None


def part_time_zero(
    wells: Sequence[Well], faults: FaultReport, *, are_ignored: bool = False
) -> tuple[list[Well], list[Well]]:
    """Wells of the end, and those of time zero with their blanks.

    Blanks of a plate on which all other wells are of time zero are of time zero too. Where wells of time zero are left
    out, all wells of plates and experiments that are named as time zero are in neither list, and this is noted.
    """
    if are_ignored:
        wells = _without_named(wells, faults)
    if not any(well.is_of_time_zero for well in wells):
        return list(wells), []
    of_zero = {(well.experiment, well.plate) for well in wells if well.is_of_time_zero}
    of_end = {(well.experiment, well.plate) for well in wells if well.role != "blank" and not well.is_of_time_zero}
    zero = [
        well.is_of_time_zero or (well.role == "blank" and (well.experiment, well.plate) in of_zero - of_end)
        for well in wells
    ]
    return (
        [well for well, is_zero in zip(wells, zero, strict=True) if not is_zero],
        [well for well, is_zero in zip(wells, zero, strict=True) if is_zero],
    )


def check_follows_growth(
    zero: Sequence[Well],
    faults: FaultReport,
    signal: str,
    *,
    is_percent: bool = False,
    is_normalised: bool = False,
    minutes: float = math.inf,
) -> None:
    """Note that no growth rate follows from the signal: percents, or a label that was taken up in a window of time.

    Parameters
    ----------
    zero
        Wells of time zero; nothing is noted where there are none.
    faults
        Where it is noted.
    signal
        The column's name.
    is_percent, is_normalised
        Whether signals are percents, and whether raw ones become percent of untreated.
    minutes
        Counting time; infinite where signals are no counts a minute.
    """
    if not zero:
        return
    first, number = zero[0], f"{len(zero)} well{'s' * (len(zero) > 1)} of time zero"
    is_counted = math.isfinite(minutes)
    if is_percent or is_normalised:
        got = f"percents ({signal})" if is_percent else "normalise=True"
        faults.add(
            f"{number} need raw signals, since growth is the ratio of the untreated signal at the end to that at time "
            f"zero, got {got}: give all signals as measured, with untreated wells; or {LEAVE_OUT}",
            line=first.line,
            place=first.place,
        )
    elif is_counted or plain_name(signal) in COUNT_NAMES or SYNTHESIS & set(plain_name(signal).split("_")):
        faults.add(
            f"{number} need a signal that follows the number of cells, such as counts of cells, ATP or resazurin, got "
            f"{'counts a minute' if is_counted else repr(signal)}: thymidine and its like measure the synthesis of DNA "
            f"in a window of time, from which no growth rate follows: {LEAVE_OUT}"
            + (", or give no counting time where cells or light were counted" if is_counted else ""),
            line=first.line,
            place=first.place,
        )


def check_no_time_zero_left(wells: Sequence[Well], faults: FaultReport) -> None:
    """Note plates and experiments that are named as time zero while their wells are read as wells of the end."""
    told: set[str] = set()
    for well in wells:
        for what in ("plate", "experiment"):
            name = getattr(well, what)
            if name and name.lower() in TIME_ZERO and well.role == "untreated" and name not in told:
                told.add(name)
                said = json.dumps(name, ensure_ascii=False)
                faults.add(
                    f"the {what} {name!r} has wells without a dose, which may have been read when the drug was added: "
                    f'say time_zero={{"{what}": {said}}} if so, or time_zero="ignore" to leave out all wells of the '
                    f"{what}; if they are untreated wells of the end, give the {what} another name",
                    line=well.line,
                    place=well.place,
                )
    _tell_of_untreated_plates(wells, faults)


def match_time_zero(
    zero: Sequence[Well], end: Sequence[Well], hours: float | None, faults: FaultReport
) -> ZeroWells | None:
    """Wells of time zero with what each is of; None where there are none.

    A well is of the cultures of its line in its experiment. Where a line has one experiment at the end, and one of
    another name at time zero, the two are one, and this is told.

    Parameters
    ----------
    zero
        Wells of time zero and their blanks.
    end
        Wells of the end, with conditions where lines have several.
    hours
        Of the assay.
    faults
        Where it is noted that a well belongs to no culture.
    """
    if not any(well.role == "time_zero" for well in zero):
        return None
    names = with_standard_letters([well.name for well in zero])
    named = fill_names([replace(well, name=name) for well, name in zip(zero, names, strict=True)])
    check_no_well_twice(named, faults)
    cultures = [well for well in fill_names(end) if well.role != "blank"]
    experiments: defaultdict[str, dict[str, None]] = defaultdict(dict)
    conditions: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for well in cultures:
        experiments[well.cell_line][well.experiment] = None
        conditions[well.cell_line][well.condition] = None
    wells = [well for well in named if well.role == "time_zero" and well.cell_line in experiments]
    others = dict.fromkeys(w.cell_line for w in named if w.role == "time_zero" and w.cell_line not in experiments)
    if others:
        faults.tell(f"wells of time zero of lines without other wells are left out: {shown_values(list(others))}")
    experiment_of = _experiments(wells, experiments, faults)
    seedings = [
        Seeding(
            well.cell_line,
            _condition(well, conditions[well.cell_line], faults),
            experiment_of.get((well.cell_line, well.experiment), well.experiment),
        )
        for well in wells
    ]
    _check_signals(wells, faults)
    _tell_of_missing(seedings, experiments, faults)
    blanks = [well for well in named if well.role == "blank"]
    if blanks and not any(well.role == "blank" for well in end):
        faults.tell(
            f"{len(blanks)} blank{'s' * (len(blanks) > 1)} of time zero left out, since there are none of the end: the "
            "background is taken off neither"
        )
        blanks = []
    return ZeroWells(wells, seedings, blanks, hours)


def with_time_zero_wells(data: xr.Dataset, zero: ZeroWells | None) -> xr.Dataset:
    """The data with wells of time zero beside them.

    Returns
    -------
    xr.Dataset
        Further variables time_zero_signal, seeding_of_time_zero, plate_of_time_zero, and where wells have names
        time_zero_well_name (time_zero); time_zero_blank_signal, plate_of_time_zero_blank (time_zero_blank);
        line_of_seeding, condition_of_seeding, experiment_of_seeding (seeding); seeding_of_culture (culture), -1 without
        such wells; assay_hours () where it is known.
    """
    if zero is None or not zero.wells:
        return data
    seedings = list(dict.fromkeys(zero.seedings))
    plates = in_natural_order({well.plate for well in (*zero.wells, *zero.blanks)})
    units = {"units": data[v.SIGNAL].attrs.get("units", "")}
    found: dict[str, Any] = {
        v.TIME_ZERO_SIGNAL: (v.TIME_ZERO, np.array([well.signal for well in zero.wells]), units),
        v.SEEDING_OF_TIME_ZERO: (v.TIME_ZERO, np.array([seedings.index(one) for one in zero.seedings])),
        v.PLATE_OF_TIME_ZERO: (v.TIME_ZERO, np.array([plates.index(well.plate) for well in zero.wells])),
        v.TIME_ZERO_BLANK_SIGNAL: (v.TIME_ZERO_BLANK, np.array([w.signal for w in zero.blanks], dtype=float), units),
        v.PLATE_OF_TIME_ZERO_BLANK: (
            v.TIME_ZERO_BLANK,
            np.array([plates.index(well.plate) for well in zero.blanks], dtype=np.int64),
        ),
        v.LINE_OF_SEEDING: (v.SEEDING, [one.line for one in seedings]),
        v.CONDITION_OF_SEEDING: (v.SEEDING, [one.condition for one in seedings]),
        v.EXPERIMENT_OF_SEEDING: (v.SEEDING, [one.experiment for one in seedings]),
        v.SEEDING_OF_CULTURE: (v.CULTURE, _seeding_of_cultures(data, seedings)),
    }
    if any(well.name for well in zero.wells):
        found[v.TIME_ZERO_WELL_NAME] = (v.TIME_ZERO, [well.name for well in zero.wells])
    if zero.hours is not None:
        found[v.ASSAY_HOURS] = ((), float(zero.hours), {"units": v.UNITS[v.ASSAY_HOURS]})
    named = [", ".join(filter(None, one)) for one in seedings]
    return data.assign(found).assign_coords({v.SEEDING: named, v.TIME_ZERO_PLATE: plates})


def _without_named(wells: Sequence[Well], faults: FaultReport) -> list[Well]:
    """Wells of no plate and no experiment that is named as time zero; which are left out is noted."""
    named: dict[tuple[str, str], int] = {}
    kept: list[Well] = []
    for well in wells:
        of = next(
            ((what, name) for what in ("plate", "experiment") if (name := getattr(well, what)).lower() in TIME_ZERO),
            None,
        )
        if of is None:
            kept.append(well)
        else:
            named[of] = named.get(of, 0) + 1
    for (what, name), count in named.items():
        faults.tell(
            f"the {what} {name!r} is left out, as time_zero says: {count} well{'s' * (count > 1)}, read when the drug "
            "was added"
        )
    if named and not any(well.role != "blank" for well in kept):
        faults.add('no well is left without those of time zero: do not say time_zero="ignore"')
    return kept


def _tell_of_untreated_plates(wells: Sequence[Well], faults: FaultReport) -> None:
    """Tell of plates on which no well has a dose, where others have: their wells are controls of no other plate."""
    roles: defaultdict[str, set[str]] = defaultdict(set)
    for well in wells:
        if well.role != "blank" and well.plate:
            roles[well.plate].add(well.role)
    alone = [plate for plate, there in roles.items() if "treated" not in there]
    if alone and len(alone) < len(roles):
        faults.tell(
            f"no well with a dose on {shown_values(alone)}: if these wells were read when the drug was added, say "
            f'time_zero={{"plate": {json.dumps(alone[0], ensure_ascii=False)}}}'
        )


def _seeding_of_cultures(data: xr.Dataset, seedings: Sequence[Seeding]) -> np.ndarray:
    """The seeding of each culture: of its line, experiment and condition, or of all conditions; -1 without."""
    has_conditions = v.CONDITION_OF_CURVE in data.coords
    line = data[v.LINE_OF_CURVE if has_conditions else v.CELL_LINE].to_numpy().astype(str)
    condition = data[v.CONDITION_OF_CURVE].to_numpy().astype(str) if has_conditions else np.full(len(line), "")
    experiment = data[v.EXPERIMENT].to_numpy().astype(str)
    place = {one: at for at, one in enumerate(seedings)}
    cultures = zip(data[v.LINE_OF_CULTURE].to_numpy(), data[v.EXPERIMENT_OF_CULTURE].to_numpy(), strict=True)
    return np.array(
        [
            place.get(Seeding(line[c], condition[c], experiment[e]), place.get(Seeding(line[c], "", experiment[e]), -1))
            for c, e in cultures
        ]
    )


def _experiments(
    wells: Sequence[Well], experiments: dict[str, dict[str, None]], faults: FaultReport
) -> dict[tuple[str, str], str]:
    """The experiment at the end of each line and experiment at time zero that have different names."""
    there: defaultdict[str, dict[str, Well]] = defaultdict(dict)
    for well in wells:
        there[well.cell_line].setdefault(well.experiment, well)
    found: dict[tuple[str, str], str] = {}
    for line, own in there.items():
        ends = list(experiments[line])
        unknown = [name for name in own if name not in experiments[line]]
        if len(unknown) == len(own) == len(ends) == 1:
            found[line, unknown[0]] = ends[0]
            continue
        for name in unknown:
            faults.add(
                f"wells of time zero of {line} are of experiment {name!r}, in which the line has no other wells (these "
                f"are of {shown_values(ends)}): give wells of time zero the experiment of their cultures in a column, "
                'columns={"experiment": "NAME"}; or where all wells are of one, columns={"experiment": "=1"}',
                line=own[name].line,
                place=own[name].place,
            )
    pairs: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for (line, name), end in found.items():
        pairs[name, end].append(line)
    for (name, end), lines in pairs.items():
        faults.tell(
            f"wells of time zero of {name!r} go with the experiment {end!r}, the only one of {shown_values(lines)}"
        )
    return found


def _condition(well: Well, conditions: dict[str, None], faults: FaultReport) -> str:
    """The condition of a well of time zero; empty where it goes with all of its line."""
    condition = well.condition
    if not any(conditions) or not condition or condition.lower() in (*TIME_ZERO, NONE):
        return condition if condition in conditions else ""
    if condition not in conditions:
        faults.add(
            f"the condition of a well of time zero must be one that {well.cell_line} has at the end "
            f"({shown_values(list(conditions))}), or empty where it goes with all, got {condition}",
            line=well.line,
            place=well.place,
        )
    return condition


def _check_signals(wells: Sequence[Well], faults: FaultReport) -> None:
    by_line: defaultdict[str, list[Well]] = defaultdict(list)
    for well in wells:
        by_line[well.cell_line].append(well)
    for line, own in by_line.items():
        if not any(well.signal for well in own):
            faults.add(f"all {len(own)} signals of time zero of {line} are 0", line=own[0].line, place=own[0].place)


def _tell_of_missing(seedings: Sequence[Seeding], experiments: dict[str, dict[str, None]], faults: FaultReport) -> None:
    known = {(one.line, one.experiment) for one in seedings}
    without = [line for line in experiments if not any(one == line for one, _ in known)]
    if without:
        faults.tell(f"no wells of time zero, and so no growth rates, of {shown_values(without)}")
    partly = [
        f"{line} in {shown_values([name for name in own if (line, name) not in known])}"
        for line, own in experiments.items()
        if line not in without and any((line, name) not in known for name in own)
    ]
    if partly:
        faults.tell(f"no wells of time zero of {shown_values(partly)}: growth rates come from the other experiments")
