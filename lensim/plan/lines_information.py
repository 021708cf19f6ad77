"""What lines of a fit, lines tested again and new lines tell of how molecular groups differ.

    group_g          ~ Normal(mu, diag(sigma_group^2)),  mu ~ Normal(., diag(sd_mu^2))
    x of a line      ~ Normal(group_g, Sigma),           Sigma = diag(sigma^2)
    estimate of it   ~ Normal(x, I^-1)                   I from its wells and days (`lensim.dose_response.information`)
    precision of group means = prior precision + sum over lines of (Sigma + I^-1)^-1, in the block of their group
    variance of a difference = c' (precision)^-1 c

All three numbers of a curve are in it together. It is the Gaussian part of the model: exact for given spreads and
information, averaged over draws of both. What is not known of the spreads makes the posterior of a fit wider than that,
so the Gaussian part says by which share a variance falls, and the fit from what it falls. Derived.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.information import (
    LinesToTreat,
    culture_information,
    line_information,
    well_information,
)
from lensim.dose_response.priors import CurvePriors
from lensim.dose_response.truth import CURVE
from lensim.plan.panel_draws import spreads_of
from lensim.power.dose_response.study import FROM_POSTERIOR


@dataclass(frozen=True)
class FitDraws:
    """Draws of a fit as arrays, and what was observed.

    Attributes
    ----------
    lines, groups
        Names.
    group_of_line
        (line) positions in `groups`.
    curve, group
        (draw, line, 3) and (draw, group, 3).
    sigma, sigma_group, sd_experiment
        (draw, 3).
    log_top, background
        (draw, culture) and (draw, plate).
    sd_well, nu_well
        (draw).
    posterior
        Figures of the population in the same draws, along the dim sample_.
    data
        The observations.
    """

    lines: tuple[str, ...]
    groups: tuple[str, ...]
    group_of_line: np.ndarray
    curve: np.ndarray
    group: np.ndarray
    sigma: np.ndarray
    sigma_group: np.ndarray
    sd_experiment: np.ndarray
    log_top: np.ndarray
    background: np.ndarray
    sd_well: np.ndarray
    nu_well: np.ndarray
    posterior: xr.Dataset
    data: xr.Dataset

    @property
    def minutes(self) -> float:
        """For which wells are counted; infinite for a signal that is no count."""
        return float(self.data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in self.data else np.inf

    def to_treat(
        self, curve: np.ndarray, group: np.ndarray, culture: int | None, fault_variance: float
    ) -> LinesToTreat:
        """Lines, one a draw, with these curves and group means (draw, 3); levels as in a culture, or in their mean."""
        plate = None if culture is None else int(self.data[v.PLATE_OF_CULTURE].to_numpy()[culture])
        return LinesToTreat(
            curve=curve,
            mean=group,
            sigma=self.sigma,
            sd_experiment=self.sd_experiment,
            log_top=self.log_top.mean(axis=1) if culture is None else self.log_top[:, culture],
            background=np.exp(np.log(self.background).mean(axis=1)) if plate is None else self.background[:, plate],
            sd_well=self.sd_well,
            nu_well=self.nu_well,
            minutes=self.minutes,
            fault_variance=fault_variance,
        )


def draws_of_fit(posterior: xr.Dataset, data: xr.Dataset, number: int) -> FitDraws:
    """Draws of a fit, evenly thinned to a number of them."""
    stacked = posterior.stack(sample_=("chain", "draw"), create_index=False).transpose("sample_", ...)
    at = np.unique(np.linspace(0, stacked.sizes["sample_"] - 1, number).round().astype(int))
    drawn = stacked.isel(sample_=at)
    nu = np.maximum(drawn[v.NU_WELL].to_numpy(), 2.01) if v.NU_WELL in drawn else np.full(len(at), np.inf)
    background = (
        drawn[v.BACKGROUND].to_numpy() if v.BACKGROUND in drawn else np.full((len(at), data.sizes[v.PLATE]), 1e-9)
    )
    return FitDraws(
        tuple(map(str, data[v.CELL_LINE].to_numpy())),
        tuple(map(str, data[v.MOLECULAR_GROUP].to_numpy())),
        data[v.GROUP_OF_LINE].to_numpy().astype(int),
        np.stack([drawn[name].to_numpy() for name in CURVE], axis=-1),
        np.stack([drawn[f"group_{name}"].to_numpy() for name in CURVE], axis=-1),
        spreads_of(drawn, "sigma"),
        spreads_of(drawn, "sigma_group"),
        spreads_of(drawn, "sd_experiment"),
        drawn[v.LOG_TOP].to_numpy(),
        background,
        drawn[v.SD_WELL].to_numpy(),
        nu,
        drawn[[name for name in FROM_POSTERIOR if name in drawn]],
        data,
    )


def of_fitted_lines(fit: FitDraws) -> np.ndarray:
    """Information (draw, line, 3, 3) that the wells of a fit have on each of its lines."""
    data = fit.data
    of_line = np.zeros((*fit.curve.shape[:2], 3, 3))
    dose, culture_of_well = data[v.DOSE].to_numpy().astype(float), data[v.CULTURE_OF_WELL].to_numpy()
    for culture, line in enumerate(data[v.LINE_OF_CULTURE].to_numpy().astype(int).tolist()):
        doses, count = np.unique(dose[culture_of_well == culture], return_counts=True)
        lines = fit.to_treat(fit.curve[:, line], fit.group[:, fit.group_of_line[line]], culture, 0.0)
        of_line[:, line] += line_information(_of_culture(lines, doses, count), fit.sd_experiment)
    return of_line


def of_tests(
    lines: LinesToTreat, doses_um: tuple[float, ...], replicates: int, untreated: int, experiments: int
) -> np.ndarray:
    """Information (line, 3, 3) on lines from so many experiments at given doses above 0."""
    doses, count = np.array([0.0, *doses_um]), np.array([untreated, *[replicates] * len(doses_um)])
    return line_information(_of_culture(lines, doses, count), lines.sd_experiment, experiments)


def _of_culture(lines: LinesToTreat, doses: np.ndarray, count: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        each = well_information(lines, np.log(doses))
    return culture_information(np.einsum("d,ldpq->lpq", count.astype(float), each))


@dataclass(frozen=True)
class Difference:
    """The difference of two groups, or of one and the mean of all others.

    Attributes
    ----------
    weight
        (group, 3) of the groups' mean curves.
    prior
        (draw, 3 group, 3 group) precision of all group means before any line.
    """

    weight: np.ndarray
    prior: np.ndarray

    def variance(self, of_groups: np.ndarray) -> np.ndarray:
        """(draw) variance, from what lines tell of their groups (draw, group, 3, 3)."""
        whole = self.prior.copy()
        for g in range(of_groups.shape[1]):
            whole[:, 3 * g : 3 * g + 3, 3 * g : 3 * g + 3] += of_groups[:, g]
        c = np.broadcast_to(self.weight.reshape(-1), (len(whole), self.weight.size))[..., None]
        return np.asarray((c * np.linalg.solve(whole, c)).sum(axis=(1, 2)))


def difference_of(fit: FitDraws, first: str, second: str, quantity: str, priors: CurvePriors) -> Difference:
    """The difference first - second in a number of the curve; `second` may be 'others'."""
    weight = np.zeros((len(fit.groups), 3))
    k, one = CURVE.index(quantity), fit.groups.index(first)
    rest = [fit.groups.index(second)] if second in fit.groups else [g for g in range(len(fit.groups)) if g != one]
    weight[one, k], weight[rest, k] = 1.0, -1.0 / len(rest)
    groups = len(fit.groups)
    prior = np.zeros((len(fit.sigma), 3 * groups, 3 * groups))
    for k, sd_mu in enumerate(getattr(priors, f"sd_mu_{name}") for name in CURVE):
        own = np.maximum(fit.sigma_group[:, k], 1e-6) ** 2
        covariance = own[:, None, None] * np.eye(groups) + sd_mu**2
        prior[:, k::3, k::3] = np.linalg.inv(covariance)
    return Difference(weight, prior)
