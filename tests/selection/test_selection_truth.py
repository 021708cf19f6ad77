"""Rates of clones at a dose, and truths from draws of a fit."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.config import checked
from lensim.dose_response.curve import residual
from lensim.maiga2013.facts import number
from lensim.maiga2013.selection_twin import CLONES as PAIR
from lensim.seeding import stream
from lensim.selection import Clone, curve_draws, rates_at, truth_from_draws, truth_of

CLONE = {"division_per_day": 0.4, "death_per_day": 0.05}


def test_rates_run_from_those_without_drug_to_those_at_saturation():
    truth = truth_of(PAIR)
    division, death = rates_at(truth, 0.0)
    assert division.tolist() == [[0.40, 0.36]]
    assert death.tolist() == [[0.05, 0.05]]
    division, death = rates_at(truth, 1e6)
    assert division[0] == pytest.approx([0.40 * number("lp1_s_phase_fold"), 0.36], rel=2e-3)
    assert death[0] == pytest.approx([0.30, 0.05], rel=1e-3)
    middle = 10**PAIR.sensitive.log10_ec50_um
    assert rates_at(truth, middle)[1][0, 0] == pytest.approx(0.05 + 0.25 / 2)
    with pytest.raises(InputError, match="dose_um must be at least 0, got -1"):
        rates_at(truth, -1.0)


def test_the_sensitive_clone_dwindles_at_the_highest_doses_and_grows_at_the_lowest():
    truth = truth_of(PAIR)
    for dose, grows in ((0.1, True), (1.0, True), (10.0, False), (30.0, False)):
        division, death = rates_at(truth, dose)
        assert (division > death)[0].tolist() == [grows, True]


def test_a_curve_of_an_assays_signal_is_undone():
    clone = PAIR.sensitive.model_copy(update={"assay_days": 3.0})
    truth = truth_of(PAIR.model_copy(update={"sensitive": clone}))
    for dose in (0.0, 0.1, 1.0, 30.0):
        division, _ = (rate[0, 0] for rate in rates_at(truth, dose))
        f = division / clone.division_per_day
        signal = f * np.exp((f - 1) * clone.division_per_day * 3.0)  # what each takes up, times how many there are
        curve = residual(dose, clone.log10_ec50_um, clone.log_hill_slope, clone.effect_at_saturation)
        assert signal == pytest.approx(float(curve), rel=1e-10)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (CLONE | {"death_per_day": 0.4}, r"death_per_day must be below division_per_day \(0.4\) without drug, got 0.4"),
        (CLONE | {"division_per_day": 30}, "division_per_day: .* less than or equal to 20, got 30"),
        (CLONE | {"death_per_day": -0.1}, "death_per_day: .* greater than or equal to 0, got -0.1"),
        (CLONE | {"death_rise_per_day": float("nan")}, "death_rise_per_day: .*got nan"),
        (CLONE | {"ic50_um": 3}, "ic50_um: there is no such key here; the keys are "),
        ({"division_per_day": 0.4}, "death_per_day: Field required"),
    ],
)
def test_what_is_no_clone_is_refused(content, message):
    with pytest.raises(InputError, match=message):
        checked(Clone, content, "clone")


def fit_of(draws=8):
    """A posterior of two lines whose draws tell where they came from."""
    values = np.arange(2 * draws * 2, dtype=float).reshape(2, draws, 2) / 100
    posterior = xr.Dataset(
        {name: (("chain", "draw", v.CELL_LINE), values + k) for k, name in enumerate(CURVE)},
        coords={v.CELL_LINE: ["LP-1", "XG-1"]},
    )
    return xr.DataTree.from_dict({"posterior": posterior})


CURVE = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)


def test_each_culture_has_a_draw_of_its_own():
    draws = curve_draws(fit_of(), "XG-1")
    assert draws.sizes == {"draw": 16}
    truth = truth_from_draws(truth_of(PAIR, 40), draws, stream(1, "draws"))
    sensitive, resistant = truth[v.LOG10_EC50].to_numpy().T
    assert (resistant == 0).all()
    counts = np.unique(sensitive, return_counts=True)[1]
    assert len(counts) == 16
    assert set(counts) == {2, 3}  # used up before one is used again
    np.testing.assert_allclose(truth[v.EFFECT].to_numpy()[:, 0], sensitive + 2)  # a draw stays together
    assert (truth[v.DEATH_RISE].to_numpy()[:, 0] == PAIR.sensitive.death_rise_per_day).all()


def test_fits_that_do_not_do_are_refused():
    with pytest.raises(InputError, match="cell line of the fit must be one of LP-1, XG-1, got 'LP1'"):
        curve_draws(fit_of(), "LP1")
    other = xr.DataTree.from_dict({"posterior": xr.Dataset({"mu": ("draw", np.zeros(3))})})
    with pytest.raises(InputError, match="the curve of a sensitive clone needs the variable log10_ec50_um"):
        curve_draws(other, "LP-1")
    draws = curve_draws(fit_of(), "LP-1")
    draws[v.EFFECT][3] = np.nan
    with pytest.raises(InputError, match=r"draws of effect_at_saturation\[3\] must be a finite number, got nan"):
        truth_from_draws(truth_of(PAIR, 4), draws, stream(1, "draws"))
