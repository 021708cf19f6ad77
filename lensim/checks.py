"""Input errors: each is one sentence that names the place, the rule and the value.

A function here either returns quietly or raises `ValueError`. Faults of a file are gathered in a `FaultReport` and
raised together, because a user corrects a file once, not fault by fault.
"""

import errno
import numbers
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from lensim import limits
from lensim.plain_text import message_text, on_one_line, one_line, shown, shown_name

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

LONGEST_FAULT: Final = 200  # letters
STANDARD_OUTPUT: Final = "standard output"
_NO_ROOM: Final = "make room there, or name a place on another disk"
_PERMIT: Final = (
    "close the program that has it open, permit it, or name another place"  # Windows replaces no open file
    if os.name == "nt"
    else "permit it, or name another place"
)
REMEDIES: Final[Mapping[int | None, str]] = {
    errno.ENOSPC: _NO_ROOM,
    getattr(errno, "EDQUOT", None): _NO_ROOM,
    errno.EROFS: "name a place on another disk",
    errno.EIO: "name a place on another disk",
    errno.EACCES: _PERMIT,
    errno.EPERM: _PERMIT,
    errno.ENAMETOOLONG: "take a shorter name",
    errno.ENOTDIR: "name a place in a folder",
    errno.EMFILE: "close other files, or permit more (ulimit -n)",
}
"""What to do about errors of the system, by their number."""


class InputError(ValueError):
    """Something that a user handed over is not as it must be; the message is for that user, without a traceback.

    Control characters in it are written as escapes, and what is too long is cut (`lensim.plain_text.message_text`).
    """

    faults: "tuple[tuple[str, int | None, str], ...]" = ()
    """Of a file: each with its place and its line, where there is one."""

    def __init__(self, message: object = "") -> None:
        super().__init__(message_text(str(message)))


def fault_of(error: BaseException) -> str:
    """What is wrong, in words for a user: the message of an `InputError`, else the path or the kind and the reason."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        place = error.filename or "a file"
        return f"{shown_name(place)} cannot be used: {error.strerror}{remedy_of(error, place)}"
    return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_FAULT]


def remedy_of(error: OSError, place: object = "") -> str:
    """What to do about an error of the system, behind a colon; nothing where that is not known."""
    remedy = REMEDIES.get(error.errno, "") if error.errno else ""
    if remedy == _NO_ROOM and place == STANDARD_OUTPUT:
        remedy = "send it to a disk that has room"
    return f": {remedy}" if remedy else ""


@contextmanager
def told_of(place: str) -> Iterator[None]:
    """Put a place before every line of an `InputError` that does not name it yet."""
    place = message_text(place)
    try:
        yield
    except InputError as error:
        lines = (line if line.startswith(place) else f"{place}: {line}" for line in str(error).splitlines())
        raise InputError("\n".join(lines)) from None


def _short_number(value: float) -> str:
    """A number with six digits; a whole one that no float can hold as it is."""
    try:
        return f"{value:g}"
    except OverflowError:
        return shown(value)


def is_number(place: str, value: object) -> None:
    """Refuse what is no number, and a truth value."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        raise InputError(f"{place} must be a number, got {shown(value)}")


def instance(place: str, value: object, kind: type | tuple[type, ...], what: str = "") -> None:
    """Refuse a value of another type; `what` names the right one in words, where its name would not do."""
    if not isinstance(value, kind):
        name = what or (kind.__name__ if isinstance(kind, type) else " or ".join(one.__name__ for one in kind))
        raise InputError(f"{place} must be {name}, got {type(value).__name__}: {shown(value)}")


def plate(place: str, rows: int, columns: int) -> None:
    """Refuse a plate with more rows or columns than any has."""
    for name, value in (("plate_rows", rows), ("plate_columns", columns)):
        between(f"{place}.{name}", value, 1, limits.PLATE_SIDE)


def at_least(place: str, value: float, minimum: float) -> None:
    """Refuse a number below `minimum`, or one that is not a number."""
    is_number(place, value)
    if not value >= minimum:
        raise InputError(f"{place} must be at least {minimum:g}, got {_short_number(value)}")


def at_most(place: str, value: float, maximum: float) -> None:
    """Refuse a number above `maximum`, or one that is not a number."""
    is_number(place, value)
    if not value <= maximum:
        raise InputError(f"{place} must be at most {maximum:,}, got {_short_number(value)}")


def above(place: str, value: float, bound: float) -> None:
    """Refuse a number that is not above `bound`."""
    is_number(place, value)
    if not value > bound:
        raise InputError(f"{place} must be above {bound:g}, got {_short_number(value)}")


