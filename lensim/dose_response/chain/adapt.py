"""Bases of the moves of a chain, from draws of its warm-up."""

from typing import Final

import numpy as np

from lensim.dose_response.chain.coordinates import STEP
from lensim.dose_response.chain.likelihood import LN10
from lensim.dose_response.chain.panel import Panel
from lensim.dose_response.chain.paraboloids import refer
from lensim.dose_response.chain.prior_of_moves import NORMAL_QUANTILES
from lensim.dose_response.chain.quantiles import ABOVE, BELOW, weigh_effects
from lensim.dose_response.chain.start import Start, size_at_top
from lensim.dose_response.chain.state import Bases, parts_of, room_of_cells, state_of

KNOWN: Final = 0.25
"""Sd of a log10 EC50 below which wells know it, whatever the population."""
_LEAST: Final = 1e-3
"""Of the variance of a number alone, added to that with others."""
_SMALLEST_VARIANCE: Final = 1e-8


def _moments(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means, and lower roots of covariances, of draws (draw, ..., number)."""
    mean = draws.mean(axis=0)
    away = draws - mean
    covariance = np.einsum("n...i,n...j->...ij", away, away) / len(draws)
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    covariance = covariance + np.eye(draws.shape[-1]) * (_LEAST * variance + _SMALLEST_VARIANCE)[..., None]
    return np.ascontiguousarray(mean), np.ascontiguousarray(np.linalg.cholesky(covariance))


def population_numbers(panel: Panel, parts: dict[str, np.ndarray], k: int) -> np.ndarray:
    """Numbers of the move of a population (draw, number), in the order of the move."""
    rows = []
    if panel.is_pooled:
        rows += [parts["mu"][:, k], parts["spread"][:, 0, k]]
        if panel.groups > 1:
            rows.append(parts["spread"][:, 1, k])
    rows.append(parts["spread"][:, 2, k])
    if k == 0 and panel.experiments:
        rows.append(parts["share"][:, 0])
    if k == 0 and panel.days:
        rows.append(parts["share"][:, 1])
    return np.stack(rows, axis=-1)


def _in_six(mean: np.ndarray, root: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    six, whole = np.zeros(6), np.eye(6)
    six[: len(mean)], whole[: len(mean), : len(mean)] = mean, root
    return six, whole


def _one(draws: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.stack([draws.mean(axis=0), np.maximum(draws.std(axis=0), 1e-4)], axis=-1))


def _sizes_of_all(parts: dict[str, np.ndarray], log_top_dose: np.ndarray) -> np.ndarray:
    """Numbers of the move of all sizes (draw, 4)."""
    mu, spread = parts["mu"], parts["spread"][:, 0]
    x = mu[:, :1] + np.exp(spread[:, :1]) * np.array(NORMAL_QUANTILES)
    ones = np.ones_like(x)
    reached = size_at_top(np.stack([x, ones * mu[:, 1:2], ones], axis=-1), log_top_dose[:1]).mean(axis=1)
    return np.stack([mu[:, 0], spread[:, 0], mu[:, 2] * reached, spread[:, 2] + np.log(reached)], axis=-1)


def _wide(panel: Panel, parts: dict[str, np.ndarray], by_size: np.ndarray) -> np.ndarray:
    """Mean and sd of wide jumps (line, 2, 3): curves as the population has them, with about the size that is known."""
    mean, sd = by_size.mean(axis=0), by_size.std(axis=0)
    of_all = parts["line"][..., :2]
    middle = parts["mu"][:, :2].mean(axis=0) if panel.is_pooled else panel.mean[:2]
    between = np.sqrt(((of_all - middle) ** 2).mean(axis=(0, 1)))
    mean[:, :2] = 0.5 * (mean[:, :2] + middle)
    wide = np.concatenate([np.maximum(np.broadcast_to(between, mean[:, :2].shape), sd[:, :2]), sd[:, 2:]], axis=1)
    return np.ascontiguousarray(np.stack([mean, wide + 1e-4], axis=1))


def adapted(panel: Panel, draws: np.ndarray, log_top_dose: np.ndarray) -> Bases:
    """Bases from draws (draw, number) of all chains."""
    parts = parts_of(draws, panel)
    middle = state_of(np.median(draws, axis=0), panel)
    by_size = parts["line"].copy()
    by_size[..., 2] = size_at_top(parts["line"], log_top_dose)
    populations = [_in_six(*_moments(population_numbers(panel, parts, k))) for k in range(3)]
    cultures = len(panel.line_of)
    tested = panel.log_dose[panel.log_dose > -999.0] / LN10
    lowest = float(tested.min()) - BELOW
    steps = int((tested.max() + ABOVE - lowest) / STEP) + 2
    bases = Bases(
        np.zeros((cultures, 4, 4)),
        np.zeros((cultures, 4)),
        np.zeros((cultures, 3, 3)),
        np.zeros((cultures, 3)),
        *_moments(by_size),
        log_top_dose,
        _wide(panel, parts, by_size),
        np.stack([one[0] for one in populations]),
        np.stack([one[1] for one in populations]),
        *_moments(_sizes_of_all(parts, log_top_dose)),
        _one(parts["shift"]),
        _one(parts["day"]),
        _one(parts["background"]),
        *_moments(parts["over_background"]),
        *_moments(parts["wells"]),
        *_moments(parts["place"]),
        *_moments(parts["over_place"]),
        parts["line"][..., 0].std(axis=0) < KNOWN,
        middle.line[:, 1].copy(),
        lowest,
        np.ones((cultures, steps, 2)),
        np.ones((len(panel.group_of), steps, 2)),
        np.zeros((len(panel.group_of), steps)),
    )
    y = panel.y - (panel.place * middle.place[np.repeat(panel.plate_of, _wells_of_cultures(panel))]).sum(axis=1)
    refer(panel, bases, middle, y, np.column_stack([middle.curve, middle.top]), np.zeros(4), np.zeros(4))
    room = np.zeros(4), np.zeros(4), np.zeros((4, 4)), np.zeros(4), room_of_cells(panel)
    weigh_effects(panel, bases, middle, y, *room)
    return bases


def _wells_of_cultures(panel: Panel) -> np.ndarray:
    return np.diff(panel.edges[panel.bounds])


def first_bases(panel: Panel, start: Start, rng: np.random.Generator) -> Bases:
    """Bases before the first sweep: lines from the grid, cultures around their best curves, all else wide."""
    n = 400
    s = start.state
    draws = np.repeat(s.flat[None], n, axis=0)
    parts = parts_of(draws, panel)
    step = np.array([0.06, 0.15, 0.1])
    for line, weights in enumerate(start.weights):
        picks = rng.choice(len(weights), size=n, p=weights)
        parts["line"][:, line] = start.grid[picks] + step * rng.standard_normal((n, 3))
    parts["curve"][:] = parts["line"][:, panel.line_of]
    for name, sd in (
        ("spread", 0.4), ("share", 1.0), ("shift", 0.1), ("day", 0.1), ("background", 0.1), ("over_background", 0.2),
        ("wells", 0.2), ("place", 0.1), ("over_place", 0.1), ("mu", 0.4),
    ):  # fmt: skip
        parts[name] += sd * rng.standard_normal(parts[name].shape)
    parts["mu"] += parts["line"].mean(axis=1) * 0.5 + 0.5 * panel.mean
    bases = adapted(panel, draws, start.log_top_dose)
    refer(panel, bases, s, panel.y, start.culture, np.zeros(4), np.zeros(4))
    return bases
