"""Rows of text to reactions with numbers: decimal marks, words for no Ct, and the rules for one reaction."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from lensim import checks
from lensim.bounds import require_number
from lensim.checks import FaultReport, InputError
from lensim.expression.read.reactions import DEFAULT_CYCLE_LIMIT, Reaction, Task
from lensim.expression.read.tasks import TaskOrIgnored
from lensim.plain_text import first_names
from lensim.tables.number_text import (
    STATE_MARK,
    DecimalMark,
    decimal_marks,
    find_decimal_mark,
    is_missing,
    parse_number,
)

NOT_DETECTED: Final = frozenset(
    {
        "no ct", "noct", "no cq", "nocq", "no cp", "no cт", "undetermined", "undet", "undet.", "und", "nd", "n.d.",
        "not detected", "no amplification", "negative", "unbestimmt", "kein ct", "nicht bestimmt", "nicht detektiert",
        "indéterminé", "non déterminé", "pas de ct", "indeterminado", "no determinado", "sin ct", "indeterminato",
        "non determinato", "onbepaald", "未检出", "未確定", "n/d", "undefined", "not amplified", "no signal",
    }
)  # fmt: skip
"""Words of instruments, in their languages, for a reaction that ran and did not cross the threshold."""

_BEYOND: Final = re.compile(r"[>\u2265]=?\s*([0-9]+(?:[.,][0-9]+)?)")  # "> 40.00"

EARLIEST_LAST_CYCLE: Final = 30
"""No run has fewer cycles, so an earlier whole number is a Ct."""

MOST_CYCLES: Final = 80
"""No run has more cycles."""

WRITE_WORD: Final = "where nothing was detected, write Undetermined"

SHOWN_LINES: Final = 6

EmptyCt = Literal["not detected", "no result"]


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of an export, split into what it says; numbers are text still."""

    line: int
    plate: str
    well: str
    sample: str
    gene: str
    task: TaskOrIgnored
    ct: str
    quantity: str = ""


@dataclass(frozen=True)
class Manner:
    """How a file writes its numbers.

    Attributes
    ----------
    ct_name, quantity_name
        Names of the columns, for messages.
    empty_ct, missing_ct
        What an empty Ct means there, and what one with a word such as NaN or N/A.
    is_empty_told
        Whether the caller tells of wells without result.
    decimal
        The decimal mark, where it is known.
    file_limit, stated_limit
        Cycles run as the file says, and as the user says; None where they do not.
    """

    ct_name: str
    quantity_name: str
    empty_ct: EmptyCt
    missing_ct: EmptyCt | None = None
    is_empty_told: bool = False
    decimal: DecimalMark | None = None
    file_limit: float | None = None
    stated_limit: float | None = None

    @property
    def limit(self) -> float:
        """The limit that a Ct is compared with."""
        return self.stated_limit or self.file_limit or DEFAULT_CYCLE_LIMIT

    def has_no_result(self, ct: str) -> bool:
        """Whether a cell says nothing, so that its well is as one that was not run."""
        if not is_missing(ct):
            return False
        return (self.empty_ct if not ct.strip() else self.missing_ct or self.empty_ct) == "no result"


@dataclass(frozen=True)
class FileReactions:
    """The reactions of one file, the numbers of wells left out, and what was read otherwise than it is written."""

    instrument: str
    place: str
    reactions: tuple[Reaction, ...]
    ignored: int
    without_result: int
    cycle_limit: float | None
    quantity_unit: str = ""
    notes: tuple[str, ...] = ()


def check_stated(cycle_limit: float | None, decimal: str | None) -> None:
    """Refuse options that are not possible: a cycle limit that is not above 0, an unknown decimal mark."""
    if cycle_limit is not None:
        require_number("cycle_limit", cycle_limit, above=0)
    if decimal is not None:
        checks.one_of("decimal", decimal, (".", ","))


def is_not_detected(text: str) -> bool:
    """Whether a cell says in words that a reaction was not detected."""
    plain = " ".join(text.casefold().split())
    return plain in NOT_DETECTED or _BEYOND.fullmatch(plain) is not None


