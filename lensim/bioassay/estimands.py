"""Quantities of interest of a bioassay's fit: TNF of media and fold changes as draws, and tables of them.

TNF beyond the standards of its plate is a bound with a probability, never a plain number; a fold change with a side
beyond the standards is a bound, too.
"""

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bioassay.rules import calibrated_range
from lensim.inference.intervals import interval_of, named_interval
from lensim.inference.observations import observations_of, require_estimands

LOG10_2: Final = float(np.log10(2.0))
LINE_OF_MEDIUM: Final = "medium_cell_line"
CONDITION_OF_MEDIUM: Final = "medium_condition"
EXPERIMENT_OF_MEDIUM: Final = "medium_experiment"
LOWEST: Final = "lowest_pg_per_ml"
HIGHEST: Final = "highest_pg_per_ml"
CONTROL: Final = "control"
SIDES: Final = {-1: "below", 0: "within", 1: "above"}


def bioassay_estimands(result: xr.DataTree) -> xr.Dataset:
    """Draws of every quantity of interest of a bioassay's fit, and the properties of media for tables.

    Computed once a fit; `summarise_media` and `summarise_changes` take what it returns.

    Returns
    -------
    xarray.Dataset
        Dims chain, draw and: log10_tnf_pg_per_ml (medium); log10_line_tnf_pg_per_ml (cell_line), the mean of a line's
        media under the control; log2_fold_change (cell_line, contrast) where there is a second condition.
        Coordinates along medium: medium_cell_line, medium_condition, medium_experiment, and lowest_pg_per_ml and
        highest_pg_per_ml, between which its standards bracket it, dilutions counted. In the attrs the name of the
        control.

    Raises
    ------
    InputError
        If the result is of another assay or lacks its observations.
    """
    posterior = result["posterior"].to_dataset()
    if v.LOG10_TNF not in posterior:
        raise checks.InputError(
            f"a bioassay's result needs {v.LOG10_TNF} in its posterior, got {', '.join(map(str, posterior))}"
        )
    data = observations_of(result)
    low, high = calibrated_range(data)
    own = posterior[[name for name in (v.LOG10_TNF, v.LOG10_TNF_OF_LINE, v.LOG2_FOLD_CHANGE) if name in posterior]]
    names = {
        name: (v.MEDIUM, data[dim].to_numpy().astype(str)[data[pointer].to_numpy()])
        for name, dim, pointer in (
            (LINE_OF_MEDIUM, v.CELL_LINE, v.LINE_OF_MEDIUM),
            (CONDITION_OF_MEDIUM, v.CONDITION, v.CONDITION_OF_MEDIUM),
            (EXPERIMENT_OF_MEDIUM, v.EXPERIMENT, v.EXPERIMENT_OF_MEDIUM),
        )
    }
    (control,) = data[v.CONDITION].to_numpy().astype(str)[data[v.IS_CONTROL].to_numpy() == 1]
    ends = {LOWEST: (v.MEDIUM, low), HIGHEST: (v.MEDIUM, high)}
    return own.drop_attrs(deep=False).assign_attrs({CONTROL: str(control)}).assign_coords(names | ends)


def summarise_media(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a medium.

    Columns: medium, cell_line, condition, experiment; tnf_pg_per_ml with _lower and _upper (posterior median and
    equal-tailed interval, each NaN where it lies beyond the standards); bound_lower and bound_upper (the ends wherever
    they lie: beyond the standards they hold as bounds); tnf (the same in words); p_below and p_above (probabilities
    that TNF lies below or above what the standards bracket); lowest_pg_per_ml and highest_pg_per_ml (of that, dilutions
    counted).

    Parameters
    ----------
    estimands
        As from `bioassay_estimands`.
    ci_prob
        Probability inside the intervals.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "bioassay_estimands")
    draws = _draws(estimands[v.LOG10_TNF], v.MEDIUM)
    low, high = estimands[LOWEST].to_numpy(), estimands[HIGHEST].to_numpy()
    line, condition, experiment = (
        estimands[name].to_numpy() for name in (LINE_OF_MEDIUM, CONDITION_OF_MEDIUM, EXPERIMENT_OF_MEDIUM)
    )
    rows = []
    for at, name in enumerate(estimands[v.MEDIUM].to_numpy()):
        lower, median, upper = 10.0 ** interval_of(draws[at], ci_prob)
        inside = np.array([value if low[at] <= value <= high[at] else np.nan for value in (lower, median, upper)])
        rows.append(
            {
                "medium": str(name),
                "cell_line": str(line[at]),
                "condition": str(condition[at]),
                "experiment": str(experiment[at]),
            }
            | named_interval("tnf_pg_per_ml", inside)
            | {
                "bound_lower": lower,
                "bound_upper": upper,
                "tnf": tnf_in_words(lower, median, upper, low[at], high[at]),
                "p_below": float((draws[at] < np.log10(low[at])).mean()),
                "p_above": float((draws[at] > np.log10(high[at])).mean()),
                LOWEST: low[at],
                HIGHEST: high[at],
            }
        )
    return pd.DataFrame(rows)


