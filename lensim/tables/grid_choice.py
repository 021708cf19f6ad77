"""Which of the grids in a reader's file are meant: each plate once, or a choice is asked for."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lensim.checks import FaultReport, InputError, located
from lensim.tables.export_lines import SEPARATORS, lines_of, same_name
from lensim.tables.grid import Grid, has_numbered_wells, same_numbers
from lensim.tables.grid_blocks import is_number
from lensim.tables.instruments.plates import grids_of
from lensim.tables.instruments.raw_reads import only_raw
from lensim.tables.source import Source
from lensim.tables.well_lists import Numbering
from lensim.tables.well_names import STANDARD_PLATES
from lensim.tables.workbook import is_workbook

GridNumber = int | Sequence[int]
"""Which grid of a file, from 1; several are a plate each."""

_SHOWN: Final = 8
_NAMED: Final = 16
_MORE: Final = "..."


@dataclass(frozen=True)
class PlateGrid:
    """The grid of one plate.

    Attributes
    ----------
    source, grid
        The file and its grid.
    name
        Of the plate: the file's where it has one plate, else as the export says, else by the number of the grid.
    also
        Other names by which a map may call it: barcode, number.
    told
        What was taken where the plate has other grids as well, in a sentence; empty where it has one.
    """

    source: Source
    grid: Grid
    name: str
    also: tuple[str, ...] = ()
    told: str = ""


def plates_of(
    files: Sequence[tuple[Source, GridNumber | None]],
    reading: str | None = None,
    numbering: Numbering | None = None,
    faults: FaultReport | None = None,
) -> list[list[PlateGrid]]:
    """The plates in each of some readers' files, one grid each.

    Grids of different plates, as the export names these, are different plates. Several grids of one plate (two
    wavelengths, times of a kinetic read) are a choice, unless they have the same numbers, or one is the only raw read
    and all others are computed from it; so are several grids of which it is not said which plate they are of.

    Parameters
    ----------
    files
        The files, and which grids of each, from 1; several are a plate each.
    reading
        A part of the text over a grid or behind its rows, such as a wavelength, for all plates of all files.
    numbering
        How wells are numbered in lists that number them.
    faults
        Takes a note for each file in which the only raw read was taken.

    Raises
    ------
    InputError
        If a file has no grid, or a choice is needed; the message says what was found.
    """
    found = [_of_file(source, number, reading or None, numbering) for source, number in files]
    if faults is not None:
        _tell_of_reads([plate for of_file in found for plate in of_file], faults)
    names = Counter(same_name(plate.name) for of_file in found for plate in of_file)
    return [[_distinct(plate, names) if len(of_file) > 1 else plate for plate in of_file] for of_file in found]


def _distinct(plate: PlateGrid, names: Mapping[str, int]) -> PlateGrid:
    """A plate whose name has its file's before it, where several plates have that name."""
    if names[same_name(plate.name)] < 2:
        return plate
    return replace(plate, name=f"{plate.source.stem}, {plate.name}", also=(*plate.also, plate.name))


def match_plates(
    plates: Sequence[PlateGrid], named: Sequence[str], place: str, *, is_part: bool = False
) -> dict[str, PlateGrid]:
    """Which plate each name in a map means; a name without a plate is left out.

    With `is_part` the map may lack plates: rows of it were left out by choice.

    A plate is known by its name, or, where no other is known by it, by its barcode or number in the export. Case, the
    word plate and zeros before a number do not count.

    Raises
    ------
    InputError
        If a plate has no name in the map, or several, or one name means several plates.
    """
    matched: dict[str, PlateGrid] = {}
    by_name = {same_name(plate.name): plate for plate in plates}
    aliases: defaultdict[str, list[PlateGrid]] = defaultdict(list)
    for plate in plates:
        for name in {same_name(one) for one in plate.also}:
            aliases[name].append(plate)
    for name in named:
        plain = same_name(name)
        fits = [by_name[plain]] if plain in by_name else aliases[plain]
        if len(fits) > 1:
            names = ", ".join(plate.name for plate in fits)
            raise InputError(f"{place}: the plate {name!r} of the map may be {names}: call the plates so in the map")
        if fits:
            matched[name] = fits[0]
    for plate in plates:
        names_of = [name for name, one in matched.items() if one is plate]
        if len(names_of) > 1:
            raise InputError(
                f"{place}: the plates {' and '.join(map(repr, names_of))} of the map are one plate of "
                f"{plate.source.place}, {plate.name}: give it one name"
            )
        if not names_of and not is_part:
            known = ", ".join(name or "(empty)" for name in named)
            also = "".join(f" (or {name})" for name in plate.also if name != plate.name)
            raise InputError(
                f"{place}: the map has no plate {plate.name!r}{also}, which is in {plate.source.place}; it has "
                f"{known}: name the plates in the map as the files do"
            )
    return matched


