import codecs

import pandas as pd
import pytest

from lensim.csv_file import misread_note, write_csv_file


def test_other_letters_than_ascii_get_a_byte_order_mark_and_are_read_back(tmp_path):
    table = pd.DataFrame({"unit": ["µM", "a,b"], "x": [1.5, 2.0]})
    write_csv_file(table, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == codecs.BOM_UTF8 + 'unit,x\nµM,1.5\n"a,b",2.0\n'.encode()
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "a.csv"), table)


def test_plain_letters_get_none(tmp_path):
    write_csv_file(pd.DataFrame({"a": ["b"]}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"a\nb\n"


@pytest.mark.parametrize(
    "name", ["MARCH1", "SEPT2", "Dec1", "1-2", "3/4", "2310009E13", "007", "=1+1", "+1", "-x", "@a", "\ta"]
)
def test_names_that_a_spreadsheet_misreads_are_told(name):
    assert misread_note([pd.DataFrame({"x": [1.0]}), pd.DataFrame({"gene": ["TNF", name]})]) == (
        f"a spreadsheet takes {name!r} in the column 'gene' of the CSV for a date, a number or a formula: open a "
        "workbook (--xlsx)"
    )


@pytest.mark.parametrize("name", ["TNF", "K-562", "LP-1", "MARCKS", "> 10", "1.2 (0.8 to 1.9)", "0", "10", "", "24 h"])
def test_other_names_are_not(name):
    assert misread_note([pd.DataFrame({"gene": [name], "x": [-1.0]})]) == ""
