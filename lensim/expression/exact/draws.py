"""Draws from a whole posterior of a paired study, subjects' fold changes included, without a Markov chain.

A node of the exact engine's grid is drawn by its weight, then mu, then the fold changes, which are normal given the
rest. Draws are independent. Spreads and factors lie on the grid, with a random place in its cells.
"""

from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.exact.engine import as_array, hermite, kernel_arrays, shift_variances, unit_key
from lensim.expression.exact.grid import study_grid
from lensim.expression.pairs import one_study_of_pairs
from lensim.expression.priors import FoldChangePriors
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import carry_exact

FACTOR_GRID: Final = 25
"""Nodes of a factor, so many that a random place in a cell adds nothing to its spread that could be seen."""
BETWEEN_NODES: Final = 2000
LEAST_LOG: Final = -40.0
"""Of a node's weight against the largest: a polynomial through less would swing."""


def exact_posterior(
    pairs: xr.Dataset, study: int, rng: np.random.Generator, draws: int = 4000, priors: FoldChangePriors | None = None
) -> xr.DataTree:
    """The posterior of one study of a batch, as a fit of `fold_change_hierarchical` would hand it over.

    Parameters
    ----------
    pairs
        As from `pairs_of`.
    study
        Which.
    rng
        Random numbers.
    draws
        How many, independent.
    priors
        Of the analysis.

    Returns
    -------
    xarray.DataTree
        Groups posterior (chain of one, draw): mu_, sigma_log2_fold_change (target, cell_type, contrast),
        log2_fold_change (target, subject, contrast), sd_log2_pair and doublings_per_cycle (target), sd_technical_cycles
        where there are replicates; and observations.

    Raises
    ------
    InputError
        If there is no such study, or `draws` is below 1.
    """
    checks.at_least("draws", draws, 1)
    checks.between("study", study, 0, pairs.sizes[v.STUDY] - 1)
    own = pairs.isel({v.STUDY: [study]})
    arrays = kernel_arrays(own)
    *of_study, target_of_pair, unit_of_pair, group_of_pair = arrays
    targets, groups = pairs.sizes[v.TARGET], pairs.sizes[v.CELL_TYPE] * pairs.sizes[v.CONTRAST]
    nodes, logs = hermite()
    kernel: Any = study_grid  # numba hides its signature
    sigmas2, total_technical, nodes_q, deltas, omegas, taus, joint, share, means, variances = kernel(
        *(one[0] for one in of_study), target_of_pair, unit_of_pair, group_of_pair, targets, groups,
        as_array(priors or FoldChangePriors()), nodes, logs, FACTOR_GRID,
    )  # fmt: skip
    i = rng.choice(len(sigmas2), size=draws, p=_shares(total_technical))
    shape = (draws, targets, pairs.sizes[v.SUBJECT], pairs.sizes[v.CONTRAST])
    found = {"mu": np.empty((draws, targets, groups)), "sigma": np.empty((draws, targets, groups))}
    fold, sd_pair, doublings = np.empty(shape), np.empty((draws, targets)), np.empty((draws, targets))
    for t in range(targets):
        q, j = _given_technical(joint[t, : nodes_q[t]], i, rng)
        step = deltas[t, 1] - deltas[t, 0] if nodes_q[t] > 1 else 0.0
        beside = step * (rng.random(draws) - 0.5)
        delta = deltas[t, q] + beside
        sd_pair[:, t] = np.exp(_smeared(omegas[t], j, rng))
        doublings[:, t] = of_study[4][0, t] + delta
        for g in range(groups):
            k = _pick(share[t, q, i, j, g], rng)
            mean, variance = means[t, q, i, j, g, k], variances[t, q, i, j, g, k]
            if step > 0.0:  # the mean of mu is linear in the factor
                other = np.where(q > 0, q - 1, 1)
                mean = mean + beside * (mean - means[t, other, i, j, g, k]) / (deltas[t, q] - deltas[t, other])
            found["mu"][:, t, g] = mean + np.sqrt(variance) * rng.standard_normal(draws)
            found["sigma"][:, t, g] = np.exp(_smeared(taus[t, g], k, rng))
        variance = sd_pair[:, t, None] ** 2 + sigmas2[i][:, None] * of_study[2] + of_study[3]
        ratio = of_study[0] + delta[:, None] * of_study[1]
        fold[:, t] = _fold_changes(own, t, arrays, ratio, variance, found["mu"][:, t], found["sigma"][:, t], rng)
    shift = np.sqrt(shift_variances(own)[0]) * _of_contrasts(rng, draws, pairs)
    found["mu"] += shift[:, None]
    fold += shift[:, None, None, : pairs.sizes[v.CONTRAST]]
    dims = ("chain", "draw", v.TARGET)
    by_group = (1, draws, targets, pairs.sizes[v.CELL_TYPE], pairs.sizes[v.CONTRAST])
    posterior = xr.Dataset(
        {
            f"{what}_{v.LOG2_FOLD_CHANGE}": ((*dims, v.CELL_TYPE, v.CONTRAST), values.reshape(by_group))
            for what, values in found.items()
        }
        | {
            v.LOG2_FOLD_CHANGE: ((*dims, v.SUBJECT, v.CONTRAST), fold[None]),
            v.SD_PAIR: (dims, sd_pair[None]),
            v.DOUBLINGS: (dims, doublings[None]),
        }
        | (
            {v.SD_TECHNICAL: (dims[:2], np.exp(_between_nodes(0.5 * np.log(sigmas2), total_technical, i, rng))[None])}
            if len(sigmas2) > 1
            else {}
        ),
        coords={name: pairs[name] for name in (v.TARGET, v.SUBJECT, v.CELL_TYPE, v.CONTRAST)},
    )
    result = xr.DataTree.from_dict({"posterior": posterior})
    carry_exact(result)
    attach_observations(result, one_study_of_pairs(pairs, study))
    return result


