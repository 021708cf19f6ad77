import numpy as np
import pytest

from benchmarks.calibration.page import page_of
from benchmarks.calibration.rates import FALSE_ALARM, rows_of
from lensim import seeding
from lensim.inference.uniformity import FEWEST


def records(scale=1.0, twin="", number=200, outcome="ok"):
    """Ranks of a normal posterior whose draws are `scale` times as wide as they should be."""
    from scipy import stats

    rng = seeding.stream(1, "ranks", twin)
    made = []
    for one in range(number):
        p = float(rng.random())
        made.append(
            {
                "model": "cell_cycle_phases",
                "engine": "nuts",
                "twin": twin,
                "seed": 1,
                "number": one,
                "sources": "abc",
                "outcome": outcome if one % 10 == 0 else "ok",
                "why": "too few copies" if outcome != "ok" and one % 10 == 0 else "",
                "converged": one % 7 != 0,
                "seconds": 1.0,
                "ranks": {"concentration": float(stats.norm.cdf(rng.standard_normal() / scale)), "other": rng.random()},
                "stated": {"share increased": [[p, float(rng.random() < p)]]},
            }
        )
    return made


def test_a_right_engine_is_not_rejected_and_a_wrong_twin_is():
    right, wrong = rows_of([*records(), *records(0.5, "wrong", 100)])
    assert right.worst.adjusted > FALSE_ALARM
    assert wrong.worst.name == "concentration"
    assert wrong.worst.adjusted < FALSE_ALARM
    assert wrong.worst.test.spread > 3
    assert abs(right.stated.slope - 1.0) < 5 * right.stated.slope_error
    assert right.hours == pytest.approx(200 / 3600)


def test_what_has_no_answer_that_counts_is_counted_and_left_out():
    (row,) = rows_of(records(outcome="handed on"))
    assert (row.simulations, row.handed_on, row.failed) == (200, 20, 0)
    passed = sum(one["converged"] and one["outcome"] == "ok" for one in records(outcome="handed on"))
    assert len(row.quantities[0].ranks) == passed
    assert row.not_converged == 180 - passed
    assert row.why == ("too few copies",)


def test_the_page_tells_rows_wrong_twins_and_what_has_no_answer():
    text = page_of(rows_of([*records(outcome="handed on"), *records(0.5, "wrong", 100)]), "figures/x.png")
    assert "| cell_cycle_phases | nuts | 200 | 0 | 20 |" in text
    assert "median_concentration 15 in place of 100" in text
    assert "too few copies" in text
    assert "![Cumulative ranks less expected](figures/x.png)" in text
    assert "not rejected" not in text


def test_the_page_says_so_where_a_model_fails_or_a_wrong_twin_passes():
    text = page_of(rows_of([*records(0.5), *records(1.0, "wrong", 100)]))
    assert "**not rejected:" in text
    assert "| concentration |" in text
    assert "intervals are too narrow" in text
    assert "not measured" in page_of(rows_of(records()))


def test_models_that_were_hardly_measured_are_named():
    asked = [("cell_cycle_phases", "nuts"), ("expression_separate", "kernel")]
    text = page_of(rows_of(records()), asked=asked)
    assert "were made yet of: cell_cycle_phases by nuts (200), expression_separate by kernel (0)." in text


def test_few_simulations_have_no_test():
    (row,) = rows_of(records(number=15))
    assert row.worst is None
    assert "cell_cycle_phases" in page_of([row])
    assert page_of(rows_of([*records(number=15), *records(1.0, "wrong", 15)])).count("| too few |") == 2
    assert f"a P takes {FEWEST}" in " ".join(page_of([row]).split())
    assert np.isfinite(row.hours)
