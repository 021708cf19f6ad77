"""Plates as a picture: the value of each well, with a mark where a check of the run found something."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from htmltools import Tag

from lensim.plain_text import few_of
from lensim.qc.finding import STATUSES, Checked, Status
from lensim.qc.run import Run
from lensim.qc.wells import Wells
from lensim.report.numbers import NONE, number_text
from lensim.tables.well_names import letters_of_row, parse_well_name, smallest_plate, well_name

STEP: Final = 26
MARGIN: Final = 22
MARKS: Final[dict[Status, str]] = {"pass": "", "look": "to look at", "fail": "fails"}
NOT_DETECTED: Final = "not detected"


@dataclass(frozen=True)
class PlateWell:
    """A well: its place, its value (NaN where nothing was detected), what it holds, and the worst that was found."""

    row: int
    column: int
    value: float
    holds: str
    status: Status = "pass"
    found: str = ""

    @property
    def name(self) -> str:
        """A1."""
        return well_name(self.row, self.column)


@dataclass(frozen=True)
class Plate:
    """A plate with its wells; `what` is measured in them, such as Ct [cycles]."""

    name: str
    shape: tuple[int, int]
    what: str
    wells: tuple[PlateWell, ...]

    @property
    def words(self) -> str:
        """What the picture shows, for those who do not see it."""
        marked = [one for one in self.wells if one.status != "pass"]
        values = [one.value for one in self.wells if math.isfinite(one.value)]
        span = f", from {number_text(min(values))} to {number_text(max(values))}" if values else ""
        named = few_of([one.name for one in marked], 12) or "no single well"
        return f"{self.what} of {len(self.wells)} wells of {self.name or 'the plate'}{span}; checks name {named}"

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """The same as rows of a table: well, what it holds, value, what checks found."""
        return [
            (
                one.name,
                one.holds,
                number_text(one.value) if math.isfinite(one.value) else NOT_DETECTED,
                f"{MARKS[one.status]}: {one.found}" if one.found else NONE,
            )
            for one in sorted(self.wells, key=lambda one: (one.row, one.column))
        ]


def plates_of(of: Run | Wells, checked: Checked) -> tuple[Plate, ...]:
    """The plates of what was checked; none where wells have no places."""
    marks: dict[int, tuple[Status, str]] = {}
    for finding in checked.findings:
        for at in finding.wells if finding.status != "pass" else ():
            status, said = marks.get(at, ("pass", ""))
            worst = max(status, finding.status, key=STATUSES.index)
            marks[at] = (worst, "; ".join(dict.fromkeys([*said.split("; ")] * bool(said) + [finding.check])))
    return _of_wells(of, marks) if isinstance(of, Wells) else _of_run(of, marks)


def _of_wells(of: Wells, marks: dict[int, tuple[Status, str]]) -> tuple[Plate, ...]:
    if not of.has_places:
        return ()
    what = "Percent of untreated" if of.is_percent else "Signal"
    found = []
    for number, name in enumerate(of.plates):
        own = np.flatnonzero(of.plate == number)
        wells = tuple(
            PlateWell(
                int(of.row[at]), int(of.column[at]), float(of.signal[at]), _holds(of, int(at)), *marks.get(int(at), ())
            )
            for at in own
        )
        if wells:
            found.append(Plate(name, of.shape, what, wells))
    return tuple(found)


def _holds(of: Wells, at: int) -> str:
    dose = "untreated" if of.dose_um[at] == 0 else f"{number_text(float(of.dose_um[at]))} {of.dose_unit}"
    return ", ".join(part for part in (of.lines[of.line[at]], str(of.compound[at]), dose) if part)


def _of_run(of: Run, marks: dict[int, tuple[Status, str]]) -> tuple[Plate, ...]:
    found = []
    for name in dict.fromkeys(map(str, of.plate)):
        wells, places = [], []
        for at in np.flatnonzero(of.plate.astype(str) == name):
            place = parse_well_name(str(of.well[at]))
            if place is not None:
                said = ", ".join(part for part in (str(of.gene[at]), str(of.sample[at])) if part)
                task = str(of.task[at])
                holds = said if task == "unknown" else f"{said} ({task.replace('_', ' ')})"
                wells.append(PlateWell(*place, float(of.ct_cycles[at]), holds, *marks.get(int(at), ())))
                places.append(place)
        if wells:
            found.append(Plate(name, smallest_plate(places), "Ct [cycles]", tuple(wells)))
    return tuple(found)


def plate_figure(plate: Plate) -> Tag:
    """The plate as SVG: the darker a well, the higher its value; a ring is to be looked at, a cross fails."""
    rows, columns = plate.shape
    width, height = MARGIN + STEP * columns + 4, MARGIN + STEP * rows + 4
    values = np.array([one.value for one in plate.wells])
    parts: list[Any] = []
    every = 1 if columns <= 24 else 4
    parts += [_text(_x(at), 14, f"{at + 1}") for at in range(0, columns, every)]
    parts += [_text(10, _y(at) + 4, letters_of_row(at)) for at in range(0, rows, every)]
    taken = {(one.row, one.column): one for one in plate.wells}  # the last of several reactions of a well
    strength = dict(zip(map(id, plate.wells), _strengths(values), strict=True))
    for one in taken.values():
        x, y = _x(one.column), _y(one.row)
        shade = strength[id(one)]
        said = number_text(one.value) if math.isfinite(one.value) else NOT_DETECTED
        title = Tag("title", f"{one.name}: {one.holds}, {said}")
        parts.append(
            Tag("circle", title, cx=x, cy=y, r=9, class_="well" if math.isfinite(one.value) else "well empty",
                style=f"fill-opacity:{shade:.2f}")
        )  # fmt: skip
        if one.status == "look":
            parts.append(Tag("circle", cx=x, cy=y, r=11, class_="ring"))
        elif one.status == "fail":
            parts.append(
                Tag("path", d=f"M{x - 8} {y - 8}L{x + 8} {y + 8}M{x + 8} {y - 8}L{x - 8} {y + 8}", class_="cross")
            )
    return Tag(
        "svg", {"viewBox": f"0 0 {width} {height}"}, *parts, role="img", aria_label=plate.words, class_="plate"
    )  # fmt: skip


def _strengths(values: np.ndarray) -> Sequence[float]:
    """How dark each well is, from 0.08 to 1, by the rank of its value on a log scale where all are above 0."""
    finite = np.isfinite(values)
    scaled = np.full(len(values), np.nan)
    scaled[finite] = np.log(values[finite]) if (values[finite] > 0).all() else values[finite]
    low, high = (np.nanmin(scaled), np.nanmax(scaled)) if finite.any() else (0.0, 0.0)
    span = high - low if high > low else 1.0
    return [0.0 if math.isnan(one) else 0.08 + 0.92 * float((one - low) / span) for one in scaled]


def _x(column: int) -> int:
    return MARGIN + STEP * column + STEP // 2


def _y(row: int) -> int:
    return MARGIN + STEP * row + STEP // 2


def _text(x: float, y: float, said: str) -> Tag:
    return Tag("text", {"text-anchor": "middle"}, said, x=f"{x:g}", y=f"{y:g}")
