"""How far wells and days scatter, as the Laplace engine finds it: posterior modes, and of days where to expand."""

from typing import Final

import numpy as np
from scipy import special

from lensim.dose_response.laplace.line import Wells
from lensim.dose_response.laplace.panel import well_density
from lensim.dose_response.priors import CurvePriors, WellPriors

_GRID: Final = np.geomspace(0.01, 1.2, 80)


def first_spread(wells: Wells) -> float:
    """Spread between wells: from the median difference of neighbours within cells."""
    cell = np.repeat(np.arange(len(wells.log_dose)), np.diff(wells.edges))
    apart = np.abs(np.diff(wells.log_signal))[np.diff(cell) == 0]
    return max(float(np.median(apart)) / (np.sqrt(2.0) * 0.6745), 0.02) if len(apart) else 0.15


def well_spread(
    wells: Wells, eta: np.ndarray, paid: float, spreads: tuple[float, float], priors: WellPriors
) -> tuple[float, float]:
    """Posterior mode of log sd_well and log nu_well, the wells paying for the parameters that eta was fitted with."""

    def density(x: np.ndarray) -> float:
        sd, nu = float(np.exp(x[0])), float(np.exp(x[1]))
        gammas = special.gammaln((nu + 1) / 2) - special.gammaln(nu / 2) - 0.5 * np.log(nu)
        pays = paid * (x[0] - 0.5 * np.log((nu + 1.0) / (nu + 3.0)))  # half the log of a well's information
        prior = x[0] - 0.5 * (sd / priors.sd_sd_well) ** 2 + priors.shape_nu_well * x[1] - priors.rate_nu_well * nu
        return well_density(wells.log_signal, eta, wells.per_count, sd, nu) + len(eta) * gammas + pays + prior

    at = np.log(spreads)
    step = 0.05
    for _ in range(6):
        here = density(at)
        shifts = step * np.eye(2)
        up, down = [density(at + s) for s in shifts], [density(at - s) for s in shifts]
        both = density(at + shifts[0] + shifts[1])
        slope = np.array([(a - b) / (2 * step) for a, b in zip(up, down, strict=True)])
        bend = np.array([(a + b - 2 * here) / step**2 for a, b in zip(up, down, strict=True)])
        cross = (both - up[0] - up[1] + here) / step**2
        hessian = np.array([[min(bend[0], -1.0), cross], [cross, min(bend[1], -0.3)]])
        if np.linalg.det(hessian) <= 0:
            hessian = np.diag(np.diag(hessian))
        move = np.clip(-np.linalg.solve(hessian, slope), -0.4, 0.4)
        at = np.clip(at + move, [-5.0, 0.0], [1.0, 5.0])
        if np.abs(move).max() < 3e-3:
            break
    return float(np.exp(at[0])), float(np.exp(at[1]))


def day_spread(found: np.ndarray, lines: np.ndarray, priors: CurvePriors) -> float:
    """Spread of the midpoints of cultures around their line's, from those found, each with its error [log10 uM]."""
    line = np.repeat(np.arange(len(lines) - 1), np.diff(lines))
    precise = found[:, 1] > 1.0
    middle, variance = found[precise, 0], 1.0 / found[precise, 1]
    members = line[precise]
    weight = 1.0 / (_GRID[:, None] ** 2 + variance)
    belongs = np.eye(len(lines) - 1)[members]
    total, mean, square = weight @ belongs, (weight * middle) @ belongs, (weight * middle**2) @ belongs
    there = total > 0
    safe = np.where(there, total, 1.0)
    log_p = 0.5 * np.log(weight).sum(axis=1) - 0.5 * np.where(there, np.log(safe) + square - mean**2 / safe, 0.0).sum(
        axis=1
    )
    log_p -= (
        0.5
        * (
            (np.log(_GRID) - np.log(priors.median_sd_experiment_log10_ec50_um))
            / priors.log_sd_sd_experiment_log10_ec50_um
        )
        ** 2
    )
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    return float(np.exp((p * np.log(_GRID)).sum()))
