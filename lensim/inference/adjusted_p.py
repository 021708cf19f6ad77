"""P values adjusted for their number."""

import numpy as np


def holm(p: np.ndarray) -> np.ndarray:
    """P adjusted by Holm's steps: where nothing is there to be found, one is below 0.05 in at most 5% of studies.

    The k-th smallest of n is multiplied by n - k + 1, and no one is below a smaller one. NaN stays, and is not counted.

    Parameters
    ----------
    p
        P values (test), from 0 to 1.

    Returns
    -------
    numpy.ndarray
        Adjusted P values, at most 1.
    """
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known])]
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * (len(known) - np.arange(len(known)))), 1.0)
    return adjusted
