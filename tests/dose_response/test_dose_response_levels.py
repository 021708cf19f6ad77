import numpy as np
import pandas as pd
import pytest

from lensim import vocabulary as v
from lensim.assay import Asked
from lensim.dose_response import levels as lv
from lensim.dose_response.assay import ASSAY
from lensim.dose_response.estimands import LOWEST_DOSE, TOP_DOSE, dose_response_estimands, summarise_lines
from tests.dose_response.made_up_panel import made_up_panel
from tests.dose_response.test_dose_response_estimands import LINES, RESULT, in_unit, left_at, parameters
from tests.dose_response.test_dose_response_steps import all_or_nothing

LEVELS = (10.0, 50.0, 90.0)
DRAWS = lv.with_levels(dose_response_estimands(RESULT), RESULT, LEVELS)
TABLE = lv.summarise_levels(DRAWS).set_index(["cell_line", lv.LEVEL])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("line", range(4))
def test_icx_leaves_the_rest_of_the_signal(line, level):
    icx = DRAWS[lv.LOG10_ICX].sel({lv.LEVEL: level}).isel({v.CELL_LINE: line}).to_numpy()
    reached = np.isfinite(icx)
    effect = parameters(line)[2]
    assert (reached == (1 - np.exp(-effect) > level / 100)).all()
    left = left_at(np.where(reached, 10.0**icx, 1.0), line)
    assert left[reached] == pytest.approx(1 - level / 100)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("line", range(4))
def test_ecx_is_its_share_of_the_way_to_the_curves_own_end(line, level):
    ecx = DRAWS[lv.LOG10_ECX].sel({lv.LEVEL: level}).isel({v.CELL_LINE: line}).to_numpy()
    way = (1 - left_at(10.0**ecx, line)) / -np.expm1(-parameters(line)[2])
    assert way == pytest.approx(level / 100)


def test_level_50_is_the_ic50_and_the_ec50():
    estimands = dose_response_estimands(RESULT)
    at_50 = DRAWS.sel({lv.LEVEL: 50.0})
    np.testing.assert_array_equal(at_50[lv.LOG10_ICX], estimands[v.LOG10_IC50])
    np.testing.assert_allclose(at_50[lv.LOG10_ECX], estimands[v.LOG10_EC50])
    lines = summarise_lines(estimands)
    assert TABLE.xs(50.0, level=1)["icx"].tolist() == lines["ic50"].tolist()
    assert TABLE.xs(50.0, level=1)["ecx"].tolist() == lines["ec50"].tolist()


def test_a_dose_beyond_the_tested_ones_is_a_bound_with_its_probability():
    row = TABLE.loc["RPMI-8226", 90.0]  # a third of the signal is lost at most
    assert row["icx"] == "> 5"
    assert np.isnan(row["icx_um"])
    assert row["p_icx_above_top"] == 1.0
    low = TABLE.loc["Z138", 10.0]  # half is lost at 0.006, doses begin at 0.03
    assert low["icx"] == "< 0.03"
    assert low["p_icx_below_lowest"] == 1.0
    stimulated = TABLE.loc["U266", 10.0]
    assert stimulated["icx"] == "> 10"
    assert stimulated["ecx_um"] == pytest.approx(np.median(parameters(2)[0] * 9 ** (-1 / parameters(2)[1])), rel=0.01)


def test_levels_are_told_in_the_users_unit():
    tree = in_unit("nM")
    table = lv.summarise_levels(lv.with_levels(dose_response_estimands(tree), tree, (90.0,)))
    assert (table["icx_nM"].dropna() == 1e3 * table["icx_um"].dropna()).all()
    assert table["icx"].tolist()[1] == "> 5000"


def test_one_experiment_of_a_line_has_its_own_levels():
    tree = made_up_panel()
    data = tree["observations"].to_dataset()
    line = data[v.LINE_OF_CULTURE].to_numpy()
    posterior = tree["posterior"].to_dataset()
    ec50 = posterior[v.LOG10_EC50].isel({v.CELL_LINE: line}).to_numpy() + 0.3
    tree["posterior"] = posterior.assign({v.CULTURE_LOG10_EC50: (("chain", "draw", v.CULTURE), ec50)})
    row = lv.summarise_levels(lv.with_levels(dose_response_estimands(tree), tree, (20.0,))).iloc[0]
    assert row["this_experiment_ecx_um"] == pytest.approx(10**0.3 * row["ecx_um"])
    assert row["this_experiment_icx_um"] == pytest.approx(10**0.3 * row["icx_um"])


def test_tables_have_a_row_a_level_and_the_main_one_has_columns():
    asked = Asked(levels=(90.0, 50.0, 90.0))
    tables = {one.name: one for one in ASSAY.tables(ASSAY.estimands(RESULT, asked), asked)}
    assert list(tables) == ["lines", "levels", "panel"]
    levels = tables["levels"]
    assert levels.frame[lv.LEVEL].tolist() == [90.0, 50.0] * len(LINES)
    assert list(levels.shown) == [
        "cell_line", lv.LEVEL, "icx", "p_icx_above_top", "p_icx_below_lowest", "ecx", "p_ecx_above_top",
        "p_ecx_below_lowest",
    ]  # fmt: skip
    assert levels.units == {"icx": "µM", "ecx": "µM"}
    assert levels.caption == (
        "Doses by level x of effect, as an interval or a bound: icx leaves (100 - x)% of untreated, ecx is x% of the "
        "way to the curve's own end, medians and 90% intervals"
    )
    lines = tables["lines"]
    assert {"ic90", "ic90_um", "ic90_um_upper", "p_ic90_above_top", "ec90", "ec90_um"} <= set(lines.frame)
    assert not {name for name in lines.shown if "90" in name}
    assert lines.frame["ic90"].tolist() == levels.frame.query(f"{lv.LEVEL} == 90")["icx"].tolist()
    plain = ASSAY.tables(ASSAY.estimands(RESULT, Asked()), Asked())[0].frame
    pd.testing.assert_frame_equal(plain, lines.frame[list(plain)])


def test_where_a_line_falls_between_two_doses_the_slope_decides_no_level():
    tree, low, high = all_or_nothing(), 3.0, 6.0
    found = lv.with_levels(dose_response_estimands(tree), tree, (20.0, 80.0))
    for level in (20.0, 80.0):
        icx = 10.0 ** found[lv.LOG10_ICX].sel({lv.LEVEL: level}).isel({v.CELL_LINE: 0}).to_numpy()
        assert (icx.min(), icx.max()) == (pytest.approx(low, rel=0.02), pytest.approx(high, rel=0.02))


def test_doses_of_levels_keep_what_tables_need():
    assert {LOWEST_DOSE, TOP_DOSE} <= set(DRAWS.coords)
    assert lv.with_levels(DRAWS, RESULT, ()) is DRAWS
    assert lv.summarise_levels(dose_response_estimands(RESULT)).empty
