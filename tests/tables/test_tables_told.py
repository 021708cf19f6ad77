"""Sentences on the columns that were used."""

import xarray as xr

from lensim.tables.told import column_notes


def test_notes_say_what_was_used_kept_left_and_joined():
    assert column_notes(xr.Dataset()) == ()
    attrs = {"columns_used": "cell_line = line, dose = dose_um", "rows_kept": "time_h = 72"}
    attrs |= {"columns_not_used": "operator (2 values: A, B)", "names_joined": "line: LP1 as LP-1"}
    assert column_notes(xr.Dataset(attrs=attrs)) == (
        "columns used: cell_line = line, dose = dose_um; rows kept: time_h = 72; not used: operator (2 values: A, B)",
        "names joined: line: LP1 as LP-1",
    )
