"""Quantities of interest of a dose-response fit: draws, and a table with one row a line.

An IC50 that no dose reaches is +inf in the draws, and a bound with a probability in the table: never a plain number.
Where a line falls wholly between two neighbouring doses, the wells say that its EC50 and IC50 lie between them and
nothing more; their draws are then spread evenly (in log) over that bracket, whatever the prior of the slope says.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response import curve
from lensim.dose_response.dose_words import data_unit
from lensim.dose_response.experiments import (
    ONLY_EXPERIMENT,
    THIS_INHIBITION_AT_TOP,
    THIS_LOG10_EC50,
    THIS_LOG10_IC50,
    curves_of_cultures,
    experiments_of_lines,
    of_this_experiment,
    only_experiment_of_lines,
)
from lensim.dose_response.flags import flags_in_words, flags_of
from lensim.dose_response.line_columns import LineColumns
from lensim.dose_response.read.units import ShownUnit, shown_unit
from lensim.dose_response.steps import within_steps
from lensim.dose_response.stimulation import stimulated_by_wells
from lensim.inference.intervals import interval_of
from lensim.inference.observations import observations_of, require_estimands

INHIBITION_AT_TOP: Final = "inhibition_at_top_dose_percent"
INHIBITION_AT_DOSE: Final = "inhibition_at_dose_percent"
AREA_OVER_CURVE: Final = "area_over_curve"
NUMBER_SENSITIVE: Final = "number_of_sensitive_lines"
EXPERIMENTS: Final = "experiments"
ESTIMATE_OF: Final = "estimate_of"
LOWEST_DOSE: Final = "lowest_dose_um"
TOP_DOSE: Final = "top_dose_um"
THRESHOLD: Final = "threshold_um"
GROUP_OF_LINE: Final = "cell_line_molecular_group"
FLAGS: Final = "flags"
BY_WELLS: Final = "p_stimulated_by_wells"
DOSE_UNIT: Final = "dose_unit"
SD_OF_LINES: Final = "sd_log10_ec50_of_lines"
"""In the attrs: the spread of lines around their group's mean, where they were pooled."""
_NAMES: Final = (("line", v.LINE_OF_CURVE), ("condition", v.CONDITION_OF_CURVE), ("parent", v.PARENT_OF_CURVE))
MOSTLY_OUT_OF_REACH: Final = 0.05
"""Below this share of draws with an IC50, the IC50 of a line is a bound and the gate does not judge it."""


def tested_doses_um(data: xr.Dataset) -> xr.Dataset:
    """Lowest and highest dose above 0 of each line: lowest_dose_um, top_dose_um (cell_line) [uM]."""
    line = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    dose = data[v.DOSE].to_numpy().astype(float)
    low, top = np.full(data.sizes[v.CELL_LINE], np.inf), np.full(data.sizes[v.CELL_LINE], -np.inf)
    np.minimum.at(low, line[dose > 0], dose[dose > 0])
    np.maximum.at(top, line[dose > 0], dose[dose > 0])
    low, top = (np.where(np.isfinite(one), one, np.nan) for one in (low, top))
    coords = {v.CELL_LINE: data[v.CELL_LINE]} if v.CELL_LINE in data.coords else {}
    return xr.Dataset({LOWEST_DOSE: (v.CELL_LINE, low), TOP_DOSE: (v.CELL_LINE, top)}, coords=coords)


def curves_of_lines(result: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    """log10 EC50, log slope and effect at saturation of each line (chain, draw, cell_line).

    Raises
    ------
    InputError
        If the posterior lacks one of them.
    """
    posterior = result["posterior"]
    for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT):
        if name not in posterior:
            raise checks.InputError(
                f"a dose-response result needs {name} in its posterior, got {', '.join(map(str, posterior.data_vars))}"
            )
    draws = posterior.to_dataset()
    return draws[v.LOG10_EC50], draws[v.LOG_HILL], draws[v.EFFECT]


