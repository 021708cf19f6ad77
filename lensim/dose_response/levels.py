"""Doses of any level of effect: ICx, absolute, and ECx, relative, of each line, as draws and as a table.

    ICx   leaves (100 - x)% of the untreated signal; infinite where the curve never gets there
    ECx   is x% of the way from untreated to the curve's own end: log10 ECx = log10 EC50 + log10(x / (100 - x)) / h

Of a curve that leaves 40% of the signal at saturation the IC90 does not exist, and the EC90 does.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response import curve
from lensim.dose_response.dose_words import dose_columns, words_of
from lensim.dose_response.estimands import DOSE_UNIT, LOWEST_DOSE, TOP_DOSE, curves_of_lines
from lensim.dose_response.experiments import (
    THIS_LOG10_EC50,
    THIS_LOG10_IC50,
    curves_of_cultures,
    of_this_experiment,
)
from lensim.dose_response.line_columns import each_line
from lensim.dose_response.steps import within_steps
from lensim.inference.intervals import Method, interval_of
from lensim.inference.observations import observations_of, require_estimands

LEVEL: Final = "level_percent"
LOG10_ICX: Final = "log10_icx_um"
LOG10_ECX: Final = "log10_ecx_um"
THIS_LOG10_ICX: Final = "this_experiment_log10_icx_um"
THIS_LOG10_ECX: Final = "this_experiment_log10_ecx_um"
_SHOWN_NAMES: Final = ((LOG10_ICX, "icx"), (LOG10_ECX, "ecx"))
_THIS_NAMES: Final = ((THIS_LOG10_ICX, "this_experiment_icx"), (THIS_LOG10_ECX, "this_experiment_ecx"))


def with_levels(estimands: xr.Dataset, result: xr.DataTree, levels: Sequence[float]) -> xr.Dataset:
    """Estimands with the draws of ICx and ECx at each level.

    Where a line falls wholly between two neighbouring doses, ICx and ECx that lie between them are spread evenly over
    that bracket, as IC50 and EC50 are: each by itself, so IC10 and IC90 of one line then have the same interval.

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`, of `result`.
    result
        A fit with its observations attached.
    levels
        Percent, from 1 to 99.

    Returns
    -------
    xarray.Dataset
        Further variables log10_icx_um and log10_ecx_um (chain, draw, level_percent, cell_line) [log10 uM], and where a
        line was treated once the same of that experiment, this_experiment_log10_icx_um and _ecx_um.
    """
    if not levels:
        return estimands
    data = observations_of(result)
    of_lines, of_cultures = curves_of_lines(result), curves_of_cultures(result, data)
    top = estimands[TOP_DOSE].to_numpy()
    found: dict[str, list[xr.DataArray]] = {}
    for level in levels:
        doses = {}
        for name, dose_of in ((LOG10_ICX, _log10_icx), (LOG10_ECX, _log10_ecx)):
            own = None if of_cultures is None else dose_of(level, *of_cultures)
            doses[name] = within_steps(data, dose_of(level, *of_lines), own)
            found.setdefault(name, []).append(doses[name][0])
        (_, icx), (_, ecx) = doses[LOG10_ICX], doses[LOG10_ECX]
        if of_cultures is not None and icx is not None and ecx is not None:
            this = of_this_experiment(data, of_cultures, (ecx, icx), top)
            for name, source in ((THIS_LOG10_ICX, THIS_LOG10_IC50), (THIS_LOG10_ECX, THIS_LOG10_EC50)):
                if source in this:
                    found.setdefault(name, []).append(this[source])
    at = pd.Index([float(level) for level in levels], name=LEVEL)
    return estimands.assign(
        {
            name: xr.concat([one.drop_vars("quantile", errors="ignore") for one in drawn], dim=at)
            .transpose("chain", "draw", LEVEL, v.CELL_LINE)
            .assign_attrs(units="log10 uM")
            for name, drawn in found.items()
        }
    )


def _log10_icx(level: float, log10_ec50: xr.DataArray, log_hill: xr.DataArray, effect: xr.DataArray) -> xr.DataArray:
    left = 1.0 - level / 100.0
    return log10_ec50.copy(data=curve.log10_dose_at_residual(left, log10_ec50, log_hill, effect))


def _log10_ecx(level: float, log10_ec50: xr.DataArray, log_hill: xr.DataArray, effect: xr.DataArray) -> xr.DataArray:
    return log10_ec50.copy(data=curve.log10_dose_of_share(level / 100.0, log10_ec50, log_hill))


def summarise_levels(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line and level: ICx and ECx, each an interval, or a bound beyond the tested doses with its probability.

    Columns: cell_line, and line and condition where lines have several curves; level_percent; icx (in words, with
    bounds, in the user's unit), icx_um with its ends, each NaN outside the tested doses, and the same in the user's
    unit where that is another; p_icx_above_top (probability that ICx lies above the top dose, or nowhere) and
    p_icx_below_lowest; the same of ecx; and where a line was treated once, this_experiment_icx and _ecx, of that
    experiment. dose_unit is the user's.

    Parameters
    ----------
    estimands
        As from `with_levels`.
    ci_prob
        Probability inside the intervals.
    """
    require_estimands(estimands, "dose_response_estimands")
    if LOG10_ICX not in estimands:
        return pd.DataFrame()
    return pd.DataFrame(
        [
            names | {LEVEL: float(level)} | _columns(own.sel({LEVEL: level}), ci_prob)
            for names, own in each_line(estimands)
            for level in estimands[LEVEL].to_numpy()
        ]
    )


def _columns(own: xr.Dataset, ci_prob: float) -> dict[str, Any]:
    """What one line's row says of one level."""
    low, top, unit = float(own[LOWEST_DOSE]), float(own[TOP_DOSE]), own.attrs[DOSE_UNIT]
    columns: dict[str, Any] = {}
    for source, name in (*_SHOWN_NAMES, *_THIS_NAMES):
        if source not in own:
            continue
        drawn = own[source].to_numpy()
        known = not np.isnan(drawn).any()
        method: Method = "linear" if name.endswith("ecx") else "inverted_cdf"  # an ICx may be nowhere
        ends = 10.0 ** interval_of(drawn, ci_prob, method=method) if known else np.full(3, np.nan)
        columns |= {name: words_of(ends, low, top, unit)} | dose_columns(ends, low, top, unit, name)
        if (source, name) in _SHOWN_NAMES:
            columns[f"p_{name}_above_top"] = float(np.mean(drawn > np.log10(top)))
            columns[f"p_{name}_below_lowest"] = float(np.mean(drawn < np.log10(low)))
    return columns | {"dose_unit": unit.name}


def levels_beside(lines: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """The table of lines with columns for each level: ic90, ic90_um and its ends, p_ic90_above_top, ec90 ...

    Parameters
    ----------
    lines
        As from `summarise_lines`, with the lines in its index.
    levels
        As from `summarise_levels`.
    """
    for level, own in levels.groupby(LEVEL, sort=False):
        named = own.set_index("cell_line").drop(columns=["line", "condition", LEVEL, "dose_unit"], errors="ignore")
        at = {name: str(name).replace("icx", f"ic{level:g}", 1).replace("ecx", f"ec{level:g}", 1) for name in named}
        named = named.rename(columns=at)
        lines = lines.join(named[[name for name in named if name not in lines]])
    return lines
