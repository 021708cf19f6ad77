"""The names of sheets as a column: a plate, an experiment or a cell line a sheet, as in a CSV with that column."""

import pytest
import xarray as xr

from tests.tables.book_tables import DOORS, of_csv, of_sheets, or_refusal

NAMES = ("Plate 1", "Plate 2", "Plate 3")


def _sheets(door):
    header, *rows = DOORS[door][1]
    return header, {
        name: [[cell + at / 4 if isinstance(cell, float) else cell for cell in row] for row in rows]
        for at, name in enumerate(NAMES)
    }


@pytest.mark.parametrize("door", [door for door in DOORS if door != "cell_cycle"])
@pytest.mark.parametrize("meaning", ["plate", "experiment"])
def test_the_names_of_sheets_are_a_column(tmp_path, door, meaning):
    if meaning == "plate" and door in ("ratios", "levels"):
        return
    header, sheets = _sheets(door)
    own = dict(DOORS[door][2].get("columns", {}))
    if meaning == "plate":
        own["experiment"] = "=1"
    found = of_sheets(
        door,
        tmp_path,
        {name: [header, *rows] for name, rows in sheets.items()},
        worksheet=list(sheets),
        columns={**own, meaning: "worksheet"},
    )
    joined = [[*header, meaning], *([*row, name] for name, rows in sheets.items() for row in rows)]
    expected = of_csv(door, tmp_path, joined, columns=own)
    plates = ["plate", "plate_of_reaction"] if meaning == "experiment" else []  # a sheet is a plate, a CSV is one
    xr.testing.assert_equal(found.drop_vars(plates, errors="ignore"), expected.drop_vars(plates, errors="ignore"))


def test_several_sheets_are_never_pooled_without_a_word(tmp_path):
    for door in DOORS:
        header, sheets = _sheets(door)
        said = or_refusal(of_sheets, door, tmp_path, {name: [header, *rows] for name, rows in sheets.items()})
        assert isinstance(said, str)
        assert "the sheets 'Plate 1', 'Plate 2', 'Plate 3' may each be" in said
        assert 'worksheet="Plate 1"' in said
        assert 'columns={"experiment": "worksheet"}' in said


def test_a_sheet_of_a_value(tmp_path):
    header, sheets = _sheets("dose_response")
    tables = {name: [header, *rows] for name, rows in sheets.items()}
    found = of_sheets("dose_response", tmp_path, tables, worksheet=list(sheets), by="worksheet")
    assert list(found) == list(NAMES)
    one = of_sheets("dose_response", tmp_path, tables, worksheet=list(sheets), where={"worksheet": "Plate 2"})
    assert one.sizes["well"] == 24
