"""The prior of the dose-response models as laws, in numpy, on the equations that their PyMC models state.

Where every line has one culture, the culture comes first, around the line's mean with both spreads, and then the line
given its culture: the same joint distribution, and what `log_prior` of the PyMC model is of.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.panel_arrays import (
    LINE_DAY,
    cells_of_wells,
    days_of_lines,
    experiment_of_cultures,
    has_blanks,
    has_line_once,
    raw_signals,
)
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors, WellPriors
from lensim.inference.laws import Derived, Law, Values, positive_spread

NO_BACKGROUND_SHARE = 1e-9
"""Of untreated: the background where no blank well tells it, which keeps a logarithm finite."""
LOG_BACKGROUND = "log_background_signal"
LOG_TOP_SHARE = "log_top_share"
GRADIENTS = ("row", "column")
EDGE_EFFECT = "edge_log_effect"

Of = Callable[[Values], Any]


@dataclass(frozen=True)
class PanelModel:
    """Which dose-response model: whether lines are pooled, signals are percents, and places are in the mean."""

    is_pooled: bool = True
    is_normalised: bool = False
    has_places: bool = False


@dataclass(frozen=True)
class _Lines:
    """Prior of one parameter of lines: of the population's mean, its groups and the spread of lines.

    Where lines are not pooled, `mean` and `sigma` are numbers of each line's own normal prior.
    """

    mean: float
    sigma: Law | float
    sd_mu: float = 0.0
    sd_sigma_group: float = 0.0


@dataclass(frozen=True)
class _Days:
    """How cultures of a line deviate: what all of a day share, and the spread of a culture's own."""

    spread: Of
    shift: Of = lambda values: 0.0


def panel_laws(data: xr.Dataset, priors: DoseResponsePriors, model: PanelModel) -> list[Law | Derived]:
    """Every variable of a dose-response model, in an order in which each follows its parents.

    Parameters
    ----------
    data
        Checked observations.
    priors
        Of curves and wells.
    model
        Which of the models.
    """
    lines = pooled_lines(data, priors.curves) if model.is_pooled else separate_lines(data, priors.curves)
    laws: list[Law | Derived] = [*_curves(data, priors.curves, lines)]
    if model.is_normalised:
        return [*laws, *_normalised(priors.wells)]
    if model.has_places:
        laws += _places(priors.wells)
    return [*laws, *_raw(data, priors.wells)]


def _middle(data: xr.Dataset) -> float:
    return float(cells_of_wells(data)["log10_middle_dose_um"])


def pooled_lines(data: xr.Dataset, priors: CurvePriors) -> dict[str, _Lines]:
    """Lines around their group, and groups around the population."""
    return {
        v.LOG10_EC50: _Lines(
            _middle(data),
            Law(f"sigma_{v.LOG10_EC50}", "half_normal", (priors.sd_sigma_log10_ec50_um,)),
            priors.sd_mu_log10_ec50_um,
            priors.sd_sigma_group_log10_ec50_um,
        ),
        v.LOG_HILL: _Lines(
            priors.mean_mu_log_hill_slope,
            positive_spread(
                f"sigma_{v.LOG_HILL}", priors.median_sigma_log_hill_slope, priors.log_sd_sigma_log_hill_slope
            ),
            priors.sd_mu_log_hill_slope,
            priors.sd_sigma_group_log_hill_slope,
        ),
        v.EFFECT: _Lines(
            priors.mean_mu_effect_at_saturation,
            Law(f"sigma_{v.EFFECT}", "half_normal", (priors.sd_sigma_effect_at_saturation,)),
            priors.sd_mu_effect_at_saturation,
            priors.sd_sigma_group_effect_at_saturation,
        ),
    }


def separate_lines(data: xr.Dataset, priors: CurvePriors) -> dict[str, _Lines]:
    """Each line on its own."""
    sds = {
        v.LOG10_EC50: (_middle(data), priors.sd_mu_log10_ec50_um, priors.sd_sigma_log10_ec50_um),
        v.LOG_HILL: (priors.mean_mu_log_hill_slope, priors.sd_mu_log_hill_slope, priors.median_sigma_log_hill_slope),
        v.EFFECT: (
            priors.mean_mu_effect_at_saturation,
            priors.sd_mu_effect_at_saturation,
            priors.sd_sigma_effect_at_saturation,
        ),
    }
    return {name: _Lines(mean, float(np.hypot(sd_mu, sigma))) for name, (mean, sd_mu, sigma) in sds.items()}


