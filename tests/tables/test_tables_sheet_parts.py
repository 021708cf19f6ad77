"""Several tables on one sheet: the one that suits is read, several are asked about, and their cells name them."""

import re

import pytest
import xarray as xr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lensim.tables.workbook import cell_name
from tests.tables.book_tables import DOORS, of_csv, of_sheets, or_refusal

OTHERS = (
    [["mean", "sd"], ["first", 3.5], ["second", 4.25]],
    [["Code", "Meaning"], ["x", "lost"], ["y", "kept"]],
    [["Machine", "Serial number", "Made"], ["reader", 77123, 2019]],
)
"""Tables that no door reads."""


def laid_out(data, tables):
    """Tables on one sheet, each below or beside the last one, and the cells that each has."""
    cells, places, row, column, lowest, widest = {}, [], 0, 0, 0, 0
    for number, (title, table) in enumerate(tables):
        if number and data.draw(st.booleans(), label="beside"):
            row, column = data.draw(st.integers(0, 2), label="down"), widest + data.draw(st.integers(1, 3), label="gap")
        elif number:
            row, column = lowest + data.draw(st.integers(1, 3), label="gap"), 0
        if title:
            cells[row, column] = title
            row += 1 + data.draw(st.integers(0, 1), label="below the title")
        for down, line in enumerate(table):
            for across, value in enumerate(line):
                cells[row + down, column + across] = value
        bottom, right = row + len(table) - 1, column + len(table[0]) - 1
        places.append(f"{cell_name(row, column)}:{cell_name(bottom, right)}")
        lowest, widest = max(lowest, bottom + 1), max(widest, right + 1)
    rows = [[cells.get((at, k)) for k in range(widest)] for at in range(lowest)]
    return rows, places


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=8, phases=[Phase.generate])
@given(data=st.data())
def test_the_table_that_suits_is_read_among_others(tmp_path_factory, door, data):
    folder, own = tmp_path_factory.mktemp("parts"), DOORS[door][1]
    others = data.draw(st.lists(st.sampled_from(OTHERS), min_size=1, max_size=2))
    titles = [data.draw(st.sampled_from(["", "Run of March"])) for _ in range(len(others) + 1)]
    tables = list(zip(titles, data.draw(st.permutations([own, *others])), strict=True))
    rows, places = laid_out(data, tables)
    found = or_refusal(of_sheets, door, folder, {"Day 1": rows})
    named = of_sheets(door, folder, {"Day 1": rows}, worksheet=f"Day 1!{places[[t for _, t in tables].index(own)]}")
    expected = of_csv(door, folder, own)
    xr.testing.assert_equal(named, expected)
    if isinstance(found, str):  # never another reading
        assert "'Day 1'" in found
    else:
        xr.testing.assert_equal(found, expected)


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=8, phases=[Phase.generate])
@given(data=st.data())
def test_several_that_suit_are_asked_about_by_their_cells(tmp_path_factory, door, data):
    folder, own = tmp_path_factory.mktemp("parts"), DOORS[door][1]
    count = data.draw(st.integers(2, 3))
    titles = [data.draw(st.sampled_from(["", "Run"])) for _ in range(count)]
    rows, places = laid_out(data, [(title, own) for title in titles])
    said = or_refusal(of_sheets, door, folder, {"Day 1": rows})
    assert isinstance(said, str)
    assert set(re.search(r"the tables in (.+) may each be", said)[1].split(", ")) == set(places)
    assert 'worksheet="Day 1!' in said
    for place in places:
        xr.testing.assert_equal(of_sheets(door, folder, {"Day 1": rows}, worksheet=f"Day 1!{place}"),
                                of_csv(door, folder, own))  # fmt: skip


def test_named_cells_are_parts_of_one_study(tmp_path):
    header, *rows = DOORS["dose_response"][1]
    later = [[line, dose, signal + 7.5, who] for line, dose, signal, who in rows]
    sheet = [header, *rows, [], ["Second plate"], header, *later]
    names = ["Day 1!A1:D25", "Day 1!A28:D52"]
    data = of_sheets("dose_response", tmp_path, {"Day 1": sheet}, worksheet=names)
    assert list(data["plate"].values) == names
    assert data.sizes["well"] == 48
    beside = [[*one, None, *other] for one, other in zip([header, *rows], [header, *later], strict=True)]
    data = of_sheets("dose_response", tmp_path, {"Day 1": beside}, worksheet=["Day 1!A:D", "'Day 1'!$F$1:$I$25"])
    assert data.sizes["well"] == 48


def test_rows_between_two_tables_are_asked_about(tmp_path):
    header, *rows = DOORS["dose_response"][1]
    sheet = [header, *rows[:12], [], ["mean", "sd"], ["first", 3.5], [], *rows[12:]]
    said = or_refusal(of_sheets, "dose_response", tmp_path, {"A": sheet})
    assert said == (
        "table.xlsx, sheet 'A': 12 rows (18 to 29) may be of the table or of another one, in rows 15 and 16: name the "
        'cells of the table, worksheet="A!A1:D13", or all that are parts of it'
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("A!X1:Z9", "table.xlsx: the cells 'A!X1:Z9' have no value"),
        ("B!A1:D9", "table.xlsx must have a sheet 'B', it has 'A'"),
        ("A!1:2", "table.xlsx must have a sheet 'A!1:2', it has 'A'"),
    ],
)
def test_cells_that_are_not_there(tmp_path, name, said):
    found = or_refusal(of_sheets, "dose_response", tmp_path, {"A": DOORS["dose_response"][1]}, worksheet=name)
    assert found == said


def test_a_fault_in_named_cells_names_the_cell(tmp_path):
    header, *rows = DOORS["ratios"][1]
    sheet = [["Old"], header, *rows, [], ["New"], header, *rows[:-1], [*rows[-1][:2], -1]]
    found = or_refusal(of_sheets, "ratios", tmp_path, {"A": sheet}, worksheet="a!a13:c21")
    assert found.startswith("table.xlsx, sheet 'A!A13:C21', cell C21: ratio must be a finite number above 0, got '-1'")
