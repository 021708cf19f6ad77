"""Bounds get numbers and flags, headers get units, and the last sheet says what made the tables."""

import math

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from lensim.checks import InputError
from lensim.result_workbook import (
    Entry,
    NamedTable,
    entries_of,
    sentences,
    table_sheet,
    with_bounds,
    write_result_workbook,
)

WORDS = ["1.2 (0.80 to 1.9)", "> 10", "> 10 (from 4.1)", "< 0.03 (to 0.05)", "0.36 (0.16 to > 10)", "", "unknown"]
NUMBERS = [1.2, 10.0, 10.0, 0.03, 0.36, math.nan, math.nan]
FLAGS = ["", "above", "above", "below", "", "", ""]


def test_bounds_in_words_get_a_number_and_a_flag_beside_them():
    frame, units = with_bounds(pd.DataFrame({"ic50": WORDS, "cell_line": list("abcdefg")}), {"ic50": "nM"})
    assert list(frame) == ["ic50", "ic50_number", "ic50_flag", "cell_line"]
    assert frame["ic50"].tolist() == WORDS
    assert frame["ic50_number"].tolist() == pytest.approx(NUMBERS, nan_ok=True)
    assert frame["ic50_flag"].tolist() == FLAGS
    assert units == {"ic50": "nM", "ic50_number": "nM"}


def test_a_number_in_words_has_all_digits_where_a_column_has_them():
    table = pd.DataFrame(
        {
            "ic50": ["1.2 (0.80 to 1.9)", "> 10", "0.36 (0.1 to 1)"],
            "ic50_um": [1.234, math.nan, 360.0],  # the last is of another unit
            "ic50_um_lower": [0.8, math.nan, 100.0],
        }
    )
    assert with_bounds(table, {})[0]["ic50_number"].tolist() == [1.234, 10.0, 0.36]


def test_percents_and_large_numbers_are_read():
    frame, units = with_bounds(pd.DataFrame({"share": ["> 99.9%", "12% (3% to 20%)"], "rows": ["> 10,000", "5"]}), {})
    assert frame["share_number"].tolist() == [99.9, 12.0]
    assert frame["rows_number"].tolist() == [10_000.0, 5.0]
    assert units == {"share_number": "%"}


@pytest.mark.parametrize("values", [["a", "b"], ["1", "2"], [1.0, 2.0], ["", ""], ["1 (a)", "> b"], [None, None]])
def test_other_columns_get_none(values):
    table = pd.DataFrame({"a": values})
    assert with_bounds(table, {})[0] is table


def test_units_come_from_the_table_or_the_name():
    table = NamedTable("lines", pd.DataFrame({"ic50": ["> 10"], "ec50_um": [1.0], "p": [0.1]}), units={"ic50": "µM"})
    assert table_sheet(table).units == {"ic50": "µM", "ic50_number": "µM", "ec50_um": "µM"}


def test_the_last_sheet_says_what_made_the_tables(tmp_path):
    path = tmp_path / "one.xlsx"
    tables = [NamedTable("a/b", pd.DataFrame({"x": [1]}), "=a caption"), NamedTable("A?b", pd.DataFrame({"y": []}))]
    about = [*sentences("verdict", ["converged", ""]), *entries_of("settings", {"seed": 7, "list": [{"a": 1}, 2]})]
    write_result_workbook(path, tables, about)
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["a_b", "A_b 2", "about"]
    rows = book.get_sheet_by_name("about").to_python()
    assert rows[:8] == [
        ["part", "name", "value"],
        ["sheet", "a_b", "=a caption"],
        ["sheet", "A_b 2", ""],
        ["verdict", "", "converged"],
        ["settings", "seed", 7.0],
        ["settings", "list.1.a", 1.0],
        ["settings", "list.2", 2.0],
        ["made by", "lensim", rows[7][2]],
    ]
    assert [row[:2] for row in rows[8:]] == [["reading", "empty cell"], ["reading", "columns on _number and _flag"]]


def test_several_studies_are_told_apart(tmp_path):
    path = tmp_path / "two.xlsx"
    write_result_workbook(path, [], [Entry("verdict", "converged", True, "time_h = 24"), Entry("fit", "seed", 1)])
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("about").to_python()
    assert rows[:3] == [
        ["part", "of", "name", "value"],
        ["verdict", "time_h = 24", "converged", True],
        ["fit", "", "seed", 1.0],
    ]


def test_a_taken_name_is_refused(tmp_path):
    (tmp_path / "mine.xlsx").write_text("mine")
    with pytest.raises(InputError, match="must be free or a file that lensim wrote there"):
        write_result_workbook(tmp_path / "mine.xlsx", [], [], force=True)
