"""Wells of a panel and the priors of its model as arrays for the chain."""

from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.chain.likelihood import SIDE_BY_SIDE
from lensim.dose_response.founders import founders_of_curves
from lensim.dose_response.log_signal import log_signal as log_signal_of
from lensim.dose_response.panel_arrays import experiment_of_cultures
from lensim.dose_response.places import place_of_wells
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors, WellPriors

LOG_DOSE_OF_UNTREATED: Final = -1e3
"""As the models have it: so low that the occupancy is 0 at any slope in reach."""
NO_BACKGROUND_SHARE: Final = 1e-9
"""Background of plates without blanks, as a share of untreated."""


class Members(NamedTuple):
    """Cultures in the order of what they belong to: those of i are order[first[i]:first[i + 1]]."""

    order: np.ndarray
    first: np.ndarray


class Panel(NamedTuple):
    """What the chain knows of a study. Wells are in order of culture and dose; cells are the doses of a culture.

    Attributes
    ----------
    y
        (well) log signal, or viability as a fraction.
    edges, log_dose, bounds
        (cell + 1) where the wells of each cell begin; (cell); (culture + 1) where the cells of each culture begin.
    dose_of
        (culture, cell) log doses of each culture, filled up with untreated ones to a number that vectors hold.
    line_of, plate_of, experiment_of, day_of
        (culture); 0 where there are no experiments (days) that cultures share.
    group_of
        (line)
    founder_of, founder_of_day, experiment_of_day
        (line) which line it is a condition of; (day) of which line and which experiment it is.
    every, of_line, of_plate, of_experiment, of_day
        Cultures of the panel, of each line, plate, experiment and day.
    place
        (well, 3) on the edge, row, column; all 0 where places are not in the model.
    blank_y, blank_edges
        Log signals of blanks by plate; (plate + 1).
    is_raw, is_pooled, has_blanks, has_places
        What the model has.
    experiments, days
        How many there are; 0 where none is shared.
    per_count
        1 / counting minutes; 0 where signals are no counts.
    log_nothing
        Log background where there are no blanks.
    mean, sd_mean
        (3) of the population's means; where lines are not pooled, of the lines themselves.
    scale, log_median, log_sd
        (3, 3) priors of the spreads of lines, groups and cultures (rows) in log10 EC50, log slope and effect: half-
        normal with `scale` where that is above 0, else log-normal.
    top, of_wells
        (2) mean and sd of log tops; (4) sd of sd_well, shape and rate of nu_well, -; (2, 2) below.
    floor, over_background, blank_spread
        (2) log median and log sd of sd_floor; (4) mean and sd of the mean log background, log median and log sd of
        its spread; (2) of sd_blank.
    sd_place
        Of the effects of places.
    """

    y: np.ndarray
    edges: np.ndarray
    log_dose: np.ndarray
    bounds: np.ndarray
    dose_of: np.ndarray
    line_of: np.ndarray
    plate_of: np.ndarray
    experiment_of: np.ndarray
    day_of: np.ndarray
    group_of: np.ndarray
    founder_of: np.ndarray
    founder_of_day: np.ndarray
    experiment_of_day: np.ndarray
    every: Members
    of_line: Members
    of_plate: Members
    of_experiment: Members
    of_day: Members
    place: np.ndarray
    blank_y: np.ndarray
    blank_edges: np.ndarray
    is_raw: bool
    is_pooled: bool
    has_blanks: bool
    has_places: bool
    groups: int
    experiments: int
    days: int
    per_count: float
    log_nothing: float
    mean: np.ndarray
    sd_mean: np.ndarray
    scale: np.ndarray
    log_median: np.ndarray
    log_sd: np.ndarray
    top: np.ndarray
    of_wells: np.ndarray
    floor: np.ndarray
    over_background: np.ndarray
    blank_spread: np.ndarray
    sd_place: float


