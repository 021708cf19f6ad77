"""Which wells or reactions the lines of a file of exclusions name."""

import contextlib
import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import xarray as xr

from lensim.plain_text import few_of
from lensim.tables.exclusions import COLUMNS, DOSE, EVERY, MAY_BE_EVERY, Exclusion, Exclusions
from lensim.tables.names import names_along
from lensim.tables.names_alike import key_of_name
from lensim.tables.well_names import parse_well_name

SAME_DOSE: Final = 1e-6
"""Doses that differ by less are one, as a share of the dose."""
SHOWN: Final = 6
_PLATE: Final = "plate"
TIME_ZERO: Final = "time_zero"
"""The task of wells that were read when the drug was added."""
NONE: Final = -1
OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "run": ("run", _PLATE, "experiment"),
    "well": ("well", "place"),
    "sample": ("sample", "sample of subject", "sample of experiment"),
    "cell_line": ("cell_line", "cell_line with condition"),
}
"""Columns that a word may be found in: `place` has the names as A1 of wells that the file numbers."""
_NOT_TOLD: Final = frozenset({"run", "place", *OTHER_NAMES["sample"][1:], *OTHER_NAMES["cell_line"][1:]})


@dataclass(frozen=True)
class Places:
    """Wells or reactions by what a line may name; arrays along them.

    Attributes
    ----------
    columns
        Texts by their meaning, as in `lensim.tables.exclusions.COLUMNS`; and other names of the same things, as in
        `OTHER_NAMES`.
    value
        What was measured, for the record.
    value_unit
        Its unit.
    dose
        Of each, in `dose_unit`; empty where they have none.
    dose_unit
        uM, or a unit of the user's own.
    what
        A word for one of them.
    """

    columns: Mapping[str, np.ndarray]
    value: np.ndarray
    value_unit: str
    dose: np.ndarray = field(default_factory=lambda: np.empty(0))
    dose_unit: str = "uM"
    what: str = "well"

    def __len__(self) -> int:
        return len(self.value)

    def has(self, what: str) -> bool:
        """Whether these have a name for a meaning."""
        return len(self.dose) == len(self) > 0 if what == DOSE else what in self.columns

    def words(self, at: int) -> str:
        """One by its names: "plate P1, well B3, LP-1, 0.3 uM"."""
        texts = {what: str(own[at]) for what, own in self.columns.items() if what not in _NOT_TOLD}
        if texts.get("task") in ("unknown", "sample"):
            del texts["task"]
        if texts.get("experiment") and texts["experiment"] in texts.get(_PLATE, ""):
            del texts["experiment"]
        parts = [f"{what} {text}" if what in (_PLATE, "well") else text for what, text in texts.items() if text]
        parts += [f"{self.dose[at]:.4g} {self.dose_unit}"] if self.has(DOSE) else []
        return ", ".join(dict.fromkeys(parts))


def names_of(data: xr.Dataset, dim: str, pointer: str) -> np.ndarray:
    """The names of what a pointer points at, along the dim of the pointer.

    Parameters
    ----------
    data
        One study.
    dim
        What has the names; of a dim without names they are numbers.
    pointer
        Variable of integer positions along `dim`.
    """
    return np.array(names_along(data, dim), dtype=object)[data[pointer].to_numpy()]


def run_of(data: xr.Dataset, number: int) -> dict[str, np.ndarray]:
    """The column `run` of data from one file, by which a line may name it; no column for several files."""
    source = str(data.attrs.get("source", ""))
    return {"run": np.full(number, source, dtype=object)} if source and ", " not in source else {}


def only_ones(names: np.ndarray, plate: np.ndarray, plate_of_each: np.ndarray) -> np.ndarray:
    """The experiment of the plate of each blank or standard; empty where its plate has several experiments.

    Parameters
    ----------
    names
        Experiments of samples or cultures.
    plate
        Their plates, as positions.
    plate_of_each
        Plates of the blanks or standards.
    """
    of_plate: dict[int, set[str]] = {}
    for name, at in zip(names.tolist(), plate.tolist(), strict=True):
        of_plate.setdefault(at, set()).add(str(name))
    there = (of_plate.get(at, set()) for at in plate_of_each.tolist())
    return np.array([next(iter(own)) if len(own) == 1 else "" for own in there], dtype=object)


