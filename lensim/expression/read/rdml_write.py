"""Reactions to RDML, by the library of the RDML consortium (rdmlpython), and to RDES, its tables of one run each.

RDML 1.3: a run is a plate, a react a well, -1 a reaction that was not detected. Where a plate has reactions whose wells
are not known, all of it is numbered in the order of the reactions. RDES: columns Well, Sample, Sample Type, Target,
Target Type, Dye and Cq, as `rdmlpython` writes and reads them; columns of fluorescence are left out, since lensim reads
none. A sample is one solution, so the dilutions of a standard have names of their own, which state their quantities.
"""

import tempfile
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read.assemble import AS_STATED
from lensim.expression.read.rdes import HEADER
from lensim.expression.read.reactions import Reaction, Reactions, Task
from lensim.expression.read.standard_names import with_quantity
from lensim.plain_text import one_line
from lensim.tables.names import names_along
from lensim.tables.well_names import parse_well_name, smallest_plate, well_name

TYPE_OF_TASK: Final[Mapping[Task, str]] = {
    "unknown": "unkn",
    "standard": "std",
    "no_template": "ntc",
    "no_rt": "nrt",
    "plate_calibrator": "unkn",
}
UNITS: Final = {"cop": "cop", "copies": "cop", "fold": "fold", "dil": "dil", "ng": "ng", "nmol": "nMol"}
OTHER_UNIT: Final = "other"
NO_DYE: Final = "not stated"
NO_GENE: Final = "not stated"
"""Of exports that name no gene: RDML has no target without a name."""
NOT_DETECTED: Final = "-1.0"
EXPERIMENT: Final = "experiment"


@dataclass(frozen=True)
class Curve:
    """What RDML says of the efficiency of a target: fold a cycle, its standard error, and the method."""

    factor: float
    error: float
    method: str


@dataclass(frozen=True)
class Exchange:
    """Reactions to write.

    Attributes
    ----------
    reactions
        As an instrument says, or as `reactions_of` makes of a study.
    references
        Names of reference genes.
    about_sample
        Properties of samples by their names, such as subject and condition.
    curves
        Efficiencies by gene.
    """

    reactions: Reactions
    references: Collection[str] = ()
    about_sample: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    curves: Mapping[str, Curve] = MappingProxyType({})

    @cached_property
    def samples(self) -> list[str]:
        """Name of the sample of each reaction: its own; of a standard with its quantity, of a control told apart."""
        said: dict[str, Task] = {}
        names = []
        for one in self.reactions.reactions:
            own = clean(one.sample) or in_words(one.task)
            while said.setdefault(self._named(own, one), one.task) != one.task:
                own += f", {in_words(one.task)}"
            names.append(self._named(own, one))
        return names

    def _named(self, own: str, one: Reaction) -> str:
        if one.task != "standard" or one.quantity is None:
            return own
        return with_quantity(own, one.quantity, clean(self.reactions.quantity_unit))

    @cached_property
    def plates(self) -> dict[str, list[int]]:
        """Places of the reactions of each plate."""
        found: dict[str, list[int]] = {}
        for at, one in enumerate(self.reactions.reactions):
            found.setdefault(clean(one.plate) or "plate", []).append(at)
        return found


def clean(name: str) -> str:
    """A name with single blanks, without ends of lines and what no XML may hold."""
    return " ".join(one_line(" ".join(name.split()), 1000).split())


def in_words(task: Task) -> str:
    """What a well is, as the name of its sample where it has none."""
    return task.replace("_", " ")


def target_of(gene: str) -> str:
    """The name of a gene as a target."""
    return clean(gene) or NO_GENE


def reactions_of(data: xr.Dataset) -> Exchange:
    """The reactions of a study of Cts: samples are named after subject, condition and experiment.

    Raises
    ------
    InputError
        If the study is of ratios.
    """
    if v.CT not in data:
        raise InputError("RDML and RDES need Cts, got a study of ratios: write those of the machine's file")
    genes, plates = (names_along(data, dim) for dim in (v.GENE, v.PLATE))
    about = _about_samples(data)
    samples = list(about)
    reactions = list(_unknowns(data, genes, plates, samples))
    for needed, others, task in _OTHERS:
        if all(name in data for name in needed):
            number = len(data[needed[0]])
            columns = [data[name].to_numpy().tolist() for name in needed]
            columns += [data[name].to_numpy().tolist() if name in data else [None] * number for name in others]
            reactions += [_of_no_sample(row, genes, plates, task) for row in zip(*columns, strict=True)]
    unit = str(data[v.STANDARD_QUANTITY].attrs.get("units", "")) if v.STANDARD_QUANTITY in data else ""
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    references = [gene for gene, is_own in zip(genes, is_reference, strict=True) if is_own]
    made = Reactions(
        str(data.attrs.get("instrument", "")),
        tuple(str(data.attrs.get("source", "")).split(", ")),
        tuple(reactions),
        cycle_limit=float(data[v.CYCLE_LIMIT]),
        quantity_unit="" if unit == AS_STATED else unit,
    )
    return Exchange(made, references, about)


