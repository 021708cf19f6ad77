"""The pieces that the dose-response models are put together from; each adds its variables to the model in context.

    residual(d) = 1 - (1 - exp(-a)) * d^h / (EC50^h + d^h)

with a = effect_at_saturation, h = exp(log_hill_slope), EC50 = 10^log10_ec50_um of the culture.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.models.coordinates import normal_centred, normal_in_coordinates, normal_non_centred

LN10 = float(np.log(10.0))

# Below this share of the saturated effect at the top dose, the prior and not the data says how large the effect is: about
# the error of a log ratio of nine wells to nine wells, as a share of the spread between lines.
SMALLEST_OCCUPANCY = 0.1


@dataclass(frozen=True)
class CurvePriors:
    """Priors of the curves, on the scales of the model. All are ours, and assumed.

    log10_ec50_um: centred on the middle of the tested doses, since a series is chosen to bracket the answer, with an sd
    of a factor of 10 for the mean and for lines: nothing is truncated at the tested doses. log_hill_slope: around 1,
    rarely outside 1/3 to 3. effect_at_saturation: 0.7 halves the signal; stimulation (below 0) has a third of the mass.
    """

    sd_mu_log10_ec50_um: float = 1.0
    sd_sigma_group_log10_ec50_um: float = 0.5
    sd_sigma_log10_ec50_um: float = 1.0
    mean_mu_log_hill_slope: float = 0.0
    sd_mu_log_hill_slope: float = 0.5
    sd_sigma_group_log_hill_slope: float = 0.25
    sd_sigma_log_hill_slope: float = 0.5
    mean_mu_effect_at_saturation: float = 0.7
    sd_mu_effect_at_saturation: float = 1.0
    sd_sigma_group_effect_at_saturation: float = 0.5
    sd_sigma_effect_at_saturation: float = 1.0
    sd_sd_experiment_log10_ec50_um: float = 0.3


@dataclass(frozen=True)
class WellPriors:
    """Priors of what plates and machines add, on the log scale of the signal. All are ours, and assumed."""

    sd_log_top_cpm: float = 1.5
    sd_sd_well: float = 0.5
    shape_nu_well: float = 2.0
    rate_nu_well: float = 0.1
    mean_log_background_share: float = -6.0
    sd_log_background_share: float = 1.5
    sd_sd_log_background: float = 0.3
    sd_sd_blank: float = 0.5
    sd_log_top_share: float = 0.1
    sd_log_position: float = 0.2


@dataclass(frozen=True)
class DoseResponsePriors:
    """Priors of curves and of wells."""

    curves: CurvePriors = field(default_factory=CurvePriors)
    wells: WellPriors = field(default_factory=WellPriors)


def register(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Every array as `pm.Data`, so that a compiled model takes another study's arrays of the same names."""
    along = {"log_cpm": v.WELL, "viability": v.WELL, "log_blank_cpm": v.BLANK, "plate_of_blank": v.BLANK}
    along |= {name: v.WELL for name in arrays if name.endswith("_of_well")}
    along |= {name: "cell" for name in arrays if name.endswith("_of_cell")}
    return {name: pm.Data(name, array, dims=along.get(name)) for name, array in arrays.items()}


def _line_means(name: str, data: xr.Dataset, *, mean: Any, sd_mu: float, sd_sigma_group: float) -> Any:
    """Expected value of a curve parameter per line: its molecular group's, around the population's mean."""
    mu = pm.Normal(f"mu_{name}", mean, sd_mu)
    if data.sizes[v.MOLECULAR_GROUP] == 1:  # one group is the population: a spread between groups says nothing
        return mu
    sigma_group = pm.HalfNormal(f"sigma_group_{name}", sd_sigma_group)
    group = normal_non_centred(f"group_{name}", mu=mu, sigma=sigma_group, dims=v.MOLECULAR_GROUP)
    return group[data[v.GROUP_OF_LINE].to_numpy()]