def _of_contrasts(rng: np.random.Generator, draws: int, pairs: xr.Dataset) -> np.ndarray:
    """Standard normal numbers (draw, group), one a contrast."""
    return np.tile(rng.standard_normal((draws, pairs.sizes[v.CONTRAST])), (1, pairs.sizes[v.CELL_TYPE]))


def _shares(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _pick(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One position of each row, by its shares."""
    cumulative = np.cumsum(shares, axis=-1)
    return np.asarray((rng.random((len(shares), 1)) * cumulative[:, -1:] > cumulative).sum(axis=-1))


def _given_technical(joint: np.ndarray, i: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of factor and pair spread of one target, given that of the technical spread."""
    flat = np.moveaxis(joint, 1, 0).reshape(joint.shape[1], -1)
    shares = np.exp(flat - flat.max(axis=1, keepdims=True))
    q, j = np.unravel_index(_pick(shares[i], rng), (joint.shape[0], joint.shape[2]))
    return np.asarray(q), np.asarray(j)


def _smeared(grid: np.ndarray, position: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A number of the cell around a node: a spread has a density, not thirteen values."""
    return np.asarray(grid[position] + (grid[1] - grid[0]) * (rng.random(len(position)) - 0.5))


def _between_nodes(grid: np.ndarray, logs: np.ndarray, position: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Numbers with the density that a polynomial through few nodes gives, in the order of the nodes that were drawn.

    Of the technical spread there are five nodes, 1.3 posterior sds apart. Their weights give right sums, and five
    values. So numbers are drawn from the density, and the smallest goes to the draw with the first node.
    """
    at = np.linspace(-0.5, len(grid) - 0.5, BETWEEN_NODES)
    through = np.maximum(logs - logs.max(), LEAST_LOG)
    curve = np.polynomial.Polynomial.fit(np.arange(len(grid)), through, len(grid) - 1)
    cumulative = np.cumsum(_shares(np.minimum(curve(at), 1.0)))
    drawn = np.interp(np.sort(rng.random(len(position))), cumulative, grid[0] + (grid[1] - grid[0]) * at)
    found = np.empty(len(position))
    found[np.lexsort((rng.random(len(position)), position))] = drawn
    return found


def _fold_changes(
    own: xr.Dataset,
    target: int,
    arrays: tuple[np.ndarray, ...],
    ratio: np.ndarray,
    variance: np.ndarray,
    mu: np.ndarray,
    sigma: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Fold changes of a target (draw, subject, contrast) given the rest; without a pair, of the population."""
    contrasts = own.sizes[v.CONTRAST]
    group = own[v.CELL_TYPE_OF_SUBJECT].to_numpy()[:, None] * contrasts + np.arange(contrasts)
    precision, total = sigma[:, group] ** -2, mu[:, group] * sigma[:, group] ** -2
    there = (arrays[8] == target) & np.isfinite(ratio[0])
    order = np.argsort(unit_key(own), kind="stable")
    subject, contrast = (own[name].to_numpy()[order] for name in (v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR))
    for pair in np.flatnonzero(there):
        place = (slice(None), subject[pair], contrast[pair])
        precision[place] += 1.0 / variance[:, pair]
        total[place] += ratio[:, pair] / variance[:, pair]
    return np.asarray(total / precision + rng.standard_normal(precision.shape) / np.sqrt(precision))
