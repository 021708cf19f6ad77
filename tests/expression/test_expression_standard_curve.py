import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lensim.checks import InputError
from lensim.expression.standard_curve import (
    ASSUMED,
    FROM_SERIES,
    STATED,
    Factor,
    amplification_factors,
    fit_standard_curve,
    standard_curves,
)

TENFOLD = np.repeat([1e5, 1e4, 1e3, 1e2], 2)
NOISE = np.array([0.1, -0.1, 0.05, -0.05, 0.0, 0.2, -0.2, 0.0])
FALSE_ALARM = 1e-6


def refused(message: str):
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


def line(quantity, slope=-3.4, intercept=40.0):
    return intercept + slope * np.log10(quantity)


# --- 20 real runs, with the instrument's own curve and one fitted elsewhere ---


def mxpro_standards(table):
    own = table[table["well_type"] == "Standard"]
    return own["sample_type"].str.removeprefix("std").astype(float), own["ct"]  # the name holds where no Ct does


@pytest.fixture
def mxpro_runs(shared_data):
    wells = pd.read_csv(shared_data / "qpcr_monis6_mxpro_all_wells.csv")
    reference = pd.read_csv(shared_data / "qpcr_monis6_reference_standard_curves.csv").set_index("run")
    curves = {run: fit_standard_curve(*mxpro_standards(own)) for run, own in wells.groupby("run")}
    assert len(curves) == 20
    return curves, reference.loc[list(curves)]


@pytest.mark.real_data
def test_curve_of_every_run_is_the_instruments(mxpro_runs):
    curves, reference = mxpro_runs
    slope = np.array([curve.slope for curve in curves.values()])
    r_squared = np.array([curve.r_squared for curve in curves.values()])
    assert np.abs(slope - reference["mxpro_slope"]).max() < 0.0015
    assert np.abs(r_squared - reference["mxpro_rsq"]).max() < 0.0006


@pytest.mark.real_data
def test_curve_of_every_run_is_the_reference_least_squares(mxpro_runs):
    curves, reference = mxpro_runs
    for run, curve in curves.items():
        expected = reference.loc[run, ["my_slope", "my_intercept", "my_rsq", "my_E"]].to_list()
        found = [curve.slope, curve.intercept, curve.r_squared, curve.amplification_factor]
        assert found == pytest.approx(expected, rel=1e-9)
        assert curve.detected == reference.loc[run, "n_detected"]
        assert curve.detected + curve.not_detected == reference.loc[run, "n_std_wells"]


# --- closed answers ---


def test_perfect_doubling_has_factor_2_and_efficiency_1():
    curve = fit_standard_curve(TENFOLD, line(TENFOLD, slope=-1.0 / np.log10(2.0)))
    assert curve.amplification_factor == pytest.approx(2.0, rel=1e-12)
    assert curve.efficiency == pytest.approx(1.0, rel=1e-12)
    assert curve.r_squared == pytest.approx(1.0, rel=1e-12)


def test_errors_are_those_of_the_normal_equations():
    ct = line(TENFOLD) + NOISE
    curve = fit_standard_curve(TENFOLD, ct)
    design = np.column_stack([np.log10(TENFOLD), np.ones(len(ct))])
    estimate, squares, _, _ = np.linalg.lstsq(design, ct)
    covariance = squares[0] / 6 * np.linalg.inv(design.T @ design)
    assert (curve.slope, curve.intercept) == pytest.approx(estimate)
    assert (curve.se_slope, curve.se_intercept) == pytest.approx(np.sqrt(np.diag(covariance)))
    assert curve.residual_sd_cycles == pytest.approx(np.sqrt(squares[0] / 6))
    assert (curve.degrees_of_freedom, curve.detected, curve.not_detected) == (6, 8, 0)


def test_error_of_the_factor_is_a_finite_difference_of_the_slope():
    curve = fit_standard_curve(TENFOLD, line(TENFOLD) + NOISE)
    step = 1e-5
    derivative = (10 ** (-1 / (curve.slope + step)) - 10 ** (-1 / (curve.slope - step))) / (2 * step)
    assert curve.se_amplification_factor == pytest.approx(derivative * curve.se_slope, rel=1e-6)
    assert curve.se_efficiency == curve.se_amplification_factor


def test_interval_of_the_factor_is_that_of_the_slope_transformed():
    curve = fit_standard_curve(TENFOLD, line(TENFOLD) + NOISE)
    reach = stats.t.ppf(0.95, 6) * curve.se_slope
    expected = (10 ** (-1 / (curve.slope - reach)), 10 ** (-1 / (curve.slope + reach)))
    assert curve.amplification_factor_interval(0.9) == pytest.approx(expected, rel=1e-12)
    assert expected[0] < curve.amplification_factor < expected[1]


def test_factor_has_no_upper_bound_where_the_slope_may_be_flat():
    curve = fit_standard_curve([1, 10, 100], [30.0, 34.0, 28.0])
    low, high = curve.amplification_factor_interval()
    assert curve.slope_interval()[1] > 0
    assert 1.0 < low < curve.amplification_factor
    assert high == np.inf


def test_interval_of_the_slope_covers_as_stated():
    rng = np.random.default_rng(20260101)
    covered = 0
    for _ in range(1000):
        low, high = fit_standard_curve(TENFOLD, line(TENFOLD) + rng.normal(0, 0.2, 8)).slope_interval(0.9)
        covered += low < -3.4 < high
    assert stats.binomtest(covered, 1000, 0.9).pvalue > FALSE_ALARM


