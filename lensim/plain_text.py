r"""Text of a user as people see it: nothing in it acts on a terminal, a page or a figure.

Names stay as they are in tables, results and CSV files. Here is how they are shown: signs that nobody can see, or that
act, such as the escape of a terminal or a change of the writing direction, are written as Python writes them (`\x1b`,
`\u202e`), and what is too long is cut in its middle, with its length.
"""

import re
import unicodedata
from typing import Final

LONGEST_NAME: Final = 80
"""Letters of a name in a cell or a sentence."""
LONGEST_CELL: Final = 240
"""Letters of a cell of a table, which may be a sentence."""
LONGEST_WORD: Final = 300
"""Letters without a blank in a message: a path may be long, and must be whole to be copied."""
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
_LONG_WORD: Final = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")


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
        acts = kind in _ACTING and letter not in keep
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
    if len(text) <= most:
        return text
    half = max((most - LETTERS_OF_A_CUT) // 2, 1)
    return f"{text[:half]}...({len(text):,} characters)...{text[-half:]}"


def one_line(name: object, most: int = LONGEST_NAME) -> str:
    r"""A name as a cell or a sentence shows it: on one line, visible, and short.

    Examples
    --------
    >>> one_line("K-562\nresistant")
    'K-562\\nresistant'
    """
    return visible(short(str(name), most), keep="")


def on_one_line(sentence: str) -> str:
    """A sentence whose line ends are written as escapes, since a line of a message is a fault of its own."""
    return sentence.replace("\r", r"\r").replace("\n", r"\n")


def message_text(message: str) -> str:
    """A message as people see it: a fault a line, its words and lines short enough to be read."""
    if len(message) <= LONGEST_WORD and message.isascii() and message.isprintable():
        return message
    lines = message.split("\n")
    shown: list[str] = []
    room = LONGEST_MESSAGE
    for line in lines[: MOST_LINES - (len(lines) > MOST_LINES)]:
        own = _message_line(line)
        room -= len(own) + 1
        if room < 0:
            break
        shown.append(own)
    left = len(lines) - len(shown)
    return "\n".join([*shown, f"and {left:,} more {'line' if left == 1 else 'lines'}"] if left else shown)


def _message_line(line: str) -> str:
    """The line with long words cut, and without its middle: the place is at its start, the remedy at its end."""
    words = _LONG_WORD.sub(lambda match: short(match[0], LONGEST_WORD - 100), line)
    return visible(short(words, LONGEST_LINE), keep="")
