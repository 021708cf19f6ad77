"""Numbers as people and programs write them."""

import math

import pytest

from lensim.checks import FaultReport, InputError
from lensim.dose_response.read.study import read_dose_response
from lensim.dose_response.read.tidy import read_tidy
from lensim.tables.grid_blocks import is_number
from lensim.tables.names import in_natural_order
from lensim.tables.number_text import decimal_mark_of, find_decimal_mark, parse_number, plain_digits
from lensim.tables.table import parse_text


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("12 345", ".", 12345.0),
        ("12\u00a0345", ",", 12345.0),
        ("12\u202f345,6", ",", 12345.6),
        ("12\u2009345.6e-1", ".", 1234.56),
        ("1'234'567", ".", 1234567.0),
        ("1\u2019234", ".", 1234.0),
        ("\u22125", ".", -5.0),
        ("\u20130.5", ".", -0.5),
        ("1.234.567,8", ",", 1234567.8),
        ("111.707", ",", 111707.0),
        ("1 2", ".", None),
        ("12 34", ".", None),
        ("1'234 567", ".", None),
        ("0 345", ".", None),
    ],
)
def test_signs_and_blanks_in_numbers(text, mark, number):
    assert parse_number(text, mark) == number


def test_the_mark_of_numbers_with_blanks():
    assert find_decimal_mark(["12 345,6"]) == ","
    assert find_decimal_mark(["12 345.6"]) == "."
    assert plain_digits("a b") == "a b"


def test_points_beside_decimal_commas_part_thousands_and_are_told():
    faults = FaultReport("t.csv")
    assert decimal_mark_of(["0,01", "111.707"], None, False, faults) == ","
    assert faults.notes == ["t.csv: '0,01' has a decimal comma, so points part thousands: '111.707' is read as 111707"]
    faults = FaultReport("t.csv")
    assert decimal_mark_of(["0.01", "111,707"], None, False, faults) == "."
    assert faults.notes == ["t.csv: '0.01' has a decimal point, so commas part thousands: '111,707' is read as 111707"]


def test_points_that_may_all_part_thousands_are_asked_for():
    with pytest.raises(InputError) as caught:
        find_decimal_mark(["0", "300", "1.000", "3.000"])
    assert str(caught.value) == (
        '\'1.000\' may mean 1000 or 1: say decimal="," for the first, decimal="." for the second'
    )
    assert find_decimal_mark([], below_thousand=["98.765", "87.654"]) == "."
    assert find_decimal_mark([], below_thousand=["98,765", "87,654"]) == ","


def test_points_beside_whole_numbers_of_one_column_are_asked_for():
    doses = ["0", "300", "1.000", "3.000"]
    with pytest.raises(InputError) as caught:
        decimal_mark_of([*doses, "0.5"], None, False, FaultReport("t.csv"), column=doses)
    assert str(caught.value) == (
        "t.csv: '1.000' stands in one column with whole numbers and may mean 1000, yet '0.5' has a decimal point: "
        'write 1000 without the point, or say decimal="." if it is 1'
    )
    for plain in (["0", "1.000", "3.000"], ["1", "1.125"], ["1.000", "1000"], ["1.000", "2.50", "3"]):
        assert decimal_mark_of([*plain, "0.5"], None, False, FaultReport("t.csv"), column=plain) == "."


@pytest.mark.parametrize(
    ("first", "separator"),
    [("sep=,", ","), ('"sep=;"', ";"), ("SEP=\t", "\t"), ("sep=;;", ";"), ("sep=|", "|")],
)
def test_a_line_that_names_the_separator_is_no_header(first, separator):
    text = f"{first}\r\na{separator}b,c\r\n1{separator}2,3\r\n4{separator}5,6\r\n"
    if separator == ",":
        text = f"{first}\r\na,b\r\n1,2\r\n4,5\r\n"
    table = parse_text(text, FaultReport("t.csv"))
    assert table.header == (("a", "b") if separator == "," else ("a", "b,c"))
    assert table.lines == [3, 4]


DOSES = ("0", "300", "1.000", "3.000", "10.000")
SIGNALS = ("50305", "40211", "25117", "8244", "2500")


def table(doses, signals, head="cell_line;dose_nM;signal"):
    rows = [f"LP-1;{dose};{signal}" for dose, signal in zip(doses, signals, strict=True)]
    return "\n".join([head, *rows]) + "\n"


def saved(folder, text):
    path = folder / "wells.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_doses_with_points_are_asked_for_and_read_as_said(tmp_path):
    path = saved(tmp_path, table(DOSES, SIGNALS))
    with pytest.raises(InputError) as caught:
        read_tidy(path)
    assert str(caught.value) == (
        'wells.csv: \'1.000\' may mean 1000 or 1: say decimal="," for the first, decimal="." for the second'
    )
    assert read_tidy(path, decimal=",")["dose_um"].values.tolist() == [0, 0.3, 1, 3, 10]


def test_points_of_percent_are_decimal_points(tmp_path):
    percent = ("100.512", "98.765", "45.321", "20.123", "10.456")
    path = saved(tmp_path, table(("0", "3", "10", "30", "100"), percent, "cell_line;dose_nM;viability_percent"))
    assert read_tidy(path)["viability_percent"].values.tolist() == [float(one) for one in percent]
    path = saved(tmp_path, table(DOSES, percent, "cell_line;dose_nM;viability_percent"))
    with pytest.raises(InputError, match=r"'1\.000' stands in one column with whole numbers and may mean 1000"):
        read_tidy(path)


def test_points_beside_decimal_commas_are_read_and_told(tmp_path):
    path = saved(tmp_path, table(("0", "0,3", "1", "3", "10"), ("50.305", "40.211", "25.117", "8.244", "2.500")))
    data = read_tidy(path)
    assert data["signal"].values.tolist() == [50305, 40211, 25117, 8244, 2500]
    assert "'0,3' has a decimal comma, so points part thousands: '50.305' is read as 50305" in data.attrs["notes"]


def test_a_map_with_points_in_its_doses_is_asked_for(tmp_path):
    grid = tmp_path / "grid.csv"
    grid.write_text(",1,2,3,4,5\nA,50305,40211,25117,8244,2500\nB,50411,40102,25021,8101,2402\n", encoding="utf-8")
    rows = [f"{row}{at};LP-1;{dose}" for row in "AB" for at, dose in enumerate(DOSES, 1)]
    path = tmp_path / "map.csv"
    path.write_text("\n".join(["well;cell_line;dose_nM", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"map\.csv: '1\.000' may mean 1000 or 1: say decimal"):
        read_dose_response(grid, plate_map=path)
    assert read_dose_response(grid, plate_map=path, decimal=",")["dose_um"].max() == 10


@pytest.mark.parametrize(
    ("text", "number"), [("1e100", 1e100), ("1.1e100", math.inf), ("-1e308", -math.inf), ("9" * 400, math.inf)]
)
def test_a_number_of_more_than_a_hundred_digits_is_infinite(text, number):
    assert parse_number(text, ".") == number


@pytest.mark.parametrize("text", ["1" * 30_000 + "x", "." * 30_000 + "x", "1,1." * 8_000 + "x"])
def test_a_long_cell_takes_no_time(text):
    assert find_decimal_mark([text]) == "."
    assert parse_number(text, ".") is None
    assert not is_number(text)  # of a plate grid


def test_names_with_long_numbers_are_in_order():
    long = ["plate " + "9" * 5000, "plate 10", "plate " + "1" + "0" * 5000, "plate 2"]
    assert in_natural_order(long) == [long[3], long[1], long[0], long[2]]
