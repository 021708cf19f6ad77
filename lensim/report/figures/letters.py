"""Which letters the fonts of a figure have, so that none is drawn as an empty box.

matplotlib draws with the fonts of `rcParams["font.family"]`. Its own font has Latin, Greek, Cyrillic, Arabic and Hebrew
letters. For others, a font of `OTHER_FAMILIES` that is installed is taken; a letter that no font has is written as its
escape, by which two names can still be told apart.
"""

from functools import cache
from typing import Final

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

from lensim.plain_text import escaped

OTHER_FAMILIES: Final = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Source Han Sans", "Hiragino Sans", "Yu Gothic",
    "Meiryo", "IPAexGothic", "Microsoft YaHei", "PingFang SC", "SimHei", "WenQuanYi Zen Hei", "Malgun Gothic",
    "Apple SD Gothic Neo", "NanumGothic", "Noto Sans Thai", "Noto Sans Devanagari", "Noto Emoji", "Segoe UI Symbol",
    "Arial Unicode MS",
)  # fmt: skip
"""Fonts of other scripts on Linux, macOS and Windows."""


def drawable(text: str) -> str:
    """The text with letters that no font has written as escapes."""
    if text.isascii():
        return text
    own = _letters_of(tuple(matplotlib.rcParams["font.family"]))
    lacking = {letter for letter in text if not letter.isascii() and ord(letter) not in own}
    found = {letter for letter in lacking if any(ord(letter) in _letters_of((name,)) for name in _installed())}
    return "".join(escaped(letter) if letter in lacking - found else letter for letter in text)


def give_fonts(figure: Figure) -> None:
    """Let every text of a figure that is not of Latin letters alone take the fonts of other scripts, too."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if not text.get_text().isascii() and (others := _installed()):
            text.set_fontfamily([*(name for name in text.get_fontfamily() if name not in others), *others])


def _installed() -> tuple[str, ...]:
    return _installed_of(OTHER_FAMILIES)


@cache
def _installed_of(families: tuple[str, ...]) -> tuple[str, ...]:
    known = {font.name for font in fontManager.ttflist}
    return tuple(name for name in families if name in known)


@cache
def _letters_of(families: tuple[str, ...]) -> frozenset[int]:
    """The code points that some of the families have; those of matplotlib's own font, where none is found."""
    letters: set[int] = set()
    for family in families:
        try:
            letters |= (
                get_font(findfont(FontProperties(family=[family]), fallback_to_default=False)).get_charmap().keys()
            )
        except (ValueError, RuntimeError, OSError):  # not installed, or no font that can be drawn
            continue
    return frozenset(letters or _own_letters())


@cache
def _own_letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=["DejaVu Sans"]))).get_charmap())
