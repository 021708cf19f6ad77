"""The exact engine of groups: all variables of the model, the density of the model, and classical intervals."""

import numpy as np
import pytest
import xarray as xr
from exact_draws import difference, require_every_variable, require_scores_of_zero
from group_studies import levels_study, uncertain_study
from scipy import stats

from lensim.expression.groups.density import DENSITY
from lensim.expression.groups.exact import ENGINE, draw_exact
from lensim.expression.groups.levels import MODEL
from lensim.expression.priors import LevelPriors
from lensim.inference.engine import HandedOn
from lensim.inference.settings import SamplerSettings

PRIORS = LevelPriors(sd_mean_log2_level=5.0, log_sd_sd_log2_between_subjects=0.7)
SETTINGS = SamplerSettings(draws=5000, chains=4)
WIDE = {"sd_mean_log2_level": 100.0, "log_sd_typical_sd_log2_between_subjects": 4.0}


def drawn(data: xr.Dataset, priors: LevelPriors = PRIORS, seed: int = 1) -> xr.Dataset:
    return draw_exact(data, MODEL, priors, SETTINGS, seed)["posterior"].to_dataset()


def test_the_posterior_has_every_variable_of_the_model():
    data = uncertain_study()
    posterior = drawn(data)
    require_every_variable(posterior, DENSITY, data, PRIORS)
    assert posterior.attrs["inference_library"] == "lensim, exact"
    xr.testing.assert_identical(posterior, drawn(data))


def test_draws_are_those_of_the_density_of_the_model():
    data = uncertain_study()
    require_scores_of_zero(drawn(data), DENSITY, data, PRIORS)


def test_with_wide_priors_and_one_spread_the_interval_is_students():
    rng = np.random.default_rng(7)
    groups = rng.normal(0.0, 0.5, 8), rng.normal(1.0, 0.5, 6)
    priors = LevelPriors(**WIDE, log_sd_sd_log2_between_subjects=0.05)
    found = difference(drawn(levels_study(*groups), priors))
    expected = stats.ttest_ind(groups[1], groups[0]).confidence_interval(0.9)
    assert np.quantile(found, [0.05, 0.95]) == pytest.approx([expected.low, expected.high], abs=0.03)
    p_value = stats.ttest_ind(groups[1], groups[0], alternative="greater").pvalue
    assert (found < 0).mean() == pytest.approx(p_value, abs=0.003)


def test_with_wide_priors_and_own_spreads_the_interval_is_welchs():
    rng = np.random.default_rng(8)
    groups = rng.normal(0.0, 0.3, 14), rng.normal(1.0, 1.0, 20)
    priors = LevelPriors(**WIDE, log_sd_sd_log2_between_subjects=2.0)
    found = difference(drawn(levels_study(*groups), priors))
    expected = stats.ttest_ind(groups[1], groups[0], equal_var=False).confidence_interval(0.9)
    assert np.quantile(found, [0.05, 0.95]) == pytest.approx([expected.low, expected.high], abs=0.03)


def test_a_prior_that_the_grid_is_too_coarse_for_is_handed_on():
    data = levels_study([0.0, 1.0], [2.0, 3.0])
    narrow = LevelPriors(log_sd_sd_log2_between_subjects=0.01)
    assert ENGINE.refuses(data, MODEL, narrow) == "its grid needs a log_sd_sd_log2_between_subjects of 0.05 or more"
    assert ENGINE.refuses(data, MODEL, None) == ""
    wide = LevelPriors(log_sd_sd_log2_between_subjects=0.05, log_sd_typical_sd_log2_between_subjects=20.0)
    with pytest.raises(HandedOn, match=r"^the spreads of groups are known too well for its grid$"):
        drawn(data, wide)
