"""The convergence gate: a verdict on a posterior, made from its draws and carried by the result.

Under nutpie `pm.sample` warns of nothing, so no fit of lensim is handed on without one.
"""

import itertools
import json
from dataclasses import asdict, dataclass

import arviz as az
import numpy as np
import pandas as pd
import xarray as xr


@dataclass(frozen=True)
class GateSettings:
    """What a posterior must reach. R-hat, ESS: Vehtari et al. 2021, doi:10.1214/20-BA1221; E-BFMI: Betancourt 2016."""

    largest_r_hat: float = 1.01
    smallest_ess: float = 400.0
    largest_divergences: int = 0
    smallest_e_bfmi: float = 0.3
    largest_saturated_share: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """Whether a posterior may be read, and every figure behind that.

    Attributes
    ----------
    passed
        All rules are met.
    reasons
        One sentence for each rule that is not.
    largest_r_hat, smallest_ess_bulk, smallest_ess_tail
        The worst over all variables that were looked at.
    worst_variable
        The one with the smallest ESS.
    divergences, smallest_e_bfmi, saturated_share
        Divergent draws, the worst chain's energy fraction, share of draws at the largest tree depth.
    """

    passed: bool
    reasons: tuple[str, ...]
    largest_r_hat: float
    smallest_ess_bulk: float
    smallest_ess_tail: float
    worst_variable: str
    divergences: int
    smallest_e_bfmi: float
    saturated_share: float

    def to_json(self) -> str:
        """The verdict as text, as it travels in a result's attributes."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Verdict":
        """The verdict that `to_json` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "reasons": tuple(fields["reasons"])})

    def sentence(self) -> str:
        """One line for a person."""
        figures = (
            f"R-hat at most {self.largest_r_hat:.3f}, "
            f"ESS at least {min(self.smallest_ess_bulk, self.smallest_ess_tail):.0f} "
            f"({self.worst_variable}), {self.divergences} divergences"
        )
        return f"converged: {figures}" if self.passed else f"NOT converged: {'; '.join(self.reasons)} ({figures})"


def convergence_table(draws: xr.Dataset) -> pd.DataFrame:
    """R-hat, bulk and tail ESS of every scalar in `draws` (chain, draw, ...), one row each, by name and label.

    Draws that never vary (a quantity that the model fixes), or are NaN (one that the data do not have), get NaN and are
    not judged. Infinite draws, such as the IC50
    of a line that is never halved, are ranked as what they are: larger than every finite one.
    """
    columns: dict[str, tuple[float, float, float]] = {}
    for name, values in draws.data_vars.items():
        rest = [str(d) for d in values.dims if d not in ("chain", "draw")]
        array = _finite_order(values.transpose("chain", "draw", *rest).to_numpy().astype(float))
        array = array.reshape(*array.shape[:2], -1)
        for position, label in enumerate(_labels(values, rest)):
            columns[f"{name}{label}"] = _scalar_diagnostics(array[:, :, position])
    return pd.DataFrame.from_dict(columns, orient="index", columns=["r_hat", "ess_bulk", "ess_tail"])


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


def _scalar_diagnostics(values: np.ndarray) -> tuple[float, float, float]:
    if np.isnan(values).all() or np.ptp(values) == 0.0:
        return np.nan, np.nan, np.nan
    return (
        float(az.rhat(values, method="rank")),
        float(az.ess(values, method="bulk")),
        float(az.ess(values, method="tail", prob=(0.05, 0.95))),
    )


def diagnose(result: xr.DataTree, estimands: xr.Dataset | None = None, gate: GateSettings | None = None) -> Verdict:
    """Judge a result by every variable of its posterior and, where given, every estimand.

    Parameters
    ----------
    result
        Groups posterior and sample_stats.
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
    divergences = int(stats["diverging"].sum())
    e_bfmi = float(np.min(az.bfmi(stats["energy"].transpose("chain", "draw").to_numpy())))
    saturated = float(stats["maxdepth_reached"].mean()) if "maxdepth_reached" in stats else 0.0
    figures = {
        "largest_r_hat": float(judged["r_hat"].max()),
        "smallest_ess_bulk": float(judged["ess_bulk"].min()),
        "smallest_ess_tail": float(judged["ess_tail"].min()),
    }
    r_hat = figures["largest_r_hat"]
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
        (e_bfmi >= gate.smallest_e_bfmi, f"E-BFMI must be at least {gate.smallest_e_bfmi}", e_bfmi),
        (
            saturated <= gate.largest_saturated_share,
            f"share of draws at the largest tree depth must be at most {gate.largest_saturated_share:g}",
            saturated,
        ),
    ]
    reasons = [f"{rule}, got {found:.4g}" for holds, rule, found in rules if not holds]
    return Verdict(
        passed=not reasons,
        reasons=tuple(reasons),
        worst_variable=str(smallest.idxmin()),
        divergences=divergences,
        smallest_e_bfmi=e_bfmi,
        saturated_share=saturated,
        **figures,
    )
