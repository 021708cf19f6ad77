"""What the sheets of a workbook must have that an RT-qPCR study is read from."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from lensim.checks import InputError
from lensim.expression.read.columns import FACTOR_COLUMNS, SHEET_COLUMNS
from lensim.expression.read.detect import REACTIONS, kind_of
from lensim.expression.read.detect import opened as opened_exports
from lensim.tables.opened import opened
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import File, Files, Source, sheets_of, source_of

_OF_SAMPLE: Final = ("sample", "well")

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


def is_of_reactions(file: File) -> bool:
    """Whether a file, or any sheet of a workbook, has reactions or ratios of RT-qPCR.

    Raises
    ------
    InputError
        If the file cannot be opened.
    """
    source = source_of(file, whole=True)
    if source.is_workbook:
        return any(_is_known(partial(sheets_of, source, REACTIONS, [one.name])) for one in source.book.sheets)
    return _is_known(partial(opened_exports, source))


def _is_known(opening: Callable[[], Sequence[Source]]) -> bool:
    try:
        return all(kind_of(one) for one in opening())
    except InputError:
        return False
