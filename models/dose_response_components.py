"""Components of the dose-response models; each adds its variables to the model in context.

    residual(d) = 1 - (1 - exp(-a)) * d^h / (EC50^h + d^h)

with a = effect_at_saturation, h = exp(log_hill_slope), EC50 = 10^log10_ec50_um of the culture.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.priors import CurvePriors, WellPriors
from lensim.models import dose_response_panel as panel
from lensim.models.coordinates import normal_by_information, normal_non_centred, positive_spread

LN10 = float(np.log(10.0))

NEXT_TO_NOTHING = 1e-3  # information of a flat line: it keeps a division finite
SMALLEST_OCCUPANCY = 1e-9
NO_BACKGROUND_SHARE = 1e-9
FEW_LINES = 10
KNOWN_SD = 0.1  # a line's EC50 is known well where its wells tell it to this many log10 uM


def register(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Every array as `pm.Data`, so that a compiled model takes another study's arrays of the same names."""
    along = {
        "log_signal": v.WELL,
        "viability": v.WELL,
        "plate_of_culture": v.CULTURE,
        "log_blank_signal": v.BLANK,
        "plate_of_blank": v.BLANK,
    }
    along |= {name: v.WELL for name in arrays if name.endswith("_of_well")}
    along |= {name: "cell" for name in arrays if name.endswith("_of_cell")}
    along |= {name: v.CELL_LINE for name in arrays if name.endswith("_of_line")}
    along |= {name: v.PLATE for name in arrays if name.endswith("_of_plate")}
    return {name: pm.Data(name, array, dims=along.get(name)) for name, array in arrays.items()}


@dataclass(frozen=True)
class _Spread:
    """Prior of one curve parameter: mean and sd of its population mean, sd of the spread of groups, spread of lines."""

    mean: Any
    sd_mu: float
    sd_sigma_group: float
    sigma: Any


def _pooled(
    name: str, data: xr.Dataset, spread: _Spread, known: tuple[Any, Any], known_alone: tuple[Any, Any] | None = None
) -> tuple[Any, Any]:
    """A curve parameter of every line, pooled: line in molecular group in population; and the population mean.

    `known` (cell_line) is the information and the estimate that the wells of a line give; where these depend on the
    line's other parameters, `known_alone` is without that dependence. A line has the information
    1 / (sigma^2 + 1 / information) on its group's mean, and a group likewise on the population's mean.
    """
    information, estimate = known_alone or known
    of_line = 1.0 / (spread.sigma**2 + 1.0 / (information + NEXT_TO_NOTHING))
    if data.sizes[v.MOLECULAR_GROUP] == 1:  # one group is the population: a spread between groups says nothing
        mu = mean_of_line = _population_mean(name, spread, of_line, estimate)
    else:
        sigma_group = pm.HalfNormal(f"sigma_group_{name}", spread.sd_sigma_group)
        group_of_line = data[v.GROUP_OF_LINE].to_numpy()
        is_in_group = (np.arange(data.sizes[v.MOLECULAR_GROUP])[:, None] == group_of_line).astype(float)
        of_group = pt.dot(is_in_group, of_line)
        estimate_of_group = pt.dot(is_in_group, of_line * estimate) / of_group
        mu = _population_mean(name, spread, 1.0 / (sigma_group**2 + 1.0 / of_group), estimate_of_group)
        group = normal_by_information(
            f"group_{name}",
            mu=mu,
            sigma=sigma_group,
            information=of_group,
            estimate=estimate_of_group,
            dims=v.MOLECULAR_GROUP,
        )
        mean_of_line = group[group_of_line]
    values = normal_by_information(
        name, mu=mean_of_line, sigma=spread.sigma, information=known[0], estimate=known[1], dims=v.CELL_LINE
    )
    return values, mu


def _population_mean(name: str, spread: _Spread, information_of_part: Any, estimate_of_part: Any) -> Any:
    information = pt.sum(information_of_part)
    estimate = pt.sum(information_of_part * estimate_of_part) / information
    return normal_by_information(
        f"mu_{name}", mu=spread.mean, sigma=spread.sd_mu, information=information, estimate=estimate, dims=None
    )


