"""The table of growth rates: divisions of untreated cells, GR50, GRmax and GR_AOC of each line, with bounds."""

from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.dose_words import dose_columns, words_of
from lensim.dose_response.estimands import DOSE_UNIT, LOWEST_DOSE, TOP_DOSE
from lensim.dose_response.growth import (
    DIVISIONS,
    GR_AREA,
    GR_MAX,
    LOG10_GR50,
    THIS,
    THIS_DIVISIONS,
    THIS_GR_MAX,
    THIS_LOG10_GR50,
    WITH_TIME_ZERO,
)
from lensim.dose_response.growth_rate import grows
from lensim.dose_response.line_columns import each_line
from lensim.inference.intervals import Method, interval_of, named_interval
from lensim.inference.observations import require_estimands

MOST_WITHOUT_GROWTH: Final = 0.05
"""Where untreated cells do not divide in a larger share of draws, GR metrics are not given."""
FEW_DIVISIONS: Final = 1.0
MOST_DIVISIONS: Final = 7.0
MOST_A_DAY: Final = 2.0
"""No line divides more often: time zero was then read in another unit, or with another gain."""
SHRUNK: Final = -1.0
NOT_MEASURED: Final = "no time-zero wells"
FEW: Final = "fewer than one division: GR magnifies small differences"
HOURS_A_DAY: Final = 24.0
PER_DAY: Final = "divisions_per_day"
QUANTITIES: Final = {DIVISIONS: "divisions", LOG10_GR50: "GR50", GR_MAX: "GRmax", GR_AREA: "GR area over curve"}
"""Estimands of the table, with their words."""
BESIDE: Final = (DIVISIONS, PER_DAY, "p_no_growth", "gr50", "p_gr50_above_top", GR_MAX, "gr_aoc", "growth")
"""How names of columns begin that the table of lines has too."""


def has_growth(estimands: xr.Dataset) -> bool:
    """Whether the estimands have growth rates."""
    return DIVISIONS in estimands


