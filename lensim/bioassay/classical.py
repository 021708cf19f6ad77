"""The classical analysis: a weighted four-parameter fit of each plate's standards, and inverse prediction from it.

Beside the posterior, on the same wells. The interval of a concentration comes in two ways: by the delta method, which
is symmetric on the log scale and breaks down where the curve is flat, and by inversion: all concentrations whose
predicted signal agrees with the medium's, which may have no lower or no upper end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats
from scipy.optimize import OptimizeResult, least_squares

from lensim import checks
from lensim import vocabulary as v
from lensim.bioassay.curve import log10_tnf_at, optical_density, slope_per_log10
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.bioassay.rules import FEWEST_STANDARDS

SMALLEST_SD_LOG_OD: Final = 0.01
SMALLEST_SD_OD: Final = 0.002
BEYOND_LOG10: Final = 3.0  # how far beyond the standards an end of an interval is looked for, before it is called none
GRID: Final = 2401


@dataclass(frozen=True)
class BioassayCurve:
    """A plate's curve by weighted least squares.

    Attributes
    ----------
    estimate
        log_top_od, log10_ec50_pg_per_ml, log_hill_slope, log of effect_at_saturation.
    covariance
        Of the estimate.
    blank_od
        What was taken off: the mean blank; 0 where the plate has none.
    sd_log_od, sd_od
        Spread of wells that the weights came from, times the residual scale.
    degrees_of_freedom
        Standards less four.
    lowest_pg_per_ml, highest_pg_per_ml
        Of the standards above 0.
    """

    estimate: np.ndarray
    covariance: np.ndarray
    blank_od: float
    sd_log_od: float
    sd_od: float
    degrees_of_freedom: int
    lowest_pg_per_ml: float
    highest_pg_per_ml: float

    def signal(self, log10_tnf: np.ndarray) -> np.ndarray:
        """Signal above the blank at concentrations [optical density]."""
        return _signal(self.estimate, 10.0 ** np.asarray(log10_tnf))

    def variance_of_signal(self, log10_tnf: np.ndarray) -> np.ndarray:
        """Variance of `signal` from the curve's own uncertainty."""
        gradient = _jacobian(lambda theta: _signal(theta, 10.0 ** np.asarray(log10_tnf)), self.estimate)
        return np.einsum("ni,ij,nj->n", gradient, self.covariance, gradient)

    def variance_of_well(self, signal: np.ndarray) -> np.ndarray:
        """Variance of one well around its signal."""
        return (self.sd_log_od * np.asarray(signal)) ** 2 + self.sd_od**2


@dataclass(frozen=True)
class InversePrediction:
    """TNF in a well, from replicate wells and a plate's curve [log10 pg/ml], the dilution not undone.

    Attributes
    ----------
    log10_tnf
        Estimate; infinite where no concentration has such a signal.
    standard_error
        By the delta method; NaN where the estimate is infinite.
    lower, upper
        By inversion; infinite where there is no such end.
    delta_lower, delta_upper
        By the delta method.
    """

    log10_tnf: float
    standard_error: float
    lower: float
    upper: float
    delta_lower: float
    delta_upper: float


def _signal(theta: np.ndarray, tnf: np.ndarray) -> np.ndarray:
    return optical_density(tnf, theta[0], theta[1], theta[2], np.exp(theta[3]))


