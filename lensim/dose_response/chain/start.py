"""Where chains start: the curve of each line on a grid, and of each culture near it."""

from typing import Final, NamedTuple

import numpy as np

from lensim.dose_response.chain.likelihood import LN10, expand, log_likelihood
from lensim.dose_response.chain.panel import Panel
from lensim.dose_response.chain.state import State, size_of, state_of
from lensim.inference.compiled import compiled

_MIDPOINTS: Final = np.linspace(-0.15, 1.4, 16)
"""From the lowest dose (0) to the highest (1)."""
_LOG_SLOPES: Final = np.array([-0.6, 0.0, 0.5, 1.1])
_EFFECTS: Final = np.array([-0.5, -0.1, 0.1, 0.3, 0.6, 1.0, 1.7, 2.7, 4.5])
_SD_OF_MISFIT: Final = 0.12
_STEPS: Final = 12
_NEAR: Final = np.array([0.3, 0.25, 0.3])
_CURVES: Final = np.array([[1.4, 0.5, 1.4], [0.0, 0.0, 1.5]])
_TEMPER: Final = 0.5


@compiled()
def _weigh_grid(panel, y, line, midpoints, log_slopes, effects, tops, backgrounds, wells, into):  # type: ignore[no-untyped-def]
    """Log likelihood of the wells of a line at every curve of a grid, cultures alike, (midpoint, slope, effect)."""
    room = np.empty((4, panel.dose_of.shape[1]))
    for a in range(len(midpoints)):
        for b in range(len(log_slopes)):
            for d in range(len(effects)):
                total = 0.0
                for n in range(panel.of_line.first[line], panel.of_line.first[line + 1]):
                    c = panel.of_line.order[n]
                    total += log_likelihood(
                        panel, y, c, midpoints[a], log_slopes[b], effects[d], tops[c], backgrounds[panel.plate_of[c]],
                        wells, room,
                    )  # fmt: skip
                into[a, b, d] = total


@compiled()
def _climb(panel, y, c, at, precision, top_mean, log_background, wells):  # type: ignore[no-untyped-def]
    """Climb from `at` (4, changed) to the best curve and top of a culture, drawn towards the start with `precision`."""
    mean = at.copy()
    mean[3] = top_mean
    slope, information, room = np.empty(4), np.empty((4, 4)), np.empty(4)
    cells = np.empty((4, panel.dose_of.shape[1]))
    damping = 1e-2
    value = log_likelihood(panel, y, c, at[0], at[1], at[2], at[3], log_background, wells, cells)
    value -= 0.5 * (precision * (at - mean) ** 2).sum()
    for _ in range(_STEPS):
        expand(panel, y, c, at, log_background, wells, slope, information, room)
        full = information + np.diag(precision)
        step = np.linalg.solve(full + damping * np.diag(np.diag(full)), slope - precision * (at - mean))
        tried = at + np.minimum(np.maximum(step, -0.5), 0.5)
        new = log_likelihood(panel, y, c, tried[0], tried[1], tried[2], tried[3], log_background, wells, cells)
        new -= 0.5 * (precision * (tried - mean) ** 2).sum()
        if not new >= value:
            damping = 10.0 * damping
            continue
        gain = new - value
        at[:], value, damping = tried, new, 0.2 * damping
        if gain < 1e-3:
            break


@compiled()
def top_doses(panel):  # type: ignore[no-untyped-def]
    """(line) log of the top dose of each line."""
    found = np.full(len(panel.group_of), -1e9)
    for c in range(len(panel.line_of)):
        for cell in range(panel.bounds[c], panel.bounds[c + 1]):
            found[panel.line_of[c]] = max(found[panel.line_of[c]], panel.log_dose[cell])
    return found


class Start(NamedTuple):
    """What is known before the first sweep.

    Attributes
    ----------
    state
        To begin from, but for lines and their cultures.
    grid, weights
        (point, 3) curves; (line, point) their weights.
    culture
        (culture, 4) best curve and top of each.
    log_top_dose
        (line)
    """

    state: State
    grid: np.ndarray
    weights: np.ndarray
    culture: np.ndarray
    log_top_dose: np.ndarray


