"""What is wrong with files, as rows of one table: place, rule, value, remedy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lensim.checks import InputError, located
from lensim.in_options import as_options
from lensim.report.numbers import NONE

MOST_ROWS: Final = 500
_PLACE: Final = re.compile(r"^(?P<place>.{1,200}?\.\w{1,8}(?: (?:line|row|sheet)\b[^:]*)?): (?P<rule>.+)$", re.DOTALL)
_GOT: Final = re.compile(r",? (?:but )?(?:got|found) ", re.DOTALL)


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it must be."""

    place: str
    rule: str
    value: str
    remedy: str

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """As a row of a table; a dash for what is not said."""
        return self.place or NONE, self.rule, self.value or NONE, self.remedy or NONE


def faults_of(error: InputError, options: Mapping[str, str]) -> tuple[Fault, ...]:
    """Every fault of an error, with choices as options of the command.

    Parameters
    ----------
    error
        Of a reader.
    options
        Option of the command for each parameter.
    """
    lines = str(error).splitlines() or ["the files cannot be read"]
    if len(error.faults) > len(lines):  # the message has the first of them
        counted = next((word for word in ("line", "row") if f" {word} " in lines[0]), "line")
        lines = [f"{located(place, line, rule, counted)}: {rule}" for place, line, rule in error.faults]
    places = [str(place) for place, _, _ in error.faults]
    return tuple(_fault(as_options(line, options), places) for line in dict.fromkeys(lines[:MOST_ROWS]))


def _fault(line: str, places: list[str]) -> Fault:
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
    return Fault(place, rule, value, remedy)


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
