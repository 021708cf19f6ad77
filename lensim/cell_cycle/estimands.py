"""Quantities of interest of a cell-cycle fit: shares of phases, the drug's effect in each line, differences of lines.

Inside shares are fractions and log odds; tables are in percent and percentage points.
"""

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.cell_cycle.cultures import experiments_of_cells, is_concentration_informed, is_measured
from lensim.cell_cycle.phases import PHASES, contrast_of_condition, shares_of_log_ratios
from lensim.inference.intervals import interval_of, named_interval
from lensim.inference.observations import observations_of, require_estimands

SHARE: Final = "phase_share_percent"
CHANGE: Final = "share_change_percent_points"
LOG_ODDS_CHANGE: Final = "share_change_log_odds"
DIFFERENCE: Final = "difference_of_share_changes_percent_points"
LOG_ODDS_DIFFERENCE: Final = "difference_of_share_changes_log_odds"
NEW_SHARE: Final = "new_experiment_share_percent"
NEW_CHANGE: Final = "new_experiment_share_change_percent_points"
PAIR: Final = "pair"
EXPERIMENTS: Final = "experiments"
CONTROL: Final = "control"
SPREAD_IS_MEASURED: Final = "spread_between_experiments_is_measured"
PRIOR_ALONE: Final = "one experiment: the spread between experiments is no more than the prior's"


def cell_cycle_estimands(result: xr.DataTree) -> xr.Dataset:
    """Draws of every quantity of interest of a cell-cycle fit, and the properties of cultures for tables.

    Computed once a fit; the tables of this module and `judged_estimands` take what it returns.

    Returns
    -------
    xarray.Dataset
        Dims chain, draw and: phase_share_percent and new_experiment_share_percent (cell_line, condition, phase), the
        latter the share that the next culture would have; share_change_percent_points, share_change_log_odds and
        new_experiment_share_change_percent_points (cell_line, contrast, phase), treated less control; where there are
        two lines or more, difference_of_share_changes_percent_points and _log_odds (pair, contrast, phase), first less
        second. What was not measured is NaN.
        The coordinate experiments (cell_line, condition) counts cultures. In the attrs the name of the control, and
        spread_between_experiments_is_measured: 1, or 0 where every line and condition has one culture.

    Raises
    ------
    InputError
        If the result is of another assay or lacks its observations.
    """
    if v.PHASE_LOG_RATIO not in result["posterior"]:
        raise checks.InputError(
            f"a cell-cycle result needs {v.PHASE_LOG_RATIO} in its posterior, got "
            f"{', '.join(map(str, result['posterior'].data_vars))}"
        )
    posterior, data = result["posterior"].to_dataset(), observations_of(result)
    share = _shares(posterior, data)
    rng = seeding.stream(int(result.attrs.get("seed", 0)), "new experiment")
    concentration = posterior[v.DIRICHLET].transpose("chain", "draw").to_numpy()[..., None, None, None]
    # a share of which a draw says next to nothing is 0 in the next culture as well
    weight = rng.standard_gamma(np.maximum(concentration * share, 1e-9))
    new = weight / np.maximum(weight.sum(axis=-1, keepdims=True), 1e-300)
    full = ("chain", "draw", v.CELL_LINE, v.CONDITION, v.PHASE)
    contrast = contrast_of_condition(data)
    control, treated = np.flatnonzero(contrast == 0), np.flatnonzero(contrast > 0)
    log_odds = np.log(share) - np.log1p(-share)

    def change(values: np.ndarray) -> np.ndarray:
        return values[..., treated, :] - values[..., control, :]

    by_contrast = ("chain", "draw", v.CELL_LINE, v.CONTRAST, v.PHASE)
    estimands: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        SHARE: (full, 100 * share),
        NEW_SHARE: (full, 100 * new),
        CHANGE: (by_contrast, 100 * change(share)),
        LOG_ODDS_CHANGE: (by_contrast, change(log_odds)),
        NEW_CHANGE: (by_contrast, 100 * change(new)),
    }
    lines = [str(line) for line in data[v.CELL_LINE].to_numpy()]
    pairs = list(combinations(range(len(lines)), 2))
    conditions = data[v.CONDITION].to_numpy()
    coords = {
        v.CELL_LINE: lines,
        v.CONDITION: conditions,
        v.CONTRAST: conditions[treated],
        v.PHASE: list(PHASES),
        EXPERIMENTS: ((v.CELL_LINE, v.CONDITION), experiments_of_cells(data)),
    }
    attrs = {CONTROL: str(conditions[control[0]]), SPREAD_IS_MEASURED: int(is_concentration_informed(data))}
    if pairs:
        first, second = np.array(pairs).T
        for name, source in ((DIFFERENCE, CHANGE), (LOG_ODDS_DIFFERENCE, LOG_ODDS_CHANGE)):
            values = estimands[source][1]
            estimands[name] = (("chain", "draw", PAIR, v.CONTRAST, v.PHASE), values[:, :, first] - values[:, :, second])
        coords[PAIR] = [f"{lines[a]} less {lines[b]}" for a, b in pairs]
    return xr.Dataset(estimands, coords=coords, attrs=attrs)


