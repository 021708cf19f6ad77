"""Curves of lines and of their cultures, on the equations that `dose_response_components` states.

Every normal variable has a coordinate in which the posterior would be a standard normal, if wells gave the estimates
and the information of `dose_response_panel` (`normal_by_information`). Where a line has a single culture, nothing tells
the line's value from the culture's deviation. The culture is then declared first, around the line's mean with both
spreads, and the line given its culture: the same joint distribution, without a ridge.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.panel_arrays import LINE_DAY, days_of_lines, experiment_of_cultures, has_line_once
from lensim.dose_response.priors import CurvePriors
from lensim.models.coordinates import normal_by_information, normal_non_centred, positive_spread

LN10 = float(np.log(10.0))
NEXT_TO_NOTHING = 1e-3  # information of a flat line: it keeps a division finite
SMALLEST_OCCUPANCY = 1e-9
FEW_LINES = 10
KNOWN_SD = 0.1  # a line's EC50 is known well where its wells tell it to this many log10 uM


@dataclass(frozen=True)
class Curves:
    """What each culture showed: log10 EC50, log slope, effect (culture)."""

    log10_ec50: Any
    log_hill: Any
    effect: Any


class _Known(NamedTuple):
    """What wells say of a parameter, roughly: precision and value."""

    information: Any
    estimate: Any


@dataclass(frozen=True)
class _Days:
    """How cultures of a line deviate: spread of what is a culture's own, and what is known of it beforehand."""

    spread: Any
    shift: Any = 0.0


@dataclass(frozen=True)
class _Lines:
    """Prior of one parameter of lines: mean and sd of its population mean, sd of the spread of groups, spread of lines.

    `is_pooled` says whether lines are around a mean that is estimated; else they are around `mean`, with `sigma`.
    """

    mean: Any
    sigma: Any
    sd_mu: float = 0.0
    sd_sigma_group: float = 0.0
    is_pooled: bool = True


def pooled_curves(data: xr.Dataset, held: dict[str, Any], priors: CurvePriors) -> Curves:
    """Curves of cultures around those of their lines, each line in its molecular group in the population.

    What lines say of the population's mean effect is taken at its mean EC50 and slope: what a panel of flat lines knows
    is the mean effect at the top dose, and so there is no ridge between a far mean EC50 and the effect behind it.
    """
    spread_of_slopes = positive_spread(
        f"sigma_{v.LOG_HILL}", priors.median_sigma_log_hill_slope, priors.log_sd_sigma_log_hill_slope
    )
    return _curves(
        data,
        held,
        priors,
        (
            _Lines(
                held["log10_middle_dose_um"],
                pm.HalfNormal(f"sigma_{v.LOG10_EC50}", priors.sd_sigma_log10_ec50_um),
                priors.sd_mu_log10_ec50_um,
                priors.sd_sigma_group_log10_ec50_um,
            ),
            _Lines(
                priors.mean_mu_log_hill_slope,
                spread_of_slopes,
                priors.sd_mu_log_hill_slope,
                priors.sd_sigma_group_log_hill_slope,
            ),
            _Lines(
                priors.mean_mu_effect_at_saturation,
                pm.HalfNormal(f"sigma_{v.EFFECT}", priors.sd_sigma_effect_at_saturation),
                priors.sd_mu_effect_at_saturation,
                priors.sd_sigma_group_effect_at_saturation,
            ),
        ),
    )


def separate_curves(data: xr.Dataset, held: dict[str, Any], priors: CurvePriors) -> Curves:
    """Curves of cultures around those of their lines, each line on its own, without pooling."""

    def alone(mean: Any, sd_mu: float, sigma: float) -> _Lines:
        return _Lines(mean, float(np.hypot(sd_mu, sigma)), is_pooled=False)

    return _curves(
        data,
        held,
        priors,
        (
            alone(held["log10_middle_dose_um"], priors.sd_mu_log10_ec50_um, priors.sd_sigma_log10_ec50_um),
            alone(priors.mean_mu_log_hill_slope, priors.sd_mu_log_hill_slope, priors.median_sigma_log_hill_slope),
            alone(
                priors.mean_mu_effect_at_saturation,
                priors.sd_mu_effect_at_saturation,
                priors.sd_sigma_effect_at_saturation,
            ),
        ),
    )


