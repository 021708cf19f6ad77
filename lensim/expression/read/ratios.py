"""A table with one row a ratio, for users who have no Ct: to a Dataset of pairs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import FaultReport
from lensim.expression.read.assigned import DEFAULT_CELL_TYPE, DEFAULT_EXPERIMENT
from lensim.expression.read.export import plain_name
from lensim.tables.columns import Found, find_columns
from lensim.tables.number_text import DecimalMark, find_decimal_mark, is_missing, parse_number
from lensim.tables.table import SEPARATORS, TextTable, read_table

DEFAULT_CONTRAST: Final = "treated"

RATIO_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "target": ("target", "gene", "target_name"),
    "subject": ("subject", "cell_line", "donor", "patient", "stromal_culture"),
    "cell_type": ("cell_type",),
    "contrast": ("contrast", "condition", "treatment"),
    "experiment": ("experiment",),
    "ratio": ("ratio", "fold_change", "pfaffl_ratio", "livak_ratio"),
    "percent_of_control": ("percent_of_control", "percent", "fold_change_percent"),
    "log2_ratio": ("log2_ratio", "log2_fold_change", "log2fc"),
    "log2_ratio_sd": ("log2_ratio_sd", "se_log2_ratio", "log2_ratio_se"),
}
"""Column names that are understood, in order of preference; case, blanks and signs do not count."""

SCALES: Final = ("log2_ratio", "ratio", "percent_of_control")


@dataclass(frozen=True)
class _Pair:
    target: str
    subject: str
    contrast: str
    experiment: str
    cell_type: str
    log2_ratio: float
    sd: float
    line: int


def is_ratio_table(path: str | Path) -> bool:
    """Whether the first line of a file names a subject and a ratio, and no Ct."""
    try:
        with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
            first = next((line for line in file if line.strip()), "")
    except OSError:
        return False
    for separator in SEPARATORS:
        names = {plain_name(cell.strip().strip('"')) for cell in first.split(separator)}
        has_ratio = any(names & set(RATIO_NAMES[scale]) for scale in SCALES)
        if has_ratio and names & set(RATIO_NAMES["subject"]) and not names & {"ct", "cq", "cp", "ct_cycles"}:
            return True
    return False


def read_ratios(path: str | Path, *, decimal: DecimalMark | None = None) -> xr.Dataset:
    """Read a table with the ratio of treated to control, a row for each target, subject and experiment.

    Columns (see `RATIO_NAMES` for other spellings): target, subject, and exactly one of ratio, percent_of_control and
    log2_ratio; where known cell_type, contrast (else 'treated'), experiment, and log2_ratio_sd, the standard error of
    a ratio on the log2 scale. A row without a ratio is counted and left out.

    Parameters
    ----------
    path
        CSV or TSV text, or parquet.
    decimal
        The decimal mark, where it cannot be told from the numbers.

    Returns
    -------
    xr.Dataset
        Dim pair: log2_ratio [log2], log2_ratio_sd [log2] (0 where none is known), target_of_pair, subject_of_pair,
        contrast_of_pair; cell_type_of_subject (subject); coordinates target, subject, contrast, cell_type; attrs
        source, rows_without_ratio.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    table, faults = read_table(path)
    found = find_columns(table, {}, RATIO_NAMES, ("target", "subject"), faults)
    scales = [name for name in SCALES if found.has(name)]
    if len(scales) != 1:
        names = " and ".join(found.column(name) for name in scales) or f"none among {', '.join(table.header)}"
        faults.add(f"there must be exactly one column of {', '.join(SCALES)}, got {names}", line=1)
        faults.raise_if_any()
    pairs, without = _read_pairs(table, found, scales[0], decimal, faults)
    _check_pairs(pairs, found, faults)
    if not pairs and not faults.faults:
        faults.add("there must be at least one ratio, got none")
    faults.raise_if_any()
    return _dataset(pairs, {"source": Path(path).name, "rows_without_ratio": without})


