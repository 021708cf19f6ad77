"""What the wells of a panel say against one falling curve from the controls: flags by line, from the wells alone.

A flag never changes a number. It says where the model of one Hill curve is not the shape of the data, so that nobody
takes the IC50 beside it for more than it is. `flags_of` is quick and needs no fit: the same flags are told before a fit
and stand in its tables.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import xarray as xr
from scipy import special
from scipy.optimize import least_squares
from scipy.special import expit

from lensim import vocabulary as v
from lensim.dose_response.controls import are_off, level_over_lines
from lensim.dose_response.replicates import Doses, RelativeWells, by_dose, relative_wells
from lensim.dose_response.steps import step_of
from lensim.inference.remembered import remembered

SURE: Final = 4.0
"""Standard errors from which on a difference is told."""
DIRECTION: Final = "direction"
CONTROLS: Final = "controls"
BUMP: Final = "bump"
RISES_AGAIN: Final = "rises again"
NOT_ONE_CURVE: Final = "not one curve"
STEP: Final = "step"
WILD_WELLS: Final = "wild wells"
FEW_DOSES: Final = "few doses"
EDGE: Final = "edge"

QUITE_SURE: Final = 2.5
"""The same where the errors of places on plates, which are assumed and large, are the most of it."""
FALSE_STUDIES: Final = 0.01
"""Share of panels in which chance alone may tell of a line that its controls are off; less, as the errors are wide."""
SD_TO_RANGE: Final = {2: 1.13, 3: 1.69, 4: 2.06, 5: 2.33, 6: 2.53, 7: 2.70, 8: 2.85}
"""Mean range of so many normal values, in their sd."""
PANEL: Final = -1
"""Position of a flag that is of the whole panel."""
SERIES_START: Final = 3
"""Lowest doses that show the level of cells without effect."""
LEAST_OFF_CONTROLS: Final = 0.15
LEAST_RISE: Final = 0.5
"""Rise over the whole series, as a share of untreated, that is told as the wrong direction."""
LEAST_BUMP: Final = 0.2
LEAST_OFF_CURVE: Final = 0.07
NEAR_STEPS: Final = 12
FIRST_DAMPING: Final = 0.01
RIDGE: Final = 1e-9
OFF_CURVE_P: Final = 0.02
"""Standard errors behind it have assumed places and days in them, and are wide: far fewer clean lines are below it."""
WILD_SPREADS: Final = 8.0
WILD_LOG: Final = float(np.log(2.0))
WILD_SHARE: Final = 0.3
FEWEST_WILD: Final = 3
"""Replicates of one dose from which on one can be far off the others."""
MATERIAL_SHARE: Final = 0.05
LEAST_EDGE: Final = 0.08
ENOUGH_DOSES: Final = 4


@dataclass(frozen=True)
class Flag:
    """Something that the wells say against the model.

    Attributes
    ----------
    kind
        One of the constants of this module.
    line
        Position of the line; -1 where it is of the whole panel.
    words
        A few words for a cell of a table.
    size
        How large it is, on the scale of its kind.
    """

    kind: str
    line: int
    words: str
    size: float


@remembered
def flags_of(data: xr.Dataset, um_per_unit: float = 1.0) -> tuple[Flag, ...]:
    """Flags of every line of a panel, and of its plates.

    Parameters
    ----------
    data
        Wells of a panel: signals with controls, or viability in percent.
    um_per_unit
        uM in a unit in which doses are told.

    Returns
    -------
    tuple of Flag
        In order of lines; none where the data hold neither signal nor viability.
    """
    wells = relative_wells(data)
    if wells is None:
        return ()
    found: list[Flag] = []
    sure = _sure_of_lines(data.sizes[v.CELL_LINE])
    for line in range(data.sizes[v.CELL_LINE]):
        doses = by_dose(wells, line)
        if not len(doses.dose):
            continue
        found += [
            Flag(kind, line, words, size)
            for kind, words, size in (*_shape(doses, um_per_unit, sure), *_wild(wells, line, um_per_unit))
        ]
    of_all = _controls_of_all(wells, data.sizes[v.CELL_LINE])
    if data.sizes[v.CELL_LINE] == 1:
        said = any(flag.kind == CONTROLS for flag in found)
        of_all = [] if said else [replace(flag, line=0) for flag in of_all]
    return tuple(found + of_all + _edges(data, wells))


def _sure_of_lines(lines: int) -> float:
    """Standard errors that chance passes in one of `FALSE_STUDIES` of panels, in any line."""
    return float(-special.ndtri(FALSE_STUDIES / 2.0 / lines))


def _controls_of_all(wells: RelativeWells, lines: int) -> list[Flag]:
    """Controls that are off the lowest doses in all lines alike."""
    found = level_over_lines(wells, lines)
    if found is None or not are_off(found):
        return []
    off = np.expm1(-found.log_level)  # controls over the plateau, less 1
    side = "above" if off > 0 else "below"
    return [Flag(CONTROLS, PANEL, f"controls {_percent(abs(off))} {side} the wells at the lowest doses", float(off))]


def _shape(doses: Doses, unit: float, sure: float) -> list[tuple[str, str, float]]:
    """What the doses of one line say: the first of the kinds that exclude one another, and a step or few doses."""
    found: list[tuple[str, str, float]] = []
    if len(doses.dose) < ENOUGH_DOSES:
        found.append((FEW_DOSES, f"only {len(doses.dose)} doses", float(len(doses.dose))))
    if (step := step_of(doses)) is not None:
        between = f"{_dose(step.last_above / unit)} and {_dose(step.first_below / unit)}"
        return [*found, (STEP, f"falls wholly between {between}", step.first_below / step.last_above)]
    for look in (_direction, partial(_plateau, sure=sure), _rises_again, _off_curve):
        if (said := look(doses, unit)) is not None:
            return [*found, said]
    return found


def _direction(doses: Doses, unit: float) -> tuple[str, str, float] | None:
    """A rise over the whole series, in place of a fall."""
    ends = max(1, len(doses.mean) // 4)
    low, high = float(np.mean(doses.mean[:ends])), float(np.mean(doses.mean[-ends:]))
    error = np.hypot(doses.sd[0], doses.sd[-1])
    if high - low < max(LEAST_RISE, SURE * error) or doses.mean.argmax() < len(doses.mean) / 2:
        return None
    return DIRECTION, f"rises with dose, from {_percent(low)} to {_percent(high)}", high - low


def _plateau(doses: Doses, unit: float, sure: float) -> tuple[str, str, float] | None:
    """The lowest doses apart from the controls, or a bump above both."""
    mean, k = doses.mean, int(doses.mean.argmax())
    start = mean[:SERIES_START]
    level = float(np.mean(start[start > 0.85 * mean.max()])) if mean[0] > 0.85 * mean.max() else float(mean[0])
    error = np.hypot(doses.sd_of_a_day[:SERIES_START].max() / np.sqrt(2.0), doses.sd_controls)
    error = max(error, _error_of_days(doses))
    if level - 1.0 > max(LEAST_OFF_CONTROLS, sure * error) and len(mean) >= ENOUGH_DOSES:
        return CONTROLS, f"controls {_percent(1.0 - 1.0 / level)} below the lowest doses", 1.0 / level - 1.0
    rise, fall = float(mean[k]) - max(1.0, float(mean[0])), float(mean[k] - mean[-1])
    least = QUITE_SURE * np.hypot(doses.sd_of_a_day[k], max(doses.sd_controls, doses.sd_of_a_day[0]))
    if rise > max(LEAST_BUMP, least) and fall > max(LEAST_BUMP * mean[k], SURE * np.hypot(doses.sd[k], doses.sd[-1])):
        return BUMP, f"rises to {_percent(float(mean[k]))} at {_dose(doses.dose[k] / unit)}, then falls", rise
    if len(mean) < ENOUGH_DOSES:
        return None
    level = float(np.mean(start))
    is_flat = np.ptp(start) < 2.0 * doses.sd[:SERIES_START].max() and start[-1] > start[0] - LEAST_OFF_CURVE
    if is_flat and 1.0 - level > max(LEAST_OFF_CONTROLS, sure * error) and mean.min() < level - 0.25:
        return CONTROLS, f"controls {_percent(1.0 / level - 1.0)} above the lowest doses", 1.0 / level - 1.0
    return None


def _error_of_days(doses: Doses) -> float:
    """Standard error of the lowest doses against the controls as days show it; one day that differs is none of all."""
    if doses.cultures < 2:
        return 0.0
    spread = (doses.high - doses.low)[:SERIES_START] / SD_TO_RANGE.get(doses.cultures, 3.0)
    return float(np.mean(spread)) / np.sqrt(doses.cultures)


def _rises_again(doses: Doses, unit: float) -> tuple[str, str, float] | None:
    """A fall, and a rise behind it at higher doses."""
    k = int(doses.mean.argmin())
    if k == len(doses.mean) - 1 or k == 0:
        return None
    top = k + 1 + int(doses.mean[k + 1 :].argmax())
    rise = float(doses.mean[top] - doses.mean[k])
    fall = float(max(1.0, doses.mean[:k].max()) - doses.mean[k])
    if min(rise, fall) < max(LEAST_BUMP, SURE * np.hypot(doses.sd[k], doses.sd[top])):
        return None
    words = f"rises again, from {_percent(float(doses.mean[k]))} to {_percent(float(doses.mean[top]))}"
    return RISES_AGAIN, f"{words} at {_dose(doses.dose[top] / unit)}", rise


def _off_curve(doses: Doses, unit: float) -> tuple[str, str, float] | None:
    """Means of doses that no Hill curve comes near to."""
    freedom = len(doses.dose) + 1 - 4
    if freedom < 1:
        return None
    away, misfit = off_curve(doses, enough=float(special.chdtri(freedom, OFF_CURVE_P)))
    k = int(np.abs(away).argmax())
    if abs(away[k]) < LEAST_OFF_CURVE or special.chdtrc(freedom, misfit) > OFF_CURVE_P:
        return None
    off = f"{_percent(abs(float(away[k])))} {'above' if away[k] > 0 else 'below'} at {_dose(doses.dose[k] / unit)}"
    falls = (np.diff(doses.mean) < 2.0 * np.hypot(doses.sd[1:], doses.sd[:-1])).all()
    return NOT_ONE_CURVE, f"{'falls in steps, ' if falls else ''}not one curve: {off}", float(abs(away[k]))


def off_curve(doses: Doses, enough: float = 0.0) -> tuple[np.ndarray, float]:
    """Response of each dose less the Hill curve that comes nearest, and the sum of squared standard errors.

    A curve whose sum is below `enough` is near enough, and no nearer one is sought.
    """
    log_dose = np.log(doses.dose)
    lowest, highest = log_dose.min() - 3.0, log_dose.max() + 3.0

    def fitted(theta: np.ndarray) -> np.ndarray:
        level, middle, log_slope, left = theta
        return np.asarray(level * (1.0 - (1.0 - left) * expit(np.exp(log_slope) * (log_dose - middle))))

    def misfit(theta: np.ndarray) -> np.ndarray:
        return np.r_[(doses.mean - fitted(theta)) / doses.sd, (theta[0] - 1.0) / doses.sd_controls]

    def slopes(theta: np.ndarray) -> np.ndarray:
        level, middle, log_slope, left = theta
        steep, ratio = np.exp(log_slope), log_dose - middle
        share = expit(steep * ratio)
        bend = -level * (1.0 - left) * share * (1.0 - share) * steep
        of_doses = np.stack([1.0 - (1.0 - left) * share, -bend, bend * ratio, level * share], axis=1)
        return np.vstack([-of_doses / doses.sd[:, None], [1.0 / doses.sd_controls, 0.0, 0.0, 0.0]])

    bounds = (np.array([0.3, lowest, -1.5, -0.2]), np.array([3.0, highest, 2.5, 3.0]))
    starts = [np.array([1.0, middle, 0.2, 0.1]) for middle in np.quantile(log_dose, [0.2, 0.5, 0.8])]
    if enough and (near := _near(misfit, slopes, starts[1], bounds, enough)) is not None:
        return doses.mean - fitted(near), float((misfit(near) ** 2).sum())
    fits = []
    for start in starts:
        fits.append(least_squares(misfit, start, jac=slopes, bounds=bounds))
        if 2.0 * fits[-1].cost < enough:
            break
    best = min(fits, key=lambda fit: fit.cost)
    return doses.mean - fitted(best.x), 2.0 * float(best.cost)


def _near(
    misfit: Callable[[np.ndarray], np.ndarray],
    slopes: Callable[[np.ndarray], np.ndarray],
    theta: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray],
    enough: float,
) -> np.ndarray | None:
    """Parameters whose misfit is near enough, by a few Gauss-Newton steps; None where these find none."""
    away, damping = misfit(theta), FIRST_DAMPING
    for _ in range(NEAR_STEPS):
        if float(away @ away) < enough:
            return theta
        steep = slopes(theta)
        curvature = steep.T @ steep
        curvature[range(4), range(4)] += damping * np.diag(curvature) + RIDGE
        tried = np.clip(theta - np.linalg.solve(curvature, steep.T @ away), *bounds)
        then = misfit(tried)
        is_nearer = float(then @ then) < float(away @ away)
        theta, away = (tried, then) if is_nearer else (theta, away)
        damping *= 0.2 if is_nearer else 10.0
    return None


def _wild(wells: RelativeWells, line: int, unit: float) -> list[tuple[str, str, float]]:
    """Wells that are far off two or more replicates that agree."""
    at: list[float] = []
    own = np.flatnonzero(wells.line == line)
    own = own[np.lexsort((wells.dose[own], wells.culture[own]))]
    is_first = (np.diff(wells.dose[own], prepend=-1.0) != 0) | (np.diff(wells.culture[own], prepend=-1) != 0)
    for cell in np.split(own, np.flatnonzero(is_first)[1:]):
        if len(cell) >= FEWEST_WILD:
            wild = is_wild(wells.response[cell], wells.spread, is_raw=wells.is_raw)
            at += [float(wells.dose[cell[0]])] * int(wild.sum())
    if not at:
        return []
    doses = ", ".join(_dose(dose / unit) for dose in sorted(set(at)))
    words = f"{len(at)} of {len(own)} wells far off their replicates (at {doses})"
    return [(WILD_WELLS, words, float(len(at)))]


def is_wild(cell: np.ndarray, spread: float, *, is_raw: bool) -> np.ndarray:
    """Which replicates of one dose are far off the others; none where there are fewer than three."""
    if len(cell) < FEWEST_WILD:
        return np.zeros(len(cell), dtype=bool)
    middle = float(np.median(cell))
    away = np.abs(cell - middle)
    if not is_raw:
        return away > max(WILD_SPREADS * spread, WILD_SHARE)
    floor = MATERIAL_SHARE / 2.0
    log_away = np.abs(np.log(np.maximum(cell, floor)) - np.log(max(middle, floor)))
    return (log_away > max(WILD_SPREADS * spread, WILD_LOG)) & (away > MATERIAL_SHARE)


def _edges(data: xr.Dataset, wells: RelativeWells) -> list[Flag]:
    """Outermost wells against the inner replicates of the same culture and dose, over all plates."""
    if v.PLATE_ROW not in data or v.PLATE_COLUMN not in data or not wells.is_raw:
        return []
    from lensim.tables.plate_size import plate_shape

    row, column = data[v.PLATE_ROW].to_numpy(), data[v.PLATE_COLUMN].to_numpy()
    rows, columns = plate_shape(data)
    edge = (row == 0) | (row == rows - 1) | (column == 0) | (column == columns - 1)
    floor = MATERIAL_SHARE / 2.0
    log = np.log(np.maximum(wells.response, floor))
    _, cell = np.unique(np.column_stack([wells.culture, wells.dose]), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    inner, outer = np.bincount(cell, ~edge), np.bincount(cell, edge)
    both = np.flatnonzero((inner > 0) & (outer > 0))
    if len(both) < 10:
        return []
    apart = [np.median(log[edge & (cell == one)]) - np.median(log[~edge & (cell == one)]) for one in both]
    weight = 1.0 / (1.0 / inner[both] + 1.0 / outer[both])
    effect = float(np.average(apart, weights=weight))
    error = float(np.sqrt(np.average((np.array(apart) - effect) ** 2, weights=weight) / len(both)))
    if abs(effect) < LEAST_EDGE or abs(effect) < SURE * error:
        return []
    size = np.expm1(effect)
    return [
        Flag(EDGE, PANEL, f"edge wells {_percent(abs(size))} {'below' if size < 0 else 'above'} the inner ones", size)
    ]


def flags_in_words(flags: Sequence[Flag], lines: int) -> list[str]:
    """Flags of each line in one cell; empty where it has none."""
    return ["; ".join(flag.words for flag in flags if flag.line == line) for line in range(lines)]


def _dose(value: float) -> str:
    """A dose with three significant digits, whole where it is large."""
    return f"{value:.3g}" if not 1e3 <= value < 1e7 else f"{float(f'{value:.3g}'):.0f}"


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f}%"
