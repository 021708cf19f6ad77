"""The density of `level_groups` in numpy is that of the PyMC model."""

import numpy as np
import pytest
from group_studies import levels_study, repeated_study, uncertain_study

from lensim import vocabulary as v
from lensim.expression.groups.density import DENSITY, OBSERVED
from lensim.expression.groups.levels import MODEL, REPEATED
from lensim.expression.groups.repeated_density import DENSITY as REPEATED_DENSITY
from lensim.expression.priors import LevelPriors, RepeatedLevelPriors
from tests.densities_of_models import require_every_number_equal

PRIORS = LevelPriors(sd_mean_log2_level=4.0, log_sd_sd_log2_between_subjects=0.7)
STUDIES = {"levels": levels_study([0.0, 0.4, 1.0], [2.0, 1.0]), "uncertain": uncertain_study()}


@pytest.mark.parametrize("name", STUDIES)
def test_densities_are_those_of_the_model(name):
    require_every_number_equal(DENSITY, MODEL, STUDIES[name], PRIORS)


def test_replicates_of_the_data_have_the_spread_of_the_likelihood():
    data = uncertain_study()
    one = DENSITY.prior(data, PRIORS, 1, np.random.default_rng(4))
    many = one.isel(draw=np.zeros(20_000, dtype=int)).assign_coords(draw=np.arange(20_000))
    found = DENSITY.predictive(data, many, PRIORS, np.random.default_rng(5))[OBSERVED]
    group = data[v.GROUP_OF_SUBJECT].to_numpy()[data[v.SUBJECT_OF_LEVEL].to_numpy()]
    sd = one[v.SD_SUBJECTS].to_numpy()[0, 0][data[v.TARGET_OF_LEVEL].to_numpy(), group]
    expected = np.sqrt(sd**2 + data[v.SUBJECT_LEVEL_SD].to_numpy() ** 2)
    assert found.std(("chain", "draw")).to_numpy() == pytest.approx(expected, rel=0.03)


def test_densities_of_repeated_subjects_are_those_of_the_model():
    priors = RepeatedLevelPriors(sd_mean_log2_level=4.0, log_sd_sd_log2_within_subjects=0.7)
    require_every_number_equal(REPEATED_DENSITY, REPEATED, repeated_study(), priors)
