"""A table of text fits the terminal: words stay whole, nothing is lost, and parts name their rows."""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.cli.console import PlainConsole
from lensim.cli.table_widths import LONGEST_PIECE, least_width, parts_of, table_width, widths_of, wrapped
from lensim.cli.tables import FURTHER, print_text

WORDS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=LONGEST_PIECE)
INTERVALS = st.builds("{} ({} to {})".format, *[st.integers(0, 10**6)] * 3)
CELLS = st.one_of(WORDS, INTERVALS, st.lists(WORDS, min_size=1, max_size=6).map(" ".join), st.just("-"))


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """A table with headings that differ."""
    names = draw(st.lists(WORDS, min_size=1, max_size=8, unique=True))
    rows = draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), min_size=1, max_size=4))
    return pd.DataFrame(rows, columns=names)


def printed(table: pd.DataFrame, width: int) -> str:
    """The table as a terminal of a width shows it."""
    console = PlainConsole(width=width)
    console.file = io.StringIO()
    print_text(table, "A title", console)
    return console.file.getvalue()


@given(table=tables(), width=st.integers(56, 200))
def test_every_table_fits_and_every_word_is_whole(table, width):
    said = printed(table, width)
    assert max(map(len, said.splitlines())) <= width
    words = [word.rstrip(",:") for word in said.split()]  # a column that is alike in all rows is told in the title
    for cell in (*table.columns, *table.to_numpy().ravel()):
        assert {word.rstrip(",:") for word in cell.split()} <= set(words)


@given(table=tables(), width=st.integers(56, 200))
def test_each_part_begins_with_the_names_and_each_column_is_there(table, width):
    columns = [[name, *table[name]] for name in table]
    parts = parts_of(columns, width)
    assert {at for part in parts for at in part} == set(range(len(columns)))
    assert all(part[0] == 0 for part in parts)
    for part in parts:
        own = [columns[at] for at in part]
        widths = widths_of(own, width)
        assert all(width >= least_width(column) for width, column in zip(widths, own, strict=True))
        assert table_width(widths) <= max(width, table_width([least_width(column) for column in own]))


def test_in_parts_a_column_that_is_alike_in_all_rows_is_told_once():
    table = pd.DataFrame(
        {"gene": ["TNF", "IL8"], "cell type": ["donor"] * 2, **{f"q{i}": ["1.2 (0.9 to 1.5)"] * 2 for i in range(9)}}
    )
    table.loc[1] = ["IL8", "donor", *[f"{i}.2 (0.9 to 1.5)" for i in range(9)]]
    said = printed(table, 60)
    assert said.count("donor") == 1
    assert "A title; in every row cell type: donor" in said
    assert printed(table, 300).count("donor") == 2


def test_a_table_that_fits_is_one_part_as_it_is():
    said = printed(pd.DataFrame({"line": ["XG-6"], "IC50 [uM]": ["0.54 (0.41 to 0.72)"]}), 80)
    assert "XG-6  0.54 (0.41 to 0.72)" in said
    assert FURTHER not in said


def test_parts_of_a_wide_table_repeat_the_names_and_intervals_are_whole():
    table = pd.DataFrame(
        {"gene": ["5S"], "subject": ["OD0.5"], **{f"quantity {i}": ["1.2 (0.9 to 1.5)"] for i in range(9)}}
    )
    said = printed(table, 60)
    assert said.count(FURTHER) == said.count("5S") - 1 > 0
    assert said.count("(0.9 to 1.5)") == 9


@pytest.mark.parametrize(
    ("cell", "width", "lines"),
    [
        ("1.2 (0.9 to 1.5)", 12, ["1.2", "(0.9 to 1.5)"]),
        ("1.2 (0.9 to 1.5)", 20, ["1.2 (0.9 to 1.5)"]),
        ("89.6 ± 1.0", 10, ["89.6 ± 1.0"]),
        ("t on log ratios, 0.05", 10, ["t on log", "ratios,", "0.05"]),
        ("1.2 (0.9 to 1.5)", 5, ["1.2", "(0.9", "to", "1.5)"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("", 3, [""]),
    ],
)
def test_a_cell_is_broken_between_its_pieces(cell, width, lines):
    assert wrapped(cell, width) == lines
