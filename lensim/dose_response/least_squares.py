"""Classical IC50s of many cultures at once: each culture's own curve by least squares, as percent of its untreated."""

from typing import Final

import numpy as np
import xarray as xr
from scipy.special import expit

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response.curve import log10_ic50_um

LN10: Final = float(np.log(10.0))
FEWEST_DOSES: Final = 3
"""Doses above 0 from which on a curve of three numbers is fitted."""
_STARTS: Final = (-0.5, 0.0, 0.5)
_STEPS: Final = 40
_LARGEST: Final = np.array([0.5, 0.4, 0.7])
_FARTHEST: Final = np.array([3.0, 2.0, 6.0])
"""From the middle of the doses, from a slope of 1, and from no effect, beyond which no curve is looked for."""


def log10_ic50_of_cultures(data: xr.Dataset) -> np.ndarray:
    """log10 IC50 of each culture (study, culture), by least squares on its mean fraction of untreated at each dose.

        fraction(dose) = (mean signal - mean blank) / (mean untreated signal - mean blank)
        fraction(dose) ~ 1 - (1 - exp(-a)) * d^h / (EC50^h + d^h)

    NaN where the curve halves the signal nowhere within the tested doses, or has too few doses: a number beyond the
    doses is no measurement.

    Parameters
    ----------
    data
        As from `simulate`: signal (study, well), blank_signal (study, blank) or none, dose_um, culture_of_well,
        plate_of_culture, plate_of_blank; NaN where a well was lost.

    Raises
    ------
    InputError
        If a variable is absent or has other dims.
    """
    checks.has_variables(
        data,
        {
            v.DOSE: (v.WELL,),
            v.SIGNAL: (v.STUDY, v.WELL),
            v.CULTURE_OF_WELL: (v.WELL,),
            v.PLATE_OF_CULTURE: (v.CULTURE,),
        },
        "log10_ic50_of_cultures",
    )
    dose, fraction = _fractions(data)
    tested = np.unique(dose[dose > 0])
    if len(tested) < FEWEST_DOSES:
        return np.full(fraction.shape[:2], np.nan)
    curves = _fitted(np.log(tested), fraction.reshape(-1, len(tested)))
    found = log10_ic50_um(*curves.T).reshape(fraction.shape[:2])
    inside = (found >= np.log10(tested[0])) & (found <= np.log10(tested[-1]))
    return np.where(inside, found, np.nan)


def _fractions(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Doses of wells, and the mean fraction of untreated (study, culture, dose above 0); NaN where no well was read."""
    dose, culture = data[v.DOSE].to_numpy().astype(float), data[v.CULTURE_OF_WELL].to_numpy()
    signal = data[v.SIGNAL].to_numpy().astype(float)
    doses, at = np.unique(dose, return_inverse=True)
    size = data.sizes[v.CULTURE] * len(doses)
    belongs = np.zeros((len(dose), size))
    belongs[np.arange(len(dose)), culture * len(doses) + at] = 1.0
    read = np.isfinite(signal)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (np.where(read, signal, 0.0) @ belongs) / (read @ belongs)
    mean = mean.reshape(len(signal), data.sizes[v.CULTURE], len(doses)) - _blanks(data)[:, :, None]
    untreated = mean[..., doses == 0.0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return dose, np.asarray((mean / untreated)[..., doses > 0.0])


def _blanks(data: xr.Dataset) -> np.ndarray:
    """Mean blank of the plate of each culture (study, culture); 0 where it has none."""
    if v.BLANK_SIGNAL not in data or not data.sizes.get(v.BLANK, 0):
        return np.zeros((data.sizes[v.STUDY], data.sizes[v.CULTURE]))
    plate, of_culture = data[v.PLATE_OF_BLANK].to_numpy(), data[v.PLATE_OF_CULTURE].to_numpy()
    belongs = np.zeros((len(plate), max(int(plate.max()), int(of_culture.max())) + 1))
    belongs[np.arange(len(plate)), plate] = 1.0
    mean = data[v.BLANK_SIGNAL].to_numpy() @ belongs / np.maximum(belongs.sum(axis=0), 1.0)
    return np.asarray(mean[:, of_culture])


def _fitted(log_dose: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Curves (fit, 3) by Levenberg and Marquardt, all fits at once, the best of several starts."""
    known = np.isfinite(fraction)
    y = np.where(known, fraction, 0.0)
    middle, half = (log_dose[0] + log_dose[-1]) / 2 / LN10, (log_dose[-1] - log_dose[0]) / 2 / LN10
    best, least = np.full((len(y), 3), np.nan), np.full(len(y), np.inf)
    for start in _STARTS:
        theta = np.tile([middle + start * half, 0.0, 1.0], (len(y), 1))
        damping = np.full(len(y), 1e-2)
        misfit, slopes = _misfit(log_dose, theta, y, known)
        for _ in range(_STEPS):
            normal = np.einsum("nki,nkj->nij", slopes, slopes)
            ridge = damping[:, None, None] * (normal * np.eye(3) + 1e-6 * np.eye(3))
            step = np.linalg.solve(normal + ridge, np.einsum("nki,nk->ni", slopes, misfit)[..., None])[..., 0]
            tried = theta - np.clip(step, -_LARGEST, _LARGEST)
            centre = np.array([middle, 0.0, 0.0])
            tried = np.clip(tried, centre - _FARTHEST, centre + _FARTHEST)
            new, new_slopes = _misfit(log_dose, tried, y, known)
            better = (new**2).sum(axis=1) < (misfit**2).sum(axis=1)
            theta, misfit = np.where(better[:, None], tried, theta), np.where(better[:, None], new, misfit)
            slopes = np.where(better[:, None, None], new_slopes, slopes)
            damping = np.where(better, damping / 4.0, damping * 4.0 + 1e-6)
        cost = (misfit**2).sum(axis=1)
        enough = known.sum(axis=1) >= FEWEST_DOSES
        take = enough & (cost < least)
        best[take], least[take] = theta[take], cost[take]
    return best


def _misfit(log_dose: np.ndarray, theta: np.ndarray, y: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fitted less observed fraction (fit, dose), and its slopes by the three numbers of the curve (fit, dose, 3)."""
    x, h, a = (theta[:, k, None] for k in range(3))
    reach = np.exp(h) * (log_dose - LN10 * x)
    occupancy = expit(reach)
    fall = np.expm1(-a)
    bend = fall * occupancy * (1.0 - occupancy)
    slopes = np.stack([-bend * np.exp(h) * LN10, bend * reach, -np.exp(-a) * occupancy], axis=-1)
    return np.where(known, 1.0 + fall * occupancy - y, 0.0), slopes * known[..., None]
