"""Where the wells of a line lie beside its curve: each dose, and runs of doses, predicted from the line's other doses.

A set of doses is left out of all cultures of the line, the curve is found from the rest with the fit's spreads between
lines, cultures and wells, and the mean of what was left out is compared with the prediction:

    z = sum(w (observed - expected)) / sqrt(w' (covariance of the prediction + variance of the wells) w)

So nothing that is judged has shaped what it is judged by, and what days do to a culture's EC50, slope, effect and level
is in the prediction. Where the cultures of most lines lie further apart at a dose than this, as on plates with trends,
all z of a line are shrunk by the ratio that the other lines show.

P of a line is the smallest P of its doses and runs times half the number of doses: tests of neighbours overlap, and
with this factor 5% of lines of one curve are below 0.05 (by simulation). The adjusted P is Holm's, over lines. A dose
is looked at over all lines as well, by the sum of their z over the root of their number: controls that are off in all
lines are seen there first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import xarray as xr
from scipy import special

from lensim import vocabulary as v
from lensim.dose_response.cells import Cells, cells_of
from lensim.dose_response.left_out import LineCurve, line_curve, without
from lensim.dose_response.scatter import Scatter, scatter_of
from lensim.dose_response.spreads import Spreads
from lensim.inference.adjusted_p import holm

TOLD_P: Final = 0.05
TOLD_P_OF_PANEL: Final = 0.01
LEAST_OFF: Final = 0.07
"""A deviation that is told is at least this share of untreated."""
SHARE: Final = 0.5
LONGEST_RUN: Final = 3
FEWEST_DOSES: Final = 4
MOST_DOSES: Final = 40
"""Of a line with more distinct doses (each well its own) no doses are left out."""
ENOUGH_LINES: Final = 5
FEWEST_CELLS: Final = 3
FAR_CELL: Final = 2.0
"""Standard errors from the middle of its run from which on a cell has less weight."""
MEDIAN_OF_NORMAL: Final = 0.6745
FEWEST_FREEDOM: Final = 3.0


@dataclass(frozen=True)
class Run:
    """One dose of a line, or neighbouring ones, against what the line's other doses predict.

    Attributes
    ----------
    line, first, last
        Positions of the line, and of its lowest and highest dose left out, among the line's doses with 0.
    observed, expected
        Signal as a share of untreated, mean over cultures and doses.
    z, p
        Standardised difference, and its two-sided P.
    wells
        How many were left out.
    apart, cultures
        Of a single dose: how far its cultures lie from each other beside their predictions, as a chi-squared over its
        degrees of freedom and over its median; and how many they are.
    """

    line: int
    first: int
    last: int
    observed: float
    expected: float
    sd: float
    z: float
    p: float
    wells: int
    apart: float
    cultures: int

    @property
    def off(self) -> float:
        """Observed less expected, as a share of untreated."""
        return self.observed - self.expected


@dataclass(frozen=True)
class OfAllLines:
    """One dose over all lines that have it.

    Attributes
    ----------
    dose
        0 for the controls.
    lines
        How many.
    off
        Median of their observed less expected, as a share of untreated.
    p
        Two-sided, times the number of doses.
    """

    dose: float
    lines: int
    off: float
    p: float

    @property
    def is_told(self) -> bool:
        """Whether it is off, and by enough."""
        return self.p <= TOLD_P_OF_PANEL and abs(self.off) >= LEAST_OFF


@dataclass(frozen=True)
class LackOfFit:
    """A panel's lack of fit.

    Attributes
    ----------
    cells
        Wells by culture and dose.
    scatter
        Of replicate wells, by line.
    curves
        Of each line; None where it has too few doses to leave one out.
    doses
        Of each line, lowest first, 0 among them.
    runs
        Of each line.
    p, adjusted_p
        (cell_line); 1 where a line has no runs.
    of_all_lines
        Doses over all lines; none in a panel of few.
    """

    cells: Cells
    scatter: Scatter
    curves: tuple[LineCurve | None, ...]
    doses: tuple[np.ndarray, ...]
    runs: tuple[tuple[Run, ...], ...]
    p: np.ndarray
    adjusted_p: np.ndarray
    of_all_lines: tuple[OfAllLines, ...]

    def is_told(self, line: int) -> bool:
        """Whether the doses of a line are surely not those of one curve, and by enough to matter."""
        if self.adjusted_p[line] > TOLD_P:
            return False
        return any(self.is_odd(line, run) for run in self.runs[line])

    def is_odd(self, line: int, run: Run) -> bool:
        """Whether a run of a line is off, for the number of its doses, and by enough."""
        return run.p * SHARE * len(self.doses[line]) <= TOLD_P and abs(run.off) >= LEAST_OFF

    @property
    def worst_of_all_lines(self) -> OfAllLines | None:
        """The dose that is off most surely over all lines; None where none is. It draws its neighbours along."""
        told = [one for one in self.of_all_lines if one.is_told]
        return min(told, key=lambda one: one.p) if told else None

    def shared_by(self, line: int) -> Run | None:
        """The dose of a line that is off in the same direction over all lines, and in this line too."""
        one = self.worst_of_all_lines
        if one is None:
            return None
        for run in self.runs[line]:
            if run.first == run.last and self.doses[line][run.first] == one.dose:
                is_off = run.p <= TOLD_P and run.off * one.off > 0 and abs(run.off) >= LEAST_OFF
                return run if is_off else None
        return None


def lack_of_fit(data: xr.Dataset, spreads: Spreads) -> LackOfFit:
    """Every dose and run of doses of every line against the line's other doses.

    Parameters
    ----------
    data
        Wells of a panel.
    spreads
        Of a fit to them.
    """
    cells = cells_of(data, spreads)
    scatter = scatter_of(cells, data.sizes[v.CELL_LINE])
    cells = replace(cells, variance=cells.variance * scatter.variance_factors[cells.line])
    plate = data[v.PLATE_OF_CULTURE].to_numpy()
    doses, curves = [], []
    for line in range(data.sizes[v.CELL_LINE]):
        own = np.flatnonzero(cells.line == line)
        doses.append(np.unique(cells.dose[own]))
        is_enough = FEWEST_DOSES <= len(doses[-1]) <= MOST_DOSES
        curves.append(line_curve(cells, own, spreads, plate) if is_enough else None)
    raw = _runs_of(cells, curves, doses)
    scales = _scales([[run for run in one if run.first == run.last] for one in raw])
    runs = [
        tuple(_judged(run, scale, spreads.nu_well, own) for run in one)
        for one, scale, own in zip(raw, scales, doses, strict=True)
    ]
    number = SHARE * np.array([len(own) for own in doses])
    p = np.clip(np.array([min((run.p for run in one), default=1.0) for one in runs]) * number, 0.0, 1.0)
    return LackOfFit(cells, scatter, tuple(curves), tuple(doses), tuple(runs), p, holm(p), _of_all_lines(raw, doses))


def _runs_of(
    cells: Cells, curves: Sequence[LineCurve | None], doses: Sequence[np.ndarray]
) -> tuple[tuple[Run, ...], ...]:
    """Runs of each line, before they are judged: each dose, and up to three neighbours above 0."""
    alike: dict[tuple[int, int], list[_Left]] = {}
    for curve, own in zip(curves, doses, strict=True):
        if curve is None:
            continue
        at = np.searchsorted(own, cells.dose[curve.own])
        for first, last in _ends_of_runs(own):
            left = np.flatnonzero((at >= first) & (at <= last))
            alike.setdefault((len(left), len(curve.curvature)), []).append(_Left(curve, first, last, left))
    found: dict[int, list[Run]] = {}
    for sets in alike.values():
        for run in _runs_alike(cells, sets):
            found.setdefault(run.line, []).append(run)
    return tuple(
        tuple(sorted(found.get(line, []), key=lambda run: (run.last - run.first, run.first)))
        for line in range(len(curves))
    )


class _Left(NamedTuple):
    """Cells of a run: their places among those of the curve."""

    curve: LineCurve
    first: int
    last: int
    cells: np.ndarray


def _ends_of_runs(doses: np.ndarray) -> Iterator[tuple[int, int]]:
    yield from ((k, k) for k in range(len(doses)))
    for length in range(2, min(LONGEST_RUN, len(doses) // 3) + 1):
        yield from ((k, k + length - 1) for k in range(int(doses[0] == 0), len(doses) - length + 1))


def _runs_alike(cells: Cells, sets: Sequence[_Left]) -> Iterator[Run]:
    """Runs that have as many cells and parameters, side by side."""
    places = np.array([one.cells for one in sets])
    own = np.array([one.curve.own[one.cells] for one in sets])
    top = np.array([one.curve.top[one.cells] for one in sets])
    value = cells.value[own]
    expected, covariance = without([one.curve for one in sets], value, places)
    number = own.shape[1]
    covariance[:, range(number), range(number)] += cells.variance[own]
    weight = _weights(value - expected, np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)))
    off = (weight * (value - expected)).sum(axis=1)
    sd = np.sqrt((weight * (covariance @ weight[..., None])[..., 0]).sum(axis=1))
    seen, foreseen = (
        (weight * (np.exp(one - top) if cells.is_log else one / np.exp(top))).sum(axis=1) for one in (value, expected)
    )
    apart = value - expected - off[:, None]
    square = (apart * np.linalg.solve(covariance, apart[..., None])[..., 0]).sum(axis=1) if number > 1 else 0.0 * off
    middle = _median_of_squares(max(number - 1, 1))
    wells = cells.wells[own].sum(axis=1)
    numbers = (one.tolist() for one in (seen, foreseen, sd, off / sd, square / middle, wells, cells.line[own[:, 0]]))
    for one, a, b, c, z, ratio, count, line in zip(sets, *numbers, strict=True):
        yield Run(line, one.first, one.last, a, b, c, z, 1.0, count, ratio, number)


@cache
def _median_of_squares(freedom: int) -> float:
    """Of chi-square."""
    return float(2.0 * special.gammaincinv(freedom / 2.0, 0.5))


def _weights(away: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Weights (set, cell) in means: a cell far from the others' middle has less, for it is an outlier and no shape."""
    weight = sd**-2.0
    if away.shape[1] >= FEWEST_CELLS:
        apart = np.abs(away - np.median(away, axis=1, keepdims=True)) / sd
        weight = weight * np.minimum(1.0, FAR_CELL / np.maximum(apart, 1e-9))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _scales(singles: list[list[Run]]) -> np.ndarray:
    """By how much z are wider than they should be, as all other lines show (line); 1 in few lines.

    Where lines have several cultures, from how these lie apart at a dose: what shapes all of them alike is no scatter.
    Else from the doses of the other lines themselves.
    """
    if len(singles) <= ENOUGH_LINES:
        return np.ones(len(singles))
    squares = [
        np.array([run.apart if run.cultures > 1 else (run.z / MEDIAN_OF_NORMAL) ** 2 for run in one]) for one in singles
    ]
    others = (np.concatenate([one for k, one in enumerate(squares) if k != line]) for line in range(len(singles)))
    return np.array([np.sqrt(max(1.0, float(np.median(one)))) if len(one) else 1.0 for one in others])


