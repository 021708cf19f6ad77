"""Words of instruments for what a well holds: a sample, a standard, or a control of some kind."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from lensim.expression.read.reactions import Task
from lensim.tables.number_text import DIGITS

TaskOrIgnored = Task | Literal["ignored"]

_WORDS: Final[Mapping[TaskOrIgnored, tuple[str, ...]]] = {
    "unknown": (
        "unknown", "unkn", "unk", "unknowns", "sample", "samples", "target", "calibrator", "reference",
        "reference gene", "endogenous control", "endogenous", "endo", "unbekannt", "probe", "endogene kontrolle",
        "inconnu", "desconocido", "sconosciuto",
    ),
    "standard": ("standard", "std", "stnd", "standards", "quantitative standard", "estandar"),
    "no_template": (
        "no template", "no template control", "non template control", "ntc", "negative control", "neg control",
        "neg ctrl", "negative", "neg", "nc", "water", "water control", "h2o", "negativkontrolle",
    ),
    "no_rt": (
        "no rt", "nrt", "no rt control", "minus rt", "rt minus", "rt neg", "no reverse transcriptase",
        "no reverse transcription", "no reverse transcription control",
    ),
    "plate_calibrator": (
        "ipc", "irc", "plate calibrator", "inter-plate calibrator", "interplate calibrator", "inter-run calibrator",
    ),
    "ignored": (
        "ignored", "ignore", "omitted", "omit", "excluded", "empty", "blank", "not in use", "unused",
        "buffer", "nac", "no amplification control", "npc", "no primer control", "ntp", "pos", "pc", "positive control",
        "pos control", "pos ctrl", "positive", "internal positive control", "blocked ipc",
        "pc allele", "pc allele both", "opt",
    ),
}  # fmt: skip


def _bare(word: str) -> str:
    return re.sub(r"[\s_.+/-]+", "", word.casefold())


TASK_WORDS: Final[Mapping[str, TaskOrIgnored]] = {_bare(word): task for task, words in _WORDS.items() for word in words}
"""What the words for a well's task mean, without case, blanks and signs."""

KNOWN: Final = "Unknown, Standard, NTC, No RT, Positive control or Not in use"
"""A word of each kind, for messages."""

_SHORT: Final = re.compile(r"([SU])[ _-]?[0-9]+", re.IGNORECASE)
_FINDING: Final = re.compile(r"(?:neg|negative|pos|positive|nc|pc)[\W\d]*", re.IGNORECASE)
_CONTROL: Final = re.compile(r"control|ctrl|ipc|nac|in use|buffer", re.IGNORECASE)


def task_of(word: str) -> TaskOrIgnored | None:
    """What a word for a task means; None where it is not known. A number behind it does not count: Std-03, Unkn 12, S1.

    An empty cell is a sample. Of controls, positive ones and those between plates are left out ("ignored").
    """
    text = " ".join(word.split())
    if not text:
        return "unknown"
    if text.casefold() in ("ipc+", "ipc-"):  # an internal control with and without its template
        return "ignored"
    for spelling in (text, _without_brackets(text), _without_number(text)):
        task = TASK_WORDS.get(_bare(spelling))
        if task is not None and _bare(spelling):
            return task
    if short := _SHORT.fullmatch(text):
        return "standard" if short.group(1) in "sS" else "unknown"
    return None


def _without_brackets(text: str) -> str:
    return text.partition("(")[0].rstrip() if text.endswith(")") else text


def _without_number(text: str) -> str:
    word = text.rstrip(DIGITS)
    return text if word == text else word.rstrip(" _.#-")


def holds_roles(cells: Iterable[str]) -> bool:
    """Whether all words of a column are tasks, samples and others among them.

    Positive and negative are no evidence: they may as well be what is known of a patient.
    """
    words = {word for cell in cells if (word := cell.strip())}
    tasks = {task_of(word) for word in words}
    if None in tasks or "unknown" not in tasks:
        return False
    others = {word for word in words if task_of(word) != "unknown" and not _FINDING.fullmatch(word)}
    return any(task_of(word) != "ignored" or _CONTROL.search(word) for word in others)
