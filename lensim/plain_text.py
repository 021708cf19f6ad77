r"""Text of a user as people see it: nothing in it acts on a terminal, a page or a figure.

Names stay as they are in tables, results and CSV files. Here is how they are shown: signs that nobody can see, or that
act, such as the escape of a terminal or a change of the writing direction, are written as Python writes them (`\x1b`,
`\u202e`), and what is too long is cut in its middle, with its length.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import PurePath
from typing import Final

LONGEST_NAME: Final = 80
"""Letters of a name in a cell or a sentence."""
LONGEST_CELL: Final = 500
"""Letters of a cell of a table, which may be a sentence."""
LONGEST_QUOTED: Final = 132
"""Letters of a value that a message quotes."""
LONGEST_PATH: Final = 300
"""Letters of a path or name in a message: a path may be long, and must be whole to be copied."""
LONGEST_WORD: Final = 400
"""Letters without a blank in a message."""
LONGEST_LINE: Final = 1_500
"""Letters in a line of a message."""
LONGEST_MESSAGE: Final = 12_000
"""Letters of a message; the lines beyond them are counted."""
MOST_LINES: Final = 100
"""Lines of a message."""
LETTERS_OF_A_CUT: Final = 32
"""Room for what stands where a middle was."""
MOST_MARKS: Final = 4
"""Marks on one letter; no script needs more, and a pile of them covers the lines above."""

_ACTING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_UNSEEN: Final = frozenset(
    [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810),
     *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)]
)  # fmt: skip
"""Letters and marks of other kinds that are drawn as nothing, such as fillers and variation selectors."""
_LONG_WORD: Final = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")


def few_of(texts: Sequence[str], most: int, between: str = ", ") -> str:
    """The first of some texts, and how many more there are.

    Examples
    --------
    >>> few_of(["A1", "A2", "A3"], most=2), few_of(["A1", "A2"], most=2)
    ('A1, A2 and 1 more', 'A1, A2')
    """
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more


def visible(text: str, keep: str = "\n") -> str:
    r"""A text in which every sign can be seen, and none acts.

    Parameters
    ----------
    text
        Of a user.
    keep
        Control characters that stay as they are.

    Examples
    --------
    >>> visible("\x1b[2J"), visible("K-562\u200b")
    ('\\x1b[2J', 'K-562\\u200b')
    """
    if text.isascii() and text.isprintable():
        return text
    shown, marks = [], 0
    for letter in text:
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        acts = (kind in _ACTING and letter not in keep) or ord(letter) in _UNSEEN
        shown.append(escaped(letter) if acts or marks > MOST_MARKS or _is_no_letter(letter) else letter)
    return "".join(shown)


def _is_no_letter(letter: str) -> bool:
    """Whether Unicode will never give it a meaning, so that a page or a font may refuse it."""
    return ord(letter) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(letter) <= 0xFDEF


def escaped(letter: str) -> str:
    """A letter as Python writes one that cannot be seen."""
    return letter.encode("unicode_escape").decode("ascii")


def short(text: str, most: int = LONGEST_NAME) -> str:
    """A text of at most `most` letters: a longer one without its middle, with its length.

    Examples
    --------
    >>> short("x" * 10_000, 40)
    'xxxx...(10,000 characters)...xxxx'
    """
    return text if len(text) <= most else _cut(text, most, lambda end: end)


def _cut(text: str, most: int, seen: Callable[[str], str]) -> str:
    half = max((most - LETTERS_OF_A_CUT) // 2, 1)
    return f"{seen(text[:half])[:half]}...({len(text):,} characters)...{seen(text[-half:])[-half:]}"


def one_line(name: object, most: int = LONGEST_NAME) -> str:
    r"""A name as a cell or a sentence shows it: on one line, visible, and short.

    Examples
    --------
    >>> one_line("K-562\nresistant")
    'K-562\\nresistant'
    """
    text = str(name)
    if len(text) <= most and len(whole := visible(text, keep="")) <= most:
        return whole
    return _cut(text, most, lambda end: visible(end, keep=""))


def first_names(names: Collection[object], most: int, between: str = ", ") -> str:
    """The first names of many in a row, and how many more there are.

    Examples
    --------
    >>> first_names(["TNF", "IL6", "MYC"], 2)
    'TNF, IL6 and 1 more'
    """
    row = between.join(str(name) for name in islice(names, most))
    return f"{row} and {len(names) - most} more" if len(names) > most else row


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def shown(value: object) -> str:
    r"""A user's value as a message quotes it: on one line, its signs visible, and short.

    Examples
    --------
    >>> shown("a\tb"), shown(3)
    ("'a\\tb'", '3')
    """
    if isinstance(value, str):
        return repr(short(value, LONGEST_QUOTED))
    try:
        return short(repr(value), LONGEST_QUOTED)
    except ValueError:  # a whole number with more digits than Python writes
        return f"a value of the type {type(value).__name__} that is too long to be written"


def shown_kind(value: object) -> str:
    """A user's value as `shown`, where it is one that a person writes; of any other object the type."""
    written = (str, bytes, int, float, complex, Decimal, type(None), list, tuple, dict, set, PurePath)
    if isinstance(value, written):
        try:
            return on_one_line(shown(value))
        except Exception:  # whatever the repr of what is in it raises
            pass
    return f"a value of the type {one_line(type(value).__name__)}"


def shown_name(name: object) -> str:
    """A name or path as a message writes it, without quotes: as `one_line`, with room for a path."""
    return one_line(name, LONGEST_PATH)


def on_one_line(sentence: str) -> str:
    """A sentence whose line ends are written as escapes, since a line of a message is a fault of its own."""
    return sentence.replace("\r", r"\r").replace("\n", r"\n")


def message_text(message: str) -> str:
    """A message as people see it: a fault a line, its words and lines short enough to be read."""
    if len(message) <= LONGEST_WORD and message.isascii() and message.isprintable():
        return message
    lines = message.split("\n")
    kept: list[str] = []
    room = LONGEST_MESSAGE
    for line in lines[: MOST_LINES - (len(lines) > MOST_LINES)]:
        own = _message_line(line)
        room -= len(own) + 1
        if room < 0:
            break
        kept.append(own)
    left = len(lines) - len(kept)
    return "\n".join([*kept, f"and {left:,} more {'line' if left == 1 else 'lines'}"] if left else kept)


def _message_line(line: str) -> str:
    """The line with long words cut, and without its middle: the place is at its start, the remedy at its end."""
    seen = one_line(_with_short_words(line), LONGEST_LINE)
    return _with_short_words(seen)  # escapes may have made a word long


def _with_short_words(line: str) -> str:
    return _LONG_WORD.sub(lambda match: short(match[0], LONGEST_PATH), line)