def pooled_curves(data: xr.Dataset, held: dict[str, Any], priors: CurvePriors) -> tuple[Any, Any, Any]:
    """EC50, slope and effect per line, each line in its molecular group in the population.

    EC50 is sampled centred and the slope non-centred, because a panel says much of the first and little of the second.
    The effect is sampled as its size at the top dose, a * sqrt(occupancy(top)^2 + SMALLEST_OCCUPANCY^2): that is what
    the wells of a line with an EC50 beyond the doses can tell, whatever its EC50, so the ridge between the two is gone.
    """
    mean = _line_means(
        v.LOG10_EC50,
        data,
        mean=held["log10_middle_dose_um"],
        sd_mu=priors.sd_mu_log10_ec50_um,
        sd_sigma_group=priors.sd_sigma_group_log10_ec50_um,
    )
    sigma = pm.HalfNormal(f"sigma_{v.LOG10_EC50}", priors.sd_sigma_log10_ec50_um)
    log10_ec50 = normal_centred(v.LOG10_EC50, mu=mean, sigma=sigma, dims=v.CELL_LINE)
    mean = _line_means(
        v.LOG_HILL,
        data,
        mean=priors.mean_mu_log_hill_slope,
        sd_mu=priors.sd_mu_log_hill_slope,
        sd_sigma_group=priors.sd_sigma_group_log_hill_slope,
    )
    sigma = pm.HalfNormal(f"sigma_{v.LOG_HILL}", priors.sd_sigma_log_hill_slope)
    log_hill = normal_non_centred(v.LOG_HILL, mu=mean, sigma=sigma, dims=v.CELL_LINE)
    mean = _line_means(
        v.EFFECT,
        data,
        mean=priors.mean_mu_effect_at_saturation,
        sd_mu=priors.sd_mu_effect_at_saturation,
        sd_sigma_group=priors.sd_sigma_group_effect_at_saturation,
    )
    sigma = pm.HalfNormal(f"sigma_{v.EFFECT}", priors.sd_sigma_effect_at_saturation)
    effect = _effect_at_top_dose(held, log10_ec50, log_hill, mean, sigma)
    return log10_ec50, log_hill, effect


def separate_curves(held: dict[str, Any], priors: CurvePriors) -> tuple[Any, Any, Any]:
    """EC50, slope and effect per line, each on its own: nothing is learnt from one line about another."""
    line_sd = np.hypot(priors.sd_mu_log10_ec50_um, priors.sd_sigma_log10_ec50_um)
    log10_ec50 = normal_centred(v.LOG10_EC50, mu=held["log10_middle_dose_um"], sigma=line_sd, dims=v.CELL_LINE)
    line_sd = np.hypot(priors.sd_mu_log_hill_slope, priors.sd_sigma_log_hill_slope)
    log_hill = normal_centred(v.LOG_HILL, mu=priors.mean_mu_log_hill_slope, sigma=line_sd, dims=v.CELL_LINE)
    line_sd = np.hypot(priors.sd_mu_effect_at_saturation, priors.sd_sigma_effect_at_saturation)
    effect = _effect_at_top_dose(held, log10_ec50, log_hill, priors.mean_mu_effect_at_saturation, line_sd)
    return log10_ec50, log_hill, effect


def _effect_at_top_dose(held: dict[str, Any], log10_ec50: Any, log_hill: Any, mu: Any, sigma: Any) -> Any:
    occupancy = pt.sigmoid(pt.exp(log_hill) * LN10 * (held["log10_top_dose_um"] - log10_ec50))
    scale = pt.sqrt(occupancy**2 + SMALLEST_OCCUPANCY**2)
    return normal_in_coordinates(v.EFFECT, mu=mu, sigma=sigma, centre=0.0, scale=scale, dims=v.CELL_LINE)


def culture_midpoints(data: xr.Dataset, log10_ec50: Any, priors: CurvePriors) -> Any:
    """EC50 that each culture shows, around its line's: the same line differs from one experiment to the next.

    Where every line has one culture there is nothing to learn such a spread from, and the line's own EC50 is used.
    """
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    if np.bincount(line_of_culture).max() == 1:
        return log10_ec50[line_of_culture]
    sd_experiment = pm.HalfNormal(v.SD_EXPERIMENT, priors.sd_sd_experiment_log10_ec50_um)
    return normal_non_centred(v.CULTURE_LOG10_EC50, mu=log10_ec50[line_of_culture], sigma=sd_experiment, dims=v.CULTURE)


def residual_of_cells(data: xr.Dataset, held: dict[str, Any], midpoint: Any, log_hill: Any, effect: Any) -> Any:
    """Expected signal of each culture at each of its doses, as a fraction of untreated."""
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    culture = held["culture_of_cell"]
    slope = pt.exp(log_hill)[line_of_culture][culture]
    occupancy = pt.sigmoid(slope * (held["log_dose_of_cell"] - LN10 * midpoint[culture]))
    return 1.0 + pt.expm1(-effect)[line_of_culture][culture] * occupancy


