"""From published summaries to a posterior of effect and spread: independent draws, without a Markov chain.

A grid over mu and log tau carries the likelihood of every summary of a kind; nodes are drawn by their weights, places
of the seen values with them, and the unseen values as normals between their neighbours. What order statistics do not
say (mean, sd, a P value of a named test) then keeps the draws that match it: unseen values are the augmentation.

Summaries of one kind are studies whose means lie around the kind's: mu(study) ~ Normal(mu, omega).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import xarray as xr
from scipy import special, stats

from lensim import checks, limits, seeding
from lensim import vocabulary as v
from lensim.bounds import require_size
from lensim.checks import InputError
from lensim.inference.verdict import carry_exact
from lensim.summaries.audit import excluded_p
from lensim.summaries.p_values import matches
from lensim.summaries.priors import SummaryPriors
from lensim.summaries.single_summary import FEWEST, SummaryLikelihood, likelihood_of
from lensim.summaries.summary import PublishedSummary

NODES: Final = 56
COARSE: Final = 24
PLACES: Final = 128
COARSE_PLACES: Final = 16
OMEGAS: Final = 9
REACH: Final = 5.0
BATCH: Final = 100_000
MOST_NUMBERS: Final = 10_000_000
"""Draws times values in a batch."""
MOST: Final = 6_000_000
LOWEST: Final = -1e20
CONTRAST: Final = "treated"
NEW: Final = "new_log2_fold_change"
P_INCREASE: Final = "p_increase"
OMEGA: Final = "sd_between_studies"
LEFT_OUT: Final = "p_left_out"


def summary_posterior(
    summaries: Sequence[PublishedSummary], seed: int = 0, draws: int = 4000, priors: SummaryPriors | None = None
) -> xr.DataTree:
    """The posterior of effect and spread of every kind of summary.

        z(i) ~ Normal(mu, sqrt(tau^2 + m^2))  [printed log2 change of line or donor i; m is its measurement_sd]
        several studies of a kind:  mu(study) ~ Normal(mu, omega),  tau shared

    With m = 0 what experiments and reactions blur is a part of tau.

    Parameters
    ----------
    summaries
        Any number, of any kinds; a kind is a target and a cell type.
    seed
        Root of the random numbers.
    draws
        How many, independent.
    priors
        Of every kind; by default ours.

    Returns
    -------
    xarray.DataTree
        posterior (chain of one, draw): mu_log2_fold_change and sigma_log2_fold_change (target, cell_type, contrast),
        which are mu and tau, without a number where no summary is of that kind; new_log2_fold_change, of a further
        line; p_increase, of one; sd_between_studies where a kind has several summaries. unseen: the n values of each
        summary (draw, value) [log2], in ascending order. A P of a named test that no values with the summary can have
        is left out, and the attribute p_left_out says so.

    Raises
    ------
    InputError
        If no n values can have a summary, or too few samples match what is printed.

    Source: joint density of order statistics, David and Nagaraja 2003, Order Statistics, 2.2.
    """
    checks.at_least("summaries, their number,", len(summaries), 1)
    checks.at_least("draws", draws, 1)
    checks.at_most("draws", draws, limits.SAMPLER_STEPS)
    values = sum(one.n for one in summaries)
    require_size(
        "draws",
        draws * values,
        limits.SUMMARY_VALUES,
        "draws times values behind the summaries",
        f"lower draws ({draws:,}), or give fewer summaries ({values:,} lines or donors in all)",
    )
    priors = priors or SummaryPriors()
    checks.unique("summaries, their names,", [one.name for one in summaries])
    left_out = {one.name: said for one in summaries if (said := excluded_p(one))}
    summaries = [one.model_copy(update={"p": None}) if one.name in left_out else one for one in summaries]
    targets, kinds = (list(dict.fromkeys(getattr(one, what) for one in summaries)) for what in ("target", "cell_type"))
    shape = (1, draws, len(targets), len(kinds), 1)
    found = {name: np.full(shape, np.nan) for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE, NEW, P_INCREASE, OMEGA)}
    unseen: dict[str, np.ndarray] = {}
    for t, target in enumerate(targets):
        for k, kind in enumerate(kinds):
            own = [one for one in summaries if (one.target, one.cell_type) == (target, kind)]
            if not own:
                continue
            rng = seeding.stream(seed, "summaries", target, kind)
            mu, tau, omega, samples = _kind(own, rng, draws, priors)
            place = (0, slice(None), t, k, 0)
            found[v.MU_FOLD_CHANGE][place], found[v.SIGMA_FOLD_CHANGE][place], found[OMEGA][place] = mu, tau, omega
            found[NEW][place] = mu + np.hypot(tau, omega) * rng.standard_normal(draws)
            found[P_INCREASE][place] = special.ndtr(mu / np.hypot(tau, omega))
            unseen |= {one.name: z for one, z in zip(own, samples, strict=True)}
    dims = ("chain", "draw", v.TARGET, v.CELL_TYPE, v.CONTRAST)
    posterior = xr.Dataset(
        {name: (dims, values) for name, values in found.items() if name != OMEGA or (np.nan_to_num(values) > 0).any()},
        coords={v.TARGET: targets, v.CELL_TYPE: kinds, v.CONTRAST: [CONTRAST]},
    )
    samples_set = xr.Dataset(
        {f"value_{k}": (("chain", "draw", f"rank_{k}"), z[None]) for k, z in enumerate(unseen.values())},
        attrs={f"value_{k}": name for k, name in enumerate(unseen)},
    )
    tree = xr.DataTree.from_dict({"posterior": posterior, "unseen": samples_set})
    carry_exact(tree)
    if left_out:
        tree.attrs[LEFT_OUT] = "\n".join(left_out.values())
    return tree


def _kind(
    own: Sequence[PublishedSummary], rng: np.random.Generator, draws: int, priors: SummaryPriors
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[np.ndarray]]:
    """Draws of mu, tau, omega, and of the values of each summary of one kind."""
    likelihoods = [likelihood_of(one, int(rng.integers(2**31))) for one in own]
    with checks.told_of(", ".join(one.name for one in own)):
        mu_grid, tau_grid, levels = _grid(likelihoods, priors)
    kept: list[tuple[np.ndarray, ...]] = []
    tried = matched = 0
    batch = 2 * draws
    while matched < draws:
        if tried >= MOST or (tried >= MOST // 10 and matched < FEWEST // 10):
            if matched >= FEWEST:
                break
            names = ", ".join(one.name for one in own)
            raise InputError(
                f"{names}: {matched} of {tried:,} samples with the order statistics have what else is printed, which "
                "is too few to go on: leave out mean, sd or P"
            )
        drawn = _draw_batch(likelihoods, mu_grid, tau_grid, levels, batch, rng, priors)
        fits = np.all([matches(one, z) for one, z in zip(own, drawn[3:], strict=True)], axis=0)
        kept.append(tuple(values[fits] for values in drawn))
        tried, matched = tried + batch, matched + int(fits.sum())
        batch = min(BATCH, max(MOST_NUMBERS // max(one.n for one in own), 1000))
    mu, tau, omega, *samples = (np.concatenate(values) for values in zip(*kept, strict=True))
    pick = np.arange(draws) if len(mu) >= draws else rng.integers(len(mu), size=draws)
    return mu[pick], tau[pick], omega[pick], [np.sort(z[pick], axis=1) for z in samples]


def _grid(
    likelihoods: Sequence[SummaryLikelihood], priors: SummaryPriors
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Nodes of mu and of log tau around the posterior, and log likelihoods (mu, tau, place) of every summary there."""
    mu = np.linspace(-REACH, REACH, COARSE) * priors.sd_mu
    log_tau = np.log(priors.median_tau) + np.linspace(-4, 4, COARSE) * priors.log_sd_tau
    several = len(likelihoods) > 1
    for round_ in range(3):
        last = round_ == 2
        nodes = np.stack([one.ravel() for one in np.meshgrid(mu, log_tau, indexing="ij")])
        shape = (len(mu), len(log_tau), -1)
        levels = [
            one.log_likelihood(nodes[0], _total(one, nodes[1]), PLACES if last else COARSE_PLACES).reshape(shape)
            for one in likelihoods
        ]
        if last:
            break
        total = sum(special.logsumexp(one, axis=2) for one in levels) + _log_prior(mu, log_tau, priors)
        if not np.isfinite(total).any() or total.max() < LOWEST:
            raise InputError("summary must be one that some values can have, got one of likelihood 0 everywhere")
        p = np.exp(total - total.max())
        mu = _around(mu, p.sum(axis=1), COARSE if round_ == 0 else NODES, several)
        log_tau = _around(log_tau, p.sum(axis=0), COARSE if round_ == 0 else NODES, several)
    return mu, log_tau, levels