def _read_pairs(
    table: TextTable, found: Found, scale: str, decimal: DecimalMark | None, faults: FaultReport
) -> tuple[list[_Pair], int]:
    cells = [found.cell(name, row) for row in table.rows for name in (scale, "log2_ratio_sd")]
    mark: DecimalMark = "." if table.has_decimal_points else decimal or find_decimal_mark(cells)
    pairs, without = [], 0
    for row, line in zip(table.rows, table.lines, strict=True):
        text = found.cell(scale, row).removesuffix("%").strip()
        if is_missing(text):
            without += 1
            continue
        log2_ratio = _log2_ratio(parse_number(text, mark), scale)
        if log2_ratio is None:
            rule = "a finite number" if scale == "log2_ratio" else "a finite number above 0"
            faults.add(f"{found.column(scale)} must be {rule}, got {text!r}", line=line)
        error = found.cell("log2_ratio_sd", row)
        sd = 0.0 if is_missing(error) else parse_number(error, mark)
        if sd is None or not 0 <= sd < math.inf:
            faults.add(f"{found.column('log2_ratio_sd')} must be a number of 0 or more, got {error!r}", line=line)
        for name in ("target", "subject"):
            if not found.cell(name, row):
                faults.add(f"{found.column(name)} must not be empty", line=line)
        pairs.append(
            _Pair(
                found.cell("target", row),
                found.cell("subject", row),
                found.cell("contrast", row) or DEFAULT_CONTRAST,
                found.cell("experiment", row) or DEFAULT_EXPERIMENT,
                found.cell("cell_type", row) or DEFAULT_CELL_TYPE,
                0.0 if log2_ratio is None else log2_ratio,
                sd or 0.0,
                line,
            )
        )
    return pairs, without


def _log2_ratio(number: float | None, scale: str) -> float | None:
    """The ratio on the log2 scale; None where it is no ratio."""
    if number is None or not math.isfinite(number):
        return None
    if scale == "log2_ratio":
        return number
    ratio = number / 100.0 if scale == "percent_of_control" else number
    return math.log2(ratio) if ratio > 0 else None


def _check_pairs(pairs: list[_Pair], found: Found, faults: FaultReport) -> None:
    """One row a target, subject, contrast and experiment; one cell type a subject."""
    seen: dict[tuple[str, str, str, str], int] = {}
    cell_type: dict[str, str] = {}
    for pair in pairs:
        key = (pair.target, pair.subject, pair.contrast, pair.experiment)
        if key in seen:
            hint = "" if found.has("experiment") else "; repeats need a column experiment"
            faults.add(
                f"{', '.join(key)} must stand once, got it in line {seen[key]} as well{hint}",
                line=pair.line,
            )
        seen.setdefault(key, pair.line)
        if cell_type.setdefault(pair.subject, pair.cell_type) != pair.cell_type:
            faults.add(
                f"{found.column('cell_type')} of {pair.subject} must be the same in all rows, "
                f"got {cell_type[pair.subject]} and {pair.cell_type}",
                line=pair.line,
            )


def _dataset(pairs: list[_Pair], attrs: dict[str, str | int]) -> xr.Dataset:
    targets, subjects, contrasts, kinds = (
        list(dict.fromkeys(getattr(pair, name) for pair in pairs))
        for name in ("target", "subject", "contrast", "cell_type")
    )
    kind_of = {pair.subject: kinds.index(pair.cell_type) for pair in pairs}
    data = xr.Dataset(
        {
            v.LOG2_RATIO: (v.PAIR, np.array([pair.log2_ratio for pair in pairs])),
            v.LOG2_RATIO_SD: (v.PAIR, np.array([pair.sd for pair in pairs])),
            v.TARGET_OF_PAIR: (v.PAIR, np.array([targets.index(pair.target) for pair in pairs])),
            v.SUBJECT_OF_PAIR: (v.PAIR, np.array([subjects.index(pair.subject) for pair in pairs])),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.array([contrasts.index(pair.contrast) for pair in pairs])),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, np.array([kind_of[name] for name in subjects])),
        },
        coords={v.TARGET: targets, v.SUBJECT: subjects, v.CONTRAST: contrasts, v.CELL_TYPE: kinds},
        attrs=attrs,
    )
    for name in (v.LOG2_RATIO, v.LOG2_RATIO_SD):
        data[name].attrs["units"] = v.UNITS[name]
    return data
