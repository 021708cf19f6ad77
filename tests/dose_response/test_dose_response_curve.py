import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from lensim.checks import InputError
from lensim.dose_response.curve import (
    area_over_curve,
    fit_log_logistic,
    inhibition_percent,
    log10_dose_at_residual,
    log10_ic50_um,
    residual,
)

LOG10_EC50 = st.floats(-4, 4)
LOG_HILL = st.floats(-1.5, 1.5)
EFFECT = st.floats(-2, 8)
DOSES = st.floats(1e-6, 1e6)


def refused(message: str):
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


# --- published answers ---


@pytest.fixture
def ryegrass(shared_data):
    table = pd.read_csv(shared_data / "drc_ryegrass.csv")
    return fit_log_logistic(table["conc_mM_ferulic_acid"].to_numpy(), table["root_length_cm"].to_numpy())


@pytest.mark.real_data
def test_ryegrass_estimates(ryegrass):
    assert ryegrass[:4] == pytest.approx((2.98222, 0.48141, 7.79296, 3.05795), abs=1e-4)
    assert ryegrass.residual_sd == pytest.approx(0.5196256, abs=1e-4)
    assert ryegrass.degrees_of_freedom == 20


@pytest.mark.real_data
def test_ryegrass_standard_errors(ryegrass):
    assert ryegrass.standard_errors == pytest.approx((0.46506, 0.21219, 0.18857, 0.18573), rel=0.05)


@pytest.mark.real_data
def test_ryegrass_effective_doses(ryegrass):
    found = [ryegrass.effective_dose(percent) for percent in (10, 50, 90)]
    assert found == pytest.approx([1.46371, 3.05795, 6.38864], abs=2e-4)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("herbicide", "estimates", "error"),
    [
        ("Glyphosate", (2.715409, 0.891238, 3.875759, 62.087606), 6.611444),
        ("Bentazone", (5.134810, 0.681845, 3.805791, 29.268444), 2.237090),
    ],
)
def test_mustard_ed50(shared_data, herbicide, estimates, error):
    table = pd.read_csv(shared_data / "drc_S_alba.csv").query("herbicide == @herbicide")
    dose, response = table["dose_g_per_ha"].to_numpy(), table["dry_matter_g_per_pot"].to_numpy()
    fitted = fit_log_logistic(dose, response)
    assert fitted.ed50 == pytest.approx(estimates[3], rel=1e-3)
    # the published search stopped a little early: ours must lie at least as deep
    slope, lower, upper, ed50 = estimates
    published = lower + (upper - lower) / (1 + (dose / ed50) ** slope)
    assert fitted.residual_sd**2 * fitted.degrees_of_freedom <= np.sum((response - published) ** 2)
    # the published errors share one residual sd between both herbicides, these do not
    assert fitted.standard_errors[3] / fitted.residual_sd == pytest.approx(error / 0.3730047, rel=0.05)


# --- identities ---


@pytest.mark.parametrize(("left", "slope", "ratio"), [(0.2, 1.0, 1.6667), (0.4, 1.5, 2.92402)])
def test_absolute_ic50_over_ec50(left, slope, ratio):
    assert 10 ** log10_ic50_um(0.0, np.log(slope), -np.log(left)) == pytest.approx(ratio, abs=5e-5)


@pytest.mark.parametrize("left", [0.5, 0.6, 0.99, 1.0, 1.6])
def test_no_ic50_where_half_or_more_is_left(left):
    assert np.isposinf(log10_ic50_um(0.3, 0.1, -np.log(left)))


def test_ic50_of_an_array_keeps_each_line_apart():
    found = log10_ic50_um(np.zeros(3), np.zeros(3), np.array([-0.5, 0.1, -np.log(0.2)]))
    assert found[:2].tolist() == [np.inf, np.inf]
    assert found[2] == pytest.approx(np.log10(5 / 3))


def test_complete_effect_makes_ic50_and_ec50_one():
    assert log10_ic50_um(0.7, 0.4, 60.0) == pytest.approx(0.7, abs=1e-12)


# --- properties ---


@given(LOG10_EC50, LOG_HILL, EFFECT)
def test_residual_at_dose_0_is_exactly_1(log10_ec50, log_hill, effect):
    assert residual(0.0, log10_ec50, log_hill, effect) == 1.0
    assert inhibition_percent(0.0, log10_ec50, log_hill, effect) == 0.0


@given(LOG10_EC50, LOG_HILL, EFFECT)
def test_residual_at_the_midpoint_and_at_saturation(log10_ec50, log_hill, effect):
    assert residual(10**log10_ec50, log10_ec50, log_hill, effect) == pytest.approx((1 + np.exp(-effect)) / 2)
    assert residual(np.inf, log10_ec50, log_hill, effect) == pytest.approx(np.exp(-effect), abs=1e-15)


@given(DOSES, LOG10_EC50, LOG_HILL, EFFECT)
def test_residual_is_the_formula_of_its_docstring(dose, log10_ec50, log_hill, effect):
    slope, ec50 = np.exp(log_hill), 10**log10_ec50
    expected = 1 - (1 - np.exp(-effect)) / (1 + (ec50 / dose) ** slope)
    assert residual(dose, log10_ec50, log_hill, effect) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert inhibition_percent(dose, log10_ec50, log_hill, effect) == pytest.approx(100 * (1 - expected), abs=1e-9)


