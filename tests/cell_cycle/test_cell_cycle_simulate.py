import numpy as np
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.cell_cycle.cultures import (
    events_of_cultures,
    experiments_of_cells,
    is_concentration_informed,
    is_measured,
)
from lensim.cell_cycle.design import CellCycleDesign, lay_out
from lensim.cell_cycle.phases import log_ratios_of_shares, shares_of_log_ratios
from lensim.cell_cycle.simulate import one_study, simulate, simulate_events
from lensim.cell_cycle.truth import KINDS_OF_EVENT, CellCyclePopulation, Cytometer, draw_truth
from lensim.checks import InputError
from lensim.seeding import stream

FALSE_ALARM = 1e-6
LINES, CONDITIONS = ("a", "b"), ("control", "drug")
PERCENT = {
    ("a", "control"): (35.0, 51.0, 14.0),
    ("a", "drug"): (57.0, 29.0, 14.0),
    ("b", "control"): (40.0, 40.0, 20.0),
    ("b", "drug"): (40.0, 40.0, 20.0),
}


def test_a_sheet_has_a_tube_for_each_culture_and_replicate():
    sheet = lay_out(CellCycleDesign(LINES, CONDITIONS, experiments=3, tubes=2, events_per_tube=500))
    assert (sheet.sizes[v.TUBE], sheet.sizes[v.CULTURE]) == (24, 12)
    assert sheet[v.IS_CONTROL].values.tolist() == [1, 0]
    assert sheet[v.TUBE].values[5] == "experiment 1, b, control, tube 2"
    assert (experiments_of_cells(sheet) == 3).all()
    assert is_concentration_informed(sheet)
    assert not is_concentration_informed(lay_out(CellCycleDesign(LINES, CONDITIONS, experiments=1, tubes=4)))
    assert is_measured(sheet).all()


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"experiments": 0}, "CellCycleDesign.experiments must be at least 1, got 0"),
        ({"tubes": 0}, "CellCycleDesign.tubes must be at least 1, got 0"),
        ({"events_per_tube": 0}, "CellCycleDesign.events_per_tube must be at least 1, got 0"),
        ({"conditions": ("control",)}, "CellCycleDesign.conditions, their number, must be at least 2, got 1"),
        ({"cell_lines": ("a", "a")}, "CellCycleDesign.cell_lines must not name anything twice, got a"),
    ],
)
def test_a_design_that_cannot_be_is_refused(chosen, message):
    with pytest.raises(InputError, match=message):
        CellCycleDesign(**chosen)


@pytest.mark.parametrize(
    ("percent", "message"),
    [
        ((50.0, 50.0), "percent of a, control must be 3 numbers, got 2"),
        ((50.0, 50.0, 0.0), "percent of a, control, G2/M, must be above 0, got 0"),
        ((50.0, 30.0, 10.0), "percent of a, control, their sum, must lie between 99.999 and 100.001, got 90"),
    ],
)
def test_percents_that_are_none_are_refused(percent, message):
    with pytest.raises(InputError, match=message):
        CellCyclePopulation({("a", "control"): percent})


def test_a_population_without_a_line_is_refused():
    sheet = lay_out(CellCycleDesign(("z",), CONDITIONS, experiments=1))
    with pytest.raises(InputError, match="must be one of a, control, a, drug"):
        draw_truth(CellCyclePopulation(PERCENT), sheet, stream(1, "t"))


def test_log_ratios_are_undone():
    shares = stream(2, "shares").dirichlet([1.0, 2.0, 3.0], size=(4, 5))
    np.testing.assert_allclose(shares_of_log_ratios(log_ratios_of_shares(shares)), shares)


def test_cultures_spread_as_a_dirichlet_and_not_less():
    """Null: a culture's S share is Beta(c p, c (1 - p)); with infinite concentration it is p itself."""
    sheet = lay_out(CellCycleDesign(LINES, CONDITIONS, experiments=1))
    truth = draw_truth(CellCyclePopulation(PERCENT, 60.0), sheet, stream(3, "t"), studies=4000)
    share = truth[v.CULTURE_SHARE].isel({v.CULTURE: 0, v.PHASE: 1}).values
    assert stats.kstest(share, stats.beta(60 * 0.51, 60 * 0.49).cdf).pvalue > FALSE_ALARM
    assert stats.kstest(share, stats.beta(100 * 0.51, 100 * 0.49).cdf).pvalue < FALSE_ALARM
    fixed = draw_truth(CellCyclePopulation(PERCENT, np.inf), sheet, stream(3, "t"), studies=2)
    np.testing.assert_allclose(fixed[v.CULTURE_SHARE].values[1, 1], [0.57, 0.29, 0.14])


