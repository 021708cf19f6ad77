"""What the sheets of a workbook must have that an RT-qPCR study is read from."""

from collections.abc import Mapping
from typing import Any, Final

from lensim.expression.read.columns import COLUMNS, FACTOR_COLUMNS, RATIO_COLUMNS, SCALES, SHEET_COLUMNS
from lensim.expression.read.detect import LAYOUTS, kind_of
from lensim.expression.read.export import fit
from lensim.expression.read.wide import is_wide
from lensim.tables.opened import opened
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import Files, Source


def _is_known(source: Source) -> bool:
    return bool(kind_of(source))


_OF_SAMPLE: Final = ("sample", "well")

REACTIONS: Final = Sought(
    "a table of Cts or of ratios",
    {**RATIO_COLUMNS, **COLUMNS},
    (
        (("gene",), ("ct_cycles",), ("subject",), ("condition",)),
        (("gene",), ("ct_cycles",)),
        (("subject", "sample"), tuple(SCALES)),
    ),
    suits=is_wide,
    recognises=_is_known,
    can_be_named=True,
    rank=lambda source: max(fit(source.text, layout) for layout in LAYOUTS),
)
SAMPLES: Final = Sought(
    "a sample sheet",
    SHEET_COLUMNS,
    ((_OF_SAMPLE, ("subject",), ("condition",)), (_OF_SAMPLE, ("subject", "condition")), (_OF_SAMPLE,)),
    can_be_named=True,
)
FACTORS: Final = Sought(
    "a table of amplification factors",
    FACTOR_COLUMNS,
    ((("gene",), ("amplification_factor", "efficiency_percent", "efficiency", "slope")),),
    can_be_named=True,
)
TABLES: Final = {"sheet": SAMPLES, "factors": FACTORS}


def sought_in(_: Mapping[str, Any]) -> Sought:
    """What the files must have."""
    return REACTIONS


def open_study(files: Files, options: Mapping[str, Any]) -> tuple[list[Source], dict[str, Any]]:
    """The files of a study, and its options in which the sample sheet and the factors are opened as well.

    Raises
    ------
    InputError
        As `lensim.tables.opened.opened`.
    """
    return opened(files, options, sought_in, TABLES)
