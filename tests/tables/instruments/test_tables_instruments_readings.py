"""Every number of readers' files as one table."""

import pytest

from lensim.checks import InputError
from lensim.tables.instruments.readings import read_readouts, table_of, write_readouts
from tests.workbooks import workbook_bytes


def rows_of(first: float) -> list[list[object]]:
    return [
        [None, *range(1, 13)],
        *([row, *(first + 12 * n + k for k in range(12))] for n, row in enumerate("ABCDEFGH")),
    ]


def two_reads(tmp_path):
    path = tmp_path / "run.xlsx"
    path.write_bytes(workbook_bytes({"450 nm": rows_of(1), "650 nm": rows_of(500)}))
    return path


def test_all_readings_or_the_one_that_is_asked_for(tmp_path):
    path = two_reads(tmp_path)
    assert len(read_readouts(path)) == 192
    chosen = read_readouts(path, reading="650")
    assert len(chosen) == 96
    assert table_of(chosen)[0] == ["run.xlsx", "run", "A1", "650 nm", "500.0", ""]


def test_a_word_instead_of_a_number_is_kept_as_it_is_said(tmp_path):
    path = tmp_path / "run.csv"
    rows = [",".join("" if cell is None else str(cell) for cell in row) for row in rows_of(1)]
    path.write_text("\n".join(rows).replace("A,1,2,", "A,OVRFLW,,"))
    found = {one.well: (one.value, one.said) for one in read_readouts(path)}
    assert [found[well] for well in ("A1", "A2", "A3")] == [(None, "OVRFLW"), (None, ""), (3.0, "")]


def test_one_decimal_mark_holds_for_all_grids_of_a_file(tmp_path):
    """A grid whose numbers could all be thousands is read as the others show."""
    path = tmp_path / "run.txt"
    plain = ["\t".join("" if cell is None else f"{cell}" for cell in row) for row in rows_of(0.25)]
    doubtful = [plain[0], *("\t".join([row, *["1.000"] * 12]) for row in "ABCDEFGH")]
    path.write_text("\n".join(["450", *plain, "", "Count", *doubtful]))
    assert [one.value for one in read_readouts(path, reading="Count")] == [1.0] * 96


def test_a_file_without_numbers_of_wells_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("dear all\n")
    with pytest.raises(InputError) as told:
        read_readouts(path)
    assert str(told.value) == (
        "notes.txt: no number of a well was found, neither a grid with letters and numbers beside it nor a list with a "
        "head such as Well or Pos"
    )


def test_the_table_is_written_with_tabs_in_a_tsv(tmp_path):
    out = tmp_path / "out.tsv"
    write_readouts(read_readouts(two_reads(tmp_path)), out)
    assert out.read_text().splitlines()[:2] == [
        "file\tplate\twell\treading\tvalue\tsaid",
        "run.xlsx\trun\tA1\t450 nm\t1.0\t",
    ]


def test_numbers_of_a_workbook_have_points_and_those_that_are_text_as_they_show(tmp_path):
    path = tmp_path / "run.xlsx"
    thousandths = [[None, *range(1, 13)], *([row, *[12.345] * 12] for row in "ABCDEFGH")]
    path.write_bytes(workbook_bytes({"plate": thousandths}))
    assert {one.value for one in read_readouts(path)} == {12.345}
    as_text = [[None, *range(1, 13)], *([row, *["0,25"] * 12] for row in "ABCDEFGH")]
    path.write_bytes(workbook_bytes({"plate": as_text}))
    assert {one.value for one in read_readouts(path)} == {0.25}
