"""Ranks, R-hat and effective sample sizes of one scalar after the other, compiled: all of a scalar stays in the cache.

Autocovariances are summed lag by lag, as far as the sum of Geyer goes. A chain that is correlated over more than
`MOST_LAGS` draws gets NaN: the caller takes these by FFT.
"""

from typing import Final

import numpy as np

from lensim.inference.compiled import compiled

MOST_LAGS: Final = 100
_SUMS: Final = {"reassoc", "contract"}


@compiled(fastmath=_SUMS)
def of_scalars(
    halves: np.ndarray, order: np.ndarray, ends: np.ndarray, of_half_rank: np.ndarray, scores: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """R-hat (scalar), and effective sizes of the mean of ranks and below two ends (3, scalar), NaN where not found.

    Parameters
    ----------
    halves
        (scalar, half chain, draw)
    order
        (scalar, half chain x draw) positions of the draws from the smallest on.
    ends
        (2, scalar) the largest draw of the lower tail, and of all but the upper one.
    of_half_rank
        Normal quantile of the rank r at 2 r.
    scores
        (scalar, half chain, draw) gets the normal scores of the draws.
    """
    scalars, chains, length = halves.shape
    size = chains * length
    r_hat, ess = np.empty(scalars), np.empty((3, scalars))
    ordered, apart = np.empty(size), np.empty(size)
    folded, at = np.empty((chains, length)), np.empty(size, np.int64)
    is_below, away = np.empty((chains, length)), np.empty((chains, length))
    for scalar in range(scalars):
        flat, z = halves[scalar].reshape(-1), scores[scalar]
        for i in range(size):
            ordered[i] = flat[order[scalar, i]]
        _score(ordered, order[scalar], of_half_rank, z.reshape(-1))
        _fold(ordered, order[scalar], apart, at)
        _score(apart, at, of_half_rank, folded.reshape(-1))
        bulk, tail = _r_hat(z), _r_hat(folded)
        r_hat[scalar] = tail if tail > bulk else bulk  # chains stuck each at a value of its own: inf, and NaN
        ess[0, scalar] = _effective_size(z, away)
        for k in range(2):
            end = ends[k, scalar]
            for chain in range(chains):
                for i in range(length):
                    is_below[chain, i] = 1.0 if halves[scalar, chain, i] <= end else 0.0
            ess[k + 1, scalar] = _effective_size(is_below, away)
    return r_hat, ess


@compiled(allocates=False)
def _score(ordered: np.ndarray, order: np.ndarray, of_half_rank: np.ndarray, scores: np.ndarray) -> None:
    """Normal quantiles of ranks; ties share their mean rank."""
    size = len(ordered)
    first = 0
    while first < size:
        last = first
        while last + 1 < size and ordered[last + 1] == ordered[first]:
            last += 1
        score = of_half_rank[first + last + 2]
        for k in range(first, last + 1):
            scores[order[k]] = score
        first = last + 1


@compiled(allocates=False)
def _fold(ordered: np.ndarray, order: np.ndarray, apart: np.ndarray, at: np.ndarray) -> None:
    """Distances from the median in order, and the positions of their draws: two runs in order are merged."""
    size = len(ordered)
    low, high = size // 2 - 1, size // 2
    centre = (ordered[low] + ordered[high]) / 2.0
    for k in range(size):
        below = centre - ordered[low] if low >= 0 else np.inf
        above = ordered[high] - centre if high < size else np.inf
        if low >= 0 and (high >= size or below <= above):
            apart[k], at[k] = below, order[low]
            low -= 1
        else:
            apart[k], at[k] = above, order[high]
            high += 1


@compiled(fastmath=_SUMS, allocates=False)
def _r_hat(values: np.ndarray) -> float:
    """Square root of the variance of all chains together over that within them."""
    chains, length = values.shape
    within, of_means, mean_of_all = 0.0, 0.0, 0.0
    for chain in range(chains):
        mean_of_all += _mean(values[chain]) / chains
    for chain in range(chains):
        mean, square = _mean(values[chain]), 0.0
        for i in range(length):
            square += (values[chain, i] - mean) ** 2
        within += square / (length - 1.0) / chains
        of_means += (mean - mean_of_all) ** 2
    between = length * of_means / (chains - 1.0)
    return float(np.sqrt((between / within + length - 1.0) / length))


@compiled(fastmath=_SUMS, allocates=False)
def _mean(values: np.ndarray) -> float:
    total = 0.0
    for i in range(len(values)):
        total += values[i]
    return total / len(values)


@compiled(fastmath=_SUMS, allocates=False)
def _effective_size(values: np.ndarray, away: np.ndarray) -> float:
    """Effective sample size of the mean (chain, draw), by the initial monotone sequence; NaN beyond `MOST_LAGS`."""
    chains, length = values.shape
    draws = float(chains * length)
    smallest, largest, mean_of_all, of_means = np.inf, -np.inf, 0.0, 0.0
    for chain in range(chains):
        mean = _mean(values[chain])
        mean_of_all += mean / chains
        for i in range(length):
            one = values[chain, i]
            smallest, largest = min(smallest, one), max(largest, one)
            away[chain, i] = one - mean
    if not largest > smallest:
        return draws
    for chain in range(chains):
        of_means += (_mean(values[chain]) - mean_of_all) ** 2 / (chains - 1.0)
    first = _covariance(away, 0)
    within = first * length / (length - 1.0)
    variance = within * (length - 1.0) / length + of_means
    total, smallest_pair, lag, even, pair = 0.0, np.inf, 0, 1.0, 0.0
    while True:
        if lag > MOST_LAGS:
            return np.nan
        even = 1.0 if lag == 0 else 1.0 - (within - _covariance(away, lag)) / variance
        pair = even + 1.0 - (within - _covariance(away, lag + 1)) / variance
        if not (pair > 0.0 and lag + 1 < length - 3):
            break
        smallest_pair = min(smallest_pair, pair)
        total += smallest_pair
        lag += 2
    last = even if pair >= 0.0 or even > 0.0 else 0.0
    return float(draws / max(-1.0 + 2.0 * total + last, 1.0 / np.log10(draws)))


@compiled(fastmath=_SUMS, allocates=False)
def _covariance(away: np.ndarray, lag: int) -> float:
    """Autocovariance at a lag, averaged over chains."""
    chains, length = away.shape
    total = 0.0
    for chain in range(chains):
        own = away[chain]
        for i in range(length - lag):
            total += own[i] * own[i + lag]
    return total / (length * chains)