def _draws_of(name: str) -> Of:
    return lambda x: x[name]


def _curves(data: xr.Dataset, priors: CurvePriors, lines: dict[str, _Lines]) -> Iterator[Law]:
    spreads = {
        v.LOG_HILL: positive_spread(
            v.SD_EXPERIMENT_LOG_HILL,
            priors.median_sd_experiment_log_hill_slope,
            priors.log_sd_sd_experiment_log_hill_slope,
        ),
        v.EFFECT: positive_spread(
            v.SD_EXPERIMENT_EFFECT,
            priors.median_sd_experiment_effect_at_saturation,
            priors.log_sd_sd_experiment_effect_at_saturation,
        ),
    }
    yield positive_spread(
        v.SD_EXPERIMENT, priors.median_sd_experiment_log10_ec50_um, priors.log_sd_sd_experiment_log10_ec50_um
    )
    laws, days = _days_of_midpoints(data)
    yield from laws
    yield from _lines_and_cultures(v.LOG10_EC50, data, lines[v.LOG10_EC50], days)
    for name, spread in spreads.items():
        yield spread
        yield from _lines_and_cultures(name, data, lines[name], _Days(_draws_of(spread.name)))


def _days_of_midpoints(data: xr.Dataset) -> tuple[list[Law], _Days]:
    """What all lines of a day share, and what all conditions of a line on a day do."""
    experiment, days = experiment_of_cultures(data), days_of_lines(data)
    laws = []

    def of_days(x: Values) -> Any:
        return np.sqrt(1.0 - x[v.DAY_SHARE]) * x[v.SD_EXPERIMENT] if experiment is not None else x[v.SD_EXPERIMENT]

    def own(x: Values) -> Any:
        return of_days(x) * np.sqrt(1.0 - x[v.SHARED_SHARE]) if days is not None else of_days(x)

    def shift(x: Values) -> Any:
        of_day = x[v.EXPERIMENT_LOG10_EC50][experiment] if experiment is not None else 0.0
        return of_day + (x[v.DAY_LOG10_EC50][days.day_of_culture] if days is not None else 0.0)

    if experiment is not None:
        laws += [
            Law(v.DAY_SHARE, "uniform"),
            Law(
                v.EXPERIMENT_LOG10_EC50,
                "normal",
                lambda x: (0.0, x[v.SD_EXPERIMENT] * np.sqrt(x[v.DAY_SHARE])),
                (v.EXPERIMENT,),
            ),
        ]
    if days is not None:
        laws += [
            Law(v.SHARED_SHARE, "uniform"),
            Law(v.DAY_LOG10_EC50, "normal", lambda x: (0.0, of_days(x) * np.sqrt(x[v.SHARED_SHARE])), (LINE_DAY,)),
        ]
    return laws, _Days(own, shift)


def _lines_and_cultures(name: str, data: xr.Dataset, lines: _Lines, days: _Days) -> Iterator[Law]:
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    means, mean = _means_of_lines(name, data, lines)
    yield from means
    prior = lines.sigma
    sigma: Of = (lambda x: x[prior.name]) if isinstance(prior, Law) else (lambda x: prior)
    culture = f"culture_{name}"
    if not has_line_once(data):
        around = (lambda x: (mean(x), sigma(x))) if isinstance(prior, Law) else (lines.mean, prior)
        yield Law(name, "normal", around, (v.CELL_LINE,))
        yield Law(culture, "normal", lambda x: (x[name][line_of_culture] + days.shift(x), days.spread(x)), (v.CULTURE,))
        return
    culture_of_line = np.argsort(line_of_culture)

    def given_culture(x: Values) -> tuple[Any, Any]:
        total = sigma(x) ** 2 + days.spread(x) ** 2
        away = (x[culture] - days.shift(x))[culture_of_line] - mean(x)
        return mean(x) + sigma(x) ** 2 / total * away, sigma(x) * days.spread(x) / np.sqrt(total)

    yield Law(
        culture,
        "normal",
        lambda x: (mean(x)[line_of_culture] + days.shift(x), np.hypot(sigma(x), days.spread(x))),
        (v.CULTURE,),
    )
    yield Law(name, "normal", given_culture, (v.CELL_LINE,))


