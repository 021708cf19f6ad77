"""Wells of a bioassay by the names that a file of exclusions uses, and the plates without some of them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.rules import faults_of
from lensim.checks import InputError
from lensim.tables.excluded import Places, names_of, run_of
from lensim.tables.names import names_along
from lensim.tables.pruned import pruned

POINTED_AT: Final = (
    (v.MEDIUM, {v.MEDIUM_OF_WELL: v.WELL}),
    (v.PLATE, {v.PLATE_OF_WELL: v.WELL}),
    (v.CELL_LINE, {v.LINE_OF_MEDIUM: v.MEDIUM}),
    (v.CONDITION, {v.CONDITION_OF_MEDIUM: v.MEDIUM}),
    (v.EXPERIMENT, {v.EXPERIMENT_OF_MEDIUM: v.MEDIUM}),
)
"""What wells point at, and what that points at in turn."""


def places(data: xr.Dataset) -> tuple[Places, ...]:
    """All wells: standards, samples and blanks.

    Parameters
    ----------
    data
        One bioassay.
    """
    medium = data[v.MEDIUM_OF_WELL].to_numpy()
    columns = {"plate": names_of(data, v.PLATE, v.PLATE_OF_WELL)}
    columns |= run_of(data, len(medium))
    if v.WELL_NAME in data:
        columns["well"] = data[v.WELL_NAME].to_numpy().astype(str)
    columns["sample"] = _of_wells(np.array(names_along(data, v.MEDIUM), dtype=object), medium)
    for what, dim, pointer in (
        ("cell_line", v.CELL_LINE, v.LINE_OF_MEDIUM),
        ("condition", v.CONDITION, v.CONDITION_OF_MEDIUM),
        ("experiment", v.EXPERIMENT, v.EXPERIMENT_OF_MEDIUM),
    ):
        columns[what] = _of_wells(names_of(data, dim, pointer), medium)
    columns["task"] = data[v.ROLE].to_numpy().astype(str)
    unit = str(data[v.OPTICAL_DENSITY].attrs.get("units", ""))
    concentration, unit_of_dose = data[v.CONCENTRATION].to_numpy().astype(float), "pg/ml"
    return (Places(columns, data[v.OPTICAL_DENSITY].to_numpy().astype(float), unit, concentration, unit_of_dose),)


def _of_wells(names: np.ndarray, medium: np.ndarray) -> np.ndarray:
    """Names of media's wells; empty for wells without a medium."""
    return np.append(names, "").astype(object)[medium]


def without(data: xr.Dataset, excluded: Sequence[np.ndarray]) -> xr.Dataset:
    """The plates without some wells, and without media and lines that have none any more.

    Parameters
    ----------
    data
        One bioassay.
    excluded
        Mask along what `places` gives.

    Raises
    ------
    InputError
        If what is left cannot be calibrated, with every fault of `lensim.bioassay.rules.faults_of`, or the control
        condition is gone.
    """
    kept = np.flatnonzero(~excluded[0])
    if not len(kept):
        raise InputError("exclusions must leave at least one well, got none")
    left = pruned(data, {v.WELL: kept}, POINTED_AT)
    faults = [f"after the exclusions: {fault}" for fault in faults_of(left)]
    if not faults and not (left[v.IS_CONTROL].to_numpy() == 1).any():
        faults.append("exclusions must leave a sample of the control condition, got none")
    if faults:
        raise InputError("\n".join(faults))
    return left
