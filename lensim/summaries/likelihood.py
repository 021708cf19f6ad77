"""Exact likelihood of a summary: the joint density of its order statistics, integrated over what rounding leaves open.

For log2 changes z ~ Normal(mu, tau), values at positions p(1) < ... < p(k) seen and the rest in the gaps between:

    n! prod phi((z(p) - mu) / tau) / tau  x  prod over gaps  [F(right) - F(left)]^m / m!

A gap in which the count of increases puts j values below no change and m - j above has
[F(0) - F(left)]^j / j!  x  [F(right) - F(0)]^(m - j) / (m - j)!  in place of that. Seen values are uniform over what
rounds to the printed number (a Sobol set of places, the same for every mu and tau); of a printed mean of two
neighbours the lower one is free within its interval and the upper one follows. The density of a ratio y is that of its
log2 over y ln 2.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special, stats

from lensim.summaries.order import Ordered

LN2: Final = float(np.log(2.0))
FAR: Final = 60.0
"""Used in place of an end that does not exist [log2]."""
NOWHERE: Final = -1e30


@dataclass(frozen=True)
class Seen:
    """Places of the seen values, and the gaps between them.

    Attributes
    ----------
    positions
        (seen) from 0.
    values
        (place, seen) log2 changes.
    log_weight
        (place) log of the density of a place over that of the set; NOWHERE where values are not in order.
    left, right, below, above
        (gap) index of the seen value on the left (-1: none) and right (seen: none); values below and above no change,
        or all in `above` with `cut` False where no count of increases parts them.
    cut
        (gap) whether no change parts the gap.
    n
        Values in all.
    """

    positions: np.ndarray
    values: np.ndarray
    log_weight: np.ndarray
    left: np.ndarray
    right: np.ndarray
    below: np.ndarray
    above: np.ndarray
    cut: np.ndarray
    n: int


def seen_values(ordered: Ordered, increases: int | None, places: int, seed: int) -> Seen:
    """Where the seen values may be: so many places of a scrambled Sobol set."""
    n = len(ordered.low)
    free = [k for k in range(n) if ordered.known[k]]
    tied = {tie.first + 1: tie for tie in ordered.ties if not ordered.known[tie.first + 1]}
    free = sorted({*free, *(tie.first for tie in ordered.ties)} - set(tied))
    positions = np.array(sorted({*free, *tied}), dtype=int)
    dims = max(len(free) + len(tied), 1)
    points = stats.qmc.Sobol(dims, rng=np.random.default_rng(seed)).random(places)
    column = {position: k for k, position in enumerate(positions)}
    y, log_weight = np.zeros((places, len(positions))), np.zeros(places)
    for k, position in enumerate(free):
        low, high = ordered.low[position], ordered.high[position]
        y[:, column[position]] = low + (high - low) * points[:, k]
    for k, (position, tie) in enumerate(tied.items(), len(free)):
        mean = tie.low + (tie.high - tie.low) * points[:, k]
        first = y[:, column[tie.first]]
        y[:, column[position]] = (mean - (1 - tie.share) * first) / tie.share
    for tie in ordered.ties:  # both neighbours seen otherwise: what is printed of their mean is a condition
        if tie.first + 1 in tied:
            continue
        mean = (1 - tie.share) * y[:, column[tie.first]] + tie.share * y[:, column[tie.first + 1]]
        log_weight[(mean < tie.low) | (mean > tie.high)] = NOWHERE
    slack = 1e-9
    inside = np.ones(places, dtype=bool)
    if len(positions):
        inside &= (np.diff(y, axis=1) >= -slack).all(axis=1)
        inside &= ((y >= ordered.low[positions] - slack) & (y <= ordered.high[positions] + slack)).all(axis=1)
    log_weight[~inside] = NOWHERE
    if not ordered.is_log:
        y = np.maximum(y, 1e-12)
        log_weight = log_weight - np.log(y * LN2).sum(axis=1)
        y = np.log2(y)
    ends = np.concatenate([[-1], positions, [n]])
    count = np.diff(ends) - 1
    below = np.zeros(len(count), dtype=int)
    cut = np.zeros(len(count), dtype=bool)
    if increases is not None:
        below = np.clip((n - increases) - (ends[:-1] + 1), 0, count)
        cut[:] = True
    index = np.arange(-1, len(positions))
    return Seen(positions, y, log_weight, index, index + 1, below, count - below, cut, n)


def gap_ends(seen: Seen, gap: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """(place) ends of the part of a gap below (0) or above (1) no change."""
    places = len(seen.values)
    left = seen.values[:, seen.left[gap]] if seen.left[gap] >= 0 else np.full(places, -FAR)
    right = seen.values[:, seen.right[gap]] if seen.right[gap] < len(seen.positions) else np.full(places, FAR)
    if seen.cut[gap]:
        left, right = (left, np.minimum(right, 0.0)) if side == 0 else (np.maximum(left, 0.0), right)
    return left, right


def log_likelihood(seen: Seen, mu: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """(node, place) log density of the seen values and the counts between, for nodes of mu and tau (node)."""
    z = (seen.values[None] - mu[:, None, None]) / tau[:, None, None]
    found = seen.log_weight[None] - 0.5 * (z**2).sum(axis=2) - len(seen.positions) * np.log(tau)[:, None]
    found = found - 0.5 * len(seen.positions) * np.log(2 * np.pi) + special.gammaln(seen.n + 1)
    for gap in range(len(seen.left)):
        for side, counts in enumerate((seen.below, seen.above)):
            count = int(counts[gap])
            if not count:
                continue
            left, right = gap_ends(seen, gap, side)
            found = found - special.gammaln(count + 1)
            found += count * log_share((left - mu[:, None]) / tau[:, None], (right - mu[:, None]) / tau[:, None])
    return found


def log_share(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """log(Phi(high) - Phi(low)), also far out; NOWHERE where the ends are not in order."""
    turned = low > 0
    a, b = np.where(turned, -high, low), np.where(turned, -low, high)
    upper, lower = special.log_ndtr(b), special.log_ndtr(a)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = upper + np.log1p(-np.exp(np.minimum(lower - upper, 0.0)))
    return np.where(b > a, np.maximum(found, NOWHERE), NOWHERE)


def draw_between(low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Standard normals between ends."""
    turned = low > 0
    a, b = np.where(turned, -high, low), np.where(turned, -low, high)
    lower, upper = special.log_ndtr(a), special.log_ndtr(b)
    u = rng.random(np.broadcast(a, b).shape)
    # log of a point between exp(lower) and exp(upper)
    with np.errstate(divide="ignore"):
        at = upper + np.log(u + (1 - u) * np.exp(np.minimum(lower - upper, 0.0)))
    found = np.clip(special.ndtri_exp(at), a, b)
    return np.where(turned, -found, found)
