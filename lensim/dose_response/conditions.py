"""Curves of a line against each other, from joint draws: ratios of IC50s and of any ICx, differences of inhibition.

A pair is a line under a condition and under the control, or a line and the parent that it was made from. What days and
plates do to both alike is in the draws of both, and so not in their ratio.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.estimands import (
    INHIBITION_AT_DOSE,
    INHIBITION_AT_TOP,
    LOWEST_DOSE,
    SD_OF_LINES,
    TOP_DOSE,
)
from lensim.dose_response.experiments import ONLY_EXPERIMENT, THIS_LOG10_IC50
from lensim.dose_response.levels import LEVEL, LOG10_ICX
from lensim.dose_response.over_lines import SCALE_OF_LOG10_RATIOS, SCALE_OF_POINTS, mean_over_lines
from lensim.inference.intervals import interval_of, named_interval
from lensim.inference.observations import require_estimands

FEWEST_LINES: Final = 3
"""Lines from which on a mean over lines is told."""
SAME: Final = 1.1
"""A median that is known up to this factor, because a few draws lie beyond the doses, is told as a number."""
KNOWN: Final = 0.95
"""Share of draws in which a ratio must have both IC50s within the doses to be part of a mean over lines."""
POINTS: Final = "inhibition_difference_percent_points"
POINTS_AT_DOSE: Final = "inhibition_difference_at_dose_percent_points"
ALL_LINES: Final = "mean of lines"
MEDIAN_OF_LINES: Final = "median of these lines"
PARENT: Final = "parent"
THIS_RATIO: Final = "this_experiment_ratio"

Bounds = tuple[np.ndarray, np.ndarray]
"""Draws of the lower and the upper bound of a log10 ratio; equal where it is known."""


@dataclass(frozen=True)
class Pair:
    """Two curves that are compared, by their positions.

    Attributes
    ----------
    kind
        What a mean over lines is of: the name of the condition, or parent.
    cell_line, contrast
        As the table names them.
    treated, against
        Positions along cell_line.
    """

    kind: str
    cell_line: str
    contrast: str
    treated: int
    against: int


def pairs_of(estimands: xr.Dataset) -> tuple[Pair, ...]:
    """The pairs of a fit, by kind: each condition against the control, then lines against their parents."""
    return (*_of_conditions(estimands), *_of_parents(estimands))


def _of_conditions(estimands: xr.Dataset) -> Iterable[Pair]:
    control = str(estimands.attrs.get(v.CONTROL, ""))
    if v.CONDITION_OF_CURVE not in estimands.coords or not control:
        return
    line, condition = (estimands[name].to_numpy().astype(str) for name in (v.LINE_OF_CURVE, v.CONDITION_OF_CURVE))
    for other in [name for name in dict.fromkeys(condition) if name != control]:
        for name in dict.fromkeys(line):
            pair = [np.flatnonzero((line == name) & (condition == one)) for one in (other, control)]
            if all(map(len, pair)):
                yield Pair(str(other), str(name), f"{other} against {control}", int(pair[0][0]), int(pair[1][0]))


def _of_parents(estimands: xr.Dataset) -> Iterable[Pair]:
    if v.PARENT_OF_CURVE not in estimands.coords:
        return
    parent = estimands[v.PARENT_OF_CURVE].to_numpy().astype(str)
    name_of = v.LINE_OF_CURVE if v.LINE_OF_CURVE in estimands.coords else v.CELL_LINE
    line = estimands[name_of].to_numpy().astype(str)
    has_conditions = v.CONDITION_OF_CURVE in estimands.coords
    condition = estimands[v.CONDITION_OF_CURVE].to_numpy().astype(str) if has_conditions else np.full(len(line), "")
    for own in np.flatnonzero(parent != ""):
        for other in np.flatnonzero((line == parent[own]) & (condition == condition[own])):
            under = f", both under {condition[own]}" if condition[own] else ""
            kind = f"{PARENT}{under}"
            yield Pair(kind, str(line[own]), f"{line[own]} against {parent[own]}{under}", int(own), int(other))


def has_conditions(estimands: xr.Dataset) -> bool:
    """Whether there are pairs of curves to compare: conditions with a known control, or lines with a parent."""
    return bool(pairs_of(estimands))


def summarise_conditions(estimands: xr.Dataset, ci_prob: float = 0.9, seed: int = 0) -> pd.DataFrame:
    """One row a pair of curves; and one over all lines for each condition, and for parents, where there are three.

    Columns: cell_line, contrast (condition against control, or line against parent, in words); ic50_ratio with _lower
    and _upper (each NaN where an IC50 behind it lies beyond the tested doses); ratio (the same in words, with bounds);
    p_ratio_above_1 and p_ratio_below_1 (probabilities that the IC50 is larger, and smaller, than that it is compared
    with; what is missing to 1 is where both lie beyond the same end of the doses);
    where both curves were treated in one experiment, the same one, this_experiment_ratio (in words) and
    this_experiment_ic50_ratio with _lower and _upper: of that experiment, without the doubt about other days;
    inhibition_difference_percent_points with its interval (at the top dose, where both have the same; NaN else), and
    inhibition_difference_at_dose_percent_points where a dose was asked for (NaN where it is not within the doses of
    both).

    The mean of lines is of log ratios, with the spread between lines in its interval: it is for lines like these
    (`mean_over_lines`).
    Where a line has a bound in place of a ratio, there is no such mean. In its place stands the median of these lines,
    a bound itself where half of them have one; the spread between lines is not in it.

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`, of data with conditions or parents.
    ci_prob
        Probability inside the intervals.
    seed
        Root of the draws of the mean of lines.
    """
    require_estimands(estimands, "dose_response_estimands")
    pairs = pairs_of(estimands)
    draws = estimands.stack(sample=("chain", "draw"), create_index=False)
    rows: list[dict[str, Any]] = []
    for kind in dict.fromkeys(pair.kind for pair in pairs):
        own = [pair for pair in pairs if pair.kind == kind]
        both = [_both(draws, pair) for pair in own]
        ratios = [ratio_bounds(*one) for one in both]
        apart = {name: [_difference(*one, name) for one in both] for name in (POINTS, POINTS_AT_DOSE)}
        if INHIBITION_AT_DOSE not in draws:
            del apart[POINTS_AT_DOSE]
        for at, pair in enumerate(own):
            rows.append(_row(pair) | _ratio_columns("ic50_ratio", *ratios[at], ci_prob))
            rows[-1] |= _this_experiment_columns(*both[at], ci_prob)
            for name, values in apart.items():
                rows[-1] |= named_interval(name, interval_of(values[at], ci_prob))
        if len(own) >= FEWEST_LINES:
            rows.append(_over_lines("ic50_ratio", own, ratios, ci_prob, seed, _prior_variance(draws)))
            for name, values in apart.items():
                stream = seeding.stream(seed, "conditions", kind, name)
                mean = _population_mean(np.array(values), SCALE_OF_POINTS, stream)
                rows[-1] |= named_interval(name, interval_of(mean, ci_prob))
    found = pd.DataFrame(rows)
    return found.fillna({THIS_RATIO: ""}) if THIS_RATIO in found else found


def summarise_condition_levels(estimands: xr.Dataset, ci_prob: float = 0.9, seed: int = 0) -> pd.DataFrame:
    """One row a pair of curves and level: ratio of ICx; and over lines, where there are three.

    Columns: cell_line, contrast, level_percent; icx_ratio with _lower and _upper, ratio, p_ratio_above_1 and
    p_ratio_below_1, as those of IC50s in `summarise_conditions`.

    Parameters
    ----------
    estimands
        As from `with_levels`, of data with conditions or parents.
    ci_prob, seed
        As for `summarise_conditions`.
    """
    require_estimands(estimands, "dose_response_estimands")
    if LOG10_ICX not in estimands:
        return pd.DataFrame()
    pairs = pairs_of(estimands)
    draws = estimands.stack(sample=("chain", "draw"), create_index=False)
    rows: list[dict[str, Any]] = []
    for kind in dict.fromkeys(pair.kind for pair in pairs):
        own = [pair for pair in pairs if pair.kind == kind]
        for level in map(float, estimands[LEVEL].to_numpy()):
            doses = draws[LOG10_ICX].sel({LEVEL: level}, drop=True)
            at_level = draws.assign({v.LOG10_IC50: doses})
            ratios = [ratio_bounds(*_both(at_level, pair)) for pair in own]
            for pair, ratio in zip(own, ratios, strict=True):
                rows.append(_row(pair) | {LEVEL: level} | _ratio_columns("icx_ratio", *ratio, ci_prob))
            if len(own) >= FEWEST_LINES:
                over = _over_lines("icx_ratio", own, ratios, ci_prob, seed, _prior_variance(draws))
                rows.append({name: over.pop(name) for name in ("cell_line", "contrast")} | {LEVEL: level} | over)
    return pd.DataFrame(rows)


def _row(pair: Pair) -> dict[str, Any]:
    return {"cell_line": pair.cell_line, "contrast": pair.contrast}


def _both(draws: xr.Dataset, pair: Pair) -> tuple[xr.Dataset, xr.Dataset]:
    return draws.isel({v.CELL_LINE: pair.treated}), draws.isel({v.CELL_LINE: pair.against})


def ratio_bounds(treated: xr.Dataset, against: xr.Dataset) -> Bounds:
    """Between what the log10 ratio of two IC50s lies in each draw: equal where both are within their tested doses.

    An IC50 above the top dose lies anywhere above it, one below the lowest dose anywhere below.
    """
    low_of, high_of = zip(*(_ends(one) for one in (treated, against)), strict=True)
    return low_of[0] - high_of[1], high_of[0] - low_of[1]


def _ends(curve: xr.Dataset) -> Bounds:
    ic50 = curve[v.LOG10_IC50].to_numpy()
    low, top = np.log10([float(curve[LOWEST_DOSE]), float(curve[TOP_DOSE])])
    lower = np.where(ic50 > top, top, np.where(ic50 < low, -np.inf, ic50))
    return lower, np.where(ic50 > top, np.inf, np.where(ic50 < low, low, ic50))


def _ratio_columns(name: str, lower: np.ndarray, upper: np.ndarray, ci_prob: float) -> dict[str, Any]:
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
        **named_interval(name, np.array([known[0], middle, known[3]])),
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


def _this_experiment_columns(treated: xr.Dataset, against: xr.Dataset, ci_prob: float) -> dict[str, Any]:
    """The ratio that one experiment showed, of two curves that were treated in it alone; nothing of others."""
    experiment = int(treated.get(ONLY_EXPERIMENT, -1))
    if experiment < 0 or experiment != int(against[ONLY_EXPERIMENT]) or THIS_LOG10_IC50 not in treated:
        return {}
    shown = (one.assign({v.LOG10_IC50: one[THIS_LOG10_IC50]}) for one in (treated, against))
    columns = _ratio_columns("ic50_ratio", *ratio_bounds(*shown), ci_prob)
    numbers = ("ic50_ratio", "ic50_ratio_lower", "ic50_ratio_upper")
    return {THIS_RATIO: columns["ratio"]} | {f"this_experiment_{name}": columns[name] for name in numbers}


def _difference(treated: xr.Dataset, against: xr.Dataset, name: str) -> np.ndarray:
    """Draws of the difference of inhibition at the top dose or that asked for; NaN where that is not in both series."""
    source = INHIBITION_AT_TOP if name == POINTS else INHIBITION_AT_DOSE
    if source not in treated or (name == POINTS and float(treated[TOP_DOSE]) != float(against[TOP_DOSE])):
        return np.full(treated.sizes["sample"], np.nan)
    return np.asarray(treated[source].to_numpy() - against[source].to_numpy())


def _over_lines(
    name: str, pairs: Sequence[Pair], ratios: Sequence[Bounds], ci_prob: float, seed: int, prior_variance: float
) -> dict[str, Any]:
    """The row over all lines: their population's mean, or where a line has a bound, the median of these lines."""
    kind = pairs[0].kind
    contrasts = dict.fromkeys(pair.contrast for pair in pairs)
    of_parents = f"lines against their parents{kind.removeprefix(PARENT)}"
    contrast = next(iter(contrasts)) if len(contrasts) == 1 else of_parents
    mean = _mean_of_lines(ratios, prior_variance, seed, kind)
    if mean is not None:
        return {"cell_line": ALL_LINES, "contrast": contrast} | _ratio_columns(name, mean, mean, ci_prob)
    lower, upper = (np.median(np.array(ends), axis=0) for ends in zip(*ratios, strict=True))
    return {"cell_line": MEDIAN_OF_LINES, "contrast": contrast} | _ratio_columns(name, lower, upper, ci_prob)


def _prior_variance(draws: xr.Dataset) -> float:
    """Of the log10 ratio of two EC50s, where curves were drawn towards one population; infinite where not."""
    sd = draws.attrs.get(SD_OF_LINES)
    return np.inf if sd is None else 2.0 * float(sd) ** 2


def _mean_of_lines(ratios: Sequence[Bounds], prior_variance: float, seed: int, name: str) -> np.ndarray | None:
    """Draws of the mean log10 ratio of a population of lines; None where one of them has a bound."""
    known = np.array([lower == upper for lower, upper in ratios])
    if (known.mean(axis=1) < KNOWN).any() or not known.all(axis=0).any():
        return None
    values = np.array([lower for lower, _ in ratios])[:, known.all(axis=0)]
    rng = seeding.stream(seed, "conditions", name)
    return _population_mean(values, SCALE_OF_LOG10_RATIOS, rng, prior_variance)


def _population_mean(
    values: np.ndarray, scale: float, rng: np.random.Generator, prior_variance: float = np.inf
) -> np.ndarray:
    """Draws of the mean of a population of lines, from draws (line, draw); see `mean_over_lines`."""
    return mean_over_lines(values.mean(axis=1), values.var(axis=1), scale, values.shape[1], rng, prior_variance)
