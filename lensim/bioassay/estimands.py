"""What a bioassay's fit says: TNF of media and fold changes as draws, and tables of them.

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
from lensim.inference.observations import observations_of

LOG10_2: Final = float(np.log10(2.0))
SIDES: Final = {-1: "below", 0: "within", 1: "above"}


def is_bioassay(result: xr.DataTree) -> bool:
    """Whether a result is that of a bioassay."""
    return v.LOG10_TNF in result["posterior"]


def bioassay_estimands(result: xr.DataTree) -> xr.Dataset:
    """Draws of every quantity of interest of a bioassay's fit.

    Returns
    -------
    xarray.Dataset
        Dims chain, draw and: log10_tnf_pg_per_ml (medium); log10_line_tnf_pg_per_ml (cell_line), the mean of a line's
        media under the control; log2_fold_change (cell_line, contrast) where there is a second condition.

    Raises
    ------
    InputError
        If the result is of another assay.
    """
    posterior = result["posterior"].to_dataset()
    if v.LOG10_TNF not in posterior:
        raise checks.InputError(
            f"a bioassay's result needs {v.LOG10_TNF} in its posterior, got {', '.join(map(str, posterior))}"
        )
    return posterior[[name for name in (v.LOG10_TNF, v.LOG10_TNF_OF_LINE, v.LOG2_FOLD_CHANGE) if name in posterior]]


def summarise_media(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a medium.

    Columns: medium, cell_line, condition, experiment; tnf_pg_per_ml with _lower and _upper (posterior median and
    equal-tailed interval, each NaN where it lies beyond the standards); bound_lower and bound_upper (the ends wherever
    they lie: beyond the standards they hold as bounds); tnf (the same in words); p_below and p_above (probabilities
    that TNF lies below or above what the standards bracket); lowest_pg_per_ml and highest_pg_per_ml (of that, dilutions
    counted).
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    data = observations_of(result)
    draws = _draws(bioassay_estimands(result)[v.LOG10_TNF], v.MEDIUM)
    low, high = calibrated_range(data)
    tails = [(1 - ci_prob) / 2, 0.5, (1 + ci_prob) / 2]
    line, condition, experiment = (
        data[dim].to_numpy()[data[pointer].to_numpy()]
        for dim, pointer in (
            (v.CELL_LINE, v.LINE_OF_MEDIUM),
            (v.CONDITION, v.CONDITION_OF_MEDIUM),
            (v.EXPERIMENT, v.EXPERIMENT_OF_MEDIUM),
        )
    )
    rows = []
    for at, name in enumerate(data[v.MEDIUM].to_numpy()):
        lower, median, upper = 10.0 ** np.quantile(draws[at], tails)
        inside = [value if low[at] <= value <= high[at] else np.nan for value in (lower, median, upper)]
        rows.append(
            {
                "medium": str(name),
                "cell_line": str(line[at]),
                "condition": str(condition[at]),
                "experiment": str(experiment[at]),
                "tnf_pg_per_ml": inside[1],
                "tnf_pg_per_ml_lower": inside[0],
                "tnf_pg_per_ml_upper": inside[2],
                "bound_lower": lower,
                "bound_upper": upper,
                "tnf": tnf_in_words(lower, median, upper, low[at], high[at]),
                "p_below": float((draws[at] < np.log10(low[at])).mean()),
                "p_above": float((draws[at] > np.log10(high[at])).mean()),
                "lowest_pg_per_ml": low[at],
                "highest_pg_per_ml": high[at],
            }
        )
    return pd.DataFrame(rows)


def summarise_changes(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line and contrast; none where there is one condition alone.

    Columns: cell_line, contrast; fold_change_percent with _lower and _upper (percent of control); p_increase; change
    (in words: an interval; a bound where one side lies beyond the standards; 'not told' where both do on the same
    side, or there is no medium of a side); control_tnf and treated_tnf (below, within or above the standards, by most
    of the media).
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    data, draws = observations_of(result), bioassay_estimands(result)
    if v.LOG2_FOLD_CHANGE not in draws:
        return pd.DataFrame()
    media = summarise_media(result, ci_prob)
    fold = draws[v.LOG2_FOLD_CHANGE]
    control = str(data[v.CONDITION].to_numpy()[data[v.IS_CONTROL].to_numpy() == 1][0])
    tails = [(1 - ci_prob) / 2, 0.5, (1 + ci_prob) / 2]
    rows = []
    for line in map(str, fold[v.CELL_LINE].to_numpy()):
        own = media[media["cell_line"] == line]
        for contrast in map(str, fold[v.CONTRAST].to_numpy()):
            values = fold.sel({v.CELL_LINE: line, v.CONTRAST: contrast}).to_numpy().ravel()
            lower, median, upper = 100 * 2.0 ** np.quantile(values, tails)
            sides = [_side(own[own["condition"] == condition]) for condition in (control, contrast)]
            rows.append(
                {
                    "cell_line": line,
                    "contrast": contrast,
                    "fold_change_percent": median,
                    "fold_change_percent_lower": lower,
                    "fold_change_percent_upper": upper,
                    "p_increase": float((values > 0).mean()),
                    "change": _change_in_words(lower, median, upper, sides),
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


def _change_in_words(lower: float, median: float, upper: float, sides: list[int | None]) -> str:
    control, treated = sides
    if control is None or treated is None:
        return "not told: no medium of a condition"
    if control == treated == 0:
        return f"{median:.0f}% ({lower:.0f} to {upper:.0f})"
    if control == treated:
        return f"not told: both {SIDES[control]} the standards"
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
    """So many significant digits, without an exponent up to a million."""
    return f"{float(f'{value:.{digits}g}'):g}"


def _draws(values: xr.DataArray, dim: str) -> np.ndarray:
    """Draws (dim, draw) of a variable with one dim of its own."""
    return values.stack(sample_=("chain", "draw"), create_index=False).transpose(dim, "sample_").to_numpy()