def test_standards_without_a_ct_are_counted_and_left_out():
    ct = line(TENFOLD) + NOISE
    ct[-1] = np.nan
    curve, without = fit_standard_curve(TENFOLD, ct), fit_standard_curve(TENFOLD[:-1], ct[:-1])
    assert (curve.slope, curve.intercept) == (without.slope, without.intercept)
    assert (curve.detected, curve.not_detected) == (7, 1)


@given(st.floats(-5, -2.5), st.floats(20, 45), st.floats(-6, 6))
def test_quantity_is_found_back_from_its_ct(slope, intercept, log10_quantity):
    curve = fit_standard_curve(TENFOLD, line(TENFOLD, slope, intercept))
    found = curve.log2_quantity(line(10.0**log10_quantity, slope, intercept))
    assert found == pytest.approx(log10_quantity * np.log2(10), abs=1e-8)


@given(st.floats(1e-6, 1e6))
def test_factor_does_not_depend_on_the_unit_of_quantity(unit):
    ct = line(TENFOLD) + NOISE
    first, second = fit_standard_curve(TENFOLD, ct), fit_standard_curve(unit * TENFOLD, ct)
    assert second.amplification_factor == pytest.approx(first.amplification_factor, rel=1e-9)
    assert second.se_slope == pytest.approx(first.se_slope, rel=1e-7)


# --- refusals ---


def test_refuses_lists_of_other_lengths():
    with refused("standard curve: quantity and ct_cycles must be lists of one length, got shapes (2,) and (1,)"):
        fit_standard_curve([1, 10], [30])


def test_refuses_a_quantity_that_is_not_finite():
    with refused("standards of TNF: quantity[1] must be a finite number, got nan"):
        fit_standard_curve([1, np.nan, 100], [30, 27, 24], "standards of TNF")


def test_refuses_a_quantity_of_0():
    with refused("standard curve: quantity[2] must be above 0, got 0"):
        fit_standard_curve([1, 10, 0], [30, 27, 24])


def test_refuses_an_infinite_ct():
    with refused("standard curve: ct_cycles[0] must be a number, or NaN for none, got inf"):
        fit_standard_curve([1, 10, 100], [np.inf, 27, 24])


def test_refuses_two_detected_quantities():
    with refused("standard curve: distinct quantities detected must be at least 3, got 2"):
        fit_standard_curve([1, 10, 10, 100], [30, 27, 27, np.nan])


@pytest.mark.parametrize(("ct", "slope"), [([24.0, 27.0, 30.0], "3"), ([30.0, 30.0, 30.0], "0")])
def test_refuses_a_ct_that_does_not_fall(ct, slope):
    with refused(f"standard curve: slope must be below 0 cycles a tenfold, got {slope}"):
        fit_standard_curve([1, 10, 100], ct)


def test_refuses_a_confidence_above_1():
    with refused("confidence must lie between 0 and 1, got 95"):
        fit_standard_curve(TENFOLD, line(TENFOLD)).amplification_factor_interval(95)


# --- curves and factors of a Dataset ---


@pytest.fixture
def dilutions():
    tnf, igf1 = line(TENFOLD) + NOISE, np.full(8, np.nan)
    igf1[:2] = 35.0
    return xr.Dataset(
        {
            "standard_ct_cycles": ("standard", np.concatenate([tnf, igf1])),
            "standard_quantity": ("standard", np.tile(TENFOLD, 2)),
            "gene_of_standard": ("standard", np.repeat([0, 1], 8)),
            "is_reference": ("gene", [0, 0, 0, 1]),
            "stated_amplification_factor": ("gene", [1.5, 1.9, np.nan, 1.95]),
            "stated_amplification_factor_sd": ("gene", [0.1, 0.05, np.nan, np.nan]),
        },
        coords={"gene": ["TNF", "IGF1", "CXCL8", "RPL37A"]},
    )


def test_a_row_a_gene_with_a_series(dilutions):
    table = standard_curves(dilutions).set_index("gene")
    curve = fit_standard_curve(TENFOLD, line(TENFOLD) + NOISE)
    assert list(table.index) == ["TNF", "IGF1"]
    assert table.loc["TNF", "slope"] == curve.slope
    assert table.loc["TNF", "low_amplification_factor"] == curve.amplification_factor_interval()[0]
    assert table.loc["TNF", "note"] == ""
    assert np.isnan(table.loc["IGF1", "slope"])
    assert table.loc["IGF1", ["detected", "not_detected"]].to_list() == [2, 6]
    assert table.loc["IGF1", "note"] == "standards of IGF1: distinct quantities detected must be at least 3, got 1"


def test_factor_is_from_the_series_else_stated_else_2(dilutions):
    curve = fit_standard_curve(TENFOLD, line(TENFOLD) + NOISE)
    assert amplification_factors(dilutions) == {
        "TNF": Factor(curve.amplification_factor, curve.se_amplification_factor, 6, FROM_SERIES),
        "IGF1": Factor(1.9, 0.05, np.inf, STATED),
        "CXCL8": Factor(2.0, 0.0, np.inf, ASSUMED),
        "RPL37A": Factor(1.95, 0.0, np.inf, STATED),
    }


def test_factors_are_2_where_nothing_is_known(dilutions):
    bare = dilutions[["is_reference"]]
    assert {factor.source for factor in amplification_factors(bare).values()} == {ASSUMED}


def test_refuses_a_stated_factor_of_1(dilutions):
    dilutions["stated_amplification_factor"][1] = 1.0
    with refused("stated_amplification_factor of IGF1 must be above 1, got 1"):
        amplification_factors(dilutions)


def test_refuses_a_dataset_without_dilutions(dilutions):
    with refused(
        "standard_curves needs the variable standard_ct_cycles ('standard',), got a Dataset with is_reference"
    ):
        standard_curves(dilutions[["is_reference"]])
