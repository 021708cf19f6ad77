"""The name of a shape that is no falling Hill curve: the one of a few that comes nearest to the doses of a line.

The doses are those of the line's curve with the mean of what its cultures lie beside theirs, so that what days do to
a culture's midpoint, slope and effect is not in them. Each shape is fitted by least squares, in standard errors:

    one curve       level (1 - (1 - left) occupancy)
    controls        one curve, and the controls apart from it
    hormesis        one curve * (1 + rise exp(-((log10 dose - place) / 0.6)^2))
    two steps       level (1 - (1 - middle) occupancy_1 - (middle - left) occupancy_2)
    rises again     one curve + rise * occupancy_2, behind the fall
    not one curve   one curve, and a single dose apart from it

The best by the Bayesian information criterion has the name where it takes most of the misfit of one curve away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import least_squares
from scipy.special import expit

from lensim.dose_response.cells import Cells
from lensim.dose_response.left_out import LN10, LineCurve
from lensim.dose_response.read.units import ShownUnit

CONTROLS: Final = "controls"
HORMESIS: Final = "hormesis"
TWO_STEPS: Final = "two steps"
RISES_AGAIN: Final = "rises again"
NOT_ONE_CURVE: Final = "not one curve"
WIDTH: Final = 0.6
ENOUGH_EXPLAINED: Final = 0.5
LEAST_STEP: Final = 0.1
"""A step, a rise or controls that are apart by less than this share of untreated get no name."""
CHOICE_OF_DOSE: Final = 8.0
"""A single dose that is apart may be any, and has no name: it must explain that much more than a shape does."""


@dataclass(frozen=True)
class Profile:
    """A line's doses, lowest first: signal as a share of its curve's untreated level.

    Attributes
    ----------
    dose
        (dose) 0 for the controls.
    share, sd
        (dose) mean over cultures, and its standard error from wells.
    curve
        (3) log10 EC50, log slope and effect of the line's curve.
    """

    dose: np.ndarray
    share: np.ndarray
    sd: np.ndarray
    curve: np.ndarray


@dataclass(frozen=True)
class Shape:
    """A shape with what it does, in words.

    Attributes
    ----------
    kind
        One of the constants of this module.
    words
        For a cell of a table.
    """

    kind: str
    words: str


def profile_of(cells: Cells, curve: LineCurve) -> Profile:
    """The doses of a line, what days do to its cultures taken off."""
    own, weight = curve.own, 1.0 / cells.variance[curve.own]
    doses, at = np.unique(cells.dose[own], return_inverse=True)
    at = at.reshape(-1)
    total = np.bincount(at, weight)
    beside = np.bincount(at, weight * (cells.value[own] - curve.expected)) / total
    log_dose = np.array([cells.log_dose[own][at == k][0] for k in range(len(doses))])
    x, h, a = curve.parameters
    share = 1.0 + np.expm1(-a) * expit(np.exp(h) * (log_dose - LN10 * x))
    if not cells.is_log:
        top = np.bincount(at, weight * np.exp(curve.top)) / total
        return Profile(doses, share + beside / top, total**-0.5 / top, curve.parameters)
    return Profile(doses, share * np.exp(beside), np.maximum(share, 0.05) * total**-0.5, curve.parameters)


def shape_of(profile: Profile, unit: ShownUnit) -> Shape:
    """The shape that comes nearest.

    Parameters
    ----------
    profile
        Of a line whose doses are not one curve's.
    unit
        In which doses are told.
    """
    treated = profile.dose > 0
    log_dose = np.log10(profile.dose[treated])
    one = _best(_one_curve, profile, log_dose, _starts_of_one(profile, log_dose))
    candidates = [
        (CONTROLS, _controls_apart, [np.r_[one.x, 0.0]]),
        (HORMESIS, _hormesis, [np.r_[one.x, 0.2, place] for place in log_dose[: max(2, 2 * len(log_dose) // 3)]]),
        (TWO_STEPS, _two_steps, _starts_of_two(profile, log_dose)),
        (RISES_AGAIN, _rises_again, [np.r_[start, 0.3, log_dose[-1]] for start in _starts_of_one(profile, log_dose)]),
    ]
    found = []
    for kind, curve, starts in candidates:
        fit = _best(curve, profile, log_dose, starts)
        if len(fit.x) < len(profile.dose) + 1 and (words := _words(kind, fit.x, profile, log_dose, unit)):
            found.append((2.0 * fit.cost + len(fit.x) * np.log(len(profile.dose)), fit.cost, kind, words))
    for k in range(1, len(log_dose) - 1):
        fit = _best(_without_dose(k), profile, log_dose, [np.r_[one.x, 0.0]])
        words = _beside_curve(float(fit.x[4]), float(profile.dose[treated][k]), unit)
        height = 2.0 * fit.cost + len(fit.x) * np.log(len(profile.dose)) + CHOICE_OF_DOSE
        found.append((height, fit.cost, NOT_ONE_CURVE, words))
    if found:
        _, cost, kind, words = min(found)
        if cost < (1.0 - ENOUGH_EXPLAINED) * one.cost:
            return Shape(kind, words)
    k = int(np.abs(one.fun[: len(profile.dose)]).argmax())
    return Shape(NOT_ONE_CURVE, _beside_curve(float(one.fun[k] * profile.sd[k]), float(profile.dose[k]), unit))


def _beside_curve(off: float, dose: float, unit: ShownUnit) -> str:
    side = "above" if off > 0 else "below"
    where = "in the controls" if dose == 0 else f"at {dose_in_words(dose, unit)}"
    return f"not one curve: {percent_in_words(abs(off))} {side} it {where}"


@dataclass(frozen=True)
class _Fit:
    x: np.ndarray
    cost: float
    fun: np.ndarray


def _best(
    curve: Callable[[np.ndarray, np.ndarray, bool], np.ndarray],
    profile: Profile,
    log_dose: np.ndarray,
    starts: list[np.ndarray],
) -> _Fit:
    """Least squares from several starts; slopes keep near 1 and places among the doses."""
    has_controls = bool(profile.dose[0] == 0)

    def misfit(theta: np.ndarray) -> np.ndarray:
        away = (profile.share - curve(theta, log_dose, has_controls)) / profile.sd
        return np.r_[away, theta[2] / 0.7, max(0.0, abs(theta[1] - log_dose.mean()) - np.ptp(log_dose)) / 0.5]

    fits = [least_squares(misfit, start, max_nfev=100) for start in starts]
    best = min(fits, key=lambda fit: fit.cost)
    return _Fit(best.x, float(best.cost), best.fun)


def _occupancy(log_dose: np.ndarray, middle: float, log_slope: float) -> np.ndarray:
    return np.asarray(expit(np.exp(np.clip(log_slope, -2.0, 3.0)) * LN10 * (log_dose - middle)))


def _with_controls(level: float, treated: np.ndarray, has_controls: bool) -> np.ndarray:
    return np.r_[level, treated] if has_controls else treated


def _one_curve(theta: np.ndarray, log_dose: np.ndarray, has_controls: bool) -> np.ndarray:
    level, middle, log_slope, left = theta[:4]
    return _with_controls(level, level * (1.0 - (1.0 - left) * _occupancy(log_dose, middle, log_slope)), has_controls)


def _controls_apart(theta: np.ndarray, log_dose: np.ndarray, has_controls: bool) -> np.ndarray:
    found = _one_curve(theta, log_dose, has_controls)
    if has_controls:
        found[0] *= 1.0 + theta[4]
    return found


def _without_dose(k: int) -> Callable[[np.ndarray, np.ndarray, bool], np.ndarray]:
    """One curve, of which the k-th dose is apart."""

    def curve(theta: np.ndarray, log_dose: np.ndarray, has_controls: bool) -> np.ndarray:
        found = _one_curve(theta, log_dose, has_controls)
        found[k + int(has_controls)] += theta[4]
        return found

    return curve


def _hormesis(theta: np.ndarray, log_dose: np.ndarray, has_controls: bool) -> np.ndarray:
    found = _one_curve(theta, log_dose, has_controls)
    bump = 1.0 + theta[4] * np.exp(-(((log_dose - theta[5]) / WIDTH) ** 2))
    return found * (np.r_[1.0, bump] if has_controls else bump)


def _two_steps(theta: np.ndarray, log_dose: np.ndarray, has_controls: bool) -> np.ndarray:
    level, first, log_slope, left, middle, second = theta
    fall = (1.0 - middle) * _occupancy(log_dose, first, log_slope) + (middle - left) * _occupancy(
        log_dose, second, log_slope
    )
    return _with_controls(level, level * (1.0 - fall), has_controls)


def _rises_again(theta: np.ndarray, log_dose: np.ndarray, has_controls: bool) -> np.ndarray:
    found = _one_curve(theta, log_dose, has_controls)
    rise = theta[4] * _occupancy(log_dose, theta[5], 1.5)
    return found + (np.r_[0.0, rise] if has_controls else rise)


def _starts_of_one(profile: Profile, log_dose: np.ndarray) -> list[np.ndarray]:
    low = float(profile.share[profile.dose > 0].min())
    places = [profile.curve[0], *np.quantile(log_dose, [0.25, 0.5, 0.75])]
    return [np.array([1.0, np.clip(place, log_dose[0], log_dose[-1]), 0.3, low]) for place in places]


def _starts_of_two(profile: Profile, log_dose: np.ndarray) -> list[np.ndarray]:
    """First and second fall at each third of the doses, with what is left between them."""
    share = profile.share[profile.dose > 0]
    low, third = float(share.min()), max(1, len(log_dose) // 4)
    starts = []
    for between in range(third, len(log_dose) - third):
        first, second = log_dose[max(0, between - third)], log_dose[min(len(log_dose) - 1, between + third)]
        starts.append(np.array([1.0, first, 1.0, low, float(share[between]), second]))
    return starts


def _words(kind: str, theta: np.ndarray, profile: Profile, log_dose: np.ndarray, unit: ShownUnit) -> str:
    """What a fitted shape does, in words; '' where it does not do what its name says, or hardly."""
    level = float(theta[0])
    share = profile.share[profile.dose > 0] / level
    if kind == CONTROLS:
        size = float(theta[4])
        if abs(size) < LEAST_STEP or profile.dose[0] > 0:
            return ""
        return f"controls {percent_in_words(abs(size))} {'above' if size > 0 else 'below'} the curve of the doses"
    if kind == HORMESIS:
        k = int(share.argmax())
        if theta[4] < LEAST_STEP or share[k] < 1.0 + LEAST_STEP / 2.0 or share[k] - share[k:].min() < LEAST_STEP:
            return ""
        where = dose_in_words(10.0 ** log_dose[k], unit)
        return f"hormesis: rises to {percent_in_words(share[k])} at {where}, then falls"
    if kind == RISES_AGAIN:
        k = int(share.argmin())
        if k == len(share) - 1 or share[k + 1 :].max() - share[k] < LEAST_STEP or 1.0 - share[k] < LEAST_STEP:
            return ""
        top = k + 1 + int(share[k + 1 :].argmax())
        low, high = percent_in_words(share[k]), percent_in_words(share[top])
        return f"rises again, from {low} to {high} at {dose_in_words(10.0 ** log_dose[top], unit)}"
    middle, left, second = float(theta[4]), float(theta[3]), float(theta[5])
    if min(1.0 - middle, middle - left, second - theta[1]) < LEAST_STEP:
        return ""
    places = " and ".join(dose_in_words(10.0**place, unit) for place in (float(theta[1]), second))
    return f"two steps: falls to {percent_in_words(middle)}, then to {percent_in_words(max(left, 0.0))}, near {places}"


def dose_in_words(dose: float, unit: ShownUnit) -> str:
    """A dose [unit of the data] in the user's unit, with two significant digits, whole where it is large."""
    value = dose / unit.um_per_unit
    number = f"{value:.2g}" if not 1e2 <= value < 1e7 else f"{float(f'{value:.2g}'):.0f}"
    return f"{number} {unit.name}"


def percent_in_words(share: float) -> str:
    """A share as a whole percent."""
    return f"{100.0 * share:.0f}%"