def panel_of(data: xr.Dataset, model: str, priors: DoseResponsePriors) -> Panel:
    """The panel of a study under a model of the catalogue.

    Parameters
    ----------
    data
        Prepared wells, as the models take them.
    model
        Its name.
    priors
        Of curves and wells.
    """
    is_raw, is_pooled = "normalised" not in model, "separate" not in model
    has_places = "plate_position" in model
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy().astype(np.int64), data[v.DOSE].to_numpy().astype(float)
    order = np.lexsort((dose, culture))
    minutes = float(data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in data else np.inf
    minutes = minutes if is_raw else np.inf
    y = log_signal_of(data[v.SIGNAL].to_numpy().astype(float), minutes) if is_raw else _viability(data)
    log_untreated = float(np.median(log_signal_of(_untreated(data), minutes))) if is_raw else 0.0
    sorted_culture, sorted_dose = culture[order], dose[order]
    new = np.r_[True, (np.diff(sorted_culture) != 0) | (np.diff(sorted_dose) != 0)]
    first = np.flatnonzero(new)
    treated = sorted_dose[first] > 0
    log_dose = np.where(treated, np.log(np.where(treated, sorted_dose[first], 1.0)), LOG_DOSE_OF_UNTREATED)
    line_of = data[v.LINE_OF_CULTURE].to_numpy().astype(np.int64)
    plate_of = data[v.PLATE_OF_CULTURE].to_numpy().astype(np.int64)
    lines, plates, cultures = data.sizes[v.CELL_LINE], data.sizes[v.PLATE], len(line_of)
    experiment, experiments = experiments_of(data)
    founder, day, founder_of_day, experiment_of_day = _days_of(data)
    blank_y, blank_plate = _blanks(data, minutes) if is_raw else (np.empty(0), np.empty(0, np.int64))
    bounds = np.searchsorted(sorted_culture[first], np.arange(cultures + 1)).astype(np.int64)
    tested = np.log10(dose[dose > 0])
    return Panel(
        y=y[order],
        edges=np.r_[first, len(order)].astype(np.int64),
        log_dose=log_dose,
        bounds=bounds,
        dose_of=_side_by_side(log_dose, bounds),
        line_of=line_of,
        plate_of=plate_of,
        experiment_of=experiment,
        day_of=day,
        group_of=data[v.GROUP_OF_LINE].to_numpy().astype(np.int64),
        founder_of=founder,
        founder_of_day=founder_of_day,
        experiment_of_day=experiment_of_day,
        every=_members(np.zeros(cultures, np.int64), 1),
        of_line=_members(line_of, lines),
        of_plate=_members(plate_of, plates),
        of_experiment=_members(experiment, max(experiments, 1)),
        of_day=_members(day, max(len(founder_of_day), 1)),
        place=np.ascontiguousarray(place_of_wells(data)[order]) if has_places else np.zeros((len(order), 3)),
        blank_y=blank_y[np.argsort(blank_plate, kind="stable")],
        blank_edges=np.r_[0, np.cumsum(np.bincount(blank_plate, minlength=plates))].astype(np.int64),
        is_raw=is_raw,
        is_pooled=is_pooled,
        has_blanks=bool(len(blank_y)),
        has_places=has_places,
        groups=data.sizes[v.MOLECULAR_GROUP],
        experiments=experiments,
        days=len(founder_of_day),
        per_count=0.0 if np.isinf(minutes) else 1.0 / minutes,
        log_nothing=log_untreated + float(np.log(NO_BACKGROUND_SHARE)),
        **_of_curves(priors.curves, float(tested.min() + tested.max()) / 2.0, is_pooled),
        **_of_wells(priors.wells, log_untreated, is_raw),
    )


def _side_by_side(log_dose: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    cells = np.diff(bounds)
    most = -(-int(cells.max()) // SIDE_BY_SIDE) * SIDE_BY_SIDE
    found = np.full((len(cells), most), LOG_DOSE_OF_UNTREATED)
    for k, (first, last) in enumerate(pairwise(bounds)):
        found[k, : last - first] = log_dose[first:last]
    return found


def _members(of: np.ndarray, number: int) -> Members:
    count = np.bincount(of, minlength=number)
    return Members(np.argsort(of, kind="stable").astype(np.int64), np.r_[0, np.cumsum(count)].astype(np.int64))


def _viability(data: xr.Dataset) -> np.ndarray:
    return np.asarray(data[v.VIABILITY].to_numpy().astype(float) / 100.0)


def _untreated(data: xr.Dataset) -> np.ndarray:
    return np.asarray(data[v.SIGNAL].to_numpy().astype(float)[data[v.DOSE].to_numpy() == 0])


def _blanks(data: xr.Dataset, minutes: float) -> tuple[np.ndarray, np.ndarray]:
    """Log signals of blanks that were read, and their plates."""
    if v.BLANK_SIGNAL not in data:
        return np.empty(0), np.empty(0, np.int64)
    signal = data[v.BLANK_SIGNAL].to_numpy().astype(float)
    read = np.isfinite(signal)
    return log_signal_of(signal[read], minutes), data[v.PLATE_OF_BLANK].to_numpy()[read].astype(np.int64)


def experiments_of(data: xr.Dataset) -> tuple[np.ndarray, int]:
    """The experiment of each culture, and how many there are; 0 of them where none has several cultures."""
    experiment = experiment_of_cultures(data)
    if experiment is None:
        return np.zeros(data.sizes[v.CULTURE], np.int64), 0
    return experiment, int(data.sizes.get(v.EXPERIMENT, int(experiment.max()) + 1))


def _days_of(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Founder of each line, line day of each culture, founder and experiment of each day; none where none is shared."""
    line = data[v.LINE_OF_CULTURE].to_numpy().astype(np.int64)
    none = np.arange(data.sizes[v.CELL_LINE]), np.zeros(len(line), np.int64), np.empty(0, np.int64)
    of_curve = founders_of_curves(data)
    if of_curve is None or v.EXPERIMENT_OF_CULTURE not in data:
        return (*none, np.empty(0, np.int64))
    founder = np.unique(of_curve, return_inverse=True)[1].reshape(-1).astype(np.int64)
    pairs = np.column_stack([founder[line], data[v.EXPERIMENT_OF_CULTURE].to_numpy().astype(np.int64)])
    days, day = np.unique(pairs, axis=0, return_inverse=True)
    day = day.reshape(-1).astype(np.int64)
    if not any(len(np.unique(line[day == one])) > 1 for one in range(len(days))):
        return (*none, np.empty(0, np.int64))
    return founder, day, np.ascontiguousarray(days[:, 0]), np.ascontiguousarray(days[:, 1])


def _of_curves(priors: CurvePriors, middle: float, is_pooled: bool) -> dict[str, Any]:
    p = priors
    sd_mu = np.array([p.sd_mu_log10_ec50_um, p.sd_mu_log_hill_slope, p.sd_mu_effect_at_saturation])
    alone = np.array([p.sd_sigma_log10_ec50_um, p.median_sigma_log_hill_slope, p.sd_sigma_effect_at_saturation])
    nothing = np.zeros(3)
    days = np.array(
        [
            p.median_sd_experiment_log10_ec50_um,
            p.median_sd_experiment_log_hill_slope,
            p.median_sd_experiment_effect_at_saturation,
        ]
    )
    log_sd_days = [
        p.log_sd_sd_experiment_log10_ec50_um,
        p.log_sd_sd_experiment_log_hill_slope,
        p.log_sd_sd_experiment_effect_at_saturation,
    ]
    return {
        "mean": np.array([middle, p.mean_mu_log_hill_slope, p.mean_mu_effect_at_saturation]),
        "sd_mean": sd_mu if is_pooled else np.hypot(sd_mu, alone),
        "scale": np.array(
            [
                [p.sd_sigma_log10_ec50_um, 0.0, p.sd_sigma_effect_at_saturation],
                [
                    p.sd_sigma_group_log10_ec50_um,
                    p.sd_sigma_group_log_hill_slope,
                    p.sd_sigma_group_effect_at_saturation,
                ],
                [0.0, 0.0, 0.0],
            ]
        ),
        "log_median": np.stack([np.array([0.0, np.log(p.median_sigma_log_hill_slope), 0.0]), nothing, np.log(days)]),
        "log_sd": np.array([[1.0, p.log_sd_sigma_log_hill_slope, 1.0], [1.0, 1.0, 1.0], log_sd_days]),
    }


def _of_wells(priors: WellPriors, log_untreated: float, is_raw: bool) -> dict[str, Any]:
    p = priors
    return {
        "top": np.array([log_untreated, p.sd_log_top_signal] if is_raw else [0.0, p.sd_log_top_share]),
        "of_wells": np.array([p.sd_sd_well, p.shape_nu_well, p.rate_nu_well]),
        "floor": np.array([np.log(p.median_sd_floor), p.log_sd_sd_floor]),
        "over_background": np.array(
            [
                log_untreated + p.mean_log_background_share,
                p.sd_log_background_share,
                np.log(p.median_sigma_log_background),
                p.log_sd_sigma_log_background,
            ]
        ),
        "blank_spread": np.array([np.log(p.median_sd_blank), p.log_sd_sd_blank]),
        "sd_place": float(p.sd_log_position),
    }