def inhibition_at(result: xr.DataTree, dose_um: float) -> xr.DataArray:
    """Inhibition at any dose, percent of untreated (chain, draw, cell_line); below 0 where cells are stimulated.

    Raises
    ------
    InputError
        If the dose is not above 0.
    """
    checks.above("dose_um", dose_um, 0.0)
    percent = curve.inhibition_percent(dose_um, *curves_of_lines(result))
    return percent.rename("inhibition_percent").assign_attrs(units="percent of untreated", dose_um=dose_um)


def with_inhibition_at(estimands: xr.Dataset, result: xr.DataTree, dose_um: float | None) -> xr.Dataset:
    """Estimands with the inhibition at a dose, inhibition_at_dose_percent; NaN for a line whose doses do not reach it.

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`, of `result`.
    result
        A fit with its observations attached.
    dose_um
        The dose [uM]; None for none.

    Raises
    ------
    InputError
        If no line was tested on both sides of the dose.
    """
    if dose_um is None:
        return estimands
    within = (estimands[LOWEST_DOSE] <= dose_um) & (dose_um <= estimands[TOP_DOSE])
    if not within.any():
        low, top, unit = (
            float(estimands[LOWEST_DOSE].min()),
            float(estimands[TOP_DOSE].max()),
            estimands.attrs[DOSE_UNIT],
        )
        named = "uM" if unit.is_molar else unit.name
        raise checks.InputError(
            f"dose_um must lie within the tested doses of a line, {low:g} to {top:g} {named}, got {dose_um:g}"
        )
    drawn = inhibition_at(result, dose_um).where(within.reset_coords(drop=True)).transpose("chain", "draw", v.CELL_LINE)
    return estimands.assign({INHIBITION_AT_DOSE: drawn})


