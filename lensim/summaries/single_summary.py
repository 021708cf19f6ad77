"""Single summaries as likelihoods of mu and tau that can also draw the n values behind them.

What is said of single values goes by order statistics. A mean and an sd alone say where the n values lie but for a
direction u, uniform on the unit sphere orthogonal to 1: log2 changes are z = mean + sd sqrt(n - 1) u, with density
sd^(n - 2), where mean and sd are theirs; z = a + b u, with density b^(n - 2) over d(mean, sd) / d(a, b), where mean and
sd are those of the ratios. Given u the likelihood needs the two sums of z and z^2 alone.
"""

from typing import Final

import numpy as np
from scipy import stats

from lensim.checks import InputError
from lensim.summaries.likelihood import LN2, Seen, draw_between, gap_ends, log_likelihood, seen_values
from lensim.summaries.order import Ordered, ordered
from lensim.summaries.summary import PublishedSummary

DIRECTIONS: Final = 2048
MOST_DIRECTIONS: Final = 2**19
FEWEST: Final = 200
HALVINGS: Final = 60


class OrderLikelihood:
    """One summary by its order statistics."""

    def __init__(self, summary: PublishedSummary, values: Ordered, seed: int) -> None:
        self.summary, self.values, self.seed = summary, values, seed
        self._seen: dict[int, Seen] = {}

    def seen(self, places: int) -> Seen:
        """Its seen values at so many places."""
        if places not in self._seen:
            self._seen[places] = seen_values(self.values, self.summary.increases, places, self.seed)
        return self._seen[places]

    def log_likelihood(self, mu: np.ndarray, tau: np.ndarray, places: int) -> np.ndarray:
        """(node, place), as `lensim.summaries.likelihood.log_likelihood`."""
        return log_likelihood(self.seen(places), mu, tau)

    def draw(
        self, mu: np.ndarray, tau: np.ndarray, place: np.ndarray, places: int, rng: np.random.Generator
    ) -> np.ndarray:
        """(draw, n) log2 changes: seen values at their places, the unseen between them."""
        seen = self.seen(places)
        z = np.empty((len(mu), seen.n))
        z[:, seen.positions] = seen.values[place]
        starts = np.concatenate([[0], seen.positions + 1])
        for gap in range(len(seen.left)):
            at = int(starts[gap])
            for side, counts in enumerate((seen.below, seen.above)):
                count = int(counts[gap])
                if count:
                    low, high = ((end[place] - mu) / tau for end in gap_ends(seen, gap, side))
                    low, high = (np.repeat(end[:, None], count, axis=1) for end in (low, high))
                    z[:, at : at + count] = mu[:, None] + tau[:, None] * draw_between(low, high, rng)
                    at += count
        return z


class MomentLikelihood:
    """One summary by its mean and sd alone: the n values but for a direction."""

    def __init__(
        self, summary: PublishedSummary, values: Ordered, mean: tuple[float, float], sd: tuple[float, float], seed: int
    ) -> None:
        self.summary = summary
        n, rng = summary.n, np.random.default_rng(seed)
        places = DIRECTIONS
        while True:
            m, s = rng.uniform(*mean, places), rng.uniform(*sd, places)
            normal = rng.standard_normal((places, n))
            u = normal - normal.mean(axis=1, keepdims=True)
            u /= np.sqrt((u**2).sum(axis=1, keepdims=True))
            if values.is_log:
                z, log_weight = m[:, None] + (s * np.sqrt(n - 1))[:, None] * u, (n - 2) * np.log(s)
            else:
                z, log_weight = _with_moments(u, m, s)
            kept = np.isfinite(log_weight)
            if summary.increases is not None:
                kept &= (z > 0).sum(axis=1) == summary.increases
            if kept.sum() >= DIRECTIONS // 4 or places >= MOST_DIRECTIONS:
                break
            places *= 4
        if kept.sum() < FEWEST:
            raise InputError(
                f"{summary.name}: mean and sd fit {kept.sum()} of {places} directions tried, which is too few: give "
                "minimum, median or maximum too"
            )
        first = np.flatnonzero(kept)[: 4 * DIRECTIONS]
        self.z, self.log_weight = z[first], log_weight[first]
        self.sum, self.square = self.z.sum(axis=1), (self.z**2).sum(axis=1)

    def log_likelihood(self, mu: np.ndarray, tau: np.ndarray, places: int) -> np.ndarray:
        """(node, place), whatever `places`."""
        n = self.z.shape[1]
        square = self.square[None] - 2 * mu[:, None] * self.sum[None] + n * mu[:, None] ** 2
        return self.log_weight[None] - 0.5 * square / tau[:, None] ** 2 - n * np.log(tau)[:, None]

    def draw(
        self, mu: np.ndarray, tau: np.ndarray, place: np.ndarray, places: int, rng: np.random.Generator
    ) -> np.ndarray:
        """(draw, n) log2 changes."""
        return self.z[place]


