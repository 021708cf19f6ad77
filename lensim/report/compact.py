"""Narrow tables: a number with its interval or error in one cell, without columns that are constant."""

from typing import Final

import pandas as pd

from lensim.report.page import Estimate

ENDS: Final = (("_lower", "_upper"), ("_low", "_high"))
ERROR: Final = "_mcse"
BARE_ERROR: Final = "mcse"
BARE_ERROR_OF: Final = ("share", "value")
"""Columns whose error may be in a column without their name."""


def compacted(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with fewer columns.

    A column with two that end on _lower and _upper (or _low and _high) becomes one of `Estimate`, as does a median with
    the columns lower and upper, and one with a column of Monte Carlo errors (_mcse). Of the fields of a grid (names
    with a point in them) those stay that vary. Columns without any value go.
    """
    kept = frame[[name for name in frame if (frame[name].notna() & (frame[name].astype(str) != "")).any()]]
    kept = kept[[name for name in kept if "." not in str(name) or kept[name].nunique() > 1]]
    numbers = {str(name) for name in kept if _has_numbers(kept[name])}
    columns: dict[str, pd.Series | list[Estimate]] = {}
    gone: set[str] = set()
    for name in map(str, kept):
        if name not in numbers:
            columns[name] = kept[name]
            continue
        pairs = [(f"{name}{a}", f"{name}{b}") for a, b in ENDS] + [("lower", "upper")] * (name == "median")
        ends = next((pair for pair in pairs if set(pair) <= numbers), None)
        if ends is not None:
            columns[name] = [
                Estimate(float(value), float(low), float(high))
                for value, low, high in zip(kept[name], kept[ends[0]], kept[ends[1]], strict=True)
            ]
            gone |= {*ends, f"{name}{ERROR}"}
        elif (error := _error_of(name, numbers)) in numbers:
            columns[name] = [
                Estimate(float(value), error=float(own)) for value, own in zip(kept[name], kept[error], strict=True)
            ]
            gone.add(error)
        else:
            columns[name] = kept[name]
    return pd.DataFrame({name: values for name, values in columns.items() if name not in gone}, index=kept.index)


def _has_numbers(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _error_of(name: str, names: set[str]) -> str:
    own = f"{name}{ERROR}"
    return BARE_ERROR if own not in names and name in BARE_ERROR_OF else own
