"""What the sheets of a workbook must have that a dose-response study is read from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lensim.dose_response.read.columns import COLUMNS
from lensim.dose_response.read.replicate_columns import is_replicated
from lensim.tables.columns import names_any
from lensim.tables.instruments.plates import grids_of, headers_of
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import Source

RESPONSES: Final = ("signal", "viability", "inhibition")


def names_all(source: Source, *meanings: str) -> bool:
    """Whether the first row of a file has a name for all of some meanings."""
    return any(all(names_any(header, COLUMNS[what]) for what in meanings) for header in headers_of(source))


def is_grid(source: Source) -> bool:
    """Whether a file is what a plate reader wrote."""
    grids = grids_of(source)
    return bool(grids) and not (all(grid.is_list for grid in grids) and names_all(source, "cell_line"))


def _is_bare_grid(source: Source) -> bool:
    return is_grid(source) and not names_all(source, "cell_line") and not names_all(source, "well", "dose")


def _is_replicated(header: Sequence[str]) -> bool:
    return names_any(header, COLUMNS["dose"]) and is_replicated(header)


WELLS: Final = Sought(
    "a table of wells with doses and signals",
    COLUMNS,
    ((("cell_line",), ("dose",), RESPONSES), (("dose",), RESPONSES)),
    suits=_is_replicated,
    recognises=is_grid,
    can_be_named=True,
)
GRIDS: Final = Sought(
    "what a plate reader wrote", COLUMNS, recognises=_is_bare_grid, can_be_named=True, may_be_several=True
)
MAP: Final = Sought(
    "a plate map", COLUMNS, ((("well",), ("cell_line", "dose", "compound", "role")), (("well",),)), can_be_named=True
)


def sought_in(options: Mapping[str, Any]) -> Sought:
    """What the files must have: with a map they are what readers wrote."""
    return WELLS if options.get("plate_map") is None else GRIDS
