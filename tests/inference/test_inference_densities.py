import numpy as np
import xarray as xr

from lensim.inference.densities import SAMPLER_COORDINATES, complete_by_density, with_coordinates
from lensim.inference.engine import Density
from lensim.inference.settings import FitSettings

DRAWS = xr.Dataset({"mu": (("chain", "draw"), np.arange(6.0).reshape(2, 3))})
COORDINATES = xr.Dataset({"mu_coordinate": (("chain", "draw"), np.arange(6.0).reshape(2, 3) / 2.0)})


def drawn() -> xr.DataTree:
    return xr.DataTree.from_dict({"posterior": DRAWS, SAMPLER_COORDINATES: COORDINATES})


def test_the_coordinates_of_a_sampler_are_with_the_posterior_where_there_are_some():
    assert set(with_coordinates(drawn()).data_vars) == {"mu", "mu_coordinate"}
    xr.testing.assert_identical(with_coordinates(xr.DataTree.from_dict({"posterior": DRAWS})), DRAWS)


def test_a_density_is_asked_about_draws_with_their_coordinates():
    asked = []

    def noted(data: xr.Dataset, posterior: xr.Dataset, *others: object) -> xr.Dataset:
        asked.append(set(posterior.data_vars))
        return posterior[["mu"]]

    density = Density(
        log_prior=noted,
        log_likelihood=noted,
        predictive=noted,
        prior=lambda data, priors, draws, rng: DRAWS,
        observed=lambda data: xr.Dataset(),
        constant=lambda data: xr.Dataset(),
    )
    result = complete_by_density(density, xr.Dataset(), None, drawn(), FitSettings(), 1)
    with_them, of_prior = {"mu", "mu_coordinate"}, {"mu"}
    assert asked == [with_them, of_prior, with_them, with_them]  # log prior, prior predictive, likelihood, replicates
    assert set(result["posterior"].data_vars) == {"mu"}
    assert set(result[SAMPLER_COORDINATES].data_vars) == {"mu_coordinate"}
