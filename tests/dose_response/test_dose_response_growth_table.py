import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.assay import Asked
from lensim.dose_response import growth as gr
from lensim.dose_response.assay import ASSAY
from lensim.dose_response.estimands import dose_response_estimands
from lensim.dose_response.growth_table import FEW, NOT_MEASURED, growth_beside, summarise_growth
from lensim.dose_response.simulate_growth import GrowthDesign
from tests.dose_response.growth_panels import LINES, panel, result_around


def table_of(truth, data, ci_prob=0.9):
    result = result_around(truth, data)
    return summarise_growth(gr.with_growth(dose_response_estimands(result), result), ci_prob).set_index("cell_line")


def with_curves(truth, effect, log10_ec50=-0.5):
    """The truth with other curves in all lines and cultures."""
    found = {v.EFFECT: effect, v.CULTURE_EFFECT: effect, v.LOG10_EC50: log10_ec50, v.CULTURE_LOG10_EC50: log10_ec50}
    return truth.assign({name: truth[name] * 0.0 + value for name, value in found.items()})


GROWN = GrowthDesign(mu_divisions=3.0, sd_line_divisions=0.0, sd_experiment_divisions=0.0)
TRUTH, DATA = panel(GROWN)


def test_a_usual_line():
    table = table_of(with_curves(TRUTH, 2.0), DATA)
    row = table.loc["A"]
    assert row["experiments_with_time_zero"] == 1
    assert row["divisions_lower"] < row["divisions"] < row["divisions_upper"]
    assert row["divisions"] == pytest.approx(3.0, abs=0.1)
    assert row["divisions_per_day"] == pytest.approx(row["divisions"] / 3.0)
    assert row["this_experiment_divisions"] == pytest.approx(3.0, abs=1e-3)
    assert row["gr50_um_lower"] < row["gr50_um"] < row["gr50_um_upper"]
    assert row["gr50"].startswith(f"{row['gr50_um']:.2g}")
    assert row["p_no_growth"] == 0.0
    assert row["growth"] == ""
    assert row["dose_unit"] == "µM"


def test_gr50_beyond_the_doses_is_a_bound_with_its_probability():
    row = table_of(with_curves(TRUTH, 0.3), DATA).loc["A"]  # 74% are left at saturation, GR stays above 0.8
    assert row["gr50"] == "> 10"
    assert np.isnan(row["gr50_um"])
    assert row["p_gr50_above_top"] > 0.99
    assert row["gr_max"] > 0.5
    low = table_of(with_curves(TRUTH, 4.0, -4.0), DATA).loc["A"]
    assert low["gr50"] == "< 0.01"
    assert np.isnan(low["gr50_um"])


def test_a_line_that_dies_has_a_gr_below_0():
    row = table_of(with_curves(TRUTH, 6.0, -1.5), DATA).loc["A"]  # 0.25% left of 12.5% at time zero
    assert row["gr_max"] == pytest.approx(2 * np.exp(-6.0) ** (1 / 3) - 1, abs=0.15)
    assert row["gr_max_upper"] < 0
    assert row["p_cell_loss"] == 1.0
    assert row["gr_aoc"] > 1


@pytest.mark.parametrize("divisions", [0.0, -2.0])
def test_without_growth_nothing_is_told_but_the_probability(divisions):
    truth, data = panel(GrowthDesign(mu_divisions=divisions, sd_line_divisions=0.0, sd_experiment_divisions=0.0))
    row = table_of(truth, data).loc["A"]
    assert row["gr50"] == ""
    for name in ("gr50_um", "gr_max", "gr_max_lower", "gr_aoc", "p_gr50_above_top", "p_cell_loss"):
        assert np.isnan(row[name]), name
    assert row["p_no_growth"] == pytest.approx(0.5, abs=0.1) if divisions == 0 else row["p_no_growth"] > 0.98
    assert row["growth"].startswith("GR not defined: untreated cells did not grow with probability ")
    assert ("other cells, or another seeding?" in row["growth"]) == (divisions < -1)


def test_less_than_a_division_and_more_than_cells_can_do_are_told():
    truth, data = panel(GrowthDesign(mu_divisions=0.9, sd_line_divisions=0.0, sd_experiment_divisions=0.0))
    assert table_of(truth, data).loc["A", "growth"] == FEW
    measured = (v.TIME_ZERO_SIGNAL, v.TIME_ZERO_BLANK_SIGNAL)
    other_unit = data.assign({name: data[name] / 1000.0 for name in measured})
    wide = truth.assign({"sd_plate_log_background_signal": 10.0})
    said = table_of(wide, other_unit).loc["A", "growth"]
    assert said.endswith("-fold growth: was time zero read in the unit and with the gain of the end?")


def test_a_line_without_time_zero_says_so():
    lacking = DATA.assign({v.SEEDING_OF_CULTURE: DATA[v.SEEDING_OF_CULTURE].where(DATA[v.LINE_OF_CULTURE] != 1, -1)})
    table = table_of(TRUTH, lacking)
    assert table.loc["B", "growth"] == NOT_MEASURED
    assert np.isnan(table.loc["B", "p_no_growth"])
    assert table.loc["B", "gr50"] == ""
    assert table.loc["A", "p_no_growth"] == 0.0


def test_the_table_of_lines_has_the_same_numbers():
    result = result_around(TRUTH, DATA)
    lines, growth, *_ = ASSAY.tables(ASSAY.estimands(result, Asked()), Asked())
    assert growth.name == "growth"
    assert "in 72 hours" in growth.caption
    for name in ("divisions", "gr50", "gr50_um_upper", "gr_max", "gr_aoc_lower", "p_no_growth"):
        np.testing.assert_array_equal(lines.frame[name], growth.frame[name])
        assert name in lines.hidden
    assert "gr50" in growth.shown
    assert "gr50_um" not in growth.shown
    assert growth.units["gr50"] == "µM"
    own = summarise_growth(ASSAY.estimands(result, Asked())).assign(cell_line=LINES[::-1])
    assert (
        growth_beside(lines.frame.set_index("cell_line")[["ic50"]], own)["divisions"].tolist()
        == (own["divisions"].tolist()[::-1])
    )
