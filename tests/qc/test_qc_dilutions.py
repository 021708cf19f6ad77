import numpy as np
import pytest
from scipy.stats import binomtest

from lensim.qc.dilutions import check_dilutions, detection_limit, linear_range
from tests.qc_runs import run_of, series_rows

QUANTITIES = (1000.0, 100.0, 10.0, 1.0)
FALSE_ALARM = 1e-6


def found_of(rows: list) -> dict:
    return {one.check: one for one in check_dilutions(run_of(rows)).findings}


def test_a_clean_series_passes_and_covers_its_slope():
    found = found_of(series_rows(np.random.default_rng(1), QUANTITIES))
    assert {one.status for one in found.values()} == {"pass"}
    assert found["slope"].low < -3.4 < found["slope"].high
    assert found["efficiency"].value == pytest.approx(100.0 * (10.0 ** (-1.0 / found["slope"].value) - 1.0))
    assert found["linear range"].value == pytest.approx(3.0)
    assert found["linear range"].reason == "1 to 1000, 4 of 4 quantities"


@pytest.mark.parametrize(("slope", "status"), [(-3.75, "look"), (-4.3, "fail"), (-2.6, "fail")])
def test_an_efficiency_surely_out_of_range(slope, status):
    found = found_of(series_rows(np.random.default_rng(1), QUANTITIES, slope=slope, sd=0.03))
    assert found["efficiency"].status == status
    times = (0.5 + found["efficiency"].value / 200.0) ** -10
    assert found["efficiency"].effect.startswith(
        f"if doubling is assumed, a change over ten cycles is reported as {times:.2g} times the true one"
    )


def test_the_inhibited_top_of_a_series_is_off_the_line():
    rows = series_rows(np.random.default_rng(1), QUANTITIES)
    found = found_of([(*row[:5], row[5] + (row[6] == 1000.0), row[6]) for row in rows])
    assert found["linear range"].status == "look"
    assert found["linear range"].reason == "1 to 100, 3 of 4 quantities; off the line at 1000"
    assert found["linear range"].effect == (
        "quantities beyond the line are wrong, and so is an efficiency from all points"
    )


def test_quantities_that_are_not_always_detected_are_no_part_of_the_line():
    rows = [*series_rows(np.random.default_rng(1), QUANTITIES), ("p", "", "", "TNF", "standard", np.nan, 0.1)]
    quantity, ct = (np.array([row[at] for row in rows]) for at in (6, 5))
    assert linear_range(quantity, ct).quantities.tolist() == [1.0, 10.0, 100.0, 1000.0]
    assert "not always detected at 0.1" in found_of(rows)["linear range"].reason


def test_a_series_of_two_quantities_or_that_does_not_fall():
    sample = ("p", "A1", "s", "TNF", "unknown", 24.0, np.nan)
    assert check_dilutions(run_of([sample, *series_rows(np.random.default_rng(1), QUANTITIES[:2])])).not_checked == (
        "dilution series: none of three quantities or more for TNF",
    )
    found = found_of(series_rows(np.random.default_rng(1), QUANTITIES, slope=3.0))
    assert found["dilution series"].status == "fail"
    assert found["dilution series"].reason.startswith("standards of TNF: slope must be below 0 cycles a tenfold, got ")


def test_samples_beyond_the_series():
    rows = series_rows(np.random.default_rng(1), QUANTITIES)
    late = [("p", "A1", "s", "TNF", "unknown", 28.0 + at, np.nan) for at in (0.0, 1.0, 3.0, 4.0)]
    found = found_of([*rows, *late])["samples in linear range"]
    assert (found.status, found.value) == ("look", 50.0)
    assert found.reason == "0 before and 2 after the series by more than 2 cycles, of 4 reactions"


@pytest.mark.parametrize("copies_a_unit", [50.0, 400.0])
def test_the_limit_of_detection_is_covered(copies_a_unit):
    rng, truth, covered = np.random.default_rng(2), -np.log(0.05) / copies_a_unit, 0
    quantity = np.repeat([20.0, 4.0, 0.8, 0.16, 0.04, 0.01, 0.0025], 4)
    for _ in range(200):
        found = detection_limit(quantity, np.where(rng.poisson(copies_a_unit * quantity) > 0, 30.0, np.nan))
        covered += found.low <= truth <= found.high
    assert binomtest(covered, 200, 0.95, alternative="less").pvalue > FALSE_ALARM


def test_where_all_are_detected_the_limit_is_a_bound():
    found = detection_limit(np.repeat([100.0, 10.0], 3), np.full(6, 25.0))
    assert np.isnan(found.quantity)
    # (1 - exp(-c q))^3 = 0.05 for the lowest quantity alone
    assert found.high == pytest.approx(-np.log(0.05) / (-np.log(1.0 - 0.05 ** (1 / 3)) / 10.0), rel=0.02)
