import numpy as np
import pytest
import xarray as xr
from flagged_panels import LINES, changed, doses, panel
from scipy.stats import binomtest

from lensim import vocabulary as v
from lensim.dose_response import estimands as e
from lensim.dose_response import steps as f
from lensim.inference.observations import attach_observations
from lensim.seeding import stream

PANELS = 25
FALSE_ALARM = 1e-6


def test_all_or_nothing_between_two_doses_is_a_step():
    steep = lambda dose: np.where(dose > 0.2, 0.02, 1.0)  # noqa: E731
    found = 0
    for seed in range(PANELS):
        data = panel(seed)
        level = data.assign({v.SIGNAL: data[v.SIGNAL] * 0 + 1e4 * (1 + 0.05 * np.sin(np.arange(data.sizes[v.WELL])))})
        steps = f.steps_of(changed(level, steep))
        found += sum(step == f.Step(0.1, 0.3162) for step in steps.values())
    assert binomtest(found, PANELS * LINES, 0.95, alternative="less").pvalue > FALSE_ALARM, found


def test_clean_panels_have_no_step():
    """Over a hundred lines at half-log doses: a curve with a slope below 2 has a dose within its fall."""
    assert sum(len(f.steps_of(panel(seed))) for seed in range(PANELS)) == 0


def test_a_dose_within_the_fall_is_no_step():
    assert f.step_of(doses([1.0, 0.99, 0.85, 0.02, 0.0])) is None
    assert f.step_of(doses([1.0, 0.99, 0.99, 0.15, 0.0])) is None
    assert f.step_of(doses([1.0, 0.99, 0.6, 0.55, 0.55])) is None


def test_data_without_signals_have_no_step():
    assert f.steps_of(panel(0).drop_vars([v.SIGNAL])) == {}


def all_or_nothing(odd: bool = False) -> xr.DataTree:
    """Percents that fall from 100 to 0 between 3 and 6, and draws that are far too sure of where."""
    doses = np.repeat([1.0, 1.5, 3.0, 6.0, 12.0, 24.0], 3)
    percent = np.where(doses < 5, 100.0, 1.0) + np.tile([-1.0, 0.0, 1.0], 6)
    if odd:
        percent[11] = 98.0
    data = xr.Dataset(
        {
            v.DOSE: (v.WELL, doses),
            v.VIABILITY: (v.WELL, percent),
            v.CULTURE_OF_WELL: (v.WELL, np.zeros(18, int)),
            v.LINE_OF_CULTURE: (v.CULTURE, [0]),
            v.GROUP_OF_LINE: (v.CELL_LINE, [0]),
        },
        coords={v.CELL_LINE: ["K"], v.MOLECULAR_GROUP: ["all"]},
    )
    rng = stream(3, "step")
    sure = {v.LOG10_EC50: np.log10(4.2), v.LOG_HILL: 2.3, v.EFFECT: 5.0}
    draws = {n: (("chain", "draw", v.CELL_LINE), x + 0.01 * rng.normal(size=(2, 500, 1))) for n, x in sure.items()}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords={v.CELL_LINE: ["K"]})})
    attach_observations(tree, data)
    return tree


@pytest.mark.parametrize("odd", [False, True])
def test_an_ic50_between_two_doses_is_as_uncertain_as_they_are_far_apart(odd):
    row = e.summarise_lines(e.dose_response_estimands(all_or_nothing(odd))).loc["K"]
    log = np.log10([3.0, 6.0])
    expected = 10 ** (log[0] + np.array([0.05, 0.5, 0.95]) * (log[1] - log[0]))
    assert row[["ic50_um_lower", "ic50_um", "ic50_um_upper"]].tolist() == pytest.approx(expected.tolist(), rel=0.01)
    assert row["flags"].startswith("falls wholly between 3 and 6")


def test_a_threshold_within_the_bracket_is_undecided():
    draws = e.dose_response_estimands(all_or_nothing(), 4.0)
    assert e.summarise_lines(draws).loc["K", "p_resistant"] == pytest.approx(
        1 - np.log(4.0 / 3.0) / np.log(2.0), abs=0.01
    )


def test_draws_that_are_wider_than_the_bracket_stay():
    tree = all_or_nothing()
    posterior = tree["posterior"].to_dataset()
    wide = posterior[v.LOG10_EC50] + 0.5 * stream(4, "wide").normal(size=posterior[v.LOG10_EC50].shape)
    tree["posterior"] = posterior.assign({v.LOG10_EC50: wide})
    estimands = e.dose_response_estimands(tree)
    assert np.allclose(estimands[v.LOG10_EC50].transpose(*wide.dims), wide)


def test_the_line_is_wider_than_the_bracket_by_its_days():
    """Culture within two doses, line a tenth of a log around it: the bracket stays and the days are added to it."""
    tree = all_or_nothing()
    posterior = tree["posterior"].to_dataset()
    culture = posterior[v.LOG10_EC50].rename({v.CELL_LINE: v.CULTURE}).drop_vars(v.CULTURE)
    day = 0.1 * stream(3, "day").normal(size=(2, 500, 1))
    of_lines, of_cultures = f.within_steps(e.observations_of(tree), posterior[v.LOG10_EC50] + day, culture)
    low, high = np.log10([3.0, 6.0])
    assert np.sort(of_cultures.to_numpy().ravel()) == pytest.approx(low + (high - low) * (np.arange(1000) + 0.5) / 1000)
    assert (of_lines.to_numpy() - of_cultures.to_numpy()).ravel() == pytest.approx(day.ravel())


def test_draws_that_no_dose_reaches_stay_as_they_are():
    """A few infinite draws and one that is not known: the others fill the bracket."""
    tree = all_or_nothing()
    drawn = tree["posterior"].to_dataset()[v.LOG10_EC50].copy()
    drawn[0, :10, 0], drawn[1, 0, 0] = np.inf, np.nan
    found = f.within_steps(e.observations_of(tree), drawn)[0].transpose(*drawn.dims).to_numpy()
    assert np.array_equal(np.isposinf(found), np.isposinf(drawn.to_numpy()))
    assert np.array_equal(np.isnan(found), np.isnan(drawn.to_numpy()))
    finite = found[np.isfinite(found)]
    low, high = np.log10([3.0, 6.0])
    assert low < finite.min() < low + 0.001
    assert high - 0.005 < finite.max() < high
    above = [np.nanmean(one > high) for one in (found, drawn.to_numpy())]
    assert above[0] == above[1]
    none = drawn.copy(data=np.full(drawn.shape, np.nan))
    assert np.isnan(f.within_steps(e.observations_of(tree), none)[0]).all()