def test_counts_have_the_variance_of_a_dirichlet_multinomial():
    """Null: S events over n is what scipy's Dirichlet-multinomial says; the multinomial's variance is refuted."""
    sheet = lay_out(CellCycleDesign(("a",), CONDITIONS, experiments=1, events_per_tube=1000))
    machine = Cytometer(debris_share=0.0, doublet_share=0.0)
    truth = draw_truth(CellCyclePopulation(PERCENT, 60.0), sheet, stream(4, "t"), studies=3000)
    data = simulate(sheet, truth, machine, stream(4, "m"))
    assert (data[v.EVENTS].sum(v.PHASE) == 1000).all()
    events = data[v.EVENTS].values[:, 0, 1]
    law = stats.dirichlet_multinomial([60 * 0.35, 60 * 0.51, 60 * 0.14], 1000)
    z = (events - law.mean()[1]) / np.sqrt(law.cov()[1, 1])
    assert stats.ttest_1samp(z**2, 1.0).pvalue > FALSE_ALARM
    assert stats.chi2.sf(((events - 510) ** 2 / (1000 * 0.51 * 0.49)).sum(), len(events)) < FALSE_ALARM


def test_tubes_of_one_culture_add_up_and_do_not_inform_the_spread():
    sheet = lay_out(CellCycleDesign(("a",), CONDITIONS, experiments=1, tubes=3))
    truth = draw_truth(CellCyclePopulation(PERCENT), sheet, stream(5, "t"), studies=2)
    data = simulate(sheet, truth, Cytometer(), stream(5, "m"))
    both = events_of_cultures(data)
    assert both.shape == (2, 2, 3)
    np.testing.assert_array_equal(both[1], events_of_cultures(one_study(data, 1)))
    np.testing.assert_array_equal(both[0, 0], data[v.EVENTS].values[0, :3].sum(axis=0))
    total = data[v.EVENTS].sum(v.PHASE) + data[v.EVENTS_OUTSIDE]
    assert (total == 10_000).all()


def test_events_look_as_a_cytometer_shows_them():
    sheet = lay_out(CellCycleDesign(("a",), CONDITIONS, experiments=1))
    truth = draw_truth(CellCyclePopulation(PERCENT, np.inf), sheet, stream(6, "t"))
    events = simulate_events(sheet, truth, Cytometer(g1_channel=500.0, sd_log_g1_channel=0.0), stream(6, "m"))
    dna, kind = events[v.DNA].values, events[v.KIND_OF_EVENT].values
    assert events.sizes[v.EVENT] == 20_000
    assert (dna.min(), dna.max()) == (0, 1023)
    assert (dna == 1023).sum() > 100  # what is too bright piles up
    assert np.median(dna[kind == 0]) == pytest.approx(500, rel=0.01)
    assert np.median(dna[kind == 2]) == pytest.approx(975, rel=0.01)
    brdu = np.log10(events[v.BRDU].values)
    middle = (kind == 1) & (abs(dna - 737) < 50)
    assert np.median(brdu[middle]) == pytest.approx(2.9, abs=0.1)
    assert np.median(brdu[kind == 0]) == pytest.approx(0.9, abs=0.1)
    assert set(np.unique(kind)) == set(range(len(KINDS_OF_EVENT)))


def test_the_same_seed_gives_the_same_events_and_a_wrong_study_none():
    sheet = lay_out(CellCycleDesign(("a",), CONDITIONS, experiments=1, events_per_tube=300))
    truth = draw_truth(CellCyclePopulation(PERCENT), sheet, stream(7, "t"))
    first, second = (simulate_events(sheet, truth, Cytometer(), stream(7, "m")) for _ in range(2))
    assert first.equals(second)
    with pytest.raises(InputError, match="study must lie between 0 and 0, got 1"):
        simulate_events(sheet, truth, Cytometer(), stream(7, "m"), study=1)
