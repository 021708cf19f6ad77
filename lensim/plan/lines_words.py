"""Sentences on which lines to test next."""

from typing import Any, Final

from lensim.plan.lines import AGAIN, BEST, IN_PROPORTION, NEW, NONE, LinesFound
from lensim.power.words import count_of
from lensim.tables.records import records

NORMAL_95: Final = 1.96
FIRST: Final = 3
"""Choices that are named."""


def lines_in_sentences(found: LinesFound | None) -> str:
    """What each choice buys, the best way to spend all tests, and what simulation says of it."""
    if found is None:
        return ""
    ways = {row["way"]: row for row in records(found.groups)}
    best = ways[BEST]
    now = found.sd_now
    less = 100.0 * (1.0 - (best["sd"] / now) ** 2)
    said = (
        f"difference of {found.difference}: its standard deviation is {now:.3f} now and expected to be "
        f"{best['sd']:.3f} after the best {count_of(found.more, 'test', 'tests')} ({less:.0f}% less variance): "
        f"{tests_in_words(best)}"
    )
    said += (
        f"; {tests_in_words(ways[IN_PROPORTION])}, as the groups are now, would leave {ways[IN_PROPORTION]['sd']:.3f}"
    )
    rows = records(found.table)
    new = [row for row in rows if row["kind"] == NEW][:FIRST]
    again = [row for row in rows if row["kind"] == AGAIN][:FIRST]
    said += f". One test buys most as {_each(new)}"
    if again:
        said += f"; of lines that are there, tested again, {_each(again)}"
    return said + _check(found)


def tests_in_words(row: dict[str, Any]) -> str:
    """'4 new lines of A, 2 of B, and C again'."""
    new = [f"{row[name]} of {name.removeprefix('new_')}" for name in row if name.startswith("new_") and row[name]]
    said = [f"new lines {', '.join(new)}"] if new else []
    said += [f"{row['again']} again"] if row["again"] else []
    return " and ".join(said) or "no test"


def _each(rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{row['name']} ({100 * row['variance_less']:.1f}% less variance)" for row in rows)


def _check(found: LinesFound) -> str:
    if found.check is None:
        return ""
    each = [
        f"{'without a test' if row['way'] == NONE else row['way']} {row['sd_simulated']:.3f} ± "
        f"{NORMAL_95 * row['sd_simulated_mcse']:.3f} (expected {row['sd_expected']:.3f})"
        for row in records(found.check)
    ]
    studies = count_of(int(found.check["studies"].iloc[0]), "simulated study", "simulated studies")
    return f". Posterior standard deviation in {studies} of each way: {', '.join(each)}"