def between(place: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside [low, high]."""
    is_number(place, value)
    if not low <= value <= high:
        raise InputError(f"{place} must lie between {low:g} and {high:g}, got {_short_number(value)}")


def one_of(place: str, value: str, allowed: Iterable[str]) -> None:
    """Refuse a word that is not among those allowed."""
    allowed = tuple(allowed)
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{place} must be one of {', '.join(allowed)}, got {shown(value)}")


def unique(place: str, names: Sequence[str]) -> None:
    """Refuse a list of names in which one appears twice."""
    seen: set[str] = set()
    twice = sorted({name for name in names if name in seen or seen.add(name)})  # type: ignore[func-returns-value]
    if twice:
        raise InputError(f"{place} must not name anything twice, got {', '.join(map(one_line, twice))}")


def finite(place: str, values: "np.ndarray") -> None:
    """Refuse an array with a NaN or an infinity, and say where the first one is and how many there are."""
    import numpy as np  # here: every command's help imports this module

    values = np.asarray(values)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        at = f"[{', '.join(str(i) for i in bad[0])}]" if values.ndim else ""
        more = f", and {len(bad) - 1} more that are not" if len(bad) > 1 else ""
        raise InputError(f"{place}{at} must be a finite number, got {values[tuple(bad[0])]}{more}")


def located(place: str, line: int | None, rule: str, unit: str = "line") -> str:
    """The place of a fault in a file: its line, or what a place that knows its cells says (`tables.sheet_place`)."""
    if not line:
        return on_one_line(place)
    named = getattr(place, "at", None)
    return on_one_line(f"{place} {unit} {line}" if named is None else named(line, rule))


def has_variables(data: "xr.Dataset", needed: dict[str, tuple[str, ...]], user: str) -> None:
    """Refuse a Dataset that lacks a variable, or has one with other dims.

    Parameters
    ----------
    data
        The Dataset to look at.
    needed
        Variable name to the dims that it must have, in order.
    user
        Who needs them, for the message.
    """
    for name, dims in needed.items():
        if name not in data:
            raise InputError(f"{user} needs the variable {name} {dims}, got a Dataset with {', '.join(map(str, data))}")
        if data[name].dims != dims:
            raise InputError(f"{user} needs {name} with dims {dims}, got {data[name].dims}")


def is_study(data: "xr.Dataset", dim: str, study: int) -> None:
    """Refuse a position along `dim` that a batch of studies does not have, or data without that dim."""
    if dim not in data.dims:
        raise InputError(f"one_study needs data with the dim {dim}, got {', '.join(map(str, data.dims))}")
    between("study", study, 0, data.sizes[dim] - 1)


class NamedLine(int):
    """The number of a row that messages show by a text of its own, such as a well with its cells in a sheet.

    `own` has the text for a rule that begins with a name, such as that of a column.
    """

    text: str
    own: Mapping[str, str]

    def __new__(cls, number: int, text: str, own: Mapping[str, str]) -> "NamedLine":
        """A number with its texts."""
        line = super().__new__(cls, number)
        line.text, line.own = text, own
        return line

    def of(self, rule: str) -> str:
        """The text for a rule."""
        names = [name for name in self.own if rule.startswith(f"{name} ")]
        return self.own[max(names, key=len)] if names else self.text

    def __str__(self) -> str:
        return self.text

    def __format__(self, spec: str) -> str:
        return format(self.text, spec)


@dataclass
class FaultReport:
    """The faults of one file, or of files that belong together, gathered so that all are reported at once.

    `place` is the file's name. A fault is a place, a line number (1 = the first line of the file; None = the whole
    file) and the rule with what was found. `unit` is what is counted, where that is not lines of text; `units` has it
    for files of other kinds whose faults were taken over. `notes` are sentences about what was understood.
    """

    place: str
    faults: list[tuple[str, int | None, str]] = field(default_factory=list)
    shown: int = 20
    unit: str = "line"
    units: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        """Note what was understood and a user should know; `sentence` is what is said behind the file's name."""
        self.notes.append(on_one_line(f"{self.place}: {sentence}"))

    def add(self, rule: str, *, line: int | None = None, place: str | None = None) -> None:
        """Note one fault: `rule` is the sentence behind the place, such as 'dose_um must be 0 or more, got -3'.

        `place` names another file than the report's own, where several are read together.
        """
        self.faults.append((self.place if place is None else place, line, on_one_line(rule)))

    def take(self, other: "FaultReport") -> None:
        """Take over the faults of another file, which keep their place and what is counted there."""
        self.faults += other.faults
        self.notes += other.notes
        self.units |= {other.place: other.unit, **other.units}

    def raise_if_any(self) -> None:
        """Raise one `InputError` with every fault once, file by file in order of lines; do nothing without any."""
        if not self.faults:
            return
        order = {place: position for position, place in enumerate(dict.fromkeys(fault[0] for fault in self.faults))}
        ordered = sorted(
            dict.fromkeys(self.faults), key=lambda fault: (order[fault[0]], fault[1] is not None, fault[1] or 0)
        )
        lines = [f"{self._place(place, line, rule)}: {rule}" for place, line, rule in ordered[: self.shown]]
        if len(ordered) > self.shown:
            lines.append(f"{on_one_line(self.place)}: and {len(ordered) - self.shown} more faults")
        error = InputError("\n".join(lines))
        error.faults = tuple(ordered)
        raise error

    def _place(self, place: str, line: int | None, rule: str) -> str:
        if isinstance(line, NamedLine):
            return f"{on_one_line(place)} {line.of(rule)}"
        return located(place, line, rule, self.units.get(place, self.unit))