def _curves(
    data: xr.Dataset, held: dict[str, Any], priors: CurvePriors, lines: tuple[_Lines, _Lines, _Lines]
) -> Curves:
    of_ec50s, of_slopes, of_effects = lines
    slopes = positive_spread(
        v.SD_EXPERIMENT_LOG_HILL,
        priors.median_sd_experiment_log_hill_slope,
        priors.log_sd_sd_experiment_log_hill_slope,
    )
    effects = positive_spread(
        v.SD_EXPERIMENT_EFFECT,
        priors.median_sd_experiment_effect_at_saturation,
        priors.log_sd_sd_experiment_effect_at_saturation,
    )
    days = _days_of_midpoints(data, held, priors)
    log10_ec50, mu_log10_ec50 = _lines_and_cultures(v.LOG10_EC50, data, of_ec50s, days, _told(held, "log10_ec50"))
    log_hill, mu_log_hill = _lines_and_cultures(v.LOG_HILL, data, of_slopes, _Days(slopes), _told(held, "log_hill"))
    effect, _ = _lines_and_cultures(
        v.EFFECT,
        data,
        of_effects,
        _Days(effects),
        _known_of_effect(held, "culture", log10_ec50, log_hill),
        _known_of_effect(held, "line", _where_lines_are_known(data, held, mu_log10_ec50), mu_log_hill),
    )
    return Curves(log10_ec50, log_hill, effect)


def _told(held: dict[str, Any], name: str) -> _Known:
    return _Known(held[f"information_on_{name}_of_culture"] + NEXT_TO_NOTHING, held[f"estimate_of_{name}_of_culture"])


def _days_of_midpoints(data: xr.Dataset, held: dict[str, Any], priors: CurvePriors) -> _Days:
    """The deviations of midpoints that cultures of a day share, and the spread of what is left to each.

    A dilution series is made once a day, so all lines and plates treated that day are shifted alike. What is a line's
    own on that day, such as its cells, is shared by its conditions.
    """
    spread = positive_spread(
        v.SD_EXPERIMENT, priors.median_sd_experiment_log10_ec50_um, priors.log_sd_sd_experiment_log10_ec50_um
    )
    shift: Any = 0.0
    if (experiment := experiment_of_cultures(data)) is not None:
        share = pm.Uniform(v.DAY_SHARE)
        of_day, spread = spread * pt.sqrt(share), spread * pt.sqrt(1.0 - share)
        day = normal_by_information(
            v.EXPERIMENT_LOG10_EC50,
            mu=0.0,
            sigma=of_day,
            information=_information_on_days(data, held, experiment, spread),
            estimate=held["estimate_of_shift_of_experiment"],
            dims=v.EXPERIMENT,
        )
        shift = day[experiment]
    if (days := days_of_lines(data)) is not None:
        share = pm.Uniform(v.SHARED_SHARE)
        line_day = normal_non_centred(v.DAY_LOG10_EC50, mu=0.0, sigma=spread * pt.sqrt(share), dims=LINE_DAY)
        shift, spread = shift + line_day[days.day_of_culture], spread * pt.sqrt(1.0 - share)
    return _Days(spread, shift)


def _information_on_days(data: xr.Dataset, held: dict[str, Any], experiment: np.ndarray, spread: Any) -> Any:
    """What cultures say of the shift of their experiment: a line tells days apart only where it has several."""
    line = data[v.LINE_OF_CULTURE].to_numpy()
    days = np.unique(np.column_stack([line, experiment]), axis=0)[:, 0]
    apart = 1.0 - 1.0 / np.bincount(days)[line]
    size = held["estimate_of_shift_of_experiment"].get_value().shape[0]
    is_in = (np.arange(size)[:, None] == experiment).astype(float)
    known = _told(held, "log10_ec50")
    return pt.dot(is_in, apart * _of_deviating(known.information, spread))


def _of_deviating(information: Any, spread: Any) -> Any:
    """Information on what lies behind something that is known with some information and deviates by a spread."""
    return information / (1.0 + spread**2 * information)


