"""Plate setup files that PCR machines import: QuantStudio (text) and CFX (LIMS file).

No column here is invented; docs/formats/plate_maps.md says where each is known from. What a plan does not know
(colours, protocols, notes) is left empty, and the machine's software asks for it or keeps its own.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lensim.checks import InputError, one_of
from lensim.plate_map.check import role_in
from lensim.plate_map.contents import Place, PlateMap
from lensim.tables.well_names import letters_of_row, well_name

Machine = Literal["quantstudio", "cfx"]
MACHINES: Final[tuple[Machine, ...]] = ("quantstudio", "cfx")
DYE: Final = "SYBR"
QUANTSTUDIO_COLUMNS: Final = (
    "Well", "Well Position", "Sample Name", "Sample Color", "Biogroup Name", "Biogroup Color", "Target Name",
    "Target Color", "Task", "Reporter", "Quencher", "Quantity", "Comments",
)  # fmt: skip
CFX_COLUMNS: Final = (
    "Well", *(f"Ch{n} Dye" for n in range(1, 6)), "FRET", "Sample Type", "Sample Name",
    *(f"Ch{n} Target Name" for n in range(1, 6)), "FRET Target Name", "Biological Set Name", "Replicate",
    *(f"Ch{n} Quantity" for n in range(1, 6)), "FRET Quantity", "Well Note",
    *(f"Ch{n} Well Color" for n in range(1, 6)), "FRET Well Color",
)  # fmt: skip
_SHAPES: Final[Mapping[str, tuple[Place, ...]]] = {"quantstudio": ((8, 12), (16, 24)), "cfx": ((8, 12),)}
_TASKS: Final[Mapping[str, tuple[str, str]]] = {
    "unknown": ("UNKNOWN", "Unknown"),
    "standard": ("STANDARD", "Standard"),
    "no_template": ("NTC", "NTC"),
    "no_rt": ("UNKNOWN", "NRT"),
}
"""Words of both machines; QuantStudio has none for wells without reverse transcriptase, whose sample's name says it."""
_COLOURS: Final = ((176, 23, 31), (0, 0, 255), (0, 139, 69), (238, 238, 0), (139, 0, 139), (255, 127, 0), (0, 139, 139))
UNITS: Final = {"ng": "nanograms", "pg": "picograms", "copies": "copy number"}
SUFFIX: Final[Mapping[str, str]] = {"quantstudio": ".txt", "cfx": ".csv"}


@dataclass(frozen=True)
class _Reaction:
    well: Place
    sample: str
    gene: str
    task: str
    group: str
    quantity: str


def setup_files(plate_map: PlateMap, machine: Machine, unit: str = "") -> dict[str, str]:
    """The setup file of each plate of a map, by a name for the file.

    Parameters
    ----------
    plate_map
        With a gene, and with a sample or with a subject and condition; a task where wells are no samples.
    machine
        "quantstudio": the table [Sample Setup] as the software exports and imports it. "cfx": a LIMS file of 96 wells.
    unit
        Of the quantities of standards: ng, pg or copies; empty where it is not known, and is then empty in the file.

    Raises
    ------
    InputError
        If the map has no gene, a used well has no gene or no sample, a word for a task is not known, or the machine has
        no plate of this size.
    """
    one_of("machine", machine, MACHINES)
    meanings = plate_map.meanings
    if "gene" not in meanings:
        there = ", ".join(map(repr, plate_map.factors))
        raise InputError(
            f"{plate_map.place}: a setup file of a PCR machine needs a factor gene (or target), there are {there}"
        )
    shape = _shape(plate_map, machine)
    if shape is None:
        sizes = " or ".join(str(rows * columns) for rows, columns in _SHAPES[machine])
        raise InputError(
            f"{plate_map.place}: {machine} takes plates of {sizes} wells, got one of {plate_map.shape[0]} x "
            f"{plate_map.shape[1]}"
        )
    files = {}
    for number, (plate, wells) in enumerate(plate_map.plates.items(), 1):
        reactions = [
            found
            for well, said in sorted(wells.items())
            if (found := _reaction(plate_map, plate, well, said, meanings))
        ]
        name = f"{machine}_{number}{SUFFIX[machine]}"
        if machine == "quantstudio":
            files[name] = _quantstudio(reactions, shape)
        else:
            files[name] = _cfx(plate or plate_map.place, reactions, shape, UNITS.get(unit, ""))
    return files