def named_plate(plates: Sequence[PlateGrid], name: str) -> PlateGrid:
    """The only plate of a file, or the one of several that has a name.

    Raises
    ------
    InputError
        If there are several and none, or more than one, has that name.
    """
    if len(plates) == 1:
        return plates[0]
    fits = [one for one in plates if same_name(name) in {same_name(known) for known in (one.name, *one.also)}]
    if len(fits) == 1:
        return fits[0]
    there = ", ".join(one.name for one in plates)
    raise InputError(f"{plates[0].source.place}: plate must be one of {there}, got {name!r}")


def _of_file(
    source: Source, number: GridNumber | None, reading: str | None, numbering: Numbering | None
) -> list[PlateGrid]:
    grids = grids_of(source, numbering)
    if not grids:
        raise InputError(f"{source.place}: {_no_grid(source)}")
    if number is not None and reading:
        raise InputError(f"{source.place}: grid_number= and reading= both choose grids, give one of them")
    if number is not None:
        plates = _by_number(source, grids, [number] if isinstance(number, int) else list(number))
        _check_sound(source, [plate.grid for plate in plates], len(grids))
        return plates
    at = {id(grid): n for n, grid in enumerate(grids, 1)}
    chosen = with_reading(source, grids, reading) if reading else grids
    _check_sound(source, chosen, len(grids))
    of_plate: defaultdict[str, list[Grid]] = defaultdict(list)
    for grid in chosen:
        of_plate[same_name(grid.plates[0]) if grid.plates else ""].append(grid)
    unnamed = of_plate.pop("", [])
    if not of_plate or not _are_copies(unnamed, [one for same in of_plate.values() for one in same]):
        of_plate[""] = unnamed
    first, told = [next((one for one in same if one.kind == "raw"), same[0]) for same in of_plate.values()], ""
    if any(len(_different(same)) > 1 for same in of_plate.values()):
        first = _raw_reads(list(of_plate.values()))
        if not first:
            raise InputError(f"{source.place}: {_ask(grids, at, of_plate)}")
        told = _told_of_raw(first[0], chosen)
    if len(first) == 1:
        return [PlateGrid(source, first[0], source.stem, first[0].plates, told)]
    if any(not grid.plates for grid in first):
        raise InputError(f"{source.place}: {_ask(grids, at, of_plate)}")
    names = {same_name(grid.plates[0]) for grid in first}
    return [
        PlateGrid(
            source, grid, grid.plates[0], tuple(name for name in grid.plates[1:] if same_name(name) not in names), told
        )
        for grid in first
    ]


def _tell_of_reads(plates: Sequence[PlateGrid], faults: FaultReport) -> None:
    """Note for each file which of its readings was taken without a choice."""
    for place, told in dict.fromkeys((plate.source.place, plate.told) for plate in plates if plate.told):
        of_file = FaultReport(place)
        of_file.tell(told)
        faults.take(of_file)


def _are_copies(unnamed: Sequence[Grid], named: Sequence[Grid]) -> bool:
    """Whether all grids without a plate repeat the numbers of one with a plate, such as a plate beside its list."""
    return all(any(same_numbers(grid, other) for other in named) for grid in unnamed)


def _raw_reads(of_plates: Sequence[Sequence[Grid]]) -> list[Grid]:
    """The only raw read of each plate, where all plates have one, of one name; none otherwise."""
    found = [only_raw(grids) for grids in of_plates]
    raw = [grid for grid in found if grid is not None]
    return raw if len(raw) == len(found) and len({grid.reading for grid in raw}) == 1 else []


def _told_of_raw(raw: Grid, grids: Sequence[Grid]) -> str:
    computed = _readings([grid for grid in grids if grid.kind == "computed"])
    others = ", ".join(one if one == _MORE else repr(one) for one in computed)
    return (
        f"the reading {raw.reading!r} is taken, the only raw one of the plate; the others are computed ({others}): for "
        "one of these say reading="
    )


def _check_sound(source: Source, grids: Sequence[Grid], count: int) -> None:
    """Refuse a grid that cannot be read without doubt, and name the way to another one of the file."""
    for grid in grids:
        if grid.fault:
            other = "; for another grid of the file, say grid_number=" if count > 1 else ""
            rule = f"in the grid, {grid}, {grid.fault}{other}"
            raise InputError(f"{located(source.place, grid.first_line, rule)}: {rule}")


def _different(grids: Sequence[Grid]) -> list[Grid]:
    """Grids without those that repeat the numbers of an earlier one."""
    kept: list[Grid] = []
    for grid in grids:
        if not any(same_numbers(grid, other) for other in kept):
            kept.append(grid)
    return kept


