"""Draws of the level of wells above a background, from its exact posterior on a grid, for each draw of a fit.

    log signal of a well ~ StudentT(nu, log(background of the well + exp(u)), sd),   u ~ Normal(mean, sd)

Each row is one draw of a fit, with its own background, spread and degrees of freedom. The grid of a row narrows until
it holds the posterior of u and nothing else.
"""

from typing import Final, NamedTuple

import numpy as np

COARSE: Final = 33
FINE: Final = 129
"""Places of the grid on the way, and at the end."""
DEPTH: Final = 9.0
"""The grid ends where the log density lies so far below its highest."""
REACH: Final = 8.0
"""Prior standard deviations, and spreads of wells, that the first grid covers."""
MOST_ZOOMS: Final = 12
ENOUGH: Final = 0.5
"""A grid that loses no more than this share of its width is narrow enough."""
ROWS_AT_ONCE: Final = 500


class Wells(NamedTuple):
    """Wells of one level, as each draw of a fit sees them.

    Attributes
    ----------
    log_signal
        (well)
    background
        (row, well)
    sd, nu
        (row) spread of log signals, and its degrees of freedom.
    mean, prior_sd
        (row) of the normal prior of the log level.
    """

    log_signal: np.ndarray
    background: np.ndarray
    sd: np.ndarray
    nu: np.ndarray
    mean: np.ndarray
    prior_sd: np.ndarray


def draw_log_levels(wells: Wells, rng: np.random.Generator) -> np.ndarray:
    """One draw of the log level for each row."""
    uniform = rng.uniform(size=len(wells.sd))
    parts = range(0, len(wells.sd), ROWS_AT_ONCE)
    return np.concatenate([_drawn(_rows(wells, at), uniform[at : at + ROWS_AT_ONCE]) for at in parts])


def log_evidence(wells: Wells) -> np.ndarray:
    """Log density of the wells of each row, its level integrated out, up to what is alike in all spreads (row)."""
    grid, log_density = _posterior(wells)
    top = log_density.max(axis=1)
    step = grid[:, 1] - grid[:, 0]
    total = np.exp(log_density - top[:, None]).sum(axis=1) * step
    return np.asarray(top + np.log(total) - len(wells.log_signal) * np.log(wells.sd))


def draw_on_grid(places: np.ndarray, log_weight: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """Draws from a density on a grid of equal steps: a place by its weight, then anywhere within half a step of it."""
    weight = np.exp(log_weight - log_weight.max())
    chosen = rng.choice(len(places), number, p=weight / weight.sum())
    return np.asarray(places[chosen] + (places[1] - places[0]) * (rng.uniform(size=number) - 0.5))


def _rows(wells: Wells, start: int) -> Wells:
    part = slice(start, start + ROWS_AT_ONCE)
    return Wells(wells.log_signal, *(one[part] for one in wells[1:]))


def _log_density(wells: Wells, grid: np.ndarray) -> np.ndarray:
    """Of the log level at each place of the grid (row, place)."""
    level = np.exp(grid)
    found = -0.5 * ((grid - wells.mean[:, None]) / wells.prior_sd[:, None]) ** 2
    power, scale = 0.5 * (wells.nu + 1.0)[:, None], (wells.sd**2 * wells.nu)[:, None]
    for at, log_signal in enumerate(wells.log_signal.tolist()):
        away = log_signal - np.log(wells.background[:, at, None] + level)
        found = found - power * np.log1p(away**2 / scale)
    return np.asarray(found)


def _posterior(wells: Wells) -> tuple[np.ndarray, np.ndarray]:
    """The grid of each row, and the log density on it."""
    reach = REACH * wells.sd
    low = np.minimum(wells.mean - REACH * wells.prior_sd, wells.log_signal.min() - reach)
    high = np.maximum(wells.mean + REACH * wells.prior_sd, wells.log_signal.max() + reach)
    places = np.linspace(0.0, 1.0, COARSE)
    for _ in range(MOST_ZOOMS):
        grid = low[:, None] + (high - low)[:, None] * places
        density = _log_density(wells, grid)
        inside = density > density.max(axis=1, keepdims=True) - DEPTH
        first = np.maximum(inside.argmax(axis=1) - 1, 0)
        last = np.minimum(COARSE - inside[:, ::-1].argmax(axis=1), COARSE - 1)
        rows = np.arange(len(grid))
        before, (low, high) = high - low, (grid[rows, first], grid[rows, last])
        if (high - low > ENOUGH * before).all():
            break
    grid = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, FINE)
    return grid, _log_density(wells, grid)


def _drawn(wells: Wells, uniform: np.ndarray) -> np.ndarray:
    """The place at which each row's distribution function is `uniform`; the density is linear between places."""
    grid, log_density = _posterior(wells)
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    total = np.concatenate(
        [np.zeros((len(grid), 1)), np.cumsum(0.5 * (density[:, 1:] + density[:, :-1]), axis=1)], axis=1
    )
    wanted = uniform * total[:, -1]
    at = np.clip((total < wanted[:, None]).sum(axis=1) - 1, 0, FINE - 2)
    rows = np.arange(len(grid))
    start, end, rest = density[rows, at], density[rows, at + 1], wanted - total[rows, at]
    # rest = start x + (end - start) x^2 / 2, solved for x in a form that has no cancellation
    root = np.sqrt(np.maximum(start**2 + 2.0 * (end - start) * rest, 0.0))
    share = np.clip(2.0 * rest / np.maximum(start + root, 1e-300), 0.0, 1.0)
    step = grid[:, 1] - grid[:, 0]
    return np.asarray(grid[rows, at] + share * step)
