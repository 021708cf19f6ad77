import pytest

from lensim.tables.well_names import (
    STANDARD,
    Naming,
    letters_of_row,
    naming_of_rows,
    naming_of_wells,
    parse_well_name,
    well_name,
    with_standard_letters,
)

LETTERS = [chr(ord("A") + n) for n in range(26)]
QUARTERS = [f"{a}{b}" for a in "ABCDEFGH" for b in "abcd"]


def test_names_in_any_usual_writing():
    assert [parse_well_name(name) for name in ("A1", "A01", "A001", "a1", "B:7", " AA1 ", "AF48")] == [
        *[(0, 0)] * 4, (1, 6), (26, 0), (31, 47),
    ]  # fmt: skip
    assert [parse_well_name(name) for name in ("A0", "A49", "AG1", "BA1", "7", "", "A1B", "AAA1")] == [None] * 8


@pytest.mark.parametrize(
    ("letters", "style"),
    [
        (LETTERS[:8], "standard"),
        ([*"abcdefgh"], "standard"),
        ([*LETTERS, "AA", "AB"], "standard"),
        ([*LETTERS, "Aa", "Ab"], "standard"),
        ([*LETTERS, *"abcdef"], "small after Z"),
        ([*"AGMSY", "e"], "small after Z"),
        ([*"ABab"], "standard"),
        (QUARTERS, "quarters"),
        (["Aa", "Ab", "Ac", "Ad"], "in doubt"),
    ],
)
def test_how_rows_are_lettered(letters, style):
    assert naming_of_rows(letters).style == style


def test_rows_of_every_style():
    assert [naming_of_rows([*LETTERS, *"abcdef"]).row(one) for one in ("A", "Z", "a", "f", "AA", "g")] == [
        0, 25, 26, 31, 26, None,
    ]  # fmt: skip
    assert [naming_of_rows(QUARTERS).row(one) for one in QUARTERS] == list(range(32))
    assert [naming_of_rows(QUARTERS).row(one) for one in ("A", "AA", "Ae", "Ia")] == [None] * 4
    assert Naming("in doubt").row("A") is None
    assert STANDARD.row("A1") is None


def test_a_map_follows_its_grid():
    quarters, small = naming_of_rows(QUARTERS), naming_of_rows([*LETTERS, *"abcdef"])
    assert naming_of_wells(["Aa1", "Ab1"], of_grid=quarters).style == "quarters"
    assert naming_of_wells(["A1", "H1"], of_grid=quarters).style == "in doubt"
    assert naming_of_wells(["A1", "Z1", "AA1"], of_grid=quarters).style == "standard"
    assert naming_of_wells(["A1", "a1"], 32, of_grid=small).style == "small after Z"
    assert naming_of_wells(["a1", "b1"], 32, of_grid=small).style == "in doubt"
    assert naming_of_wells(["A1", "AF1"], 32, of_grid=small).style == "standard"


def test_standard_letters():
    assert with_standard_letters(["A1", "Q1", "a1", "f48", "x"]) == ["A1", "Q1", "AA1", "AF48", "x"]
    assert with_standard_letters(["A1", "a2"]) == ["A1", "a2"]
    assert with_standard_letters(["A1", "a2"], rows=32) == ["A1", "AA2"]
    assert with_standard_letters(["Aa1", "Hd48"]) == ["A1", "AF48"]
    assert well_name(31, 47) == "AF48"


def test_rows_have_letters():
    assert [letters_of_row(row) for row in (0, 25, 26, 31)] == ["A", "Z", "AA", "AF"]
    assert well_name(31, 47) == "AF48"
