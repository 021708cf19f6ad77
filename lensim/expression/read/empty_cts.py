"""What an empty Ct means: a well without a result, or one in which nothing was detected."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from lensim.checks import FaultReport
from lensim.expression.read.understand import Manner, RawRow, count, is_not_detected
from lensim.tables.number_text import DecimalMark, is_missing, parse_number

Empty = Literal["no_result", "not_detected"]
EMPTY: Final = ("no_result", "not_detected")

LATE_CYCLES: Final = 5.0
"""A mean Ct within so many cycles of the limit comes from few copies, of which a well may well have none."""

SHOWN: Final = 3
NOTHING_DETECTED: Final = "undetermined"


def ct_of(text: str, mark: DecimalMark | None) -> float | None:
    """The number in a cell of Cts, with its file's decimal mark or else its own; None for a word."""
    return parse_number(text, mark or ("," if "," in text and "." not in text else "."))


def settle_empty(
    rows: Sequence[RawRow], cells: Sequence[object], manner: Manner, empty: Empty | None, faults: FaultReport
) -> tuple[list[RawRow], list[str]]:
    """The rows with a word in place of each empty Ct that means not detected, and what is to be told.

    An empty well beside early replicates of the same gene and sample has no result: someone took it out. Where all
    replicates are empty, or those that are there come within 5 cycles of the limit, an empty well may as well be one
    in which nothing was detected. This is asked, unless the file has words such as Undetermined for it. Rows without
    result keep their empty Ct.

    Parameters
    ----------
    rows, cells
        The rows of a file, and of each what its replicates share: gene and sample.
    empty
        What an empty Ct means, where the user says.
    """
    members: defaultdict[object, list[RawRow]] = defaultdict(list)
    for row, cell in zip(rows, cells, strict=True):
        if row.task != "ignored":
            members[cell].append(row)
    has_words = any(is_not_detected(row.ct) or ct_of(row.ct, manner.decimal) == manner.limit for row in rows)
    settled: dict[int, RawRow] = {}
    beside: list[RawRow] = []
    asked: list[RawRow] = []
    for own in members.values():
        gaps = [row for row in own if is_missing(row.ct)]
        if not gaps:
            continue
        if own[0].task in ("no_template", "no_rt") or empty == "not_detected":
            settled |= {id(row): replace(row, ct=NOTHING_DETECTED) for row in gaps}
        elif empty == "no_result" or _has_early(own, manner, has_words=has_words):
            beside += gaps
        else:
            asked += gaps
    if asked:
        faults.add(_question(asked, manner.ct_name), line=asked[0].line)
    told = [_told(beside, manner.ct_name, faults.place)] if beside else []
    return [settled.get(id(row), row) for row in rows], told


def _has_early(own: Sequence[RawRow], manner: Manner, *, has_words: bool) -> bool:
    """Whether a replicate came so early that an empty one did not fail to amplify; with words for that, any result."""
    if has_words:
        return any(not is_missing(row.ct) for row in own)
    cts = (ct_of(row.ct, manner.decimal) for row in own)
    found = [ct for ct in cts if ct is not None and ct < manner.limit]
    return bool(found) and sum(found) / len(found) <= manner.limit - LATE_CYCLES


def _named(rows: Sequence[RawRow]) -> str:
    parts = [f"{row.gene} in {row.sample or f'well {row.well}'}, line {row.line}" for row in rows[:SHOWN]]
    return "; ".join(parts) + (f"; and {len(rows) - SHOWN} more" if len(rows) > SHOWN else "")


def _question(rows: Sequence[RawRow], name: str) -> str:
    return (
        f"{name} is empty in {count(rows)} without an early replicate ({_named(rows)}): write Undetermined where "
        'nothing was detected, or state empty="not_detected" or empty="no_result" for all empty wells'
    )


def _told(rows: Sequence[RawRow], name: str, place: str) -> str:
    return f"{place}: {count(rows)} with an empty {name} left out, as without result ({_named(rows)})"
