"""The engine of subjects in several groups: the density of the model, the paired t-test, and Student's for one each."""

import numpy as np
import pytest
import xarray as xr
from exact_draws import difference, require_every_variable, require_scores_of_zero
from group_studies import repeated_study
from scipy import stats

from lensim.expression.groups.levels import REPEATED
from lensim.expression.groups.repeated_density import DENSITY
from lensim.expression.groups.repeated_exact import draw_exact
from lensim.expression.priors import RepeatedLevelPriors
from lensim.inference.settings import SamplerSettings

PRIORS = RepeatedLevelPriors(sd_mean_log2_level=5.0)
SETTINGS = SamplerSettings(draws=1000, chains=4)
WIDE = {
    "sd_mean_log2_level": 100.0,
    "log_sd_typical_sd_log2_within_subjects": 4.0,
    "log_sd_sd_log2_subject_effect": 4.0,
    "log_sd_sd_log2_within_subjects": 0.05,
}


def drawn(data: xr.Dataset, priors: RepeatedLevelPriors = PRIORS, seed: int = 1) -> xr.Dataset:
    return draw_exact(data, REPEATED, priors, SETTINGS, seed)["posterior"].to_dataset()


def test_the_posterior_has_every_variable_of_the_model():
    data = repeated_study()
    posterior = drawn(data)
    require_every_variable(posterior, DENSITY, data, PRIORS)
    xr.testing.assert_identical(posterior, drawn(data))


def test_draws_are_those_of_the_density_of_the_model():
    data = repeated_study()
    require_scores_of_zero(drawn(data), DENSITY, data, PRIORS)


def test_with_wide_priors_complete_pairs_are_the_paired_t_test():
    rng = np.random.default_rng(3)
    subject = rng.normal(0.0, 1.0, 9)
    one, other = subject + rng.normal(0.0, 0.3, 9), subject + 0.8 + rng.normal(0.0, 0.3, 9)
    data = repeated_study([(s, g, x) for g, values in enumerate((one, other)) for s, x in enumerate(values)])
    found = difference(drawn(data, RepeatedLevelPriors(**WIDE)))
    expected = stats.ttest_rel(other, one).confidence_interval(0.9)
    assert np.quantile(found, [0.05, 0.95]) == pytest.approx([expected.low, expected.high], abs=0.05)


def test_a_subject_alone_adds_to_what_pairs_say():
    """With subjects that hardly differ, levels without a partner are worth as much as those with one."""
    rng = np.random.default_rng(4)
    pairs = [(s, g, rng.normal(g, 0.3)) for s in range(4) for g in (0, 1)]
    alone = [(10 + k, k % 2, rng.normal(k % 2, 0.3)) for k in range(12)]
    width = [difference(drawn(repeated_study(rows))).std() for rows in (pairs, pairs + alone)]
    assert width[1] < 0.75 * width[0]