def _around(grid: np.ndarray, p: np.ndarray, count: int, several: bool) -> np.ndarray:
    """`count` nodes over where the weight is; wider where studies may lie apart."""
    p = p / p.sum()
    mean, step = float((p * grid).sum()), grid[1] - grid[0]
    sd = float(np.sqrt((p * (grid - mean) ** 2).sum() + step**2 / 6))
    if several:
        return np.linspace(mean - 9.0 * sd, mean + 9.0 * sd, count)
    there = grid[p > 1e-7 * p.max()]
    low, high = max(there.min() - step, mean - 6.5 * sd), min(there.max() + step, mean + 6.5 * sd)
    return np.linspace(low, high, count)


def _log_prior(mu: np.ndarray, log_tau: np.ndarray, priors: SummaryPriors) -> np.ndarray:
    of_tau = ((log_tau - np.log(priors.median_tau)) / priors.log_sd_tau) ** 2
    return -0.5 * (mu[:, None] / priors.sd_mu) ** 2 - 0.5 * of_tau[None]


def _draw_batch(
    likelihoods: Sequence[SummaryLikelihood],
    mu_grid: np.ndarray,
    tau_grid: np.ndarray,
    levels: list[np.ndarray],
    size: int,
    rng: np.random.Generator,
    priors: SummaryPriors,
) -> tuple[np.ndarray, ...]:
    """Draws of mu, tau, omega, and of the values of each summary (size, n)."""
    steps = mu_grid[1] - mu_grid[0], tau_grid[1] - tau_grid[0]
    totals = [special.logsumexp(one, axis=2) for one in levels]
    if len(likelihoods) == 1:
        p = _shares(totals[0] + _log_prior(mu_grid, tau_grid, priors))
        i, j = np.unravel_index(rng.choice(p.size, size=size, p=p.ravel()), p.shape)
        mu, omega, studies = mu_grid[i] + steps[0] * (rng.random(size) - 0.5), np.zeros(size), [i]
        log_tau = tau_grid[j] + steps[1] * (rng.random(size) - 0.5)
        means = [mu]
    else:
        omegas = priors.sd_omega * stats.halfnorm.ppf((np.arange(OMEGAS) + 0.5) / OMEGAS)
        apart = mu_grid[:, None] - mu_grid[None]
        kernels = [special.log_softmax(-0.5 * (apart / omega) ** 2, axis=1) for omega in omegas]
        joint = np.stack(
            [
                sum(special.logsumexp(kernel[:, :, None] + total[None], axis=1) for total in totals)
                + _log_prior(mu_grid, tau_grid, priors)
                for kernel in kernels
            ]
        )
        p = _shares(joint)
        o, i, j = np.unravel_index(rng.choice(p.size, size=size, p=p.ravel()), p.shape)
        mu, omega = mu_grid[i] + steps[0] * (rng.random(size) - 0.5), omegas[o]
        log_tau = tau_grid[j] + steps[1] * (rng.random(size) - 0.5)
        studies, means = [], []
        all_kernels = np.stack(kernels)
        for total in totals:
            own = all_kernels[o, i] + total[:, j].T  # (size, mu)
            pick = _pick(np.exp(own - own.max(axis=1, keepdims=True)), rng)
            studies.append(pick)
            means.append(mu_grid[pick] + steps[0] * (rng.random(size) - 0.5))
    samples = []
    for likelihood, level, study, mean in zip(likelihoods, levels, studies, means, strict=True):
        place = _pick_places(level, study, j, rng)
        samples.append(likelihood.draw(mean, _total(likelihood, log_tau), place, PLACES, rng))
    return (mu, np.exp(log_tau), omega, *samples)