def dose_response_estimands(result: xr.DataTree, threshold_um: float | None = None) -> xr.Dataset:
    """Draws of every quantity of interest of a dose-response fit, and the properties of lines for tables.

    Computed once a fit and threshold; `summarise_lines`, `summarise_panel`, `judged_estimands` and
    `lensim.dose_response.associations` take what it returns.

    Parameters
    ----------
    result
        A fit with its observations attached.
    threshold_um
        A line is resistant where its absolute IC50 lies above this dose; each line's top dose where not given [uM].

    Returns
    -------
    xarray.Dataset
        Dims chain, draw, and cell_line where a line has its own:
        log10_ic50_um (absolute; +inf where inhibition never reaches half), log10_ec50_um (relative), hill_slope,
        effect_at_saturation, inhibition_at_top_dose_percent, area_over_curve (mean inhibition over the tested log
        doses, a fraction), is_resistant, is_stimulated (more signal at the top dose than untreated),
        is_stimulated_at_any_dose (the same at some dose; a Hill curve is on one side of untreated at all doses),
        number_of_sensitive_lines, and variance_share_of_molecular_group_<parameter>:
        sigma_group^2 / (sigma_group^2 + sigma^2), where groups were modelled.
        All these are of the line: what a new day is expected to show. Where a line was treated once,
        this_experiment_log10_ic50_um, this_experiment_log10_ec50_um and
        this_experiment_inhibition_at_top_dose_percent are of that experiment; NaN for other lines.
        Coordinates along cell_line: lowest_dose_um and top_dose_um (of the tested doses above 0), threshold_um [uM],
        experiments (in how many a line was treated), only_experiment (in which, of a line with one culture; else -1),
        flags (what the wells say against one curve, in words; see `lensim.dose_response.flags`),
        p_stimulated_by_wells (NaN but where wells do what no Hill curve can; see `lensim.dose_response.stimulation`),
        cell_line_molecular_group where the data have groups, and line_of_curve and condition_of_curve where a line has
        a curve for each condition. attrs["dose_unit"] is the user's unit, a `ShownUnit`; attrs["control"] the condition
        that others are compared with.

    Raises
    ------
    InputError
        If the result is of another assay or lacks its observations, or the threshold is not above 0.
    """
    log10_ec50, log_hill, effect = curves_of_lines(result)
    data = observations_of(result)
    tested = tested_doses_um(data)
    top = tested[TOP_DOSE]
    threshold = top if threshold_um is None else xr.full_like(top, threshold_um)
    checks.above("threshold_um", float(threshold.min()), 0.0)
    log10_ic50 = log10_ec50.copy(data=curve.log10_ic50_um(log10_ec50, log_hill, effect))
    cultures = curves_of_cultures(result, data)
    ec50_of_cultures = None if cultures is None else cultures[0]
    ic50_of_cultures = None if cultures is None else cultures[0].copy(data=curve.log10_ic50_um(*cultures))
    shown_ec50, ec50_of_cultures = within_steps(data, log10_ec50, ec50_of_cultures)
    log10_ic50, ic50_of_cultures = within_steps(data, log10_ic50, ic50_of_cultures)
    at_top = curve.inhibition_percent(top, log10_ec50, log_hill, effect)
    area = _areas(tested, log10_ec50, log_hill, effect)
    resistant = log10_ic50 > np.log10(threshold)
    estimands = {
        v.LOG10_IC50: log10_ic50.assign_attrs(units="log10 uM"),
        v.LOG10_EC50: shown_ec50,
        "hill_slope": log_hill.copy(data=np.exp(log_hill.to_numpy())).assign_attrs(units="1"),
        v.EFFECT: effect,
        INHIBITION_AT_TOP: at_top.assign_attrs(units="percent of untreated"),
        AREA_OVER_CURVE: area.assign_attrs(units="1"),
        "is_resistant": resistant,
        "is_stimulated": at_top < 0.0,
        "is_stimulated_at_any_dose": effect < 0.0,
        NUMBER_SENSITIVE: (~resistant).sum(v.CELL_LINE),
    }
    if cultures and ec50_of_cultures is not None and ic50_of_cultures is not None:
        estimands |= of_this_experiment(data, cultures, (ec50_of_cultures, ic50_of_cultures), top.to_numpy())
    if v.CONDITION_OF_CURVE in data.coords:  # a curve is no line there
        del estimands[NUMBER_SENSITIVE]
    posterior = result["posterior"]
    for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT):
        if f"sigma_group_{name}" in posterior:
            between, within = posterior[f"sigma_group_{name}"] ** 2, posterior[f"sigma_{name}"] ** 2
            estimands[f"variance_share_of_molecular_group_{name}"] = between / (between + within)
    ordered = {name: values.transpose("chain", "draw", ...) for name, values in estimands.items()}
    found = xr.Dataset(ordered).drop_vars("quantile", errors="ignore")
    told: dict[str, Any] = {DOSE_UNIT: shown_unit(data), v.CONTROL: str(data.attrs.get(v.CONTROL, ""))}
    if f"sigma_{v.LOG10_EC50}" in posterior:
        told[SD_OF_LINES] = float(np.sqrt((posterior[f"sigma_{v.LOG10_EC50}"] ** 2).mean()))
    of_lines = _of_lines(data, tested, threshold) | _of_experiments(data, v.SD_EXPERIMENT in posterior)
    return found.assign_coords(of_lines).assign_attrs(told)


def _areas(tested: xr.Dataset, log10_ec50: xr.DataArray, log_hill: xr.DataArray, effect: xr.DataArray) -> xr.DataArray:
    """Area over the curve of each line within its own doses (chain, draw, cell_line)."""
    dims = ("chain", "draw", v.CELL_LINE)
    curves = [one.transpose(*dims).to_numpy() for one in (log10_ec50, log_hill, effect)]
    areas = areas_of_lines(tested, curve.area_over_curve, curves)
    return log10_ec50.transpose(*dims).copy(data=areas).drop_attrs()


def areas_of_lines(tested: xr.Dataset, area: Callable[..., Any], draws: Sequence[np.ndarray]) -> np.ndarray:
    """An area of each line within its own doses, `area(low, high, *draws)`; draws and areas are (..., cell_line)."""
    ends = zip(tested[LOWEST_DOSE].to_numpy().tolist(), tested[TOP_DOSE].to_numpy().tolist(), strict=True)
    areas = [area(low, high, *(one[..., line] for one in draws)) for line, (low, high) in enumerate(ends)]
    return np.stack(areas, axis=-1)