def ct_decimal_mark(
    ct: Iterable[str], quantities: Iterable[str], stated: DecimalMark | None, faults: FaultReport
) -> DecimalMark:
    """The decimal mark of a file. No Ct reaches 1000, so a comma in one is a decimal comma; a doubt is a fault."""
    if stated is not None:
        return stated
    numbers = [cell for cell in ct if any(sign.isdigit() for sign in cell) and not _BEYOND.fullmatch(cell.strip())]
    comma = next((cell for cell in numbers if "," in cell), None)
    point = next((cell for cell in numbers if "." in cell), None)
    if comma and point:
        faults.add(
            f"Ct has both decimal points ({point.strip()!r}) and decimal commas ({comma.strip()!r}): write one kind, "
            f"or {STATE_MARK}"
        )
    elif comma or point:
        ours, other = (",", ".") if comma else (".", ",")
        surely, _ = decimal_marks(quantities)
        if other in surely and ours not in surely:
            words = {".": "decimal points", ",": "decimal commas"}
            faults.add(
                f"Ct has {words[ours]} ({(comma or point or '').strip()!r}) and quantities have {words[other]} "
                f"({surely[other].strip()!r}): write one kind in all columns"
            )
    if comma or point:
        return "," if comma and not point else "."
    try:
        return find_decimal_mark(quantities)
    except InputError as doubt:
        faults.add(str(doubt))
        return "."


def understand(
    rows: Sequence[RawRow],
    instrument: str,
    manner: Manner,
    faults: FaultReport,
    quantity_unit: str = "",
    *,
    notes: Sequence[str] = (),
) -> FileReactions:
    """The reactions of one file's rows; what breaks a rule goes into `faults`, with its line.

    A Ct that equals the cycle limit is not detected; where nobody says the limit, a last whole number that several Cts
    have is asked for. `notes` are sentences of the caller, which come before those from here.
    """
    kept = [row for row in rows if row.task != "ignored"]
    standards = [row.quantity for row in kept if row.task == "standard"]
    before = len(faults.faults)
    mark: DecimalMark | None = ct_decimal_mark([row.ct for row in kept], standards, manner.decimal, faults)
    if len(faults.faults) > before:
        mark = None  # the doubt is noted; that a number does not suit a guessed mark is no second fault
    measured = [row for row in kept if not manner.has_no_result(row.ct)]
    _check_limit(measured, manner, mark, faults)
    _ask_for_last_cycle(measured, manner, mark, faults)
    reactions = [_reaction(row, manner, mark, faults) for row in measured]
    return FileReactions(
        instrument,
        faults.place,
        tuple(_with_quantities_of_others(reactions)),
        ignored=len(rows) - len(kept),
        without_result=len(kept) - len(measured),
        cycle_limit=manner.stated_limit or manner.file_limit,
        quantity_unit=quantity_unit,
        notes=(
            *notes,
            *_told_of_limit(measured, manner, mark, faults.place),
            *_told_of_empty([row for row in kept if manner.has_no_result(row.ct)], manner, faults.place),
        ),
    )


def _reaction(row: RawRow, manner: Manner, mark: DecimalMark | None, faults: FaultReport) -> Reaction:
    task: Task = row.task  # type: ignore[assignment]  # "ignored" has been left out
    ct = _read_ct(row, manner, mark, faults)
    quantity = _read_quantity(row, manner, mark, faults) if task == "standard" else None
    return Reaction(row.plate, row.well, row.sample, row.gene, task, ct, quantity, faults.place, row.line)


def _told_of_limit(rows: Sequence[RawRow], manner: Manner, mark: DecimalMark | None, place: str) -> list[str]:
    """That Cts at the cycle limit were read as not detected, where there are any."""
    at_limit = [row for row in rows if _number_of(row.ct, mark) == manner.limit]
    if not at_limit:
        return []
    limit = f"{manner.limit:g}, the cycle limit"
    return [f"{place}: {manner.ct_name} is {limit}, in {count(at_limit)}, read as not detected"]


def _told_of_empty(rows: Sequence[RawRow], manner: Manner, place: str) -> list[str]:
    """That wells have no result, where there are any and the caller does not tell it."""
    if not rows or manner.is_empty_told:
        return []
    return [f"{place}: {manner.ct_name} is empty in {count(rows)}, left out as without result ({lines_of(rows)})"]


def count(wells: Sequence[object]) -> str:
    """How many wells, in words."""
    return "1 well" if len(wells) == 1 else f"{len(wells)} wells"


def _check_limit(rows: Sequence[RawRow], manner: Manner, mark: DecimalMark | None, faults: FaultReport) -> None:
    """Cts above the cycle limit are one fault, whose remedy suits the latest of them."""
    above = [
        (number, row) for row in rows if (number := _number_of(row.ct, mark)) is not None and number > manner.limit
    ]
    above = [(number, row) for number, row in above if math.isfinite(number)]
    if not above:
        return
    (first, row), latest = above[0], max(number for number, _ in above)
    more = f" ({lines_of([row for _, row in above])}, up to {latest:g})" if len(above) > 1 else ""
    where = manner.ct_name if row.line else f"{manner.ct_name} of well {row.well}"
    remedy = WRITE_WORD
    if latest <= MOST_CYCLES:
        remedy = f"if more cycles were run, state them: cycle_limit={5 * math.ceil(latest / 5)}"
    faults.add(f"{where} must be at most {manner.limit:g} cycles, got {first:g}{more}; {remedy}", line=row.line or None)