@given(st.floats(0.001, 0.999), LOG10_EC50, LOG_HILL, st.one_of(st.floats(-2, -0.01), st.floats(0.01, 8)))
def test_dose_at_residual_inverts_residual(share, log10_ec50, log_hill, effect):
    target = 1 + share * np.expm1(-effect)
    log10_dose = float(log10_dose_at_residual(target, log10_ec50, log_hill, effect))
    assert residual(10**log10_dose, log10_ec50, log_hill, effect) == pytest.approx(target, rel=1e-9)


@given(st.floats(0.01, 3).filter(lambda target: target != 1), LOG10_EC50, LOG_HILL, EFFECT)
def test_dose_at_residual_is_infinite_exactly_where_the_curve_never_gets_there(target, log10_ec50, log_hill, effect):
    low, high = sorted((1.0, np.exp(-effect)))
    found = log10_dose_at_residual(target, log10_ec50, log_hill, effect)
    assert np.isfinite(found) == (low < target < high)
    assert not np.isnan(found)


@given(LOG10_EC50, LOG_HILL, EFFECT, st.floats(-3, 3), st.floats(0.01, 4))
def test_area_over_curve_is_the_numerical_integral(log10_ec50, log_hill, effect, log10_low, decades):
    low, high = 10**log10_low, 10 ** (log10_low + decades)
    inside = [log10_ec50] if log10_low < log10_ec50 < log10_low + decades else None
    integral, _ = quad(
        lambda log10_dose: 1 - residual(10**log10_dose, log10_ec50, log_hill, effect),
        log10_low,
        log10_low + decades,
        points=inside,
        epsabs=1e-11,
        epsrel=1e-11,
        limit=200,
    )
    found = area_over_curve(low, high, log10_ec50, log_hill, effect)
    assert found == pytest.approx(integral / decades, rel=1e-7, abs=1e-9)


@given(LOG10_EC50, LOG_HILL)
def test_no_effect_has_no_area_and_no_inhibition(log10_ec50, log_hill):
    assert area_over_curve(0.01, 10.0, log10_ec50, log_hill, 0.0) == 0.0
    assert np.array_equal(residual(np.array([0.0, 0.1, 10.0]), log10_ec50, log_hill, 0.0), np.ones(3))


def test_functions_broadcast_over_named_dims():
    lines = xr.DataArray([0.0, 1.0], dims="cell_line", coords={"cell_line": ["A", "B"]})
    doses = xr.DataArray([0.0, 1.0, 10.0], dims="dose")
    left = residual(doses, lines, 0.0, 50.0)
    assert left.sizes == {"dose": 3, "cell_line": 2}
    assert left.sel(cell_line="B").to_numpy() == pytest.approx([1.0, 10 / 11, 0.5])


@given(
    st.floats(0.5, 4), st.floats(0, 2), st.floats(3, 10), st.floats(-1, 1), st.sampled_from([1, -1]), st.floats(0.1, 10)
)
def test_fit_finds_the_curve_that_made_the_responses(slope, lower, height, log10_ed50, direction, unit):
    ed50 = 10**log10_ed50
    dose = np.concatenate([[0.0], ed50 * np.logspace(-1.5, 1.5, 9)])
    occupancy = (dose / ed50) ** slope / (1 + (dose / ed50) ** slope)
    response = unit * (lower + height * (1 - occupancy if direction > 0 else occupancy))
    fitted = fit_log_logistic(dose, response)
    assert fitted.ed50 == pytest.approx(ed50, rel=1e-4)
    assert fitted.effective_dose(50) == fitted.ed50
    ends = sorted((fitted.lower, fitted.upper))
    assert ends == pytest.approx([unit * lower, unit * (lower + height)], rel=1e-3, abs=1e-3 * unit)
    assert abs(fitted.slope) == pytest.approx(slope, rel=1e-3)


# --- errors ---


@pytest.mark.parametrize("target", [0.0, -0.5])
def test_refuses_a_residual_that_no_curve_has(target):
    with refused(f"target residual must be above 0, got {target:g}"):
        log10_dose_at_residual(target, 0.0, 0.0, 1.0)


def test_refuses_the_signal_of_untreated_cells():
    with refused("target residual must differ from 1, the signal of untreated cells, got 1"):
        log10_dose_at_residual(1.0, 0.0, 0.0, 1.0)


def test_area_refuses_a_range_that_is_none():
    with refused("low_dose_um must be above 0, got 0"):
        area_over_curve(0.0, 1.0, 0.0, 0.0, 1.0)
    with refused("high_dose_um must be above 1, got 1"):
        area_over_curve(1.0, 1.0, 0.0, 0.0, 1.0)


def test_fit_refuses_too_few_observations_or_doses():
    with refused("observations of a four-parameter curve must be at least 5, got 4"):
        fit_log_logistic(np.arange(4.0), np.arange(4.0))
    with refused("doses above 0 of a four-parameter curve must be at least 3, got 2"):
        fit_log_logistic(np.array([0.0, 0, 1, 1, 2, 2]), np.arange(6.0))


def test_effective_dose_refuses_the_ends():
    fitted = fit_log_logistic(np.array([0.0, 0.1, 0.3, 1, 3, 10]), np.array([5.0, 4.9, 4.0, 2.5, 1.3, 0.7]))
    with refused("percent must be above 0, got 0"):
        fitted.effective_dose(0)
    with refused("percent must be below 100, got 100"):
        fitted.effective_dose(100)
