"""What is wrong with files, as rows of one table: place, rule, value, remedy."""

import re
from dataclasses import dataclass
from typing import Final

from lensim.app.read.labels import choices_named, labelled
from lensim.app.read.wanted import options_of
from lensim.checks import InputError, located
from lensim.in_options import as_options
from lensim.report.numbers import NONE

MOST_ROWS: Final = 500
_PLACE: Final = re.compile(r"^(?P<place>.{1,200}?\.\w{1,8}(?: (?:line|row|sheet)\b[^:]*)?): (?P<rule>.+)$", re.DOTALL)
ASKS: Final = (
    ("condition", "one of the conditions ", " must be the control"),
    ("condition", "control must be one of the conditions ", ", got "),
    ("gene", "; the genes are ", ""),
)
"""Where a reader lists the values that it asks for: the meaning of their column, and the words around them."""
_MORE: Final = re.compile(r" and \d{1,9} more$")
_GOT: Final = re.compile(r",? (?:but )?(?:got|found) ", re.DOTALL)


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it must be."""

    place: str
    rule: str
    value: str
    remedy: str
    choices: tuple[str, ...] = ()
    """Controls of the form that it names, by their ids within the assay."""

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """As a row of a table; a dash for what is not said."""
        return self.place or NONE, self.rule, self.value or NONE, self.remedy or NONE

    @property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """Values of which one must be chosen, by the meaning of their column, where the fault lists them."""
        words, found = f"{self.rule}, got {self.value}", dict[str, tuple[str, ...]]()
        for what, before, behind in ASKS:
            rest = words.partition(before)[2]
            listed = rest.partition(behind)[0] if behind else rest
            if rest and behind in rest and what not in found:
                found[what] = _names_in(listed)
        return found


def _names_in(listed: str) -> tuple[str, ...]:
    """Names in a list of a message; "in COLUMN (...)" may stand around it, and "or ..." or "and 3 more" behind it."""
    if listed.startswith("in ") and listed.endswith(")"):
        listed = listed[:-1].rpartition(" (")[2]
    listed = _MORE.sub("", listed.partition(", or ")[0])
    return tuple(dict.fromkeys(listed.split(", ")))


def faults_of(error: InputError, assay: str) -> tuple[Fault, ...]:
    """Every fault of an error, with choices as the form names them.

    Parameters
    ----------
    error
        Of a reader.
    assay
        Whose form it is.
    """
    lines = str(error).splitlines() or ["the files cannot be read"]
    if len(error.faults) > len(lines):  # the message has the first of them
        counted = next((word for word in ("line", "row") if f" {word} " in lines[0]), "line")
        lines = [f"{located(place, line, rule, counted)}: {rule}" for place, line, rule in error.faults]
    places = [str(place) for place, _, _ in error.faults]
    options = options_of(assay)
    return tuple(_fault(as_options(line, options), places, assay) for line in dict.fromkeys(lines[:MOST_ROWS]))


def _fault(line: str, places: list[str], assay: str) -> Fault:
    place, rule = "", line
    known = next((one for one in sorted(set(places), key=len, reverse=True) if line.startswith(one)), None)
    if known is not None and ": " in line[len(known) :]:
        behind = line[len(known) :]
        place, rule = f"{known}{behind.partition(': ')[0]}", behind.partition(": ")[2]
    elif found := _PLACE.match(line):
        place, rule = found["place"], found["rule"]
    value, remedy = "", ""
    if (got := _GOT.search(rule)) is not None:
        value, rule = rule[got.end() :], rule[: got.start()]
        value, remedy = _parted(value)
    else:
        rule, remedy = _parted(rule)
    before, _, behind = value.rpartition("; ")
    if before and not remedy and choices_named(behind, assay):  # what was found, and what to do about it
        value, remedy = before, behind
    choices = choices_named(f"{rule} {remedy}", assay)
    return Fault(place, labelled(rule, assay), value, labelled(remedy, assay), choices)


def _parted(text: str) -> tuple[str, str]:
    """What stands before the first colon outside of quotes and brackets, and the remedy behind it."""
    quoted, at, deep = "", -1, 0
    for number, letter in enumerate(text):
        if quoted:
            quoted = "" if letter == quoted else quoted
        elif letter == '"' or (letter == "'" and (number == 0 or not text[number - 1].isalnum())):
            quoted = letter
        elif letter in "()":
            deep = max(deep + (1 if letter == "(" else -1), 0)
        elif at < 0 and not deep and text.startswith(": ", number):
            at = number
    return (text, "") if at < 0 else (text[:at], text[at + 2 :])
