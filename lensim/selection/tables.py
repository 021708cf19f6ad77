"""Tables of a comparison of schedules, written to files."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

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
    table.to_csv(folder / "outcomes.csv", index=False)
    _stacked({name: paths(data) for name, data in runs.items()}).to_csv(folder / "paths.csv", index=False)
    names = [*DAYS, *SHARES]
    each = {
        name: pd.DataFrame({"culture": range(found.sizes["study"])} | {n: found[n].to_numpy() for n in names})
        for name, found in ends.items()
    }
    _stacked(each).to_csv(folder / "cultures.csv", index=False)


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([table.assign(schedule=name) for name, table in tables.items()], ignore_index=True)
