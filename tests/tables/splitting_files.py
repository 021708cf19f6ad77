"""Small files of every assay, with a column more that splits them: for tests of what is pooled."""

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from lensim.bioassay.read import read_bioassay
from lensim.cell_cycle.read import read_cell_cycle
from lensim.dose_response.read import read_dose_response
from lensim.expression.read import read_expression
from lensim.input_digests import FILES_READ

Rows = list[dict[str, str]]

KNOWN = (
    "time", "time_h", "Time (h)", "hours", "duration_days", "timepoint", "incubation time", "exposure_h", "cytokine",
    "stimulus", "treatment time", "co-culture", "pretreatment", "IL6", "drug2", "drug B", "compound_2", "dose2_um",
    "conc B (nM)", "second drug dose", "seeding", "cells_per_well", "seeding density", "medium", "serum", "FBS %",
    "temperature", "passage", "patient", "clone", "operator", "lot", "day", "date", "batch", "bio rep",
    "replicate", "rep", "Repeat", "oxygen", "assay_kit", "wavelength",
)  # fmt: skip
INVENTED = (
    "foo", "Bedingung", "zustand", "x level", "blah_1", "Arm", "gruppe", "set", "variant", "kind", "\u72b6\u6001",
    "schedule", "lamp", "n_h", "series", "id2", "state", "type2", "version", "no_1", "label", "class",
)  # fmt: skip
VALUES = (
    ("24", "48", "72"), ("1", "2"), ("0", "10"), ("-", "+"), ("none", "IL-6"), ("NA", "x"), ("a", "b", "c", "d"),
    ("low", "high"), ("0.5", "1"), ("N/A", "yes"), ("5 %", "10 %"), ("1,5", "2,5"), ("none", "-"),
)  # fmt: skip


def dose_response(rng: random.Random) -> Rows:
    """One to three lines, three to six doses, one to three wells each."""
    slope, wells = rng.uniform(0.5, 3.0), rng.randint(1, 3)
    doses = [0.0, *(round(0.02 * 3.1**k, 4) for k in range(rng.randint(3, 6)))]
    return [
        {"cell_line": f"L{line}x", "dose_um": f"{dose:g}", "signal": f"{1000 / (1 + slope * dose) + rng.random():.3f}"}
        for line in range(rng.randint(1, 3))
        for dose in doses
        for _ in range(wells)
    ]


def cts(rng: random.Random) -> Rows:
    """Two targets and a reference of two to four donors, with one to three wells each."""
    wells, donors, change = rng.randint(1, 3), rng.randint(2, 4), rng.uniform(-3, 3)
    return [
        {"gene": gene, "subject": f"D{donor}", "condition": condition,
         "ct": f"{22 + change * (condition == 'drug' and gene != 'R') + rng.random():.3f}"}
        for gene in ("T1", "T2", "R")
        for donor in range(donors)
        for condition in ("ctrl", "drug")
        for _ in range(wells)
    ]  # fmt: skip


def ratios(rng: random.Random) -> Rows:
    """Two targets of two to four donors."""
    donors = rng.randint(2, 4)
    return [
        {"target": target, "subject": f"D{donor}", "ratio": f"{1 + rng.random():.3f}"}
        for target in ("A", "B")
        for donor in range(donors)
    ]


def counts(rng: random.Random) -> Rows:
    """One line under two conditions in one or two experiments."""
    return [
        {"cell_line": "A", "condition": condition, "experiment": experiment, "G0/G1": str(rng.randint(200, 400)),
         "S": str(rng.randint(50, 300)), "G2/M": str(rng.randint(40, 90))}
        for condition in ("ctrl", "drug")
        for experiment in ("e1", "e2")[: rng.randint(1, 2)]
    ]  # fmt: skip


def bioassay(rng: random.Random) -> Rows:
    """Five standards and the media of two lines under two conditions, in duplicate."""
    standards = [
        {"role": "standard", "concentration_pg_per_ml": f"{dose:g}", "cell_line": "", "condition": "",
         "od": f"{1.3 / (1 + dose / 100) + 0.02 * rng.random():.4f}"}
        for dose in (0.0, 10.0, 50.0, 200.0, 800.0)
        for _ in range(2)
    ]  # fmt: skip
    samples = [
        {"role": "sample", "concentration_pg_per_ml": "", "cell_line": line, "condition": condition,
         "od": f"{0.5 + 0.1 * rng.random():.4f}"}
        for line in ("A", "B")
        for condition in ("ctrl", "drug")
        for _ in range(2)
    ]  # fmt: skip
    return standards + samples


def _read_cts(path: Path, **options: Any) -> Any:
    return read_expression(path, references=["R"], **options)


@dataclass(frozen=True)
class Door:
    """How files of an assay are made up and read."""

    rows: Callable[[random.Random], Rows]
    read: Callable[..., Any]


DOORS = {
    "dose_response": Door(dose_response, partial(read_dose_response, repeats="keep")),
    "cts": Door(cts, _read_cts),
    "ratios": Door(ratios, read_expression),
    "counts": Door(counts, read_cell_cycle),
    "bioassay": Door(bioassay, read_bioassay),
}


def saved(folder: Path, rows: Sequence[dict[str, str]], name: str = "t.csv") -> Path:
    """The rows as a file, with semicolons."""
    folder.mkdir(exist_ok=True, parents=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return folder / name


def are_same(one: xr.Dataset, other: xr.Dataset) -> bool:
    """Whether two Datasets hold the same, whatever is said of columns."""
    told = ("columns_used", "columns_not_used", "rows_kept", "by", FILES_READ)
    kept = [data.assign_attrs({name: "" for name in told}) for data in (one, other)]
    return kept[0].identical(kept[1])
