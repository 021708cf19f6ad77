"""The workbook of a checklist: items, what is blank, answers to fill, and the tables that items point to."""

import json
from typing import Any, Final

import pandas as pd
import xarray as xr

from lensim.checks import InputError
from lensim.inference.priors import priors_of
from lensim.inference.verdict import verdict_of
from lensim.miqe.answers import template_of
from lensim.miqe.checklist import SOURCES
from lensim.miqe.fill import BY_NATURE, Checklist
from lensim.miqe.methods import NO_GUIDELINE
from lensim.miqe.quantities import quantities_table
from lensim.miqe.study import Study, flat
from lensim.record import object_of
from lensim.tables.excluded_record import table_of_excluded
from lensim.workbook_file import SheetTable

OF_SETTINGS: Final[tuple[str, ...]] = ("assay", "model", "model_reason", "engine", "lensim_version", "seed", "attempts")
TABLES_SHOWN: Final = {"populations": "populations", "references": "references", "outlying_reactions": "outlying"}


def workbook_of_checklist(checklist: Checklist) -> list[SheetTable]:
    """Sheets miqe (or methods), blank, answers, settings; of RT-qPCR quantities, standards and tables that items name.

    Intervals are those of the checklist.
    """
    study = checklist.fit
    blank = checklist.blank.assign(
        why=[
            "the bench alone knows it" if row["status"] == BY_NATURE else row["lacks"]
            for _, row in checklist.blank.iterrows()
        ]
    )
    name, source = ("miqe", SOURCES) if isinstance(study, Study) else ("methods", NO_GUIDELINE)
    sheets = [
        SheetTable(name, checklist.table, note=f"{source} {checklist.sentence}."),
        SheetTable("blank", blank[["item", "section", "asked", "importance", "why"]]),
        SheetTable(
            "answers", template_of(checklist), note="Fill the column answer, and give this file as the answers."
        ),
    ]
    excluded = table_of_excluded(study.data)
    if len(excluded):
        sheets.append(SheetTable("excluded", excluded, note="Left out before the fit, as a person's file says."))
    settings = settings_sheet(study.result)
    if not isinstance(study, Study):
        return [*sheets, settings]
    note = f"{study.ci_prob:.0%} prediction intervals; Cts as read."
    tables = [("quantities", quantities_table(study), note), ("standards", study.standards, "95% intervals.")]
    sheets += [SheetTable(name, table, note=words) for name, table, words in tables if len(table)]
    sheets += [
        SheetTable(name, study.tables[own].frame, study.tables[own].units, study.tables[own].caption)
        for own, name in TABLES_SHOWN.items()
        if own in study.tables
    ]
    return [*sheets, settings]


def settings_sheet(result: xr.DataTree) -> SheetTable:
    """What a fit was made with: version, seed, model, engine, settings, priors, files and verdict, a row each."""
    rows = [(str(name), str(result.attrs[name])) for name in OF_SETTINGS if name in result.attrs]
    settings = object_of(result.attrs.get("settings", "{}"), "attrs['settings'] of a result", "settings")
    rows += [(f"settings {name}", _text(value)) for name, value in flat(settings, " ")]
    try:
        rows += [(f"prior {name}", _text(value)) for name, value in flat(priors_of(result), " ")]
    except InputError:
        rows.append(("priors", "not in this result"))
    attrs = result["observations"].attrs if "observations" in result.children else {}
    rows += [(name, str(attrs[name])) for name in ("source", "instrument") if attrs.get(name)]
    rows.append(("verdict", verdict_of(result).sentence()))
    return SheetTable("settings", pd.DataFrame(rows, columns=["what", "value"]))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
