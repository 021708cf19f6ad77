import numpy as np
import pytest

from lensim.expression.kernel.density import log_density
from lensim.expression.kernel.draw import study_for_kernel
from lensim.expression.kernel.mode import climbed, near_mode
from tests.expression.reaction_studies import CASES


@pytest.mark.parametrize("case", CASES)
def test_chains_begin_about_a_mode_that_is_flat_and_as_wide_as_one(case):
    """At the mode no slope is left, and the density falls by half a unit a spread to either side, as of a normal."""
    name, data, priors = CASES[case]
    study = study_for_kernel(data(), name, priors)
    centre, scale = climbed(study.first, study.block)
    slope = np.empty(study.free)
    top = log_density(centre, slope, study.block)
    assert np.abs(slope * scale).max() < 0.1
    about = near_mode(study)
    assert log_density(np.zeros(study.free), slope, about.block) == pytest.approx(top, abs=1e-9)
    fall = np.empty(study.free)
    for i in range(study.free):
        away = np.zeros(study.free)
        away[i] = 0.2
        fall[i] = (2 * top - log_density(away, slope, about.block) - log_density(-away, slope, about.block)) / 0.2**2
    assert np.median(fall) == pytest.approx(1.0, abs=0.05)
    assert (fall < 2.0).all()


def test_from_another_study_of_the_same_block_nothing_is_left_behind():
    """`about` moves the sampler's numbers and not the coordinates: the same values come out."""
    name, data, priors = CASES["each subject on its own, a rare target"]
    study = study_for_kernel(data(), name, priors)
    about = near_mode(study)
    assert len(about.block) == len(study.block)
    centre, scale = about.block[-2 * study.free :].view(np.float64).reshape(2, -1)
    numbers, slope, other = np.full(study.free, 0.3), np.empty(study.free), np.empty(study.free)
    found = log_density(numbers, slope, about.block)
    assert found == log_density(centre + scale * numbers, other, study.block)
    assert slope == pytest.approx(other * scale)