def _goes_on(run: Run, doses: np.ndarray) -> bool:
    """Whether a run at the top of the doses is further from untreated than expected, as where a curve only begins."""
    return run.last == len(doses) - 1 and abs(run.observed - 1.0) > abs(run.expected - 1.0)


def _judged(run: Run, scale: float, nu: float, doses: np.ndarray) -> Run:
    z = run.z / scale
    p = 2.0 * float(special.stdtr(max(FEWEST_FREEDOM, nu + run.wells), -abs(z)))
    return replace(run, sd=run.sd * scale, z=z, p=1.0 if _goes_on(run, doses) else p)


def _of_all_lines(runs: Sequence[tuple[Run, ...]], doses: Sequence[np.ndarray]) -> tuple[OfAllLines, ...]:
    """Each dose over the lines that have it; of doses that enough lines have."""
    singles: dict[float, list[Run]] = {}
    for one, own in zip(runs, doses, strict=True):
        for run in one:
            if run.first == run.last < len(own) - 1:  # a fall may begin at the top dose
                singles.setdefault(float(own[run.first]), []).append(run)
    shared = {dose: found for dose, found in singles.items() if len(found) >= ENOUGH_LINES}
    told = []
    for dose, found in sorted(shared.items()):
        z = sum(run.z for run in found) / np.sqrt(len(found))
        p = min(1.0, 2.0 * float(special.ndtr(-abs(z))) * len(shared))
        told.append(OfAllLines(dose, len(found), float(np.median([run.off for run in found])), p))
    return tuple(told)
