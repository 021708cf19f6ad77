"""Rows of text to reactions with numbers: decimal marks, words for no Ct, and the rules for one reaction."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from lensim import checks
from lensim.checks import FaultReport, InputError
from lensim.expression.read.reactions import DEFAULT_CYCLE_LIMIT, Reaction, Task
from lensim.tables.number_text import (
    STATE_MARK,
    DecimalMark,
    decimal_marks,
    find_decimal_mark,
    is_missing,
    parse_number,
)

TaskOrIgnored = Task | Literal["ignored"]

TASK_WORDS: Final[Mapping[str, TaskOrIgnored]] = {
    "": "unknown",
    "unknown": "unknown",
    "unkn": "unknown",
    "unk": "unknown",
    "sample": "unknown",
    "target": "unknown",
    "calibrator": "unknown",
    "reference": "unknown",
    "endogenous control": "unknown",
    "endo": "unknown",
    "standard": "standard",
    "std": "standard",
    "no template": "no_template",
    "no template control": "no_template",
    "no_template": "no_template",
    "ntc": "no_template",
    "negative control": "no_template",
    "ignored": "ignored",
    "omitted": "ignored",
    "excluded": "ignored",
    "empty": "ignored",
    "blank": "ignored",
    "not in use": "ignored",
    "notinuse": "ignored",
    "buffer": "ignored",
    "no rt": "ignored",
    "nort": "ignored",
    "nrt": "ignored",
    "nac": "ignored",
    "npc": "ignored",
    "ntp": "ignored",
    "pos": "ignored",
    "pc": "ignored",
    "positive control": "ignored",
    "ipc": "plate_calibrator",
    "inter-plate calibrator": "plate_calibrator",
    "plate_calibrator": "plate_calibrator",
    "ipc+": "ignored",
    "ipc-": "ignored",
    "blocked ipc": "ignored",
    "blocked_ipc": "ignored",
    "opt": "ignored",
}
"""What the words for a well's task mean, in lower case. Controls other than those without template are left out."""

NOT_DETECTED: Final = frozenset(
    {
        "no ct", "noct", "no cq", "nocq", "no cp", "no cт", "undetermined", "undet", "undet.", "und", "nd", "n.d.",
        "not detected", "no amplification", "negative", "unbestimmt", "kein ct", "nicht bestimmt", "nicht detektiert",
        "indéterminé", "non déterminé", "pas de ct", "indeterminado", "no determinado", "sin ct", "indeterminato",
        "non determinato", "onbepaald", "未检出", "未確定",
    }
)  # fmt: skip
"""Words of instruments, in their languages, for a reaction that ran and did not cross the threshold."""

_BEYOND: Final = re.compile(r"[>\u2265]=?\s*[0-9]+(?:[.,][0-9]+)?")  # "> 40.00"

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
    empty_ct
        What an empty Ct means there.
    limit_is_not_detected
        Whether a Ct that equals the limit means "not detected", as some programs write it.
    decimal
        The decimal mark, where it is known.
    file_limit, stated_limit
        Cycles run as the file says, and as the user says; None where they do not.
    """

    ct_name: str
    quantity_name: str
    empty_ct: EmptyCt
    limit_is_not_detected: bool = False
    decimal: DecimalMark | None = None
    file_limit: float | None = None
    stated_limit: float | None = None

    @property
    def limit(self) -> float:
        """The limit that a Ct is compared with."""
        return self.stated_limit or self.file_limit or DEFAULT_CYCLE_LIMIT


@dataclass(frozen=True)
class FileReactions:
    """The reactions of one file, and the numbers of wells left out."""

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
        checks.above("cycle_limit", cycle_limit, 0)
    if decimal is not None:
        checks.one_of("decimal", decimal, (".", ","))


def task_of(word: str) -> TaskOrIgnored | None:
    """What a word for a task means; None where it is not known."""
    plain = " ".join(word.casefold().split())
    return TASK_WORDS.get(plain) or TASK_WORDS.get(re.sub(r"\s*\(.*\)$", "", plain))


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
    rows: Sequence[RawRow], instrument: str, manner: Manner, faults: FaultReport, quantity_unit: str = ""
) -> FileReactions:
    """The reactions of one file's rows; what breaks a rule goes into `faults`, with its line."""
    kept = [row for row in rows if row.task != "ignored"]
    standards = [row.quantity for row in kept if row.task == "standard"]
    before = len(faults.faults)
    mark: DecimalMark | None = ct_decimal_mark([row.ct for row in kept], standards, manner.decimal, faults)
    if len(faults.faults) > before:
        mark = None  # the doubt is noted; that a number does not suit a guessed mark is no second fault
    reactions, without_result = [], 0
    for row in kept:
        if row.task == "ignored":  # for the type checker
            continue
        if is_missing(row.ct) and manner.empty_ct == "no result":
            without_result += 1
            continue
        ct = _read_ct(row, manner, mark, faults)
        quantity = _read_quantity(row, manner, mark, faults) if row.task == "standard" else None
        reactions.append(
            Reaction(row.plate, row.well, row.sample, row.gene, row.task, ct, quantity, faults.place, row.line)
        )
    return FileReactions(
        instrument,
        faults.place,
        tuple(_with_quantities_of_others(reactions)),
        ignored=len(rows) - len(kept),
        without_result=without_result,
        cycle_limit=manner.stated_limit or manner.file_limit,
        quantity_unit=quantity_unit,
    )


def _number_of(text: str, mark: DecimalMark | None) -> float | None:
    """A number with its file's mark, or where that is in doubt with its own."""
    return parse_number(text, mark or ("," if "," in text and "." not in text else "."))


def _read_ct(row: RawRow, manner: Manner, mark: DecimalMark | None, faults: FaultReport) -> float | None:
    if is_missing(row.ct) or is_not_detected(row.ct):
        return None
    number = _number_of(row.ct, mark)
    where = f"{manner.ct_name} of well {row.well}" if not row.line else manner.ct_name
    got = row.ct.strip()
    if number is None or not math.isfinite(number):
        faults.add(f"{where} must be a number of cycles or a word for no Ct, got {got!r}", line=row.line)
        return None
    if manner.limit_is_not_detected and number == manner.limit:
        return None
    if not 0 < number <= manner.limit:
        remedy = "; state the cycle limit if more cycles were run" if number > manner.limit else ""
        faults.add(f"{where} must be above 0 and at most {manner.limit:g} cycles, got {got}{remedy}", line=row.line)
        return None
    return number


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
