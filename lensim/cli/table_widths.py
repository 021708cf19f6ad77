"""How a table of text fits a terminal: no word is broken, and a table that is too wide is printed in parts."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len, chop_cells, set_cell_size

AROUND_A_COLUMN: Final = 2
"""The blank behind a column and the line between two."""
MOST_ALIKE: Final = 2
"""Rows, with the heading, up to which a column that is alike in all stays."""
LONGEST_PIECE: Final = 24
"""Letters of a word that is never broken; a longer one may be."""
LEAST_OF_SENTENCES: Final = 20
"""Width of a column of sentences, so that it is not one word below another."""
WORDS_OF_A_SENTENCE: Final = 4
MOST_KEYS: Final = 0.6
"""Of the width that columns of names may take, which each part repeats."""

_PIECE: Final = re.compile(r"\(\S+ to \S+\)|\S+ ± \S+|\S+")
"""An interval, a figure with its error, or a word: none is broken at a blank while it fits."""
_NUMBER: Final = re.compile(r"[<>≤≥\u2212+-]* ?\d[\d.]*(?![^\s%])")
_NOTHING: Final = frozenset({"", "\N{EN DASH}", "-"})

Columns = Sequence[Sequence[str]]


def least_width(column: Sequence[str]) -> int:
    """Width in which no piece of a column is broken; sentences get a bit more."""
    least = 1
    for number, cell in enumerate(column):
        pieces = _PIECE.findall(cell)
        least = max(least, min(LONGEST_PIECE, max(map(cell_len, pieces), default=0)))
        if number and len(pieces) >= WORDS_OF_A_SENTENCE:
            least = max(least, LEAST_OF_SENTENCES)
    return least


def wrapped(cell: str, width: int) -> list[str]:
    """A cell in lines of at most a width: broken between pieces, and within one that is longer."""
    lines: list[str] = []
    for piece in _PIECE.findall(cell):
        words = [piece] if cell_len(piece) <= width else piece.split()
        for word in words:
            if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
                lines[-1] += f" {word}"
            else:
                lines += chop_cells(word, width) if cell_len(word) > width else [word]
    return lines or [""]


def widths_of(columns: Columns, most: int) -> list[int]:
    """Width of each column of a table that is at most `most` wide: the least, and more where there is room.

    Parameters
    ----------
    columns
        The cells of each, its heading first.
    most
        Width of the whole table; without room for the least widths, these.
    """
    widths = [least_width(column) for column in columns]
    spare = most - table_width(widths)
    for first in (1, 0):  # cells first, since there are more of them than headings
        wanted = [max(map(cell_len, column[first:]), default=0) for column in columns]
        while spare > 0 and (lacking := [at for at, width in enumerate(widths) if width < wanted[at]]):
            at = min(lacking, key=lambda one: wanted[one] - widths[one])
            step = min(spare, wanted[at] - widths[at])
            widths[at] += step
            spare -= step
    return widths


def table_width(widths: Sequence[int]) -> int:
    """Width of a table with columns of some widths."""
    return sum(widths) + AROUND_A_COLUMN * len(widths) + 1


def lines_of_table(columns: Columns, widths: Sequence[int]) -> tuple[list[str], list[str]]:
    """Lines of a table: its heading with a rule below, and its rows.

    Parameters
    ----------
    columns
        The cells of each, its heading first.
    widths
        Of the columns.
    """
    cells = [[wrapped(cell, width) for cell in column] for column, width in zip(columns, widths, strict=True)]
    head, *rows = zip(*cells, strict=True)
    deepest = max(map(len, head))
    lines = _lines_of_row([[""] * (deepest - len(lines)) + lines for lines in head], widths)
    rule = " " + "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (table_width(widths) - 2)
    return [*lines, rule], [line for row in rows for line in _lines_of_row(row, widths)]


def _lines_of_row(row: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    return [
        "".join(f" {set_cell_size(cell, width)} " for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in zip_longest(*row, fillvalue="")
    ]


def parts_of(columns: Columns, most: int, keys: int | None = None) -> list[list[int]]:
    """Numbers of the columns of each part of a table: one part if it fits, else parts that begin with the names.

    Parameters
    ----------
    columns, most
        As of `widths_of`.
    keys
        Number of columns with names; without it, those on the left that hold no numbers. Without room for them, only
        the first ones.
    """
    least = [least_width(column) for column in columns]
    everything = list(range(len(columns)))
    if table_width(least) <= most:
        return [everything]
    if keys is None:
        keys = max(1, next((at for at in everything if _is_of_numbers(columns[at])), len(columns)))
    while keys > 1 and table_width(least[:keys]) > MOST_KEYS * most:
        keys -= 1
    parts: list[list[int]] = []
    for at in everything[keys:]:
        if parts and table_width([least[one] for one in (*parts[-1], at)]) <= most:
            parts[-1].append(at)
        else:
            parts.append([*range(keys), at])
    return parts or [everything]  # one column, or names alone


def alike_of(columns: Columns) -> dict[int, str]:
    """Columns but the first that have one and the same word in all of several rows, each with what is said instead."""
    return {
        at: f"{column[0]}: {column[1]}"
        for at, column in enumerate(columns)
        if at and len(column) > MOST_ALIKE and {*column[1:]} == {column[1]} != {""} and not _is_of_numbers(column)
    }


def _is_of_numbers(column: Sequence[str]) -> bool:
    cells = [cell for cell in column[1:] if cell not in _NOTHING]
    return bool(cells) and all(map(_NUMBER.match, cells))
