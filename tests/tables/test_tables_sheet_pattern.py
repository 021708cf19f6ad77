"""Sheets by a pattern of their names are those sheets, each as a file of its own, at every door."""

import sys

import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import lensim
from lensim.cli.main import main
from tests.tables.book_tables import DOORS, of_csv, of_sheets, or_refusal
from tests.workbooks import workbook_bytes

NOTES = [["made by", "AB"], ["on", "Monday"]]
OF_PLATES = [door for door in DOORS if door not in ("cell_cycle", "ratios", "levels")]


def _sheets(door: str, number: int) -> dict[str, list[list[object]]]:
    """Plates with other numbers each, so that one which is lost or read twice shows."""
    header, *rows = DOORS[door][1]
    return {
        f"Plate {at + 1}": [
            list(header),
            *[[cell + at / 4 if isinstance(cell, float) else cell for cell in row] for row in rows],
        ]
        for at in range(number)
    }


@pytest.mark.parametrize("door", OF_PLATES)
@settings(max_examples=15)
@given(data=st.data())
def test_plates_on_sheets_are_a_table_with_a_column_of_plates(tmp_path_factory, door, data):
    folder, sheets = tmp_path_factory.mktemp("plates"), _sheets(door, data.draw(st.integers(1, 5)))
    others = data.draw(st.permutations([*sheets, "Notes", "plate 9 old", "Empty"]))
    filled = {**sheets, "Notes": NOTES, "plate 9 old": next(iter(sheets.values())), "Empty": []}

    def hide(book):
        book["plate 9 old"].sheet_state = "hidden"

    pattern = data.draw(st.sampled_from(["Plate *", "plate ?", "PLATE [1-5]", " Plate*", "*late ?"]))
    own = {**DOORS[door][2].get("columns", {}), "experiment": "=1"}
    choice = {"worksheet": pattern, "columns": {**own, "plate": "worksheet"}}
    found = of_sheets(door, folder, {name: filled[name] for name in others}, hide, **choice)
    order = [name for name in others if name in sheets]
    header = sheets["Plate 1"][0]
    joined = [[*header, "plate"], *([*row, name] for name in order for row in sheets[name][1:])]
    xr.testing.assert_equal(found, of_csv(door, folder, joined, columns=own))
    assert "the hidden sheet 'plate 9 old' is not read" in found.attrs["sheets_read"]


def test_the_cells_of_each_sheet_by_a_pattern(tmp_path):
    sheets = _sheets("dose_response", 3)
    moved = {name: [["title"], *[["x", "x", *row] for row in rows], ["below"]] for name, rows in sheets.items()}
    last = len(sheets["Plate 1"]) + 1
    found = of_sheets("dose_response", tmp_path, moved, worksheet=f"Plate *!C2:F{last}")
    xr.testing.assert_equal(found, of_sheets("dose_response", tmp_path, sheets, worksheet="Plate *"))


def test_a_sheet_that_is_named_beside_its_pattern_is_read_once(tmp_path):
    sheets = _sheets("dose_response", 3)
    one = of_sheets("dose_response", tmp_path, sheets, worksheet=["Plate 2", "Plate *"])
    assert sorted(one["plate"].values.tolist()) == list(sheets)
    assert one.sizes["well"] == 72
    cells = of_sheets("dose_response", tmp_path, sheets, worksheet=["Plate 2!A:D", "Plate *", "*1"])
    assert cells.sizes["well"] == 72


def test_a_hidden_sheet_is_read_where_no_other_fits(tmp_path):
    def hide(book):
        for name in book.sheetnames:
            if name.startswith("Plate"):
                book[name].sheet_state = "hidden"

    found = of_sheets("dose_response", tmp_path, {**_sheets("dose_response", 2), "Notes": NOTES}, hide, worksheet="Pl*")
    assert found.sizes["well"] == 48
    assert "the sheet is hidden in the workbook" in found.attrs["sheets_read"]


