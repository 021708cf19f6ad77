"""Tables of a comparison of schedules, written to files."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from lensim.csv_file import write_csv_file
from lensim.selection.outcomes import DAYS, SHARES, paths


def write_tables(
    folder: Path, table: pd.DataFrame, runs: Mapping[str, xr.Dataset], ends: Mapping[str, xr.Dataset]
) -> None:
    """Write outcomes.csv (a schedule a row), paths.csv (a schedule, clone and day), cultures.csv (a culture a row).

    Parameters
    ----------
    folder
        Where to.
    table, runs, ends
        As from `compare_schedules`.
    """
    for name, frame in tables_of(table, runs, ends).items():
        write_csv_file(frame, folder / f"{name}.csv")


def tables_of(
    table: pd.DataFrame, runs: Mapping[str, xr.Dataset], ends: Mapping[str, xr.Dataset]
) -> dict[str, pd.DataFrame]:
    """The same tables by the names of their files: outcomes, paths, cultures."""
    names = [*DAYS, *SHARES]
    each = {
        name: pd.DataFrame({"culture": range(found.sizes["study"])} | {n: found[n].to_numpy() for n in names})
        for name, found in ends.items()
    }
    of_days = _stacked({name: paths(data) for name, data in runs.items()})
    return {"outcomes": table, "paths": of_days, "cultures": _stacked(each)}


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([table.assign(schedule=name) for name, table in tables.items()], ignore_index=True)
