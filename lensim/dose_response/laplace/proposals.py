"""Where the Laplace engine draws the curves of a line: around modes, around weighted draws, from the population."""

from functools import lru_cache
from typing import Final

import numpy as np
from scipy import special, stats

from lensim.dose_response.laplace.line import MODES
from lensim.dose_response.laplace.panel import TAIL, Proposals

DRAWS: Final = 2**8
"""Of each line's curve."""
POOL: Final = 24
WIDTH_OF_PROPOSALS: Final = 1.5
WIDENING: Final = 1.15
SHARE_FAR: Final = 0.35
SD_BEYOND: Final = 1.0
"""Share of the draws along the ridge of the size of a line that lie about the top dose, and how far [log10 uM]: the
midpoint of a curve whose end is not seen may lie far beyond those of others."""
SMALLEST_SIZE_SD: Final = 1e-3
SMALLEST_OCCUPANCY: Final = 1e-9
_SMALLEST_SD: Final = np.array([0.15, 0.12, 0.2])


@lru_cache(maxsize=1)
def sobol_pool() -> np.ndarray:
    """Scrambled Sobol points as three normals and a chi-squared, (POOL, draws, 4); which are used is random."""
    sets = [stats.qmc.Sobol(4, scramble=True, rng=np.random.default_rng(k)).random(DRAWS) for k in range(POOL)]
    uniform = np.clip(np.stack(sets), 1e-7, 1 - 1e-7)
    return np.concatenate([special.ndtri(uniform[..., :3]), stats.chi2.ppf(uniform[..., 3:], TAIL)], axis=-1)


@lru_cache(maxsize=8)
def _even_pool(draws: int, lines: int) -> np.ndarray:
    """Scrambled Sobol points (draws, lines)."""
    return stats.qmc.Sobol(lines, scramble=True, rng=np.random.default_rng(0)).random(draws)


def even_numbers(draws: int, lines: int, rng: np.random.Generator) -> np.ndarray:
    """Uniform numbers (draws, lines) that lie evenly, over the draws of each line and of each two lines.

    Sobol points, their dimensions dealt to lines by chance, each turned by a number of its own.
    """
    pool = _even_pool(2 ** int(np.ceil(np.log2(draws))), lines)
    return (pool[:draws, rng.permutation(lines)] + rng.random(lines)) % 1.0