def start_of(panel: Panel) -> Start:
    """Start values of a panel."""
    s = state_of(np.zeros(size_of(panel)), panel)
    _put_wells(panel, s)
    lines = len(panel.group_of)
    tested = panel.log_dose[panel.log_dose > -999.0] / LN10
    low, high = tested.min(), tested.max()
    midpoints = low + (high - low) * _MIDPOINTS
    wide = s.wells.copy()
    wide[0], wide[1] = 0.5 * np.log(np.exp(2.0 * s.wells[0]) + _SD_OF_MISFIT**2), np.log(4.0)
    wide[2] = np.log(0.05)
    found = np.empty((lines, len(midpoints), len(_LOG_SLOPES), len(_EFFECTS)))
    for line in range(lines):
        _weigh_grid(
            panel, panel.y, line, midpoints, _LOG_SLOPES, _EFFECTS, s.top, s.background, wide, found[line]
        )  # fmt: skip
    grid = np.stack(np.meshgrid(midpoints, _LOG_SLOPES, _EFFECTS, indexing="ij"), axis=-1).reshape(-1, 3)
    sds, means = _CURVES[0], _CURVES[1].copy()
    means[0] = panel.mean[0]
    prior = -0.5 * (((grid - means) / sds) ** 2).sum(axis=1)
    # points of the grid are closer together where effects are small
    spacing = np.log(np.gradient(_EFFECTS))
    prior += np.tile(spacing, len(grid) // len(_EFFECTS))
    density = np.nan_to_num(found.reshape(lines, -1), nan=-1e300, neginf=-1e300) + prior
    weights = np.exp(density - density.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    culture = np.empty((len(panel.line_of), 4))
    precision = np.r_[_NEAR**-2.0, panel.top[1] ** -2]
    for c, line in enumerate(panel.line_of):
        culture[c, :3], culture[c, 3] = grid[np.argmax(weights[line])], s.top[c]
        _climb(
            panel, panel.y, c, culture[c], precision, panel.top[0], s.background[panel.plate_of[c]], wide
        )  # fmt: skip
    return Start(s, grid, weights, culture, top_doses(panel))


def _put_wells(panel: Panel, s: State) -> None:
    """Spreads of wells, backgrounds and tops."""
    cells = np.repeat(np.arange(len(panel.log_dose)), np.diff(panel.edges))
    apart = np.abs(np.diff(panel.y))[np.diff(cells) == 0]
    sd = max(float(np.median(apart)) / (np.sqrt(2.0) * 0.6745), 0.02) if len(apart) > 5 else 0.15
    s.wells[:] = np.log([sd, 6.0, np.exp(panel.floor[0])])
    blank_spread = np.exp(panel.blank_spread[0])
    own = [panel.blank_y[a:b] for a, b in zip(panel.blank_edges[:-1], panel.blank_edges[1:], strict=True)]
    overall = float(np.median(panel.blank_y)) if panel.has_blanks else panel.log_nothing
    s.background[:] = [np.median(x) if len(x) else overall for x in own]
    away = np.std(s.background) if len(own) > 1 else np.exp(panel.over_background[2])
    s.over_background[:] = overall, np.log(max(away, 0.02)), np.log(blank_spread)
    s.spread[0] = np.log([0.6, 0.25, 0.6])
    s.spread[1] = np.log([0.3, 0.15, 0.3])
    s.spread[2] = panel.log_median[2]
    s.over_place[3:5] = np.log(0.3 * panel.sd_place)
    for c in range(len(panel.line_of)):
        first, last = panel.bounds[c], panel.bounds[c + 1]
        lowest = first + int(np.argmin(panel.log_dose[first:last]))
        level = float(np.median(panel.y[panel.edges[lowest] : panel.edges[lowest + 1]]))
        s.top[c] = level if panel.is_raw else np.clip(np.log(max(level, 0.5)), -0.2, 0.2)


def chain_start(panel: Panel, start: Start, rng: np.random.Generator) -> np.ndarray:
    """The flat state that a chain begins from: each line somewhere likely on the grid, its cultures with it."""
    s = state_of(start.state.flat.copy(), panel)
    flatter = start.weights**_TEMPER
    flatter /= flatter.sum(axis=1, keepdims=True)
    step = np.array([0.05, 0.1, 0.1])
    best = start.weights.argmax(axis=1)
    for line, weights in enumerate(flatter):
        pick = rng.choice(len(weights), p=weights)
        s.line[line] = start.grid[pick] + step * rng.standard_normal(3)
        for n in range(panel.of_line.first[line], panel.of_line.first[line + 1]):
            c = panel.of_line.order[n]
            s.curve[c] = s.line[line] + 0.05 * rng.standard_normal(3)
            if pick == best[line]:
                s.curve[c] = start.culture[c, :3]
                s.top[c] = start.culture[c, 3]
    s.mu[:] = s.line.mean(axis=0) if panel.is_pooled else panel.mean
    s.group[:] = s.mu
    return s.flat


def size_at_top(line: np.ndarray, log_top_dose: np.ndarray) -> np.ndarray:
    """Effect times occupancy at the top dose of curves (draw, line, 3)."""
    reach = np.exp(line[..., 1]) * (log_top_dose - LN10 * line[..., 0])
    return np.asarray(line[..., 2] * (1.0 / (1.0 + np.exp(-np.clip(reach, -700.0, 700.0))) + 1e-9))
