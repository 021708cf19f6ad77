"""The Pareto shape of importance weights: how far they can be trusted."""

from typing import Final

import numpy as np

from lensim.inference.pareto_smoothing import smoothed

SAME: Final = 1e-9
"""Weights that differ by less are alike."""


def pareto_shapes(weights: np.ndarray) -> np.ndarray:
    """Shape k of a generalised Pareto distribution fitted to the upper tail of each row of weights (row).

    Above 0.7 means and spreads by these weights cannot be trusted. Rows without a tail (all weights alike) have -inf.

    Parameters
    ----------
    weights
        (row, draw), 0 or more.

    Source: Vehtari, Simpson, Gelman, Yao and Gabry 2024, Pareto smoothed importance sampling, JMLR 25(72).
    """
    shapes = np.full(len(weights), -np.inf)
    has_tail = weights.max(axis=-1) > weights.mean(axis=-1) * (1.0 + SAME)
    if has_tail.any():
        with np.errstate(divide="ignore"):
            shapes[has_tail] = [smoothed(row)[1] for row in np.log(weights[has_tail])]
    return shapes