SummaryLikelihood = OrderLikelihood | MomentLikelihood


def _with_moments(u: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(direction, n) log2 ratios z = a + b u whose ratios have this mean and sd, and (direction) the log weight.

    sd / mean grows with b alone, from 0 on, so b is found by halving. With d(mean, sd) / d(a, b) = ln 2 mean^2
    d(sd / mean) / db the weight is b^(n - 2) over that; it is minus infinity where no b reaches sd / mean.
    """
    n = u.shape[1]
    top = u.max(axis=1, keepdims=True)
    wanted = (sd / mean) ** 2 * (n - 1) / n + 1  # n sum(y^2) / sum(y)^2
    low, high = np.full(len(u), -12.0), np.full(len(u), 12.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        y = 2.0 ** (2.0 ** middle[:, None] * (u - top))
        above = n * (y**2).sum(axis=1) / y.sum(axis=1) ** 2 > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    b = 2.0 ** ((low + high) / 2)
    y = 2.0 ** (b[:, None] * (u - top))
    total, square = y.sum(axis=1), (y**2).sum(axis=1)
    ratio = n * square / total**2
    slope = 2 * LN2 * ratio * ((u * y**2).sum(axis=1) / square - (u * y).sum(axis=1) / total)  # of the ratio, by b
    z = b[:, None] * (u - top) + np.log2(mean * n / total)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_of_cv = slope * n / (n - 1) / (2 * sd / mean)
        log_weight = (n - 2) * np.log(b) - np.log(slope_of_cv) - 2 * np.log(mean)
    return z, np.where(np.isclose(ratio, wanted, rtol=1e-6) & (slope > 0), log_weight, -np.inf)


def likelihood_of(summary: PublishedSummary, seed: int) -> SummaryLikelihood:
    """The likelihood that suits what a summary says.

    Raises
    ------
    InputError
        If no n values can have it.
    """
    values = ordered(summary)
    moments = moments_of(summary, values)
    return (
        OrderLikelihood(summary, values, seed) if moments is None else MomentLikelihood(summary, values, *moments, seed)
    )


def moments_of(summary: PublishedSummary, values: Ordered) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Intervals of mean and sd where nothing is said of single values; the sd by a P of t where that is given."""
    if values.known.any() or values.ties or values.mean is None:
        return None
    if values.sd is not None:
        return values.mean, values.sd
    p, n = summary.p, summary.n
    named = p is not None and p.test == ("t_log2" if values.is_log else "t_ratio") and p.sides != "not named"
    if p is None or p.value is None or not named:
        return None
    ends = [float(stats.t.isf(one / (2.0 if p.sides == "two" else 1.0), n - 1)) for one in p.interval]
    sizes = [abs(one - values.no_change) for one in values.mean]
    if min(ends) <= 0 or not min(sizes) > 0:
        return None
    return values.mean, (min(sizes) * np.sqrt(n) / max(ends), max(sizes) * np.sqrt(n) / min(ends))
