"""RDML, the exchange format of qPCR: XML, by itself or in a zip archive, versions 1.0 to 1.4."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.expression.read.rdml_archive import pieces_of
from lensim.expression.read.rdml_document import Document, Run, Sample, read_document
from lensim.expression.read.standard_names import stated_in
from lensim.expression.read.tasks import TaskOrIgnored, task_of
from lensim.expression.read.understand import FileReactions, Manner, RawRow, understand
from lensim.tables.number_text import parse_number, whole_number
from lensim.tables.well_names import parse_well_name, well_name

INSTRUMENT: Final = "RDML"
EXCLUDED: Final = "excluded"
NOT_DETECTED: Final = "not detected"
_SIGNS: Final = (0.0, 100.0)
"""Numbers that programs write for a cq that is none, besides -1."""


def read_rdml(raw: bytes, plate: str, faults: FaultReport, *, cycle_limit: float | None) -> FileReactions:
    """Read all runs of a file, each a plate.

    A cq of -1 is not detected; so are 0, 100 and NaN, as some programs write it, and one at the last cycle that has a
    fluorescence, which is the cycle limit. A reaction without a cq is not analysed, and has no result. A reaction that
    the operator excluded is ignored.

    Raises
    ------
    InputError
        If the file is damaged, no RDML, has no reactions, or none of them is analysed.
    """
    document = _load(raw, faults.place)
    last_cycle = max(run.last_cycle for run in document.runs)
    found = [one for run in document.runs for one in _rows(run.name or plate, run, document.samples, faults)]
    if not found:
        raise InputError(f"{faults.place}: the RDML file has no reactions with data")
    kept = [row for row, _ in found if row.task != "ignored"]
    if kept and not any(row.ct for row in kept):
        faults.raise_if_any()
        raise InputError(
            f"{faults.place}: none of the {len(kept)} reactions has a cq, so the run is not analysed yet: analyse it "
            "in the program of the machine, and export it again"
        )
    manner = Manner(
        "cq",
        "the sample's quantity",
        "no result",
        is_empty_told=True,
        decimal=".",
        file_limit=last_cycle or None,
        stated_limit=cycle_limit,
    )
    notes = [f"{faults.place}: {note}" for note in _notes(found, document.factors)]
    return understand([row for row, _ in found], INSTRUMENT, manner, faults, _unit(document.samples), notes=notes)


def _notes(found: Sequence[tuple[RawRow, str]], factors: Mapping[str, str]) -> Iterator[str]:
    """What was read otherwise than it is written."""
    if excluded := sum(sign == EXCLUDED for _, sign in found):
        yield f"{_reactions(excluded)} excluded by the operator left out"
    signs = Counter(sign for row, sign in found if sign and row.task != "ignored")
    for sign, number in signs.items():
        yield f"{_reactions(number)} with a cq of {sign} read as not detected"
    without = [row for row, _ in found if row.task != "ignored" and not row.ct]
    if without:
        where = ", ".join(dict.fromkeys(f"{row.gene} on plate {row.plate}" for row in without))
        yield f"{_reactions(len(without))} without a cq left out, as not analysed ({where})"
    if factors:
        stated = ", ".join(f"{target} {factor}" for target, factor in factors.items())
        yield f"the efficiencies in the file are not used ({stated}): state amplification factors with factors="


def _reactions(number: int) -> str:
    return "1 reaction" if number == 1 else f"{number} reactions"


def _load(raw: bytes, place: str) -> Document:
    """What the file says, with runs of one name told apart."""
    document = read_document(pieces_of(raw, place), place)
    if not document.runs:
        raise InputError(f"{place}: the RDML file has no run")
    return replace(document, runs=_named_apart(document.runs))


def _named_apart(runs: Sequence[Run]) -> list[Run]:
    """Runs of one name, in different experiments, are numbered."""
    seen: dict[str, int] = {}
    named = []
    for run in runs:
        number = seen[run.name] = seen.get(run.name, 0) + 1
        named.append(replace(run, name=f"{run.name} ({number})") if run.name and number > 1 else run)
    return named


def _well(react: str, columns: int) -> str:
    if columns and 1 <= (number := whole_number(react) or 0) <= 32 * 48:
        name = well_name(*divmod(number - 1, columns))
        return name if parse_well_name(name) else react
    return react


def _rows(plate: str, run: Run, samples: Mapping[str, Sample], faults: FaultReport) -> Iterator[tuple[RawRow, str]]:
    """Each reaction, and a sign by which it says that it is excluded, or not detected in an unusual way."""
    for one in run.reactions:
        well, about = _well(one.react.strip(), run.columns), samples.get(one.sample)
        if about is None:
            faults.add(f"plate {plate}, well {well}: the sample {one.sample!r} is not described in the file")
            continue
        word = about.types.get(one.target, about.types.get("", ""))
        task: TaskOrIgnored | None = task_of(word)
        if task is None:
            faults.add(f"plate {plate}, well {well}: the type of sample {one.sample!r} is not known, got {word!r}")
            continue
        quantity = about.quantities.get(one.target, about.quantities.get("", ""))
        cq, sign = _cq(one.cq)
        if one.excluded.strip().lower() not in ("", "false", "0"):
            task, sign = "ignored", EXCLUDED
        yield RawRow(0, plate, well, _name(one.sample, task, quantity), one.target, task, cq, quantity), sign


def _name(sample: str, task: TaskOrIgnored, quantity: str) -> str:
    """A name, without the quantity that it states behind where that is the sample's."""
    stated = stated_in(sample) if task == "standard" else None
    return stated.name if stated and parse_number(quantity, ".") == stated.quantity else sample


def _unit(samples: Mapping[str, Sample]) -> str:
    """The unit of the quantities where it is one: as names of standards state it, else as RDML has it."""
    standards = [name for name, one in samples.items() if "standard" in map(task_of, one.types.values())]
    named = {stated.unit for name in standards if (stated := stated_in(name)) and stated.unit}
    units = named or {unit for sample in samples.values() for unit in sample.units}
    return units.pop() if len(units) == 1 else ""


def _cq(text: str) -> tuple[str, str]:
    """Text of a cq, and the sign by which it is not detected where that is not -1; empty text where there is none."""
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return text, ""
    if number == -1:
        return NOT_DETECTED, ""
    return (NOT_DETECTED, f"{number:g}") if math.isnan(number) or number in _SIGNS else (text, "")
