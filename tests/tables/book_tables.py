"""Small tables of every assay, read from a CSV and from a workbook."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import openpyxl
import xarray as xr

import lensim
from lensim.checks import InputError
from tests.workbooks import workbook_bytes

Rows = Sequence[Sequence[object]]


def _wells() -> Rows:
    rows: list[list[object]] = [["cell_line", "dose_um", "signal", "operator"]]
    for shift, line in ((0, "K562"), (1.5, "MM1S")):
        for at, dose in enumerate((0, 0.01, 0.1, 1, 10, 100)):
            rows += [[line, dose, round(1000.5 / (1 + dose) + 3.25 * rep + at + shift, 2), "AB"] for rep in range(2)]
    return rows


def _cts() -> Rows:
    rows: list[list[object]] = [["subject", "condition", "gene", "Ct"]]
    for at, subject in enumerate(("donor 1", "donor 2", "donor 3")):
        for condition in ("control", "drug"):
            rows += [[subject, condition, gene, 21.125 + at + len(rows) / 16] for gene in ("ACTB", "MYC")]
    return rows


def _ratios() -> Rows:
    genes = ("TNF", "IL6")
    return [["gene", "subject", "ratio"], *[[g, f"s {k}", 1.5 + k + len(g) / 8] for g in genes for k in range(4)]]


def _levels() -> Rows:
    rows = [["TNF", f"s {k}", c, 0.25 + k / 16 + (c == "drug") / 8] for k in range(4) for c in ("control", "drug")]
    return [["gene", "subject", "condition", "relative_level"], *rows]


def _optical_densities() -> Rows:
    standards = [["standard", 2.0**k + 0.5, None, 1 - 0.1 * k] for k in range(6)]
    media = [["sample", None, condition, 0.5 + 0.01 * k] for condition in ("control", "drug") for k in range(3)]
    return [["role", "concentration_pg_per_ml", "condition", "od"], *standards, *media]


def _counts() -> Rows:
    rows: list[list[object]] = [["condition", "experiment", "phase", "events"]]
    for condition in ("control", "drug"):
        for experiment in ("first", "second"):
            rows += [[condition, experiment, phase, 100 + len(rows)] for phase in ("G0/G1", "S", "G2/M")]
    return rows


DOORS: Final[Mapping[str, tuple[str, Rows, Mapping[str, Any]]]] = {
    "dose_response": ("dose_response", _wells(), {}),
    "expression": ("expression", _cts(), {"references": ["ACTB"], "control": "control"}),
    "ratios": ("expression", _ratios(), {}),
    "levels": ("expression", _levels(), {"control": "control"}),
    "bioassay": ("bioassay", _optical_densities(), {"control": "control", "columns": {"cell_line": "=K562"}}),
    "cell_cycle": ("cell_cycle", _counts(), {"control": "control"}),
}
"""Reader, table and options of each door."""

Build = Callable[[openpyxl.Workbook], object]


def read(door: str, path: Path, **options: Any) -> xr.Dataset:
    """What a door makes of a file."""
    reader, _, own = DOORS[door]
    return getattr(lensim.read, reader)(path, **{**own, **options})


def of_csv(door: str, folder: Path, rows: Rows, **options: Any) -> xr.Dataset:
    """What a door makes of rows as a CSV."""
    path = folder / "table.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return read(door, path, **options)


def of_sheets(
    door: str, folder: Path, sheets: Mapping[str, Rows], build: Build | None = None, **options: Any
) -> xr.Dataset:
    """What a door makes of the sheets of a workbook."""
    path = folder / "table.xlsx"
    path.write_bytes(workbook_bytes(sheets, build))
    return read(door, path, **options)


def or_refusal(read: Callable[..., xr.Dataset], *given: Any, **options: Any) -> xr.Dataset | str:
    """What is read, or what the refusal says."""
    try:
        return read(*given, **options)
    except InputError as error:
        return str(error)
