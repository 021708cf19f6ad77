import time

import numpy as np
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.cell_cycle.classical import CELLS_AS_EXPERIMENTS, EXPERIMENTS_PAIRED, classical_effects
from lensim.cell_cycle.design import CellCycleDesign, lay_out
from lensim.cell_cycle.gate import OUTSIDE, find_g1_channel, gate_events
from lensim.cell_cycle.gated import confusion, gate_study, log10_brdu, share_rightly_gated
from lensim.cell_cycle.phases import PHASES
from lensim.cell_cycle.simulate import one_study, simulate, simulate_events
from lensim.cell_cycle.truth import KINDS_OF_EVENT, CellCyclePopulation, Cytometer, draw_truth
from lensim.checks import InputError
from lensim.seeding import stream
from tests.cell_cycle.test_cell_cycle_simulate import PERCENT

FALSE_ALARM = 1e-6
S = PHASES.index("S")


def events_of(percent, cytometer=None, experiments=1, events=5000):
    sheet = lay_out(CellCycleDesign(("a",), ("control", "drug"), experiments, events_per_tube=events))
    truth = draw_truth(CellCyclePopulation(percent, np.inf), sheet, stream(11, "t"))
    return simulate_events(sheet, truth, cytometer or Cytometer(), stream(11, "m"))


def percent_errors(events, gated):
    """Gated less true percent of each tube and phase."""
    true = np.zeros((events.sizes[v.TUBE], len(KINDS_OF_EVENT)))
    np.add.at(true, (events[v.TUBE_OF_EVENT].values, events[v.KIND_OF_EVENT].values), 1)
    true = true[:, : len(PHASES)]
    found = gated.data[v.EVENTS].values
    return 100 * (found / found.sum(axis=1, keepdims=True) - true / true.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("percent", "cytometer", "right", "largest_error"),
    [
        (PERCENT, Cytometer(), 0.985, 0.6),
        (PERCENT, Cytometer(cv=0.07), 0.98, 0.6),
        (PERCENT, Cytometer(cv=0.07, log10_brdu_ends=1.4, log10_brdu_top=2.2, debris_share=0.2), 0.95, 2.0),
        ({**PERCENT, ("a", "drug"): (93.0, 1.0, 6.0)}, Cytometer(), 0.985, 0.6),
        ({**PERCENT, ("a", "drug"): (15.0, 10.0, 75.0)}, Cytometer(), 0.985, 0.6),
        (PERCENT, Cytometer(g1_channel=100.0), 0.985, 0.6),
    ],
    ids=["plain", "wide peaks", "dim, wide and dirty", "hardly any S", "more G2/M than G0/G1", "other voltage"],
)
def test_events_lie_where_they_belong(percent, cytometer, right, largest_error):
    events = events_of(percent, cytometer)
    gated = gate_study(events)
    table = confusion(events[v.KIND_OF_EVENT].values, gated.phase_of_event, KINDS_OF_EVENT)
    assert share_rightly_gated(table) > right
    assert abs(percent_errors(events, gated)).max() < largest_error
    assert gated.doubts == {}
    np.testing.assert_array_equal(gated.data[v.EVENTS].sum("tube"), table[list(PHASES)].sum())


def test_without_widths_doublets_pass_as_g2m_and_s_is_unharmed():
    events = events_of(PERCENT).drop_vars(v.DNA_WIDTH)
    gated = gate_study(events)
    assert abs(percent_errors(events, gated)[:, S]).max() < 0.6
    is_doublet = events[v.KIND_OF_EVENT].values == KINDS_OF_EVENT.index("doublet")
    as_g2m = int((gated.phase_of_event[is_doublet] == PHASES.index("G2/M")).sum())
    of_tube = np.array([PERCENT["a", condition][0] / 100 for condition in ("control", "drug")])
    both_in_g1 = (of_tube[events[v.TUBE_OF_EVENT].values[is_doublet]] ** 2).mean()
    # null: a doublet of two cells in G0/G1 has the DNA of one in G2/M, and no other doublet has it
    assert stats.binomtest(as_g2m, int(is_doublet.sum()), both_in_g1).pvalue > FALSE_ALARM
    with_widths = gate_study(events_of(PERCENT))
    as_g2m = int((with_widths.phase_of_event[is_doublet] == PHASES.index("G2/M")).sum())
    assert stats.binomtest(as_g2m, int(is_doublet.sum()), both_in_g1).pvalue < FALSE_ALARM  # the check can fail


