"""Wells that checks name, as a table of exclusions whose reasons a person has to fill."""

from typing import Final

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
    the others: a line without a reason is refused.

    Parameters
    ----------
    checked
        What checks found.
    of
        What they looked at.
    """
    found: dict[int, dict[str, list[str]]] = {}
    for finding in checked.findings:
        if finding.status == "pass":
            continue
        for at in finding.wells:
            row = found.setdefault(at, {"check": [], "found": []})
            row["check"].append(finding.check)
            row["found"].append(finding.reason)
    rows = []
    for at, told in sorted(found.items()):
        names = _of_run(of, at) if isinstance(of, Run) else _of_plates(of, at)
        if names.get("well") or names.get("sample") or names.get("cell_line"):
            rows.append(names | {name: "; ".join(dict.fromkeys(said)) for name, said in told.items()} | {"reason": ""})
    columns = [*(OF_RUN if isinstance(of, Run) else OF_PLATES), *FOR_PEOPLE]
    table = pd.DataFrame(rows, columns=columns).fillna("")
    return table[[name for name in columns if name in FOR_PEOPLE or (table[name].astype(str) != "").any()]]


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