def _lines_and_cultures(
    name: str, data: xr.Dataset, lines: _Lines, days: _Days, known: _Known, known_alone: _Known | None = None
) -> tuple[Any, Any]:
    """A parameter of every culture, around its line's, which is declared too; and the mean of the population.

    `known` (culture) is what the wells of a culture say; where that depends on its other parameters, `known_alone`
    (cell_line) is what the wells of a line say without that dependence.
    """
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    is_of = (np.arange(data.sizes[v.CELL_LINE])[:, None] == line_of_culture).astype(float)
    of_culture = _of_deviating(known.information, days.spread)
    information = pt.dot(is_of, of_culture)
    estimate = pt.dot(is_of, of_culture * (known.estimate - days.shift)) / (information + NEXT_TO_NOTHING**2)
    of_line = _Known(information, estimate)
    if known_alone is not None:
        cultures = is_of.sum(axis=1)
        known_alone = _Known(
            _of_deviating(known_alone.information, days.spread / np.sqrt(cultures)), known_alone.estimate
        )
    mean, mu = _means_of_lines(name, data, lines, known_alone or of_line)
    if has_line_once(data):
        return _culture_then_line(name, line_of_culture, mean, lines.sigma, days, known), mu
    value = normal_by_information(
        name, mu=mean, sigma=lines.sigma, information=information, estimate=estimate, dims=v.CELL_LINE
    )
    culture = normal_by_information(
        f"culture_{name}",
        mu=value[line_of_culture] + days.shift,
        sigma=days.spread,
        information=known.information,
        estimate=known.estimate,
        dims=v.CULTURE,
    )
    return culture, mu


def _culture_then_line(
    name: str, line_of_culture: np.ndarray, mean: Any, sigma: Any, days: _Days, known: _Known
) -> Any:
    """p(culture) p(line | culture), where each line has one culture."""
    total = sigma**2 + days.spread**2
    culture = normal_by_information(
        f"culture_{name}",
        mu=mean[line_of_culture] + days.shift,
        sigma=pt.sqrt(total),
        information=known.information,
        estimate=known.estimate,
        dims=v.CULTURE,
    )
    culture_of_line = np.argsort(line_of_culture)
    away = (culture - days.shift)[culture_of_line] - mean
    normal_non_centred(
        name,
        mu=mean + sigma**2 / total * away,
        sigma=sigma * days.spread / pt.sqrt(total),
        dims=v.CELL_LINE,
    )
    return culture


def _means_of_lines(name: str, data: xr.Dataset, lines: _Lines, known: _Known) -> tuple[Any, Any]:
    """Mean around which each line lies (cell_line), and the population's mean.

    A line has the information 1 / (sigma^2 + 1 / information) on its group's mean, and a group likewise on the
    population's mean.
    """
    of_line = _of_deviating(known.information + NEXT_TO_NOTHING, lines.sigma)
    every = np.zeros(data.sizes[v.CELL_LINE])
    if not lines.is_pooled:
        return lines.mean + every, lines.mean
    if data.sizes[v.MOLECULAR_GROUP] == 1:  # one group is the population: a spread between groups says nothing
        mu = _population_mean(name, lines, of_line, known.estimate)
        return mu + every, mu
    sigma_group = pm.HalfNormal(f"sigma_group_{name}", lines.sd_sigma_group)
    group_of_line = data[v.GROUP_OF_LINE].to_numpy()
    is_in_group = (np.arange(data.sizes[v.MOLECULAR_GROUP])[:, None] == group_of_line).astype(float)
    of_group = pt.dot(is_in_group, of_line)
    estimate = pt.dot(is_in_group, of_line * known.estimate) / of_group
    mu = _population_mean(name, lines, _of_deviating(of_group, sigma_group), estimate)
    group = normal_by_information(
        f"group_{name}", mu=mu, sigma=sigma_group, information=of_group, estimate=estimate, dims=v.MOLECULAR_GROUP
    )
    return group[group_of_line], mu


def _population_mean(name: str, lines: _Lines, information_of_part: Any, estimate_of_part: Any) -> Any:
    information = pt.sum(information_of_part)
    estimate = pt.sum(information_of_part * estimate_of_part) / information
    return normal_by_information(
        f"mu_{name}", mu=lines.mean, sigma=lines.sd_mu, information=information, estimate=estimate, dims=None
    )


def _known_of_effect(held: dict[str, Any], of: str, log10_ec50: Any, log_hill: Any) -> _Known:
    """Information and estimate of the effect of each culture (line), given its EC50 and slope.

    Wells know the size at the top dose, about effect * occupancy(top), so the information on the effect is that on the
    size times occupancy^2, and the ridge between an EC50 beyond the doses and the effect behind it is gone.
    """
    ratio = pt.exp(log_hill) * LN10 * (held[f"log10_top_dose_of_{of}"] - log10_ec50)
    occupancy = pt.sigmoid(ratio) + SMALLEST_OCCUPANCY
    return _Known(held[f"information_on_size_of_{of}"] * occupancy**2, held[f"estimate_of_size_of_{of}"] / occupancy)


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
