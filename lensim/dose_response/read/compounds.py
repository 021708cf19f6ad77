"""Files of several compounds: choose the one to fit."""

import difflib

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.read.rules import too_few_doses


def compounds_of(data: xr.Dataset) -> list[str]:
    """The compounds of a Dataset in order of their wells; none where wells do not name any."""
    if v.COMPOUND not in data:
        return []
    return [name for name in dict.fromkeys(data[v.COMPOUND].values.tolist()) if name]


def one_compound(data: xr.Dataset, compound: str = "") -> xr.Dataset:
    """The wells of the compound asked for; of the only one, where none is; all of them where wells name no compound.

    Raises
    ------
    InputError
        If several would be taken for one, or one is asked for and wells name none.
    """
    names = compounds_of(data)
    if compound and not names:
        raise InputError(f"compound needs a file with a column of compounds, got {compound!r} and no such column")
    if len(names) > 1 and not compound:
        raise InputError(
            f"compound must be one of the {len(names)} of the file ({', '.join(names)}), got none: choose one with "
            f'compound="{names[0]}", or read each by itself with by="compound"'
        )
    return select_compound(data, compound or names[0]) if names else data


def select_compound(data: xr.Dataset, compound: str) -> xr.Dataset:
    """The wells of one compound, and the untreated wells and blanks beside them.

    Cultures without the compound are left out, and with them the lines, groups, experiments and plates that no
    culture has any more. attrs["compound"] has the name.

    Raises
    ------
    InputError
        If the data have no such compound, or a line has it in fewer than two different doses above 0.
    """
    checks.has_variables(
        data, {v.COMPOUND: (v.WELL,), v.CULTURE_OF_WELL: (v.WELL,), v.DOSE: (v.WELL,)}, "select_compound"
    )
    names = compounds_of(data)
    if compound not in names:
        close = difflib.get_close_matches(compound, names, n=1)
        hint = f" (closest: {close[0]!r})" if close else ""
        raise InputError(f"compound must be one of {', '.join(names)}, got {compound!r}{hint}")
    of_well, culture = data[v.COMPOUND].values, data[v.CULTURE_OF_WELL].values
    has_it = np.zeros(data.sizes[v.CULTURE], dtype=bool)
    has_it[culture[of_well == compound]] = True
    chosen = keep_wells(data, has_it[culture] & ((of_well == compound) | (of_well == "")))
    chosen.attrs["compound"] = compound
    line_of_well = chosen[v.LINE_OF_CULTURE].values[chosen[v.CULTURE_OF_WELL].values]
    faults = [
        too_few_doses(f"{line} with {compound}", set(chosen[v.DOSE].values[line_of_well == position].tolist()))
        for position, line in enumerate(chosen[v.CELL_LINE].values)
    ]
    if any(faults):
        raise InputError("\n".join(filter(None, faults)))
    return chosen


def keep_wells(data: xr.Dataset, keep: np.ndarray) -> xr.Dataset:
    """Some of the wells (mask along well), without the cultures, lines, groups, experiments and plates thereby empty.

    Blanks stay where their plate does. Every pointer is counted anew.
    """
    data = data.isel({v.WELL: np.flatnonzero(keep)})
    data = _drop_unused(data, v.CULTURE, (v.CULTURE_OF_WELL,))
    plates = np.unique(data[v.PLATE_OF_CULTURE].values)
    if v.BLANK in data.dims:
        data = data.isel({v.BLANK: np.flatnonzero(np.isin(data[v.PLATE_OF_BLANK].values, plates))})
    data = _drop_unused(data, v.PLATE, (v.PLATE_OF_CULTURE, v.PLATE_OF_BLANK))
    data = _drop_unused(data, v.EXPERIMENT, (v.EXPERIMENT_OF_CULTURE,))
    data = _drop_unused(data, v.CELL_LINE, (v.LINE_OF_CULTURE,))
    return _drop_unused(data, v.MOLECULAR_GROUP, (v.GROUP_OF_LINE,))


def _drop_unused(data: xr.Dataset, dim: str, pointers: tuple[str, ...]) -> xr.Dataset:
    """Without the entries of `dim` that none of the pointers points at; the order of the rest stays."""
    pointers = tuple(name for name in pointers if name in data)
    if dim not in data.dims or not pointers:
        return data
    used = np.unique(np.concatenate([data[name].values for name in pointers]))
    new_place = np.zeros(data.sizes[dim], dtype=np.int64)
    new_place[used] = np.arange(len(used))
    moved = {name: data[name].copy(data=new_place[data[name].values]) for name in pointers}
    return data.assign(moved).isel({dim: used})
