"""Lines that were made from another line of the study, such as LP1-LR from LP-1: the parent of each line."""

import difflib
from collections.abc import Sequence

from lensim.checks import FaultReport
from lensim.dose_response.read.wells import Well
from lensim.tables.choice import shown_values


def parents_of(wells: Sequence[Well], faults: FaultReport) -> dict[str, str]:
    """The parent of each line that has one, by the name of the line.

    A well with an empty cell says nothing; a line whose own name stands there has no parent. A column of that name with
    nothing like a line in it is of something else, and not used.

    Parameters
    ----------
    wells
        As read.
    faults
        Gets a line with two parents, a parent that is no line of the study, and a line that is its own ancestor.
    """
    lines = list(dict.fromkeys(well.cell_line for well in wells if well.role != "blank"))
    named = dict.fromkeys(well.parent for well in wells if well.parent)
    if named and not any(difflib.get_close_matches(name, lines, n=1) for name in named):
        faults.tell(
            f"the column parent ({shown_values(list(named))}) names no cell line of the study, so it is not used"
        )
        return {}
    first: dict[str, Well] = {}
    for well in wells:
        if not well.parent or well.parent == well.cell_line:
            continue
        before = first.setdefault(well.cell_line, well)
        if before is well and well.parent not in lines:
            close = difflib.get_close_matches(well.parent, lines, n=1)
            meant = f"write {close[0]}, if that is meant, or leave" if close else "leave"
            _note(
                f"parent of {well.cell_line} must be a cell line of the study ({shown_values(lines)}), got "
                f"{well.parent}: {meant} the cell empty",
                well,
                faults,
            )
        elif before.parent != well.parent:
            _note(
                f"parent of {well.cell_line} must be one line, got {before.parent} (line {before.line}) and "
                f"{well.parent}: write one of them in all rows of {well.cell_line}",
                well,
                faults,
            )
            break
    found = {line: well.parent for line, well in first.items()}
    if (own := next((line for line in found if _is_own_ancestor(line, found)), None)) is not None:
        _note(
            f"parent must lead to the line that a line was made from, got {own} among its own ancestors: leave the "
            "cells of the oldest line empty",
            first[own],
            faults,
        )
    return found


def _is_own_ancestor(line: str, parent_of: dict[str, str]) -> bool:
    seen, at = set[str](), parent_of.get(line, "")
    while at and at not in seen:
        if at == line:
            return True
        seen.add(at)
        at = parent_of.get(at, "")
    return False


def _note(rule: str, well: Well, faults: FaultReport) -> None:
    faults.add(rule, line=well.line, place=well.place)
