"""The dose-response assay as one value: what `fit`, `summarize`, `report`, `power` and `plan` need of it."""

import re
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, Assay, ResultTable
from lensim.dose_response.approximate import approximate
from lensim.dose_response.chain.engine import LAPLACE
from lensim.dose_response.conditions import has_conditions, summarise_condition_levels, summarise_conditions
from lensim.dose_response.density import DENSITIES
from lensim.dose_response.estimands import (
    AREA_OVER_CURVE,
    DOSE_UNIT,
    INHIBITION_AT_TOP,
    LOWEST_DOSE,
    THRESHOLD,
    TOP_DOSE,
    dose_response_estimands,
    judged_estimands,
    summarise_lines,
    summarise_panel,
    with_inhibition_at,
)
from lensim.dose_response.excluded import places, without
from lensim.dose_response.experiments import THIS_INHIBITION_AT_TOP, THIS_LOG10_IC50, means_suffice
from lensim.dose_response.first_answer import first_answer
from lensim.dose_response.growth import LOG10_GR50, THIS_LOG10_GR50, judged_growth, with_growth
from lensim.dose_response.growth_table import QUANTITIES as QUANTITIES_OF_GROWTH
from lensim.dose_response.growth_table import growth_beside, summarise_growth
from lensim.dose_response.levels import levels_beside, summarise_levels, with_levels
from lensim.dose_response.misfit import (
    MISFIT,
    P_SHAPE,
    SHAPE,
    misfit_caption,
    misfit_notes,
    summarise_doses,
    with_shapes,
)
from lensim.dose_response.new_run import new_run, with_new_run
from lensim.dose_response.places import place_in_words, shift_of
from lensim.dose_response.read import read_dose_response, write_tidy
from lensim.dose_response.remarks import panel_remarks
from lensim.inference.further_run import FurtherRun
from lensim.inference.observations import observations_of
from lensim.inference.prior_sensitivity import RESOLUTION
from lensim.plain_text import counted

REMARKS: Final = "remarks"
DOSE_IN_WORDS: Final = re.compile(r"(this_experiment_)?[ie]c[0-9.]+")
"""Columns that tell a dose in words, in the user's unit: ic50, ec90."""
HIDDEN: Final = (
    "ic50_", "ec50", "dose_unit", "hill_slope", "area_over_curve", "experiments", "this_experiment_ic50_",
    "this_experiment_inhibition", P_SHAPE,
)  # fmt: skip
"""How names of columns begin that people are not shown."""
QUANTITIES: Final = {
    v.LOG10_IC50: "IC50",
    v.LOG10_EC50: "EC50",
    "hill_slope": "slope",
    INHIBITION_AT_TOP: "inhibition",
    AREA_OVER_CURVE: "area over curve",
    "is_resistant": "resistant or not",
    "is_stimulated": "stimulated or not",
    THIS_LOG10_IC50: "IC50 of this experiment",
    THIS_INHIBITION_AT_TOP: "inhibition of this experiment",
}
"""Estimands of the table of lines, with their words."""
TWO_FOLD: Final = 0.3
FEWEST_POOLED: Final = 3
"""Lines from which on they are pooled: of two the prior says how far lines lie apart, and the sampler diverges where
they are alike."""


def default_model(data: xr.Dataset) -> str:
    """The model that suits a panel: pooled from `FEWEST_POOLED` lines on, normalised where there are no raw signals.

    Of raw signals the one with places on the plate, where `shift_of` finds that these matter.
    """
    several = data.sizes[v.CELL_LINE] >= FEWEST_POOLED
    if v.SIGNAL not in data:
        return f"dose_response_{'hierarchical' if several else 'separate'}_normalised"
    if shift_of(data) is None:
        return f"dose_response_{'hierarchical' if several else 'separate'}"
    return f"dose_response{'' if several else '_separate'}_plate_position"


def model_reason(data: xr.Dataset) -> str:
    """Why lines are pooled or not, and places on plates are in the model, and which models do otherwise."""
    model, lines = default_model(data), data.sizes[v.CELL_LINE]
    shift, raw = shift_of(data), v.SIGNAL in data
    chosen = f"model {model}, chosen because there"
    if lines < 2:
        said = f"{chosen} is one line, which has none to be pooled with"
    elif lines < FEWEST_POOLED:
        pooled = (
            "dose_response_plate_position" if shift else f"dose_response_hierarchical{'' if raw else '_normalised'}"
        )
        said = (
            f"{chosen} are {lines} lines or conditions: two do not show how far lines lie apart, so neither could "
            f"borrow from the other; days and the noise of wells are shared; the model {pooled} pools them"
        )
    else:
        alone = "dose_response_separate" + ("" if raw else "_normalised") + ("_plate_position" if shift else "")
        said = (
            f"{chosen} are {lines} lines or conditions: each borrows from the others what "
            f"its own wells leave open; the model {alone} fits each on its own"
        )
    if shift is None:
        return said
    without = f"dose_response_{'hierarchical' if lines >= FEWEST_POOLED else 'separate'}"
    return f"{said}; {place_in_words(shift)}, so places are in the model; the model {without} leaves them out"