def _by_number(source: Source, grids: Sequence[Grid], numbers: Sequence[int]) -> list[PlateGrid]:
    for number in numbers:
        if not 1 <= number <= len(grids):
            raise InputError(
                f"{source.place}: grid_number must lie between 1 and {len(grids)}, got {number}; {_count(grids)}"
            )
    if len(set(numbers)) < len(numbers) or not numbers:
        raise InputError(f"grid_number must name at least one grid, each once, got {list(numbers)}")
    if len(numbers) == 1:
        grid = grids[numbers[0] - 1]
        name = f"{source.stem}, grid {numbers[0]}" if len(grids) > 1 else source.stem
        return [PlateGrid(source, grid, name, (*grid.plates, source.stem))]
    names = [grids[number - 1].plates[:1] for number in numbers]
    twice = [name[0] for name, times in Counter(names).items() if name and times > 1]
    if twice:
        raise InputError(
            f"{source.place}: grids of grid_number must be of different plates, got two of plate {twice[0]}; "
            f"{_count(grids)}"
        )
    return [
        PlateGrid(source, grids[number - 1], f"{source.stem}, grid {number}", (str(at),))
        if not name
        else PlateGrid(source, grids[number - 1], name[0], grids[number - 1].plates[1:])
        for at, (number, name) in enumerate(zip(numbers, names, strict=True), 1)
    ]


def with_reading(source: Source, grids: Sequence[Grid], reading: str) -> list[Grid]:
    """Grids with a text over them or behind their rows: exactly this one, else one that begins with it, else has it."""
    sought = reading.strip().casefold()
    texts = [(grid, {grid.label.casefold(), grid.title.casefold()}) for grid in grids]
    exact = [grid for grid, of in texts if sought in of]
    begins = [grid for grid, of in texts if any(one.startswith(sought) for one in of)]
    chosen = exact or begins or [grid for grid, of in texts if any(sought in one for one in of)]
    if not chosen:
        there = ", ".join(repr(text) for text in _readings(grids))
        raise InputError(
            f"{source.place}: reading must be a part of {there or 'the text over a grid'}, got {reading!r}"
        )
    return chosen


def _readings(grids: Sequence[Grid]) -> list[str]:
    every = list(dict.fromkeys(grid.reading for grid in grids if grid.reading))
    return [*every[:_SHOWN], *([_MORE] if len(every) > _SHOWN else [])]


def _ask(grids: Sequence[Grid], at: Mapping[int, int], of_plate: Mapping[str, Sequence[Grid]]) -> str:
    """What was found, and how to choose, with the choices that would do."""
    different = {name: _different(of) for name, of in of_plate.items()}
    most: list[Grid] = max(different.values(), key=len)
    asked = sorted(most, key=lambda grid: grid.kind == "computed")
    ways = [f"grid_number={at[id(asked[0])]}"]
    readings = [grid.reading for grid in asked]
    if all(readings) and len(set(readings)) == len(readings):
        ways.insert(0, f"reading={readings[0]!r}")
    if len(different) == 1 and "" in different:
        numbers = ", ".join(str(at[id(grid)]) for grid in asked[:_SHOWN])
        each = f"; where each is a plate of its own, say grid_number=[{numbers}]"
    elif len(different) > 1:
        numbers = ", ".join(str(at[id(of[0])]) for of in list(different.values())[:_SHOWN])
        each = f"; for one grid of each plate, say grid_number=[{numbers}]"
        ways = ways[:1] if len(ways) > 1 else []
    else:
        each = ""
    choose = f"choose one with {' or '.join(ways)}" if ways else "choose"
    return f"{_count(grids)}: {choose}{each}"


def _count(grids: Sequence[Grid]) -> str:
    shown = list(enumerate(grids, 1))[:_SHOWN]
    found = [f"number {n}{f', {_plate(grid.plates[0])}' if grid.plates else ''}, {grid}" for n, grid in shown]
    named = dict.fromkeys(repr(grid.reading) for grid in grids[_SHOWN:] if grid.reading)
    names = f": {', '.join(list(named)[:_NAMED])}" if named else ""
    more = [f"and {len(grids) - _SHOWN} more{names}"] if len(grids) > _SHOWN else []
    return f"{len(grids)} grid{'s' * (len(grids) > 1)} of numbers found ({'; '.join([*found, *more])})"


def _plate(name: str) -> str:
    """A plate's name in a sentence, without "plate Plate 1"."""
    return name if name.lower().startswith("plate") else f"plate {name}"


def _no_grid(source: Source) -> str:
    if is_workbook(source.raw):
        return (
            "no sheet that is shown has a grid of numbers with its letters and numbers beside it, or a list of wells "
            "with a head such as Well or Pos"
        )
    text = source.text
    if has_numbered_wells(text):
        return (
            'a list numbers its wells: say well_order="rows" (1, 2, 3 along the first row) or well_order="columns", '
            "and plate_wells= where it has not all wells of a plate"
        )
    sizes = ", ".join(f"{rows} x {columns}" for rows, columns in STANDARD_PLATES)
    return (
        f"no grid of numbers was found ({sizes}, or any part of a plate with its letters and numbers beside it), "
        f"and no list of wells with a head such as Well or Pos; {_nearest(text)}"
    )


def _nearest(text: str) -> str:
    """What comes nearest to a grid: the line with the most numbers."""
    best, at = 0, 0
    for separator in SEPARATORS:
        for line in lines_of(text, separator):
            numbers = sum(map(is_number, line.fields))
            if numbers > best:
                best, at = numbers, line.number
    return f"the line with most numbers is line {at}, with {best}" if best else "no line has a number of its own"
