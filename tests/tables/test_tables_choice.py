"""Which rows are read: values compared as text and as numbers, and what is not there is told."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.tables.choice import EVERY_ROW, Choice, choose_rows, value_key
from lensim.tables.columns import Meaning
from lensim.tables.table import TextTable
from tests.tables.splitting_files import saved

TABLE = TextTable("t.csv", ("line", "Time (h)", "x"), [["a", "24", "1"], ["b", "72.0", "2"], ["", "", "3"]], [2, 3, 4])
MEANINGS = {"cell_line": Meaning(("cell_line", "line"))}


def chosen(where, ignore=(), stated=None):
    [table] = choose_rows([TABLE], Choice.of(where, ignore), MEANINGS, stated or {})
    return table.lines


@pytest.mark.parametrize("value", ["72", "72.0", "72,0", 72, 72.0, [72, 80][:1], ["72"]])
def test_a_value_is_compared_as_text_and_as_a_number(value):
    assert chosen({"time_h": value}) == [3, 4]


def test_the_column_is_found_by_its_name_or_its_meaning():
    assert chosen({"TIME h": ["24", "72"]}) == [2, 3, 4]
    assert chosen({"cell_line": "a"}) == [2, 4]
    assert chosen({"who": "a"}, stated={"who": "line"}) == [2, 4]
    assert chosen({"line": ""}) == [4]
    assert choose_rows([TABLE], EVERY_ROW, MEANINGS, {}) == [TABLE]


@pytest.mark.parametrize(
    ("where", "ignore", "message"),
    [
        (
            {"time": "24"}, (),
            "where must name a column, got 'time'; there are 'line', 'Time (h)', 'x' (closest: 'Time (h)')",
        ),
        ({"time_h": "25"}, (), "where must give a value of the column 'time_h', got '25'; there are 24, 72.0"),
        ({"time_h": "24", "line": "b"}, (), "where must give a value of the column 'line', got 'b'; there are a"),
        ({"line": "", "x": "2"}, (), "where must give a value of the column 'x', got '2'; there are 3"),
        ({"line": []}, (), "where must give a value for the column 'line', got none"),
        ({}, ["why"], "ignore must name a column, got 'why'; there are 'line', 'Time (h)', 'x'"),
        ({}, "x", "ignore must be a list of columns, got the text 'x'"),
        ("x", (), "where must be a column with its value, such as {'time_h': '72'}, got 'x'"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(where, ignore, message):
    with pytest.raises(InputError) as error:
        chosen(where, ignore)
    assert str(error.value) == message


def test_numbers_and_words_have_keys():
    assert value_key(" 7  b ") == "7 b"
    assert value_key("-") == "-"
    assert value_key("1,5") == value_key("1.50") == 1.5


def test_untreated_wells_stay_with_the_compound_that_is_chosen(tmp_path):
    wells = (("", "0", "100"), ("x", "1", "80"), ("x", "3", "40"), ("y", "1", "90"), ("y", "3", "70"))
    rows = [{"cell_line": "A", "drug": name, "dose_um": dose, "signal": signal} for name, dose, signal in wells]
    path = saved(tmp_path, rows)
    assert read_dose_response(path, where={"drug": "y"}).identical(read_dose_response(path, compound="y"))
    assert [data["signal"].values.tolist() for data in read_dose_response(path, by="compound").values()] == [
        [100, 80, 40],
        [100, 90, 70],
    ]


def test_rows_of_a_map_of_plates_are_chosen(tmp_path):
    grid = "".join(",".join(str(100 + 12 * row + column) for column in range(12)) + "\n" for row in range(8))
    (tmp_path / "p.csv").write_text(grid, encoding="utf-8")
    wells = [
        {"well": f"{row}{at + 1}", "cell_line": "A", "dose_um": str(at), "time_h": time}
        for row, time in (("A", "24"), ("B", "72"))
        for at in range(4)
    ]
    plate_map = saved(tmp_path, wells, "map.csv")
    with pytest.raises(
        InputError, match=r"^map.csv line 7: the column 'time_h' has 2 values \(24, 72\) in cell line A"
    ):
        read_dose_response(tmp_path / "p.csv", plate_map=plate_map)
    data = read_dose_response(tmp_path / "p.csv", plate_map=plate_map, where={"time_h": "72"})
    assert data["signal"].values.tolist() == [112, 113, 114, 115]
    assert list(read_dose_response(tmp_path / "p.csv", plate_map=plate_map, by="time_h")) == ["24", "72"]
