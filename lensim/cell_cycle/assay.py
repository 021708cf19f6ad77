"""The cell cycle as one value: what `fit`, `summarize` and `report` need of it."""

from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, Assay, ResultTable
from lensim.cell_cycle.density import DENSITIES
from lensim.cell_cycle.estimands import (
    CHANGE,
    DIFFERENCE,
    NEW_CHANGE,
    NEW_SHARE,
    PRIOR_ALONE,
    SHARE,
    SPREAD_IS_MEASURED,
    cell_cycle_estimands,
    judged_estimands,
    summarise_effects,
    summarise_line_differences,
    summarise_shares,
)
from lensim.cell_cycle.excluded import places, without
from lensim.cell_cycle.gated import gate_study
from lensim.cell_cycle.read import read_cell_cycle
from lensim.cell_cycle.read.events import write_cell_cycle
from lensim.plain_text import counted

GATES_IN_DOUBT: Final = "gates_in_doubt"
QUANTITIES: Final = {
    "effects": {CHANGE: "change", NEW_CHANGE: "change of a new experiment"},
    "line_differences": {DIFFERENCE: "difference"},
    "shares": {SHARE: "share", NEW_SHARE: "share of a new experiment"},
}
"""Estimands of each table, with their words."""


def tables(estimands: xr.Dataset, asked: Asked) -> tuple[ResultTable, ...]:
    """Effects of treatment, differences of lines, and shares; those that there are."""
    ci = asked.ci_prob
    found = (
        ("effects", "Effect of treatment on each phase", summarise_effects(estimands, ci)),
        (
            "line_differences",
            "Difference of the effects in two lines",
            summarise_line_differences(estimands, ci),
        ),
        ("shares", "Share of each phase", summarise_shares(estimands, ci)),
    )
    return tuple(
        ResultTable(
            name,
            f"{caption}, {asked.words}",
            frame,
            hidden=tuple({"note"} & set(frame)),
            quantities=QUANTITIES[name],
        )
        for name, caption, frame in found
        if len(frame)
    )


def remarks(estimands: xr.Dataset) -> tuple[str, ...]:
    """Remark on the limits of a single experiment."""
    if estimands.attrs[SPREAD_IS_MEASURED]:
        return ()
    return (f"{PRIOR_ALONE} (docs/guide/cell_cycle.md)",)


def prepared(data: xr.Dataset) -> xr.Dataset:
    """Counts of events by phase; single events are gated, and tubes whose gates are in doubt named in the attrs."""
    if v.EVENTS in data:
        return data
    gated = gate_study(data)
    doubts = "\n".join(f"{tube}: {why}" for tube, why in gated.doubts.items())
    return gated.data.assign_attrs({v.ASSAY: "cell_cycle", GATES_IN_DOUBT: doubts})


def counts(data: xr.Dataset) -> str:
    """Numbers of what is fitted, for the head of a result."""
    return (
        f"{counted(int(data[v.EVENTS].sum()), 'event')} in phases, {int(data[v.EVENTS_OUTSIDE].sum())} outside; "
        f"{counted(data.sizes[v.TUBE], 'tube')}, {counted(data.sizes[v.CULTURE], 'culture')}, "
        f"{counted(data.sizes[v.EXPERIMENT], 'experiment')}"
    )


def notes(data: xr.Dataset) -> tuple[str, ...]:
    """Tubes whose gates are in doubt."""
    doubts = str(data.attrs.get(GATES_IN_DOUBT, ""))
    return tuple(f"look at the gates of {doubt}" for doubt in doubts.splitlines())


ASSAY: Final = Assay(
    name="cell_cycle",
    title="Phases of the cell cycle",
    read=read_cell_cycle,
    recognises=lambda data: v.TUBE in data.dims and (v.EVENTS in data or v.BRDU in data),
    default_model=lambda data: "cell_cycle_phases",
    estimands=lambda result, asked: cell_cycle_estimands(result),
    judged=judged_estimands,
    tables=tables,
    counts=counts,
    notes=notes,
    remarks=remarks,
    prepared=prepared,
    densities=DENSITIES,
    write=write_cell_cycle,
    places=places,
    without=without,
)