def _jacobian(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """Central differences (n, parameter)."""
    steps = 1e-5 * np.eye(len(at))
    return np.stack([(function(at + step) - function(at - step)) / 2e-5 for step in steps], axis=1)


def fit_standard_curve(concentration_pg_per_ml: np.ndarray, od: np.ndarray, blank_od: np.ndarray) -> BioassayCurve:
    """Weighted least squares of a plate's standards less their mean blank.

    The variance of a well is (sd_log_od signal)^2 + sd_od^2: sd_od from the blanks, or where there are fewer than
    two from the highest standards; sd_log_od from replicates of standards. Weights follow the fitted signal in three
    rounds.

    Parameters
    ----------
    concentration_pg_per_ml
        Of each standard, 0 for cells alone.
    od
        Readings of the standards.
    blank_od
        Readings of wells without cells; may be empty.

    Raises
    ------
    InputError
        If there are fewer than four concentrations above 0 or no five wells, the signal does not fall as TNF rises,
        or no curve is found.
    """
    tnf = np.asarray(concentration_pg_per_ml, dtype=float)
    blank = float(np.mean(blank_od)) if len(blank_od) else 0.0
    signal = np.asarray(od, dtype=float) - blank
    positive = np.unique(tnf[tnf > 0])
    checks.at_least("concentrations of standards above 0", len(positive), FEWEST_STANDARDS)
    checks.at_least("wells of standards", len(tnf), 5)
    low, high = signal[tnf <= positive[0]].mean(), signal[tnf >= positive[-2]].mean()
    if not low > high:
        raise checks.InputError(
            f"optical density must fall as TNF rises, got {low + blank:.3g} at the lowest standards and "
            f"{high + blank:.3g} at the highest"
        )
    sd_od, sd_log_od = _spread(tnf, signal, np.asarray(blank_od, dtype=float))
    lowest_left = np.clip(high / low, 0.02, 0.95)
    middle = float(np.log10(positive).mean())
    starts = [
        np.array([np.log(max(low, 1e-3)), middle + shift, slope, np.log(-np.log(lowest_left))])
        for shift in (-0.5, 0.0, 0.5)
        for slope in (0.0, 0.7)
    ]
    weight = 1.0 / np.sqrt((sd_log_od * np.maximum(signal, 0.0)) ** 2 + sd_od**2)
    best = None
    for _ in range(3):
        found = [_least(tnf, signal, weight, start) for start in (starts if best is None else [best.x])]
        best = min(found, key=lambda fit: fit.cost)
        weight = 1.0 / np.sqrt((sd_log_od * _signal(best.x, tnf)) ** 2 + sd_od**2)
    if best is None or not np.isfinite(best.cost):
        raise checks.InputError("no four-parameter curve could be fitted to the standards")
    freedom = len(tnf) - 4
    jacobian = _jacobian(lambda theta: _signal(theta, tnf), best.x) * weight[:, None]
    scale = float((((signal - _signal(best.x, tnf)) * weight) ** 2).sum()) / freedom
    covariance = scale * np.linalg.pinv(jacobian.T @ jacobian)
    root = float(np.sqrt(scale))
    return BioassayCurve(
        best.x, covariance, blank, root * sd_log_od, root * sd_od, freedom, float(positive[0]), float(positive[-1])
    )


def _least(tnf: np.ndarray, signal: np.ndarray, weight: np.ndarray, start: np.ndarray) -> OptimizeResult:
    bounds = ([-7.0, -6.0, -2.0, -4.0], [4.0, 9.0, 3.0, 2.3])
    inside = np.clip(start, np.array(bounds[0]) + 1e-3, np.array(bounds[1]) - 1e-3)

    def misfit(theta: np.ndarray) -> np.ndarray:
        return (_signal(theta, tnf) - signal) * weight

    return least_squares(misfit, inside, bounds=bounds, x_scale=0.3)


def _spread(tnf: np.ndarray, signal: np.ndarray, blanks: np.ndarray) -> tuple[float, float]:
    """sd_od and sd_log_od from replicates, with floors so that no weight is endless."""
    groups = [signal[tnf == c] for c in np.unique(tnf)]
    if len(blanks) > 1:
        sd_od = float(blanks.std(ddof=1))
    else:
        last = [group for group in groups[-2:] if len(group) > 1]
        sd_od = float(np.sqrt(np.mean([group.var(ddof=1) for group in last]))) if last else 0.02 * signal.max()
    sd_od = max(sd_od, SMALLEST_SD_OD)
    replicated = [group for group in groups if len(group) > 1 and group.mean() > 3 * sd_od]
    if not replicated:
        return sd_od, 0.08
    freedom = np.array([len(group) - 1 for group in replicated])
    excess = np.array([(group.var(ddof=1) - sd_od**2) / group.mean() ** 2 for group in replicated])
    return sd_od, float(np.sqrt(max((freedom * excess).sum() / freedom.sum(), SMALLEST_SD_LOG_OD**2)))


def predict_tnf(curve: BioassayCurve, od: np.ndarray, confidence: float = 0.9) -> InversePrediction:
    """TNF that replicate wells hold, from their mean reading, with both kinds of interval.

    The interval by inversion is every x with |mean signal - f(x)| <= t sqrt(var(well at x) / n + var(f(x))): the
    generalisation to a curve of what Fieller's theorem does for a line. Where these do not hang together (a curve all
    but flat), the interval spans them.

    Raises
    ------
    InputError
        If there is no reading.
    """
    checks.at_least("readings of a medium", len(od), 1)
    mean = float(np.mean(od)) - curve.blank_od
    theta = curve.estimate
    value = float(log10_tnf_at(mean, theta[0], theta[1], theta[2], np.exp(theta[3])))
    quantile = float(stats.t.ppf((1 + confidence) / 2, curve.degrees_of_freedom))
    ends = np.log10([curve.lowest_pg_per_ml, curve.highest_pg_per_ml])
    grid = np.linspace(ends[0] - BEYOND_LOG10, ends[1] + BEYOND_LOG10, GRID)
    fitted = curve.signal(grid)
    allowed = quantile * np.sqrt(curve.variance_of_well(fitted) / len(od) + curve.variance_of_signal(grid))
    lower, upper = _ends(grid, allowed - np.abs(mean - fitted))
    if not np.isfinite(value):
        return InversePrediction(value, np.nan, lower, upper, np.nan, np.nan)
    at = np.array([value])
    slope = slope_per_log10(value, theta[0], theta[1], theta[2], np.exp(theta[3]))
    variance = curve.variance_of_well(curve.signal(at))[0] / len(od) + curve.variance_of_signal(at)[0]
    error = float(np.sqrt(variance) / abs(slope)) if slope else np.inf
    return InversePrediction(value, error, lower, upper, value - quantile * error, value + quantile * error)


def _ends(grid: np.ndarray, slack: np.ndarray) -> tuple[float, float]:
    """Where `slack` is first and last 0 or more; infinite at an end of the grid, and both where it is nowhere."""
    inside = np.flatnonzero(slack >= 0)
    if not len(inside):  # a signal above all the curve, or below it, by more than noise
        return -np.inf, np.inf
    first, last = inside[0], inside[-1]

    def crossing(outer: int, inner: int) -> float:
        share = slack[outer] / (slack[outer] - slack[inner])
        return float(grid[outer] + share * (grid[inner] - grid[outer]))

    lower = -np.inf if first == 0 else crossing(first - 1, first)
    upper = np.inf if last == len(grid) - 1 else crossing(last + 1, last)
    return lower, upper


def classical_tnf(data: xr.Dataset, confidence: float = 0.9) -> pd.DataFrame:
    """One row a medium, plate and dilution: TNF in the medium by inverse prediction, dilution undone.

    Columns: medium, cell_line, condition, experiment, plate, dilution_factor, wells; tnf_pg_per_ml;
    standard_error_log10; tnf_pg_per_ml_lower and _upper (by inversion, 0 or infinite where there is no end),
    delta_lower, delta_upper [pg/ml]; flag: empty, or 'below the standards', 'above the standards' (where the
    estimate lies beyond them); is_chosen: of a medium's rows the one with the smallest standard error, which
    a bench would report.
    """
    role, plate, medium = (data[name].to_numpy() for name in (v.ROLE, v.PLATE_OF_WELL, v.MEDIUM_OF_WELL))
    od, dilution = data[v.OPTICAL_DENSITY].to_numpy(), data[v.DILUTION].to_numpy()
    rows = []
    for at, curve in curves_of(data).items():
        here = (role == SAMPLE) & (plate == at)
        for own in np.unique(medium[here]):
            for factor in np.unique(dilution[here & (medium == own)]):
                wells = od[here & (medium == own) & (dilution == factor)]
                found = predict_tnf(curve, wells, confidence)
                rows.append(_row(data, int(own), int(at), float(factor), len(wells), found, curve))
    table = pd.DataFrame(rows)
    rank = table["standard_error_log10"].fillna(np.inf).groupby(table["medium"]).rank(method="first")
    return table.assign(is_chosen=rank == 1)


def curves_of(data: xr.Dataset) -> dict[int, BioassayCurve]:
    """The curve of each plate that has samples."""
    role, plate, od = (data[name].to_numpy() for name in (v.ROLE, v.PLATE_OF_WELL, v.OPTICAL_DENSITY))
    concentration = data[v.CONCENTRATION].to_numpy()
    found = {}
    for at in np.unique(plate[role == SAMPLE]):
        own = (role == STANDARD) & (plate == at)
        found[int(at)] = fit_standard_curve(concentration[own], od[own], od[(role == BLANK) & (plate == at)])
    return found


def _row(
    data: xr.Dataset, medium: int, plate: int, factor: float, wells: int, found: InversePrediction, curve: BioassayCurve
) -> dict[str, object]:
    with np.errstate(over="ignore"):
        tnf, lower, upper, delta_lower, delta_upper = factor * 10.0 ** np.array(
            [found.log10_tnf, found.lower, found.upper, found.delta_lower, found.delta_upper]
        )
    in_well = tnf / factor
    below, above = in_well < curve.lowest_pg_per_ml, in_well > curve.highest_pg_per_ml
    return {
        "medium": str(data[v.MEDIUM].to_numpy()[medium]),
        "cell_line": str(data[v.CELL_LINE].to_numpy()[int(data[v.LINE_OF_MEDIUM][medium])]),
        "condition": str(data[v.CONDITION].to_numpy()[int(data[v.CONDITION_OF_MEDIUM][medium])]),
        "experiment": str(data[v.EXPERIMENT].to_numpy()[int(data[v.EXPERIMENT_OF_MEDIUM][medium])]),
        "plate": str(data[v.PLATE].to_numpy()[plate]),
        "dilution_factor": factor,
        "wells": wells,
        "tnf_pg_per_ml": tnf,
        "standard_error_log10": found.standard_error,
        "tnf_pg_per_ml_lower": lower,
        "tnf_pg_per_ml_upper": upper,
        "delta_lower": delta_lower,
        "delta_upper": delta_upper,
        "flag": "below the standards" if below else "above the standards" if above else "",
    }


def classical_changes(data: xr.Dataset, table: pd.DataFrame, confidence: float = 0.9) -> pd.DataFrame:
    """One row a line and contrast: mean log2 ratio over experiments, as percent of control, by a paired t-test.

    Columns: cell_line, contrast, experiments (pairs with two numbers), left_out (pairs in which a medium has none:
    nothing is put in for it), fold_change_percent with _lower and _upper, p_value; NaN below two pairs.

    Parameters
    ----------
    data, table
        The wells, and `classical_tnf` of them.
    confidence
        Of the interval.
    """
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    conditions = [str(name) for name in data[v.CONDITION].to_numpy()]
    chosen = table[table["is_chosen"]]
    log2 = np.log2(chosen["tnf_pg_per_ml"].where((chosen["tnf_pg_per_ml"] > 0) & np.isfinite(chosen["tnf_pg_per_ml"])))
    wide = chosen.assign(log2=log2).pivot(index=["cell_line", "experiment"], columns="condition", values="log2")
    control = conditions[int(np.flatnonzero(is_control)[0])]
    rows = []
    for line in dict.fromkeys(chosen["cell_line"]):
        own = wide.loc[line].reindex(columns=conditions)
        for contrast in (name for name in conditions if name != control):
            ratio = own[contrast] - own[control]
            pairs = ratio.dropna().to_numpy()
            mean, half, p_value = np.nan, np.nan, np.nan
            if len(pairs) > 1:
                error = pairs.std(ddof=1) / np.sqrt(len(pairs))
                mean, half = pairs.mean(), stats.t.ppf((1 + confidence) / 2, len(pairs) - 1) * error
                p_value = 2 * stats.t.sf(abs(mean) / error, len(pairs) - 1) if error else np.nan
            rows.append(
                {
                    "cell_line": line,
                    "contrast": contrast,
                    "experiments": len(pairs),
                    "left_out": int(ratio.isna().sum()),
                    "fold_change_percent": 100 * 2.0**mean,
                    "fold_change_percent_lower": 100 * 2.0 ** (mean - half),
                    "fold_change_percent_upper": 100 * 2.0 ** (mean + half),
                    "p_value": p_value,
                }
            )
    return pd.DataFrame(rows)
