"""The density of `level_groups` in numpy is that of the PyMC model."""

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from group_studies import levels_study, uncertain_study

from lensim import vocabulary as v
from lensim.expression.groups.density import DENSITY, OBSERVED
from lensim.expression.groups.levels import MODEL
from lensim.expression.priors import LevelPriors
from lensim.inference.catalogue import find_model
from lensim.inference.sampler_coordinates import log_prior_of, without_coordinates

PRIORS = LevelPriors(sd_mean_log2_level=4.0, log_sd_sd_log2_between_subjects=0.7)
STUDIES = {"levels": levels_study([0.0, 0.4, 1.0], [2.0, 1.0]), "uncertain": uncertain_study()}


@pytest.mark.parametrize("name", STUDIES)
def test_densities_are_those_of_the_model(name):
    data = STUDIES[name]
    own = DENSITY.prior(data, PRIORS, 20, np.random.default_rng(1))
    model = find_model(MODEL).build(data, PRIORS)
    drawn = pm.sample_prior_predictive(20, model=model, random_seed=2)
    with_coordinates = drawn["prior"].to_dataset()
    draws = without_coordinates(with_coordinates, model)[0]
    assert set(own.data_vars) == set(draws.data_vars)
    for variable, values in draws.data_vars.items():
        assert own[variable].dims == values.dims
    xr.testing.assert_identical(own.coords.to_dataset().drop_attrs(), draws.coords.to_dataset().drop_attrs())
    expected = log_prior_of(model, with_coordinates)
    found = DENSITY.log_prior(data, draws, PRIORS)
    assert {one: values.attrs for one, values in found.data_vars.items()} == {
        one: values.attrs for one, values in expected.data_vars.items()
    }
    xr.testing.assert_allclose(found, expected.drop_attrs(), rtol=0, atol=1e-8)
    with model:
        likely = pm.compute_log_likelihood(
            xr.DataTree.from_dict({"posterior": with_coordinates}), progressbar=False, extend_inferencedata=False
        )
    xr.testing.assert_allclose(DENSITY.log_likelihood(data, draws, PRIORS), likely.drop_attrs(), rtol=0, atol=1e-8)
    for group, of_density in (("observed_data", DENSITY.observed), ("constant_data", DENSITY.constant)):
        xr.testing.assert_allclose(of_density(data), drawn[group].to_dataset(), rtol=0, atol=0)


def test_replicates_of_the_data_have_the_spread_of_the_likelihood():
    data = uncertain_study()
    one = DENSITY.prior(data, PRIORS, 1, np.random.default_rng(4))
    many = one.isel(draw=np.zeros(20_000, dtype=int)).assign_coords(draw=np.arange(20_000))
    found = DENSITY.predictive(data, many, PRIORS, np.random.default_rng(5))[OBSERVED]
    group = data[v.GROUP_OF_SUBJECT].to_numpy()[data[v.SUBJECT_OF_LEVEL].to_numpy()]
    sd = one[v.SD_SUBJECTS].to_numpy()[0, 0][data[v.TARGET_OF_LEVEL].to_numpy(), group]
    expected = np.sqrt(sd**2 + data[v.SUBJECT_LEVEL_SD].to_numpy() ** 2)
    assert found.std(("chain", "draw")).to_numpy() == pytest.approx(expected, rel=0.03)
