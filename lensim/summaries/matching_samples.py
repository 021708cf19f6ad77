"""Samples that really have a summary with a printed mean or sd: a search, whose finds are checked one by one.

Starts are spread over the intervals, some of them as two or three heaps of equal values, where extremes lie. Each is
moved to a mean and an sd of its own within the printed ends, and back into intervals and ties, in turn, and kept if
it then has all that is printed. From the most extreme of them a local optimiser starts. A failed search proves nothing.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import optimize

from lensim.summaries.levels import LEVEL, reached
from lensim.summaries.order import Ordered
from lensim.summaries.p_values import p_of_w_table, p_values, signed_rank_sums

STARTS: Final = 3000
MOST_NUMBERS: Final = 60_000
"""Starts times values: fewer starts where values are many."""
TURNS: Final = 60
INSIDE: Final = 0.02
"""How far within printed ends, as a share of their width, the search stays."""
NEXT_TO_NOTHING: Final = 1e-3
PAIRS: Final = 40
BISECTIONS: Final = 40
CLIMBS: Final = 2
LARGEST_CLIMB: Final = 60
"""Values beyond which no optimiser is run."""
LN2: Final = float(np.log(2.0))


@dataclass(frozen=True)
class MatchingSamples:
    """Samples with a summary.

    Attributes
    ----------
    values
        What is printed.
    samples
        (sample, n) on the summary's scale, in ascending order.
    """

    values: Ordered
    samples: np.ndarray

    def p(self, test: str, scale: str, sides: str) -> np.ndarray:
        """(sample) P by an analysis."""
        return _p(self.values, self.samples, test, scale, sides)

    def reach(self, test: str, scale: str, sides: str, interval: tuple[float, float]) -> bool:
        """Whether a sample has a P within these ends: one at hand, or one on the way from one at hand to another."""
        low, high = interval
        if not len(self.samples):
            return False
        if scale == LEVEL:
            increases = np.unique((self.samples > self.values.no_change).sum(axis=1))
            return reached(self.samples.shape[1], increases.tolist(), test, sides, interval)
        p = self.p(test, scale, sides)
        if ((p >= low) & (p <= high)).any():
            return True
        under, over = np.flatnonzero(p < low), np.flatnonzero(p > high)
        if not len(under) or not len(over) or not test.startswith("t_"):
            return False
        under, over = under[np.argsort(-p[under])[:PAIRS]], over[np.argsort(p[over])[:PAIRS]]
        count = min(len(under), len(over))
        left, right = self.samples[under[:count]], self.samples[over[:count]]
        for _ in range(BISECTIONS):
            middle = moved_to_match(self.values, (left + right) / 2)
            fits = matches_summary(self.values, middle)
            left, right, middle = left[fits], right[fits], middle[fits]
            if not len(middle):
                return False
            p = _p(self.values, middle, test, scale, sides)
            if ((p >= low) & (p <= high)).any():
                return True
            below = (p < low)[:, None]
            left, right = np.where(below, middle, left), np.where(below, right, middle)
        return False


def _p(values: Ordered, x: np.ndarray, test: str, scale: str, sides: str) -> np.ndarray:
    z = x if values.is_log else np.log2(x)
    if scale == "log2" and test.startswith("wilcoxon"):
        return p_of_w_table(z.shape[1], sides, test)[signed_rank_sums(z)]
    return p_values(z, test, sides)


def find_matching_samples(values: Ordered, seed: int = 0) -> MatchingSamples:
    """Samples with a summary, spread as wide as the search finds them."""
    rng = np.random.default_rng(seed)
    n = len(values.low)
    starts = _starts(values, max(min(STARTS, MOST_NUMBERS // n), 200), rng)
    x = moved_to_match(values, starts, rng)
    x = x[matches_summary(values, x)]
    if len(x) and n <= LARGEST_CLIMB:
        climbed = np.array([_climb(values, x, scale, sign) for scale in ("ratio", "log2") for sign in (1.0, -1.0)])
        climbed = climbed.reshape(-1, n)
        x = np.concatenate([x, climbed[matches_summary(values, climbed)]])
    return MatchingSamples(values, x)


def matches_summary(values: Ordered, x: np.ndarray) -> np.ndarray:
    """(sample) whether samples in ascending order (sample, n) have all that is printed, but for P."""
    fits = (np.diff(x, axis=1) >= 0).all(axis=1) & ((x >= values.low) & (x <= values.high)).all(axis=1)
    for tie in values.ties:
        mean = (1 - tie.share) * x[:, tie.first] + tie.share * x[:, tie.first + 1]
        fits &= (mean >= tie.low) & (mean <= tie.high)
    if values.mean is not None:
        fits &= (x.mean(axis=1) >= values.mean[0]) & (x.mean(axis=1) <= values.mean[1])
    if values.sd is not None:
        sd = x.std(axis=1, ddof=1)
        fits &= (sd >= values.sd[0]) & (sd <= values.sd[1])
    return np.asarray(fits)


def _starts(values: Ordered, count: int, rng: np.random.Generator) -> np.ndarray:
    """Starts (start, n) over the intervals: even and by factors, and heaps of equal values."""
    n, (low, high) = len(values.low), (values.low, values.high)
    even = low + (high - low) * rng.random((count, n))
    if not values.is_log:
        half = count // 2
        even[:half] = low * (high / low) ** rng.random((half, n))
    heaps = np.sort(rng.integers(0, n + 1, (count, 2)), axis=1)
    at = np.sort(rng.uniform(low.min(), high.max(), (count, 3)), axis=1)
    at[: count // 2, 1] = at[: count // 2, 0]  # two heaps
    which = (np.arange(n) >= heaps[:, :1]).astype(int) + (np.arange(n) >= heaps[:, 1:])
    return np.concatenate([even, np.clip(np.take_along_axis(at, which, axis=1), low, high)])


def moved_to_match(values: Ordered, x: np.ndarray, rng: np.random.Generator | None = None) -> np.ndarray:
    """Samples (sample, n) moved towards all that is printed, with mean and sd at places within their ends.

    Places are drawn with `rng`, and near those of the samples themselves without.
    """
    low, high = _inside(values.low, values.high)
    mean = _places(values.mean, x.mean(axis=1), rng)
    sd = _places(values.sd, x.std(axis=1, ddof=1), rng)
    for _ in range(TURNS):
        for tie in values.ties:
            a, b, s = tie.first, tie.first + 1, tie.share
            now = (1 - s) * x[:, a] + s * x[:, b]
            off = (np.clip(now, *_inside(tie.low, tie.high)) - now) / ((1 - s) ** 2 + s**2)
            x[:, a] += (1 - s) * off
            x[:, b] += s * off
        x = np.clip(np.sort(x, axis=1), low, high)
        own = x.mean(axis=1)
        if sd is not None:
            spread = x.std(axis=1, ddof=1)
            scale = sd / np.where(spread > 0, spread, 1.0)
            x = own[:, None] + (x - own[:, None]) * scale[:, None]
        if mean is not None:
            x = x + (mean - own)[:, None]
    return np.sort(x, axis=1)


def _inside(low: Any, high: Any) -> tuple[Any, Any]:
    """Ends a little within ends: by a share of their width where that is small, and by next to nothing where not."""
    width = INSIDE * (high - low)
    steps = (np.minimum(width, NEXT_TO_NOTHING * np.maximum(np.abs(end), 0.01)) for end in (low, high))
    return low + next(steps), high - next(steps)


def _places(ends: tuple[float, float] | None, now: np.ndarray, rng: np.random.Generator | None) -> np.ndarray | None:
    if ends is None:
        return None
    low, high = _inside(*ends)
    return np.clip(now, low, high) if rng is None else rng.uniform(low, high, len(now))


def _climb(values: Ordered, x: np.ndarray, scale: str, sign: float) -> np.ndarray:
    """Samples (climb, n) that a local optimiser finds from those with the most extreme t."""
    goal = _Goal(values, scale, sign)
    worst = np.argsort([goal.value(one) for one in x])[:CLIMBS]
    low, high = _inside(values.low, values.high)
    found = []
    for start in x[worst]:
        limits: Any = {"bounds": list(zip(low, high, strict=True)), "constraints": _constraints(values)}
        result = optimize.minimize(
            goal.value, start, jac=goal.slope, method="SLSQP", options={"maxiter": 60, "ftol": 1e-9}, **limits
        )
        found.append(np.sort(result.x))
    return np.array(found)


@dataclass(frozen=True)
class _Goal:
    """Minus or plus t of changes, on a scale, and its slope."""

    values: Ordered
    scale: str
    sign: float

    def value(self, x: np.ndarray) -> float:
        y, _ = self._changes(x)
        return float(-self.sign * y.mean() / max(y.std(ddof=1), 1e-9))

    def slope(self, x: np.ndarray) -> np.ndarray:
        y, of_x = self._changes(x)
        n, mean, sd = len(y), y.mean(), max(float(y.std(ddof=1)), 1e-9)
        return np.asarray(-self.sign * (1 / (n * sd) - mean * (y - mean) / ((n - 1) * sd**3)) * of_x)

    def _changes(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Changes against none, and their slopes by x."""
        if self.values.is_log == (self.scale == "log2"):
            return x - self.values.no_change, np.ones_like(x)
        if self.values.is_log:
            return 2.0**x - 1.0, LN2 * 2.0**x
        x = np.maximum(x, 1e-12)
        return np.log2(x), 1 / (LN2 * x)


