"""Rows that stand twice in a table, and plates with the signals of another: told, never counted as replicates."""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import stdev
from typing import Final, Literal, get_args

from lensim.checks import FaultReport
from lensim.dose_response.read.columns import WellColumns
from lensim.dose_response.read.rules import Culture, culture_of, plate_in_words
from lensim.dose_response.read.wells import Well
from lensim.tables.number_text import DecimalMark, parse_number
from lensim.tables.reader_words import is_reader_word
from lensim.tables.table import TextTable

Repeats = Literal["refuse", "drop", "keep"]
REPEATS: Final = get_args(Repeats)

_SHORTEST: Final = 6
"""Rows, or wells, that must be alike before chance is out of the question."""
_FEWEST_SIGNALS: Final = 4
"""Different signals among them: wells at 0 or at a reader's limit are alike by nature."""
_LARGEST_MULTIPLICITY: Final = 50
_DECIMALS: Final = 6
_SPREAD_OF_DIFFERENCES: Final = 3.54
"""Two signals of a normal spread are alike, on a scale of steps, with probability step / (2 sqrt(pi) spread)."""


def without_repeats(
    table: TextTable, found: WellColumns, mark: DecimalMark, repeats: Repeats, faults: FaultReport
) -> TextTable:
    """The table as the user wants it: rows that stand twice are a fault, once in it, or all in it.

    Rows are taken for repeated where a whole table, or six rows in a row, stand twice with all their cells, or where
    many more rows are alike than the spread of signals lets expect.

    Raises
    ------
    InputError
        With all the faults so far, if rows stand twice and nothing is said about them.
    """
    rows = [tuple(cell.strip() for cell in row) for row in table.rows]
    # wells with one word of the reader, such as OVER, are alike by nature
    read = [row for row in rows if not is_reader_word(found.cell(found.response, row))]
    times = Counter(read)
    if repeats == "keep" or len(read) == len(times) or not _are_repeated(read, times, found, mark):
        return table
    extra = len(rows) - len(set(rows))
    seen: dict[tuple[str, ...], int] = {}
    first_of: dict[int, int] = {}
    for at, row in enumerate(rows):
        if row in seen:
            first_of[at] = seen[row]
        seen.setdefault(row, at)
    if repeats == "drop":
        kept = [at for at in range(len(rows)) if at not in first_of]
        faults.tell(f"{extra} rows that are identical to earlier ones are left out")
        return replace(table, rows=[table.rows[at] for at in kept], lines=[table.lines[at] for at in kept])
    at, first = next(iter(first_of.items()))
    faults.add(
        f"{extra} rows are identical to earlier ones, this one to that on {faults.unit} "
        f"{table.lines[first]}: "
        'if they were pasted twice, say repeats="drop"; if they are other wells, say repeats="keep"',
        line=table.lines[at],
    )
    faults.raise_if_any()
    return table


def check_cultures_differ(wells: Sequence[Well], repeats: Repeats, faults: FaultReport) -> None:
    """Note cultures with the very same doses and signals, well by well: one plate under two names, or pasted twice."""
    if repeats == "keep":
        return
    cultures: defaultdict[Culture, list[Well]] = defaultdict(list)
    for well in wells:
        if well.role != "blank" and not math.isnan(well.signal):
            cultures[culture_of(well)].append(well)
    first: dict[Hashable, Culture] = {}
    for culture, own in cultures.items():
        key = tuple((well.dose_um, well.compound, well.signal) for well in own)
        if len(key) < _SHORTEST or len({signal for _, _, signal in key}) < _FEWEST_SIGNALS:
            continue
        if key in first:
            line, experiment, plate = first[key]
            there = f"{line} on {plate_in_words(plate)}" + f" of {experiment}" * (experiment not in (plate, culture[1]))
            faults.add(
                f"cell line {culture[0]} on {plate_in_words(culture[2])} has the same {len(key)} signals as {there}: "
                'leave one of them out, or say repeats="keep" if both were measured',
                line=own[0].line,
                place=own[0].place,
            )
        first.setdefault(key, culture)


def _are_repeated(
    rows: Sequence[tuple[str, ...]], times: Counter[tuple[str, ...]], found: WellColumns, mark: DecimalMark
) -> bool:
    """Whether rows alike are more than chance: all of them, a block of them, or too many of them."""
    at = found.found.position.get(found.response)
    if at is None or len({row[at] for row in rows}) < _FEWEST_SIGNALS:
        return False
    if len(set(times.values())) == 1 and len(times) >= _SHORTEST:
        return True
    return _has_block(rows, times, at) or _are_too_many(rows, times, at, mark)


def _has_block(rows: Sequence[tuple[str, ...]], times: Counter[tuple[str, ...]], signal: int) -> bool:
    """Whether six rows in a row, with four different signals, stand a second time in the same order."""
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    runs: dict[tuple[int, int], int] = {}
    for at, row in enumerate(rows):
        if 1 < times[row] <= _LARGEST_MULTIPLICITY:
            for before in places[row]:
                length = runs[at, before] = runs.get((at - 1, before - 1), 0) + 1
                is_apart = at - before >= length
                if length >= _SHORTEST and is_apart:
                    signals = {rows[at - back][signal] for back in range(length)}
                    if len(signals) >= _FEWEST_SIGNALS:
                        return True
            places[row].append(at)
    return False


def _are_too_many(
    rows: Sequence[tuple[str, ...]], times: Counter[tuple[str, ...]], signal: int, mark: DecimalMark
) -> bool:
    """Whether many more rows are alike than signals of this spread and number of digits have by chance."""
    replicates: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
    for row in rows:
        number = parse_number(row[signal], mark)
        if number is not None and math.isfinite(number):
            replicates[row[:signal] + row[signal + 1 :]].append(number)
    different = sorted({number for own in replicates.values() for number in own})
    if len(different) < _FEWEST_SIGNALS:
        return False
    fine = 10.0**_DECIMALS  # the step of which all differences are multiples: 100 of dead and alive, 1 of counts
    step = math.gcd(*(round((after - before) * fine) for before, after in pairwise(different))) / fine
    expected = 0.0
    for own in replicates.values():
        if len(own) > 1:
            spread = max(stdev(own), step, 10.0**-_DECIMALS)
            expected += len(own) * (len(own) - 1) / 2 * min(1.0, step / (_SPREAD_OF_DIFFERENCES * spread))
    return sum(count - 1 for count in times.values()) > _SHORTEST + 5.0 * expected
