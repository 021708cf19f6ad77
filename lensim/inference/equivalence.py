"""Effects with a region of practical equivalence: a table row with a verdict in one word."""

from typing import Final

import numpy as np

from lensim.inference.intervals import interval_of, named_interval

SURE: Final = 0.95


def difference_draws(first: np.ndarray, second: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Difference of the means of two groups of members to come (sample); each group is given as (sample, member).

    mean_1 - mean_2 + s sqrt(1/n + 1/m) t(n + m - 2),  s the pooled sd between members (Jeffreys's prior), draw by draw.
    """
    n, m = first.shape[1], second.shape[1]
    square = ((first - first.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    square = square + ((second - second.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    sd = np.sqrt(square / (n + m - 2) * (1 / n + 1 / m))
    return np.asarray(first.mean(axis=1) - second.mean(axis=1) + sd * rng.standard_t(n + m - 2, len(first)))


def mean_draws(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mean of members to come (sample), from a sample of them given as (sample, member), two or more.

    mean + s / sqrt(n) t(n - 1), s the sd between the members (Jeffreys's prior), draw by draw.
    """
    n = values.shape[1]
    sd = values.std(axis=1, ddof=1) / np.sqrt(n)
    return np.asarray(values.mean(axis=1) + sd * rng.standard_t(n - 1, len(values)))


def effect_row(name: str, draws: np.ndarray, region: float, ci_prob: float) -> dict[str, object]:
    """Columns of one effect: NAME (median), NAME_lower, NAME_upper, NAME_p_equivalent, NAME_verdict."""
    return named_interval(name, interval_of(draws, ci_prob)) | {
        f"{name}_p_equivalent": float((np.abs(draws) < region).mean()),
        f"{name}_verdict": verdict_on(draws, region),
    }


def verdict_on(draws: np.ndarray, region: float) -> str:
    """'equivalent' or 'different' where either has a probability of 0.95, else 'undecided'."""
    inside = (np.abs(draws) < region).mean()
    if inside > SURE:
        return "equivalent"
    return "different" if max((draws > region).mean(), (draws < -region).mean()) > SURE else "undecided"
