"""Wells and reactions that a person excludes, set aside before a fit, with a record of which and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import xarray as xr

from lensim.assay import assay_of
from lensim.checks import InputError, told_of
from lensim.plain_text import counted
from lensim.tables.excluded import NONE, Named, Places
from lensim.tables.excluded_record import with_record
from lensim.tables.exclusions import Exclude, Exclusions, is_name_of_column, require_readable


def exclude_wells(data: xr.Dataset, exclude: Exclude | None) -> xr.Dataset:
    """The data without what a file of exclusions names; as they are where none is given.

    Parameters
    ----------
    data
        One study, as readers and simulators give it.
    exclude
        As `lensim.tables.exclusions.read_exclusions` takes it.

    Returns
    -------
    xarray.Dataset
        attrs["exclusions"] has what was excluded, why, and the file with its digest.

    Raises
    ------
    InputError
        With every line of the file that names no well or reaction, or those of several plates; if what is left cannot
        be fitted; or if the data are of an assay of another package, which says nothing of its wells.
    """
    exclusions = require_readable(exclude)
    return data if exclusions is None else Excluding({"": data}, exclusions)[""]


COMPOUNDS: Final = ("compound", "compounds")
STUDIES: Final = ("study", "studies")
NO_COMPOUND: Final = ""
"""Of wells without a compound, which are of every compound of their plate."""


class Excluding(Mapping[str, xr.Dataset]):
    """Studies of one command without what a file of exclusions names; each is made as it is asked for.

    Parameters
    ----------
    studies
        Data by the name of each.
    exclusions
        As from `read_exclusions`. Every line must name a well of one of the studies.
    whole
        The data of all studies together, where these are parts of it.
    by
        The column whose values name the studies; lines may say which of them they mean.

    Raises
    ------
    InputError
        As `exclude_wells`.
    """

    def __init__(
        self,
        studies: Mapping[str, xr.Dataset],
        exclusions: Exclusions,
        whole: xr.Dataset | None = None,
        by: str = "",
    ) -> None:
        self._studies, self._exclusions = studies, exclusions
        self._by = "" if whole is not None or is_name_of_column(by) else by
        if whole is not None:
            places = list(places_of(whole))
            names = [_compounds(one) for one in places]
        else:
            of_study = [(name, self._of_study(name, places_of(studies[name]))) for name in studies]
            places = [place for _, own in of_study for place in own]
            names = [np.full(len(one), name, dtype=object) for name, own in of_study for one in own]
        self._named = Named(exclusions, places, self._by)
        found = [own[lines != NONE] for own, lines in zip(names, self._named.lines, strict=True)]
        self._names = np.concatenate([own.astype(str) for own in found]) if found else np.empty(0, dtype=str)
        self._study = COMPOUNDS if whole is not None else STUDIES
        self._what = places[0].what if places else "well"

    def __iter__(self) -> Iterator[str]:
        return iter(self._studies)

    def __len__(self) -> int:
        return len(self._studies)

    def __contains__(self, name: object) -> bool:
        return name in self._studies

    def _of_study(self, name: str, places: tuple[Places, ...]) -> tuple[Places, ...]:
        """The wells of a study with its name in the column that tells studies apart."""
        if not self._by:
            return places
        return tuple(
            replace(one, columns={**one.columns, self._by: np.full(len(one), name, dtype=object)}) for one in places
        )

    @property
    def sentence(self) -> str:
        """How many wells or reactions are excluded, and in how many compounds or other studies."""
        number, own = len(self._names), np.unique(self._names[self._names != NO_COMPOUND])
        shared = int((self._names == NO_COMPOUND).sum()) if self._study == COMPOUNDS else 0
        where = f" in {counted(len(own), *self._study)}" if len(own) else ""
        if shared and len(own):
            where = f" ({number - shared}{where}, {shared} untreated)"
        elif shared:
            where = ", untreated"
        verb = "is" if number == 1 else "are"
        said = f"{counted(number, self._what)} {verb} excluded{where}"
        return f"{said}, as {self._exclusions.place} says"

    def __getitem__(self, name: str) -> xr.Dataset:
        """The data of one study.

        Raises
        ------
        InputError
            If what is left of it cannot be fitted.
        """
        data = self._studies[name]
        places = places_of(data)
        lines = self._named.lines_of(self._of_study(name, places))
        if not any((own != NONE).any() for own in lines):
            return data
        return with_record(_without(data, lines, self._exclusions.place), self._exclusions, places, lines)


def _compounds(places: Places) -> np.ndarray:
    """The compound of each well of a whole table; none of untreated wells."""
    return places.columns.get("compound", np.full(len(places), NO_COMPOUND, dtype=object))


def places_of(data: xr.Dataset) -> tuple[Places, ...]:
    """Wells, reactions or tubes of data by the names that a file of exclusions uses.

    Raises
    ------
    InputError
        If the assay says nothing of them.
    """
    assay = assay_of(data)
    if assay.places is None or assay.without is None:
        raise InputError(f"exclude needs an assay that names its wells, got {assay.name}, which does not")
    return assay.places(data)


def _without(data: xr.Dataset, lines: Sequence[np.ndarray], place: str) -> xr.Dataset:
    without = assay_of(data).without
    assert without is not None
    with told_of(place):
        return without(data, tuple(own != NONE for own in lines))
