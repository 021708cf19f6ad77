"""What a table of Cts should not have, rows pasted twice, and what of it is left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.empty_cts import ct_of
from lensim.expression.read.understand import RawRow
from lensim.plain_text import counted
from lensim.tables.columns import Found
from lensim.tables.table import TextTable

FEWEST_PASTED: Final = 3.0
"""So many rows with two decimals are not the same twice by chance; a row with one decimal counts as a quarter."""

FEWEST_IN_PAIRS: Final = 6
_DECIMALS: Final = re.compile(r"[0-9]+[.,]([0-9]+)")


def refuse_pasted(table: TextTable, found: Found, faults: FaultReport) -> None:
    """Note a block of rows that is in the table twice, cell by cell, or a table in which every row is there twice."""
    rows = [tuple(cell.strip() for cell in row) for row in table.rows]
    weights = [_weight(found.cell("ct_cycles", row)) for row in table.rows]
    before: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        for first in before[row] if weights[at] else ():
            length = _same_length(rows, first, at)
            if sum(weights[at : at + length]) >= FEWEST_PASTED:
                one, other = (f"{table.lines[start]} to {table.lines[start + length - 1]}" for start in (first, at))
                faults.add(
                    f"lines {one} are the same as lines {other}: delete the copy, or name wells in a column well",
                    line=table.lines[at],
                )
                return
        before[row].append(at)
    told = Counter(row for row, weight in zip(rows, weights, strict=True) if weight == 1.0)
    if len(told) >= FEWEST_IN_PAIRS and all(number % 2 == 0 for number in told.values()):
        faults.add(f"every row with a Ct is there twice, all {sum(told.values())} of them: delete the copies")


def _weight(ct: str) -> float:
    """How much it tells that a row with this Ct comes again."""
    decimals = _DECIMALS.fullmatch(ct.strip())
    if decimals is None:
        return 0.0
    return 1.0 if len(decimals.group(1).rstrip("0")) > 1 else 0.25


def _same_length(rows: Sequence[tuple[str, ...]], first: int, at: int) -> int:
    """How many rows from `first` on, up to `at`, are those from `at` on."""
    length = 0
    while at + length < len(rows) and first + length < at and rows[first + length] == rows[at + length]:
        length += 1
    return length


def told_of_left_out(table: TextTable, found: Found, rows: Sequence[RawRow]) -> list[str]:
    """Wells that the column of tasks leaves out, by its words, and the earliest Ct among those with one."""
    word_of = {line: found.cell("task", row) for row, line in zip(table.rows, table.lines, strict=True)}
    ignored = [row for row in rows if row.task == "ignored"]
    counts = Counter(word_of[row.line] for row in ignored)
    said = []
    for word, number in counts.items():
        cts = [ct_of(row.ct, None) for row in ignored if word_of[row.line] == word]
        early = min((ct for ct in cts if ct), default=None)
        amplified = "" if early is None else f"; the earliest comes at Ct {early:.1f}"
        said.append(f"{table.place}: {counted(number, 'well')} of the task {word!r} left out{amplified}")
    return said
