"""Files of several compounds: choose the one to fit."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.read.rules import too_few_doses
from lensim.tables.pruned import pruned

POINTED_AT: Final = (
    (v.CULTURE, {v.CULTURE_OF_WELL: v.WELL}),
    (v.PLATE, {v.PLATE_OF_CULTURE: v.CULTURE, v.PLATE_OF_BLANK: v.BLANK}),
    (v.EXPERIMENT, {v.EXPERIMENT_OF_CULTURE: v.CULTURE}),
    (v.CELL_LINE, {v.LINE_OF_CULTURE: v.CULTURE}),
    (v.MOLECULAR_GROUP, {v.GROUP_OF_LINE: v.CELL_LINE}),
)
"""What the wells of a panel point at, and what that points at in turn."""


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
    return Compounds(data)[compound]


class Compounds(Mapping[str, xr.Dataset]):
    """The compounds of a table that was read once: each is made as it is asked for, as `select_compound` gives it.

    Attributes
    ----------
    data
        Wells of all compounds.

    Parameters
    ----------
    data
        Wells of all compounds.
    faults
        Why compounds are refused whose wells are not among these, by name.
    order
        Names in the order that they are to have; those that it lacks come last.
    """

    def __init__(
        self, data: xr.Dataset, faults: Mapping[str, str] = MappingProxyType({}), order: Sequence[str] = ()
    ) -> None:
        self.data, self._faults = data, dict(faults)
        names, of_well = np.unique(data[v.COMPOUND].values, return_inverse=True)
        self._at = {str(name): place for place, name in enumerate(names.tolist())}
        self._wells_by_compound = _grouped(of_well, len(names))
        culture = data[v.CULTURE_OF_WELL].values
        self._culture = culture
        none = self._at.get("")
        untreated = np.zeros(0, dtype=np.int64) if none is None else self._wells_by_compound[none]
        places = _grouped(culture[untreated], data.sizes[v.CULTURE])
        self._untreated_by_culture = [untreated[one] for one in places]
        known = dict.fromkeys((*compounds_of(data), *faults))
        self._names = tuple(dict.fromkeys((*(name for name in order if name in known), *known)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> xr.Dataset:
        """The data of one compound.

        Raises
        ------
        InputError
            As `select_compound`, or if the compound's own rows are faulty.
        """
        if name in self._faults:
            raise InputError(self._faults[name])
        if not name or name not in self._at:
            close = difflib.get_close_matches(name, self._names, n=1)
            hint = f" (closest: {close[0]!r})" if close else ""
            raise InputError(f"compound must be one of {', '.join(self._names)}, got {name!r}{hint}")
        own = self._wells_by_compound[self._at[name]]
        cultures = np.unique(self._culture[own])
        wells = np.sort(np.concatenate([own, *(self._untreated_by_culture[one] for one in cultures)]))
        chosen = wells_alone(self.data, wells)
        chosen.attrs["compound"] = name
        _require_doses(chosen, name)
        return chosen


def _grouped(group: np.ndarray, groups: int) -> list[np.ndarray]:
    """Places of the members of each group, in order."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.searchsorted(group[order], np.arange(1, groups)))


def _require_doses(data: xr.Dataset, compound: str) -> None:
    """Refuse a compound that a line has in too few doses."""
    line_of_well = data[v.LINE_OF_CULTURE].values[data[v.CULTURE_OF_WELL].values]
    dose = data[v.DOSE].values
    faults = [
        too_few_doses(f"{line} with {compound}", set(dose[line_of_well == position].tolist()))
        for position, line in enumerate(data[v.CELL_LINE].values)
    ]
    if any(faults):
        raise InputError("\n".join(filter(None, faults)))


def keep_wells(data: xr.Dataset, keep: np.ndarray) -> xr.Dataset:
    """Some of the wells (mask along well), without the cultures, lines, groups, experiments and plates thereby empty.

    Blanks stay where their plate does. Every pointer is counted anew.
    """
    return wells_alone(data, np.flatnonzero(keep))


def wells_alone(data: xr.Dataset, wells: np.ndarray, blanks: np.ndarray | None = None) -> xr.Dataset:
    """As `keep_wells`, for places of wells; of the blanks only some (mask along blank), where it is given."""
    kept = {v.WELL: wells}
    if v.BLANK in data.sizes:
        cultures = np.unique(data.variables[v.CULTURE_OF_WELL].values[wells])
        plates = data.variables[v.PLATE_OF_CULTURE].values[cultures]
        is_there = np.isin(data.variables[v.PLATE_OF_BLANK].values, plates)
        kept[v.BLANK] = np.flatnonzero(is_there if blanks is None else is_there & blanks)
    return pruned(data, kept, POINTED_AT)
