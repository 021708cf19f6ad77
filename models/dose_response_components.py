"""Components of the dose-response models; each adds its variables to the model in context. The whole model is this.

    residual(d) = 1 - (1 - exp(-a)) * d^h / (EC50^h + d^h)      of a culture c: one line on one day
    with a = culture_effect_at_saturation, h = exp(culture_log_hill_slope), EC50 = 10^culture_log10_ec50_um

    log10 EC50:  x(c) = x(line) + experiment(e) + [line_experiment(line, e)] + own(c)
                 experiment      ~ Normal(0, sd_x sqrt(day_share))               all lines and plates of a day alike
                 line_experiment ~ Normal(0, sd_x sqrt((1 - day_share) shared_share))       all conditions of a line
                 own             ~ Normal(0, sd_x sqrt((1 - day_share) (1 - shared_share)))
    log slope:   h(c) ~ Normal(h(line), sd_h)
    effect:      a(c) ~ Normal(a(line), sd_a)
    sd_x, sd_h, sd_a = sd_experiment_log10_ec50_um, sd_experiment_log_hill_slope, sd_experiment_effect_at_saturation
                 ~ LogNormal(log median, log sd) of `CurvePriors`, whatever the number of experiments: with one the data
                 do not show these spreads, and the line, which keeps them as doubt, is known less well than its culture
    day_share, shared_share ~ Uniform(0, 1); absent, and 0, where no two cultures (conditions) share an experiment

    y(line) ~ Normal(group_y, sigma_y),  group_y ~ Normal(mu_y, sigma_group_y)   for y = x, h, a, where lines are pooled
    y(line) ~ Normal(m_y, s_y)                                                   where they are not

    E[signal]  = background(plate) + exp(log_top(c)) * residual(d)
    log signal ~ StudentT(nu_well, log E[signal] + position, sqrt(sd_well^2 + 1 / counts))
    percents:  viability / 100 ~ StudentT(nu_well, E, sqrt((sd_well E)^2 + sd_floor^2))
               E = exp(log_top_share(c)) * residual(d)

Lines and cultures are in `dose_response_curves`; wells, plates and places are here.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.laws import NO_BACKGROUND_SHARE
from lensim.dose_response.panel_arrays import has_blanks
from lensim.dose_response.priors import WellPriors
from lensim.models.coordinates import normal_by_information, normal_non_centred, positive_spread
from lensim.models.dose_response_curves import Curves

LN10 = float(np.log(10.0))


def register(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Every array as `pm.Data`, so that a compiled model takes another study's arrays of the same names."""
    along = {
        "log_signal": v.WELL,
        "viability": v.WELL,
        "log_blank_signal": v.BLANK,
        "plate_of_blank": v.BLANK,
    }
    along |= {name: v.WELL for name in arrays if name.endswith("_of_well")}
    along |= {name: "cell" for name in arrays if name.endswith("_of_cell")}
    along |= {name: v.CELL_LINE for name in arrays if name.endswith("_of_line")}
    along |= {name: v.CULTURE for name in arrays if name.endswith("_of_culture")}
    along |= {name: v.EXPERIMENT for name in arrays if name.endswith("_of_experiment")}
    along |= {name: v.PLATE for name in arrays if name.endswith("_of_plate")}
    return {name: pm.Data(name, array, dims=along.get(name)) for name, array in arrays.items()}


def residual_of_cells(held: dict[str, Any], curves: Curves) -> Any:
    """Expected signal of each culture at each of its doses, as a fraction of untreated."""
    culture = held["culture_of_cell"]
    slope = pt.exp(curves.log_hill)[culture]
    occupancy = pt.sigmoid(slope * (held["log_dose_of_cell"] - LN10 * curves.log10_ec50[culture]))
    return 1.0 + pt.expm1(-curves.effect)[culture] * occupancy


def plate_background(data: xr.Dataset, held: dict[str, Any], priors: WellPriors) -> Any:
    """Signal of a well without cells, per plate: a small share of untreated a priori, informed by blank wells.

    log background ~ Normal(mu, sigma) per plate;  log blank ~ StudentT(4, log background, sqrt(sd_blank^2 + 1 /
    counts))

    Without a blank well nothing tells a background from cells that are left at saturation. It is then nothing (a
    billionth of untreated, which keeps a logarithm finite), and the curve's floor holds both.
    """
    if not has_blanks(data):
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
    """What a well gains or loses by its place, on the log scale: the edge, and a gradient along rows and columns.

    Gradients along rows and along columns have one spread, and plates have a share of its variance in common: where
    each dose has a column of its own, rows tell how large a gradient along the columns may be.
    """
    mu_edge = pm.Normal("mu_edge_log_effect", 0.0, priors.sd_log_position)
    sigma_edge = pm.HalfNormal("sigma_edge_log_effect", priors.sd_log_position)
    edge = normal_non_centred("edge_log_effect", mu=mu_edge, sigma=sigma_edge, dims=v.PLATE)
    sigma = pm.HalfNormal("sigma_log_gradient", priors.sd_log_position)
    share = pm.Uniform("share_of_log_gradient")
    row, column = (
        _gradient(along, sigma * pt.sqrt(share), sigma * pt.sqrt(1.0 - share)) for along in ("row", "column")
    )
    plate = held["plate_of_well"]
    return (
        edge[plate] * held["edge_of_well"] + row[plate] * held["row_of_well"] + column[plate] * held["column_of_well"]
    )


def _gradient(along: str, of_all: Any, of_plates: Any) -> Any:
    mu = normal_non_centred(f"mu_{along}_log_gradient", mu=0.0, sigma=of_all, dims=None)
    return normal_non_centred(f"{along}_log_gradient", mu=mu, sigma=of_plates, dims=v.PLATE)


def normalised_wells(held: dict[str, Any], residual: Any, priors: WellPriors) -> None:
    """Viability of each well around its cell's, as a fraction: heavy tails, and a spread of two parts.

        sd^2 = (sd_well * expected)^2 + sd_floor^2

    Signals spread in proportion to themselves, and what is left at the bottom spreads as the background does that was
    taken off, below 0 too. One spread on the scale of percent would give wells near 0, which are the surest, the
    weight of those near 100.

    The control mean that someone divided by had an error of its own, shared by a culture: its top is near 1, not 1.
    """
    log_top = pm.Normal("log_top_share", 0.0, priors.sd_log_top_share, dims=v.CULTURE)
    sd_well = pm.HalfNormal(v.SD_WELL, priors.sd_sd_well)
    nu_well = pm.Gamma(v.NU_WELL, priors.shape_nu_well, priors.rate_nu_well)
    sd_floor = positive_spread(v.SD_FLOOR, priors.median_sd_floor, priors.log_sd_sd_floor)
    expected = pt.exp(log_top)[held["culture_of_cell"]] * residual
    cell = held["cell_of_well"]
    pm.StudentT(
        "viability_observed",
        nu=nu_well,
        mu=expected[cell],
        sigma=pt.sqrt((sd_well * expected) ** 2 + sd_floor**2)[cell],
        observed=held["viability"],
        dims=v.WELL,
    )