def best_modes(heights: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The highest mode of each line."""
    return np.argmax(np.where(np.arange(MODES) < count[:, None], heights, -np.inf), axis=1)


def around_modes(
    working: np.ndarray,
    modes: np.ndarray,
    heights: np.ndarray,
    curvatures: np.ndarray,
    count: np.ndarray,
    log10_top: np.ndarray,
) -> Proposals:
    """Around each mode by its mass; along the ridge of its size, near and far; and some of the working prior."""
    there = np.arange(MODES) < count[:, None]
    by_effect = np.linalg.inv(np.where(there[..., None, None], curvatures, np.eye(3)))
    size, slopes = _size(modes, log10_top[:, None])
    jacobian = np.zeros((*modes.shape, 3))
    jacobian[..., 0, 0] = jacobian[..., 1, 1] = 1.0
    jacobian[..., 2, :] = slopes
    covariance = jacobian @ by_effect @ np.swapaxes(jacobian, -1, -2)
    covariance[..., 2, 2] += SMALLEST_SIZE_SD**2
    root = np.linalg.cholesky(covariance * WIDENING)
    log_mass = np.where(there, heights + 0.5 * np.linalg.slogdet(by_effect)[1], -np.inf)
    mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
    mass = 0.1 * there / count[:, None] + 0.9 * mass / mass.sum(axis=1, keepdims=True)
    main = np.argmax(mass, axis=1)
    lines = np.arange(len(modes))
    wide = 0.5 * np.linalg.slogdet(by_effect[lines, main])[1] - np.log(working[1]).sum()
    along = np.clip(np.exp(wide / 3.0), 0.1, 0.5)
    centre = np.stack(
        [np.repeat(working[0, 0], len(lines)), np.repeat(working[0, 1], len(lines)), size[lines, main]], -1
    )
    ridge = np.zeros((len(lines), 3, 3))
    ridge[:, 0, 0], ridge[:, 1, 1] = working[1, :2]
    ridge[:, 2, 2] = 1.5 * np.sqrt(covariance[lines, main, 2, 2])
    far, beyond = ridge.copy(), centre.copy()
    far[:, 0, 0], beyond[:, 0] = SD_BEYOND, log10_top
    own = np.concatenate([modes[..., :2], size[..., None]], axis=-1)
    return _joined(
        np.concatenate([own, centre[:, None], beyond[:, None]], axis=1),
        np.concatenate([root, ridge[:, None], far[:, None]], axis=1),
        np.concatenate(
            [mass * (0.95 - along[:, None]), (1.0 - SHARE_FAR) * along[:, None], SHARE_FAR * along[:, None]], axis=1
        ),
        working,
        log10_top,
    )


def around_draws(points: np.ndarray, weights: np.ndarray, population: np.ndarray, before: Proposals) -> Proposals:
    """Around the weighted draws, around what was before, and from the population as it was found, made wider."""
    size, _ = _size(points, before.log10_top[:, None])
    by_size = np.concatenate([points[..., :2], size[..., None]], axis=-1)
    mean = np.einsum("ls,lsk->lk", weights, by_size)
    away = by_size - mean[:, None]
    covariance = np.einsum("ls,lsi,lsj->lij", weights, away, away)
    covariance += np.diag([*(0.1 * population[1, :2]) ** 2, SMALLEST_SIZE_SD**2])
    root = np.linalg.cholesky(covariance * WIDENING)
    former = before.share[:, :-1] / before.share[:, :-1].sum(axis=1, keepdims=True)
    return _joined(
        np.concatenate([mean[:, None], before.centre[:, :-1]], axis=1),
        np.concatenate([root[:, None], before.root[:, :-1]], axis=1),
        np.concatenate([np.full((len(points), 1), 0.55), 0.4 * former], axis=1),
        np.stack([population[0], population[1] * WIDTH_OF_PROPOSALS]),
        before.log10_top,
    )


def moved_to_modes(
    working: np.ndarray, modes: np.ndarray, heights: np.ndarray, curvatures: np.ndarray, count: np.ndarray
) -> np.ndarray:
    """The working prior, moved to the mean and spread of the lines' modes, each with its error."""
    best = best_modes(heights, count)
    lines = np.arange(len(modes))
    curve, covariance = modes[lines, best], np.linalg.inv(curvatures[lines, best])
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    known = 1.0 / np.maximum(variance, 1e-6)
    mean = (curve * known).sum(axis=0) / known.sum(axis=0)
    spread = np.sqrt(((curve - mean) ** 2 + variance).mean(axis=0))
    # half of the way in variance: modes under a prior are drawn to it already
    return np.stack([mean, np.maximum(np.sqrt((spread**2 + 0.25 * working[1] ** 2) / 1.25), _SMALLEST_SD)])


def _size(curve: np.ndarray, log10_top: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Effect times occupancy at the top dose (...), and its slopes by the three numbers of the curve (..., 3)."""
    x, h, effect = np.moveaxis(curve, -1, 0)
    reach = np.exp(h) * np.log(10.0) * (log10_top - x)
    share = special.expit(reach)
    bend = effect * share * (1.0 - share)
    slopes = np.stack([-bend * np.exp(h) * np.log(10.0), bend * reach, share + SMALLEST_OCCUPANCY], axis=-1)
    return effect * (share + SMALLEST_OCCUPANCY), slopes


def _joined(
    centre: np.ndarray, root: np.ndarray, share: np.ndarray, normal: np.ndarray, log10_top: np.ndarray
) -> Proposals:
    """Components by size, and the rest of the share for a normal one."""
    lines = len(centre)
    return Proposals(
        np.ascontiguousarray(np.concatenate([centre, np.broadcast_to(normal[0], (lines, 1, 3))], axis=1)),
        np.ascontiguousarray(np.concatenate([root, np.broadcast_to(np.diag(normal[1]), (lines, 1, 3, 3))], axis=1)),
        np.ascontiguousarray(np.concatenate([share, 1.0 - share.sum(axis=1, keepdims=True)], axis=1)),
        log10_top,
    )
