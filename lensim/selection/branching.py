"""The linear birth-death process in closed form: what one cell and its descendants do while rates stay the same.

With b divisions and d deaths a cell and day, E = (exp((b - d) t) - 1) / (b - d), and E = t where b = d:

    P(a cell has no descendants on day t) = alpha = d E / (1 + b E)
    P(k descendants | some)               = (1 - beta) beta^(k - 1),  beta = b E / (1 + b E),  k = 1, 2, ...

so n cells have a number of descendants that is K + NegativeBinomial(K, 1 - beta) with K ~ Binomial(n, 1 - alpha).

Sources: Kendall 1948, doi:10.1214/aoms/1177730285; Bailey 1964, The Elements of Stochastic Processes, chapter 8. The
form with E has no difference of large numbers and no case b = d of its own.
"""

from typing import Any

import numpy as np
from scipy.special import exprel

from lensim import checks


def elapsed(growth_per_day: Any, days: Any) -> np.ndarray:
    """E = (exp(g t) - 1) / g, the integral of exp(g s) over s in [0, t]; t where g = 0 [days]."""
    return np.asarray(days * exprel(np.asarray(growth_per_day, dtype=float) * days))


def extinction_probability(division_per_day: Any, death_per_day: Any, days: Any, cells: Any = 1) -> np.ndarray:
    """P(no descendants of `cells` cells on day t) = alpha^n; for t = infinity 1 where b <= d, else (d / b)^n.

    Parameters
    ----------
    division_per_day, death_per_day
        Rates, 0 or more [per cell and day].
    days
        Time, 0 or more; may be infinite [days].
    cells
        How many there are at first.

    Raises
    ------
    InputError
        If a rate, the time or the number is negative.
    """
    b, d, t = (np.asarray(value, dtype=float) for value in (division_per_day, death_per_day, days))
    for name, value in (("division_per_day", b), ("death_per_day", d), ("days", t), ("cells", np.asarray(cells))):
        checks.at_least(name, float(value.min()), 0)
    e = elapsed(b - d, np.where(np.isfinite(t), t, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        finite = d / (1.0 / e + b)  # also where E overflows
        forever = np.where(d == 0, 0.0, np.where(b > d, d / b, 1.0))
    return np.where(np.isfinite(t), finite, forever) ** cells


def no_mutation_probability(
    division_per_day: float, death_per_day: float, mutation_probability: float, days: float, cells: int = 1
) -> float:
    """P(no division among the descendants of `cells` cells gave a mutant up to day t).

    q' = d + b (1 - m) q^2 - (b + d) q with q(0) = 1, whose solution runs between the roots r1 < 1 <= r2 of the right
    side: (q - r1) / (q - r2) = (1 - r1) / (1 - r2) * exp(-b (1 - m) (r2 - r1) t). Ours, from the backward equation;
    for d = 0 and small m it is Luria and Delbrueck's exp(-m (N_t - N_0)) averaged over N_t.

    Raises
    ------
    InputError
        If a rate or the time is negative, no cell divides, or m is not between 0 and 1.
    """
    checks.above("division_per_day", division_per_day, 0)
    checks.at_least("death_per_day", death_per_day, 0)
    checks.at_least("days", days, 0)
    checks.between("mutation_probability", mutation_probability, 0, 1)
    b, d, m = division_per_day, death_per_day, mutation_probability
    pure = b * (1.0 - m)
    if pure == 0.0:  # every division gives a mutant: the line is linear in q
        one = d / (b + d) + b / (b + d) * np.exp(-(b + d) * days)
        return float(one**cells)
    # (1 - r1) (1 - r2) = (pure - b) / pure = -m / (1 - m)
    half = np.sqrt((b + d) ** 2 - 4.0 * pure * d)
    r2 = (b + d + half) / (2.0 * pure)
    r1 = d / (pure * r2)
    fall = np.exp(-half * days)
    if m == 0.0:
        return 1.0
    one = (r1 * (r2 - 1.0) + r2 * (1.0 - r1) * fall) / ((r2 - 1.0) + (1.0 - r1) * fall)
    return float(one**cells)


def descendants(
    cells: np.ndarray, division_per_day: Any, death_per_day: Any, days: Any, rng: np.random.Generator
) -> np.ndarray:
    """Exact draws of the number of living descendants after some days at constant rates.

    Parameters
    ----------
    cells
        Whole numbers of cells, any shape.
    division_per_day, death_per_day, days
        As in `extinction_probability`, of that shape or scalar.
    rng
        The stream of these draws.

    Returns
    -------
    np.ndarray
        int64, shape of `cells`.
    """
    found = np.zeros(cells.shape, dtype=np.int64)
    some = cells > 0
    if not some.any():
        return found
    b, d, t = (np.broadcast_to(np.asarray(value, dtype=float), cells.shape)[some] for value in
               (division_per_day, death_per_day, days))  # fmt: skip
    e = elapsed(b - d, t)
    lasts = np.clip((1.0 + (b - d) * e) / (1.0 + b * e), 0.0, 1.0)  # 1 - alpha, rounding taken off
    families = rng.binomial(cells[some], lasts)
    more = np.zeros(families.shape, dtype=np.int64)
    alive = families > 0
    more[alive] = rng.negative_binomial(families[alive], 1.0 / (1.0 + (b * e)[alive]))  # 1 - beta
    found[some] = families + more
    return found