def pooled_curves(
    data: xr.Dataset, held: dict[str, Any], sd_experiment: Any, priors: CurvePriors
) -> tuple[Any, Any, Any]:
    """EC50, slope and effect per line, each line in its molecular group in the population.

    What lines say of the population's mean effect is taken at its mean EC50 and slope: what a panel of flat lines knows
    is the mean effect at the top dose, and so there is no ridge between a far mean EC50 and the effect behind it.
    """
    log10_ec50, mu_log10_ec50 = _pooled(
        v.LOG10_EC50,
        data,
        _Spread(
            held["log10_middle_dose_um"],
            priors.sd_mu_log10_ec50_um,
            priors.sd_sigma_group_log10_ec50_um,
            pm.HalfNormal(f"sigma_{v.LOG10_EC50}", priors.sd_sigma_log10_ec50_um),
        ),
        _known_of_log10_ec50(data, held, sd_experiment),
    )
    log_hill, mu_log_hill = _pooled(
        v.LOG_HILL,
        data,
        _Spread(
            priors.mean_mu_log_hill_slope,
            priors.sd_mu_log_hill_slope,
            priors.sd_sigma_group_log_hill_slope,
            positive_spread(
                f"sigma_{v.LOG_HILL}", priors.median_sigma_log_hill_slope, priors.log_sd_sigma_log_hill_slope
            ),
        ),
        (held["information_on_log_hill_of_line"], held["estimate_of_log_hill_of_line"]),
    )
    effect, _ = _pooled(
        v.EFFECT,
        data,
        _Spread(
            priors.mean_mu_effect_at_saturation,
            priors.sd_mu_effect_at_saturation,
            priors.sd_sigma_group_effect_at_saturation,
            pm.HalfNormal(f"sigma_{v.EFFECT}", priors.sd_sigma_effect_at_saturation),
        ),
        _known_of_effect(held, log10_ec50, log_hill),
        _known_of_effect(held, _where_lines_are_known(data, held, mu_log10_ec50), mu_log_hill),
    )
    return log10_ec50, log_hill, effect


def _where_lines_are_known(data: xr.Dataset, held: dict[str, Any], mu_log10_ec50: Any) -> Any:
    """EC50 at which a line says something of the mean effect: the population's mean, or in a panel of few lines its
    own estimate where that is known.

    The mean of few lines may lie far from all of them, beyond the doses, where it would make of a known effect a large
    and wrong one.
    """
    if data.sizes[v.CELL_LINE] > FEW_LINES:
        return mu_log10_ec50
    known = held["information_on_log10_ec50_of_line"] * KNOWN_SD**2
    return (known * held["estimate_of_log10_ec50_of_line"] + mu_log10_ec50) / (known + 1.0)


def separate_curves(
    data: xr.Dataset, held: dict[str, Any], sd_experiment: Any, priors: CurvePriors
) -> tuple[Any, Any, Any]:
    """EC50, slope and effect per line, each on its own, without pooling."""

    def alone(name: str, mean: Any, spread: float, known: tuple[Any, Any]) -> Any:
        return normal_by_information(
            name, mu=mean, sigma=spread, information=known[0], estimate=known[1], dims=v.CELL_LINE
        )

    log10_ec50 = alone(
        v.LOG10_EC50,
        held["log10_middle_dose_um"],
        np.hypot(priors.sd_mu_log10_ec50_um, priors.sd_sigma_log10_ec50_um),
        _known_of_log10_ec50(data, held, sd_experiment),
    )
    log_hill = alone(
        v.LOG_HILL,
        priors.mean_mu_log_hill_slope,
        np.hypot(priors.sd_mu_log_hill_slope, priors.median_sigma_log_hill_slope),
        (held["information_on_log_hill_of_line"], held["estimate_of_log_hill_of_line"]),
    )
    effect = alone(
        v.EFFECT,
        priors.mean_mu_effect_at_saturation,
        np.hypot(priors.sd_mu_effect_at_saturation, priors.sd_sigma_effect_at_saturation),
        _known_of_effect(held, log10_ec50, log_hill),
    )
    return log10_ec50, log_hill, effect


def _known_of_effect(held: dict[str, Any], log10_ec50: Any, log_hill: Any) -> tuple[Any, Any]:
    """Information and estimate of each line's effect, given its EC50 and slope.

    Wells know the size at the top dose, about effect * occupancy(top), so the information on the effect is that on the
    size times occupancy^2, and the ridge between an EC50 beyond the doses and the effect behind it is gone.
    """
    ratio = pt.exp(log_hill) * LN10 * (held["log10_top_dose_um"] - log10_ec50)
    occupancy = pt.sigmoid(ratio) + SMALLEST_OCCUPANCY
    return held["information_on_size_of_line"] * occupancy**2, held["estimate_of_size_of_line"] / occupancy


def _known_of_log10_ec50(data: xr.Dataset, held: dict[str, Any], sd_experiment: Any) -> tuple[Any, Any]:
    """Information and estimate of each line's EC50: a culture measures it with an error and a deviation of its own."""
    cultures_of_line = np.bincount(data[v.LINE_OF_CULTURE].to_numpy(), minlength=data.sizes[v.CELL_LINE])
    of_wells = held["information_on_log10_ec50_of_line"] + NEXT_TO_NOTHING
    information = 1.0 / (1.0 / of_wells + sd_experiment**2 / np.maximum(cultures_of_line, 1))
    return information, held["estimate_of_log10_ec50_of_line"]


def experiment_spread(data: xr.Dataset, priors: CurvePriors) -> Any:
    """Spread of a line's EC50 between its cultures; 0 where every line has one culture, so the data do not show it."""
    if np.bincount(data[v.LINE_OF_CULTURE].to_numpy()).max() == 1:
        return 0.0
    return positive_spread(
        v.SD_EXPERIMENT, priors.median_sd_experiment_log10_ec50_um, priors.log_sd_sd_experiment_log10_ec50_um
    )


