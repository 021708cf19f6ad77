"""Posterior means of variables whose draws a result may lack, as one that a screen keeps in compact form does."""

from typing import Final

import numpy as np
import xarray as xr

POSTERIOR_MEANS: Final = "posterior_means"
"""Group of a result with means of variables whose draws were not kept."""


def has_mean(result: xr.DataTree, name: str) -> bool:
    """Whether a result has draws of a variable, or their mean."""
    return name in result["posterior"] or (POSTERIOR_MEANS in result.children and name in result[POSTERIOR_MEANS])


def mean_of(result: xr.DataTree, name: str) -> np.ndarray:
    """Posterior mean of a variable, from its draws, or as it was kept.

    Raises
    ------
    KeyError
        If the result has neither.
    """
    if POSTERIOR_MEANS in result.children and name in result[POSTERIOR_MEANS] and name not in result["posterior"]:
        return np.asarray(result[POSTERIOR_MEANS][name].to_numpy(), dtype=float)
    return np.asarray(result["posterior"][name].mean(("chain", "draw")).to_numpy(), dtype=float)
