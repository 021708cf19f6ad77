"""Posteriors of estimands: intervals, bounds, histograms."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from lensim.app.look.answer import posterior_parts
from lensim.app.look.posterior import A_BOUND, Estimand, draws_of, listed, posterior_of
from lensim.app.look.spot import compared
from lensim.checks import InputError
from lensim.inference.intervals import interval_of
from lensim.report.numbers import number_text

ONE = Estimand("log10_ic50_um", "IC50", "log10 uM", ("A",))


@given(st.integers(0, 2**32 - 1), st.integers(1, 400), st.floats(0, 1))
def test_shares_add_up_and_the_interval_is_that_of_the_draws(seed, count, beyond):
    rng = np.random.default_rng(seed)
    draws = np.where(rng.uniform(size=count) < beyond, np.inf, rng.normal(size=count))
    found = posterior_of(ONE, 0, draws)
    assert sum(found.shares) + found.beyond == pytest.approx(1.0)
    assert [found.lower, found.median, found.upper] == interval_of(draws, 0.9, method="inverted_cdf").tolist()
    assert ("a bound" in found.words) == (found.beyond > A_BOUND)
    assert "IC50 of A [log10 uM]" in str(posterior_parts(found, None))


def test_a_logarithm_is_told_in_the_unit_itself_too():
    draws = np.log10(np.linspace(0.5, 1.5, 1001))
    assert posterior_of(ONE, 0, draws).words.endswith(
        "between \N{MINUS SIGN}0.260 and 0.161; that is 1 uM (0.550 to 1.45)"
    )
    bound = posterior_of(ONE, 0, np.where(np.arange(1001) < 500, np.inf, 2.0)).words
    assert "a bound, above 1.50 (31.6 uM)" in bound
    assert posterior_of(ONE, 0, np.full(9, 900.0)).words
    assert "that is" not in posterior_of(Estimand("x", "Share", "", ("A",)), 0, draws).words


@given(st.sampled_from([("nM", 1e-3), ("uM", 1.0), ("mM", 1e3), ("M", 1e6)]), st.integers(-30, 30))
def test_a_dose_is_told_in_the_unit_of_the_data(unit, tenths):
    name, per = unit
    dose_um = 10.0 ** (tenths / 10)
    said = number_text(dose_um / per)
    draws = np.full(9, np.log10(dose_um))
    assert f"that is {said} {name} ({said} to {said})" in posterior_of(ONE, 0, draws, in_data=unit).words
    plain = posterior_of(Estimand("dose_um", "Dose", "uM", ("A",)), 0, np.full(9, dose_um), in_data=unit).words
    assert (f"that is {said} {name}" in plain) == (name != "uM")
    other = posterior_of(Estimand("x", "Level", "log10 pg/ml", ("A",)), 0, draws, in_data=unit).words
    assert f"that is {number_text(dose_um)} pg/ml" in other


def test_draws_that_say_nothing_are_told():
    with pytest.raises(InputError, match=r"IC50 of A .* must have draws, got none"):
        posterior_of(ONE, 0, np.full(5, np.nan))


def test_what_tables_show_is_listed_first_and_items_keep_their_labels():
    rng = np.random.default_rng(1)
    data = xr.Dataset(
        {
            "a_helper": (("chain", "draw"), rng.normal(size=(2, 5))),
            "ratio": (("chain", "draw", "line", "dose"), rng.normal(size=(2, 5, 2, 2))),
            "no_draws": ("line", [1.0, 2.0]),
        },
        coords={"line": ["A", "B"]},
    )
    found = listed(data, {"ratio": "ratio of IC50s"})
    assert [one.name for one in found] == ["ratio", "a_helper"]
    assert found[0].items == ("A, 1", "A, 2", "B, 1", "B, 2")
    assert found[0].words == "Ratio of IC50s"
    np.testing.assert_array_equal(draws_of(data, "ratio", 2), data["ratio"].to_numpy()[:, :, 1, 0].ravel())


def test_two_samplers_of_one_posterior_agree_and_of_two_do_not():
    rng = np.random.default_rng(2)
    same, other = rng.normal(size=(2, 4000))
    assert float(compared(ONE, 0, same, other).difference) < 0.1
    assert float(compared(ONE, 0, same, other + 1).difference) == pytest.approx(1.0, abs=0.1)
    assert compared(ONE, 0, np.full(4000, np.inf), other).difference == ""
    assert compared(ONE, 0, np.full(4, np.nan), other) is None
