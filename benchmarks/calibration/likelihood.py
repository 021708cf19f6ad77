"""Log likelihood of a model's data given draws, as one number a draw: a quantity that sees what parameters hide.

Source: Modrak et al. 2023, doi:10.1214/23-BA1404
"""

from typing import Any

import numpy as np
import xarray as xr

from benchmarks.calibration.simulated import density_of
from lensim import vocabulary as v


def log_likelihoods(model: str, data: xr.Dataset, draws: xr.Dataset, priors: Any) -> np.ndarray | None:
    """Log likelihood of each draw of `draws` (chain, draw, ...), flat.

    None of reactions, whose likelihood has latent values that a truth does not have.
    """
    if v.CT in data:
        return None
    found = density_of(model).log_likelihood(data, draws, priors)
    total = np.zeros((draws.sizes["chain"], draws.sizes["draw"]))
    for values in found.data_vars.values():
        total += values.transpose("chain", "draw", ...).to_numpy().reshape(*total.shape, -1).sum(axis=-1)
    return total.ravel()
