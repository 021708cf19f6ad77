"""The QC of the run as a part of a fit's section: each check with its status and what it does to the result."""

from typing import Final

import pandas as pd
import xarray as xr

from lensim.checks import InputError
from lensim.inference.observations import OBSERVATIONS, observations_of
from lensim.qc.finding import Checked, Status
from lensim.qc.study import check_study
from lensim.qc.words import in_words, measured
from lensim.report.page import Mark, PageTable, Section, State
from lensim.tables.excluded_record import table_of_excluded, told_of_excluded

STATES: Final[dict[Status, State]] = {"pass": "yes", "look": "open", "fail": "no"}
TITLE: Final = "QC of the run"


def run_qc_section(result: xr.DataTree, key: str) -> Section | None:
    """Checks of the observed data that a result carries, and what was excluded; None where there is nothing to check.

    Parameters
    ----------
    result
        A fit.
    key
        Address of the section.
    """
    if OBSERVATIONS not in result.children:
        return None
    try:
        data = observations_of(result)
        found = check_study(data)
    except InputError:  # of another assay, of ratios, or of another package's data
        return None
    excluded = table_of_excluded(data)
    said = told_of_excluded(data) or ("No well was excluded by a file.",)
    tables = [PageTable(_by_check(found), "Checks of the data that were fitted", source="", is_open=True)]
    odd = in_words(found)
    if len(odd):
        shown = odd.assign(status=odd["status"].map(_mark))
        tables.append(PageTable(shown, "What a person should look at, and what it does to the result", is_open=True))
    if len(excluded):
        tables.append(PageTable(excluded.drop(columns="sha256"), "Excluded before the fit", is_open=True))
    tables.append(PageTable(_every(found), "Every finding"))
    return Section(
        key,
        TITLE,
        lead=(f"{found.sentence[:1].upper()}{found.sentence[1:]}.", *map(_sentence, said)),
        findings=tuple(f"Not checked: {one}." for one in found.not_checked),
        tables=tuple(tables),
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _mark(status: Status) -> Mark:
    return Mark(STATES[status], status)


def _by_check(found: Checked) -> pd.DataFrame:
    """A row a check: its worst status, how many places have which, and the first effect that it has."""
    table = found.summary()
    effects = [
        next((one.effect for one in found.findings if one.check == check and one.status == status), "")
        for check, status in zip(table["check"], table["status"], strict=True)
    ]
    return table.assign(status=table["status"].map(_mark), effect=effects)


def _every(found: Checked) -> pd.DataFrame:
    rows = [
        {"check": one.check, "place": one.place, "status": _mark(one.status), "value": measured(one)}
        | {"why": one.reason, "effect": one.effect}
        for one in found.findings
    ]
    return pd.DataFrame(rows)