@pytest.mark.parametrize("door", DOORS)
def test_a_pattern_that_no_sheet_fits_names_the_sheets(tmp_path, door):
    sheets = {**_sheets(door, 2), "Empty": []}
    assert or_refusal(of_sheets, door, tmp_path, sheets, worksheet="Day *") == (
        "table.xlsx: the workbook has no sheet that fits 'Day *', its sheets are 'Plate 1', 'Plate 2', 'Empty'"
    )
    assert or_refusal(of_sheets, door, tmp_path, sheets, worksheet="Emp*") == (
        "table.xlsx: the workbook has no cell with a value in the sheets that fit 'Emp*', its sheets are 'Plate 1', "
        "'Plate 2', 'Empty'"
    )


def test_a_sheet_that_fits_and_is_no_such_table_is_a_fault(tmp_path):
    sheets = {**_sheets("dose_response", 2), "Plate notes": NOTES}
    said = or_refusal(of_sheets, "dose_response", tmp_path, sheets, worksheet="Plate *")
    assert isinstance(said, str)
    assert "table.xlsx, sheet 'Plate notes'" in said


def test_each_of_several_workbooks_has_its_own(tmp_path):
    sheets = _sheets("dose_response", 4)
    for name, own in (("a.xlsx", ("Plate 1", "Plate 3")), ("b.xlsx", ("Plate 2", "Plate 4"))):
        (tmp_path / name).write_bytes(workbook_bytes({one: sheets[one] for one in own}))
    data = lensim.read.dose_response([tmp_path / "a.xlsx", tmp_path / "b.xlsx"], worksheet="Plate *")
    assert sorted(data["plate"].values.tolist()) == list(sheets)


def test_grids_by_a_pattern_and_their_map_in_one_workbook(tmp_path):
    path = tmp_path / "book.xlsx"
    grids = {
        f"Reader {k}": [
            [None, *range(1, 13)],
            *[[row, *[1000 + k - 50 * at for at in range(12)]] for row in "ABCDEFGH"],
        ]
        for k in (1, 2)
    }
    doses = (0, 0, 0, 0, 0.1, 0.1, 1, 1, 10, 10, 100, 100)
    layout = [
        ["well", "cell_line", "dose_um"],
        *[[f"{row}{at + 1}", "K562", doses[at]] for row in "ABCDEFGH" for at in range(12)],
    ]
    path.write_bytes(workbook_bytes({**grids, "Map": layout}))
    for names in (["Reader *"], ["Reader *", "Map"]):
        assert lensim.read.dose_response(path, plate_map=path, worksheet=names)["plate"].values.tolist() == list(grids)
    (tmp_path / "map.xlsx").write_bytes(workbook_bytes({"Layout": layout, "Notes": NOTES}))
    data = lensim.read.dose_response(path, plate_map=tmp_path / "map.xlsx", worksheet="Reader *")
    assert data.sizes["well"] == 192


def test_the_message_about_several_sheets_names_their_pattern(tmp_path):
    said = or_refusal(of_sheets, "dose_response", tmp_path, {**_sheets("dose_response", 3), "Notes": NOTES})
    assert 'or all that are parts of it, worksheet="Plate *", with columns={"experiment": "worksheet"}' in str(said)
    other = or_refusal(of_sheets, "dose_response", tmp_path, {**_sheets("dose_response", 2), "Plate of notes": NOTES})
    assert 'or all that are parts of it, with columns={"experiment": "worksheet"}' in str(other)


@pytest.mark.parametrize("command", ["read", "check", "fit"])
def test_commands_take_a_pattern(monkeypatch, capsys, tmp_path, command):
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook_bytes({**_sheets("dose_response", 2), "Notes": NOTES}))
    given = ["lensim", command, "dose-response", str(path), "--worksheet", "Day *"]
    given += {"read": ["--out", str(tmp_path / "out.csv")], "fit": ["--out", str(tmp_path / "out.nc")]}.get(command, [])
    monkeypatch.setattr(sys, "argv", given)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "no sheet that fits 'Day *', its sheets are 'Plate 1', 'Plate 2', 'Notes'" in capsys.readouterr().err
