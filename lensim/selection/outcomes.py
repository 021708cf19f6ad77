"""Outcomes of cultures: when resistance had taken over and whether cells died out, with standard errors."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.selection.design import Culture, lay_out
from lensim.selection.schedule import DoseSchedule
from lensim.selection.simulate import expected, simulate_chunks
from lensim.selection.truth import check_truth, rates_at

RESISTANCE_DAY: Final = "resistance_day"
GROWTH_DAY: Final = "growth_day"
EXTINCTION_DAY: Final = "extinction_day"
HAS_RESISTANT: Final = "has_resistant"
IS_RESISTANT: Final = "is_resistant"
IS_EXTINCT: Final = "is_extinct"
WITHOUT_CHANCE: Final = "resistance_day_without_chance"
MONTE_CARLO_PROB: Final = 0.95

SHARES: Final = (IS_RESISTANT, HAS_RESISTANT, IS_EXTINCT)
DAYS: Final = (RESISTANCE_DAY, GROWTH_DAY, EXTINCTION_DAY)


def outcomes(data: xr.Dataset, truth: xr.Dataset) -> xr.Dataset:
    """Outcome of each culture at the end of its schedule.

    Parameters
    ----------
    data
        As from `simulate` or `expected`.
    truth
        The truth that it was simulated from.

    Returns
    -------
    xr.Dataset
        Each (study). resistance_day, the first day from which to the end more than half of the living cells are
        resistant; growth_day, the first from which to the end the culture as a whole grows at the last dose,
        S (b_S - d_S) + R (b_R - d_R) > 0; extinction_day, the first without cells; all +inf where there is none
        [days, on the sheet's]. has_resistant, whether a resistant cell lives at the end; is_resistant, whether more
        than half do; is_extinct, whether no cell does.

    Raises
    ------
    InputError
        If a variable is absent or the studies do not match.
    """
    checks.has_variables(data, {v.CELLS: (v.STUDY, v.CLONE, v.DAY), v.LAST_DOSE: ()}, "outcomes")
    check_truth(truth, "outcomes")
    if data.sizes[v.STUDY] != truth.sizes[v.STUDY]:
        raise checks.InputError(
            f"outcomes need a truth of {data.sizes[v.STUDY]} studies as the data have, got {truth.sizes[v.STUDY]}"
        )
    cells, day = data[v.CELLS].to_numpy(), data[v.DAY].to_numpy()
    sensitive, resistant = cells[:, 0], cells[:, 1]
    division, death = rates_at(truth, float(data[v.LAST_DOSE]))
    growth = division - death
    is_resistant = resistant > sensitive
    is_growing = sensitive * growth[:, :1] + resistant * growth[:, 1:] > 0
    is_empty = sensitive + resistant == 0
    found = {
        RESISTANCE_DAY: _from_then_on(is_resistant, day),
        GROWTH_DAY: _from_then_on(is_growing, day),
        EXTINCTION_DAY: _from_then_on(is_empty, day),
        HAS_RESISTANT: resistant[:, -1] > 0,
        IS_RESISTANT: is_resistant[:, -1],
        IS_EXTINCT: is_empty[:, -1],
    }
    return xr.Dataset({name: (v.STUDY, values) for name, values in found.items()}, attrs={"days": float(day[-1])})


def _from_then_on(holds: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The first day from which something holds until the end (study) [days]; +inf where it does not hold at the end."""
    run = np.cumprod(holds[:, ::-1], axis=1).sum(axis=1)  # days at the end on which it holds
    return np.where(run > 0, day[np.minimum(len(day) - run, len(day) - 1)], np.inf)


def share_row(name: str, happened: np.ndarray) -> dict[str, float]:
    """A chance over cultures: NAME, NAME_mcse (standard error), NAME_low and NAME_high (exact 95% interval).

    The standard error is that of Agresti and Coull, above 0 also where all cultures agree; the interval is Clopper and
    Pearson's.
    """
    count, n = int(happened.sum()), len(happened)
    around = (count + 2.0) / (n + 4.0)
    ends = stats.binomtest(count, n).proportion_ci(MONTE_CARLO_PROB)
    return {
        name: count / n,
        f"{name}_mcse": float(np.sqrt(around * (1.0 - around) / (n + 4.0))),
        f"{name}_low": float(ends.low),
        f"{name}_high": float(ends.high),
    }


def median_row(name: str, days: np.ndarray) -> dict[str, float]:
    """Median day over cultures [days], +inf for those that never reach it, and the central 90%.

    NAME, NAME_low and NAME_high (95% interval of the median, from order statistics, exact for any distribution);
    NAME_q05 and NAME_q95 (quantiles over cultures). +inf where too many cultures never reach it.
    """
    ordered, n = np.sort(days), len(days)
    tail = (1.0 - MONTE_CARLO_PROB) / 2.0
    low = max(int(stats.binom.ppf(tail, n, 0.5)) - 1, 0)
    high = min(int(stats.binom.isf(tail, n, 0.5)) + 1, n) - 1
    q05, median, q95 = np.quantile(ordered, [0.05, 0.5, 0.95], method="inverted_cdf")
    return {
        name: float(median),
        f"{name}_low": float(ordered[low]),
        f"{name}_high": float(ordered[high]),
        f"{name}_q05": float(q05),
        f"{name}_q95": float(q95),
    }


def summarise(found: xr.Dataset) -> dict[str, Any]:
    """Outcomes of cultures of one kind in one row: cultures, days, shares of `share_row`, days of `median_row`."""
    row: dict[str, Any] = {"cultures": found.sizes[v.STUDY], "days": found.attrs["days"]}
    for name in SHARES:
        row |= share_row(f"p_{name}", found[name].to_numpy())
    for name in DAYS:
        row |= median_row(name, found[name].to_numpy())
    return row


def compare_schedules(
    schedules: Sequence[DoseSchedule], culture: Culture, truth: xr.Dataset, seed: int
) -> tuple[pd.DataFrame, dict[str, xr.Dataset], dict[str, xr.Dataset]]:
    """The same cultures under several schedules, each on streams of its own.

    Parameters
    ----------
    schedules
        With names that differ. They are compared at their own ends: give them the same days with `until`.
    culture, truth
        Chosen and true, the same for all; as many cultures as the truth has studies.
    seed
        Root seed.

    Returns
    -------
    tuple
        A table, one row a schedule, columns as of `summarise` and resistance_day_without_chance, the same day of the
        course without chance (median where truths differ); the cultures of each schedule; their outcomes.

    Raises
    ------
    InputError
        If there is no schedule or names repeat.
    """
    checks.at_least("schedules, their number,", len(schedules), 1)
    checks.unique("names of schedules", [schedule.name for schedule in schedules])
    runs, ends, rows = {}, {}, []
    for schedule in schedules:
        sheet = lay_out(schedule, culture)
        runs[schedule.name] = simulate_chunks(sheet, truth, seed)
        ends[schedule.name] = outcomes(runs[schedule.name], truth)
        limit = outcomes(expected(sheet, truth), truth)[RESISTANCE_DAY].to_numpy()
        rows.append(
            {"schedule": schedule.name}
            | summarise(ends[schedule.name])
            | {WITHOUT_CHANCE: float(np.quantile(limit, 0.5, method="inverted_cdf"))}
        )
    return pd.DataFrame(rows), runs, ends


def paths(data: xr.Dataset) -> pd.DataFrame:
    """Median and 90% band of the cells over cultures, one row a clone and day.

    Columns day, dose_um, is_passage, clone, q05, median, q95 [cells].
    """
    q05, median, q95 = np.quantile(data[v.CELLS], [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "day": data[v.DAY].to_numpy(), "dose_um": data[v.DOSE].to_numpy(),
                    "is_passage": data[v.IS_PASSAGE].to_numpy(), "clone": str(clone),
                    "q05": q05[k], "median": median[k], "q95": q95[k],
                }
            )
            for k, clone in enumerate(data[v.CLONE].to_numpy())
        ],
        ignore_index=True,
    )  # fmt: skip
