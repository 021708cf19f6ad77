"""From a Dataset of wells to the arrays that the dose-response models share, with every check on the way.

What was observed is in `lensim.dose_response.panel_arrays`; rough estimates, for the sampler's coordinates, are here.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.optimize import least_squares
from scipy.special import expit

from lensim import vocabulary as v
from lensim.dose_response.panel_arrays import (
    cells_of_wells,
    experiment_of_cultures,
    places_of_wells,
    raw_signals,
    viabilities,
)

LN10 = float(np.log(10.0))
USUAL_DAYS = 0.15  # log10 uM, of the weights of cultures in a rough mean
SURE_SIZE = 5.0  # standard errors from which on a line's size is taken into its coordinate: a doubtful one bends it
PRIOR_SD = np.array([1.0, 0.7, 1.0])  # of log10 EC50, log slope, effect, where a line is looked at on its own
SD_OF_CULTURES = np.array([1.0, 0.2, 0.2])  # of the same around its line's, where a culture is
STARTS = (np.array([-0.5, 0.0, 0.5]), np.array([0.5, 0.3, 1.0]))  # of the search, from the prior's mean


def _well_spread(culture: np.ndarray, dose: np.ndarray, level: np.ndarray) -> float:
    """Robust spread between wells: from the median difference of neighbours in dose within a culture; never zero."""
    order = np.lexsort((dose, culture))
    same = np.diff(culture[order]) == 0
    return max(float(np.median(np.abs(np.diff(level[order])[same]))) / (np.sqrt(2.0) * 0.6745), 1e-2)


class _CurveKnowledge(NamedTuple):
    """A rough estimate of one curve from its wells; it sets coordinates, not the model's distribution.

    Information is what is left of each parameter while the others are unknown; that on the size is given the midpoint
    and the slope.
    """

    estimate_of_log10_ec50: float
    estimate_of_log_hill: float
    estimate_of_size: float  # effect times occupancy at the top dose
    information_on_log10_ec50: float
    information_on_log_hill: float
    information_on_size: float
    log10_top_dose: float


class _Falls(NamedTuple):
    """Falls of wells below their culture's level, and what a residual signal shows on that scale."""

    log_dose: np.ndarray
    fall: np.ndarray
    culture: np.ndarray
    fall_at: Callable[[Any], Any]


class _Fit(NamedTuple):
    """Log10 EC50, log slope and effect of one curve, their penalised Hessian and the penalty's precision in it."""

    theta: np.ndarray
    hessian: np.ndarray
    penalty: np.ndarray


