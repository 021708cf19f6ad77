"""The posterior of `level_repeated_measures`, drawn without a compiled model: each kept draw is a chain of its own.

Given spreads, means and subjects are normal and drawn directly. The logs of the spreads of a target have a density in
a few numbers. Proposals come from a Student t around its mode, wider than it in all directions. Each kept draw is the
end of its own chain of independent proposals (Metropolis and Hastings), which begins with one of several proposals by
its weight. So draws are independent of each other, and how far they are from the posterior falls with each step by the
share that is refused.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.groups.arrays import repeated_arrays, repeated_coordinates
from lensim.expression.groups.levels import REPEATED, repeated_levels_of
from lensim.expression.groups.repeated_marginal import RepeatedLevels
from lensim.expression.priors import RepeatedLevelPriors
from lensim.inference.engine import Engine, HandedOn, tree_of_draws
from lensim.inference.settings import SamplerSettings

FREEDOM: Final = 5.0
"""Of the Student t that proposals come from."""
WIDER: Final = 1.15
FIRST: Final = 4
"""Proposals of which a chain begins with one."""
STEPS: Final = 10
LEAST_ACCEPTED: Final = 0.25
AT_ONCE: Final = 4_000
STEP: Final = 0.02
"""Of differences for slope and curvature, in logs."""
MOST_STEPS: Final = 60
LONGEST_STEP: Final = 2.0
HALVINGS: Final = 12
CLOSE: Final = 1e-5


def refuses(data: xr.Dataset, model: str, priors: RepeatedLevelPriors | None) -> str:
    """Why the engine does not take a study; '' where it does."""
    repeated_arrays(data)
    return ""


def draw_exact(
    data: xr.Dataset,
    model: str,
    priors: RepeatedLevelPriors,
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
        Levels or reactions of one study, `level_repeated_measures`, and its priors.
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
        If too few proposals are accepted.
    """
    rng, count = np.random.default_rng(seed), settings.chains * settings.draws
    study = repeated_levels_of(data)
    arrays, coords = repeated_arrays(study), repeated_coordinates(study)
    targets, groups, subjects = (len(coords[dim]) for dim in (v.TARGET, v.GROUP, v.SUBJECT))
    typical, between = np.empty((count, targets)), np.empty((count, targets))
    sd, mean = np.empty((count, targets, groups)), np.empty((count, targets, groups))
    effect = rng.standard_normal((count, targets, subjects))
    for t in range(targets):
        own = arrays["target_of_level"] == t
        levels = RepeatedLevels(
            arrays["level"][own],
            arrays["known_variance"][own],
            arrays["group_of_level"][own],
            arrays["subject_of_level"][own],
            groups,
            priors.sd_mean_log2_level,
        )
        spreads = np.exp(_drawn_spreads(levels, groups, priors, count, rng))
        typical[:, t], between[:, t], sd[:, t] = spreads[:, 0], spreads[:, 1], spreads[:, 2:]
        effect[:, t] *= between[:, t, None]
        mean[:, t], effect[:, t, levels.subjects] = levels.draw(sd[:, t], between[:, t], rng)
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        v.TYPICAL_SD_WITHIN: ((v.TARGET,), typical),
        v.SD_SUBJECT_EFFECT: ((v.TARGET,), between),
        v.SD_WITHIN: ((v.TARGET, v.GROUP), sd),
        v.SUBJECT_EFFECT: ((v.TARGET, v.SUBJECT), effect),
        v.MEAN_LEVEL: ((v.TARGET, v.GROUP), mean),
    }
    if "factor_error_sd" in arrays:
        error = arrays["factor_error_sd"]
        found[v.FACTOR_ERROR] = ((v.GENE,), error * rng.standard_normal((count, len(error))))
    return tree_of_draws(found, coords, settings, ENGINE.name)


ENGINE: Final = Engine("exact", refuses, draw_exact, (REPEATED,), is_independent=True)
"""Of subjects in several groups."""