def summarise_changes(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line and contrast; none where there is one condition alone.

    Columns: cell_line, contrast; fold_change_percent with _lower and _upper (percent of control; where one side lies
    beyond the standards the end alone that is a bound, and none where both do); p_increase; change
    (in words: an interval; a bound where one side lies beyond the standards; 'not reported' where both do on the same
    side, or, without numbers, there is no medium of a side); control_tnf and treated_tnf (below, within or above the
    standards, by most of the media).

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_media`.
    """
    require_estimands(estimands, "bioassay_estimands")
    if v.LOG2_FOLD_CHANGE not in estimands:
        return pd.DataFrame()
    media = summarise_media(estimands, ci_prob)
    fold = estimands[v.LOG2_FOLD_CHANGE]
    rows = []
    for line in map(str, fold[v.CELL_LINE].to_numpy()):
        own = media[media["cell_line"] == line]
        for contrast in map(str, fold[v.CONTRAST].to_numpy()):
            values = fold.sel({v.CELL_LINE: line, v.CONTRAST: contrast}).to_numpy().ravel()
            sides = [_side(own[own["condition"] == name]) for name in (estimands.attrs[CONTROL], contrast)]
            has_both = None not in sides  # without media of a side the draws are the prior's
            ends = 100 * 2.0 ** interval_of(values, ci_prob) if has_both else np.full(3, np.nan)
            rows.append(
                {"cell_line": line, "contrast": contrast}
                | named_interval("fold_change_percent", _known_ends(ends, sides))
                | {
                    "p_increase": float((values > 0).mean()) if has_both else np.nan,
                    "change": _change_in_words(ends, sides),
                    "control_tnf": "no medium" if sides[0] is None else SIDES[sides[0]],
                    "treated_tnf": "no medium" if sides[1] is None else SIDES[sides[1]],
                }
            )
    return pd.DataFrame(rows)


def _side(media: pd.DataFrame) -> int | None:
    """-1, 0 or 1: where most of some media lie; None where there are none."""
    if media.empty:
        return None
    return int(np.sign(np.median(np.where(media["p_above"] > 0.5, 1, np.where(media["p_below"] > 0.5, -1, 0)))))


def _known_ends(ends: np.ndarray, sides: list[int | None]) -> np.ndarray:
    """The ends of a change that the standards bracket: all, the one that is a bound, or none; NaN for the others."""
    control, treated = sides
    if control == treated == 0:
        return ends
    known = np.full(3, np.nan)
    if control is not None and treated is not None and control != treated:
        at = 0 if treated > control else 2
        known[at] = ends[at]
    return known


def _change_in_words(ends: np.ndarray, sides: list[int | None]) -> str:
    lower, median, upper = ends
    control, treated = sides
    if control is None or treated is None:
        return "not reported: no medium of a condition"
    if control == treated == 0:
        return f"{median:.0f}% ({lower:.0f} to {upper:.0f})"
    if control == treated:
        return f"not reported: both {SIDES[control]} the standards"
    return f"> {lower:.0f}%" if treated > control else f"< {upper:.0f}%"


def tnf_in_words(lower: float, median: float, upper: float, lowest: float, highest: float) -> str:
    """TNF as a laboratory may print it: '63 (51 to 78)', or a bound where an end lies beyond the standards.

    '< 12.5' where the whole interval lies below the lowest standard, '< 12.5 (to 20)' where the median does; in the
    same way above the highest.
    """

    def end(value: float) -> str:
        if value < lowest:
            return f"< {_digits(lowest, 3)}"
        return f"> {_digits(highest, 3)}" if value > highest else _digits(value, 2)

    if upper < lowest or lower > highest:
        return end(median)
    if median < lowest:
        return f"{end(median)} (to {end(upper)})"
    if median > highest:
        return f"{end(median)} (from {end(lower)})"
    return f"{end(median)} ({end(lower)} to {end(upper)})"


def _digits(value: float, digits: int) -> str:
    """A number with `digits` significant digits, without an exponent below a million."""
    return f"{float(f'{value:.{digits}g}'):g}"


def _draws(values: xr.DataArray, dim: str) -> np.ndarray:
    """Draws (dim, draw) of a variable with one dim of its own."""
    return values.stack(sample_=("chain", "draw"), create_index=False).transpose(dim, "sample_").to_numpy()
