"""R-hat and effective sample sizes of many scalars at once: the numbers of `arviz`, without a call for each scalar."""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import fft, special

TAILS = (0.05, 0.95)
FEWEST_CHAINS = 2
FEWEST_DRAWS = 4
NUMBERS_AT_ONCE = 100_000  # draws at a time, so that what is made of them stays in the cache of a processor
FEW = 400_000  # numbers up to which loading the kernel takes longer than the work


class Convergence(NamedTuple):
    """Diagnostics of scalars, each (scalar); NaN where draws never vary or one of them is NaN."""

    r_hat: np.ndarray
    ess_bulk: np.ndarray
    ess_tail: np.ndarray


def convergence_of(draws: np.ndarray) -> Convergence:
    """Rank-normalised split R-hat, bulk ESS and tail ESS (5% and 95%) of every scalar.

    Parameters
    ----------
    draws
        (chain, draw, scalar), finite or NaN.

    Returns
    -------
    Convergence
        As `arviz.rhat(method="rank")`, `arviz.ess(method="bulk")` and `arviz.ess(method="tail", prob=(0.05, 0.95))`
        have it scalar by scalar; NaN for draws that are all alike, and where there are fewer than two chains or four
        draws.

    Source: Vehtari et al. 2021, doi:10.1214/20-BA1221; autocovariances by FFT and the sums of Geyer 1992,
    doi:10.1214/ss/1177011137, as ArviZ takes them.
    """
    chains, length, scalars = draws.shape
    found = Convergence(*(np.full(scalars, np.nan) for _ in Convergence._fields))
    if chains < FEWEST_CHAINS or length < FEWEST_DRAWS:
        return found
    work = _by_kernel if draws.size > FEW else _of_scalars
    step = max(1, NUMBERS_AT_ONCE // (chains * length))
    for start in range(0, scalars, step):
        values = np.ascontiguousarray(np.moveaxis(draws[:, :, start : start + step], 2, 0), dtype=float)
        varies = values.max(axis=(1, 2)) > values.min(axis=(1, 2))  # a NaN is not above a NaN
        own = start + np.flatnonzero(varies)
        if len(own):
            for into, what in zip(found, work(values if varies.all() else values[varies]), strict=True):
                into[own] = what
    return found


def _by_kernel(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """R-hat, bulk and tail ESS of draws (scalar, chain, draw)."""
    from lensim.inference.diagnostics.kernel import of_scalars  # which loads numba

    halves = _split(values)
    flat = halves.reshape(len(halves), -1)
    order = np.argsort(flat, axis=1)
    if values.shape[2] % 2:  # the halves lack a draw of each chain
        ordered = np.sort(values.reshape(len(values), -1), axis=1)
        ends = np.stack([ordered[:, _place_of_tail(ordered.shape[1], tail)] for tail in TAILS])
    else:
        places = np.stack([order[:, _place_of_tail(flat.shape[1], tail)] for tail in TAILS])
        ends = np.take_along_axis(flat, places.T, axis=1).T.copy()
    scores = np.empty_like(halves)
    r_hat, ess = of_scalars(halves, order, ends, _of_half_rank(flat.shape[1]), scores)
    bulk, below, above = ess
    if (far := np.isnan(bulk)).any():
        bulk[far] = _effective_size(scores[far])
    for size, end in ((below, ends[0]), (above, ends[1])):
        if (far := np.isnan(size)).any():
            size[far] = _effective_size((halves[far] <= end[far, None, None]).astype(float))
    return r_hat, bulk, np.minimum(below, above)


def _of_scalars(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """R-hat, bulk and tail ESS of draws (scalar, chain, draw)."""
    halves = _split(values)
    z, ordered = _normal_scores(halves)
    middle = ordered.shape[1] // 2
    centre = ((ordered[:, middle - 1] + ordered[:, middle]) / 2.0)[:, None, None]
    folded, _ = _normal_scores(np.abs(halves - centre))
    bulk, tail = _r_hat(z), _r_hat(folded)
    r_hat = np.where(tail > bulk, tail, bulk)  # chains stuck each at a value of its own: bulk is inf, tail is NaN
    if values.shape[2] % 2:  # the halves lack a draw of each chain
        ordered = np.sort(values.reshape(len(values), -1), axis=1)
    below, above = (_effective_size(_split(values <= _end_of_tail(ordered, tail))) for tail in TAILS)
    return r_hat, _effective_size(z), np.minimum(below, above)


def _end_of_tail(ordered: np.ndarray, probability: float) -> np.ndarray:
    """The largest draw at or below a quantile (scalar, 1, 1), of draws in order."""
    return np.asarray(ordered[:, _place_of_tail(ordered.shape[1], probability), None, None])


def _place_of_tail(size: int, probability: float) -> int:
    """Place of the largest draw at or below a quantile, of draws in order."""
    return int((size - 1) * probability)


def _split(values: np.ndarray) -> np.ndarray:
    """Each chain as two (scalar, 2 chains, half of the draws); of an odd number of draws the middle one is left out."""
    half = values.shape[-1] // 2
    return np.concatenate([values[..., :half], values[..., -half:]], axis=1)


def _normal_scores(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normal quantiles of the ranks of each scalar's draws, and these in order; ties share their mean rank."""
    flat = values.reshape(len(values), -1)
    size = flat.shape[1]
    order = np.argsort(flat, axis=1)
    ordered = np.take_along_axis(flat, order, axis=1)
    place = np.arange(size)
    ranks = np.broadcast_to(place + 1.0, flat.shape)
    is_like_next = ordered[:, 1:] == ordered[:, :-1]
    tied = np.flatnonzero(is_like_next.any(axis=1))
    if len(tied):
        edge = np.pad(~is_like_next[tied], ((0, 0), (1, 1)), constant_values=True)
        first = np.maximum.accumulate(np.where(edge[:, :-1], place, 0), axis=1)
        last = np.minimum.accumulate(np.where(edge[:, 1:], place, size)[:, ::-1], axis=1)[:, ::-1]
        ranks = ranks.copy()
        ranks[tied] = (first + last) / 2.0 + 1.0
    scores = np.empty_like(flat)
    np.put_along_axis(scores, order, _of_half_rank(size)[(2.0 * ranks).astype(np.int64)], axis=1)
    return scores.reshape(values.shape), ordered


@cache
def _of_half_rank(size: int) -> np.ndarray:
    """Normal quantile of each rank, and of the middle between two: of rank r at 2 r."""
    return np.asarray(special.ndtri((np.arange(2 * size + 1) / 2.0 - 3 / 8) / (size + 1 / 4)))


def _r_hat(values: np.ndarray) -> np.ndarray:
    """Square root of the variance of all chains together over that within them (scalar)."""
    length = values.shape[-1]
    between = length * values.mean(axis=2).var(axis=1, ddof=1)
    within = values.var(axis=2, ddof=1).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # chains that never vary, each at a value of its own
        return np.asarray(np.sqrt((between / within + length - 1) / length))


def _effective_size(values: np.ndarray) -> np.ndarray:
    """Effective sample size of the mean of (scalar, chain, draw), by the initial monotone sequence."""
    scalars, chains, length = values.shape
    draws = chains * length
    size = np.full(scalars, float(draws))
    varies = values.max(axis=(1, 2)) > values.min(axis=(1, 2))
    if varies.any():
        own = values if varies.all() else values[varies]
        size[varies] = draws / np.maximum(_autocorrelation_time(own), 1.0 / np.log10(draws))
    return size


def _autocorrelation_time(values: np.ndarray) -> np.ndarray:
    """1 + 2 * the sum of autocorrelations (scalar), over pairs of lags as long as their sums are above 0."""
    length = values.shape[-1]
    means = values.mean(axis=2)
    covariance = _mean_autocovariance(values - means[..., None])
    mean_variance = covariance[:, :1] * length / (length - 1.0)
    variance = mean_variance * (length - 1.0) / length + means.var(axis=1, ddof=1)[:, None]
    rho = 1.0 - (mean_variance - covariance) / variance
    rho[:, 0] = 1.0
    even = rho[:, 0 : length - length % 2 : 2]
    pairs = even + rho[:, 1::2]
    goes_on = (pairs > 0.0) & (2 * np.arange(pairs.shape[1]) + 1 < length - 3)
    last = np.argmin(goes_on, axis=1)  # the last pair that is looked at; the sum goes up to the one before
    row = np.arange(len(rho))
    kept = pairs[:, : last.max() + 1]
    is_summed = np.arange(kept.shape[1]) < last[:, None]
    total = np.where(is_summed, np.minimum.accumulate(kept, axis=1), 0.0).sum(axis=1)
    of_last = even[row, last]
    of_last = np.where((pairs[row, last] >= 0.0) | (of_last > 0.0), of_last, 0.0)
    return np.asarray(-1.0 + 2.0 * total + of_last)


def _mean_autocovariance(deviations: np.ndarray) -> np.ndarray:
    """Autocovariance at each lag (scalar, lag), averaged over chains by the mean of their spectra."""
    length = deviations.shape[-1]
    padded = fft.next_fast_len(2 * length, real=True)
    spectrum = fft.rfft(deviations, n=padded, axis=2)
    power = np.zeros((len(deviations), spectrum.shape[2]))
    for chain in range(spectrum.shape[1]):
        power += spectrum.real[:, chain] ** 2
        power += spectrum.imag[:, chain] ** 2
    return np.asarray(fft.irfft(power, n=padded, axis=1)[:, :length] / (length * spectrum.shape[1]))
