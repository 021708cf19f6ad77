"""Figures of expression: one panel a treated condition, and a forest as wide as its intervals."""

import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.report.figures.expression import plot_before_after, plot_forest
from tests.report.made_up_fits import made_up_fit


def test_each_treated_condition_has_its_own_panels():
    data = xr.Dataset(
        {v.IS_CONTROL: (v.CONDITION, [0, 1, 0])},
        coords={v.CONDITION: ["low", "none", "high"], v.CELL_TYPE: ["line"]},
    )
    rows = [("TNF", "low", 1.5), ("TNF", "low", 1.2), ("TNF", "high", 3.0), ("IGF1", "high", 2.0)]
    table = pd.DataFrame(rows, columns=["target", "condition", "pfaffl_ratio"]).assign(cell_type="line")
    figure = plot_before_after(table, data)
    ticks = [[label.get_text() for label in axis.get_xticklabels()] for axis in figure.axes]
    assert ticks == [["none", "low"], ["", ""], ["none", "high"]]
    assert [axis.texts[0].get_text() for axis in figure.axes] == ["n = 2", "n = 1", "n = 1"]


def test_no_interval_of_the_forest_is_cut_off():
    result = made_up_fit("expression")
    posterior = result["posterior"].to_dataset()
    posterior[v.LOG2_FOLD_CHANGE][..., 0, 0, :] = 7.0
    posterior[v.LOG2_FOLD_CHANGE][..., 0, 1, :] = -6.0
    result["posterior"] = xr.DataTree(posterior)
    low, high = plot_forest(result).axes[0].get_xlim()
    assert low < 100 * 2**-6 < 100 * 2**7 < high


def test_the_forest_of_usual_changes_reaches_from_an_eighth_to_sixteenfold():
    axes = plot_forest(made_up_fit("expression")).axes[0]
    assert axes.get_xlim() == (12.5, 1600)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["25", "50", "100", "200", "400", "800"]