def _means_of_lines(name: str, data: xr.Dataset, lines: _Lines) -> tuple[list[Law], Of]:
    """Laws of what lies above lines, and the mean around which each line lies (cell_line, draw)."""
    every = np.zeros((data.sizes[v.CELL_LINE], 1))
    if not isinstance(lines.sigma, Law):
        return [], lambda x: lines.mean + every
    mu, group, sigma_group = f"mu_{name}", f"group_{name}", f"sigma_group_{name}"
    of_population = Law(mu, "normal", (lines.mean, lines.sd_mu))
    if data.sizes[v.MOLECULAR_GROUP] == 1:
        return [lines.sigma, of_population], lambda x: x[mu] + every
    group_of_line = data[v.GROUP_OF_LINE].to_numpy()
    laws = [
        lines.sigma,
        of_population,
        Law(sigma_group, "half_normal", (lines.sd_sigma_group,)),
        Law(group, "normal", lambda x: (x[mu], x[sigma_group]), (v.MOLECULAR_GROUP,)),
    ]
    return laws, lambda x: x[group][group_of_line]


def _wells(priors: WellPriors) -> list[Law]:
    return [
        Law(v.SD_WELL, "half_normal", (priors.sd_sd_well,)),
        Law(v.NU_WELL, "gamma", (priors.shape_nu_well, priors.rate_nu_well)),
    ]


def _raw(data: xr.Dataset, priors: WellPriors) -> list[Law | Derived]:
    """Levels of cultures, backgrounds of plates, and spreads of wells and blanks."""
    log_untreated = float(raw_signals(data)["log_untreated_signal"])
    tops = Law(v.LOG_TOP, "normal", (log_untreated, priors.sd_log_top_signal), (v.CULTURE,))
    if not has_blanks(data):
        nothing = np.full((data.sizes[v.PLATE], 1), np.exp(log_untreated) * NO_BACKGROUND_SHARE)
        return [tops, Derived(v.BACKGROUND, lambda x: nothing, (v.PLATE,)), *_wells(priors)]
    mu, sigma = f"mu_{LOG_BACKGROUND}", f"sigma_{LOG_BACKGROUND}"
    return [
        tops,
        Law(mu, "normal", (log_untreated + priors.mean_log_background_share, priors.sd_log_background_share)),
        positive_spread(sigma, priors.median_sigma_log_background, priors.log_sd_sigma_log_background),
        Law(LOG_BACKGROUND, "normal", lambda x: (x[mu], x[sigma]), (v.PLATE,)),
        Derived(v.BACKGROUND, lambda x: np.exp(x[LOG_BACKGROUND]), (v.PLATE,)),
        positive_spread("sd_blank", priors.median_sd_blank, priors.log_sd_sd_blank),
        *_wells(priors),
    ]


def _normalised(priors: WellPriors) -> list[Law]:
    return [
        Law(LOG_TOP_SHARE, "normal", (0.0, priors.sd_log_top_share), (v.CULTURE,)),
        *_wells(priors),
        positive_spread(v.SD_FLOOR, priors.median_sd_floor, priors.log_sd_sd_floor),
    ]


def _places(priors: WellPriors) -> list[Law]:
    """Edge and gradients of each plate."""
    edge, sigma_edge = f"mu_{EDGE_EFFECT}", f"sigma_{EDGE_EFFECT}"
    sigma, share = "sigma_log_gradient", "share_of_log_gradient"
    laws = [
        Law(edge, "normal", (0.0, priors.sd_log_position)),
        Law(sigma_edge, "half_normal", (priors.sd_log_position,)),
        Law(EDGE_EFFECT, "normal", lambda x: (x[edge], x[sigma_edge]), (v.PLATE,)),
        Law(sigma, "half_normal", (priors.sd_log_position,)),
        Law(share, "uniform"),
    ]
    return laws + [law for along in GRADIENTS for law in _gradient(along, sigma, share)]


def _gradient(along: str, sigma: str, share: str) -> list[Law]:
    """What all plates have in common, and that of each."""
    of_all = f"mu_{along}_log_gradient"
    return [
        Law(of_all, "normal", lambda x: (0.0, x[sigma] * np.sqrt(x[share]))),
        Law(
            f"{along}_log_gradient",
            "normal",
            lambda x: (x[of_all], x[sigma] * np.sqrt(1.0 - x[share])),
            (v.PLATE,),
        ),
    ]
