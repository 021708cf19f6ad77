"""One reaction of an instrument's export, and all reactions of a run: what every reader of an export returns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from lensim.checks import FaultReport, InputError
from lensim.tables.well_names import parse_well_name

Task = Literal["unknown", "standard", "no_template", "no_rt", "plate_calibrator"]

DEFAULT_CYCLE_LIMIT: Final = 40.0
"""Cycles run, where neither the file nor the user says."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction: one gene in one well. Texts are empty where the file has none.

    Attributes
    ----------
    plate, well
        Where it ran; the well as the file writes it.
    sample, gene
        What was in it, and what was asked of it.
    task
        "unknown" (a sample), "standard" (a point of a dilution series), "no_template", "no_rt" (RNA without reverse
        transcriptase, which shows genomic DNA), or "plate_calibrator" (one sample
        that is on all plates).
    ct_cycles
        Ct [cycles]; None = run and not detected.
    quantity
        Of a standard, in the unit of its run; None where the file states none, and for all other tasks.
    place, line_number
        The file, and the line or row in it; 0 where a file has no lines.
    """

    plate: str
    well: str
    sample: str
    gene: str
    task: Task
    ct_cycles: float | None
    quantity: float | None
    place: str
    line_number: int

    def __str__(self) -> str:
        parts = (f"plate {self.plate}" * bool(self.plate), f"well {self.well}" * bool(self.well), self.gene)
        return ", ".join(part for part in parts if part) or "the reaction"


@dataclass(frozen=True)
class Reactions:
    """All reactions of one or several runs on one kind of instrument.

    Attributes
    ----------
    instrument
        Name of the format.
    paths
        Names of the files.
    reactions
        In the order of the files and their rows.
    ignored
        Wells left out because the file calls them omitted, not in use, empty or a control of another kind.
    without_result
        Wells left out because the file gives neither a Ct nor a word for "not detected", as for omitted wells.
    cycle_limit
        Cycles run, where the file or the user says; None = not known.
    quantity_unit
        Unit of the standards' quantities, where the file says.
    notes
        Sentences on what was read otherwise than it is written, or left out, each with its file.
    """

    instrument: str
    paths: tuple[str, ...]
    reactions: tuple[Reaction, ...]
    ignored: int = 0
    without_result: int = 0
    cycle_limit: float | None = None
    quantity_unit: str = ""
    notes: tuple[str, ...] = ()

    def summary(self) -> dict[str, int]:
        """Counts: plates, wells, genes and samples by name; detected and not detected of all reactions; and by task."""
        detected = sum(reaction.ct_cycles is not None for reaction in self.reactions)
        return {
            "plates": len({reaction.plate for reaction in self.reactions}),
            "wells": len({(r.plate, _place_on_plate(r.well) or at) for at, r in enumerate(self.reactions)}),
            "reactions": len(self.reactions),
            "genes": len({reaction.gene for reaction in self.reactions} - {""}),
            "samples": len({reaction.sample for reaction in self.reactions if reaction.task == "unknown"} - {""}),
            "detected": detected,
            "not_detected": len(self.reactions) - detected,
            "unknowns": sum(reaction.task == "unknown" for reaction in self.reactions),
            "standards": sum(reaction.task == "standard" for reaction in self.reactions),
            "no_template": sum(reaction.task == "no_template" for reaction in self.reactions),
            "no_rt": sum(reaction.task == "no_rt" for reaction in self.reactions),
            "ignored": self.ignored,
            "without_result": self.without_result,
        }

    def amplified_without_template(self) -> list[tuple[str, str, float]]:
        """Gene, plate and Ct [cycles] of each reaction without template that has one, the earliest first."""
        found = [(r.gene, r.plate, r.ct_cycles) for r in self.reactions if r.task == "no_template" and r.ct_cycles]
        return sorted(found, key=lambda one: one[2])


def _place_on_plate(well: str) -> object:
    """A key that is the same for two spellings of one well; None for a well without a name."""
    return parse_well_name(well) or well.casefold() or None


def same_well(one: str, other: str) -> bool:
    """Whether two names, such as A1 and a01, are one well."""
    return _place_on_plate(one) == _place_on_plate(other)


def well_key(reaction: Reaction) -> tuple[str, object, str]:
    """Plate, well and gene: what appears only once in a study. A well of several dyes has several genes."""
    return reaction.plate, _place_on_plate(reaction.well), reaction.gene


def check_no_well_twice(reactions: Iterable[Reaction], faults: FaultReport) -> None:
    """Note each reaction whose plate, well and gene appeared before; wells without a name are not compared."""
    first: dict[tuple[str, object, str], Reaction] = {}
    for reaction in reactions:
        if not reaction.well:
            continue
        before = first.setdefault(well_key(reaction), reaction)
        if before is not reaction:
            file = before.place if before.place != reaction.place or not before.line_number else ""
            line = f"{faults.unit} {before.line_number}" if before.line_number else ""
            faults.add(
                f"{reaction} is also on {' '.join(part for part in (file, line) if part)}",
                line=reaction.line_number or None,
                place=reaction.place,
            )


def one_of_all[T](values: Iterable[T | None], what: str, place: str) -> T | None:
    """The value on which all files that have one agree; None where no file has one.

    Raises
    ------
    InputError
        If they differ.
    """
    said = list(dict.fromkeys(value for value in values if value is not None))
    if len(said) > 1:
        raise InputError(f"{place}: all files must have one {what}, got {' and '.join(map(str, said))}")
    return said[0] if said else None
