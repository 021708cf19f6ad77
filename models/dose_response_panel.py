"""From a Dataset of wells to the arrays that the dose-response models share, with every check on the way.

Wells of one culture at one dose have one expected signal, so curves are evaluated per such *cell* and not per well.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.optimize import least_squares
from scipy.special import expit

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response.founders import founders_of_curves
from lensim.dose_response.log_signal import log_signal as log_signal_of
from lensim.dose_response.places import COLUMN, EDGE, ROW, place_of_wells

# log dose of an untreated cell: so low that the occupancy is 0 to machine precision at any slope in reach
LOG_DOSE_OF_UNTREATED = -1e3
LN10 = float(np.log(10.0))
LINE_DAY = "line_experiment"  # a line in one experiment, whatever its conditions
USUAL_DAYS = 0.15  # log10 uM, of the weights of cultures in a rough mean
SURE_SIZE = 5.0  # standard errors from which on a line's size is taken into its coordinate: a doubtful one bends it
PRIOR_SD = np.array([1.0, 0.7, 1.0])  # of log10 EC50, log slope, effect, where a line is looked at on its own
SD_OF_CULTURES = np.array([1.0, 0.2, 0.2])  # of the same around its line's, where a culture is
STARTS = (np.array([-0.5, 0.0, 0.5]), np.array([0.5, 0.3, 1.0]))  # of the search, from the prior's mean

POINTERS: dict[str, tuple[str, ...]] = {
    v.DOSE: (v.WELL,),
    v.CULTURE_OF_WELL: (v.WELL,),
    v.LINE_OF_CULTURE: (v.CULTURE,),
    v.PLATE_OF_CULTURE: (v.CULTURE,),
    v.GROUP_OF_LINE: (v.CELL_LINE,),
}


def panel_coords(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Names along every dim of a dose-response model; dims without names count from 0."""
    dims = (v.CELL_LINE, v.MOLECULAR_GROUP, v.CULTURE, v.PLATE)
    coords = {dim: data[dim].to_numpy() if dim in data.coords else np.arange(data.sizes[dim]) for dim in dims}
    if (experiment := experiment_of_cultures(data)) is not None:
        size = data.sizes.get(v.EXPERIMENT, int(experiment.max()) + 1)
        names = data[v.EXPERIMENT].to_numpy() if v.EXPERIMENT in data.coords else np.arange(size)
        coords |= {v.EXPERIMENT: names}
    days = days_of_lines(data)
    return coords if days is None else coords | {LINE_DAY: days.names}


def experiment_of_cultures(data: xr.Dataset) -> np.ndarray | None:
    """The experiment of each culture, where one has several: lines, or plates of a line; None where none has."""
    if v.EXPERIMENT_OF_CULTURE not in data:
        return None
    experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy().astype(np.int64)
    return experiment if np.bincount(experiment).max() > 1 else None


def has_line_once(data: xr.Dataset) -> bool:
    """Whether every line has a single culture."""
    return int(np.bincount(data[v.LINE_OF_CULTURE].to_numpy()).max()) == 1


class DaysOfLines(NamedTuple):
    """The days on which conditions of a line were treated side by side."""

    names: np.ndarray
    day_of_culture: np.ndarray


def days_of_lines(data: xr.Dataset) -> DaysOfLines | None:
    """Which line in which experiment each culture is of, where several conditions of a line share experiments.

    A line that was made from another is as a condition of that one. None where a line has one condition, or conditions
    share no experiment.
    """
    of_curve = founders_of_curves(data)
    if of_curve is None or v.EXPERIMENT_OF_CULTURE not in data:
        return None
    curve, experiment = data[v.LINE_OF_CULTURE].to_numpy(), data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    lines, line_of_curve = np.unique(of_curve, return_inverse=True)
    line = line_of_curve[curve]
    pairs, day = np.unique(np.column_stack([line, experiment]), axis=0, return_inverse=True)
    day = day.reshape(-1)
    shared = [len(np.unique(curve[day == one])) > 1 for one in range(len(pairs))]
    if not any(shared):
        return None
    named = data[v.EXPERIMENT].to_numpy().astype(str) if v.EXPERIMENT in data.coords else np.arange(pairs.max() + 1)
    return DaysOfLines(np.array([f"{lines[k]}, {named[e]}" for k, e in pairs]), day)


def require_panel(data: xr.Dataset, signal: str, user: str) -> None:
    """Refuse a Dataset that a dose-response model cannot be fitted to.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, a dose or signal is not finite, a dose is negative, or a line has
        fewer than two doses above 0.
    """
    checks.has_variables(data, {signal: (v.WELL,), **POINTERS}, user)
    if not data.sizes[v.WELL]:
        raise checks.InputError(f"{user} needs at least one well, got none")
    for name in (signal, v.DOSE):
        checks.finite(name, data[name].to_numpy())
    dose = data[v.DOSE].to_numpy()
    if dose.min() < 0:
        raise checks.InputError(f"{v.DOSE} must be 0 or more, got {dose.min():g}")
    line_of_well = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    for position, line in enumerate(panel_coords(data)[v.CELL_LINE]):
        doses = np.unique(dose[(line_of_well == position) & (dose > 0)])
        if len(doses) < 2:
            found = f"only {doses[0]:g} uM" if len(doses) else "none"
            raise checks.InputError(f"cell line {line}: a curve needs at least 2 different doses above 0, got {found}")


