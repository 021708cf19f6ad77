"""The curve of one line, and what it predicts for some of its doses without having seen them.

    y(cell) ~ Normal(f(x(c), h(c), a(c), top(c); dose), sd(cell))     c the culture of the cell
    x(c) = x(line) + Normal(0, sd_x),  x(line) ~ Normal(mean, sd) of its group;  the same for h and a
    f = log(background + exp(top) residual(dose)) for signals, exp(top) residual(dose) for percents

The mode is found by Gauss and Newton's steps; cells that lie far off pull no harder than those at 2.5 standard errors.
A set of cells is left out by one such step from the mode, with slopes J, weights W and curvature H there:

    H' = H - J' W J (of the set),  expected = f - J H'^-1 J' W (y - f),  covariance = J H'^-1 J'

Where the other doses do not tell what a set tells, H' is small and the covariance large.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from lensim.dose_response.cells import Cells
from lensim.dose_response.spreads import Spreads

LN10: Final = float(np.log(10.0))
STEPS: Final = 25
ENOUGH: Final = 1e-4
FAR: Final = 2.5
"""Standard errors beyond which a cell's pull on a curve grows no further."""
LARGEST_STEP: Final = 1.0
DAMPING: Final = 0.03
MOST_DAMPING: Final = 1e4
RANGE: Final = np.array([[-40.0, -3.0, -4.0], [40.0, 3.0, 9.0]])
"""Of log10 EC50, log slope and effect of a culture: what has no meaning beyond it."""


@dataclass(frozen=True)
class LineCurve:
    """The curve of one line at its mode.

    Attributes
    ----------
    own
        Positions of the line's cells in the panel.
    parameters
        (3) log10 EC50, log slope and effect of the line.
    expected, top
        (cell) of the curve; log of the untreated level of the cell's culture.
    slopes
        (cell, parameter) of the expected values.
    weight
        (cell) with which cells pull.
    curvature
        (parameter, parameter) with the prior's.
    """

    own: np.ndarray
    parameters: np.ndarray
    expected: np.ndarray
    top: np.ndarray
    slopes: np.ndarray
    weight: np.ndarray
    curvature: np.ndarray


