"""The convergence gate: a verdict on a posterior, made from its draws and carried by the result.

With nutpie `pm.sample` gives no warnings, so every fit of lensim has a verdict.
"""

import itertools
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim.inference.convergence import Convergence, convergence_of
from lensim.inference.engine import ENGINE_DOUBTS, engine_of
from lensim.inference.settings import GateSettings
from lensim.inference.verdict import Verdict

NUMBERS_AT_ONCE: Final = 4_000_000
"""Draws that are copied together: of a large panel never all."""


def convergence_table(draws: xr.Dataset) -> pd.DataFrame:
    """R-hat, bulk and tail ESS of every scalar in `draws` (chain, draw, ...), one row each, by name and label.

    Draws that never vary (a quantity that the model fixes), or are NaN (one that the data do not have), get NaN and are
    not judged. Infinite draws, such as the IC50 of a line that is never halved, are ranked as larger than every finite
    one.
    """
    names: list[str] = []
    found = [convergence_of(np.empty((draws.sizes["chain"], draws.sizes["draw"], 0)))]
    waiting: list[np.ndarray] = []
    for name, values in draws.data_vars.items():
        rest = [str(d) for d in values.dims if d not in ("chain", "draw")]
        array = values.transpose("chain", "draw", *rest).to_numpy()
        array = _finite_order(array.astype(float, copy=False))
        waiting.append(array.reshape(*array.shape[:2], -1))
        names += [f"{name}{label}" for label in _labels(values, rest)]
        if sum(one.size for one in waiting) > NUMBERS_AT_ONCE:
            found.append(convergence_of(np.concatenate(waiting, axis=2)))
            waiting = []
    if waiting:
        found.append(convergence_of(np.concatenate(waiting, axis=2)))
    columns = zip(Convergence._fields, zip(*found, strict=True), strict=True)
    return pd.DataFrame({name: np.concatenate(parts) for name, parts in columns}, index=names)


def _labels(values: xr.DataArray, dims: list[str]) -> list[str]:
    if not dims:
        return [""]
    names = [values[d].to_numpy() if d in values.coords else np.arange(values.sizes[d]) for d in dims]
    return [f"[{', '.join(map(str, parts))}]" for parts in itertools.product(*names)]


def _finite_order(values: np.ndarray) -> np.ndarray:
    """Infinities as finite numbers beyond all others: ranks, and so rank-normalised diagnostics, stay as they are."""
    if not np.isinf(values).any():
        return values
    finite = values[np.isfinite(values)]
    high, low = (finite.max(), finite.min()) if finite.size else (0.0, 0.0)
    return np.where(values == np.inf, high + 1.0, np.where(values == -np.inf, low - 1.0, values))


def diagnose(result: xr.DataTree, estimands: xr.Dataset | None = None, gate: GateSettings | None = None) -> Verdict:
    """Judge a result by every variable of its posterior and, where given, every estimand.

    Parameters
    ----------
    result
        Groups posterior and sample_stats. Energies and trees are judged where the engine has them, and so is what it
        doubts itself (`ENGINE_DOUBTS` of sample_stats).
    estimands
        Further draws (chain, draw, ...) that must have converged too.
    gate
        The bars; the defaults are the project's.
    """
    gate = gate or GateSettings()
    table = convergence_table(result["posterior"].to_dataset())
    if estimands is not None:
        table = pd.concat([table, convergence_table(estimands)])
    judged = table.dropna()
    smallest = judged[["ess_bulk", "ess_tail"]].min(axis=1)
    stats = result["sample_stats"].to_dataset()
    divergences = int(stats["diverging"].sum()) if "diverging" in stats else 0
    e_bfmi = _smallest_e_bfmi(stats["energy"]) if "energy" in stats else np.nan
    saturated = float(stats["maxdepth_reached"].mean()) if "maxdepth_reached" in stats else 0.0
    r_hat = float(judged["r_hat"].max())
    rules = [
        (r_hat < gate.largest_r_hat, f"R-hat of {judged['r_hat'].idxmax()} must be below {gate.largest_r_hat}", r_hat),
        (
            smallest.min() >= gate.smallest_ess,
            f"ESS of {smallest.idxmin()} must be at least {gate.smallest_ess:.0f}",
            smallest.min(),
        ),
        (
            divergences <= gate.largest_divergences,
            f"divergences must be at most {gate.largest_divergences}",
            divergences,
        ),
        (not e_bfmi < gate.smallest_e_bfmi, f"E-BFMI must be at least {gate.smallest_e_bfmi}", e_bfmi),
        (
            saturated <= gate.largest_saturated_share,
            f"share of draws at the largest tree depth must be at most {gate.largest_saturated_share:g}",
            saturated,
        ),
    ]
    reasons = [f"{rule}, got {found:.4g}" for holds, rule, found in rules if not holds]
    reasons += [line for line in str(stats.attrs.get(ENGINE_DOUBTS, "")).splitlines() if line]
    return Verdict(
        passed=not reasons,
        reasons=tuple(reasons),
        worst_variable=str(smallest.idxmin()),
        divergences=divergences,
        smallest_e_bfmi=e_bfmi,
        saturated_share=saturated,
        largest_r_hat=r_hat,
        smallest_ess_bulk=float(judged["ess_bulk"].min()),
        smallest_ess_tail=float(judged["ess_tail"].min()),
        engine=engine_of(result),
    )


def _smallest_e_bfmi(energy: xr.DataArray) -> float:
    """Energy fraction of missing information of the worst chain, as `arviz.bfmi` has it."""
    of_chains = energy.transpose("chain", "draw").to_numpy()
    return float(np.min(np.square(np.diff(of_chains, axis=1)).mean(axis=1) / of_chains.var(axis=1, ddof=1)))
