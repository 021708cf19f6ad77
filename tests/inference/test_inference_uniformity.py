import numpy as np
import pytest
from scipy import stats

from lensim import seeding
from lensim.checks import InputError
from lensim.inference.uniformity import ecdf_difference, holm, simultaneous_band, uniformity

FALSE_ALARM = 1e-6


def test_uniform_ranks_have_uniform_pvalues():
    """Null: P values of uniform ranks are uniform."""
    rng = seeding.stream(1, "uniform")
    pvalues = [uniformity(rng.random(100)).pvalue for _ in range(2000)]
    assert stats.kstest(pvalues, "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize(("scale", "sign"), [(0.7, 1), (1.5, -1)])
def test_intervals_of_a_wrong_width_are_found_with_their_sign(scale, sign):
    z = seeding.stream(1, "width").standard_normal(300)
    found = uniformity(stats.norm.cdf(z / scale))
    assert found.pvalue < FALSE_ALARM
    assert sign * found.spread > 3
    assert abs(found.shift) < 4


def test_values_that_are_too_low_are_found():
    z = seeding.stream(1, "shift").standard_normal(300)
    found = uniformity(stats.norm.cdf(z + 0.5))
    assert found.pvalue < FALSE_ALARM
    assert found.shift > 5


def test_bad_ranks_are_told():
    with pytest.raises(InputError) as error:
        uniformity(np.full(5, 0.5))
    assert str(error.value) == "ranks, their number, must be at least 20, got 5"
    with pytest.raises(InputError) as error:
        uniformity(np.r_[np.full(30, 0.5), 1.5])
    assert str(error.value) == "ranks must lie between 0 and 1, got 0.5 to 1.5"


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = [0.01, 0.04, 0.03, 0.5, 0.0001]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_uniform_samples_stay_within_the_band_as_often_as_it_says():
    """Null: 95% of uniform samples lie within at all points, or more where numbers are whole."""
    rng = seeding.stream(1, "band")
    at, low, high = simultaneous_band(80, rng)
    inside = 0
    for _ in range(2000):
        own = ecdf_difference(rng.random(80), at)
        inside += bool(((own >= low) & (own <= high)).all())
    assert stats.binomtest(inside, 2000, 0.95, alternative="less").pvalue > FALSE_ALARM
    assert inside < 1980
    assert not (np.abs(ecdf_difference(np.full(80, 0.5), at)) <= high).all()
