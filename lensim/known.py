"""Means over values of which some are not known."""

import numpy as np


def mean_of_known(values: np.ndarray, axis: int) -> np.ndarray:
    """Mean of what is finite along an axis; NaN where nothing is, without a warning."""
    known = np.isfinite(values)
    number = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
