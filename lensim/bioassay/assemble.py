"""Wells of a bioassay to a Dataset, and the Dataset back to a table."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.roles import SAMPLE, STANDARD
from lensim.bioassay.rules import faults_of, out_of_order
from lensim.checks import FaultReport, InputError
from lensim.tables.control import ONLY_CONDITION, find_control
from lensim.tables.names import in_natural_order
from lensim.tables.plate_size import PLATES_BY_WELLS, size_attrs
from lensim.tables.well_names import parse_well_name, well_name, with_standard_letters

COLUMNS: Final = (
    "plate",
    "well",
    "role",
    "concentration_pg_per_ml",
    "cell_line",
    "condition",
    "is_control",
    "experiment",
    "dilution_factor",
    "optical_density",
)


@dataclass(frozen=True)
class BioassayWell:
    """A well as read from a file; names are empty where they do not apply."""

    place: str
    line: int
    plate: str
    well: str
    role: str
    tnf_pg_per_ml: float
    dilution_factor: float
    cell_line: str
    condition: str
    is_control: str
    experiment: str
    od: float

    @property
    def medium(self) -> tuple[str, str, str]:
        """Line, condition and experiment, which identify a medium."""
        return self.cell_line, self.condition, self.experiment


def assemble(
    wells: Sequence[BioassayWell],
    control: str | None,
    attrs: dict[str, str | int],
    faults: FaultReport,
    *,
    is_whole: bool,
    sizes: tuple[int | None, tuple[int, int] | None] = (None, None),
) -> xr.Dataset:
    """The Dataset of wells, after the rules that they must keep together.

    Lines, conditions and media are in the order in which wells first name them, the control first, plates and
    experiments in order of their names. Rules of whole plates are looked at where no row has a fault (`is_whole`).
    `sizes` are the wells of a plate that the user states, and rows and columns of the readers' grids, where there are
    such.

    Raises
    ------
    InputError
        With all the faults, those already in `faults` included.
    """
    rows = PLATES_BY_WELLS[sizes[0]][0] if sizes[0] is not None else 0
    names = with_standard_letters([well.well for well in wells], rows)
    wells = [replace(well, well=name) for well, name in zip(wells, names, strict=True)]
    wells = [
        replace(w, condition=w.condition or ONLY_CONDITION, experiment=w.experiment or w.plate)
        if w.role == SAMPLE
        else w
        for w in wells
    ]
    _check_names(wells, faults)
    samples = [well for well in wells if well.role == SAMPLE]
    said: dict[tuple[str, str], tuple[str, int]] = {}
    for well in samples:
        said.setdefault((well.condition, well.is_control), (well.place, well.line))
    found = find_control(said, control, faults)
    if faults.faults or not is_whole or not wells:
        if not wells and not faults.faults:
            faults.add("there must be at least one well with a reading, got none")
        faults.raise_if_any()
    own: dict[str, str | int] = {v.ASSAY: v.BIOASSAY, **attrs}
    if found is not None:
        own |= {v.CONTROL: found.name, v.CONTROL_KNOWN_BY: found.known_by}
    if faults.notes:
        own[v.NOTES] = "\n".join(dict.fromkeys(faults.notes))
    data = _build(wells, samples, found.name if found else "", own, sizes)
    for sentence in faults_of(data) or out_of_order(data):
        faults.add(sentence)
    faults.raise_if_any()
    return data


def _check_names(wells: Sequence[BioassayWell], faults: FaultReport) -> None:
    seen: dict[tuple[str, object], tuple[str, int]] = {}
    for well in wells:
        if not well.well:
            continue
        key = (well.plate, parse_well_name(well.well) or well.well)
        if key in seen:
            place, line = seen[key]
            where = f"line {line}{'' if place == well.place else f' of {place}'}"
            rule = f"well {well.well} of {well.plate} must appear once, got it in {where} too"
            faults.add(rule, line=well.line, place=well.place)
        seen.setdefault(key, (well.place, well.line))


def _build(
    wells: Sequence[BioassayWell],
    samples: Sequence[BioassayWell],
    control: str,
    attrs: dict[str, str | int],
    sizes: tuple[int | None, tuple[int, int] | None],
) -> xr.Dataset:
    lines = list(dict.fromkeys(well.cell_line for well in samples))
    conditions = sorted(dict.fromkeys(well.condition for well in samples), key=lambda name: name != control)
    experiments = in_natural_order({well.experiment for well in samples})
    plates = in_natural_order({well.plate for well in wells})
    media = list(dict.fromkeys(well.medium for well in samples))
    places = [parse_well_name(well.well) for well in wells]
    data = xr.Dataset(
        {
            v.ROLE: (v.WELL, np.array([well.role for well in wells], dtype=str)),
            v.CONCENTRATION: (v.WELL, np.array([w.tnf_pg_per_ml if w.role == STANDARD else np.nan for w in wells])),
            v.DILUTION: (v.WELL, np.array([well.dilution_factor for well in wells])),
            v.MEDIUM_OF_WELL: (v.WELL, np.array([media.index(w.medium) if w.role == SAMPLE else -1 for w in wells])),
            v.PLATE_OF_WELL: (v.WELL, np.array([plates.index(well.plate) for well in wells])),
            v.OPTICAL_DENSITY: (v.WELL, np.array([well.od for well in wells])),
            v.LINE_OF_MEDIUM: (v.MEDIUM, np.array([lines.index(line) for line, _, _ in media], dtype=int)),
            v.CONDITION_OF_MEDIUM: (v.MEDIUM, np.array([conditions.index(c) for _, c, _ in media], dtype=int)),
            v.EXPERIMENT_OF_MEDIUM: (v.MEDIUM, np.array([experiments.index(e) for _, _, e in media], dtype=int)),
            v.IS_CONTROL: (v.CONDITION, np.array([int(name == control) for name in conditions], dtype=int)),
        },
        coords={
            v.CELL_LINE: lines,
            v.CONDITION: conditions,
            v.EXPERIMENT: experiments,
            v.PLATE: plates,
            v.MEDIUM: [", ".join(medium) for medium in media],
        },
        attrs=attrs,
    )
    if any(well.well for well in wells):
        data[v.WELL_NAME] = (v.WELL, [well_name(*p) if p else w.well for p, w in zip(places, wells, strict=True)])
    known = [place for place in places if place is not None]
    if len(known) == len(places):
        data[v.PLATE_ROW] = (v.WELL, np.array([row for row, _ in known]))
        data[v.PLATE_COLUMN] = (v.WELL, np.array([column for _, column in known]))
        data.attrs |= size_attrs(known, *sizes)
    for name in (v.CONCENTRATION, v.DILUTION, v.OPTICAL_DENSITY):
        data[name].attrs["units"] = v.UNITS[name]
    return data


def write_bioassay(data: xr.Dataset, path: str | Path) -> None:
    """Write wells as a table with one row a well, from which `read_bioassay` makes the same Dataset.

    Tab-separated where the name ends in .tsv, else comma-separated. A reading that is NaN is written empty.

    Raises
    ------
    InputError
        If the data have several studies, or the file cannot be written.
    """
    path = Path(path)
    if v.STUDY in data.dims:
        raise InputError("write_bioassay needs data of one study: choose it with one_study")
    names = {dim: [str(n) for n in data[dim].values] for dim in (v.PLATE, v.CELL_LINE, v.CONDITION, v.EXPERIMENT)}
    wells = data[v.WELL_NAME].values.tolist() if v.WELL_NAME in data else [""] * data.sizes[v.WELL]
    columns = (v.PLATE_OF_WELL, v.ROLE, v.CONCENTRATION, v.MEDIUM_OF_WELL, v.DILUTION, v.OPTICAL_DENSITY)
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            separator = "\t" if path.suffix.lower() == ".tsv" else ","
            writer = csv.DictWriter(file, COLUMNS, delimiter=separator, lineterminator="\n", restval="")
            writer.writeheader()
            for well, plate, role, tnf, medium, dilution, od in zip(
                wells, *(data[name].values.tolist() for name in columns), strict=True
            ):
                row = {"plate": names[v.PLATE][plate], "well": well, "role": role, "optical_density": _number(od)}
                if role == STANDARD:
                    row["concentration_pg_per_ml"] = _number(tnf)
                if role == SAMPLE:
                    condition = int(data[v.CONDITION_OF_MEDIUM][medium])
                    row |= {
                        "cell_line": names[v.CELL_LINE][int(data[v.LINE_OF_MEDIUM][medium])],
                        "condition": names[v.CONDITION][condition],
                        "is_control": str(int(data[v.IS_CONTROL][condition])),
                        "experiment": names[v.EXPERIMENT][int(data[v.EXPERIMENT_OF_MEDIUM][medium])],
                        "dilution_factor": _number(dilution),
                    }
                writer.writerow(row)
    except OSError as error:
        raise InputError(f"{path}: the file cannot be written ({error.strerror or error})") from None


def _number(value: float) -> str:
    """Text from which the very same number is read again."""
    return "" if math.isnan(value) else repr(float(value))
