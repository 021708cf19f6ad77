"""What is read off simulated studies, against truths without noise."""

import numpy as np
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.dose_response import NO_FAULTS, lay_out, simulate
from lensim.dose_response.curve import residual
from lensim.expression.design import lay_out as lay_out_reactions
from lensim.expression.pairs import PairSettings, pairs_of
from lensim.expression.simulate import simulate as simulate_reactions
from lensim.expression.truth import NO_FAULTS as NO_REACTION_FAULTS
from lensim.maiga2013.claims import numbers_table, stated_value
from lensim.maiga2013.dose_response_twin import dose_response_design, draw_twin
from lensim.maiga2013.expression_twin import ABSENT, PRIMARY, draw_expression_twin, expression_design
from lensim.maiga2013.readings import change_readings, ic50_um_read_off, level_readings, panel_readings
from lensim.maiga2013.simulated import panel_twins, study_twins
from lensim.seeding import stream
from lensim.summaries.two_groups import rank_sum_p, rank_sum_p_values


def test_ic50_is_read_between_the_doses():
    sheet = lay_out(dose_response_design(), stream(1, "sheet"))
    truth = draw_twin(sheet, stream(1, "truth"), 3)
    truth[v.SD_WELL] = truth[v.SD_WELL] * 0 + 1e-6
    line = sheet[v.LINE_OF_CULTURE].to_numpy()
    for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT):
        truth[f"culture_{name}"].to_numpy()[:] = truth[name].to_numpy()[:, line]
    truth[v.LOG_TOP].to_numpy()[:] = np.log(1e6)
    ic50, top = ic50_um_read_off(simulate(sheet, truth, NO_FAULTS, stream(1, "machine")))
    true = truth["log10_ic50_um"].to_numpy()
    reached = true < 1
    clear = np.abs(true - 1) > 0.01
    np.testing.assert_array_equal(np.isfinite(ic50)[clear], reached[clear])
    doses = np.unique(sheet[v.DOSE])[1:]
    curve = (truth[name].to_numpy()[..., None] for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT))
    falls = 1 - residual(doses, *curve)  # half is read off the chord between the doses on either side
    chord = [np.interp(0.5, fall, np.log10(doses)) for fall in falls[reached]]
    np.testing.assert_allclose(np.log10(ic50[reached]), chord, atol=0.005)  # counting 1e6 a minute moves it by less
    assert np.abs(np.array(chord) - true[reached]).max() > 0.02  # the check can fail: the chord is not the curve
    assert (top[~reached] > 45).all()


def test_readings_of_the_twin_are_what_was_stated():
    sheet = lay_out_reactions(expression_design(4, 3))
    truth = draw_expression_twin(sheet, stream(2, "truth"), 4)
    for name in (v.SD_TECHNICAL, v.SD_PLATE, v.SD_INPUT, v.SD_BIOLOGICAL):
        truth[name] = truth[name] * 0
    for name in (v.LOG2_BIOLOGICAL, v.LOG2_INPUT, v.PLATE_SHIFT):
        truth[name] = truth[name] * 0
    truth[v.LOG2_LEVEL] = truth[v.LOG2_LEVEL] + 6  # many copies
    truth[v.LOG2_REFERENCE_LEVEL] = truth[v.LOG2_REFERENCE_LEVEL] + 6
    data = simulate_reactions(sheet, truth, NO_REACTION_FAULTS, stream(2, "machine"))
    found = change_readings(pairs_of(data, PairSettings("plug_in")), ABSENT)
    for key in ("tnf_lines_median_percent", "tnf_primary_range_percent.high", "igf1_lines_range_percent.low"):
        assert found[key] == pytest.approx(stated_value(key), rel=0.15)
    for key in ("tnf_lines_increased", "igf1_primary_increased"):
        assert (found[key] == stated_value(key)).all()
    levels = level_readings(data, ABSENT)
    assert levels["igf1_primary_over_lines_fold"] == pytest.approx(23, rel=0.25)  # at one factor for all genes
    assert PRIMARY in data[v.CELL_TYPE].to_numpy()


def test_rank_sum_p_is_that_of_scipy():
    table = rank_sum_p_values(4, 12)
    own = table[(table["method"] == "normal approximation, continuity corrected") & (table["sides"] == "two")]
    assert rank_sum_p(own["u"].to_numpy(), 4, 12) == pytest.approx(own["p"].to_numpy())
    x, y = np.array([1.5, 2.5, 7.5]), np.arange(6.0)
    u = (x[:, None] > y[None]).sum()
    expected = stats.mannwhitneyu(x, y, method="asymptotic").pvalue
    assert rank_sum_p(np.array([u]), 3, 6)[0] == pytest.approx(expected)


def test_twins_are_set_beside_the_stated_numbers():
    readings = panel_twins(40, stream(3, "panel")) | study_twins(40, stream(3, "study"))
    table = numbers_table(readings).set_index("key")
    simulated = table[table["inside"] != "not simulated"]
    assert len(simulated) >= 35
    assert table.loc["sensitive_lines", "stated_number"] == 13
    assert table.loc["sensitive_lines", "stated"] == "13 of 23"
    assert table.loc["tnf_lines_range_percent.low", "stated_number"] == 58
    assert (simulated["inside"] == "yes").mean() > 0.8
    sheet = lay_out(dose_response_design(), stream(3, "sheet"))
    data = simulate(sheet, draw_twin(sheet, stream(3, "truth"), 5), NO_FAULTS, stream(3, "machine"))
    assert panel_readings(data)["resistant_lines"].mean() == pytest.approx(10, abs=2)