def takes_plate(plate_map: PlateMap, machine: Machine) -> bool:
    """Whether a machine has plates of the size that a map needs."""
    return _shape(plate_map, machine) is not None


def _shape(plate_map: PlateMap, machine: Machine) -> Place | None:
    rows, columns = plate_map.shape
    return next((one for one in _SHAPES[machine] if one[0] >= rows and one[1] >= columns), None)


def _reaction(
    plate_map: PlateMap, plate: str, well: Place, said: Mapping[str, str], meanings: Mapping[str, str]
) -> _Reaction | None:
    text = {what: said.get(factor, "") for what, factor in meanings.items()}
    task = role_in(said, meanings)
    if task in ("ignored", "plate_calibrator"):
        return None
    place = f"{plate_map.place}: well {well_name(*well)}" + (f" of {plate}" if plate else "")
    if task not in _TASKS:
        raise InputError(f"{place}: task must be unknown, standard, no_template, no_rt or ignored, got {_word(text)!r}")
    if not text["gene"]:
        raise InputError(f"{place}: {meanings['gene']} must not be empty, got nothing")
    parts = [text.get(what, "") for what in ("subject", "cell_line", "condition", "experiment")]
    sample = text.get("sample") or " ".join(filter(None, dict.fromkeys(parts)))
    if not sample and task in ("unknown", "no_rt"):
        raise InputError(f"{place}: a sample needs a name, or a subject and a condition, got neither")
    return _Reaction(
        well, _plain(sample), _plain(text["gene"]), task, _plain(text.get("condition", "")), text.get("quantity", "")
    )


def _word(text: Mapping[str, str]) -> str:
    return text.get("role") or text.get("task", "")


def _plain(text: str) -> str:
    """A name without the signs that part fields and lines in both files."""
    return " ".join("".join(" " if sign in '\t\r\n",' else sign for sign in text).split())


def _quantstudio(reactions: list[_Reaction], shape: Place) -> str:
    samples = {name: at for at, name in enumerate(dict.fromkeys(one.sample for one in reactions if one.sample))}
    genes = {name: at for at, name in enumerate(dict.fromkeys(one.gene for one in reactions))}
    lines = ["[Sample Setup]", "\t".join(QUANTSTUDIO_COLUMNS)]
    for one in reactions:
        sample = "" if one.task == "no_template" else one.sample
        quantity = one.quantity if one.task == "standard" else ""
        fields = (
            str(one.well[0] * shape[1] + one.well[1] + 1),
            well_name(*one.well),
            sample,
            _colour(samples[sample]) if sample else "",
            "",
            "",
            one.gene,
            _colour(genes[one.gene]),
            _TASKS[one.task][0],
            DYE,
            "None",
            quantity,
            "",
        )
        lines.append("\t".join(fields))
    return "\r\n".join(lines) + "\r\n"


def _colour(number: int) -> str:
    red, green, blue = _COLOURS[number % len(_COLOURS)]
    return f'"RGB({red},{green},{blue})"'


def _cfx(plate: str, reactions: list[_Reaction], shape: Place, unit: str) -> str:
    header = (
        ("Plate Header",),
        ("Field", "Data", "", "Instruction"),
        ("Version", "1", "", "Do not modify this field."),
        ("Plate Size", str(shape[0] * shape[1]), "", "Do not modify this field."),
        ("Plate Type", "BR White"),
        ("Scan Mode", "SYBR/FAM Only"),
        ("Units", unit),
        ("Run ID", _plain(plate)),
        ("Run Notes",),
        ("Run Protocol",),
        ("Data File",),
        ("TBD",),
        ("Plate Data", "", "Do not modify this field."),
        CFX_COLUMNS,
    )
    rows = []
    for one in reactions:
        cells = dict.fromkeys(CFX_COLUMNS, "") | {
            "Well": f"{letters_of_row(one.well[0])}{one.well[1] + 1:02d}",
            "Ch1 Dye": DYE,
            "Sample Type": _TASKS[one.task][1],
            "Sample Name": one.sample,
            "Ch1 Target Name": one.gene,
            "Biological Set Name": one.group,
            "Ch1 Quantity": one.quantity if one.task == "standard" else "",
        }
        rows.append([cells[name] for name in CFX_COLUMNS])
    width = len(CFX_COLUMNS)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([*line, *[""] * (width - len(line))] for line in header)
    writer.writerows(rows)
    return text.getvalue()