def _about_samples(data: xr.Dataset) -> dict[str, dict[str, str]]:
    """Properties of each sample, by a name of its own."""
    subjects, conditions, experiments, kinds = (
        names_along(data, dim) for dim in (v.SUBJECT, v.CONDITION, v.EXPERIMENT, v.CELL_TYPE)
    )
    kind_of, is_control = data[v.CELL_TYPE_OF_SUBJECT].to_numpy(), data[v.IS_CONTROL].to_numpy()
    pointers = (v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE)
    about: dict[str, dict[str, str]] = {}
    for s, c, e in zip(*(data[name].to_numpy().tolist() for name in pointers), strict=True):
        name = clean(f"{subjects[s]}, {conditions[c]}, {experiments[e]}")
        while name in about:
            name += ", again"
        own = {"subject": subjects[s], "condition": conditions[c], "experiment": experiments[e]}
        about[name] = own | {"cell type": kinds[kind_of[s]], "is control": str(int(is_control[c]))}
    return about


def _unknowns(
    data: xr.Dataset, genes: Sequence[str], plates: Sequence[str], samples: Sequence[str]
) -> Iterator[Reaction]:
    wells = data[v.WELL_NAME].to_numpy().tolist() if v.WELL_NAME in data else [""] * data.sizes[v.REACTION]
    names = (v.PLATE_OF_REACTION, v.SAMPLE_OF_REACTION, v.GENE_OF_REACTION, v.CT)
    for well, plate, sample, gene, ct in zip(wells, *(data[name].to_numpy().tolist() for name in names), strict=True):
        yield Reaction(plates[plate], str(well), samples[sample], genes[gene], "unknown", _ct(ct), None, "", 0)


_OTHERS: Final[tuple[tuple[tuple[str, ...], tuple[str, ...], Task], ...]] = (
    (
        (v.GENE_OF_STANDARD, v.PLATE_OF_STANDARD, v.STANDARD_CT),
        (v.STANDARD_WELL, "", v.STANDARD_QUANTITY),
        "standard",
    ),
    (
        (v.GENE_OF_NO_TEMPLATE, v.PLATE_OF_NO_TEMPLATE, v.NO_TEMPLATE_CT),
        (v.NO_TEMPLATE_WELL, "", ""),
        "no_template",
    ),
    ((v.GENE_OF_NO_RT, v.PLATE_OF_NO_RT, v.NO_RT_CT), (v.NO_RT_WELL, v.NO_RT_SAMPLE, ""), "no_rt"),
)
"""Of each task beside samples: gene, plate and Ct; and well, name and quantity, which a study may lack."""


def _of_no_sample(row: Sequence[Any], genes: Sequence[str], plates: Sequence[str], task: Task) -> Reaction:
    gene, plate, ct, well, sample, number = row
    quantity = None if number is None or not np.isfinite(number) else float(number)
    return Reaction(plates[plate], well or "", sample or in_words(task), genes[gene], task, _ct(ct), quantity, "", 0)