def culture_midpoints(data: xr.Dataset, held: dict[str, Any], log10_ec50: Any, sd_experiment: Any) -> Any:
    """EC50 that each culture shows, around its line's: the same line differs from one experiment to the next.

    Where several conditions of a line are treated in one experiment, a share of that deviation is the experiment's own
    (its cells, its dilution series) and the same under all of them, so it is not in their ratio:

        deviation = sd_experiment (sqrt(share) day + sqrt(1 - share) own)
        day, own ~ Normal(0, 1),  share ~ Uniform(0, 1)
    """
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    cultures_of_line = np.bincount(line_of_culture)
    if cultures_of_line.max() == 1:
        return log10_ec50[line_of_culture]
    of_line = held["information_on_midpoint_of_line"]
    middle, sigma = log10_ec50[line_of_culture], sd_experiment
    if (days := panel.days_of_lines(data)) is not None:
        share = pm.Uniform(v.SHARED_SHARE)
        day = normal_non_centred(v.DAY_LOG10_EC50, mu=0.0, sigma=sd_experiment * pt.sqrt(share), dims=panel.LINE_DAY)
        middle, sigma = middle + day[days.day_of_culture], sd_experiment * pt.sqrt(1.0 - share)
    return normal_by_information(
        v.CULTURE_LOG10_EC50,
        mu=middle,
        sigma=sigma,
        information=(of_line / np.maximum(cultures_of_line, 1))[line_of_culture],
        estimate=held["estimate_of_log10_ec50_of_line"][line_of_culture],
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
    """Signal of a well without cells, per plate: a small share of untreated a priori, informed by blank wells.

    log background ~ Normal(mu, sigma) per plate;  log blank ~ StudentT(4, log background, sqrt(sd_blank^2 + 1 /
    counts))

    Without a blank well nothing tells a background from cells that are left at saturation. It is then nothing (a
    billionth of untreated, which keeps a logarithm finite), and the curve's floor holds both.
    """
    if not panel.has_blanks(data):
        nothing = pt.exp(held["log_untreated_signal"]) * NO_BACKGROUND_SHARE
        return pm.Deterministic(v.BACKGROUND, nothing * np.ones(data.sizes[v.PLATE]), dims=v.PLATE)
    mean = held["log_untreated_signal"] + priors.mean_log_background_share
    mu = pm.Normal("mu_log_background_signal", mean, priors.sd_log_background_share)
    sigma = positive_spread(
        "sigma_log_background_signal", priors.median_sigma_log_background, priors.log_sd_sigma_log_background
    )
    log_background = normal_by_information(
        "log_background_signal",
        mu=mu,
        sigma=sigma,
        information=held["information_on_log_background_of_plate"],
        estimate=held["estimate_of_log_background_of_plate"],
        dims=v.PLATE,
    )
    background = pm.Deterministic(v.BACKGROUND, pt.exp(log_background), dims=v.PLATE)
    sd_blank = positive_spread("sd_blank", priors.median_sd_blank, priors.log_sd_sd_blank)
    plate = held["plate_of_blank"]
    counting_variance = held["inverse_counting_minutes"] / background[plate]
    pm.StudentT(
        "log_blank_signal_observed",
        nu=4.0,
        mu=log_background[plate],
        sigma=pt.sqrt(sd_blank**2 + counting_variance),
        observed=held["log_blank_signal"],
        dims=v.BLANK,
    )
    return background


def culture_tops(held: dict[str, Any], priors: WellPriors) -> Any:
    """Log of the untreated signal of each culture above background; known well, so sampled as itself."""
    return pm.Normal(v.LOG_TOP, held["log_untreated_signal"], priors.sd_log_top_signal, dims=v.CULTURE)


def raw_wells(
    data: xr.Dataset,
    held: dict[str, Any],
    residual: Any,
    log_top: Any,
    priors: WellPriors,
    log_position_effect: Any = 0.0,
) -> None:
    """Log signal of each well around its cell's: heavy tails, and the variance of counting on top.

    E[signal]  = background + top * residual
    log signal ~ StudentT(nu_well, log E + position, sqrt(sd_well^2 + 1 / counts))
    """
    background = plate_background(data, held, priors)
    sd_well = pm.HalfNormal(v.SD_WELL, priors.sd_sd_well)
    nu_well = pm.Gamma(v.NU_WELL, priors.shape_nu_well, priors.rate_nu_well)
    culture = held["culture_of_cell"]
    expected = background[held["plate_of_culture"]][culture] + pt.exp(log_top)[culture] * residual
    spread = pt.sqrt(sd_well**2 + held["inverse_counting_minutes"] / expected)
    cell = held["cell_of_well"]
    pm.StudentT(
        "log_signal_observed",
        nu=nu_well,
        mu=pt.log(expected)[cell] + log_position_effect,
        sigma=spread[cell],
        observed=held["log_signal"],
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
