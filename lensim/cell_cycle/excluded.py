"""Tubes of a cell-cycle study by the names that a file of exclusions uses, and the study without some of them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.cell_cycle.cultures import lines_without_control
from lensim.checks import InputError
from lensim.tables.excluded import Places, names_of, run_of
from lensim.tables.names import names_along
from lensim.tables.pruned import pruned

POINTED_AT: Final = (
    (v.CULTURE, {v.CULTURE_OF_TUBE: v.TUBE}),
    (v.CELL_LINE, {v.LINE_OF_CULTURE: v.CULTURE}),
    (v.CONDITION, {v.CONDITION_OF_CULTURE: v.CULTURE}),
    (v.EXPERIMENT, {v.EXPERIMENT_OF_CULTURE: v.CULTURE}),
)
"""What tubes point at, and what that points at in turn."""


def places(data: xr.Dataset) -> tuple[Places, ...]:
    """All tubes.

    Parameters
    ----------
    data
        One study, of counts or of single events.
    """
    culture = data[v.CULTURE_OF_TUBE].to_numpy()
    columns = {
        what: names_of(data, dim, pointer)[culture]
        for what, dim, pointer in (
            ("cell_line", v.CELL_LINE, v.LINE_OF_CULTURE),
            ("condition", v.CONDITION, v.CONDITION_OF_CULTURE),
            ("experiment", v.EXPERIMENT, v.EXPERIMENT_OF_CULTURE),
        )
    }
    columns["sample"] = np.array([name.rpartition(", ")[2] for name in names_along(data, v.TUBE)], dtype=object)
    columns |= run_of(data, len(culture))
    if v.EVENTS in data:
        events = data[v.EVENTS].transpose(v.TUBE, v.PHASE).to_numpy().sum(axis=1).astype(float)
    else:
        events = np.bincount(data[v.TUBE_OF_EVENT].to_numpy(), minlength=len(culture)).astype(float)
    return (Places(columns, events, "events", what="tube"),)


def without(data: xr.Dataset, excluded: Sequence[np.ndarray]) -> xr.Dataset:
    """The study without some tubes, and without cultures and lines that have none any more.

    Parameters
    ----------
    data
        One study.
    excluded
        Mask along what `places` gives.

    Raises
    ------
    InputError
        If no tube is left, or a treated line has no control any more.
    """
    tubes = np.flatnonzero(~excluded[0])
    if not len(tubes):
        raise InputError("exclusions must leave at least one tube, got none")
    kept = {v.TUBE: tubes}
    if v.TUBE_OF_EVENT in data:
        kept[v.EVENT] = np.flatnonzero(~excluded[0][data[v.TUBE_OF_EVENT].to_numpy()])
    left = pruned(data, kept, POINTED_AT)
    if v.TUBE_OF_EVENT in data:
        place = np.cumsum(~excluded[0]) - 1
        left = left.assign({v.TUBE_OF_EVENT: (v.EVENT, place[data[v.TUBE_OF_EVENT].to_numpy()[kept[v.EVENT]]])})
    faults = [
        f"{line} was treated and has no control left after the exclusions: keep a tube of it, or exclude the line"
        for line in lines_without_control(left)
    ]
    is_control = left[v.IS_CONTROL].to_numpy() == 1
    if not faults and (is_control.all() or not is_control.any()):
        faults.append("exclusions must leave the control and another condition, got one condition")
    if faults:
        raise InputError("\n".join(faults))
    return left