def require_lines(data: xr.Dataset, user: str, instead: str) -> None:
    """Refuse a panel of one line for a model that pools lines, and name the model to use."""
    if data.sizes[v.CELL_LINE] < 2:
        line = panel_coords(data)[v.CELL_LINE][0]
        raise checks.InputError(f"{user} needs at least 2 cell lines, got only {line}: use {instead} for a single line")


def require_untreated(data: xr.Dataset, signal: str) -> None:
    """Refuse raw signals in which a culture has no untreated well, or only zeros."""
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    values = data[signal].to_numpy()
    if values.min() < 0:
        raise checks.InputError(f"{signal} must be 0 or more, got {values.min():g}")
    for position, name in enumerate(panel_coords(data)[v.CULTURE]):
        own = culture == position
        if not (own & (dose == 0)).any():
            raise checks.InputError(f"culture {name}: needs at least one untreated well (dose 0), got none")
        if not values[own].any():
            raise checks.InputError(f"culture {name}: {signal} is 0 in all {own.sum()} wells; was the plate read?")


def require_positions(data: xr.Dataset, user: str) -> None:
    """Refuse a panel without the positions of its wells."""
    checks.has_variables(data, {v.PLATE_ROW: (v.WELL,), v.PLATE_COLUMN: (v.WELL,)}, user)


def _cells(data: xr.Dataset) -> dict[str, np.ndarray]:
    dose = data[v.DOSE].to_numpy().astype(float)
    culture = data[v.CULTURE_OF_WELL].to_numpy().astype(np.int64)
    pairs, cell_of_well = np.unique(np.column_stack([culture, dose]), axis=0, return_inverse=True)
    treated = pairs[:, 1] > 0
    log_dose = np.where(treated, np.log(np.where(treated, pairs[:, 1], 1.0)), LOG_DOSE_OF_UNTREATED)
    tested = np.log10(dose[dose > 0])
    return {
        "cell_of_well": cell_of_well.reshape(-1).astype(np.int64),
        "culture_of_cell": pairs[:, 0].astype(np.int64),
        "log_dose_of_cell": log_dose,
        "log10_middle_dose_um": np.asarray((tested.min() + tested.max()) / 2.0),
    }


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


def has_blanks(data: xr.Dataset) -> bool:
    """Whether any well without cells was read."""
    return len(_blanks(data)[0]) > 0


def _blanks(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Signals of the blank wells that have one, and the plates they lie on; empty where there are none."""
    if v.BLANK_SIGNAL not in data:
        return np.empty(0), np.empty(0, dtype=np.int64)
    signal = data[v.BLANK_SIGNAL].to_numpy().astype(float)
    read = np.isfinite(signal)
    return signal[read], data[v.PLATE_OF_BLANK].to_numpy()[read].astype(np.int64)


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
    """The arrays of a model of raw signals, by the names under which the model holds them.

    A well with no counts enters as half a count (or half the smallest signal above 0, where signals are no counts):
    the log scale has no zero, and a heavy-tailed likelihood treats it as the outlier that it is.
    `inverse_counting_minutes` is 0 where the signal is not a count, and the counting variance with it.
    """
    signal = data[v.SIGNAL].to_numpy().astype(float)
    minutes = float(data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in data else np.inf
    blanks, plate_of_blank = _blanks(data)
    untreated = signal[data[v.DOSE].to_numpy() == 0]
    log_signal, log_blank = log_signal_of(signal, minutes), log_signal_of(blanks, minutes)
    log_untreated = float(np.median(log_signal_of(untreated, minutes)))
    known = _knowledge(data, log_signal, lambda residual: -np.log(residual))
    return (
        _cells(data)
        | known
        | _shift_knowledge(data, known)
        | _background_knowledge(log_blank, plate_of_blank, data.sizes[v.PLATE], log_untreated)
        | {
            "log_signal": log_signal,
            "log_blank_signal": log_blank,
            "plate_of_blank": plate_of_blank,
            "plate_of_culture": data[v.PLATE_OF_CULTURE].to_numpy().astype(np.int64),
            "inverse_counting_minutes": np.asarray(1.0 / minutes),
            "log_untreated_signal": np.asarray(log_untreated),
        }
    )


def normalised_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of a model of percent viabilities; see `raw_arrays`."""
    viability = data[v.VIABILITY].to_numpy().astype(float) / 100.0
    known = _knowledge(data, viability, lambda residual: 1.0 - residual)
    return _cells(data) | known | _shift_knowledge(data, known) | {"viability": viability}


def position_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """`raw_arrays`, and where each well lies: on the edge or not, and its row and column from -0.5 to 0.5."""
    place = place_of_wells(data)
    return raw_arrays(data) | {
        "edge_of_well": place[:, EDGE],
        "row_of_well": place[:, ROW],
        "column_of_well": place[:, COLUMN],
        "plate_of_well": data[v.PLATE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()].astype(np.int64),
    }
