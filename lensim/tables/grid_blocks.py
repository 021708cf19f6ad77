"""Blocks of numbers in the shape of a plate, or a part of one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from lensim.tables.export_lines import Line
from lensim.tables.number_text import plain_digits
from lensim.tables.plate_rows import Segment, follows, goes_with, row_letters, segments_of
from lensim.tables.reader_words import is_reader_word
from lensim.tables.well_names import STANDARD, STANDARD_PLATES, Naming, naming_of_rows

_WIDTHS: Final = {columns: rows for rows, columns in STANDARD_PLATES}
_TOO_MANY: Final = (
    "rows have more or fewer numbers than there are columns: does one sign part fields and mark decimals, or is a cell "
    "missing?"
)
_NOT_WHOLE: Final = (
    "rows do not make a whole plate: is one spoilt or missing, or does one sign part fields and mark decimals?"
)
_IN_DOUBT: Final = (
    "rows are lettered Aa to Af alone, which may be two rows of a plate each: letter them A, B, or AA, AB"
)
_FEWEST_ROWS: Final = 3
"""Rows from which on texts behind them that all differ are no names of readings."""
_NUMBER: Final = re.compile(r"[+-]?[0-9.,]++(?:[eE][+-]?[0-9]+)?")
_TIME: Final = re.compile(r"[0-9]{1,4}(?::[0-9]{2}){1,2}(?:[.,][0-9]{1,3})?")
_LAYOUT_LABEL: Final = re.compile(
    r"well id|conc/dil|name|sample id|dilution|conc(?:entration)?s?|layout", re.IGNORECASE
)
_LAYOUT_TITLE: Final = re.compile(
    r"(?:plate\s?)?(?:layout|map|platemap|contents?|sample ids?|well ids?|groups?|concentrations?|dilutions?)\b.{0,20}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Block:
    """Text and line of each well, before it is said of which plate it is.

    `above` is the number of the first line of it or of its head. `is_layout` where it says what is in the wells.
    `is_bare` where it has neither letters nor column numbers. `fault` says why it cannot be read without doubt.
    `is_one_a_line` where it is a list with a well on each line.
    """

    cells: dict[tuple[int, int], tuple[str, int]]
    above: int
    label: str = ""
    plates: tuple[str, ...] = ()
    naming: Naming = STANDARD
    is_list: bool = False
    is_one_a_line: bool = False
    is_layout: bool = False
    is_bare: bool = False
    fault: str = ""

    @property
    def first_line(self) -> int:
        """The first line with a reading."""
        return min(line for _, line in self.cells.values())

    @property
    def last_line(self) -> int:
        """The last line with a reading."""
        return max(line for _, line in self.cells.values())


def is_number(cell: str) -> bool:
    """Whether a cell looks like a number, of any decimal mark."""
    return bool(_NUMBER.fullmatch(plain_digits(cell)))


def may_be_reading(cell: str) -> bool:
    """Whether a cell is a number, empty, or what a reader writes in place of a number."""
    return is_number(cell) or is_reader_word(cell)


def _may_go_on(cell: str) -> bool:
    """Whether a cell may be in a further reading of a lettered row: a reading, or a time that a program computed."""
    return may_be_reading(cell) or _TIME.fullmatch(cell) is not None


def blocks_at(lines: Sequence[Line], at: int) -> list[Block]:
    """The blocks of numbers that start at line `at`, which may be a line of column numbers; empty where none does."""
    return _under_column_numbers(lines, at) or _without_column_numbers(lines, at)


def _under_column_numbers(lines: Sequence[Line], at: int) -> list[Block]:
    """The blocks below a line of column numbers, if that is what line `at` is."""
    segments = segments_of(lines[at].fields)
    if not segments or row_letters(lines[at].fields[: segments[0].fields[0]]) is not None:
        return []
    rows = _rows_below(lines[at + 1 :], segments)
    if rows.lettered:
        return _lettered_blocks(rows.lettered, segments, lines, at)
    return _plain_blocks(segments, lines, at)


def _plain_blocks(segments: Sequence[Segment], lines: Sequence[Line], at: int) -> list[Block]:
    """Whole plates below one line of column numbers, one for each time or wavelength, and each segment."""
    height = _height_of(segments[0])
    plates: list[Sequence[Line]] = []
    behind = at + 1
    while height and (plain := _as_high_as(_rows_below(lines[behind:], segments).plain, height)) is not None:
        plates.append(plain)
        behind = plain[-1].number  # lines are numbered from 1, so this is the next one
    is_layout = bool(_LAYOUT_TITLE.fullmatch(_text_above(lines, at)))
    fault = _TOO_MANY if any(_is_shifted(rows, segments) for rows in plates) else ""
    labels = [" ".join(filter(None, rows[0].fields[: segments[0].fields[0]])) for rows in plates]
    return [
        Block(
            _cells(_without_short_row(dict(enumerate(rows)), segments[-1].end), segment),
            lines[at].number,
            label=_beside(label if len(plates) > 1 else "", at_segment, segments),
            is_layout=is_layout,
            fault=fault,
        )
        for rows, label in zip(plates, labels, strict=True)
        for at_segment, segment in enumerate(segments, 1)
    ]


def _is_shifted(rows: Sequence[Line], segments: Sequence[Segment]) -> bool:
    """Whether rows do not stand below their column numbers: numbers behind these, or before them in several rows."""
    start, end = segments[0].fields[0], segments[-1].end
    before = sum(any(map(is_number, row.fields[:start])) for row in rows)
    return before > 1 or any(is_number(cell) for row in rows for cell in row.fields[end:])


def _beside(label: str, number: int, segments: Sequence[Segment]) -> str:
    """A label that says which of several blocks side by side it is of."""
    if len(segments) == 1:
        return label
    return ", ".join(filter(None, (label, f"{number} of {len(segments)} side by side")))


def _height_of(segment: Segment) -> int:
    """Rows of the plate that has all these columns; 0 where they are not those of a whole plate."""
    width = len(segment.columns)
    return _WIDTHS.get(width, 0) if segment.columns == tuple(range(width)) else 0


@dataclass(frozen=True)
class _Rows:
    """Rows of readings: those with letters, each with what follows it, or all without."""

    lettered: dict[str, list[Line]]
    plain: list[Line]


def _rows_below(lines: Sequence[Line], segments: Sequence[Segment]) -> _Rows:
    start, end = segments[0].fields[0], segments[-1].end
    lettered: dict[str, list[Line]] = {}
    plain: list[Line] = []
    for line in lines:
        has_plain = any(not row.is_blank for row in plain)
        if line.is_blank:
            if lettered or (has_plain and len(line.fields) < end):
                break
            if len(line.fields) >= end:  # of separators alone: perhaps a row without readings
                plain.append(line)
            continue
        letters = row_letters(line.fields[:start])
        cells = [cell for segment in segments for cell in line.fields[segment.fields[0] : segment.end]]
        if letters is not None and not has_plain:
            if letters in lettered or not goes_with(letters, list(lettered)):
                break
            lettered[letters] = [line]
        elif letters is None and lettered and not any(line.fields[:start]) and all(map(_may_go_on, cells)):
            lettered[list(lettered)[-1]].append(line)
        elif letters is None and not lettered and any(cells) and all(map(may_be_reading, cells)):
            plain.append(line)
        else:
            break
    return _Rows(lettered, [] if lettered else plain)


def _as_high_as(rows: Sequence[Line], height: int) -> Sequence[Line] | None:
    """Rows of a whole plate, without blank lines that are too many; None where they do not make one."""
    filled = [line for line in rows if not line.is_blank]
    if len(filled) == height:
        return filled
    is_within = len(rows) >= height and all(line.is_blank for line in rows[height:])
    return rows[:height] if is_within and len(filled) < height else None


def _lettered_blocks(
    lettered: dict[str, list[Line]], segments: Sequence[Segment], lines: Sequence[Line], at: int
) -> list[Block]:
    """One block for each segment and each label behind the rows."""
    naming, end = naming_of_rows(lettered), segments[-1].end
    behind = [label for letters, of in lettered.items() for line in of if (label := _label_behind(line, end, letters))]
    are_labels = len(lettered) < _FEWEST_ROWS or len(set(behind)) < len(behind)
    by_label: defaultdict[tuple[str, int], dict[int, Line]] = defaultdict(dict)
    for position, (letters, of_row) in enumerate(lettered.items()):
        times: defaultdict[str, int] = defaultdict(int)
        row = naming.row(letters)
        for line in of_row:
            label = _label_behind(line, end, letters) if are_labels else ""
            by_label[label, times[label]][position if row is None else row] = line
            times[label] += 1
    is_split = not are_labels and any(map(is_number, behind))  # a number too many, and another one, behind rows
    is_faulty = any(_has_faulty_width(line, end) for of in lettered.values() for line in of)
    fault = _TOO_MANY if is_split or is_faulty else _IN_DOUBT if naming.style == "in doubt" else ""
    is_layout = bool(_LAYOUT_TITLE.fullmatch(_text_above(lines, at)))
    return [
        Block(
            _cells(_without_short_row(of_rows, end), segment),
            lines[at].number,
            label=_beside(label, number, segments),
            naming=naming,
            is_layout=is_layout or bool(_LAYOUT_LABEL.fullmatch(label)),
            fault=fault,
        )
        for (label, _), of_rows in by_label.items()
        for number, segment in enumerate(segments, 1)
    ]


def _without_short_row(rows: dict[int, Line], end: int) -> dict[int, Line]:
    """Rows; one that alone lacks just one field, so that its readings may stand a column too far left, as no numbers.

    Several rows that are short have no readings in their last columns: some readers end them at the last reading.
    """
    short = [row for row, line in rows.items() if len(line.fields) < end]
    if len(rows) < _FEWEST_ROWS or len(short) != 1 or len(rows[short[0]].fields) != end - 1:
        return rows
    line = rows[short[0]]
    text = f"a row of {end - 1} fields, where others have {end}"
    return rows | {short[0]: replace(line, fields=[text] * end)}


def _label_behind(line: Line, end: int, letters: str) -> str:
    label = " ".join(cell for cell in line.fields[end:] if cell)
    return "" if label.rstrip(":.") == letters else label


def _has_faulty_width(line: Line, end: int) -> bool:
    """Whether a row has more numbers than columns (its separator marks decimals, too), or cells lost to blanks."""
    return sum(map(is_number, line.fields[end:])) > 1 or (line.separator is None and len(line.fields) < end)


def _text_above(lines: Sequence[Line], at: int) -> str:
    return next((" ".join(line.filled) for line in reversed(lines[:at]) if not line.is_blank), "")


def _cells(rows: dict[int, Line], segment: Segment) -> dict[tuple[int, int], tuple[str, int]]:
    return {
        (row, column): (line.fields[at] if at < len(line.fields) else "", line.number)
        for row, line in rows.items()
        for at, column in zip(segment.fields, segment.columns, strict=True)
    }


def _full_row(fields: Sequence[str]) -> tuple[int, int, str | None] | None:
    """Where the readings of a row start, how many there are, and its letters; None if it is no row of a plate."""
    begin = next((at for at, cell in enumerate(fields) if cell), len(fields))
    letters = row_letters(fields[: begin + 1])
    starts = (begin + 1,) if letters is not None else (0, begin)
    for start in dict.fromkeys(starts):
        for width in sorted(_WIDTHS, reverse=True):
            cells, rest = fields[start : start + width], fields[start + width :]
            readings = sum(map(may_be_reading, filter(None, cells)))
            filled = sum(map(bool, cells))
            if letters is None and readings < filled <= width / 2:
                continue  # a few words and numbers, made as long as the others by a spreadsheet
            if len(cells) == width and not any(map(is_number, rest)) and readings and 2 * readings > filled:
                return start, width, letters
    return None


def _without_column_numbers(lines: Sequence[Line], at: int) -> list[Block]:
    """The blocks that start at line `at` without column numbers above them: as wide as a plate.

    Without letters beside them they are as high as a plate, too, or several plates.
    """
    first = _full_row(lines[at].fields)
    if first is None or not any(map(is_number, lines[at].fields)):
        return []
    start, width, letters = first
    run: list[Line] = []
    run_letters: list[str] = []
    for line in lines[at:]:
        if line.is_blank:
            run.append(line)
            continue
        found = _full_row(line.fields)
        if found is None or found[1] != width or (found[2] is None) != (letters is None):
            break
        if found[2] is not None:
            if found[2] in run_letters or not follows(found[2], run_letters):
                break
            run_letters.append(found[2])
        run.append(line)
    while run[-1].is_blank:
        run.pop()
    segment = Segment(tuple(range(start, start + width)), tuple(range(width)))
    if letters is not None:
        return _lettered_run(run, run_letters, segment)
    beside = (reversed(lines[:at]), iter(lines[at + len(run) :]))
    blocks = [] if any(_has_more_rows(side, width) for side in beside) else _bare_run(run, segment)
    return blocks or _spoilt_run(run, segment)


def _spoilt_run(run: Sequence[Line], segment: Segment) -> list[Block]:
    """Bare rows that do not make plates, as a block with that fault, where they are many; some may be missing."""
    filled, height = [line for line in run if not line.is_blank], _WIDTHS[len(segment.columns)]
    if 2 * len(filled) < height:
        return []
    rows, last = dict(enumerate(filled[:height])), filled[-1]
    block = Block(_cells(rows, segment), run[0].number, is_bare=True, fault=_NOT_WHOLE)
    return [replace(block, cells=block.cells | {(0, 0): (block.cells[0, 0][0], last.number)})]


def _has_more_rows(beside: Iterable[Line], width: int) -> bool:
    """Whether lines beside bare rows, up to a blank one, may be more of them, with one that cannot be read."""
    near = takewhile(lambda line: not line.is_blank, beside)
    return any(
        len(line.filled) >= width and any(map(is_number, line.fields)) and not segments_of(line.fields) for line in near
    )


def _lettered_run(run: Sequence[Line], letters: Sequence[str], segment: Segment) -> list[Block]:
    filled = [line for line in run if not line.is_blank]
    naming = naming_of_rows(letters)
    rows = [naming.row(one) for one in letters]
    known = [row for row in rows if row is not None]
    is_whole = len(filled) == _WIDTHS[len(segment.columns)]
    if len(filled) < 2 or len(known) < len(rows):
        return []
    fault = _NOT_WHOLE if filled[0].separator in (",", None) and not is_whole else ""
    return [Block(_cells(dict(zip(known, filled, strict=True)), segment), run[0].number, naming=naming, fault=fault)]


def _bare_run(run: Sequence[Line], segment: Segment) -> list[Block]:
    """Whole plates below each other; a line of separators alone may be a row without readings, or a gap."""
    width, height = len(segment.columns), _WIDTHS[len(segment.columns)]
    filled = [line for line in run if not line.is_blank]
    with_blank = [line for line in run if not line.is_blank or len(line.fields) >= width]
    rows = next((rows for rows in (filled, with_blank) if len(rows) % height == 0), [])
    if segments_of(run[0].fields) and _height_of(segments_of(run[0].fields)[0]):
        return []  # column numbers over rows that do not make a plate
    return [
        Block(_cells(dict(enumerate(rows[n : n + height])), segment), rows[n].number, is_bare=True)
        for n in range(0, len(rows), height)
    ]
