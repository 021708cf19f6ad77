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
from lensim.models.coordinates import normal_by_information, normal_non_centred

LN10 = float(np.log(10.0))

# A log signal falls by D over the doses; its slope at the midpoint is about D * h / 4 per unit of log dose.
INFORMATION_ON_LOG10_EC50 = 0.5
INFORMATION_ON_LOG_HILL = 0.2
NEXT_TO_NOTHING = 1e-3  # information of a flat line: it keeps a division finite


@dataclass(frozen=True)
class CurvePriors:
    """Priors of the curves, on the scales of the model. All are ours, and assumed.

    log10_ec50_um: centred on the middle of the tested doses, since a series is chosen to bracket the answer, with an sd
    of a factor of 10 for the mean and for lines: nothing is truncated at the tested doses. log_hill_slope: around 1,
    rarely outside 1/3 to 3. effect_at_saturation: 0.7 halves the signal, 4.6 leaves a hundredth; both ends of that are
    ordinary, and stimulation (below 0) has about a seventh of the mass. Molecular groups may well not differ, so their
    spread may be 0. Lines surely differ in slope, and days in EC50 (two- to threefold is a usual repeatability
    limit), so these spreads have a median and a log sd, and no mass at 0.
    """

    sd_mu_log10_ec50_um: float = 1.0
    sd_sigma_group_log10_ec50_um: float = 0.5
    sd_sigma_log10_ec50_um: float = 1.0
    mean_mu_log_hill_slope: float = 0.0
    sd_mu_log_hill_slope: float = 0.4
    sd_sigma_group_log_hill_slope: float = 0.25
    median_sigma_log_hill_slope: float = 0.25
    log_sd_sigma_log_hill_slope: float = 0.6
    mean_mu_effect_at_saturation: float = 1.5
    sd_mu_effect_at_saturation: float = 1.0
    sd_sigma_group_effect_at_saturation: float = 0.5
    sd_sigma_effect_at_saturation: float = 1.0
    median_sd_experiment_log10_ec50_um: float = 0.15
    log_sd_sd_experiment_log10_ec50_um: float = 0.6


@dataclass(frozen=True)
class WellPriors:
    """Priors of what plates and machines add, on the log scale of the signal. All are ours, and assumed."""

    sd_log_top_cpm: float = 1.5
    sd_sd_well: float = 0.5
    shape_nu_well: float = 2.0
    rate_nu_well: float = 0.1
    mean_log_background_share: float = -6.0
    sd_log_background_share: float = 1.5
    median_sigma_log_background: float = 0.1
    log_sd_sigma_log_background: float = 0.7
    median_sd_blank: float = 0.1
    log_sd_sd_blank: float = 0.7
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
    along |= {name: v.CELL_LINE for name in arrays if name.endswith("_of_line")}
    return {name: pm.Data(name, array, dims=along.get(name)) for name, array in arrays.items()}


def _surely_some_spread(name: str, median: float, log_sd: float) -> Any:
    return pm.LogNormal(name, np.log(median), log_sd)


def _line_means(
    name: str,
    data: xr.Dataset,
    *,
    mean: Any,
    sd_mu: float,
    sd_sigma_group: float,
    sigma: Any,
    of_line: Any,
    information: Any,
) -> tuple[Any, Any]:
    """Population mean of a curve parameter, and its expected value per line: its molecular group's around that mean.

    `information` is what the panel says of the population's mean, `of_line` what the wells of a line say of that
    line; of its group's mean each line then says 1 / (sigma^2 + 1 / of_line).
    """
    mu = normal_by_information(f"mu_{name}", mu=mean, sigma=sd_mu, information=information, dims=None)
    if data.sizes[v.MOLECULAR_GROUP] == 1:  # one group is the population: a spread between groups says nothing
        return mu, mu
    sigma_group = pm.HalfNormal(f"sigma_group_{name}", sd_sigma_group)
    group_of_line = data[v.GROUP_OF_LINE].to_numpy()
    is_in_group = (np.arange(data.sizes[v.MOLECULAR_GROUP])[:, None] == group_of_line).astype(float)
    of_group = pt.dot(is_in_group, pt.ones(len(group_of_line)) / (sigma**2 + 1.0 / (of_line + NEXT_TO_NOTHING)))
    group = normal_by_information(
        f"group_{name}", mu=mu, sigma=sigma_group, information=of_group, dims=v.MOLECULAR_GROUP
    )
    return mu, group[group_of_line]