def _of_experiments(data: xr.Dataset, has_days: bool) -> dict[str, tuple[str, Any]]:
    """In how many experiments each line was treated, and what its row is of; `has_days` of a fit with their spread."""
    number = experiments_of_lines(data)
    once = "the line, from 1 experiment; days assumed" if has_days else "this 1 experiment; days left out"
    words = [once if one == 1 else f"the line, from {one} experiments" for one in number]
    return {
        EXPERIMENTS: (v.CELL_LINE, number),
        ESTIMATE_OF: (v.CELL_LINE, words),
        ONLY_EXPERIMENT: (v.CELL_LINE, only_experiment_of_lines(data)),
    }


def _of_lines(data: xr.Dataset, tested: xr.Dataset, threshold: xr.DataArray) -> dict[str, tuple[str, Any]]:
    """What tables say of a line beside its draws, as coordinates along the lines."""
    flags, lines = flags_of(data, shown_unit(data).um_per_unit), data.sizes[v.CELL_LINE]
    known = {
        LOWEST_DOSE: (v.CELL_LINE, tested[LOWEST_DOSE].to_numpy()),
        TOP_DOSE: (v.CELL_LINE, tested[TOP_DOSE].to_numpy()),
        THRESHOLD: (v.CELL_LINE, threshold.to_numpy()),
        FLAGS: (v.CELL_LINE, flags_in_words(flags, lines)),
        BY_WELLS: (v.CELL_LINE, stimulated_by_wells(data, flags)),
    }
    for name in (v.LINE_OF_CURVE, v.CONDITION_OF_CURVE, v.PARENT_OF_CURVE):
        if name in data.coords:
            known[name] = (v.CELL_LINE, data[name].to_numpy().astype(str))
    if v.CELL_LINE in data.coords:
        known[v.CELL_LINE] = (v.CELL_LINE, data[v.CELL_LINE].to_numpy())
    if v.MOLECULAR_GROUP in data.coords:
        groups = data[v.MOLECULAR_GROUP].to_numpy().astype(str)
        known[GROUP_OF_LINE] = (v.CELL_LINE, groups[data[v.GROUP_OF_LINE].to_numpy()])
    return known


def judged_estimands(estimands: xr.Dataset) -> xr.Dataset:
    """Estimands for the convergence gate: those with an order, so not the yes-or-no ones.

    An IC50 that only a handful of draws find finite is a bound, whose probability is judged by the draws behind it.

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`.
    """
    yes_or_no = [name for name, values in estimands.data_vars.items() if values.dtype == bool]
    judged = estimands.reset_coords(drop=True).drop_vars(yes_or_no)
    for name, dim in ((v.LOG10_IC50, "reached"), (THIS_LOG10_IC50, "reached_in_this_experiment")):
        if name in judged:
            ic50 = judged[name].transpose("chain", "draw", v.CELL_LINE).to_numpy()
            reached = np.flatnonzero(np.isfinite(ic50).mean(axis=(0, 1)) >= MOSTLY_OUT_OF_REACH)
            judged = judged.assign({name: judged[name].isel({v.CELL_LINE: reached}).rename({v.CELL_LINE: dim})})
    return judged


