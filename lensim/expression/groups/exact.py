"""The posterior of `level_groups`, drawn exactly: no chain, and nothing compiled.

Given the spreads, means are normal. Targets are independent, and so are groups given their target's typical spread:
the typical spread is drawn from its own posterior on a grid, then the spread of each group given it, then the means.
Grids begin at the width of the priors and shrink to where the posterior is; a draw has a random place in its cell.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_grid import Axis, log_sum, picked, shares_of
from lensim.expression.groups.arrays import level_arrays, level_coordinates
from lensim.expression.groups.levels import MODEL, levels_of
from lensim.expression.priors import LevelPriors
from lensim.inference.engine import Engine, HandedOn, tree_of_draws
from lensim.inference.settings import SamplerSettings

REACH: Final = 6.0
"""Half the width of the first grid, in sds of the prior."""
CELLS: Final = 161
CELLS_OF_SD: Final = 8
"""Cells in one sd of the law of spreads around the typical one, at least."""
MOST_CELLS: Final = 10_000
PASSES: Final = 4
LEAST_LOG_SD: Final = 0.05


def refuses(data: xr.Dataset, model: str, priors: LevelPriors | None) -> str:
    """Why the exact engine does not take a study; '' where it does."""
    level_arrays(data)
    if priors is not None and priors.log_sd_sd_log2_between_subjects < LEAST_LOG_SD:
        return f"its grid needs a log_sd_sd_log2_between_subjects of {LEAST_LOG_SD:g} or more"
    return ""


def draw_exact(
    data: xr.Dataset,
    model: str,
    priors: LevelPriors,
    settings: SamplerSettings,
    seed: int,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: bool = False,
) -> xr.DataTree:
    """Independent draws of the whole posterior, as many as `settings` asks for, in chains of equal length.

    Parameters
    ----------
    data, model, priors
        Levels or reactions of one study, `level_groups`, and its priors.
    settings
        Of which chains and draws are taken.
    seed
        Of the random numbers.
    tell, progress
        Not used: it takes no time.

    Returns
    -------
    xarray.DataTree
        Groups posterior, with every variable of the model, and sample_stats.

    Raises
    ------
    HandedOn
        If the prior of spreads is too narrow for the grid.
    """
    rng, count = np.random.default_rng(seed), settings.chains * settings.draws
    levels = levels_of(data)
    arrays, coords = level_arrays(levels), level_coordinates(levels)
    targets, groups = len(coords[v.TARGET]), len(coords[v.GROUP])
    typical = np.empty((count, targets))
    sd, mean = np.empty((count, targets, groups)), np.empty((count, targets, groups))
    for t in range(targets):
        own = [
            _GroupLevels(arrays["level"][here], arrays["known_variance"][here])
            for here in ((arrays["target_of_level"] == t) & (arrays["group_of_level"] == g) for g in range(groups))
        ]
        typical[:, t], sd[:, t] = _drawn_spreads(own, priors, count, rng)
        for g, of_group in enumerate(own):
            centre, precision = of_group.of_mean(sd[:, t, g], priors.sd_mean_log2_level)
            mean[:, t, g] = centre + rng.standard_normal(count) / np.sqrt(precision)
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        v.TYPICAL_SD_SUBJECTS: ((v.TARGET,), typical),
        v.SD_SUBJECTS: ((v.TARGET, v.GROUP), sd),
        v.MEAN_LEVEL: ((v.TARGET, v.GROUP), mean),
    }
    if "factor_error_sd" in arrays:
        error = arrays["factor_error_sd"]
        found[v.FACTOR_ERROR] = ((v.GENE,), error * rng.standard_normal((count, len(error))))
    return tree_of_draws(found, coords, settings, ENGINE.name)


ENGINE: Final = Engine("exact", refuses, draw_exact, (MODEL,), is_independent=True)
"""Of groups of different subjects."""


class _GroupLevels:
    """Levels of one target in one group, and what they say of its spread and its mean."""

    def __init__(self, level: np.ndarray, known: np.ndarray) -> None:
        self._middle = float(level.mean()) if len(level) else 0.0
        self._away, self._known = level - self._middle, known

    def _weighed(self, sd: np.ndarray, sd_of_prior: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights of levels (draw, level), precision of the mean and weighed sum around the middle, given spreads."""
        weight = 1.0 / (sd[:, None] ** 2 + self._known)
        total = (weight * self._away).sum(axis=1) - self._middle * sd_of_prior**-2
        return weight, weight.sum(axis=1) + sd_of_prior**-2, total

    def of_mean(self, sd: np.ndarray, sd_of_prior: float) -> tuple[np.ndarray, np.ndarray]:
        """Mean and precision of the group's mean given spreads (draw)."""
        _, precision, total = self._weighed(sd, sd_of_prior)
        return self._middle + total / precision, precision

    def log_likelihood(self, sd: np.ndarray, sd_of_prior: float) -> np.ndarray:
        """Log density of the levels given each spread, the mean integrated out."""
        weight, precision, total = self._weighed(sd, sd_of_prior)
        square = (weight * self._away**2).sum(axis=1) - total**2 / precision
        return np.asarray(0.5 * (np.log(weight).sum(axis=1) - np.log(precision) - square))


