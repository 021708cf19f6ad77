"""Classical analyses of the same events, with each cell, or each experiment, as one independent observation."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.cell_cycle.cultures import events_of_cultures
from lensim.cell_cycle.phases import PHASES, contrast_of_condition
from lensim.inference.intervals import equal_tails

CELLS_AS_EXPERIMENTS = "cells as experiments"
EXPERIMENTS_PAIRED = "experiments, paired t"


def classical_effects(data: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """Change of each phase's share, treated less control, in two ways that need no model.

    "cells as experiments" is the multinomial: difference of two shares with the variance of independent cells, and the
    chi-squared test of the two by two table. It is wrong wherever cultures differ, whatever the number of events.
    "experiments, paired t" takes one number from each experiment that has both conditions, from two experiments on.

    Returns
    -------
    pandas.DataFrame
        cell_line, contrast, phase, method, experiments; percent_points with _lower and _upper; p_value.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    events, contrast = events_of_cultures(data), contrast_of_condition(data)
    line, experiment = data[v.LINE_OF_CULTURE].to_numpy(), data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    contrast_of_culture = contrast[data[v.CONDITION_OF_CULTURE].to_numpy()]
    rows = []
    for k, name in enumerate(map(str, data[v.CELL_LINE].to_numpy())):
        control = (line == k) & (contrast_of_culture == 0)
        for c in range(1, int(contrast.max()) + 1):
            treated = (line == k) & (contrast_of_culture == c)
            if not control.any() or not treated.any():
                continue
            label = str(data[v.CONDITION].to_numpy()[contrast == c][0])
            both = np.intersect1d(experiment[control], experiment[treated])
            for p, phase in enumerate(PHASES):
                what = {"cell_line": name, "contrast": label, "phase": phase}
                pooled = _cells(events[treated].sum(axis=0), events[control].sum(axis=0), p, ci_prob)
                rows.append(what | {"method": CELLS_AS_EXPERIMENTS, "experiments": len(both)} | pooled)
                if len(both) > 1:
                    share = events[:, p] / events.sum(axis=1)
                    change = np.array(
                        [
                            share[treated & (experiment == e)].mean() - share[control & (experiment == e)].mean()
                            for e in both
                        ]
                    )
                    rows.append(
                        what | {"method": EXPERIMENTS_PAIRED, "experiments": len(both)} | _paired(change, ci_prob)
                    )
    return pd.DataFrame(rows)


def _cells(treated: np.ndarray, control: np.ndarray, phase: int, ci_prob: float) -> dict[str, float]:
    share_t, share_c = treated[phase] / treated.sum(), control[phase] / control.sum()
    error = np.sqrt(share_t * (1 - share_t) / treated.sum() + share_c * (1 - share_c) / control.sum())
    half = stats.norm.isf(equal_tails(ci_prob)[0]) * error
    table = np.array([[own[phase], own.sum() - own[phase]] for own in (treated, control)])
    is_degenerate = (table.sum(axis=0) == 0).any()
    pvalue = 1.0 if is_degenerate else float(stats.chi2_contingency(table, correction=False).pvalue)
    return _row(float(share_t - share_c), float(half), pvalue)


def _paired(change: np.ndarray, ci_prob: float) -> dict[str, float]:
    error = change.std(ddof=1) / np.sqrt(len(change))
    half = stats.t.isf(equal_tails(ci_prob)[0], len(change) - 1) * error
    pvalue = 2 * stats.t.sf(abs(change.mean()) / error, len(change) - 1) if error > 0 else float(change.mean() == 0)
    return _row(float(change.mean()), float(half), float(pvalue))


def _row(change: float, half: float, pvalue: float) -> dict[str, float]:
    return {
        "percent_points": 100 * change,
        "percent_points_lower": 100 * (change - half),
        "percent_points_upper": 100 * (change + half),
        "p_value": pvalue,
    }
