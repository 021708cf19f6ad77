"""Outlying reactions on real plates: what weighing them down earns, by leaving out each cell of replicates.

The data are 20 MxPro runs of 96 wells (`qpcr_monis6_mxpro_all_wells.csv`) and the reactions of Beckham et al. 2010
(`qpcr_beckham2010_heat.csv`), which nobody simulated for lensim. They lie beside the project, in ../shared/data;
without them there are no rows.

Two models of the replicates of a cell, whose own level is free: all are normal, or one of them may be outlying
(`lensim.models.expression_replicates`, with the priors of the expression models). Both have one technical sd a run, and
the second a share of outlying reactions. The posterior of these two numbers lies on a grid, so leaving out a cell is
exact: p(cell | others) = 1 / E[1 / p(cell | sd, share)] over the posterior.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytensor
import pytensor.tensor as pt
from scipy import special, stats

from lensim.expression.priors import ExpressionPriors
from lensim.expression.reaction_parts import parts_of_cells
from lensim.models.expression_replicates import cell_logp

FOLDER: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
RUNS, BECKHAM = "qpcr_monis6_mxpro_all_wells.csv", "qpcr_beckham2010_heat.csv"
PRIORS: Final = ExpressionPriors()
SPREADS: Final = np.geomspace(0.02, 1.0, 50)
SHARES: Final = np.geomspace(1e-4, 0.4, 25)
FREE: Final = 1e6
"""Variance of a cell's own level [cycles^2]: nothing is known of it."""
FEWEST_CELLS: Final = 5


def replicates() -> Iterator[tuple[str, list[np.ndarray]]]:
    """Cts of the cells of each run that have two to four, by the name of the run."""
    wells = pd.read_csv(FOLDER / RUNS)
    detected = wells[wells["ct"].notna() & (wells["ct_raw"] != "NoCt")]
    for run, own in detected.groupby("run"):
        yield str(run), _cells(own, ["well_type", "sample_no", "replicate_group"], "ct")
    yield "Beckham", _cells(pd.read_csv(FOLDER / BECKHAM).dropna(subset=["cq"]), ["sample", "gene"], "cq")


def _cells(table: pd.DataFrame, by: list[str], ct: str) -> list[np.ndarray]:
    return [own[ct].to_numpy(dtype=float) for _, own in table.groupby(by) if 2 <= len(own) <= 4]


def _density() -> Any:
    """Log density of cells (cell), given means, reading variance, share and the parts of cells."""
    mean, variance = pt.dvector(), pt.dvector()
    share = pt.dscalar()
    parts = [pt.lmatrix(), *(pt.dmatrix() for _ in range(4))]
    of_outlying = pt.as_tensor(PRIORS.sd_outlying_cycles**2)
    density = cell_logp(mean, mean, pt.as_tensor(FREE), variance, share, of_outlying, *parts)
    return pytensor.function([mean, variance, share, *parts], density, mode="FAST_COMPILE")


def densities(cells: list[np.ndarray], shares: np.ndarray, density: Any) -> np.ndarray:
    """(sd, share, cell) log density of each cell."""
    number = np.repeat(np.arange(len(cells)), [len(one) for one in cells])
    parts = list(parts_of_cells(np.concatenate(cells), number, len(cells)).values())
    mean = np.array([one.mean() for one in cells])
    log_factor = np.log(PRIORS.mean_amplification_factor)
    drawing = np.exp(log_factor * (mean - PRIORS.mean_ct_of_one_copy)) / log_factor**2
    return np.array([[density(mean, sd**2 + drawing, share, *parts) for share in shares] for sd in SPREADS])


def left_out(cells: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, float]:
    """Log density of each cell given the others, and the posterior mean of the technical sd.

    Parameters
    ----------
    cells
        (sd, share, cell) as from `densities`.
    shares
        The shares of the grid.
    """
    prior = stats.norm.logpdf(
        np.log(SPREADS), np.log(PRIORS.median_sd_technical_cycles), PRIORS.log_sd_sd_technical_cycles
    )[:, None]
    if len(shares) > 1:
        beta = 1.0 / PRIORS.mean_share_of_outlying_reactions - 1.0
        prior = prior + stats.beta.logpdf(shares, 1.0, beta) + np.log(shares)
    weight = cells.sum(axis=-1) + prior
    weight -= special.logsumexp(weight)
    others = -special.logsumexp(weight[..., None] - cells, axis=(0, 1))
    return others, float((np.exp(weight).sum(axis=1) * SPREADS).sum())


def run() -> list[dict[str, object]]:
    """One row a run, and one of all MxPro runs together; none where the data are not there."""
    if not FOLDER.is_dir():
        return []
    density, rows, gained = _density(), [], []
    for name, cells in replicates():
        if len(cells) < FEWEST_CELLS:
            continue
        none = np.array([0.0])
        normal, sd_normal = left_out(densities(cells, none, density), none)
        outlying, sd_outlying = left_out(densities(cells, SHARES, density), SHARES)
        rows.append(_row(name, outlying - normal) | {"sd, normal": sd_normal, "sd, outlying": sd_outlying})
        gained += [outlying - normal] if name != "Beckham" else []
    return [*rows, _row("all MxPro runs", np.concatenate(gained))]


def _row(name: str, gain: np.ndarray) -> dict[str, object]:
    """Sum of differences with its standard error, and the largest loss and gain of a cell."""
    return {
        "run": name,
        "cells": len(gain),
        "elpd gained": round(float(gain.sum()), 2),
        "se": round(float(gain.std(ddof=1) * np.sqrt(len(gain))), 2),
        "worst cell": round(float(gain.min()), 2),
        "best cell": round(float(gain.max()), 2),
    }


if __name__ == "__main__":
    for line in run():
        print(line)
