"""Which column of a table with one row a reaction is what."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.expression.read.export import plain_name
from lensim.tables.table import TextTable

CONSTANT_MARK: Final = "="

STANDARD_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "plate": ("plate", "plate_id", "barcode", "run"),
    "well": ("well", "well_position", "well_name", "pos", "position"),
    "sample": ("sample", "sample_name"),
    "task": ("task", "well_type", "sample_type"),
    "gene": ("gene", "target", "target_name", "detector", "assay"),
    "is_reference": ("is_reference",),
    "subject": ("subject", "cell_line", "donor", "stromal_culture"),
    "cell_type": ("cell_type",),
    "condition": ("condition", "treatment"),
    "is_control": ("is_control",),
    "experiment": ("experiment",),
    "ct_cycles": ("ct_cycles", "ct", "cq", "cp"),
    "quantity": ("quantity",),
    "quantity_unit": ("quantity_unit",),
    "amplification_factor": ("amplification_factor",),
    "amplification_factor_sd": ("amplification_factor_sd",),
    "cycle_limit": ("cycle_limit",),
}
"""Column names that are understood without being told, in order of preference; case, blanks and signs do not count."""


@dataclass(frozen=True)
class CtColumns:
    """The names of the columns of a table with one row a reaction.

    None: one of `STANDARD_NAMES` if the table has it. A name: that column, which must then be there. "=lenalidomide"
    (an equals sign first): no column, all rows have this value; for all but well and ct_cycles.

    Attributes
    ----------
    ct_cycles, gene
        Needed. Ct [cycles] is empty, or a word such as "No Ct", where nothing was detected.
    plate, well, sample
        Where the reaction ran, and what was in it.
    task
        unknown, standard, no_template or ignored, or an instrument's words for these. Without it all are unknown.
    subject, cell_type, condition, experiment
        What the sample is; needed by `read_cts` (subject and condition), not by `read_reactions`.
    is_reference, is_control
        1 or 0, the same for all rows of a gene or condition.
    quantity, quantity_unit
        Of a standard.
    amplification_factor, amplification_factor_sd
        Stated for a gene [fold a cycle], the same for all rows of it; may be empty.
    cycle_limit
        Cycles run, one number in all rows.

    Raises
    ------
    InputError
        If a name is empty, or a constant stands where a column is needed.
    """

    plate: str | None = None
    well: str | None = None
    sample: str | None = None
    task: str | None = None
    gene: str | None = None
    is_reference: str | None = None
    subject: str | None = None
    cell_type: str | None = None
    condition: str | None = None
    is_control: str | None = None
    experiment: str | None = None
    ct_cycles: str | None = None
    quantity: str | None = None
    quantity_unit: str | None = None
    amplification_factor: str | None = None
    amplification_factor_sd: str | None = None
    cycle_limit: str | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            name = getattr(self, item.name)
            if name is None:
                continue
            if not name.strip(CONSTANT_MARK + " "):
                raise InputError(f"CtColumns.{item.name} must name a column or a constant, got {name!r}")
            if name.startswith(CONSTANT_MARK) and item.name in ("well", "ct_cycles"):
                raise InputError(f"CtColumns.{item.name} must name a column, got {name!r}")


@dataclass(frozen=True)
class Found:
    """Where in a table each thing stands: `position` of a column, its `name` in the file, or a `constant`."""

    position: Mapping[str, int]
    name: Mapping[str, str]
    constant: Mapping[str, str] = field(default_factory=dict)

    def has(self, what: str) -> bool:
        """Whether the table says anything about something."""
        return what in self.position or what in self.constant

    def cell(self, what: str, row: list[str]) -> str:
        """Text of a row about something, with single blanks; empty where the table has nothing."""
        if what in self.position:
            return " ".join(row[self.position[what]].split())
        return self.constant.get(what, "")

    def column(self, what: str) -> str:
        """The column's name as the file writes it."""
        return self.name.get(what, what)


def find_columns(
    table: TextTable,
    stated: Mapping[str, str | None],
    standard: Mapping[str, tuple[str, ...]],
    needed: tuple[str, ...],
    faults: FaultReport,
) -> Found:
    """Find columns by stated or by standard names; raises what is missing together with the faults so far."""
    position: dict[str, int] = {}
    constant: dict[str, str] = {}
    before = len(faults.faults)
    plain = [plain_name(name) for name in table.header]
    for what, names in standard.items():
        own = stated.get(what)
        if own is not None and own.startswith(CONSTANT_MARK):
            constant[what] = " ".join(own[len(CONSTANT_MARK) :].split())
        elif own is not None:
            places = [at for at, name in enumerate(table.header) if name == own.strip()]
            if len(places) == 1:
                position[what] = places[0]
            elif places:
                faults.add(f"the column {own!r} stands in the header {len(places)} times", line=1)
            else:
                faults.add(_missing(table, own), line=1)
        else:
            at = next((plain.index(name) for name in names if name in plain), None)
            if at is not None and at not in position.values():
                position[what] = at
            elif what in needed:
                faults.add(_missing(table, what), line=1)
    if len(faults.faults) > before:
        faults.raise_if_any()
    return Found(position, {what: table.header[at] for what, at in position.items()}, constant)


def _missing(table: TextTable, wanted: str) -> str:
    plain = [plain_name(name) for name in table.header]
    close = difflib.get_close_matches(plain_name(wanted), plain, n=1, cutoff=0.5)
    near = table.header[plain.index(close[0])] if close else None
    there = ", ".join(repr(name) for name in table.header)
    return f"the column {wanted!r} is missing; there are {there}" + (f" (closest: {near!r})" if near else "")
