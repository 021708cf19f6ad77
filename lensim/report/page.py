"""The parts of a page as plain values, without layout."""

import math
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from lensim import checks

State = Literal["yes", "no", "open"]


@dataclass(frozen=True)
class Mark:
    """A cell with yes, no or neither, shown as a sign and a word, so that it can be read without colour."""

    state: State
    word: str


@dataclass(frozen=True)
class Span:
    """A cell that shows where a stated value lies against an interval.

    Attributes
    ----------
    low, middle, high
        The interval and its median.
    point
        The value that it is compared with.
    """

    low: float
    middle: float
    high: float
    point: float


@dataclass(frozen=True)
class Remarked:
    """A cell of words with a smaller remark below."""

    text: str
    remark: str


@dataclass(frozen=True)
class Estimate:
    """A cell of a number with its interval, or with its standard error.

    Attributes
    ----------
    value
        The number.
    low, high
        Ends of the interval; NaN where there is none.
    error
        Standard error; NaN where there is none.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    error: float = math.nan


@dataclass(frozen=True)
class Picture:
    """A figure with its caption and its text for those who cannot see it.

    Attributes
    ----------
    name
        Where it comes from, for messages and for the reader.
    content
        The bytes of a PNG or an SVG file.
    caption
        What it shows, in a sentence.
    alt
        Text alternative for readers who cannot see it.
    """

    name: str
    content: bytes
    caption: str
    alt: str

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise checks.InputError(f"Picture.alt of {self.name} must say what the figure shows, got nothing")


@dataclass(frozen=True)
class PageTable:
    """A table with its caption.

    Attributes
    ----------
    frame
        Columns in the order in which they are shown; the first one names the row. Cells may be `Mark`, `Span`,
        `Estimate` or `Remarked`.
    caption
        What it holds, in a sentence.
    units
        Unit of a column, where its name does not say it.
    source
        The file that holds all of it.
    is_open
        Whether it is shown unfolded, however long.
    """

    frame: pd.DataFrame
    caption: str
    units: dict[str, str] = field(default_factory=dict)
    source: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes
    ----------
    key
        Its address inside the page: letters, digits and hyphens.
    title
        Heading.
    state
        Whether this section may be trusted; None where nothing was judged.
    verdict
        The sentence of that judgement.
    lead
        Paragraphs.
    findings
        Sentences, one a finding.
    cautions
        Sentences on files that are not as they were written, which the terminal shows too; `lead` has them as well.
    facts
        Name and value of what was set or found: seed, settings, sizes.
    tables, pictures
        In the order in which they are shown.
    text
        A file as it is, with a name for it.
    missing
        The command that would make what is not here; such a section has nothing else.
    sections
        Parts of this part.
    """

    key: str
    title: str
    state: State | None = None
    verdict: str = ""
    lead: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    cautions: tuple[str, ...] = ()
    tables: tuple[PageTable, ...] = ()
    pictures: tuple[Picture, ...] = ()
    text: tuple[str, str] | None = None
    missing: str = ""
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Tile:
    """A key number at the top of a page, and what it counts."""

    value: str
    label: str
    state: State | None = None


@dataclass(frozen=True)
class Page:
    """A whole page.

    Attributes
    ----------
    title
        Heading and name of the window.
    lead
        Paragraphs under the heading.
    tiles
        Figures to be seen first.
    sections
        In the order in which they are shown.
    made
        One line at the end: by what.
    """

    title: str
    lead: tuple[str, ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    made: str

    def __post_init__(self) -> None:
        checks.unique("keys of the sections of a page", [section.key for section in all_sections(self.sections)])


def all_sections(sections: tuple[Section, ...]) -> list[Section]:
    """Sections and their subsections, in the order in which they are shown."""
    return [one for section in sections for one in (section, *all_sections(section.sections))]


def key_of(text: str) -> str:
    """An address from a name: its letters and digits, with hyphens for other characters."""
    parts = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text.lower()).split()
    return "-".join(parts) or "part"
