"""The column `prior_decides` of a table: which quantities of a row the prior decides, in words."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim.inference.prior_sensitivity import LARGEST_MOVE, LARGEST_PARETO_K

PRIOR_DECIDES: Final = "prior_decides"
NOT_KNOWN: Final = "not known"
"""Where too few draws are like those that half of the prior would give."""


def moves_of_rows(
    frame: pd.DataFrame, found: xr.Dataset, quantities: Mapping[str, str], labels: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """How far each quantity of each row moves under half of the prior (row, words); NaN where a row does not show it.

    Parameters
    ----------
    frame
        A table, one row an item, with a column for each dim that has no `labels`. In one with a column `quantity` a row
        shows that quantity alone.
    found
        From `lensim.inference.prior_sensitivity.moves`.
    quantities
        Estimands that rows show, each with its words.
    labels
        Label of each row along a dim.
    """
    columns = {}
    for name, words in quantities.items():
        if name in found:
            columns[words] = _moves_along(frame, found[name], labels)
            if "quantity" in frame:
                columns[words] = np.where(frame["quantity"] == words, columns[words], np.nan)
    return pd.DataFrame(columns, index=frame.index)


def _moves_along(frame: pd.DataFrame, moved: xr.DataArray, labels: Mapping[str, Sequence[str]]) -> np.ndarray:
    dims = [str(dim) for dim in moved.dims]
    if any(dim not in labels and dim not in frame for dim in dims):
        return np.full(len(frame), np.nan)
    places = []
    for dim in dims:
        own = {str(label): at for at, label in enumerate(moved[dim].to_numpy())}
        places.append([own.get(str(label), -1) for label in labels.get(dim, frame.get(dim, ()))])
    if not dims:
        return np.full(len(frame), float(moved))
    at = np.array(places, dtype=int)
    values = moved.to_numpy().astype(float)[tuple(at)]
    return np.where((at < 0).any(axis=0), np.nan, values)


def prior_decides(by_row: pd.DataFrame, found: xr.Dataset) -> list[str]:
    """What the prior decides in each row: words with commas, '' where the data decide, 'not known' for few draws."""
    if found.attrs.get("pareto_k", 0.0) > LARGEST_PARETO_K:
        return [NOT_KNOWN] * len(by_row)
    decided = (by_row > LARGEST_MOVE).to_numpy()
    return [", ".join(by_row.columns[row]) for row in decided]