def _drawn_spreads(
    groups: list[_GroupLevels], priors: LevelPriors, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Typical spread (draw) and spread of each group (draw, group) of one target."""
    middle, own_sd = np.log(priors.median_typical_sd_log2_between_subjects), priors.log_sd_sd_log2_between_subjects
    reach = REACH * np.hypot(priors.log_sd_typical_sd_log2_between_subjects, own_sd)
    typical = Axis(middle - reach, middle + reach, CELLS)
    axes = [Axis(middle - reach, middle + reach, CELLS) for _ in groups]
    for number in range(PASSES):
        axes = [_fine_enough(axis, own_sd) for axis in axes]
        of_typical, shares = _weights(groups, typical, axes, priors)
        if number < PASSES - 1:
            axes = [
                axis.shrunk(log_sum(of_typical[:, None] + share, 0)) for axis, share in zip(axes, shares, strict=True)
            ]
            typical = typical.shrunk(of_typical)
    place = rng.choice(typical.cells, size=count, p=shares_of(of_typical))
    drawn = np.empty((count, len(groups)))
    for g, (axis, share) in enumerate(zip(axes, shares, strict=True)):
        drawn[:, g] = np.exp(axis.draw(picked(np.exp(share), place, rng), rng))
    return np.exp(typical.draw(place, rng)), drawn


def _fine_enough(axis: Axis, own_sd: float) -> Axis:
    cells = max(CELLS, int(np.ceil((axis.high - axis.low) / own_sd * CELLS_OF_SD)))
    if cells > MOST_CELLS:
        raise HandedOn("the spreads of groups are known too well for its grid")
    return axis.with_cells(cells)


def _weights(
    groups: list[_GroupLevels], typical: Axis, axes: list[Axis], priors: LevelPriors
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Log weight of each typical spread; of each group the log share of its spreads given it (typical, spread)."""
    middle, own_sd = np.log(priors.median_typical_sd_log2_between_subjects), priors.log_sd_sd_log2_between_subjects
    total = -0.5 * ((typical.middles - middle) / priors.log_sd_typical_sd_log2_between_subjects) ** 2
    shares = []
    for levels, axis in zip(groups, axes, strict=True):
        width = (axis.high - axis.low) / axis.cells
        away = (axis.middles - typical.middles[:, None]) / own_sd
        joint = levels.log_likelihood(np.exp(axis.middles), priors.sd_mean_log2_level) - 0.5 * away**2 + np.log(width)
        whole = log_sum(joint, 1)
        total = total + whole
        shares.append(joint - whole[:, None])
    return total, shares