def _ask_for_last_cycle(rows: Sequence[RawRow], manner: Manner, mark: DecimalMark | None, faults: FaultReport) -> None:
    """A last Ct that is a whole number in several wells is the last cycle, or may be: a fault where none is stated.

    One well is enough where Cts have two decimals or more and the number is one of 30, 35. Where many Cts are whole
    numbers, this one says nothing.
    """
    if manner.stated_limit or manner.file_limit:
        return
    numbers = [(number, row) for row in rows if (number := _number_of(row.ct, mark)) is not None]
    last = max((number for number, _ in numbers), default=0.0)
    own = [row for number, row in numbers if number == last]
    others = [number for number, _ in numbers if number != last]
    if not last.is_integer() or not EARLIEST_LAST_CYCLE <= last < manner.limit:
        return
    if sum(number.is_integer() for number in others) > len(others) / 5:
        return
    is_fine = sum((10 * number).is_integer() for number in others) <= len(others) / 2  # written to 0.01 or better
    if len(own) < 2 and not (is_fine and others and last % 5 == 0):
        return
    faults.add(
        f"{manner.ct_name} is {last:g} in {count(own)} ({lines_of(own)}) and never more, as where nothing was detected "
        f"by the last cycle: state the cycles run, cycle_limit={last:g} if so, else cycle_limit={manner.limit:g}",
        line=own[0].line,
    )


def lines_of(rows: Sequence[RawRow]) -> str:
    """Where some rows are: their lines, or their wells where a file has no lines."""
    unit = "line" if rows[0].line else "well"
    names = first_names([row.line or row.well for row in rows], SHOWN_LINES)
    return f"{unit}{'s' if len(rows) > 1 else ''} {names}"


def _number_of(text: str, mark: DecimalMark | None) -> float | None:
    """A number with its file's mark, or where that is in doubt with its own."""
    return parse_number(text, mark or ("," if "," in text and "." not in text else "."))


def _read_ct(row: RawRow, manner: Manner, mark: DecimalMark | None, faults: FaultReport) -> float | None:
    where = f"{manner.ct_name} of well {row.well}" if not row.line else manner.ct_name
    got = row.ct.strip()
    if beyond := _BEYOND.fullmatch(got):
        cycles = _number_of(beyond.group(1), mark)
        if cycles is not None and cycles != manner.limit:
            faults.add(
                f"{where} is {got!r}, but the cycle limit is {manner.limit:g}: state cycle_limit={cycles:g}",
                line=row.line,
            )
        return None
    if is_missing(row.ct) or is_not_detected(row.ct):
        return None
    number = _number_of(row.ct, mark)
    if number is None or not math.isfinite(number):
        faults.add(f"{where} must be a number of cycles or a word for no Ct, got {got!r}", line=row.line)
        return None
    if number <= 0:
        faults.add(f"{where} must be above 0 cycles, got {got}; {WRITE_WORD}", line=row.line)
    return number if 0 < number < manner.limit else None


def _read_quantity(row: RawRow, manner: Manner, mark: DecimalMark | None, faults: FaultReport) -> float | None:
    if is_missing(row.quantity) or is_not_detected(row.quantity):  # some programs write "No Ct" there as well
        return None
    number = _number_of(row.quantity, mark)
    if number is None or not math.isfinite(number) or number <= 0:
        faults.add(
            f"{manner.quantity_name} of a standard must be a number above 0, got {row.quantity.strip()!r}",
            line=row.line,
        )
        return None
    return number


def _with_quantities_of_others(reactions: Sequence[Reaction]) -> list[Reaction]:
    """A standard without a quantity has that of the other standards of its name, where these agree."""
    known: dict[str, set[float]] = {}
    for reaction in reactions:
        if reaction.quantity is not None and reaction.sample:
            known.setdefault(reaction.sample, set()).add(reaction.quantity)
    return [
        replace(reaction, quantity=next(iter(known[reaction.sample])))
        if reaction.task == "standard" and reaction.quantity is None and len(known.get(reaction.sample, ())) == 1
        else reaction
        for reaction in reactions
    ]
