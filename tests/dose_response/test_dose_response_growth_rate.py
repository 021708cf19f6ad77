import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from lensim.checks import InputError
from lensim.dose_response.curve import log10_dose_at_residual, residual
from lensim.dose_response.growth_rate import gr_area_over_curve, gr_value, log10_dose_at_gr, residual_at_gr

DIVISIONS = st.floats(0.05, 10.0)
CURVES = st.tuples(st.floats(-3.0, 2.0), st.floats(-1.0, 1.2), st.floats(-0.4, 6.0))


@given(st.floats(1e-4, 3.0), DIVISIONS, st.floats(1.0, 1e6))
def test_gr_is_as_it_is_defined_from_three_signals(left, divisions, start):
    control = start * 2.0**divisions
    defined = 2.0 ** (np.log2(left * control / start) / np.log2(control / start)) - 1.0
    assert gr_value(left, divisions) == pytest.approx(defined, rel=1e-9, abs=1e-12)


@given(st.floats(-0.9, 0.95), DIVISIONS)
def test_residual_at_gr_is_the_inverse(gr, divisions):
    assert gr_value(residual_at_gr(gr, divisions), divisions) == pytest.approx(gr, rel=1e-9, abs=1e-9)


@given(DIVISIONS, CURVES)
def test_gr50_is_where_the_curve_has_a_gr_of_one_half_or_nowhere(divisions, curve):
    dose = float(log10_dose_at_gr(0.5, divisions, *curve))
    if np.isfinite(dose):
        assert gr_value(residual(10.0**dose, *curve), divisions) == pytest.approx(0.5, abs=1e-6)
    else:
        assert gr_value(np.exp(-curve[2]), divisions) >= 0.5 - 1e-9


@given(DIVISIONS)
def test_gr_of_0_is_the_signal_of_time_zero_and_without_an_effect_it_is_1(divisions):
    assert residual_at_gr(0.0, divisions) == pytest.approx(2.0**-divisions)
    assert gr_value(1.0, divisions) == 1.0
    assert gr_value(0.0, divisions) == -1.0


def test_one_division_makes_gr50_the_dose_of_three_quarters():
    curve = (0.2, 0.1, 2.0)
    assert log10_dose_at_gr(0.5, 1.0, *curve) == pytest.approx(log10_dose_at_residual(0.75, *curve))


@pytest.mark.parametrize("divisions", [0.0, -0.5, np.nan])
def test_without_growth_nothing_is_defined(divisions):
    assert np.isnan(gr_value(0.5, divisions))
    assert np.isnan(residual_at_gr(0.5, divisions))
    assert np.isnan(log10_dose_at_gr(0.5, divisions, 0.0, 0.0, 1.0))
    assert np.isnan(gr_area_over_curve(0.01, 10.0, divisions, 0.0, 0.0, 1.0))


def test_draws_without_growth_leave_the_others_as_they_are():
    found = log10_dose_at_gr(0.5, np.array([2.0, -1.0, 2.0]), np.zeros(3), np.zeros(3), np.full(3, 2.0))
    assert np.isnan(found[1])
    assert found[0] == found[2] == pytest.approx(float(log10_dose_at_gr(0.5, 2.0, 0.0, 0.0, 2.0)))


@pytest.mark.parametrize("curve", [(0.0, 0.0, 2.0), (-1.0, 0.7, 4.0), (3.0, -0.5, 0.3), (0.5, 1.0, -0.3)])
@pytest.mark.parametrize("divisions", [0.5, 3.0])
def test_area_over_the_curve_is_its_integral(curve, divisions):
    low, high = -2.0, 1.0

    def lost(log10_dose):
        return 1.0 - float(gr_value(residual(10.0**log10_dose, *curve), divisions))

    expected = quad(lost, low, high, limit=200)[0] / (high - low)
    assert gr_area_over_curve(10.0**low, 10.0**high, divisions, *curve) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("gr", [-1.0, 1.0, 2.0])
def test_a_gr_that_no_dose_has_is_refused(gr):
    with pytest.raises(InputError, match="gr must be"):
        residual_at_gr(gr, 2.0)