class Named:
    """The lines of a file of exclusions, with the names in some data that they mean.

    A text means the name that is the same, wherever in the data that is; else names that differ by the way of writing
    alone. So a part of the data is told by the names of the whole.

    Parameters
    ----------
    exclusions
        As from `read_exclusions`.
    places
        Wells of all data that are fitted, in any number of parts.
    by
        A column of the places that tells studies apart: a line must be of one of them, or have `EVERY` there.

    Attributes
    ----------
    lines
        Of each part of the places, which line of the file excludes each well; `NONE` of wells that stay.

    Raises
    ------
    InputError
        With every line that names no well, wells that another line names, or wells of several plates and does not
        have `EVERY`; or wells of several compounds or conditions of a line or subject, and does not say which.
    """

    def __init__(self, exclusions: Exclusions, places: Sequence[Places], by: str = "") -> None:
        self._exclusions, self._by = exclusions, by
        labels: dict[str, dict[str, None]] = {}
        for one in places:
            for name, own in one.columns.items():
                labels.setdefault(name, {}).update(dict.fromkeys(np.unique(own.astype(str)).tolist()))
        self._labels = {name: tuple(own) for name, own in labels.items()}
        self._known: dict[tuple[str, str], dict[str, list[str]]] = {}
        self.lines = self._checked(places)

    def lines_of(self, places: Sequence[Places]) -> list[np.ndarray]:
        """Which line of the file excludes each well; `NONE` of wells that stay.

        Parameters
        ----------
        places
            All wells, or those of a part of the data.
        """
        found = [np.full(len(one), NONE) for one in places]
        for own, one in zip(found, places, strict=True):
            coded = _coded(one)
            for number, line in enumerate(self._exclusions.lines):
                own[self._mask(line, one, coded) & (own == NONE)] = number
        return found

    def _checked(self, places: Sequence[Places]) -> list[np.ndarray]:
        lines, um_per_unit = self._exclusions.lines, self._exclusions.um_per_unit
        faults = self._exclusions.new_faults()
        coded = [_coded(one) for one in places]
        taken = [np.full(len(one), NONE) for one in places]
        for number, line in enumerate(lines):
            masks = [self._mask(line, one, codes) for one, codes in zip(places, coded, strict=True)]
            if fault := _fault(line, masks, places, um_per_unit, self._by):
                hint = self._hint(line, places) if fault.endswith("got none") else ""
                faults.add(f"{fault}{hint}", line=line.line)
                continue
            before = [own[mask & (own != NONE)] for own, mask in zip(taken, masks, strict=True)]
            if any(len(one) for one in before):
                first = lines[min(int(one.min()) for one in before if len(one))].line
                rule = f"{line} has wells that {self._exclusions.unit} {first} excludes: delete one of the two"
                faults.add(rule, line=line.line)
            for own, mask in zip(taken, masks, strict=True):
                own[mask & (own == NONE)] = number
        faults.raise_if_any()
        return taken

    def _mask(self, line: Exclusion, places: Places, coded: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
        """Which of some wells a line names; none where they lack what it says."""
        mask = np.ones(len(places), dtype=bool)
        for what, text in line.keys.items():
            if what == DOSE:
                mask &= _has_dose(line.dose, places, self._exclusions.um_per_unit)
            elif not (_is_every(what, text) or (what == self._by and text == EVERY)):
                any_of = np.zeros(len(places), dtype=bool)
                for name, meant in self._meant(what, text).items():
                    if name in coded and meant:
                        labels, of_each = coded[name]
                        any_of |= np.isin(labels, meant)[of_each]
                mask &= any_of
        return mask

    def _meant(self, what: str, text: str) -> dict[str, list[str]]:
        """The names that a text means, by the column that they are in; each text is compared with all names once."""
        if (what, text) not in self._known:
            self._known[what, text] = self._compared(what, text)
        return self._known[what, text]

    def _compared(self, what: str, text: str) -> dict[str, list[str]]:
        names = [name for name in OTHER_NAMES.get(what, (what,)) if name in self._labels]
        same = {name: [text] for name in names if text in self._labels[name]}
        return same or {name: [label for label in self._labels[name] if _alike(name, text, label)] for name in names}

    def _hint(self, line: Exclusion, places: Sequence[Places]) -> str:
        """Which part of a line fits nothing, and what there is."""
        for what, text in line.keys.items():
            if what == DOSE or _is_every(what, text) or (what == self._by and text == EVERY):
                continue
            names = [name for name in OTHER_NAMES.get(what, (what,)) if name in self._labels]
            if not names:
                has = [name for name in self._labels if name not in _NOT_TOLD]
                has += ["dose_um"] if any(one.has(DOSE) for one in places) else []
                return f": the data have no {what.replace('_', ' ')} of wells; name {', '.join(has)}"
            if any(self._meant(what, text).values()):
                continue
            there = list(dict.fromkeys(label for name in names for label in self._labels[name] if label))
            close = difflib.get_close_matches(text, there, n=1)
            shown = "; ".join(there[:SHOWN]) + "; ..." * (len(there) > SHOWN)
            what = what.replace("_", " ")
            return f": no {what} is {text!r}" + (f" (closest: {close[0]!r})" if close else f"; there are {shown}")
        return ": no well fits all that the line says"


def lines_of(exclusions: Exclusions, places: Sequence[Places]) -> list[np.ndarray]:
    """Which line of the file excludes each well of all data; `NONE` of wells that stay.

    Raises
    ------
    InputError
        As `Named`.
    """
    return Named(exclusions, places).lines


def _coded(places: Places) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Of each column its different texts, and which of them each well has."""
    coded = {}
    for name, own in places.columns.items():
        labels, of_each = np.unique(own.astype(str), return_inverse=True)
        coded[name] = labels, of_each.reshape(-1)
    return coded


def _has_dose(dose: float, places: Places, um_per_unit: float) -> np.ndarray:
    if not places.has(DOSE) or _unit_fault(um_per_unit, places):
        return np.zeros(len(places), dtype=bool)
    dose = dose * (1.0 if math.isnan(um_per_unit) else um_per_unit)
    return np.asarray(np.abs(places.dose - dose) <= SAME_DOSE * max(abs(dose), 1e-300))


def _alike(what: str, text: str, label: str) -> bool:
    """Whether a text means a name that is written otherwise."""
    if what in ("well", "place"):
        place = parse_well_name(text)
        return place is not None and parse_well_name(label) == place
    if what not in COLUMNS:  # the column of --by, often of times
        with contextlib.suppress(ValueError):
            if float(text) == float(label):
                return True
    return bool(_keys(what, text) & _keys(what, label))


def _keys(what: str, text: str) -> set[str]:
    """What a label may be called: a plate "E1, plate 2" also plate 2 and 2, a file also without its suffix."""
    keys = {key_of_name(text)}
    if what in (_PLATE, "run", "experiment"):
        tail = text.rpartition(", plate ")[2]
        stem, dot, suffix = text.rpartition(".")
        keys |= {key_of_name(tail.removeprefix("plate ").removeprefix("Plate "))}
        keys |= {key_of_name(stem)} if dot and suffix.isalnum() and len(suffix) <= 5 and not suffix.isdigit() else set()
    return keys - {""}


def _unit_fault(um_per_unit: float, places: Places) -> str:
    """Why a dose of the file cannot be compared; empty where it can."""
    if math.isnan(um_per_unit) and places.dose_unit == "uM":
        return "a dose needs its unit: name the column dose_uM, or dose_nM, dose_mM, dose_M"
    if not math.isnan(um_per_unit) and places.dose_unit != "uM":
        return f"doses of these data are in {places.dose_unit}: name the column dose"
    return ""


def _fault(
    line: Exclusion, masks: Sequence[np.ndarray], places: Sequence[Places], um_per_unit: float, study: str
) -> str:
    """What is wrong with a line that names these wells; empty where nothing is."""
    if DOSE in line.keys:
        for one in places:
            if one.has(DOSE) and (fault := _unit_fault(um_per_unit, one)):
                return fault
    if not any(mask.any() for mask in masks):
        what = places[0].what if places else "well"
        return f"{line} must name at least one {what} of the data, got none"
    by = _PLATE if any(_PLATE in one.columns for one in places) else "experiment"
    if line.keys.get(_PLATE) != EVERY and len(there := _there(by, masks, places)) > 1:
        every = f", or write {EVERY} there for all of them" if by == _PLATE else ""
        return f"{line} is on {len(there)} {by}s ({_listed(there)}): say which in the column {by}{every}"
    tasks = _there("task", masks, places)
    if "task" not in line.keys and TIME_ZERO in tasks and len(tasks) > 1:
        return f"{line} is of wells of time zero and of others ({_listed(tasks)}): say which in the column task"
    for what in [*([study] if study and study not in line.keys else []), *_asked(line)]:
        if len(there := [name for name in _there(what, masks, places) if name]) > 1:
            every = f"say which in the column {what}, or write {EVERY} there for all of them"
            of = f"values of {what}" if what == study else f"{what}s"
            return f"{line} is of {len(there)} {of} ({_listed(there)}): {every}"
    return ""


def _there(what: str, masks: Sequence[np.ndarray], places: Sequence[Places]) -> list[str]:
    """Names of one kind that some wells have."""
    there: dict[str, None] = {}
    for one, mask in zip(places, masks, strict=True):
        if what in one.columns:
            there |= dict.fromkeys(one.columns[what].astype(str)[mask].tolist())
    return list(there)


def _asked(line: Exclusion) -> list[str]:
    """What a line of a cell line, dose or gene of a subject has to say too: the compound and the condition."""
    keys = line.keys.keys()
    is_of_some = keys & {"cell_line", DOSE} or {"subject", "target"} <= keys  # a subject alone is meant as a whole
    if not is_of_some or keys & {"well", "sample"}:
        return []
    # untreated wells have no compound, and may count for several
    return [what for what in ("compound", "condition") if what not in keys and (what, line.dose) != ("compound", 0.0)]


def _is_every(what: str, text: str) -> bool:
    return what in MAY_BE_EVERY and text == EVERY


def _listed(names: Sequence[str]) -> str:
    return few_of(names, SHOWN, "; ")
