"""The column prior_decides: rows find the moves of their own estimands."""

import numpy as np
import pandas as pd
import xarray as xr

from lensim.inference.prior_words import NOT_KNOWN, moves_of_rows, prior_decides

FOUND = xr.Dataset(
    {
        "log10_ic50_um": ("cell_line", [0.02, 0.4]),
        "slope": ("cell_line", [0.2, 0.3]),
        "number_sensitive": ((), 0.15),
        "share": ((), 0.01),
    },
    coords={"cell_line": ["LP-1", "U266"]},
    attrs={"pareto_k": 0.1},
)


def test_a_row_names_what_the_prior_decides_in_it():
    frame = pd.DataFrame({"cell_line": ["U266", "LP-1", "new"]})
    moved = moves_of_rows(frame, FOUND, {"log10_ic50_um": "IC50", "slope": "slope", "absent": "x"}, {})
    np.testing.assert_array_equal(moved[["IC50", "slope"]], [[0.4, 0.3], [0.02, 0.2], [np.nan, np.nan]])
    assert prior_decides(moved, FOUND) == ["IC50, slope", "slope", ""]


def test_labels_stand_for_a_column_that_is_not_there():
    frame = pd.DataFrame({"line": ["a", "b"]})
    moved = moves_of_rows(frame, FOUND, {"log10_ic50_um": "IC50"}, {"cell_line": ["U266", "LP-1"]})
    assert moved["IC50"].tolist() == [0.4, 0.02]
    assert prior_decides(moves_of_rows(frame, FOUND, {"log10_ic50_um": "IC50"}, {}), FOUND) == ["", ""]


def test_a_row_of_one_quantity_is_told_of_that_alone():
    frame = pd.DataFrame({"quantity": ["number sensitive", "share"]})
    words = {"number_sensitive": "number sensitive", "share": "share"}
    assert prior_decides(moves_of_rows(frame, FOUND, words, {}), FOUND) == ["number sensitive", ""]


def test_draws_that_cannot_tell_say_so():
    lost = FOUND.where(False).assign_attrs({"pareto_k": 0.9})
    frame = pd.DataFrame({"cell_line": ["U266"]})
    assert prior_decides(moves_of_rows(frame, lost, {"slope": "slope"}, {}), lost) == [NOT_KNOWN]
