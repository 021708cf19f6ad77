"""The record that data carry of wells and reactions that files of exclusions name, and its table and sentences."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.tables.excluded import NONE, SHOWN, Places
from lensim.tables.exclusions import Exclusions

COLUMNS: Final = ("excluded", "value", "unit", "reason", "file", "line", "sha256")
"""Of the table of what was excluded."""


def with_record(
    data: xr.Dataset, exclusions: Exclusions, before: Sequence[Places], lines: Sequence[np.ndarray]
) -> xr.Dataset:
    """Data with the record of what was excluded from them, behind that of earlier files.

    Parameters
    ----------
    data
        Without these wells.
    exclusions
        The file.
    before
        Wells as they were.
    lines
        Of each well, as from `lines_of`.
    """
    rows = [
        {
            "excluded": one.words(at),
            "value": float(one.value[at]) if math.isfinite(one.value[at]) else None,
            "unit": one.value_unit,
            "reason": exclusions.lines[own[at]].reason,
            "line": exclusions.lines[own[at]].line,
        }
        for one, own in zip(before, lines, strict=True)
        for at in np.flatnonzero(own != NONE).tolist()
    ]
    if not rows:
        return data
    earlier = _record(data)
    record = [*earlier, {"file": exclusions.place, "sha256": exclusions.digest, "wells": rows}]
    return data.assign_attrs({v.EXCLUSIONS: json.dumps(record, ensure_ascii=False)})


def _record(data: xr.Dataset) -> list[dict[str, Any]]:
    """The files of the record, each with its wells; what is damaged is left out."""
    try:
        found = json.loads(str(data.attrs.get(v.EXCLUSIONS, "[]")))
    except (ValueError, RecursionError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _rows(data: xr.Dataset) -> Iterator[dict[str, Any]]:
    for file in _record(data):
        wells = file.get("wells")
        for one in wells if isinstance(wells, list) else ():
            if not isinstance(one, dict):
                continue
            value, line = one.get("value"), one.get("line")
            yield {
                **{name: str(one.get(name, "")) for name in ("excluded", "unit", "reason")},
                **{name: str(file.get(name, "")) for name in ("file", "sha256")},
                "value": float(value) if isinstance(value, int | float) else math.nan,
                "line": line if isinstance(line, int) else 0,
            }


def table_of_excluded(data: xr.Dataset) -> pd.DataFrame:
    """What was excluded from data by files, a row a well or reaction; no row where nothing was.

    Parameters
    ----------
    data
        Observations.

    Returns
    -------
    pandas.DataFrame
        excluded (its names), value (as measured; NaN of a reaction that was not detected), unit, reason, file, line,
        sha256 (of the file).
    """
    return pd.DataFrame(list(_rows(data)), columns=list(COLUMNS))


def digests_of_record(data: xr.Dataset) -> list[tuple[str, str]]:
    """The files of the record, each with its SHA-256."""
    found = ((str(file.get("file", "")), str(file.get("sha256", ""))) for file in _record(data))
    return [(name, digest) for name, digest in dict.fromkeys(found) if name and digest]


def told_of_excluded(data: xr.Dataset) -> tuple[str, ...]:
    """How much was excluded from data, by which file and why: a sentence a file."""
    said = []
    for (file, digest), own in table_of_excluded(data).groupby(["file", "sha256"], sort=False):
        reasons = own["reason"].value_counts(sort=False)
        why = "; ".join(f"{count} for: {reason}" for reason, count in list(reasons.items())[:SHOWN])
        more = f"; and {len(reasons) - SHOWN} more reasons" if len(reasons) > SHOWN else ""
        said.append(f"{len(own)} excluded before the fit by {file} (SHA-256 {str(digest)[:12]}): {why}{more}")
    return tuple(said)