def estimands(result: xr.DataTree, asked: Asked) -> xr.Dataset:
    """Draws of `dose_response_estimands` and of the levels asked for, shapes of lines; remarks on wells as attrs."""
    said = panel_remarks(observations_of(result))
    found = with_shapes(dose_response_estimands(result, asked.threshold_um), result).assign_attrs({REMARKS: said})
    found = with_inhibition_at(with_levels(found, result, asked.levels), result, asked.dose_um)
    return with_growth(found, result)


def tables(estimands: xr.Dataset, asked: Asked) -> tuple[ResultTable, ...]:
    """Lines, doses of levels and conditions where there are some, the panel as a whole, and lack of fit by dose."""
    unit = estimands.attrs[DOSE_UNIT].name
    lines = summarise_lines(estimands, asked.ci_prob)
    if MISFIT in estimands.attrs:
        lines = lines.assign(**{name: estimands[name].to_numpy() for name in (SHAPE, P_SHAPE)})
    at_levels = summarise_levels(estimands, asked.ci_prob)
    usual = set(lines)
    growth = summarise_growth(estimands, asked.ci_prob)
    lines = levels_beside(lines, at_levels) if len(at_levels) else lines
    lines = (growth_beside(lines, growth) if len(growth) else lines).reset_index()
    of_levels = tuple(str(name) for name in lines if name not in {*usual, "cell_line"})
    panel = summarise_panel(estimands, asked.ci_prob)
    lines = _without_curves(lines)
    names = estimands[v.CELL_LINE].to_numpy().astype(str)
    found = [
        ResultTable(
            "lines",
            f"Lines: absolute IC50 as an interval or a bound, {asked.words}{_resistant(estimands)}",
            lines,
            # said by ic50 in words, or of interest to those who compute with them
            hidden=(*(str(name) for name in lines if _is_hidden(lines, str(name))), *of_levels),
            units={str(name): unit for name in lines if DOSE_IN_WORDS.fullmatch(str(name))},
            quantities=QUANTITIES,
            labels={v.CELL_LINE: names.tolist()},
        )
    ]
    if len(at_levels):
        found.append(_of_levels(at_levels, unit, asked))
    if len(growth):
        found.append(_of_growth(growth, unit, estimands, asked))
    found += _of_conditions(estimands, asked)
    if len(panel):
        words = {str(name): _words(name) for name in panel.index}
        caption = f"The panel as a whole, {asked.words}"
        found.append(ResultTable("panel", caption, _in_words(panel), quantities=words))
    if MISFIT in estimands.attrs and len(doses := summarise_doses(estimands, asked.ci_prob)):
        found.append(
            ResultTable(
                "lack_of_fit",
                misfit_caption(estimands, asked.ci_prob),
                doses,
                hidden=("dose_unit", "z", "p"),
                units={"dose": unit},
            )
        )
    return tuple(found)


def _resistant(estimands: xr.Dataset) -> str:
    """What P(resistant) is about: the dose above which an IC50 makes a line resistant."""
    unit, above = estimands.attrs[DOSE_UNIT], estimands[THRESHOLD].to_numpy()
    doses = sorted({f"{float(one) / unit.um_per_unit:.4g}" for one in above})
    where = f"{doses[0]} {unit.name}" if len(doses) == 1 else "the highest dose of the line"
    return f"; resistant is an IC50 above {where}"