def pooled_curves(
    data: xr.Dataset, held: dict[str, Any], sd_experiment: Any, priors: CurvePriors
) -> tuple[Any, Any, Any]:
    """EC50, slope and effect per line, each line in its molecular group in the population.

    Lines are sampled as `_line_curves` says. The population's mean effect follows the same thought as a line's: what a
    panel knows is the mean effect at the top dose, so a panel of flat lines leaves no ridge between the mean EC50 and
    it.
    """
    sigmas = (
        pm.HalfNormal(f"sigma_{v.LOG10_EC50}", priors.sd_sigma_log10_ec50_um),
        _surely_some_spread(
            f"sigma_{v.LOG_HILL}", priors.median_sigma_log_hill_slope, priors.log_sd_sigma_log_hill_slope
        ),
        pm.HalfNormal(f"sigma_{v.EFFECT}", priors.sd_sigma_effect_at_saturation),
    )
    strength = held["drop_of_line"] / held["error_of_drop_of_line"]
    of_ec50 = _information_on_log10_ec50(data, held, sd_experiment)
    mu_log10_ec50, log10_ec50 = _line_means(
        v.LOG10_EC50,
        data,
        mean=held["log10_middle_dose_um"],
        sd_mu=priors.sd_mu_log10_ec50_um,
        sd_sigma_group=priors.sd_sigma_group_log10_ec50_um,
        sigma=sigmas[0],
        of_line=of_ec50,
        information=0.0,
    )
    mu_log_hill, log_hill = _line_means(
        v.LOG_HILL,
        data,
        mean=priors.mean_mu_log_hill_slope,
        sd_mu=priors.sd_mu_log_hill_slope,
        sd_sigma_group=priors.sd_sigma_group_log_hill_slope,
        sigma=sigmas[1],
        of_line=(INFORMATION_ON_LOG_HILL * strength) ** 2,
        information=0.0,
    )
    occupancy = _occupancy_at_top_dose(held, mu_log10_ec50, mu_log_hill)
    variance_of_line = pt.mean(held["error_of_drop_of_line"] ** 2) + (occupancy * sigmas[2]) ** 2
    _, effect = _line_means(
        v.EFFECT,
        data,
        mean=priors.mean_mu_effect_at_saturation,
        sd_mu=priors.sd_mu_effect_at_saturation,
        sd_sigma_group=priors.sd_sigma_group_effect_at_saturation,
        sigma=sigmas[2],
        of_line=(occupancy / held["error_of_drop_of_line"]) ** 2,
        information=data.sizes[v.CELL_LINE] * occupancy**2 / variance_of_line,
    )
    return _line_curves(held, of_ec50, (log10_ec50, log_hill, effect), sigmas)


def _occupancy_at_top_dose(held: dict[str, Any], log10_ec50: Any, log_hill: Any) -> Any:
    return pt.sigmoid(pt.exp(log_hill) * LN10 * (held["log10_top_dose_um"] - log10_ec50))


def separate_curves(
    data: xr.Dataset, held: dict[str, Any], sd_experiment: Any, priors: CurvePriors
) -> tuple[Any, Any, Any]:
    """EC50, slope and effect per line, each on its own: nothing is learnt from one line about another."""
    means = (held["log10_middle_dose_um"], priors.mean_mu_log_hill_slope, priors.mean_mu_effect_at_saturation)
    spreads = (
        np.hypot(priors.sd_mu_log10_ec50_um, priors.sd_sigma_log10_ec50_um),
        np.hypot(priors.sd_mu_log_hill_slope, priors.median_sigma_log_hill_slope),
        np.hypot(priors.sd_mu_effect_at_saturation, priors.sd_sigma_effect_at_saturation),
    )
    return _line_curves(held, _information_on_log10_ec50(data, held, sd_experiment), means, spreads)


def _line_curves(
    held: dict[str, Any], of_ec50: Any, means: tuple[Any, ...], spreads: tuple[Any, ...]
) -> tuple[Any, Any, Any]:
    """The three parameters of each line, in coordinates that know how much its wells say of each.

    A line that falls by D on the log scale, known to an error e, gives its log EC50 to about e / D and its log slope to
    some multiple of that; a flat line gives neither. Its effect is known at the top dose: an effect of a moves the top
    wells by about a * occupancy(top), so the information on a is (occupancy / e)^2, and the ridge between an EC50
    beyond the doses and the effect behind it is gone.
    """
    strength = held["drop_of_line"] / held["error_of_drop_of_line"]
    log10_ec50 = normal_by_information(
        v.LOG10_EC50,
        mu=means[0],
        sigma=spreads[0],
        information=of_ec50,
        dims=v.CELL_LINE,
    )
    log_hill = normal_by_information(
        v.LOG_HILL,
        mu=means[1],
        sigma=spreads[1],
        information=(INFORMATION_ON_LOG_HILL * strength) ** 2,
        dims=v.CELL_LINE,
    )
    occupancy = _occupancy_at_top_dose(held, log10_ec50, log_hill)
    effect = normal_by_information(
        v.EFFECT,
        mu=means[2],
        sigma=spreads[2],
        information=(occupancy / held["error_of_drop_of_line"]) ** 2,
        dims=v.CELL_LINE,
    )
    return log10_ec50, log_hill, effect


