"""Dates in cells: labels of experiments are as those of a CSV, names and numbers that became dates are refused."""

import datetime as dt

import openpyxl
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from lensim.checks import InputError
from lensim.tables.sheet_dates import MAY_BE_DATES
from lensim.tables.workbook import cell_name
from tests.tables.book_tables import DOORS, of_csv, of_sheets, or_refusal

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31))
UNKNOWN = ("operator",)


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=12)
@given(data=st.data())
def test_any_cell_that_became_a_date(tmp_path_factory, door, data):
    folder = tmp_path_factory.mktemp("dates")
    header, *rows = DOORS[door][1]
    column = data.draw(st.integers(0, len(header) - 1))
    filled = [at for at, row in enumerate(rows) if row[column] is not None]
    changed = data.draw(st.sets(st.sampled_from(filled), min_size=1) | st.just(set(filled)))
    days = {at: data.draw(DAYS) for at in changed}
    dated = [[days[at] if k == column and at in changed else cell for k, cell in enumerate(row)]
             for at, row in enumerate(rows)]  # fmt: skip
    found = or_refusal(of_sheets, door, folder, {"Day 1": [header, *dated]})
    may_be = header[column] in (*MAY_BE_DATES, *UNKNOWN)
    if header[column] in UNKNOWN or (may_be and changed == set(filled)):
        expected = or_refusal(of_csv, door, folder, [header, *dated])
        assert isinstance(found, str) == isinstance(expected, str)
        if isinstance(expected, xr.Dataset):
            xr.testing.assert_equal(found, expected)
    else:
        assert isinstance(found, str)
        assert f"'Day 1', cell {cell_name(min(changed) + 1, column)}: {header[column]} must" in found
        assert days[min(changed)].isoformat() in found


def test_a_date_in_a_row_with_words_of_headers_begins_no_other_table(tmp_path):
    """S is a phase and a word of headers: the row is data, and its date is refused with the cell."""
    header, *rows = DOORS["cell_cycle"][1]
    rows[6] = [*rows[6][:3], dt.date(2000, 1, 1)]
    with pytest.raises(InputError, match=r"'Day 1', cell D8: events must"):
        of_sheets("cell_cycle", tmp_path, {"Day 1": [header, *rows]})


@pytest.mark.parametrize("epoch", [openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH])
@pytest.mark.parametrize("door", ["dose_response", "expression", "cell_cycle"])
def test_a_column_of_dates_names_experiments_as_in_a_csv(tmp_path, door, epoch):
    header, *rows = DOORS[door][1]
    days = (dt.date(2026, 3, 1), dt.date(2026, 3, 8))
    if "experiment" in header:
        at = header.index("experiment")
        dated = [[*row[:at], days[row[at] == "second"], *row[at + 1 :]] for row in rows]
    else:
        header = [*header, "date"]
        last = header.index("signal" if door == "dose_response" else "Ct")
        dated = [
            [*row[:last], row[last] + 0.5 * k, *row[last + 1 :], day] for k, day in enumerate(days) for row in rows
        ]
    dated = [header, *dated]

    def build(book):
        book.epoch = epoch

    found = of_sheets(door, tmp_path, {"Day 1": dated}, build)
    assert list(found["experiment"].values) == ["2026-03-01", "2026-03-08"]
    xr.testing.assert_equal(found, of_csv(door, tmp_path, dated))


def test_what_is_said(tmp_path):
    header, *rows = DOORS["ratios"][1]
    rows = [[dt.date(2026, 3, 1) if at == 2 else gene, *rest] for at, (gene, *rest) in enumerate(rows)]
    rows[4][2] = dt.time(1, 10)
    assert or_refusal(of_sheets, "ratios", tmp_path, {"A": [header, *rows]}).splitlines() == [
        "table.xlsx, sheet 'A', cell A4: gene must hold no dates beside 'TNF', got 2026-03-01: a spreadsheet makes a "
        "date of a name such as MAR1 or 1-2; give the cells the format Text and type the names again",
        "table.xlsx, sheet 'A', cell C6: ratio must be a number, got the time 01:10:00: give the cell the format "
        "General and type the number again",
    ]


def test_a_gene_of_a_cyclers_export_that_became_a_date(tmp_path):
    header = ["Well", "Well Position", "Sample Name", "Target Name", "Task", "CT"]
    names = [dt.date(2026, 9, 9), "ACTB"]
    rows = [[at + 1, f"A{at + 1}", f"s{at // 2}", names[at % 2], "UNKNOWN", 20.5 + at] for at in range(8)]
    sheets = {"Results": [["Block Type", "96well"], ["Instrument Type", "QuantStudio 5"], [], header, *rows]}
    said = or_refusal(of_sheets, "expression", tmp_path, sheets)
    assert "sheet 'Results', cell D5: Target Name must hold no dates beside 'ACTB', got 2026-09-09" in said


def test_dates_of_subjects_are_told(tmp_path):
    header, *rows = DOORS["ratios"][1]
    rows = [[gene, dt.date(2026, 3, 1 + int(subject[-1])), ratio] for gene, subject, ratio in rows]
    found = of_sheets("ratios", tmp_path, {"A": [header, *rows]})
    assert found.attrs["sheets_read"] == ("table.xlsx, sheet 'A': the column 'subject' holds dates, read as 2026-03-01")
    xr.testing.assert_equal(found, of_csv("ratios", tmp_path, [header, *rows]))
