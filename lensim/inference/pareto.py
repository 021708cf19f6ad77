"""The Pareto shape of importance weights: how far they can be trusted."""

from typing import Final

import numpy as np
from arviz_stats.base import array_stats

FEWEST: Final = 5


def pareto_shapes(weights: np.ndarray) -> np.ndarray:
    """Shape k of a generalised Pareto distribution fitted to the upper tail of each row of weights (row).

    Above 0.7 means and spreads by these weights cannot be trusted. Rows without a tail (all weights alike) have -inf.

    Parameters
    ----------
    weights
        (row, draw), 0 or more.

    Source: Vehtari, Simpson, Gelman, Yao and Gabry 2024, Pareto smoothed importance sampling, JMLR 25(72).
    """
    with np.errstate(divide="ignore"):
        _, shapes = array_stats.psislw(-np.log(weights), axis=-1)
    return np.asarray(shapes)
