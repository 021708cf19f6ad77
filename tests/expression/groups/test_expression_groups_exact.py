"""The exact engine of groups: all variables of the model, the density of the model, and classical intervals."""

import numpy as np
import pytest
import xarray as xr
from group_studies import levels_study, uncertain_study
from scipy import stats

from lensim import vocabulary as v
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


def difference(data: xr.Dataset, priors: LevelPriors) -> np.ndarray:
    mean = drawn(data, priors)[v.MEAN_LEVEL].to_numpy()[..., 0, :]
    return np.asarray((mean[..., 1] - mean[..., 0]).ravel())


def test_the_posterior_has_every_variable_of_the_model():
    data = uncertain_study()
    posterior, of_model = drawn(data), DENSITY.prior(data, PRIORS, 1, np.random.default_rng(1))
    assert set(posterior.data_vars) == set(of_model.data_vars)
    for name, values in of_model.data_vars.items():
        assert posterior[name].dims == values.dims
        assert np.isfinite(posterior[name]).all()
    assert posterior.attrs["inference_library"] == "lensim, exact"
    xr.testing.assert_identical(posterior, drawn(data))


def test_draws_are_those_of_the_density_of_the_model():
    """The mean of a score over a posterior is 0: of the log density with respect to a shift of each variable."""
    data = uncertain_study()
    posterior, step = drawn(data), 1e-4

    def log_density(at: xr.Dataset) -> np.ndarray:
        parts = [*DENSITY.log_prior(data, at, PRIORS).values(), *DENSITY.log_likelihood(data, at, PRIORS).values()]
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


def test_with_wide_priors_and_one_spread_the_interval_is_students():
    rng = np.random.default_rng(7)
    groups = rng.normal(0.0, 0.5, 8), rng.normal(1.0, 0.5, 6)
    found = difference(levels_study(*groups), LevelPriors(**WIDE, log_sd_sd_log2_between_subjects=0.05))
    expected = stats.ttest_ind(groups[1], groups[0]).confidence_interval(0.9)
    assert np.quantile(found, [0.05, 0.95]) == pytest.approx([expected.low, expected.high], abs=0.03)
    p_value = stats.ttest_ind(groups[1], groups[0], alternative="greater").pvalue
    assert (found < 0).mean() == pytest.approx(p_value, abs=0.003)


def test_with_wide_priors_and_own_spreads_the_interval_is_welchs():
    rng = np.random.default_rng(8)
    groups = rng.normal(0.0, 0.3, 14), rng.normal(1.0, 1.0, 20)
    found = difference(levels_study(*groups), LevelPriors(**WIDE, log_sd_sd_log2_between_subjects=2.0))
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