def test_ten_thousand_events_take_less_than_a_second():
    events = events_of(PERCENT, events=10_000)
    own = events[v.TUBE_OF_EVENT].values == 0
    started = time.process_time()
    gate_events(events[v.DNA].values[own], log10_brdu(events[v.BRDU].values[own]), np.zeros(own.sum(), int), 1)
    assert time.process_time() - started < 1.0


def test_gates_that_cannot_be_right_are_doubted():
    events = events_of(PERCENT, Cytometer(g1_channel=600.0))  # G2/M off scale
    doubts = gate_study(events).doubts
    assert len(doubts) == 2
    assert "G2/M lies at" in next(iter(doubts.values()))


def test_experiments_are_gated_on_their_own():
    events = events_of(PERCENT, experiments=2, events=2000)
    gated = gate_study(events)
    assert sorted(gated.gatings) == [0, 1]
    assert gated.data.sizes[v.TUBE] == 4
    assert v.DNA not in gated.data
    assert ((gated.phase_of_event == OUTSIDE).sum() == gated.data[v.EVENTS_OUTSIDE].sum()).item()


def test_values_below_zero_stay_one_heap_with_those_above():
    noise = stream(12, "noise").normal(20.0, 200.0, 5000)
    y = log10_brdu(np.concatenate([noise, stream(12, "bright").normal(20_000.0, 2000.0, 5000)]))
    np.testing.assert_allclose(y[5000:].mean(), 4.3, atol=0.05)
    assert y[:5000].max() < 3.2
    exact = np.array([10.0, 100.0, 1e4])
    np.testing.assert_allclose(log10_brdu(exact), np.log10(exact), atol=0.005)


@pytest.mark.parametrize(
    ("dna", "brdu", "message"),
    [
        (np.full(200, 200.0), np.ones(200), "tube 1: DNA content must spread over a cell cycle, got 200 throughout"),
        (np.full(50, 200.0), np.ones(50), "tube 1: events to be gated must be at least 100, got 50"),
        (np.full(200, np.nan), np.ones(200), r"dna_channel\[0\] must be a finite number, got nan"),
        (np.full(200, 200.0), np.full(200, np.inf), r"log10_brdu\[0\] must be a finite number, got inf"),
        (np.full(200, 200.0), np.ones(199), "as many values of DNA as of BrdU, tube and width"),
        (np.zeros(200), np.ones(200), "tube 1: single cells on scale must be at least 50, got 0"),
    ],
)
def test_events_that_cannot_be_gated_are_refused(dna, brdu, message):
    with pytest.raises(InputError, match=message):
        gate_events(dna, brdu, np.zeros(len(dna), int), 1)


def test_the_g1_peak_is_found_from_either_side():
    rng = stream(13, "peaks")
    low, high = rng.normal(200, 8, 1000), rng.normal(390, 16, 4000)
    assert find_g1_channel(np.concatenate([low, high])) == pytest.approx(200, rel=0.02)
    assert find_g1_channel(np.concatenate([low, high[:200]])) == pytest.approx(200, rel=0.02)


def test_the_classical_answers_are_those_of_scipy():
    sheet = lay_out(CellCycleDesign(("a",), ("control", "drug"), 3))
    truth = draw_truth(CellCyclePopulation(PERCENT), sheet, stream(14, "t"))
    data = one_study(simulate(sheet, truth, Cytometer(), stream(14, "m")), 0)
    table = classical_effects(data, 0.9)
    table = table[table["phase"] == "S"].set_index("method")
    events = data[v.EVENTS].values.reshape(3, 2, 3)
    total = events.sum(axis=0)
    expected = stats.chi2_contingency(
        [[total[k, S], total[k].sum() - total[k, S]] for k in (1, 0)], correction=False
    ).pvalue
    assert table.loc[CELLS_AS_EXPERIMENTS, "p_value"] == pytest.approx(expected)
    share = 100 * events[..., S] / events.sum(axis=-1)
    test = stats.ttest_rel(share[:, 1], share[:, 0])
    row = table.loc[EXPERIMENTS_PAIRED]
    assert row["p_value"] == pytest.approx(test.pvalue)
    interval = test.confidence_interval(0.9)
    np.testing.assert_allclose([row["percent_points_lower"], row["percent_points_upper"]], list(interval))
