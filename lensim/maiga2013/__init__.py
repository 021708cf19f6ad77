"""The study of Maïga et al. (2013, Br J Cancer) as data: its lines, designs, numbers, gaps and contradictions.

Numbers and short terms only; each says whether it is stated, derived or assumed, and its place in the paper.
"""

from lensim.maiga2013.contradictions import CONTRADICTIONS, Contradiction
from lensim.maiga2013.designs import BIOASSAY, CELL_CYCLE, CULTURE, PROLIFERATION, QPCR, SELECTION
from lensim.maiga2013.fact import CountOf, Fact, Kind, StatedRange, Value
from lensim.maiga2013.facts import FACTS, count_of, fact, facts, number, recompute, span, text
from lensim.maiga2013.gaps import GAPS, Gap
from lensim.maiga2013.lines import (
    CELL_LINES,
    GROUP_OF_LINE,
    LINES,
    MOLECULAR_GROUPS,
    PUBLISHED_CALL,
    VARIANTS,
    Call,
    CellLine,
    MolecularGroup,
    ResistantVariant,
    cell_line,
    lines_of,
    resistant_variant,
)

__all__ = [
    "BIOASSAY",
    "CELL_CYCLE",
    "CELL_LINES",
    "CONTRADICTIONS",
    "CULTURE",
    "FACTS",
    "GAPS",
    "GROUP_OF_LINE",
    "LINES",
    "MOLECULAR_GROUPS",
    "PROLIFERATION",
    "PUBLISHED_CALL",
    "QPCR",
    "SELECTION",
    "VARIANTS",
    "Call",
    "CellLine",
    "Contradiction",
    "CountOf",
    "Fact",
    "Gap",
    "Kind",
    "MolecularGroup",
    "ResistantVariant",
    "StatedRange",
    "Value",
    "cell_line",
    "count_of",
    "fact",
    "facts",
    "lines_of",
    "number",
    "recompute",
    "resistant_variant",
    "span",
    "text",
]
