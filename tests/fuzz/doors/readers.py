"""The readers of every assay: tables, grids, exports, sheets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from lensim import read
from lensim import vocabulary as v
from lensim.assay import find_assay
from tests.fuzz.case import Case, Door, File, placed
from tests.fuzz.corpus import exports, tables

SCALES = ("linear", "log10", "-log10", "ln", "-ln", "log2", "-log2")
COLUMNS = (
    "time_h",
    "compound",
    "cell_line",
    "dose",
    "plate",
    "experiment",
    "condition",
    "gene",
    "subject",
    "none",
    "",
    "well",
)
_VALUES = ("24", "48", "a", "", "1", "lena", "control", "T")
COMMON: Final[dict[str, tuple[Any, ...]]] = {
    "decimal": (".", ",", None, "x"),
    "where": (
        *tuple({name: value} for name in COLUMNS for value in _VALUES[:4]),
        {"time_h": ["24", "48"]},
        {"dose": []},
        {"time_h": 24.0},
    ),
    "by": COLUMNS,
    "ignore": (*tuple([name] for name in COLUMNS), ["time_h", "plate"], []),
    "join_names": (True, False, None),
    "control": ("control", "ctrl", "untreated", "drug", "absent", "", "DMSO"),
}
GRIDS: Final[dict[str, tuple[Any, ...]]] = {
    "plate_wells": (96, 384, 1536, 6, 0, -1, 10**9),
    "grid_number": (1, 2, 0, -1, [1, 2], 10**6),
    "reading": ("Lum", "450", "Label", "", "1"),
    "well_order": ("rows", "columns", "x"),
}


def _meanings(assay: str) -> tuple[Any, ...]:
    names = {
        "dose_response": ("dose", "signal", "viability", "cell_line", "role", "plate", "experiment", "compound", "x"),
        "expression": ("gene", "ct", "subject", "condition", "sample", "experiment", "is_reference", "cell_type"),
        "bioassay": ("od", "role", "concentration", "condition", "cell_line", "plate"),
        "cell_cycle": ("condition", "cell_line", "phase", "events", "brdu", "dna", "g1"),
    }[assay]
    words = ("=K", "dose", "Ct", "condition", "cell_line", "od", "G0/G1", "=", "nothing", "=1", "A")
    return tuple({name: word} for name in names for word in words)


def enter_reader(assay: str) -> Callable[[Path, Case], Any]:
    """The reader of an assay, with all files where the options name none, and then what commands say of its data."""
    reader = getattr(read, assay)
    own = find_assay(assay)

    def enter(folder: Path, case: Case) -> Any:
        options = placed(case.options, folder)
        files = options.pop("files", [folder / name for name in case.files])
        found = reader(files, **options)
        for data in found.values() if isinstance(found, dict) else [found]:
            if v.EVENT in data.dims:
                continue  # gating is a door of its own
            prepared = own.prepared(data)
            own.counts(prepared)
            own.notes(prepared)
            own.default_model(prepared)
        return found

    return enter


def reader_door(
    name: str, assay: str, bases: Callable[[], dict[str, Case]], choices: dict[str, Any], **more: Any
) -> Door:
    return Door(
        name,
        bases,
        enter_reader(assay),
        {**COMMON, "columns": _meanings(assay), **choices},
        table_of=tables.table_of(assay),
        **more,
    )


DOSE: Final[dict[str, Any]] = {
    **GRIDS,
    "dose_unit": ("M", "mM", "uM", "nM", "pM", "as-is:g/ha", "as-is:", "kg", "um", ""),
    "dose_scale": (*SCALES, "cubic"),
    "compound": ("lena", "x", "", "a"),
    "counting_minutes": (1.0, 0.0, -1.0, float("inf"), float("nan"), 1e308, 1e-308),
    "time_zero": (
        {"time_h": "0"},
        {"plate": "plate 1"},
        {"dose": "0", "cell_line": "L0"},
        {"x": ""},
        {},
        "ignore",
        "x",
    ),
    "assay_hours": (72.0, 0.0, -1.0, float("inf"), float("nan"), 1e308, 1e-308),
    "scale": ("percent", "fraction", "x"),
    "lost": ("refuse", "drop", "x"),
    "normalise": (True, False),
    "repeats": ("refuse", "drop", "keep", "x"),
    "controls": ("plate", "experiment", "x"),
    "saturated": ("refuse", "drop", "keep", "x"),
    "roles": ({"untreated": "DMSO", "treated": "*"}, {"untreated": "untreated"}, {"x": "y"}, {"blank": "["}, {}),
}
EXPRESSION: Final[dict[str, Any]] = {
    "references": (["R"], ["RPL37A"], [], ["R", "R"], ["x"], ["T", "R"], [""]),
    "calibrator": ("D0", "s1", "x", ""),
    "cycle_limit": (40.0, 35.0, 0.0, -1.0, float("nan"), float("inf"), 1e308),
    "format": ("tidy", "ratios", "mxpro", "cfx", "sds", "quantstudio", "lightcycler", "rotorgene", "rdml", "x", ""),
    "unlisted": ("refuse", "ignore", "x"),
    "empty": ("no_result", "not_detected", "x"),
    "efficiency_scale": ("fraction", "percent", "fold", "x"),
    "unpaired": ("refuse", "drop", "keep", "x"),
    "factors": ({"T": (1.9, 0.1)}, {"T": (0.0, -1.0)}, File("f.csv"), {"T": (float("nan"), 0.1)}),
    "sheet": (File("sheet.csv"), File("cts.csv")),
}
BIOASSAY: Final[dict[str, Any]] = {
    **GRIDS,
    "unit": ("pg/ml", "ng/ml", "x", ""),
    "concentration_scale": (*SCALES, "cubic"),
    "saturated": ("refuse", "drop", "x"),
}
CELL_CYCLE: Final[dict[str, Any]] = {
    "scale": ("events", "percent", "x"),
    "events_per_tube": (10_000, 1, 0, -1, 10**18, 10**30),
    "brdu_scale": ("linear", "log10", "channel", "x"),
    "channels": ({"brdu": "FL1-H"}, {"dna": "x"}, {"x": "y"}, {"width": "FL2-W"}, {"brdu": ""}),
}
DOORS: Final = (
    reader_door("dose_response", "dose_response", tables.dose_response_cases, DOSE),
    reader_door("expression", "expression", tables.expression_cases, EXPRESSION),
    reader_door("bioassay", "bioassay", tables.bioassay_cases, BIOASSAY),
    reader_door("cell_cycle", "cell_cycle", tables.cell_cycle_cases, CELL_CYCLE),
    reader_door("expression_exports", "expression", exports.expression_cases, EXPRESSION),
    reader_door("plate_exports", "dose_response", exports.plate_cases, DOSE),
)