def _ct(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


@dataclass(frozen=True)
class _Layout:
    """Where the reactions of a plate are: their numbers, from 1, and the plate's rows and columns (1 if numbered)."""

    numbers: list[int]
    rows: int
    columns: int

    @property
    def wells(self) -> list[str]:
        """Names of wells, or numbers where they are not known."""
        if self.columns == 1:
            return [str(number) for number in self.numbers]
        return [well_name(*divmod(number - 1, self.columns)) for number in self.numbers]


def _layout(exchange: Exchange, own: Sequence[int]) -> _Layout:
    """The wells of a plate, on the smallest plate of a usual size that has them; numbered where one is not known."""
    reactions, places = [exchange.reactions.reactions[at] for at in own], []
    sample_in: dict[tuple[int, int], str] = {}
    for at, one in zip(own, reactions, strict=True):
        place = parse_well_name(one.well) if one.well else None
        if place is None or sample_in.setdefault(place, exchange.samples[at]) != exchange.samples[at]:
            return _Layout(list(range(1, len(own) + 1)), len(own), 1)
        places.append(place)
    rows, columns = smallest_plate(places)
    return _Layout([r * columns + c + 1 for r, c in places], rows, columns)


def numbered_plates(exchange: Exchange) -> list[str]:
    """Plates whose wells are not all known, so that their reactions are numbered."""
    return [plate for plate, own in exchange.plates.items() if _layout(exchange, own).columns == 1]


def rdes_of(exchange: Exchange) -> dict[str, str]:
    """A table of tabs for each plate, by its name."""
    tables = {}
    for plate, own in exchange.plates.items():
        wells = _layout(exchange, own).wells
        rows = [(well, *map(_quoted, _cells(exchange, at))) for well, at in zip(wells, own, strict=True)]
        tables[plate] = "\n".join("\t".join(row) for row in (HEADER, *rows)) + "\n"
    return tables


def _quoted(cell: str) -> str:
    """A cell that begins with a quotation mark as readers of tables take it."""
    return '"' + cell.replace('"', '""') + '"' if cell.startswith('"') else cell


def _cells(exchange: Exchange, at: int) -> tuple[str, ...]:
    one = exchange.reactions.reactions[at]
    ct = NOT_DETECTED if one.ct_cycles is None else repr(float(one.ct_cycles))
    return exchange.samples[at], TYPE_OF_TASK[one.task], target_of(one.gene), _role(exchange, one.gene), NO_DYE, ct


def _role(exchange: Exchange, gene: str) -> str:
    return "ref" if gene in exchange.references else "toi"


def write_rdml(exchange: Exchange, path: Path) -> None:
    """Write an RDML file, which is checked against the schema of RDML 1.3 before.

    Raises
    ------
    InputError
        If rdmlpython is not installed, or what would be written is no valid RDML.
    """
    library = _library()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its way to tell the time
        made = library.Rdml()
        made.new_dye(NO_DYE)
        _add_targets(made, exchange)
        _add_samples(made, exchange)
        made.new_experiment(EXPERIMENT)
        for plate, own in exchange.plates.items():
            _add_run(made.get_experiment(byid=EXPERIMENT), made, exchange, plate, own)
        for kind, name in _not_ascii(exchange):
            get = made.get_sample if kind == "sample" else made.get_target
            get(byid=_stand_in(name)).change_id(name)
        made.save(str(path))
        faults = [line for line in library.Rdml().validate(str(path)).splitlines() if "\tFalse\t" in line]
    if faults:
        raise InputError(f"the study cannot be written as RDML: {faults[-1].split(chr(9))[-1].strip()}")


def _library() -> Any:
    try:
        import rdmlpython
    except ImportError:
        raise InputError(
            "RDML is written by the package rdmlpython, which is not installed: `lensim doctor` prints the command "
            "that installs it, for the extra rdml"
        ) from None
    return rdmlpython


def _stand_in(name: str) -> str:
    """A name in ASCII for the table of a run, which the library opens in the encoding of the system."""
    return name if name.isascii() else f"name {name.encode('utf-8').hex()}"


def _not_ascii(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Samples and targets whose names are no ASCII."""
    genes = dict.fromkeys(target_of(one.gene) for one in exchange.reactions.reactions)
    for kind, names in (("sample", dict.fromkeys(exchange.samples)), ("target", genes)):
        yield from ((kind, name) for name in names if not name.isascii())


def _add_targets(made: Any, exchange: Exchange) -> None:
    for gene in dict.fromkeys(one.gene for one in exchange.reactions.reactions):
        name = _stand_in(target_of(gene))
        made.new_target(name, _role(exchange, gene))
        target = made.get_target(byid=name)
        target["dyeId"] = NO_DYE
        if curve := exchange.curves.get(gene):
            target["amplificationEfficiencyMethod"] = curve.method
            target["amplificationEfficiency"] = repr(curve.factor)
            target["amplificationEfficiencySE"] = repr(curve.error)


def _add_samples(made: Any, exchange: Exchange) -> None:
    of_sample = dict(zip(exchange.samples, exchange.reactions.reactions, strict=True))
    unit = UNITS.get(exchange.reactions.quantity_unit.strip().casefold(), OTHER_UNIT)
    for name, one in of_sample.items():
        made.new_sample(_stand_in(name))
        sample = made.get_sample(byid=_stand_in(name))
        for what, value in exchange.about_sample.get(name, {}).items():
            if clean(value):
                sample.new_annotation(property=what, value=clean(value))
        sample.new_type(TYPE_OF_TASK[one.task])
        if one.task == "standard" and one.quantity is not None:
            sample.new_quantity(repr(one.quantity), unit)


def _add_run(experiment: Any, made: Any, exchange: Exchange, plate: str, own: Sequence[int]) -> None:
    """A run, which the library makes of its table."""
    layout = _layout(exchange, own)
    experiment.new_run(plate)
    run = experiment.get_run(byid=plate)
    label = "123" if layout.columns == 1 else "ABC"
    for key, value in (("rows", layout.rows), ("columns", layout.columns), ("rowLabel", label), ("columnLabel", "123")):
        run[f"pcrFormat_{key}"] = str(value)
    if exchange.reactions.instrument:
        run["instrument"] = clean(exchange.reactions.instrument)
    cells = [map(_stand_in, _cells(exchange, at)) for at in own]
    rows = [(str(number), *row) for number, row in zip(layout.numbers, cells, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "run.tsv"
        table.write_text("\n".join("\t".join(row) for row in (HEADER, *rows)) + "\n", encoding="utf-8", newline="\n")
        run.import_table(made, str(table), "amp")