def _log_density(x: np.ndarray, levels: RepeatedLevels, priors: RepeatedLevelPriors) -> np.ndarray:
    """Log posterior density of log spreads (draw, of: typical, subjects, each group), up to a constant."""
    typical, between, within = x[:, 0], x[:, 1], x[:, 2:]
    found = np.empty(len(x))
    for first in range(0, len(x), AT_ONCE):
        at = slice(first, first + AT_ONCE)
        found[at] = levels.log_likelihood(np.exp(within[at]), np.exp(between[at]))
    middle = np.log(priors.median_typical_sd_log2_within_subjects)
    found -= 0.5 * ((typical - middle) / priors.log_sd_typical_sd_log2_within_subjects) ** 2
    middle = np.log(priors.median_sd_log2_subject_effect)
    found -= 0.5 * ((between - middle) / priors.log_sd_sd_log2_subject_effect) ** 2
    away = (within - typical[:, None]) / priors.log_sd_sd_log2_within_subjects
    return np.asarray(found - 0.5 * (away**2).sum(axis=1))


def _drawn_spreads(
    levels: RepeatedLevels, groups: int, priors: RepeatedLevelPriors, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Logs of the spreads of one target (draw, of: typical, subjects, each group)."""

    def density(x: np.ndarray) -> np.ndarray:
        return _log_density(x, levels, priors)

    mode, root = _shape(density, groups, priors)

    def proposed(number: int) -> tuple[np.ndarray, np.ndarray]:
        """Proposals, and the log of density over proposal density."""
        z = rng.standard_normal((number, len(mode)))
        z /= np.sqrt(rng.chisquare(FREEDOM, number) / FREEDOM)[:, None]
        x = mode + z @ root.T
        of_t = -0.5 * (FREEDOM + len(mode)) * np.log1p((z**2).sum(axis=1) / FREEDOM)
        return x, density(x) - of_t

    first, log_weight = (one.reshape(count, FIRST, -1) for one in proposed(count * FIRST))
    noise = log_weight[..., 0] + rng.gumbel(size=(count, FIRST))
    place = (np.arange(count), noise.argmax(axis=1))
    x, log_weight = first[place], log_weight[..., 0][place]
    accepted = 0.0
    for _ in range(STEPS):
        other, log_other = proposed(count)
        taken = np.log(rng.random(count)) < log_other - log_weight
        x, log_weight = np.where(taken[:, None], other, x), np.where(taken, log_other, log_weight)
        accepted += float(taken.mean()) / STEPS
    if accepted < LEAST_ACCEPTED:
        raise HandedOn("the density of spreads is too far from the one that proposals come from")
    return x


def _shape(
    density: Callable[[np.ndarray], np.ndarray], groups: int, priors: RepeatedLevelPriors
) -> tuple[np.ndarray, np.ndarray]:
    """Mode of the log spreads, by Newton's steps, and a root of the covariance of proposals."""
    own_sd = priors.log_sd_typical_sd_log2_within_subjects
    widest = max(float(np.hypot(own_sd, priors.log_sd_sd_log2_within_subjects)), priors.log_sd_sd_log2_subject_effect)
    within = [priors.median_typical_sd_log2_within_subjects] * (groups + 1)
    x = np.log(np.array([within[0], priors.median_sd_log2_subject_effect, *within[1:]]))
    for _ in range(MOST_STEPS):
        slope, values, vectors = _curvature(density, x, widest)
        step = vectors @ ((vectors.T @ slope) / values)
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        tried = density(x + 0.5 ** np.arange(HALVINGS)[:, None] * step)
        best = int(tried.argmax())
        if tried[best] - float(density(x[None])[0]) < CLOSE:
            break
        x = x + 0.5**best * step
    _, values, vectors = _curvature(density, x, widest)
    return x, WIDER * vectors / np.sqrt(values)


def _curvature(
    density: Callable[[np.ndarray], np.ndarray], x: np.ndarray, widest: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope of a log density, and eigenvalues and vectors of its curvature; no direction is wider than the prior."""
    size = len(x)
    steps = STEP * np.eye(size)
    slope = (density(x + steps) - density(x - steps)) / (2.0 * STEP)
    both = steps[:, None] + steps[None]
    apart = steps[:, None] - steps[None]
    found = [density(x + one.reshape(-1, size)).reshape(size, size) for one in (both, apart, -apart, -both)]
    curvature = -(found[0] - found[1] - found[2] + found[3]) / (4.0 * STEP**2)
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    return slope, np.maximum(values, 1.0 / widest**2), vectors