def _without_curves(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with lines for names of curves, where lines have several: a condition then has a column of its own."""
    return frame.assign(cell_line=frame["line"]).drop(columns="line") if "condition" in frame else frame


def _is_hidden(lines: pd.DataFrame, name: str) -> bool:
    """Whether people are not shown a column of the table of lines: numbers behind words, and shapes where none is."""
    return name.startswith(HIDDEN) or (name == SHAPE and not lines[name].any())


def _of_levels(levels: pd.DataFrame, unit: str, asked: Asked) -> ResultTable:
    """Doses of each level, a row a line and level."""
    levels = _without_curves(levels)
    words = ("icx", "ecx", "this_experiment_icx", "this_experiment_ecx")
    numbers = [str(name) for name in levels if str(name).startswith(tuple(f"{word}_" for word in words))]
    numbers += [name for name in ("p_icx_below_lowest", "p_ecx_below_lowest") if not levels[name].any()]
    return ResultTable(
        "levels",
        "Doses by level x of effect, as an interval or a bound: icx leaves (100 - x)% of untreated, ecx is x% of the "
        f"way to the curve's own end, {asked.words}",
        levels,
        hidden=(*numbers, "dose_unit"),
        units={name: unit for name in words if name in levels},
    )


def _of_growth(growth: pd.DataFrame, unit: str, estimands: xr.Dataset, asked: Asked) -> ResultTable:
    """Divisions of untreated cells and GR metrics, a row a line."""
    growth = _without_curves(growth)
    words = ("gr50", "this_experiment_gr50")
    hours = estimands.attrs.get(v.ASSAY_HOURS)
    during = f" in {float(hours):g} hours" if hours else ""
    return ResultTable(
        "growth",
        f"Growth: divisions of untreated cells{during}, and growth-rate inhibition (1 as untreated, 0 no growth, below "
        f"0 loss of cells), {asked.words}",
        growth,
        hidden=(
            *(str(name) for name in growth if str(name).startswith(tuple(f"{word}_" for word in words))),
            *(str(name) for name in growth if str(name).startswith("this_experiment_divisions")),
            *(["growth"] if not growth["growth"].any() else []),
            "dose_unit",
        ),
        units={name: unit for name in words if name in growth},
        quantities=QUANTITIES_OF_GROWTH,
        labels={v.CELL_LINE: estimands[v.CELL_LINE].to_numpy().astype(str).tolist()},
    )


def _of_conditions(estimands: xr.Dataset, asked: Asked) -> list[ResultTable]:
    """Curves of a line against each other: ratios and differences; none where there is nothing to compare."""
    if not has_conditions(estimands):
        return []
    against = [str(estimands.attrs[v.CONTROL])] if v.CONDITION_OF_CURVE in estimands.coords else []
    against += ["their parents"] if v.PARENT_OF_CURVE in estimands.coords else []
    named = f"{'Conditions' if v.CONDITION_OF_CURVE in estimands.coords else 'Lines'} against {' and '.join(against)}"
    at_dose = f" and at {asked.dose_um:g}" if asked.dose_um is not None else ""
    found = [
        ResultTable(
            "conditions",
            f"{named}: ratio of IC50s and difference of inhibition at the top dose{at_dose}, {asked.words}; what an "
            "experiment does to both alike cancels",
            summarise_conditions(estimands, asked.ci_prob),
            hidden=tuple(f"{of}ic50_ratio{end}" for of in ("", "this_experiment_") for end in ("", "_lower", "_upper")),
        )
    ]
    if len(at_levels := summarise_condition_levels(estimands, asked.ci_prob)):
        found.append(
            ResultTable(
                "condition_levels",
                f"{named}: ratio of the doses of each level x, which leave (100 - x)% of untreated, {asked.words}",
                at_levels,
                hidden=("icx_ratio", "icx_ratio_lower", "icx_ratio_upper"),
            )
        )
    return found


def _in_words(panel: pd.DataFrame) -> pd.DataFrame:
    """A row a quantity, named in words."""
    table = panel.rename_axis("quantity").reset_index()
    return table.assign(quantity=[_words(name) for name in table["quantity"]])


def _words(name: object) -> str:
    return str(name).replace("_", " ")


def weighed(estimands: xr.Dataset) -> xr.Dataset:
    """Estimands as the table of lines shows them: IC50s and EC50s beyond the tested doses are at their ends."""
    logs = {LOWEST_DOSE: np.log10(estimands[LOWEST_DOSE]), TOP_DOSE: np.log10(estimands[TOP_DOSE])}
    ends = {
        name: estimands[name].clip(logs[LOWEST_DOSE], logs[TOP_DOSE]).assign_attrs({RESOLUTION: TWO_FOLD})
        for name in (v.LOG10_IC50, v.LOG10_EC50, THIS_LOG10_IC50, LOG10_GR50, THIS_LOG10_GR50)
        if name in estimands
    }
    return estimands.assign({"hill_slope": np.log(estimands["hill_slope"])} | ends)


def counts(data: xr.Dataset) -> str:
    """Numbers of what is fitted, for the head of a result."""
    return f"{counted(data.sizes[v.WELL], 'well')}, {counted(data.sizes[v.CELL_LINE], 'line')}"


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
    model_reason=model_reason,
    estimands=estimands,
    judged=lambda estimands: judged_growth(judged_estimands(estimands)),
    weighed=weighed,
    tables=tables,
    counts=counts,
    notes=notes,
    remarks=lambda estimands: tuple(estimands.attrs[REMARKS]),
    misfits=misfit_notes,
    further_run=FurtherRun(new_run, with_new_run, in_words="the same lines on new days"),
    means_suffice=means_suffice,
    engines=(LAPLACE,),
    first_answer=first_answer,
    approximate=approximate,
    densities=DENSITIES,
    write=write_tidy,
    has_threshold=True,
    has_levels=True,
    places=places,
    without=without,
)
