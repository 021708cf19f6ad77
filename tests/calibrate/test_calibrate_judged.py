import numpy as np
import pytest
from scipy import stats

from lensim import seeding
from lensim.calibrate.judged import judged, row_of, uniformity_of_items

FALSE_ALARM = 1e-6


def records(scale=1.0, shift=0.0, number=100, items=4, share=0.8, **changed):
    """Ranks of items that share most of their deviation; draws are `scale` times as wide as they should be."""
    rng = seeding.stream(1, "records", int(100 * scale), int(100 * shift))
    made = []
    for one in range(number):
        z = np.sqrt(share) * rng.standard_normal() + np.sqrt(1 - share) * rng.standard_normal(items)
        ranks = {"log10_ic50_um": stats.norm.cdf((z + shift) / scale).tolist(), "sd_well": [float(rng.random())]}
        made.append({"number": one, "outcome": "ok", "why": "", "converged": True, "ranks": ranks} | changed)
    return made


def test_a_fit_that_is_right_is_believed():
    found = judged(records(), {"log10_ic50_um": "IC50"}, "other days")
    assert found.is_believable is True
    assert found.sentence.startswith(
        "the intervals can be believed for these data: 100 further runs (other days) were simulated from the fit "
        "and fitted together with the data; 50% intervals held the truth in "
    )
    assert set(found.table["quantity"]) == {"IC50", "sd_well"}
    assert found.table["pvalue"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("scale", "shift", "reads"),
    [(0.5, 0.0, "intervals too narrow"), (2.0, 0.0, "the fit is narrower than new fits"), (1.0, 1.0, "values too low")],
)
def test_a_fit_that_is_wrong_is_not_believed_and_it_is_told_how(scale, shift, reads):
    found = judged(records(scale, shift), {"log10_ic50_um": "IC50"})
    assert found.is_believable is False
    assert found.table["name"].iloc[0] == "log10_ic50_um"
    assert reads in found.table["reads"].iloc[0]
    assert "cannot be believed for these data: 100 further runs were simulated" in found.sentence
    assert f"the worst quantity is IC50: {found.table['reads'].iloc[0]}, 90% intervals held it in " in found.sentence


def test_items_that_hang_together_count_once():
    """Null: P values are uniform although items of a simulation are alike."""
    rng = seeding.stream(1, "alike")
    pvalues = []
    for _ in range(500):
        z = np.sqrt(0.9) * rng.standard_normal((60, 1)) + np.sqrt(0.1) * rng.standard_normal((60, 8))
        pvalues.append(uniformity_of_items(stats.norm.cdf(z))[0])
    assert stats.kstest(pvalues, "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize(("items", "share"), [(1, 0.0), (6, 0.5)])
def test_small_pvalues_are_as_rare_as_they_say(items, share):
    """Null: of uniform ranks of 50 simulations 1% have a P value below 0.01, within a factor of two."""
    rng, below = seeding.stream(1, "rare", items), 0
    for _ in range(3000):
        z = np.sqrt(share) * rng.standard_normal((50, 1)) + np.sqrt(1 - share) * rng.standard_normal((50, items))
        below += uniformity_of_items(stats.norm.cdf(z))[0] < 0.01
    assert stats.binomtest(below, 3000, 0.02, alternative="greater").pvalue > FALSE_ALARM


def test_coverage_has_the_error_of_simulations():
    ranks = np.tile(seeding.stream(1, "tile").random((50, 1)), (1, 6))
    alone, alike = row_of(ranks[:, :1]), row_of(ranks)
    assert alike["covered_90_percent_error"] == pytest.approx(alone["covered_90_percent_error"])
    assert row_of(np.full((30, 1), 0.5))["covered_90_percent_error"] > 0


def test_simulations_without_an_answer_are_told():
    odd = records(number=6, outcome="handed on", why="few copies") + records(number=2, converged=False)
    found = judged(records() + odd, {})
    assert (found.simulations, found.handed_on, found.not_converged, found.failed) == (108, 6, 2, 0)
    assert found.sentence.endswith(
        "; of 108 simulations 6 handed on by the engine and 2 did not pass the gate, and are left out "
        "(the first because few copies)"
    )


def test_few_simulations_say_nothing():
    found = judged(records(number=12), {})
    assert found.is_believable is None
    assert found.sentence == (
        "nothing can be said of the intervals: at least 20 simulations must have an answer that passes the gate, got 12"
    )
