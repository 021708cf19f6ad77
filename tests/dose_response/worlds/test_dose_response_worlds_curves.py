import numpy as np
import pytest
from scipy import integrate, stats

from lensim import seeding
from lensim.dose_response.worlds.curves import Curves, draw_curves

FALSE_ALARM = 1e-6
DOSES = (0.0, 0.01, 0.1, 1.0, 10.0)


def some_curves(count=200):
    rng = seeding.stream(1, "curves of worlds")
    return Curves(rng.normal(0, 1, count), rng.uniform(0.5, 4, count), rng.uniform(0.0, 1.3, count))


def test_half_of_the_signal_is_left_at_the_ic50():
    curves = some_curves()
    ic50 = curves.log10_ic50_um()
    reaches = curves.left < 0.5
    assert np.array_equal(np.isfinite(ic50), reaches)
    assert np.allclose(curves.left_at(10.0 ** np.where(reaches, ic50, 0.0))[reaches], 0.5)


def test_all_is_left_without_drug_and_the_floor_at_a_huge_dose():
    curves = some_curves()
    assert np.array_equal(curves.left_at(0.0), np.ones(200))
    assert np.allclose(curves.left_at(1e30), curves.left)


def test_area_over_the_curve_is_the_mean_inhibition_over_log_doses():
    curves = Curves(np.array([-0.5]), np.array([1.7]), np.array([0.2]))
    integral, _ = integrate.quad(lambda log: 1.0 - curves.left_at(10.0**log)[0], -2.0, 1.0)
    assert curves.area_over_curve(0.01, 10.0)[0] == pytest.approx(integral / 3.0, rel=1e-5)


def test_curves_between_doses_fall_between_two_of_them():
    curves = draw_curves("between_doses", 500, DOSES, seeding.stream(1, "between"))
    left = np.stack([curves.left_at(dose) for dose in DOSES])
    assert ((left > 0.9) | (left < curves.left + 0.1)).all()
    assert (np.isfinite(curves.log10_ic50_um())).all()


def test_flat_lines_are_resistant_and_skewed_ones_have_one_long_tail():
    rng = seeding.stream(1, "flat")
    assert np.isinf(draw_curves("flat", 1000, DOSES, rng).log10_ic50_um()).all()
    skewed = draw_curves("skewed", 2000, DOSES, rng)
    for values in (skewed.log10_ec50_um, -np.log(skewed.left)):
        assert stats.skewtest(values).pvalue < FALSE_ALARM
        assert stats.skew(values) > 1.0
    usual = draw_curves("usual", 2000, DOSES, rng)
    assert stats.skewtest(usual.log10_ec50_um).pvalue > FALSE_ALARM


def test_two_kinds_of_lines_are_halves():
    curves = draw_curves("two_humps", 2000, DOSES, seeding.stream(1, "humps"))
    responds = curves.left < 0.4
    assert stats.binomtest(int(responds.sum()), 2000, 0.5).pvalue > FALSE_ALARM
    assert curves.log10_ec50_um[responds].max() < curves.log10_ec50_um[~responds].mean()
