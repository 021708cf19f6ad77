"""Growth-rate inhibition in closed form: a curve of the signal left, seen against the growth of untreated cells.

    divisions  D  = log2(x_untreated / x_time_zero)
    GR(c)         = 2^(log2(x(c) / x_time_zero) / D) - 1  =  2 r(c)^(1 / D) - 1,   r(c) = x(c) / x_untreated

1 is growth as without the compound, 0 a culture that stays as it was, below 0 one that loses cells, -1 none that is
left. Where untreated cells do not divide (D is 0 or less) none of these is defined.

Source: Hafner et al. 2016, doi:10.1038/nmeth.3853.
"""

from typing import Any, Final

import numpy as np

from lensim import checks
from lensim.dose_response import curve

LEAST_DIVISIONS: Final = 1e-6
"""Fewer divisions count as none: 1 / D of the equation is then too large to mean anything."""
NODES: Final = 96
"""Places at which the area over a curve is evaluated, by Gauss and Legendre."""


def grows(divisions: Any) -> np.ndarray:
    """Whether untreated cells divided at all."""
    return np.asarray(np.asarray(divisions) > LEAST_DIVISIONS)


def gr_value(residual: Any, divisions: Any) -> np.ndarray:
    """GR of a share of the untreated signal that is left; NaN where untreated cells do not divide.

    Parameters
    ----------
    residual
        Share of untreated, 0 or more.
    divisions
        Of untreated cells, from time zero to the end.
    """
    growing = grows(divisions)
    power = 1.0 / np.where(growing, divisions, 1.0)
    with np.errstate(over="ignore"):
        return np.asarray(np.where(growing, 2.0 * np.asarray(residual, dtype=float) ** power - 1.0, np.nan))


def residual_at_gr(gr: float, divisions: Any) -> np.ndarray:
    """Share of the untreated signal at which GR has a value: ((1 + GR) / 2)^D; NaN where cells do not divide.

    Raises
    ------
    InputError
        If `gr` does not lie above -1 and below 1.
    """
    checks.above("gr", gr, -1.0)
    if not gr < 1.0:
        raise checks.InputError(f"gr must be below 1, the value of untreated cells, got {gr:g}")
    growing = grows(divisions)
    return np.asarray(np.where(growing, ((1.0 + gr) / 2.0) ** np.where(growing, divisions, 1.0), np.nan))


def log10_dose_at_gr(
    gr: float, divisions: Any, log10_ec50_um: Any, log_hill_slope: Any, effect_at_saturation: Any
) -> np.ndarray:
    """Dose at which GR has a value [log10 uM]: GR50 for 0.5.

    Infinite where the curve never gets there, NaN where untreated cells do not divide. Arguments broadcast.
    """
    target = residual_at_gr(gr, divisions)
    growing = np.isfinite(target)
    dose = curve.log10_dose_at_residual(
        np.where(growing, target, 0.5), log10_ec50_um, log_hill_slope, effect_at_saturation
    )
    return np.asarray(np.where(growing, dose, np.nan))


def gr_area_over_curve(
    low_dose_um: float,
    high_dose_um: float,
    divisions: Any,
    log10_ec50_um: Any,
    log_hill_slope: Any,
    effect_at_saturation: Any,
) -> np.ndarray:
    """Mean of 1 - GR over the log-dose range [low, high] (GR_AOC): 0 no effect, 1 stasis at every dose, 2 all lost.

    Raises
    ------
    InputError
        If the range is empty or does not begin above 0.
    """
    checks.above("low_dose_um", low_dose_um, 0.0)
    checks.above("high_dose_um", high_dose_um, low_dose_um)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    log_doses = np.log(low_dose_um) + 0.5 * (nodes + 1.0) * (np.log(high_dose_um) - np.log(low_dose_um))
    total = np.zeros(np.broadcast(divisions, log10_ec50_um, log_hill_slope, effect_at_saturation).shape)
    for dose, weight in zip(np.exp(log_doses).tolist(), weights.tolist(), strict=True):
        left = curve.residual(dose, log10_ec50_um, log_hill_slope, effect_at_saturation)
        total += 0.5 * weight * (1.0 - gr_value(left, divisions))
    return total
