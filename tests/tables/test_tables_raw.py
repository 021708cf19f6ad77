"""From bytes to text: sizes that are refused before lines and cells are parted."""

import pytest

from lensim import limits
from lensim.checks import InputError
from lensim.tables.raw import decode
from lensim.tables.source import read_table


def refusal(text):
    with pytest.raises(InputError) as refused:
        decode(text.encode(), "t.csv")
    return str(refused.value)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_too_many_lines(end):
    said = "t.csv must have at most 2,000,000 lines, got 2,000,003: divide it into several files"
    assert refusal(f"a,b{end}{end * 2_000_001}") == said


def test_too_many_cells(monkeypatch):
    monkeypatch.setattr(limits, "TABLE_CELLS", 10)
    assert decode(b"a,b\n" * 4, "t.csv")
    said = "t.csv must have at most 10 cells, got 11: leave out columns that are not needed"
    assert refusal("a,b\n" * 5) == said


@pytest.mark.parametrize("separator", "\t;,|")
def test_too_many_columns(separator):
    wide = separator.join("x" * 2_000)
    assert decode(wide.encode(), "t.csv") == wide
    assert decode(f"{wide}{separator * 9_000}\n".encode(), "t.csv")  # a spreadsheet's empty columns
    said = (
        "t.csv line 3 must have at most 2,000 cells in a line, got 2,001: keep the columns that are needed; a table "
        "so wide often has its lines as columns"
    )
    assert refusal(f"a\n\n{wide}{separator}x\n") == said


def test_a_cell_that_is_too_long(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(f'a,b\n1,2\n1,"{"x" * 40_000}"\n3,4\n')
    table, faults = read_table(path)
    assert table.rows == [["1", "2"]]
    assert not table.is_whole
    assert faults.faults == [
        ("t.csv", 3, "a cell must have at most 32,767 characters, got 40,000: look for a missing quotation mark")
    ]