def experiment_spread(data: xr.Dataset, priors: CurvePriors) -> Any:
    """Spread of a line's EC50 between its cultures; 0 where every line has one culture, so nothing to learn it from."""
    if np.bincount(data[v.LINE_OF_CULTURE].to_numpy()).max() == 1:
        return 0.0
    return _surely_some_spread(
        v.SD_EXPERIMENT, priors.median_sd_experiment_log10_ec50_um, priors.log_sd_sd_experiment_log10_ec50_um
    )


def _information_on_log10_ec50(data: xr.Dataset, held: dict[str, Any], sd_experiment: Any) -> Any:
    """What the wells of a line say of its EC50: each culture measures it, with an error and a deviation of its own."""
    cultures_of_line = np.bincount(data[v.LINE_OF_CULTURE].to_numpy(), minlength=data.sizes[v.CELL_LINE])
    of_wells = (INFORMATION_ON_LOG10_EC50 * held["drop_of_line"] / held["error_of_drop_of_line"]) ** 2
    return 1.0 / (1.0 / (of_wells + NEXT_TO_NOTHING) + sd_experiment**2 / np.maximum(cultures_of_line, 1))


def culture_midpoints(data: xr.Dataset, held: dict[str, Any], log10_ec50: Any, sd_experiment: Any) -> Any:
    """EC50 that each culture shows, around its line's: the same line differs from one experiment to the next."""
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    cultures_of_line = np.bincount(line_of_culture)
    if cultures_of_line.max() == 1:
        return log10_ec50[line_of_culture]
    strength = (held["drop_of_line"] / held["error_of_drop_of_line"])[line_of_culture]
    return normal_by_information(
        v.CULTURE_LOG10_EC50,
        mu=log10_ec50[line_of_culture],
        sigma=sd_experiment,
        information=(INFORMATION_ON_LOG10_EC50 * strength) ** 2 / cultures_of_line[line_of_culture],
        dims=v.CULTURE,
    )


def residual_of_cells(data: xr.Dataset, held: dict[str, Any], midpoint: Any, log_hill: Any, effect: Any) -> Any:
    """Expected signal of each culture at each of its doses, as a fraction of untreated."""
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    culture = held["culture_of_cell"]
    slope = pt.exp(log_hill)[line_of_culture][culture]
    occupancy = pt.sigmoid(slope * (held["log_dose_of_cell"] - LN10 * midpoint[culture]))
    return 1.0 + pt.expm1(-effect)[line_of_culture][culture] * occupancy


def plate_background(data: xr.Dataset, held: dict[str, Any], priors: WellPriors) -> Any:
    """Signal of a well without cells, per plate: a small share of untreated a priori, and what blank wells show.

    log background ~ Normal(mu, sigma) per plate;  log blank ~ StudentT(4, log background, sqrt(sd_blank^2 + 1 /
    counts))
    """
    mean = held["log_untreated_cpm"] + priors.mean_log_background_share
    mu = pm.Normal("mu_log_background_cpm", mean, priors.sd_log_background_share)
    sigma = _surely_some_spread(
        "sigma_log_background_cpm", priors.median_sigma_log_background, priors.log_sd_sigma_log_background
    )
    log_background = normal_non_centred("log_background_cpm", mu=mu, sigma=sigma, dims=v.PLATE)
    background = pm.Deterministic(v.BACKGROUND, pt.exp(log_background), dims=v.PLATE)
    if v.BLANK_CPM in data and data.sizes[v.BLANK]:
        sd_blank = _surely_some_spread("sd_blank", priors.median_sd_blank, priors.log_sd_sd_blank)
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


def culture_tops(held: dict[str, Any], priors: WellPriors) -> Any:
    """Log of the untreated signal of each culture above background; known well, so sampled as itself."""
    return pm.Normal(v.LOG_TOP, held["log_untreated_cpm"], priors.sd_log_top_cpm, dims=v.CULTURE)


def raw_wells(
    data: xr.Dataset,
    held: dict[str, Any],
    residual: Any,
    log_top: Any,
    priors: WellPriors,
    log_position_effect: Any = 0.0,
) -> None:
    """Log signal of each well around its cell's: heavy tails, and the variance of counting on top.

    E[cpm] = background + top * residual;  log cpm ~ StudentT(nu_well, log E + position, sqrt(sd_well^2 + 1 / counts))
    """
    background = plate_background(data, held, priors)
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