def _constraints(values: Ordered) -> list[dict[str, Any]]:
    """What is printed, as SLSQP takes it: numbers that must be at least 0, with their slopes."""
    n, found = len(values.low), []

    def linear(row: np.ndarray, ends: tuple[float, float]) -> None:
        low, high = _inside(*ends)
        both = np.stack([row, -row])
        at = np.array([-low, high])
        found.append({"type": "ineq", "fun": lambda x: both @ x + at, "jac": lambda _: both})

    if values.mean is not None:
        linear(np.full(n, 1 / n), values.mean)
    for tie in values.ties:
        row = np.zeros(n)
        row[tie.first], row[tie.first + 1] = 1 - tie.share, tie.share
        linear(row, (tie.low, tie.high))
    if values.ties:
        steps = np.diff(np.eye(n), axis=0)
        found.append({"type": "ineq", "fun": lambda x: steps @ x, "jac": lambda _: steps})
    if values.sd is not None:
        low, high = _inside(*values.sd)

        def spread(x: np.ndarray) -> np.ndarray:
            variance = x.var(ddof=1)
            return np.array([variance - low**2, high**2 - variance])

        def slopes(x: np.ndarray) -> np.ndarray:
            row = 2 * (x - x.mean()) / (n - 1)
            return np.stack([row, -row])

        found.append({"type": "ineq", "fun": spread, "jac": slopes})
    return found
