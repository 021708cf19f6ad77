"""A row of units below the header: taken from it, or refused where it contradicts the header; never data."""

import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables.book_tables import DOORS, of_csv, of_sheets, or_refusal

UNITS = {
    "dose_um": ("uM", "\u00b5M", "(\u03bcM)", "umol/L", "-"),
    "signal": ("RLU", "a.u.", "[counts]", "light units (raw)"),
    "Ct": ("cycles", "Cycles", "-"),
    "ratio": ("fold", "x"),
    "relative_level": ("a.u.", "fold"),
    "concentration_pg_per_ml": ("pg/ml", "[pg/mL]", "pg per ml"),
    "od": ("OD", "AU", "a.u."),
    "events": ("n", "counts", "#"),
}
"""Units that say nothing new of the columns."""
WRONG = {
    "dose_um": ("nM", "M", "mg/ml", "%"),
    "Ct": ("fold", "h"),
    "concentration_pg_per_ml": ("ng/ml", "nM"),
    "od": ("cpm",),
    "events": ("%",),
}
EMPTY = (None, "-", "text", "Unit:")


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=10)
@given(data=st.data())
def test_a_row_of_units_is_no_data(tmp_path_factory, door, data):
    folder = tmp_path_factory.mktemp("units")
    header, *rows = DOORS[door][1]
    units = [data.draw(st.sampled_from(UNITS.get(name, EMPTY))) for name in header]
    if all(name not in UNITS or unit in ("-", "light units (raw)") for name, unit in zip(header, units, strict=True)):
        return
    blank = [[]] * data.draw(st.integers(0, 1))
    found = of_sheets(door, folder, {"Day 1": [*blank, header, units, *blank, *rows]})
    xr.testing.assert_equal(found, of_csv(door, folder, [header, *rows]))
    assert f"row {len(blank) + 2} has units: " in found.attrs["sheets_read"]


@pytest.mark.parametrize("door", [door for door, (_, rows, _) in DOORS.items() if set(rows[0]) & set(WRONG)])
@given(data=st.data())
@settings(max_examples=8)
def test_units_that_contradict_the_header_are_refused(tmp_path_factory, door, data):
    folder = tmp_path_factory.mktemp("units")
    header, *rows = DOORS[door][1]
    name = data.draw(st.sampled_from([one for one in header if one in WRONG]))
    wrong = data.draw(st.sampled_from(WRONG[name]))
    units = [wrong if one == name else None for one in header]
    said = or_refusal(of_sheets, door, folder, {"Day 1": [header, units, *rows]})
    column = "ABCD"[header.index(name)]
    assert said == (
        f"table.xlsx, sheet 'Day 1', cell {column}2: {name} has a unit in its name and must have the same in the "
        f"row of units, got {wrong!r}: correct one"
    )


@pytest.mark.parametrize("unit", ["uM", "nM", "\u00b5M", "M", "log10 M"])
def test_the_unit_of_doses_is_taken_from_the_row(tmp_path, unit):
    rows = DOORS["dose_response"][1][1:]
    values = [[line, dose * 1e-6 if unit == "M" else dose, *rest] for line, dose, *rest in rows]
    if unit == "log10 M":
        values = [[line, -8.25 - at % 5 / 3 if dose else None, *rest] for at, (line, dose, *rest) in enumerate(rows)]
        values = [[*row, "control" if row[1] is None else "treated"] for row in values]
    own = ["Cell line", "Dose", "RLU", "operator", "role"][: len(values[0])]
    units = [None, unit, "RLU", None, None][: len(own)]
    csv_rows = [[own[0], f"Dose ({unit})", *own[2:]], *values]
    found = of_sheets("dose_response", tmp_path, {"A": [own, units, *values]})
    xr.testing.assert_equal(found, of_csv("dose_response", tmp_path, csv_rows))
    stated = {"columns": {"dose": "Concentration tested", "signal": "Lum"}}
    named = [own[0], "Concentration tested", "Lum", *own[3:]]
    found = of_sheets("dose_response", tmp_path, {"A": [named, units, *values]}, **stated)
    assert found["dose_um"].equals(of_csv("dose_response", tmp_path, csv_rows)["dose_um"])


def test_other_units_are_known_to_the_readers(tmp_path):
    header, *rows = DOORS["dose_response"][1]
    counted = of_sheets("dose_response", tmp_path, {"A": [header, [None, "uM", "cpm", None], *rows]})
    assert counted["signal"].attrs["units"] == "counts/min"
    header, *rows = DOORS["ratios"][1]
    percents = [[gene, subject, 100 * ratio] for gene, subject, ratio in rows]
    found = of_sheets("ratios", tmp_path, {"A": [header, [None, None, "%"], *percents]})
    xr.testing.assert_allclose(found, of_csv("ratios", tmp_path, [header, *rows]))
    header, *rows = DOORS["bioassay"][1]
    own = ["role", "TNF", *header[2:]]
    found = of_sheets("bioassay", tmp_path, {"A": [own, [None, "ng/ml", None, "OD"], *rows]})
    xr.testing.assert_equal(found, of_csv("bioassay", tmp_path, [["role", "TNF (ng/ml)", *header[2:]], *rows]))


def test_a_first_row_of_data_is_no_row_of_units(tmp_path):
    header, *rows = DOORS["dose_response"][1]
    rows = [[row[0], "DMSO", row[2], "AB"] if row[1] == 0 else row for row in rows]
    assert of_sheets("dose_response", tmp_path, {"A": [header, *rows]}).sizes["well"] == 24
    header, *rows = DOORS["expression"][1]
    lost = [[*rows[0][:3], "NA"], *rows[1:]]
    found = or_refusal(of_sheets, "expression", tmp_path, {"A": [header, *lost]})
    expected = or_refusal(of_csv, "expression", tmp_path, [header, *lost])
    assert isinstance(found, str) == isinstance(expected, str)