def line_curve(cells: Cells, own: np.ndarray, spreads: Spreads, plate_of_culture: np.ndarray) -> LineCurve:
    """The curve of a line from all of its cells, with what the fit says of lines, cultures and wells.

    Parameters
    ----------
    cells
        Of the panel.
    own
        Positions of the line's cells.
    spreads
        Of the fit.
    plate_of_culture
        (culture)
    """
    cultures, culture = np.unique(cells.culture[own], return_inverse=True)
    culture, n, line = culture.reshape(-1), len(cultures), int(cells.line[own[0]])
    level, precision_of_cells = cells.value[own], 1.0 / cells.variance[own]
    background = spreads.background[plate_of_culture[cultures]][culture]
    tops = _first_tops(cells, own, culture, background)
    mean = np.concatenate([spreads.mean_of_lines[line], tops, np.zeros(3 * n)])
    sd = np.concatenate(
        [spreads.sd_of_lines[line], np.full(n, spreads.sd_of_tops), np.repeat(spreads.sd_of_cultures, n)]
    )
    theta, precision = np.concatenate([spreads.curve[line], tops, np.zeros(3 * n)]), sd**-2.0
    design = _design(culture, n)

    def at(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Expected values, their slopes along the parameters, and tops."""
        parts = design @ theta
        x, h, a = (np.clip(parts[k], RANGE[0, k], RANGE[1, k]) for k in range(3))
        expected, slopes = _curve(x, h, a, parts[3], cells.log_dose[own], background, is_log=cells.is_log)
        return expected, np.einsum("kc,kcp->cp", slopes, design), parts[3]

    def pull(expected: np.ndarray) -> np.ndarray:
        away = np.abs(level - expected) * np.sqrt(precision_of_cells)
        return np.asarray(precision_of_cells * np.minimum(1.0, FAR / np.maximum(away, 1e-9)))

    def loss(theta: np.ndarray, expected: np.ndarray) -> float:
        away = np.abs(level - expected) * np.sqrt(precision_of_cells)
        of_cells = np.where(away < FAR, 0.5 * away**2, FAR * away - 0.5 * FAR**2).sum()
        return float(of_cells + 0.5 * (precision * (theta - mean) ** 2).sum())

    expected, slopes, top = at(theta)
    now, damping = loss(theta, expected), DAMPING
    for _ in range(STEPS):
        weight = pull(expected)
        gradient = slopes.T @ (weight * (level - expected)) - precision * (theta - mean)
        curvature = slopes.T @ (weight[:, None] * slopes) + np.diag(precision)
        step = np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), gradient)
        step *= min(1.0, LARGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        tried = at(theta + step)
        if (then := loss(theta + step, tried[0])) <= now:
            is_there = now - then < ENOUGH
            theta, now, (expected, slopes, top) = theta + step, then, tried
            damping *= 0.2
            if is_there:
                break
        elif damping > MOST_DAMPING:
            break
        else:
            damping *= 10.0
    weight = pull(expected)
    curvature = slopes.T @ (weight[:, None] * slopes) + np.diag(precision)
    return LineCurve(own, theta[:3], expected, top, slopes, weight, curvature)


def without(curves: Sequence[LineCurve], levels: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What curves predict for some of their cells without them: expected values, and their covariances.

    Parameters
    ----------
    curves
        Of each set of cells; all with the same number of parameters.
    levels
        (set, cell) values of the cells that are left out.
    left
        (set, cell) their places among the cells of their curve.

    Returns
    -------
    tuple
        (set, cell) and (set, cell, cell).
    """
    slopes = np.stack([one.slopes[own] for one, own in zip(curves, left, strict=True)])
    weight = np.stack([one.weight[own] for one, own in zip(curves, left, strict=True)])
    expected = np.stack([one.expected[own] for one, own in zip(curves, left, strict=True)])
    across = np.swapaxes(slopes, 1, 2)
    curvature = np.stack([one.curvature for one in curves]) - across @ (weight[..., None] * slopes)
    covariance = slopes @ np.linalg.solve(curvature, across)
    away = weight * (levels - expected)
    return expected - (covariance @ away[..., None])[..., 0], covariance


def _curve(
    x: np.ndarray,
    h: np.ndarray,
    a: np.ndarray,
    top: np.ndarray,
    log_dose: np.ndarray,
    background: np.ndarray,
    *,
    is_log: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Expected values (cell), and their slopes along x, h, a and top (4, cell)."""
    steep, ratio = np.exp(h), log_dose - LN10 * x
    occupancy = expit(steep * ratio)
    bend = np.expm1(-a) * occupancy * (1.0 - occupancy) * steep
    residual, level = 1.0 + np.expm1(-a) * occupancy, np.exp(top)
    slopes = np.stack([-LN10 * bend, bend * np.where(occupancy > 0, ratio, 0.0), -np.exp(-a) * occupancy, residual])
    if not is_log:
        return level * residual, slopes * level
    signal = background + level * residual
    return np.log(signal), slopes * (level / signal)


def _design(culture: np.ndarray, n: int) -> np.ndarray:
    """(4, cell, parameter): which parameters make up x, h, a and top of each cell.

    Parameters are the line's curve, the tops of its cultures, and their deviations in x, in h and in a.
    """
    cells = np.arange(len(culture))
    design = np.zeros((4, len(culture), 3 + 4 * n))
    for k in range(3):
        design[k, :, k] = 1.0
        design[k, cells, 3 + n + k * n + culture] = 1.0
    design[3, cells, 3 + culture] = 1.0
    return design


def _first_tops(cells: Cells, own: np.ndarray, culture: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Log of the untreated level of each culture, as its lowest dose has it; 0 for percents."""
    if not cells.is_log:
        return np.zeros(int(culture.max()) + 1)
    lowest = np.searchsorted(culture, np.arange(int(culture.max()) + 1))  # in the order of culture and dose
    signal = np.exp(cells.value[own][lowest])
    return np.log(np.maximum(signal - background[lowest], 0.05 * signal))
