"""Match reactions with the rows of the sample sheet; whatever has no match is reported, on both sides."""

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Final, Literal

from lensim.checks import FaultReport
from lensim.expression.read.assigned import Assigned
from lensim.expression.read.reactions import Reaction, Reactions, same_well
from lensim.expression.read.role_names import roles_by_name, told_of_roles
from lensim.expression.read.sample_sheet import SampleSheet, SheetRow
from lensim.plain_text import first_names

Unlisted = Literal["refuse", "ignore"]

SHOWN_NAMES: Final = 6


def match_sheet(
    reactions: Reactions, sheet: SampleSheet, unlisted: Unlisted, faults: FaultReport
) -> tuple[list[Assigned], int, list[str]]:
    """Every reaction with its row of the sheet, how many are left out, and what is to be told of it.

    Parameters
    ----------
    unlisted
        What becomes of a sample's reaction that the sheet does not have: "refuse" or "ignore".
    """
    by_sample: defaultdict[str, list[SheetRow]] = defaultdict(list)
    by_well: list[SheetRow] = []
    for listed in sheet.rows:
        (by_well if listed.well else by_sample[listed.sample]).append(listed)
    _check_plates(reactions, by_well, faults, sheet.place)
    used: set[int] = set()
    assigned: list[Assigned] = []
    twice: defaultdict[tuple[int, int], list[Reaction]] = defaultdict(list)
    ignored, missing = 0, defaultdict[str, list[Reaction]](list)
    roles = roles_by_name((reaction.sample, reaction.ct_cycles) for reaction in reactions.reactions)
    by_name, unlisted_samples = Counter[str](), list[str]()
    for reaction in reactions.reactions:
        own = [row for row in by_well if _is_for_well(row, reaction)]
        own += [row for row in by_sample.get(reaction.sample, ()) if _is_for_plate_and_gene(row, reaction)]
        used.update(row.line for row in own)
        if len(own) > 1:
            twice[own[0].line, own[1].line].append(reaction)
            continue
        row = own[0] if own else None
        task = (row.task if row else None) or reaction.task
        if task == "unknown" and reaction.sample in roles and not (row and row.subject):
            task = roles[reaction.sample]
            by_name[reaction.sample] += 1
        if row is None and task == "unknown" and unlisted == "ignore":
            unlisted_samples.append(reaction.sample)
        if task == "ignored" or (row is None and task == "unknown" and unlisted == "ignore"):
            ignored += 1
        elif row is None and task == "unknown":
            missing[reaction.sample or f"(none, well {reaction.well} of plate {reaction.plate})"].append(reaction)
        else:
            assigned.append(_assign(reaction, row, task, sheet))
    _tell_twice(twice, sheet, faults)
    _tell_missing(missing, sheet, faults)
    idle = [listed for listed in sheet.rows if listed.line not in used]
    told = told_of_roles(by_name, roles, sheet.place)
    if missing or unlisted_samples or not assigned:  # a name that is written otherwise in the sheet
        for listed in idle:
            faults.add(f"the row ({listed}) matches no reaction", line=listed.line, place=sheet.place)
    elif idle:
        told.append(
            f"{sheet.place}: rows of the sheet without a reaction that counts: {first_names(idle, SHOWN_NAMES, '; ')}"
        )
    if unlisted_samples:
        names = list(dict.fromkeys(unlisted_samples))
        more = ", ..." * (len(names) > SHOWN_NAMES)
        told.append(
            f"{sheet.place}: {len(unlisted_samples)} reactions of {len(names)} samples without a row left out: "
            f"{', '.join(repr(name) for name in names[:SHOWN_NAMES])}{more}"
        )
    return assigned, ignored, told


def _is_for_plate_and_gene(row: SheetRow, reaction: Reaction) -> bool:
    plate_fits = not row.plate or row.plate == reaction.plate
    return plate_fits and (not row.gene or not reaction.gene or row.gene == reaction.gene)


def _is_for_well(row: SheetRow, reaction: Reaction) -> bool:
    return _is_for_plate_and_gene(row, reaction) and same_well(row.well, reaction.well)


def _check_plates(reactions: Reactions, by_well: list[SheetRow], faults: FaultReport, place: str) -> None:
    """A row for a well must say its plate where there are several."""
    plates = list(dict.fromkeys(reaction.plate for reaction in reactions.reactions))
    nowhere = [row for row in by_well if not row.plate]
    if len(plates) > 1 and nowhere:
        faults.add(
            f"the row ({nowhere[0]}) must name its plate, since there are {len(plates)}: {', '.join(plates[:6])}"
            + ", ..." * (len(plates) > 6),
            line=nowhere[0].line,
            place=place,
        )


def _tell_twice(twice: dict[tuple[int, int], list[Reaction]], sheet: SampleSheet, faults: FaultReport) -> None:
    """Two rows of a sheet that claim the same reactions are one fault, however many reactions there are."""
    for (before, line), reactions in twice.items():
        first, others = reactions[0], len(reactions) - 1
        more = f", and so are {others} more" if others else ""
        faults.add(
            f"{first} (sample {first.sample!r}) is assigned twice, by this row and by line {before}{more}",
            line=line,
            place=sheet.place,
        )


def _tell_missing(missing: dict[str, list[Reaction]], sheet: SampleSheet, faults: FaultReport) -> None:
    for sample, reactions in missing.items():
        first = reactions[0]
        faults.add(
            f"sample {sample!r} is missing from {sheet.place} ({len(reactions)} reactions); give it a row, "
            'with the task ignored to leave it out, or leave out all such samples with unlisted="ignore"',
            line=first.line_number,
            place=first.place,
        )


def _assign(reaction: Reaction, row: SheetRow | None, task: str, sheet: SampleSheet) -> Assigned:
    if row is None:
        return Assigned(replace(reaction, task=task), "", "", "", "")  # type: ignore[arg-type]
    known = replace(
        reaction,
        gene=reaction.gene or row.gene,
        task=task,  # type: ignore[arg-type]  # "ignored" has been left out
        quantity=(row.quantity if row.quantity is not None else reaction.quantity) if task == "standard" else None,
    )
    # a name that is one gene's alone, or a well's, says nothing about how many cDNAs there were
    is_named = not row.well and not row.gene and not sheet.pools_names
    return Assigned(
        known,
        row.subject,
        row.cell_type,
        row.condition,
        row.experiment,
        is_named,
        row.is_control,
        (sheet.place, row.line),
    )