def _shares(posterior: xr.Dataset, data: xr.Dataset) -> np.ndarray:
    """Shares (chain, draw, cell_line, condition, phase), NaN where a line was not cultured under a condition."""
    base = posterior[v.PHASE_LOG_RATIO].transpose("chain", "draw", v.CELL_LINE, v.LATER_PHASE).to_numpy()
    change = posterior[v.PHASE_LOG_RATIO_CHANGE].transpose("chain", "draw", v.CELL_LINE, v.CONTRAST, v.LATER_PHASE)
    by_contrast = np.concatenate([np.zeros_like(base)[:, :, :, None], change.to_numpy()], axis=3)
    share = shares_of_log_ratios(base[:, :, :, None] + by_contrast[:, :, :, contrast_of_condition(data)])
    return np.where(is_measured(data)[:, :, None], share, np.nan)


def judged_estimands(estimands: xr.Dataset) -> xr.Dataset:
    """Estimands for the convergence gate: all but those that were never measured.

    Parameters
    ----------
    estimands
        As from `cell_cycle_estimands`.
    """
    draws = estimands[[SHARE, CHANGE, LOG_ODDS_CHANGE]]
    flat = {}
    for name, values in draws.data_vars.items():
        cells = values.stack(cell=values.dims[2:], create_index=False).drop_vars(list(values.coords), errors="ignore")
        flat[str(name)] = cells.dropna("cell").rename(cell=f"cell_of_{name}")
    return xr.Dataset(flat)


def summarise_shares(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line, condition and phase that was measured.

    Columns: cell_line, condition, phase, experiments; percent with _lower and _upper (median and equal-tailed interval
    of the line's share); new_experiment_percent with the same (what the next experiment would show).

    Parameters
    ----------
    estimands
        As from `cell_cycle_estimands`.
    ci_prob
        Probability inside the intervals.

    Raises
    ------
    InputError
        If `ci_prob` lies outside 0.01 to 0.999.
    """
    require_estimands(estimands, "cell_cycle_estimands")
    count = estimands[EXPERIMENTS].to_numpy()
    rows = []
    for (k, line), (c, condition), (p, phase) in _grid(estimands, (v.CELL_LINE, v.CONDITION, v.PHASE)):
        if count[k, c]:
            own = estimands.isel({v.CELL_LINE: k, v.CONDITION: c, v.PHASE: p})
            row = {"cell_line": line, "condition": condition, "phase": phase, "experiments": int(count[k, c])}
            rows.append(
                row
                | named_interval("percent", interval_of(own[SHARE], ci_prob))
                | named_interval("new_experiment_percent", interval_of(own[NEW_SHARE], ci_prob))
            )
    return pd.DataFrame(rows)


def summarise_effects(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line, contrast and phase that was measured: treated less control.

    Columns: cell_line, contrast, phase, experiments (cultures of the arm that has fewer); percent_points and log_odds,
    each with _lower and _upper; p_decrease; new_experiment_percent_points with interval and p_new_experiment_decrease;
    note, where the spread between experiments is only the prior's.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_shares`.
    """
    require_estimands(estimands, "cell_cycle_estimands")
    count = estimands[EXPERIMENTS].to_numpy()
    conditions = [str(name) for name in estimands[v.CONDITION].to_numpy()]
    control = conditions.index(estimands.attrs[CONTROL])
    note = "" if estimands.attrs[SPREAD_IS_MEASURED] else PRIOR_ALONE
    rows = []
    for (k, line), (c, name), (p, phase) in _grid(estimands, (v.CELL_LINE, v.CONTRAST, v.PHASE)):
        experiments = min(count[k, control], count[k, conditions.index(name)])
        if experiments:
            own = estimands.isel({v.CELL_LINE: k, v.CONTRAST: c, v.PHASE: p})
            row = {"cell_line": line, "contrast": name, "phase": phase, "experiments": int(experiments)}
            rows.append(
                row
                | named_interval("percent_points", interval_of(own[CHANGE], ci_prob))
                | named_interval("log_odds", interval_of(own[LOG_ODDS_CHANGE], ci_prob))
                | {"p_decrease": float((own[CHANGE] < 0).mean())}
                | named_interval("new_experiment_percent_points", interval_of(own[NEW_CHANGE], ci_prob))
                | {"p_new_experiment_decrease": float((own[NEW_CHANGE] < 0).mean()), "note": note}
            )
    return pd.DataFrame(rows)


def summarise_line_differences(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a pair of lines, contrast and phase: the effect in the first line less that in the second.

    Columns: pair, contrast, phase; percent_points and log_odds, each with _lower and _upper; p_below_0 (the first falls
    by more). Empty where there is one line.

    Parameters
    ----------
    estimands, ci_prob
        As for `summarise_shares`.
    """
    require_estimands(estimands, "cell_cycle_estimands")
    rows: list[dict[str, object]] = []
    if DIFFERENCE in estimands:
        for (k, pair), (c, name), (p, phase) in _grid(estimands, (PAIR, v.CONTRAST, v.PHASE)):
            own = estimands.isel({PAIR: k, v.CONTRAST: c, v.PHASE: p})
            points = own[DIFFERENCE]
            if not np.isnan(points).any():
                row: dict[str, object] = {"pair": pair, "contrast": name, "phase": phase}
                rows.append(
                    row
                    | named_interval("percent_points", interval_of(points, ci_prob))
                    | named_interval("log_odds", interval_of(own[LOG_ODDS_DIFFERENCE], ci_prob))
                    | {"p_below_0": float((points < 0).mean())}
                )
    return pd.DataFrame(rows)


def _grid(draws: xr.Dataset, dims: tuple[str, str, str]) -> list[tuple[tuple[int, str], ...]]:
    names = [list(enumerate(map(str, draws[dim].to_numpy()))) for dim in dims]
    return [(a, b, c) for a in names[0] for b in names[1] for c in names[2]]