def _total(likelihood: SummaryLikelihood, log_tau: np.ndarray) -> np.ndarray:
    """Spread of printed changes: between lines, and of their measurement."""
    return np.hypot(np.exp(log_tau), likelihood.summary.measurement_sd)


def _pick_places(level: np.ndarray, i: np.ndarray, j: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A place of the seen values for each draw, by its weight at the draw's node."""
    node = i * level.shape[1] + j
    used, inverse = np.unique(node, return_inverse=True)
    flat = level.reshape(-1, level.shape[2])[used]
    cumulative = np.cumsum(np.exp(flat - flat.max(axis=1, keepdims=True)), axis=1)
    place = np.empty(len(node), dtype=int)
    order = np.argsort(inverse, kind="stable")
    bounds = np.searchsorted(inverse[order], np.arange(len(used) + 1))
    for k in range(len(used)):
        own = order[bounds[k] : bounds[k + 1]]
        place[own] = np.searchsorted(cumulative[k], rng.random(len(own)) * cumulative[k, -1])
    return np.minimum(place, level.shape[2] - 1)


def _pick(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    cumulative = np.cumsum(shares, axis=1)
    return np.asarray((rng.random((len(shares), 1)) * cumulative[:, -1:] > cumulative).sum(axis=1))


def _shares(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
