"""Numbers as people and programs write them."""

import pytest

from lensim.checks import FaultReport, InputError
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