_UNKNOWN = _CurveKnowledge(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def _knowledge(data: xr.Dataset, level: np.ndarray, fall_at: Callable[[Any], Any]) -> dict[str, np.ndarray]:
    """`_CurveKnowledge` of every line and every culture as arrays, from its wells' falls below their culture's level.

    `fall_at` turns a residual signal into the fall that it shows on the scale of `level`. A culture is looked at with
    the slope and the effect of its line in mind, around which those of cultures lie.
    """
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    line_of_well = line_of_culture[culture]
    spread = _well_spread(culture, dose, level)
    tested = np.log10(dose[dose > 0])
    prior_mean = np.array([(tested.min() + tested.max()) / 2.0, 0.0, 1.0])
    of_line, of_culture = [], [_UNKNOWN] * data.sizes[v.CULTURE]
    for line in range(data.sizes[v.CELL_LINE]):
        own = line_of_well == line
        low = own & np.isin(dose, np.unique(dose[own])[:2])
        centre = {c: _level(level, low & (culture == c), dose == 0, spread) for c in np.unique(culture[low])}
        used = own & (dose > 0) & np.isin(culture, list(centre))
        fall = (np.array([centre[c] for c in culture[used]]) - level[used]) / spread
        falls = _Falls(np.log(dose[used]), fall, culture[used], lambda residual: fall_at(residual) / spread)
        fit = _fitted(falls, prior_mean, PRIOR_SD, STARTS)
        of_line.append(_known(fit, float(falls.log_dose.max())))
        cultures = np.unique(falls.culture)
        for one in cultures:
            of_culture[int(one)] = of_line[-1] if len(cultures) == 1 else _of_culture(falls, int(one), fit)
    return _arrays(of_line, "line") | _arrays(of_culture, "culture")


def _level(level: np.ndarray, low: np.ndarray, untreated: np.ndarray, spread: float) -> float:
    """Median of the wells at the two lowest doses of a culture; of untreated ones alone where the others are off them.

    Doses lie in columns of a plate, and a column may be off: of a curve that ends at nothing, a level that is too low
    would leave a part.
    """
    both = float(np.median(level[low]))
    alone = level[low & untreated]
    return float(np.median(alone)) if len(alone) and abs(np.median(alone) - both) > spread else both


def _of_culture(falls: _Falls, culture: int, line: _Fit) -> _CurveKnowledge:
    here = falls.culture == culture
    own = falls._replace(log_dose=falls.log_dose[here], fall=falls.fall[here], culture=falls.culture[here])
    sd = np.hypot(SD_OF_CULTURES, np.sqrt(np.diag(np.linalg.inv(line.hessian))))
    return _known(_fitted(own, line.theta, np.minimum(sd, PRIOR_SD), (np.zeros(3),)), float(own.log_dose.max()))


def _arrays(found: Sequence[_CurveKnowledge], of: str) -> dict[str, np.ndarray]:
    names = [f"{name}_of_{of}" for name in _CurveKnowledge._fields]
    return dict(zip(names, np.array(found, dtype=float).T, strict=True))


def _fitted(falls: _Falls, mean: np.ndarray, sd: np.ndarray, starts: Sequence[Any]) -> _Fit:
    """Penalised least squares of falls in units of a well's spread."""

    def misfit(theta: np.ndarray) -> np.ndarray:
        occupancy = expit(np.exp(theta[1]) * (falls.log_dose - LN10 * theta[0]))
        expected = falls.fall_at(np.maximum(1.0 + np.expm1(-theta[2]) * occupancy, 1e-3))
        return np.concatenate([falls.fall - expected, (theta - mean) / sd])

    fits = [least_squares(misfit, mean + np.asarray(start), loss="soft_l1", max_nfev=60) for start in starts]
    best = min(fits, key=lambda one: one.cost)
    jacobian = np.array(best.jac, dtype=float)
    return _Fit(best.x, jacobian.T @ jacobian, sd**-2)


def _known(fit: _Fit, log_top: float) -> _CurveKnowledge:
    """What a fit says, the penalty's precision taken off again.

    A curve that drops between two doses, or whose end is not seen, so says little of its slope.
    """
    marginal = np.maximum(1.0 / np.diag(np.linalg.inv(fit.hessian)) - fit.penalty, 0.0)
    conditional = np.maximum(np.diag(fit.hessian) - fit.penalty, 0.0)
    occupancy = float(expit(np.exp(fit.theta[1]) * (log_top - LN10 * fit.theta[0])))
    size = fit.theta[2] * occupancy
    information_on_size = conditional[2] / max(occupancy, 1e-3) ** 2
    sure = max(0.0, 1.0 - SURE_SIZE**2 / max(information_on_size * size**2, 1e-9))
    return _CurveKnowledge(
        estimate_of_log10_ec50=fit.theta[0],
        estimate_of_log_hill=fit.theta[1],
        estimate_of_size=sure * size,
        information_on_log10_ec50=marginal[0],
        information_on_log_hill=marginal[1],
        information_on_size=information_on_size,
        log10_top_dose=log_top / LN10,
    )


def _shift_knowledge(data: xr.Dataset, known: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Roughly how far all midpoints of an experiment lie from their lines' (experiment); 0 where nothing tells it."""
    experiment, line = experiment_of_cultures(data), data[v.LINE_OF_CULTURE].to_numpy()
    if experiment is None:
        return {}
    estimate = known["estimate_of_log10_ec50_of_culture"]
    weight = 1.0 / (USUAL_DAYS**2 + 1.0 / (known["information_on_log10_ec50_of_culture"] + 1e-3))
    mean = np.bincount(line, weight * estimate) / np.bincount(line, weight)
    size = data.sizes.get(v.EXPERIMENT, int(experiment.max()) + 1)
    total = np.bincount(experiment, weight, size)
    shift = np.bincount(experiment, weight * (estimate - mean[line]), size) / np.where(total > 0, total, 1.0)
    return {"estimate_of_shift_of_experiment": shift}


def _background_knowledge(
    log_blank: np.ndarray, plate_of_blank: np.ndarray, plates: int, otherwise: float
) -> dict[str, np.ndarray]:
    """Roughly what the blanks of each plate say of its log background: their median, and their number over variance."""
    count = np.bincount(plate_of_blank, minlength=plates)
    own = [log_blank[plate_of_blank == plate] for plate in range(plates)]
    variances = [values.var(ddof=1) for values in own if len(values) > 1]
    variance = max(float(np.mean(variances)), 1e-4) if variances else 1.0
    return {
        "estimate_of_log_background_of_plate": np.array([np.median(x) if len(x) else otherwise for x in own]),
        "information_on_log_background_of_plate": count / variance,
    }


def raw_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of a model of raw signals, by the names under which the model holds them; see `panel_arrays`."""
    signals = raw_signals(data)
    known = _knowledge(data, signals["log_signal"], lambda residual: -np.log(residual))
    of_plates = _background_knowledge(
        signals["log_blank_signal"],
        signals["plate_of_blank"],
        data.sizes[v.PLATE],
        float(signals["log_untreated_signal"]),
    )
    return cells_of_wells(data) | known | _shift_knowledge(data, known) | of_plates | signals


def normalised_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of a model of percent viabilities; see `raw_arrays`."""
    fractions = viabilities(data)
    known = _knowledge(data, fractions["viability"], lambda residual: 1.0 - residual)
    return cells_of_wells(data) | known | _shift_knowledge(data, known) | fractions


def position_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """`raw_arrays`, and where each well lies."""
    return raw_arrays(data) | places_of_wells(data)