def plate_background(data: xr.Dataset, held: dict[str, Any], priors: WellPriors) -> Any:
    """Signal of a well without cells, per plate: a small share of untreated a priori, and what blank wells show.

    log background ~ Normal(mu, sigma) per plate;  log blank ~ StudentT(4, log background, sqrt(sd_blank^2 + 1 / counts))
    """
    mean = held["log_untreated_cpm"] + priors.mean_log_background_share
    mu = pm.Normal("mu_log_background_cpm", mean, priors.sd_log_background_share)
    sigma = pm.HalfNormal("sigma_log_background_cpm", priors.sd_sd_log_background)
    log_background = normal_non_centred("log_background_cpm", mu=mu, sigma=sigma, dims=v.PLATE)
    background = pm.Deterministic(v.BACKGROUND, pt.exp(log_background), dims=v.PLATE)
    if v.BLANK_CPM in data and data.sizes[v.BLANK]:
        sd_blank = pm.HalfNormal("sd_blank", priors.sd_sd_blank)
        plate = held["plate_of_blank"]
        counting_variance = held["inverse_counting_minutes"] / background[plate]
        pm.StudentT(
            "log_blank_cpm_observed",
            nu=4.0,
            mu=log_background[plate],
            sigma=pt.sqrt(sd_blank**2 + counting_variance),
            observed=held["log_blank_cpm"],
            dims=v.BLANK,
        )
    return background


def raw_wells(
    data: xr.Dataset, held: dict[str, Any], residual: Any, priors: WellPriors, log_position_effect: Any = 0.0
) -> None:
    """Log signal of each well around its cell's: heavy tails, and the variance of counting on top.

    E[cpm] = background + top * residual;  log cpm ~ StudentT(nu_well, log E + position, sqrt(sd_well^2 + 1 / counts))
    """
    background = plate_background(data, held, priors)
    log_top = pm.Normal(v.LOG_TOP, held["log_untreated_cpm"], priors.sd_log_top_cpm, dims=v.CULTURE)
    sd_well = pm.HalfNormal(v.SD_WELL, priors.sd_sd_well)
    nu_well = pm.Gamma(v.NU_WELL, priors.shape_nu_well, priors.rate_nu_well)
    culture = held["culture_of_cell"]
    plate_of_culture = data[v.PLATE_OF_CULTURE].to_numpy()
    expected = background[plate_of_culture][culture] + pt.exp(log_top)[culture] * residual
    spread = pt.sqrt(sd_well**2 + held["inverse_counting_minutes"] / expected)
    cell = held["cell_of_well"]
    pm.StudentT(
        "log_cpm_observed",
        nu=nu_well,
        mu=pt.log(expected)[cell] + log_position_effect,
        sigma=spread[cell],
        observed=held["log_cpm"],
        dims=v.WELL,
    )


def position_on_plate(held: dict[str, Any], priors: WellPriors) -> Any:
    """What a well gains or loses by its place, on the log scale: the edge, and a gradient along rows and columns."""
    mu_edge = pm.Normal("mu_edge_log_effect", 0.0, priors.sd_log_position)
    sigma_edge = pm.HalfNormal("sigma_edge_log_effect", priors.sd_log_position)
    edge = normal_non_centred("edge_log_effect", mu=mu_edge, sigma=sigma_edge, dims=v.PLATE)
    sigma_row = pm.HalfNormal("sigma_row_log_gradient", priors.sd_log_position)
    row = normal_non_centred("row_log_gradient", mu=0.0, sigma=sigma_row, dims=v.PLATE)
    sigma_column = pm.HalfNormal("sigma_column_log_gradient", priors.sd_log_position)
    column = normal_non_centred("column_log_gradient", mu=0.0, sigma=sigma_column, dims=v.PLATE)
    plate = held["plate_of_well"]
    return (
        edge[plate] * held["edge_of_well"] + row[plate] * held["row_of_well"] + column[plate] * held["column_of_well"]
    )


def normalised_wells(held: dict[str, Any], residual: Any, priors: WellPriors) -> None:
    """Viability of each well around its cell's, as a fraction: heavy tails, one spread on the scale of percent.

    The control mean that someone divided by had an error of its own, shared by a culture: its top is near 1, not 1.
    """
    log_top = pm.Normal("log_top_share", 0.0, priors.sd_log_top_share, dims=v.CULTURE)
    sd_well = pm.HalfNormal(v.SD_WELL, priors.sd_sd_well)
    nu_well = pm.Gamma(v.NU_WELL, priors.shape_nu_well, priors.rate_nu_well)
    expected = pt.exp(log_top)[held["culture_of_cell"]] * residual
    pm.StudentT(
        "viability_observed",
        nu=nu_well,
        mu=expected[held["cell_of_well"]],
        sigma=sd_well,
        observed=held["viability"],
        dims=v.WELL,
    )
