"""What a cell-cycle fit says: shares of phases, what a drug does to them in each line, and how lines differ in that.

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
from lensim.inference.observations import observations_of

SHARE: Final = "phase_share_percent"
CHANGE: Final = "share_change_percent_points"
LOG_ODDS_CHANGE: Final = "share_change_log_odds"
DIFFERENCE: Final = "difference_of_share_changes_percent_points"
LOG_ODDS_DIFFERENCE: Final = "difference_of_share_changes_log_odds"
NEW_SHARE: Final = "new_experiment_share_percent"
NEW_CHANGE: Final = "new_experiment_share_change_percent_points"
PAIR: Final = "pair"
PRIOR_ALONE: Final = "one experiment: the spread between experiments is no more than the prior's"


def cell_cycle_estimands(result: xr.DataTree) -> xr.Dataset:
    """Draws of every quantity of interest of a cell-cycle fit.

    Returns
    -------
    xarray.Dataset
        Dims chain, draw and: phase_share_percent and new_experiment_share_percent (cell_line, condition, phase), the
        latter the share that the next culture would have; share_change_percent_points, share_change_log_odds and
        new_experiment_share_change_percent_points (cell_line, contrast, phase), treated less control; where there are
        two lines or more, difference_of_share_changes_percent_points and _log_odds (pair, contrast, phase), first less
        second. What was not measured is NaN.

    Raises
    ------
    InputError
        If the result is of another assay.
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
    coords = {
        v.CELL_LINE: lines,
        v.CONDITION: data[v.CONDITION].to_numpy(),
        v.CONTRAST: data[v.CONDITION].to_numpy()[treated],
        v.PHASE: list(PHASES),
    }
    if pairs:
        first, second = np.array(pairs).T
        for name, source in ((DIFFERENCE, CHANGE), (LOG_ODDS_DIFFERENCE, LOG_ODDS_CHANGE)):
            values = estimands[source][1]
            estimands[name] = (("chain", "draw", PAIR, v.CONTRAST, v.PHASE), values[:, :, first] - values[:, :, second])
        coords[PAIR] = [f"{lines[a]} less {lines[b]}" for a, b in pairs]
    return xr.Dataset(estimands, coords=coords)


def _shares(posterior: xr.Dataset, data: xr.Dataset) -> np.ndarray:
    """Shares (chain, draw, cell_line, condition, phase), NaN where a line was not cultured under a condition."""
    base = posterior[v.PHASE_LOG_RATIO].transpose("chain", "draw", v.CELL_LINE, v.LATER_PHASE).to_numpy()
    change = posterior[v.PHASE_LOG_RATIO_CHANGE].transpose("chain", "draw", v.CELL_LINE, v.CONTRAST, v.LATER_PHASE)
    by_contrast = np.concatenate([np.zeros_like(base)[:, :, :, None], change.to_numpy()], axis=3)
    share = shares_of_log_ratios(base[:, :, :, None] + by_contrast[:, :, :, contrast_of_condition(data)])
    return np.where(is_measured(data)[:, :, None], share, np.nan)


def judged_estimands(result: xr.DataTree) -> xr.Dataset:
    """What the convergence gate looks at beside the parameters: all but what was never measured."""
    draws = cell_cycle_estimands(result)[[SHARE, CHANGE, LOG_ODDS_CHANGE]]
    flat = {}
    for name, values in draws.data_vars.items():
        cells = values.stack(cell=values.dims[2:], create_index=False).drop_vars(list(values.coords), errors="ignore")
        flat[str(name)] = cells.dropna("cell").rename(cell=f"cell_of_{name}")
    return xr.Dataset(flat)


