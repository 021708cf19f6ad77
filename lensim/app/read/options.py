"""The choices of the room: each is an option of a reader, under the name that `lensim fit` gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["one", "many", "number", "word", "switch", "columns", "roles"]
NO_VALUES: Final[Mapping[str, str]] = MappingProxyType({})

ASSAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dose_response": "Dose-response",
        "expression": "RT-qPCR",
        "bioassay": "Bioassay (TNF)",
        "cell_cycle": "Cell cycle",
    }
)
TABLES: Final[Mapping[str, str]] = MappingProxyType(
    {"dose_response": "plate_map", "expression": "sheet", "bioassay": "plate_map"}
)
"""What a reader calls the table beside the files, by assay."""


@dataclass(frozen=True)
class Option:
    """A choice.

    Attributes
    ----------
    name
        Of the reader's parameter.
    label
        In the form.
    kind
        one or many of `values`, or of what the files have; a number; a word; a switch; the column of each meaning; or
        the words of each role.
    values
        Fixed ones with their words.
    of
        What of the files gives the values: a meaning of a column, "sheets", "names" of columns, or "pairs" of a column
        and its value.
    hint
        Under the control.
    is_main
        Whether it is shown unfolded.
    called
        The option of the command; else as the parameter, with hyphens.
    """

    name: str
    label: str
    kind: Kind
    values: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    hint: str = ""
    is_main: bool = False
    called: str = ""

    @property
    def option(self) -> str:
        """As on the command line: --dose-unit."""
        return self.called or f"--{self.name.replace('_', '-')}"


def with_command(hint: str, option: str) -> str:
    """A hint, then the option that says the same in a command."""
    return f"{hint} In a command: {option}".strip()


SCALES: Final[Mapping[str, str]] = {
    "linear": "as it is", "log10": "log10", "-log10": "-log10", "ln": "ln", "-ln": "-ln", "log2": "log2",
    "-log2": "-log2",
}  # fmt: skip
_CONTROL: Final = Option(
    "control", "Control", "one", of="condition", hint="Condition that others are compared with.", is_main=True
)
_COLUMNS: Final = Option("columns", "Which column is which", "columns", called="--column")
_DECIMAL: Final = Option("decimal", "Decimal mark", "one", {".": "point: 1.5", ",": "comma: 1,5"})
_SHEETS: Final = Option("worksheet", "Sheets of the workbook", "many", of="sheets")
_JOIN: Final = Option(
    "join_names", "Names that differ by case, blanks or hyphens alone", "one", {"yes": "are one", "no": "are different"}
)
_WHERE: Final = Option(
    "where", "Only these rows", "many", of="pairs", hint="Several of one column: rows with any of them."
)
_IGNORE: Final = Option("ignore", "Columns that may vary within what is pooled", "many", of="names")
_GRIDS: Final = (
    Option("grid_number", "Number of the grid", "number", hint="Where a file has several grids of a plate."),
    Option("reading", "Reading", "word", hint="Part of the text over a grid, where a plate has several readings."),
)
_SATURATED: Final = Option(
    "saturated", "Wells in which the reader was saturated", "one", {"drop": "leave out"}, called="--drop-saturated"
)

OPTIONS: Final[Mapping[str, tuple[Option, ...]]] = {
    "dose_response": (
        Option(
            "dose_unit", "Dose unit", "one", {"M": "M", "mM": "mM", "uM": "µM", "nM": "nM", "pM": "pM"}, is_main=True,
            hint="May be left open where a column says it, such as dose_um.",
        ),
        Option("compound", "Compound", "one", of="compound", hint="Where the file has several.", is_main=True),
        _CONTROL,
        Option("roles", "What the words of the column role mean", "roles", of="role", called="--role", is_main=True),
        _COLUMNS,
        Option("dose_scale", "Numbers of the dose are", "one", SCALES),
        Option("scale", "Viability or inhibition is in", "one", {"percent": "percent", "fraction": "fractions of 1"}),
        Option("controls", "Untreated wells of a line are", "one", {"experiment": "on one plate of the experiment"},
               hint="Else on each plate."),
        Option("repeats", "Rows that are there twice", "one", {"drop": "leave out", "keep": "keep as replicates"}),
        Option("lost", "Wells without signal", "one", {"drop": "leave out"}, called="--drop-lost"),
        Option("saturated", "Wells in which the reader was saturated", "one",
               {"drop": "leave out", "keep": "read as they are"}, called="--drop-saturated"),
        Option("normalise", "Signals to percent of untreated", "switch", hint="For signals with values below 0."),
        *_GRIDS, _DECIMAL, _SHEETS, _WHERE, _IGNORE, _JOIN,
    ),
    "expression": (
        Option("references", "Reference genes", "many", of="gene", called="--reference", is_main=True),
        _CONTROL,
        Option("calibrator", "Calibrator", "one", of="subject", hint="Subject that levels are given against.",
               is_main=True),
        Option(
            "unpaired", "Treated samples without their control", "one",
            {"drop": "leave them out", "keep": "compare all subjects", "groups": "conditions have own subjects"},
            hint="Pairing: else each treated sample has its control.", is_main=True,
        ),
        _COLUMNS,
        Option("cycle_limit", "Cycles run", "number", hint="Where the files do not say and it was not 40."),
        Option("format", "Kind of export", "one", {
            "sds": "ABI SDS", "quantstudio": "QuantStudio", "cfx": "Bio-Rad CFX", "lightcycler": "LightCycler",
            "mxpro": "MxPro", "rotorgene": "Rotor-Gene", "rdml": "RDML", "tidy": "table with a row a reaction",
            "ratios": "table of ratios or levels",
        }, hint="Where it is not found out."),
        Option("unlisted", "Samples that the sheet does not have", "one", {"ignore": "leave out, and count"}),
        Option("empty", "An empty Ct means", "one",
               {"no_result": "the well has no result", "not_detected": "nothing was detected"}),
        Option("efficiency_scale", "Efficiency is written as", "one",
               {"fraction": "0.97", "percent": "97", "fold": "1.97"}),
        _DECIMAL, _SHEETS, _WHERE, _IGNORE, _JOIN,
    ),
    "bioassay": (
        _CONTROL,
        Option("unit", "Unit of the standards", "one", {"pg/ml": "pg/ml", "ng/ml": "ng/ml"}, is_main=True),
        _COLUMNS,
        Option("concentration_scale", "Numbers of the concentration are", "one", SCALES),
        _SATURATED, *_GRIDS, _DECIMAL, _SHEETS, _WHERE, _IGNORE, _JOIN,
    ),
    "cell_cycle": (
        _CONTROL,
        Option("scale", "Columns of phases hold", "one", {"events": "events", "percent": "percents"}, is_main=True),
        Option("events_per_tube", "Events that percents are of", "number", is_main=True),
        _COLUMNS,
        Option("brdu_scale", "BrdU is written as", "one",
               {"log10": "log10", "channel": "channels: 1,024 over four decades"}),
        _DECIMAL, _SHEETS, _WHERE, _IGNORE, _JOIN,
    ),
}  # fmt: skip
"""The choices of each assay, in the order of the form."""

LEFT: Final[Mapping[str, frozenset[str]]] = {
    "dose_response": frozenset({"plate_wells", "well_order", "counting_minutes", "time_zero", "assay_hours", "by"}),
    "expression": frozenset({"factors", "by"}),
    "bioassay": frozenset({"plate_wells", "well_order", "by"}),
    "cell_cycle": frozenset({"channels", "by"}),
}
"""Options of readers that the command line alone has."""

ROLES: Final[Mapping[str, str]] = {
    "untreated": "Untreated wells",
    "blank": "Wells without cells",
    "time_zero": "Wells of time zero",
    "ignored": "Wells that are left out",
    "treated": "Treated wells",
}


def option_of(assay: str, name: str) -> Option:
    """The choice of an assay by its name."""
    return next(one for one in OPTIONS[assay] if one.name == name)