def summarise_lines(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line: IC50, inhibition, call and flags.

    Columns are of the line, what a new day is expected to show, but those that begin with this_experiment: these are of
    the one experiment that a line was treated in, and empty for lines with several. experiments says how many there
    were, and estimate_of, in words, what the row is of: with one experiment the spread between days is not seen, and
    the prior's is taken, so the line is known less well than what that experiment showed.

    Columns: line and condition (where a line has a curve for each condition, and cell_line names both); parent (the
    line that it was made from, where some have one);
    molecular_group; experiments; estimate_of; ic50_um, ic50_um_lower, ic50_um_upper (posterior median and
    equal-tailed interval of the absolute IC50, each NaN where it lies outside that line's tested doses), and where the
    user's unit is another the same in it: ic50_nM, ic50_nM_lower, ic50_nM_upper; ic50 (in words, with bounds, in the
    user's unit); dose_unit (that unit); p_ic50_above_top (probability that the absolute IC50 lies above the top dose,
    or nowhere); p_resistant (above the threshold); ec50_um (NaN outside the tested doses) and ec50 (in words, with
    bounds, in the user's unit);
    hill_slope; this_experiment_ic50 (in words) and this_experiment_ic50_um with its interval, and
    this_experiment_inhibition_at_top_dose_percent with its own, where a line was treated once;
    inhibition_at_top_dose_percent with its interval; inhibition_at_dose_percent with its own (where a dose was asked
    for; NaN for a line whose doses do not reach it); area_over_curve; p_stimulated (more signal than
    untreated at the top dose) and p_stimulated_at_any_dose (at some tested dose: of a Hill curve that its effect is
    below 0; the wells' own probability where that is larger and they are flagged for what no Hill curve follows);
    flags (what the wells say against one curve; empty where nothing). Where doses are no concentrations in mol/l,
    own_unit stands for um.

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`.
    ci_prob
        Probability inside the intervals.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "dose_response_estimands")
    unit: ShownUnit = estimands.attrs[DOSE_UNIT]
    said = LineColumns(estimands, ci_prob, LOWEST_DOSE, TOP_DOSE, unit)
    ic50, ec50 = 10.0 ** said.ends(v.LOG10_IC50, "inverted_cdf"), 10.0 ** said.ends(v.LOG10_EC50)
    columns = {
        "cell_line": said.texts(v.CELL_LINE),
        **{column: said.texts(name) for column, name in _NAMES if name in estimands.coords},
        "molecular_group": said.texts(GROUP_OF_LINE),
        EXPERIMENTS: estimands[EXPERIMENTS].to_numpy(),
        ESTIMATE_OF: said.texts(ESTIMATE_OF),
        **said.doses("ic50", ic50),
        "ic50": said.words(ic50),
        "dose_unit": unit.name,
        "p_ic50_above_top": (said.draws(v.LOG10_IC50) > np.log10(said.top)[:, None]).mean(axis=1),
        "p_resistant": said.mean("is_resistant"),
        f"ec50_{data_unit(unit)}": said.inside(ec50)[1],
        "ec50": said.words(ec50),
        "hill_slope": said.median("hill_slope"),
        **said.interval(INHIBITION_AT_TOP),
        **(said.interval(INHIBITION_AT_DOSE) if INHIBITION_AT_DOSE in estimands else {}),
        **(_this_experiment_columns(said) if THIS_LOG10_IC50 in estimands else {}),
        "area_over_curve": said.median(AREA_OVER_CURVE),
        "p_stimulated": said.mean("is_stimulated"),
        "p_stimulated_at_any_dose": np.fmax(said.mean("is_stimulated_at_any_dose"), estimands[BY_WELLS].to_numpy()),
        "flags": said.texts(FLAGS),
    }
    return pd.DataFrame(columns).set_index("cell_line")


def _this_experiment_columns(said: LineColumns) -> dict[str, Any]:
    """What the one experiment of a line showed; empty where it was treated in several."""
    is_known = np.isfinite(said.draws(THIS_LOG10_EC50)).all(axis=1)
    ends = np.where(is_known, 10.0 ** said.ends(THIS_LOG10_IC50, "inverted_cdf"), np.nan)
    return {
        "this_experiment_ic50": said.words(ends),
        **said.doses("this_experiment_ic50", ends),
        **said.interval(THIS_INHIBITION_AT_TOP),
    }


def summarise_panel(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a quantity of the whole panel: number of sensitive lines, share of variance due to molecular group.

    Columns mean, median, lower, upper (equal-tailed).

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_lines`.
    """
    require_estimands(estimands, "dose_response_estimands")
    rows = {}
    for name, values in estimands.data_vars.items():
        if v.CELL_LINE not in values.dims:
            lower, median, upper = interval_of(values, ci_prob)
            rows[str(name)] = {"mean": float(values.mean()), "median": median, "lower": lower, "upper": upper}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("quantity")
