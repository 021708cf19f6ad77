"""Rows to a table, tab-separated in a .tsv, else with commas; numbers that are read again as they were."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from lensim.checks import InputError


def write_rows(path: str | Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows below a header; what a row lacks is empty.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    path = Path(path)
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
            writer = csv.DictWriter(file, columns, restval="", delimiter=delimiter, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise InputError(f"{path}: the file cannot be written ({error.strerror or error})") from None


def number_text(value: float) -> str:
    """Text from which the very same number is read again; empty for NaN."""
    return "" if np.isnan(value) else repr(float(value))
