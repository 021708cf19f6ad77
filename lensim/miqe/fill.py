"""The checklist of a fit: each item with what is known of it, and the items that nobody has filled, listed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.miqe import analysis, methods, validation
from lensim.miqe.checklist import ITEMS, Item
from lensim.miqe.methods import METHODS, Panel
from lensim.miqe.study import Fact, Study, listed
from lensim.plain_text import shown_kind

FILLED: Final = "filled"
IN_PART: Final = "filled in part"
ANSWERED: Final = "answered"
BY_NATURE: Final = "blank: known at the bench alone"
BLANK: Final = "blank: not in this fit"
STATUSES: Final = (FILLED, IN_PART, ANSWERED, BY_NATURE, BLANK)
COLUMNS: Final = ("item", "section", "asked", "importance", "source", "status", "value", "lacks", "answer")
FACTS: Final = {**validation.FACTS, **analysis.FACTS}


@dataclass(frozen=True)
class Checklist:
    """The items of the guideline as filled.

    Attributes
    ----------
    table
        One row an item: item (its name), section, asked, importance (E, D or empty), source (2009 or 2.0), status,
        value (of the fit), lacks (what is to be added, or why it is blank), answer (of the user).
    fit
        What it was filled from.
    """

    table: pd.DataFrame
    fit: Study | Panel

    @property
    def counts(self) -> dict[str, int]:
        """Items of each status."""
        return {status: int((self.table["status"] == status).sum()) for status in STATUSES}

    @property
    def blank(self) -> pd.DataFrame:
        """Items that nobody has filled."""
        return self.table[self.table["status"].isin((BY_NATURE, BLANK))]

    @property
    def sentence(self) -> str:
        """How many items are filled and how many not, in words."""
        counts = self.counts
        essential = int((self.blank["importance"] == "E").sum())
        of_these = f" ({essential} of the blank are essential)" if (self.table["importance"] == "E").any() else ""
        return (
            f"{len(self.table)} items: {counts[FILLED]} filled from the fit and {counts[IN_PART]} in part, "
            f"{counts[ANSWERED]} answered by you; blank are {counts[BY_NATURE]} that the bench alone knows and "
            f"{counts[BLANK]} that this fit does not have{of_these}"
        )


def checklist_of(
    result: xr.DataTree,
    *,
    ci_prob: float = 0.9,
    answers: Mapping[str, str] | None = None,
    rdml: str = "",
    power: str = "",
) -> Checklist:
    """Fill the MIQE checklist of an RT-qPCR fit, or the methods sheet of a dose-response fit.

    Parameters
    ----------
    result
        A fit.
    ci_prob
        Probability inside intervals.
    answers
        Of the user, by names of items.
    rdml
        Name of the RDML file that is written beside; empty where none is.
    power
        What a power analysis of the study found, in sentences; empty where none is named.

    Raises
    ------
    InputError
        If the fit is of another assay.
    """
    items = items_of(result)
    fit: Study | Panel
    if items is ITEMS:
        fit = study = Study(result, ci_prob)
        facts = [_fact(item, study, rdml, power) for item in items]
    else:
        fit = panel = Panel(result, ci_prob)
        facts = [methods.FACTS[item.name](panel) if item.name in methods.FACTS else Fact() for item in items]
    rows = [_row(item, fact, (answers or {}).get(item.name, "")) for item, fact in zip(items, facts, strict=True)]
    return Checklist(pd.DataFrame(rows, columns=list(COLUMNS)), fit)


def items_of(result: xr.DataTree) -> tuple[Item, ...]:
    """The items that a fit is asked: those of MIQE, or of the methods sheet.

    Raises
    ------
    InputError
        If the fit is of neither assay.
    """
    assay = result.attrs.get(v.ASSAY, "")
    if assay == v.EXPRESSION:
        return ITEMS
    if assay == v.DOSE_RESPONSE:
        return METHODS
    raise InputError(
        f"lensim miqe takes fits of {v.EXPRESSION} and of {v.DOSE_RESPONSE}, got one of {shown_kind(assay)}"
    )


def _fact(item: Item, study: Study, rdml: str, power: str) -> Fact:
    if item.name == "analysis.power" and power:
        return Fact(power)
    if item.name == "analysis.rdml" and rdml:
        return Fact(f"Cq as RDML in {rdml}", "where it was submitted")
    return FACTS[item.name](study) if item.name in FACTS else Fact()


def _row(item: Item, fact: Fact, answer: str) -> dict[str, str]:
    if fact.value:
        status = FILLED if answer or not fact.lacks else IN_PART
    else:
        status = ANSWERED if answer else BY_NATURE if item.known == "bench" else BLANK
    return {
        "item": item.name,
        "section": item.section,
        "asked": item.words,
        "importance": item.importance,
        "source": item.source,
        "status": status,
        "value": fact.value,
        "lacks": "" if answer else fact.lacks,
        "answer": answer,
    }


def told_of_blank(checklist: Checklist) -> list[str]:
    """The blank items: a sentence for each that this fit does not have, and one for those of the bench."""
    of_fit, of_bench = (checklist.table[checklist.table["status"] == status] for status in (BLANK, BY_NATURE))
    said = [f"{row['asked']}: blank, {row['lacks']}" for _, row in of_fit.iterrows()]
    if len(of_bench):
        by_section = of_bench.groupby("section", sort=False)["asked"].count()
        counts = listed(f"{section} {number}" for section, number in by_section.items())
        said.append(f"blank, known at the bench alone: {counts}")
    return said
