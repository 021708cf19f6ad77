"""The dose-response assay as one value: what `fit`, `summarize`, `report`, `power` and `plan` need of it."""

from typing import Final

import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, Assay, ResultTable
from lensim.dose_response.conditions import has_conditions, summarise_conditions
from lensim.dose_response.estimands import (
    DOSE_UNIT,
    dose_response_estimands,
    judged_estimands,
    summarise_lines,
    summarise_panel,
)
from lensim.dose_response.read import read_dose_response, write_tidy
from lensim.dose_response.remarks import panel_remarks
from lensim.inference.observations import observations_of

REMARKS: Final = "remarks"
HIDDEN: Final = ("ic50_", "ec50", "dose_unit", "hill_slope", "area_over_curve")
"""How names of columns begin that people are not shown."""


def default_model(data: xr.Dataset) -> str:
    """The model that suits a panel: pooled from two lines on, normalised where there are no raw signals."""
    pooling = "hierarchical" if data.sizes[v.CELL_LINE] > 1 else "separate"
    return f"dose_response_{pooling}" + ("" if v.SIGNAL in data else "_normalised")


def estimands(result: xr.DataTree, asked: Asked) -> xr.Dataset:
    """Draws of `dose_response_estimands`, with the remarks on its wells in the attrs."""
    said = panel_remarks(observations_of(result))
    return dose_response_estimands(result, asked.threshold_um).assign_attrs({REMARKS: said})


def tables(estimands: xr.Dataset, asked: Asked) -> tuple[ResultTable, ...]:
    """Lines, and the panel as a whole."""
    unit = estimands.attrs[DOSE_UNIT].name
    lines = summarise_lines(estimands, asked.ci_prob).reset_index()
    panel = summarise_panel(estimands, asked.ci_prob)
    if "condition" in lines:
        lines = lines.assign(cell_line=lines["line"]).drop(columns="line")
    found = [
        ResultTable(
            "lines",
            f"Lines: absolute IC50 as an interval or a bound, {asked.words}",
            lines,
            # said by ic50 in words, or of interest to those who compute with them
            hidden=tuple(str(name) for name in lines if str(name).startswith(HIDDEN)),
            units={"ic50": unit},
        )
    ]
    if has_conditions(estimands) and len(compared := summarise_conditions(estimands, asked.ci_prob)):
        found.append(
            ResultTable(
                "conditions",
                f"Conditions against {estimands.attrs[v.CONTROL]}: ratio of IC50s and difference of inhibition at the "
                f"top dose, {asked.words}; what an experiment does to both alike cancels",
                compared,
                hidden=("ic50_ratio", "ic50_ratio_lower", "ic50_ratio_upper"),
            )
        )
    if len(panel):
        found.append(ResultTable("panel", f"The panel as a whole, {asked.words}", _in_words(panel)))
    return tuple(found)


def _in_words(panel: pd.DataFrame) -> pd.DataFrame:
    """A row a quantity, named in words."""
    table = panel.rename_axis("quantity").reset_index()
    return table.assign(quantity=[str(name).replace("_", " ") for name in table["quantity"]])


def counts(data: xr.Dataset) -> str:
    """Numbers of what is fitted, for the head of a result."""
    return f"{data.sizes[v.WELL]} wells, {data.sizes[v.CELL_LINE]} lines"


def notes(data: xr.Dataset) -> tuple[str, ...]:
    """What the reader understood or left out, and what the wells say against the model."""
    said = tuple(str(data.attrs.get(v.NOTES, "")).splitlines())
    saturated, untreated = (int(data.attrs.get(name, 0)) for name in ("wells_saturated", "wells_saturated_untreated"))
    if saturated:
        said += (
            f"wells in which the reader was saturated are left out ({saturated}, {untreated} of them untreated): they "
            "were the highest ones, so the level of untreated wells comes out too low and IC50s too high; read again "
            "with less gain or a shorter integration time",
        )
    return (*said, *panel_remarks(data))


ASSAY: Final = Assay(
    name="dose_response",
    title="IC50 of cell lines",
    read=read_dose_response,
    recognises=lambda data: v.DOSE in data,
    default_model=default_model,
    estimands=estimands,
    judged=judged_estimands,
    tables=tables,
    counts=counts,
    notes=notes,
    remarks=lambda estimands: tuple(estimands.attrs[REMARKS]),
    write=write_tidy,
    has_threshold=True,
)
