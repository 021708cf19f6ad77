"""Wells that checks name, as a table of exclusions whose reasons a person has to fill."""

from typing import Final

import numpy as np
import pandas as pd

from lensim.qc.finding import Checked
from lensim.qc.run import UNNAMED, Run
from lensim.qc.wells import Wells

OF_RUN: Final = ("plate", "well", "target", "sample", "task")
OF_PLATES: Final = ("plate", "well", "cell_line", "compound", "dose_um", "dose")
FOR_PEOPLE: Final = ("check", "found", "reason")


def candidates(checked: Checked, of: Run | Wells) -> pd.DataFrame:
    """Wells of findings that do not pass, a row each: where they are, the check, what it found, and an empty reason.

    It is read as a file of exclusions once a person has written a reason in each line that is to stay, and has deleted
    the others: a line without a reason is refused. Wells whose names fit other wells too, such as replicates that the
    data give no well, are not in the table: see `not_in_table`.

    Parameters
    ----------
    checked
        What checks found.
    of
        What they looked at.
    """
    rows = [
        _names(of, at) | {name: "; ".join(dict.fromkeys(said)) for name, said in told.items()} | {"reason": ""}
        for at, told in sorted(_found(checked).items())
        if _is_alone(of, at)
    ]
    columns = [*(OF_RUN if isinstance(of, Run) else OF_PLATES), *FOR_PEOPLE]
    table = pd.DataFrame(rows, columns=columns).fillna("")
    return table[[name for name in columns if name in FOR_PEOPLE or (table[name].astype(str) != "").any()]]


def not_in_table(checked: Checked, of: Run | Wells) -> str:
    """How many wells that checks name are not among the `candidates`, and why; empty where all are.

    Parameters
    ----------
    checked
        What checks found.
    of
        What they looked at.
    """
    number = sum(not _is_alone(of, at) for at in _found(checked))
    if not number:
        return ""
    wells = "1 well that checks name is" if number == 1 else f"{number} wells that checks name are"
    return f"{wells} not in the file, because the data do not name wells: add a column well"


def _found(checked: Checked) -> dict[int, dict[str, list[str]]]:
    """The checks of each well of findings that do not pass, and what they found."""
    found: dict[int, dict[str, list[str]]] = {}
    for finding in checked.findings:
        if finding.status == "pass":
            continue
        for at in finding.wells:
            row = found.setdefault(at, {"check": [], "found": []})
            row["check"].append(finding.check)
            row["found"].append(finding.reason)
    return found


def _names(of: Run | Wells, at: int) -> dict[str, str]:
    return _of_run(of, at) if isinstance(of, Run) else _of_plates(of, at)


def _is_alone(of: Run | Wells, at: int) -> bool:
    """Whether a line with the names of a well fits no other well."""
    names = {what: text for what, text in _names(of, at).items() if text}
    if "well" in names:
        return True
    if isinstance(of, Run):
        same = (of.plate == of.plate[at]) & (of.sample == of.sample[at]) & (of.task == of.task[at])
        return "sample" in names and int(np.sum(same & ((of.gene == of.gene[at]) | ("target" not in names)))) == 1
    same = (of.plate == of.plate[at]) & (of.line == of.line[at]) & np.isclose(of.dose_um, of.dose_um[at], 1e-6, 0.0)
    return int(np.sum(same & ((of.compound == of.compound[at]) | ("compound" not in names)))) == 1


def _of_run(run: Run, at: int) -> dict[str, str]:
    well, sample = str(run.well[at]), str(run.sample[at])
    gene = "" if run.gene[at] == UNNAMED else str(run.gene[at])
    named = {"plate": str(run.plate[at]), "well": well, "target": gene}
    return named if well else named | {"sample": sample, "task": str(run.task[at])}


def _of_plates(wells: Wells, at: int) -> dict[str, str]:
    name = str(wells.name[at])
    named = {"plate": wells.plates[wells.plate[at]], "well": name}
    if name:
        return named
    line = wells.lines[wells.line[at]]
    dose = "dose_um" if wells.dose_unit == "uM" else "dose"
    return named | {"cell_line": line, "compound": str(wells.compound[at]), dose: f"{wells.dose_um[at]:.9g}"}