def summarise_shares(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line, condition and phase that was measured.

    Columns: cell_line, condition, phase, experiments; percent with _lower and _upper (median and equal-tailed interval
    of the line's share); new_experiment_percent with the same (what the next experiment would show).
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    data, draws = observations_of(result), cell_cycle_estimands(result)
    count = experiments_of_cells(data)
    rows = []
    for (k, line), (c, condition), (p, phase) in _grid(draws, (v.CELL_LINE, v.CONDITION, v.PHASE)):
        if count[k, c]:
            at = {v.CELL_LINE: k, v.CONDITION: c, v.PHASE: p}
            row = {"cell_line": line, "condition": condition, "phase": phase, "experiments": int(count[k, c])}
            rows.append(
                row
                | _interval("percent", draws[SHARE].isel(at), ci_prob)
                | _interval("new_experiment_percent", draws[NEW_SHARE].isel(at), ci_prob)
            )
    return pd.DataFrame(rows)


def summarise_effects(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line, contrast and phase that was measured: treated less control.

    Columns: cell_line, contrast, phase, experiments (cultures of the arm that has fewer); percent_points and log_odds,
    each with _lower and _upper; p_decrease; new_experiment_percent_points with interval and p_new_experiment_decrease;
    note, where the spread between experiments is only the prior's.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    data, draws = observations_of(result), cell_cycle_estimands(result)
    count, contrast = experiments_of_cells(data), contrast_of_condition(data)
    control, treated = int(np.flatnonzero(contrast == 0)[0]), np.flatnonzero(contrast > 0)
    note = "" if is_concentration_informed(data) else PRIOR_ALONE
    rows = []
    for (k, line), (c, name), (p, phase) in _grid(draws, (v.CELL_LINE, v.CONTRAST, v.PHASE)):
        experiments = min(count[k, control], count[k, treated[c]])
        if experiments:
            at = {v.CELL_LINE: k, v.CONTRAST: c, v.PHASE: p}
            row = {"cell_line": line, "contrast": name, "phase": phase, "experiments": int(experiments)}
            rows.append(
                row
                | _interval("percent_points", draws[CHANGE].isel(at), ci_prob)
                | _interval("log_odds", draws[LOG_ODDS_CHANGE].isel(at), ci_prob)
                | {"p_decrease": float((draws[CHANGE].isel(at) < 0).mean())}
                | _interval("new_experiment_percent_points", draws[NEW_CHANGE].isel(at), ci_prob)
                | {"p_new_experiment_decrease": float((draws[NEW_CHANGE].isel(at) < 0).mean()), "note": note}
            )
    return pd.DataFrame(rows)


def summarise_line_differences(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a pair of lines, contrast and phase: the effect in the first line less that in the second.

    Columns: pair, contrast, phase; percent_points and log_odds, each with _lower and _upper; p_below_0 (the first falls
    by more). Empty where there is one line.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    draws = cell_cycle_estimands(result)
    rows: list[dict[str, object]] = []
    if DIFFERENCE in draws:
        for (k, pair), (c, name), (p, phase) in _grid(draws, (PAIR, v.CONTRAST, v.PHASE)):
            points = draws[DIFFERENCE].isel({PAIR: k, v.CONTRAST: c, v.PHASE: p})
            if not np.isnan(points).any():
                log_odds = draws[LOG_ODDS_DIFFERENCE].isel({PAIR: k, v.CONTRAST: c, v.PHASE: p})
                row: dict[str, object] = {"pair": pair, "contrast": name, "phase": phase}
                rows.append(
                    row
                    | _interval("percent_points", points, ci_prob)
                    | _interval("log_odds", log_odds, ci_prob)
                    | {"p_below_0": float((points < 0).mean())}
                )
    return pd.DataFrame(rows)


def _grid(draws: xr.Dataset, dims: tuple[str, str, str]) -> list[tuple[tuple[int, str], ...]]:
    names = [list(enumerate(map(str, draws[dim].to_numpy()))) for dim in dims]
    return [(a, b, c) for a in names[0] for b in names[1] for c in names[2]]


def _interval(name: str, values: xr.DataArray, ci_prob: float) -> dict[str, float]:
    low, middle, high = np.quantile(values.to_numpy(), [(1 - ci_prob) / 2, 0.5, (1 + ci_prob) / 2])
    return {name: float(middle), f"{name}_lower": float(low), f"{name}_upper": float(high)}
