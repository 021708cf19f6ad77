"""What PyMC says of a model, against which the densities in numpy are held."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import xarray as xr

from lensim.inference.catalogue import find_model
from lensim.inference.engine import Density
from lensim.inference.sampler_coordinates import coordinates_of, log_prior_of, without_coordinates
from lensim.seeding import stream

QUICK_MODE = "FAST_COMPILE"  # compiles at once; the numbers are the same
CLOSE = 1e-8
CONSTANTS = {"share_of_outlying_reactions": 1e-5}
"""Variables in whose log prior PyMC adds a constant in single precision, and how far it is off."""
SEED = 81


def prior_draws(model: pm.Model, size: int, seed: int = SEED) -> xr.Dataset:
    """Draws of every variable of a model, coordinates among them."""
    variables = [*model.free_RVs, *model.deterministics]
    drawn = pm.draw(variables, size, random_seed=stream(seed, "prior"), mode=QUICK_MODE)
    dims = model.named_vars_to_dims
    return xr.Dataset(
        {
            one.name: (("chain", "draw", *dims.get(one.name, ())), np.asarray(values)[None])
            for one, values in zip(variables, drawn, strict=True)
        },
        coords={name: np.asarray(values) for name, values in model.coords.items() if values is not None}
        | {"chain": np.arange(1), "draw": np.arange(size)},
    )


def draws_near_the_posterior(model: pm.Model, drawn: xr.Dataset) -> xr.Dataset:
    """Draws of a prior, with the coordinates of the sampler as standard normal: there they nearly are the posterior."""
    noted = {one.name for one in coordinates_of(model)}
    rng = stream(SEED, "near the posterior")
    near = drawn.copy(deep=True).assign(
        {name: (drawn[name].dims, rng.standard_normal(drawn[name].shape)) for name in noted}
    )
    derived = model.compile_fn(
        inputs=model.free_RVs, outs=model.deterministics, mode=QUICK_MODE, on_unused_input="ignore"
    )
    for draw in range(drawn.sizes["draw"]):
        values = derived({one.name: near[one.name].to_numpy()[0, draw] for one in model.free_RVs})
        for one, value in zip(model.deterministics, values, strict=True):
            near[one.name][0, draw] = value
    return near


def require_equal(density: Density, name: str, data: xr.Dataset, priors: Any = None, draws: int = 4) -> xr.Dataset:
    """Log prior and log likelihood are those of PyMC, at draws of the prior and near the posterior; and names and dims.

    Returns the draws, coordinates among them.
    """
    model = find_model(name).build(data, priors) if priors is not None else find_model(name).build(data)
    drawn = prior_draws(model, draws)
    near = draws_near_the_posterior(model, drawn.isel(draw=slice(0, 2)))
    drawn = xr.concat([drawn, near.assign_coords(draw=drawn["draw"].to_numpy()[:2] + draws)], "draw")
    own = without_coordinates(drawn, model)[0]
    with pytensor.config.change_flags(mode=QUICK_MODE), model:
        of_prior = log_prior_of(model, drawn)
        tree = xr.DataTree.from_dict({"posterior": drawn})
        of_data = pm.compute_log_likelihood(tree, extend_inferencedata=False, progressbar=False)
    _require_same(density.log_prior(data, drawn, priors), of_prior)
    _require_same(density.log_likelihood(data, drawn, priors), of_data)
    mine = density.prior(data, priors, 3, stream(SEED, "mine"))
    assert {str(one): one_of.dims for one, one_of in mine.items() if one in own} == {
        str(one): one_of.dims for one, one_of in own.items()
    }
    observed = density.observed(data)
    assert set(observed.data_vars) == {one.name for one in model.observed_RVs}
    for one in model.observed_RVs:
        np.testing.assert_array_equal(observed[one.name], model.rvs_to_values[one].eval())
    for held, values in density.constant(data).items():
        np.testing.assert_array_equal(values, model[str(held)].get_value())
    return drawn


def require_every_number_equal(density: Density, name: str, data: xr.Dataset, priors: Any) -> None:
    """Densities, coordinates and groups of data are those of PyMC, at draws of its prior."""
    own = density.prior(data, priors, 20, np.random.default_rng(1))
    model = find_model(name).build(data, priors)
    drawn = pm.sample_prior_predictive(20, model=model, random_seed=2)
    with_coordinates = drawn["prior"].to_dataset()
    draws = without_coordinates(with_coordinates, model)[0]
    assert set(own.data_vars) == set(draws.data_vars)
    for variable, values in draws.data_vars.items():
        assert own[variable].dims == values.dims
    xr.testing.assert_identical(own.coords.to_dataset().drop_attrs(), draws.coords.to_dataset().drop_attrs())
    expected = log_prior_of(model, with_coordinates)
    found = density.log_prior(data, draws, priors)
    assert {one: values.attrs for one, values in found.data_vars.items()} == {
        one: values.attrs for one, values in expected.data_vars.items()
    }
    xr.testing.assert_allclose(found, expected.drop_attrs(), rtol=0, atol=CLOSE)
    with model:
        likely = pm.compute_log_likelihood(
            xr.DataTree.from_dict({"posterior": with_coordinates}), progressbar=False, extend_inferencedata=False
        )
    xr.testing.assert_allclose(density.log_likelihood(data, draws, priors), likely.drop_attrs(), rtol=0, atol=CLOSE)
    for group, of_density in (("observed_data", density.observed), ("constant_data", density.constant)):
        xr.testing.assert_allclose(of_density(data), drawn[group].to_dataset(), rtol=0, atol=0)


def _require_same(got: xr.Dataset, expected: xr.Dataset) -> None:
    assert set(got.data_vars) == set(expected.data_vars)
    for name, values in expected.items():
        assert got[name].dims == values.dims, name
        np.testing.assert_allclose(
            got[name], values, rtol=CLOSE, atol=CONSTANTS.get(str(name), CLOSE), err_msg=str(name)
        )
        assert got[name].attrs == values.attrs, name
        for dim in values.dims:
            if dim in values.coords and dim in got[name].coords:
                np.testing.assert_array_equal(got[name][dim], values[dim])
