"""Conditions of a line against each other: ratios of IC50s and differences of inhibition, from joint draws.

What days and plates do to both conditions alike is in the draws of both, and so not in their ratio.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.estimands import INHIBITION_AT_TOP, LOWEST_DOSE, TOP_DOSE
from lensim.inference.intervals import interval_of, named_interval
from lensim.inference.observations import require_estimands

FEWEST_LINES: Final = 3
"""Lines from which on a mean over lines is told."""
SAME: Final = 1.1
"""A median that is known up to this factor, because a few draws lie beyond the doses, is told as a number."""
KNOWN: Final = 0.95
"""Share of draws in which a ratio must have both IC50s within the doses to be part of a mean over lines."""
POINTS: Final = "inhibition_difference_percent_points"
ALL_LINES: Final = "mean of lines"


def has_conditions(estimands: xr.Dataset) -> bool:
    """Whether lines have several curves, one a condition, and it is known which of them is the control."""
    return v.CONDITION_OF_CURVE in estimands.coords and bool(estimands.attrs.get(v.CONTROL))


def summarise_conditions(estimands: xr.Dataset, ci_prob: float = 0.9, seed: int = 0) -> pd.DataFrame:
    """One row a line and condition against the control condition; and one over all lines, where there are three.

    Columns: cell_line, contrast (condition against control, in words); ic50_ratio with _lower and _upper (each NaN
    where an IC50 behind it lies beyond the tested doses); ratio (the same in words, with bounds); p_ratio_above_1 and
    p_ratio_below_1 (probabilities that the IC50 is larger, and smaller, than under control; what is missing to 1 is
    where both lie beyond the same end of the doses); inhibition_difference_percent_points with its interval (at the top
    dose, where both have the same; NaN else). The mean of lines is of log ratios, with the spread between lines in its
    interval; it is missing where a line has no ratio.

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`, of data with conditions.
    ci_prob
        Probability inside the intervals.
    seed
        Root of the draws of the mean of lines.
    """
    require_estimands(estimands, "dose_response_estimands")
    if not has_conditions(estimands):
        return pd.DataFrame()
    control = str(estimands.attrs[v.CONTROL])
    line, condition = (estimands[name].to_numpy().astype(str) for name in (v.LINE_OF_CURVE, v.CONDITION_OF_CURVE))
    draws = estimands.stack(sample=("chain", "draw"), create_index=False)
    rows = []
    for other in [name for name in dict.fromkeys(condition) if name != control]:
        ratios = []
        for name in dict.fromkeys(line):
            pair = [np.flatnonzero((line == name) & (condition == one)) for one in (other, control)]
            if all(map(len, pair)):
                treated, against = (draws.isel({v.CELL_LINE: int(at[0])}) for at in pair)
                ratios.append(ratio_bounds(treated, against))
                rows.append(
                    _row(str(name), other, control)
                    | _ratio_columns(*ratios[-1], ci_prob)
                    | _difference(treated, against, ci_prob)
                )
        if len(ratios) >= FEWEST_LINES and (mean := _mean_of_lines(ratios, seed, other)) is not None:
            rows.append(_row(ALL_LINES, other, control) | _ratio_columns(mean, mean, ci_prob))
    return pd.DataFrame(rows)


def _row(line: str, condition: str, control: str) -> dict[str, Any]:
    return {"cell_line": line, "contrast": f"{condition} against {control}"}


def ratio_bounds(treated: xr.Dataset, against: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Between what the log10 ratio of two IC50s lies in each draw: equal where both are within their tested doses.

    An IC50 above the top dose lies anywhere above it, one below the lowest dose anywhere below.
    """
    low_of, high_of = zip(*(_ends(one) for one in (treated, against)), strict=True)
    return low_of[0] - high_of[1], high_of[0] - low_of[1]


def _ends(curve: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    ic50 = curve[v.LOG10_IC50].to_numpy()
    low, top = np.log10([float(curve[LOWEST_DOSE]), float(curve[TOP_DOSE])])
    lower = np.where(ic50 > top, top, np.where(ic50 < low, -np.inf, ic50))
    return lower, np.where(ic50 > top, np.inf, np.where(ic50 < low, low, ic50))


def _ratio_columns(lower: np.ndarray, upper: np.ndarray, ci_prob: float) -> dict[str, Any]:
    ends = 10.0 ** np.array(
        [
            interval_of(lower, ci_prob, method="inverted_cdf")[0],
            interval_of(lower, ci_prob, method="inverted_cdf")[1],
            interval_of(upper, ci_prob, method="inverted_cdf")[1],
            interval_of(upper, ci_prob, method="inverted_cdf")[2],
        ]
    )
    known = np.where((ends > 0.0) & np.isfinite(ends), ends, np.nan)
    middle = np.sqrt(known[1] * known[2]) if known[2] < SAME * known[1] else np.nan
    return {
        **named_interval("ic50_ratio", np.array([known[0], middle, known[3]])),
        "ratio": ratio_in_words(*map(float, ends)),
        "p_ratio_above_1": float((lower > 0.0).mean()),
        "p_ratio_below_1": float((upper < 0.0).mean()),
    }


def ratio_in_words(lower: float, median_from: float, median_to: float, upper: float) -> str:
    """A ratio as '3.0 (2.4 to 3.8)', or a bound where an IC50 behind an end lies beyond the tested doses.

    The median lies from `median_from` to `median_to`, and is known where these are nearly the same.
    """
    bottom, top = lower > 0.0, np.isfinite(upper)
    if median_from > 0.0 and median_to < min(SAME * median_from, np.inf):
        ends = f"{_text(lower) if bottom else 'no lower bound'} to {_text(upper) if top else 'no upper bound'}"
        return f"{_text(float(np.sqrt(median_from * median_to)))} ({ends})"
    if bottom and not top:
        return f"> {_text(lower)}"
    if top and not bottom:
        return f"< {_text(upper)}"
    return f"between {_text(lower)} and {_text(upper)}" if bottom and top else "not known: both beyond the doses"


def _text(value: float) -> str:
    return f"{value:.2g}" if value < 1e3 else f"{float(f'{value:.2g}'):.0f}"


def _difference(treated: xr.Dataset, against: xr.Dataset, ci_prob: float) -> dict[str, Any]:
    """Difference of inhibition at the top dose, where both have the same."""
    if float(treated[TOP_DOSE]) != float(against[TOP_DOSE]):
        return named_interval(POINTS, np.full(3, np.nan))
    apart = treated[INHIBITION_AT_TOP].to_numpy() - against[INHIBITION_AT_TOP].to_numpy()
    return named_interval(POINTS, interval_of(apart, ci_prob))


def _mean_of_lines(ratios: list[tuple[np.ndarray, np.ndarray]], seed: int, name: str) -> np.ndarray | None:
    """Draws of the mean log10 ratio of a population of lines: mean over lines + s / sqrt(n) t(n - 1)."""
    known = np.array([lower == upper for lower, upper in ratios])
    if (known.mean(axis=1) < KNOWN).any():
        return None
    values = np.array([lower for lower, _ in ratios])[:, known.all(axis=0)]
    lines, draws = values.shape
    t = seeding.stream(seed, "conditions", name).standard_t(lines - 1, draws)
    return np.asarray(values.mean(axis=0) + values.std(axis=0, ddof=1) / np.sqrt(lines) * t)