def summarise_growth(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line: divisions, GR50, GRmax and GR_AOC, each as median and equal-tailed interval.

    Columns: cell_line, and line and condition where lines have several curves; experiments_with_time_zero; divisions
    (of untreated cells from time zero to the end) and divisions_per_day (where the duration is known), with their ends;
    p_no_growth (probability that untreated cells do not divide); gr50 (in words, with bounds, in the user's unit),
    gr50_um with its ends, each NaN outside the tested doses, and the same in the user's unit where that is another;
    p_gr50_above_top (probability that GR50 lies above the top dose, or nowhere); gr_max (GR at the top dose) with its
    ends; p_cell_loss (probability that it is below 0: fewer cells than at time zero); gr_aoc with its ends; where lines
    were treated once, this_experiment_divisions, this_experiment_gr50 and this_experiment_gr_max, of that experiment;
    dose_unit; growth (what is odd, in words; empty where nothing).

    GR metrics are empty where p_no_growth is above 0.05, else of the draws in which untreated cells divide.

    Parameters
    ----------
    estimands
        As from `lensim.dose_response.growth.with_growth`.
    ci_prob
        Probability inside the intervals.
    """
    require_estimands(estimands, "dose_response_estimands")
    if not has_growth(estimands):
        return pd.DataFrame()
    return pd.DataFrame([names | _row(own, ci_prob) for names, own in each_line(estimands)])


def growth_beside(lines: pd.DataFrame, growth: pd.DataFrame) -> pd.DataFrame:
    """The table of lines with columns of growth: divisions, gr50, gr_max, gr_aoc and what goes with them.

    Parameters
    ----------
    lines
        As from `summarise_lines`, with the lines in its index.
    growth
        As from `summarise_growth`.
    """
    own = growth.set_index("cell_line")
    return lines.join(own[[name for name in own if str(name).startswith(BESIDE)]])


def _row(own: xr.Dataset, ci_prob: float) -> dict[str, Any]:
    divisions = own[DIVISIONS].to_numpy()
    is_known = bool(np.isfinite(divisions).all())
    without = float(1.0 - grows(divisions).mean()) if is_known else np.nan
    columns: dict[str, Any] = {WITH_TIME_ZERO: int(own[WITH_TIME_ZERO])}
    columns |= named_interval(DIVISIONS, interval_of(divisions, ci_prob))
    hours = own.attrs.get(v.ASSAY_HOURS)
    if hours:
        columns |= named_interval(PER_DAY, interval_of(divisions * (HOURS_A_DAY / float(hours)), ci_prob))
    columns["p_no_growth"] = without
    columns |= _gr50_columns(own, LOG10_GR50, "gr50", ci_prob)
    gr50 = _defined(own[LOG10_GR50].to_numpy())
    columns["p_gr50_above_top"] = float(np.mean(gr50 > np.log10(float(own[TOP_DOSE])))) if len(gr50) else np.nan
    columns |= _interval_columns(own[GR_MAX].to_numpy(), GR_MAX, ci_prob)
    at_top = _defined(own[GR_MAX].to_numpy())
    columns["p_cell_loss"] = float(np.mean(at_top < 0.0)) if len(at_top) else np.nan
    columns |= _interval_columns(own[GR_AREA].to_numpy(), "gr_aoc", ci_prob)
    if THIS_DIVISIONS in own:
        columns |= named_interval(THIS_DIVISIONS, interval_of(own[THIS_DIVISIONS].to_numpy(), ci_prob))
        columns |= _gr50_columns(own, THIS_LOG10_GR50, f"{THIS}gr50", ci_prob)
        columns |= _interval_columns(own[THIS_GR_MAX].to_numpy(), THIS_GR_MAX, ci_prob)
    columns["dose_unit"] = own.attrs[DOSE_UNIT].name
    columns["growth"] = _in_words(divisions, without, hours)
    return columns


def _defined(drawn: np.ndarray) -> np.ndarray:
    """Draws in which untreated cells divide; none where they do not in too many."""
    known = drawn[~np.isnan(drawn)]
    return known if len(known) >= (1.0 - MOST_WITHOUT_GROWTH) * len(drawn) else known[:0]


def _interval_columns(drawn: np.ndarray, name: str, ci_prob: float) -> dict[str, float]:
    return named_interval(name, _ends(drawn, ci_prob))


def _ends(drawn: np.ndarray, ci_prob: float, method: Method = "linear") -> np.ndarray:
    known = _defined(drawn)
    return interval_of(known, ci_prob, method=method) if len(known) else np.full(3, np.nan)


def _gr50_columns(own: xr.Dataset, source: str, name: str, ci_prob: float) -> dict[str, Any]:
    low, top, unit = float(own[LOWEST_DOSE]), float(own[TOP_DOSE]), own.attrs[DOSE_UNIT]
    ends = 10.0 ** _ends(own[source].to_numpy(), ci_prob, "inverted_cdf")
    return {name: words_of(ends, low, top, unit)} | dose_columns(ends, low, top, unit, name)


def _in_words(divisions: np.ndarray, without: float, hours: float | None) -> str:
    """What a reader should know of a line's growth before its GR metrics."""
    if np.isnan(without):
        return NOT_MEASURED
    middle = float(np.median(divisions))
    if without > MOST_WITHOUT_GROWTH:
        shrunk = f"; they have {2.0**middle:.2g} of the signal of time zero: other cells, or another seeding?"
        said = f"GR not defined: untreated cells did not grow with probability {without:.2g}"
        return said + (shrunk if middle < SHRUNK else "")
    most = MOST_A_DAY * float(hours) / HOURS_A_DAY if hours else MOST_DIVISIONS
    if middle > most:
        return f"{2.0**middle:.3g}-fold growth: was time zero read in the unit and with the gain of the end?"
    return FEW if middle < FEW_DIVISIONS else ""
