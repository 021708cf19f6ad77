"""What tests ask of draws of the exact engines of groups: every variable, and the density of the model."""

from typing import Any

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.inference.engine import Density


def difference(posterior: xr.Dataset) -> np.ndarray:
    """Draws of the mean of the second group less that of the first, of the first target."""
    mean = posterior[v.MEAN_LEVEL].to_numpy()[..., 0, :]
    return np.asarray((mean[..., 1] - mean[..., 0]).ravel())


def require_every_variable(posterior: xr.Dataset, density: Density, data: xr.Dataset, priors: Any) -> None:
    """The variables of the model are there, with its dims, and finite."""
    of_model = density.prior(data, priors, 1, np.random.default_rng(1))
    assert set(posterior.data_vars) == set(of_model.data_vars)
    for name, values in of_model.data_vars.items():
        assert posterior[name].dims == values.dims
        assert np.isfinite(posterior[name]).all()


def require_scores_of_zero(posterior: xr.Dataset, density: Density, data: xr.Dataset, priors: Any) -> None:
    """The mean of a score over a posterior is 0: of the log density with respect to a shift of each variable."""
    step = 1e-4

    def log_density(at: xr.Dataset) -> np.ndarray:
        parts = [*density.log_prior(data, at, priors).values(), *density.log_likelihood(data, at, priors).values()]
        return sum(one.sum([d for d in one.dims if d not in ("chain", "draw")]).to_numpy() for one in parts)  # type: ignore[return-value]

    for name, values in posterior.data_vars.items():
        is_spread = "sd_log2" in str(name)
        for place in np.ndindex(values.shape[2:]):
            found = []
            for sign in (1.0, -1.0):
                moved = values.copy()
                own = moved[(slice(None), slice(None), *place)]
                shifted = own * np.exp(sign * step) if is_spread else own + sign * step
                moved[(slice(None), slice(None), *place)] = shifted
                found.append(log_density(posterior.assign({name: moved})))
            score = (found[0] - found[1]) / (2.0 * step) + is_spread
            error = score.std() / np.sqrt(score.size)
            assert abs(score.mean()) < 4.5 * error, f"{name} at {place}"
