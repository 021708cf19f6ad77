"""Rules for all wells of a study: no well twice, one group for each line, untreated wells on every plate."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Literal, get_args

from lensim.checks import FaultReport
from lensim.dose_response.read.role_choice import written
from lensim.dose_response.read.wells import Well
from lensim.tables.names import plain_name
from lensim.tables.well_names import parse_well_name

FEWEST_DOSES: Final = 2
"""Different doses above 0 that a line needs: one cannot give a curve."""

Controls = Literal["plate", "experiment"]
CONTROLS: Final = get_args(Controls)

_BLANK_WORDS: Final = frozenset(
    {"blank", "blanks", "blk", "background", "bg", "leer", "leerwert", "leerwerte", "blanc", "medium", "media", "empty",
     "medium_only", "media_only", "only_medium", "no_cells", "no_cell", "without_cells", "cell_free", "ohne_zellen",
     "sans_cellules", "medium_blank", "blank_medium", "blank_control", "no_cell_control"}
)  # fmt: skip
"""Names of a line that mean wells without cells."""

Culture = tuple[str, str, str]


def culture_of(well: Well) -> Culture:
    """Curve (a line, under one condition where it has several), experiment and plate, which identify a culture."""
    return well.curve, well.experiment, well.plate


def check_together(
    wells: Sequence[Well], faults: FaultReport, *, is_raw: bool, is_whole: bool, line_column: str = "cell_line"
) -> None:
    """Note the faults that no row has by itself.

    Parameters
    ----------
    wells
        With the names of experiments and plates filled in.
    is_raw
        Whether signals are raw, and so need untreated wells; viability is already relative to such.
    is_whole
        Whether every row became a well. Where not, or where a culture has a well with a fault, nothing is said about
        what the culture lacks, since the missing well may be it.
    line_column
        The column with the names of lines, as the file calls it; empty where another column has roles.
    """
    _check_groups([well for well in wells if well.role != "blank"], faults)
    if is_whole:
        cultures = _group(wells)
        _check_signals(cultures, faults, is_raw=is_raw)
        _check_doses(cultures, faults, line_column)


def check_no_well_twice(wells: Sequence[Well], faults: FaultReport) -> None:
    """Note wells that are on one plate twice, and those without a name where others have one."""
    first: dict[tuple[str, str, object], Well] = {}
    names_missing = [well for well in wells if not well.name and well.role != "blank"]
    if len(names_missing) < sum(well.role != "blank" for well in wells):
        for well in names_missing:
            faults.add("the well has no name, others have", line=well.line, place=well.place)
    for well in wells:
        if not well.name:
            continue
        key = (well.experiment, well.plate, parse_well_name(well.name) or well.name)
        if key in first:
            before = first[key]
            where = f"{before.place} " * (before.place != well.place) + f"{faults.unit} {before.line}"
            faults.add(
                f"well {well.name} of {plate_in_words(well.plate)} is also on {where}", line=well.line, place=well.place
            )
        first.setdefault(key, well)


def _check_groups(wells: Sequence[Well], faults: FaultReport) -> None:
    """One molecular group a line; and either every line has one, or none has."""
    groups: defaultdict[str, dict[str, Well]] = defaultdict(dict)
    for well in wells:
        groups[well.cell_line].setdefault(well.molecular_group, well)
    any_named = any(group for of_line in groups.values() for group in of_line)
    for line, of_line in groups.items():
        if len(of_line) > 1:
            (one, at), (other, well) = list(of_line.items())[:2]
            faults.add(
                f"cell line {line} must be in one molecular group, got {other or 'none'!r}, "
                f"and {one or 'none'!r} on {faults.unit} {at.line}",
                line=well.line,
                place=well.place,
            )
        elif any_named and "" in of_line:
            well = of_line[""]
            faults.add(
                f"cell line {line} has no molecular group, other lines have: name one, or leave all empty",
                line=well.line,
                place=well.place,
            )


def _group(wells: Iterable[Well]) -> dict[Culture, list[Well]]:
    cultures: defaultdict[Culture, list[Well]] = defaultdict(list)
    for well in wells:
        if well.role != "blank":
            cultures[culture_of(well)].append(well)
    return dict(cultures)


def _is_sound(wells: Iterable[Well]) -> bool:
    return not any(math.isnan(well.signal) or math.isnan(well.dose_um) for well in wells)


def _check_signals(cultures: dict[Culture, list[Well]], faults: FaultReport, *, is_raw: bool) -> None:
    sound = {culture: wells for culture, wells in cultures.items() if _is_sound(wells)}
    if sound and len(sound) == len(cultures) and not any(well.signal for wells in sound.values() for well in wells):
        faults.add(f"all {sum(map(len, sound.values()))} signals are 0: was the right column or grid read?")
        return
    for culture, wells in sound.items():
        line, _, plate = culture
        at = f"cell line {line} on {plate_in_words(plate)}"
        if not any(well.signal for well in wells):
            faults.add(f"{at}: all {len(wells)} signals are 0", line=wells[0].line, place=wells[0].place)
        if is_raw and not any(well.role == "untreated" for well in wells):
            faults.add(
                f"{at} has no untreated well (dose 0), so nothing to measure its {len(wells)} wells against"
                + _controls_elsewhere(culture, cultures),
                line=wells[0].line,
                place=wells[0].place,
            )


def _controls_elsewhere(culture: Culture, cultures: dict[Culture, list[Well]]) -> str:
    """Where else a line has untreated wells, and the choice by which they count; empty where it has none."""
    line, experiment, _ = culture
    found = [
        other
        for other, wells in cultures.items()
        if other[0] == line and any(well.role == "untreated" for well in wells)
    ]
    if not found:
        return ""
    here = [other for other in found if other[1] == experiment]
    there = plate_in_words((here or found)[0][2])
    choice = 'controls="experiment"' if here else 'columns={"experiment": "=1"} and controls="experiment"'
    return (
        f"; those of {there} count where both plates are of one experiment and of one level, which no data show: say "
        f"{choice}"
    )


def with_shared_controls(wells: Sequence[Well], faults: FaultReport) -> list[Well]:
    """Wells whose plates are one where a line has treated wells on a plate, and untreated ones on another only.

    All plates of such an experiment become one, called by all their names: what differs between them then counts as
    spread between wells.
    """
    untreated = {culture_of(well) for well in wells if well.role == "untreated"}
    have_some = {(line, experiment) for line, experiment, _ in untreated}
    lacking = {culture_of(well) for well in wells if well.role == "treated"} - untreated
    shared = {experiment for line, experiment, _ in lacking if (line, experiment) in have_some}
    names: dict[str, list[str]] = {}
    for well in wells:
        if well.experiment in shared and well.plate not in names.setdefault(well.experiment, []):
            names[well.experiment].append(well.plate)
    for experiment, plates in names.items():
        faults.tell(f"plates {', '.join(plates)} of experiment {experiment} count as one, for their untreated wells")
    return [
        replace(well, plate=" + ".join(names[well.experiment])) if well.experiment in shared else well for well in wells
    ]


def _check_doses(cultures: dict[Culture, list[Well]], faults: FaultReport, column: str) -> None:
    """Enough doses for a curve in each line. With several compounds that is asked of the one that is chosen later."""
    compounds = {well.compound for wells in cultures.values() for well in wells} - {""}
    if len(compounds) > 1:
        return
    lines: defaultdict[str, list[Well]] = defaultdict(list)
    for (line, _, _), wells in cultures.items():
        lines[line].extend(wells)
    blanks = [
        line for line, wells in lines.items() if is_blank_word(line) and {well.role for well in wells} == {"untreated"}
    ]
    for line, wells in lines.items():
        if _is_sound(wells) and (fault := too_few_doses(line, {well.dose_um for well in wells})):
            if line in blanks:
                roles = {"blank": blanks[0] if len(blanks) == 1 else blanks, "treated": "*"}
                choice = f"columns={written({'role': column})} and roles={written(roles)}"
                fault += (
                    f"; if its wells have no cells, say {choice}"
                    if column
                    else "; if its wells have no cells, give them the role blank"
                )
            elif all(well.role == "untreated" for well in wells):
                fault += "; say which wells were read when the drug was added, which are no curve, with time_zero="
            faults.add(fault, line=wells[0].line, place=wells[0].place)


def is_blank_word(name: str) -> bool:
    """Whether the name of a line is one of wells without cells: blank, medium only, no cells 2."""
    return plain_name(name).rstrip("0123456789").removesuffix("_") in _BLANK_WORDS


def too_few_doses(line: str, doses: set[float]) -> str | None:
    """The rule that a line with too few different doses above 0 breaks, in words; None where it has enough."""
    above = sorted(dose for dose in doses if dose > 0)
    if len(above) >= FEWEST_DOSES:
        return None
    got = f"only {above[0]:g}" if above else "none"
    return f"cell line {line}: a curve needs at least {FEWEST_DOSES} different doses above 0, got {got}"


def plate_in_words(name: str) -> str:
    """A plate's name in a sentence, without "plate plate 1"."""
    return name if name.lower().startswith("plate") else f"plate {name}"
