"""The closed-form dose-response curve, shared by simulator, likelihoods and estimands.

    residual(d) = 1 - (1 - exp(-a)) * d^h / (EC50^h + d^h)

with a the effect at saturation (a > 0 inhibits, a < 0 stimulates, 0 does nothing), h the Hill slope and EC50 the
midpoint. All functions broadcast over NumPy arrays and xarray DataArrays. Doses are in uM, or in any one unit that the
EC50 has too. Nothing is clipped.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import least_squares
from scipy.special import expit

from lensim import checks
from lensim.sigmoid import LN10, residual


def log10_dose_at_residual(
    target: Any, log10_ec50_um: Any, log_hill_slope: Any, effect_at_saturation: Any
) -> np.ndarray:
    """Dose at which the residual signal is `target`, a number or one a curve; infinite where it never gets there.

    With q = (1 - target) / (1 - exp(-a)):  log10 d = log10 EC50 + log10(q / (1 - q)) / h   for 0 < q < 1.

    Raises
    ------
    InputError
        If `target` is not above 0 or is 1, the signal of untreated cells.
    """
    target = np.asarray(target, dtype=float)
    checks.above("target residual", float(target.min(initial=1.0)), 0.0)
    if (target == 1.0).any():
        raise checks.InputError("target residual must differ from 1, the signal of untreated cells, got 1")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = (1.0 - target) / -np.expm1(-np.asarray(effect_at_saturation, dtype=float))
        log10_ratio = np.log10(share) - np.log1p(-share) / LN10
    reached = (share > 0.0) & (share < 1.0)
    log10_dose = np.asarray(log10_ec50_um) + np.where(reached, log10_ratio, 0.0) / np.exp(log_hill_slope)
    return np.where(reached, log10_dose, np.inf)


def log10_dose_of_share(share: float, log10_ec50_um: Any, log_hill_slope: Any) -> np.ndarray:
    """Dose at which a curve is `share` of the way from untreated to its own end at saturation [log10 uM].

    log10 d = log10 EC50 + log10(share / (1 - share)) / h: the EC50 where `share` is one half. It does not depend on how
    large the effect at saturation is.

    Raises
    ------
    InputError
        If `share` does not lie between 0 and 1.
    """
    checks.above("share of the way to saturation", share, 0.0)
    if not share < 1.0:
        raise checks.InputError(f"share of the way to saturation must be below 1, got {share:g}")
    return np.asarray(np.asarray(log10_ec50_um) + np.log10(share / (1.0 - share)) / np.exp(np.asarray(log_hill_slope)))


def log10_ic50_um(log10_ec50_um: Any, log_hill_slope: Any, effect_at_saturation: Any) -> np.ndarray:
    """Absolute IC50: the dose that leaves half of the untreated signal [log10 uM]; +inf where no dose does.

    It is not the midpoint: it lies above the EC50 while the residual at saturation is above 0, and does not exist once
    that residual is 0.5 or more (a <= ln 2).
    """
    return log10_dose_at_residual(0.5, log10_ec50_um, log_hill_slope, effect_at_saturation)


def inhibition_percent(dose_um: Any, log10_ec50_um: Any, log_hill_slope: Any, effect_at_saturation: Any) -> Any:
    """Inhibition at a dose, percent of untreated; below 0 where the cells are stimulated."""
    return 100.0 * (1.0 - residual(dose_um, log10_ec50_um, log_hill_slope, effect_at_saturation))


def area_over_curve(
    low_dose_um: float, high_dose_um: float, log10_ec50_um: Any, log_hill_slope: Any, effect_at_saturation: Any
) -> Any:
    """Mean inhibition over the log-dose range [low, high], a fraction of untreated (AOC).

    (1 - exp(-a)) / (h (u1 - u0)) * [ln(1 + exp(h (u - ln EC50)))] from u0 = ln low to u1 = ln high: exact, no grid.
    1 is complete inhibition at every dose, 0 none, below 0 stimulation.

    Raises
    ------
    InputError
        If the range is empty or does not begin above 0.
    """
    checks.above("low_dose_um", low_dose_um, 0.0)
    checks.above("high_dose_um", high_dose_um, low_dose_um)
    slope = np.exp(log_hill_slope)
    middle = LN10 * np.asarray(log10_ec50_um)
    start, end = np.log(low_dose_um), np.log(high_dose_um)
    integral = np.logaddexp(0.0, slope * (end - middle)) - np.logaddexp(0.0, slope * (start - middle))
    return -np.expm1(-effect_at_saturation) * integral / (slope * (end - start))


class LogLogisticFit(NamedTuple):
    """Least-squares estimates of a four-parameter log-logistic curve, with standard errors in the same order."""

    slope: float
    lower: float
    upper: float
    ed50: float
    standard_errors: tuple[float, float, float, float]
    residual_sd: float
    degrees_of_freedom: int

    def effective_dose(self, percent: float) -> float:
        """Dose of `percent` of the way from upper to lower limit: ED50 * (p / (100 - p))^(1 / slope)."""
        checks.above("percent", percent, 0.0)
        if not percent < 100.0:
            raise checks.InputError(f"percent must be below 100, got {percent:g}")
        return self.ed50 * (percent / (100.0 - percent)) ** (1.0 / self.slope)


def fit_log_logistic(dose: np.ndarray, response: np.ndarray) -> LogLogisticFit:
    """Classical least squares of response = c + (d - c) / (1 + (dose / e)^b), the answer beside the Bayesian one.

    The search runs over (b, c, d, ln e) from several starts; standard errors come from the Jacobian with respect to
    (b, c, d, e), as s^2 (J'J)^-1.

    Parameters
    ----------
    dose
        Doses, 0 or more, in one unit.
    response
        One response a dose, any unit.

    Raises
    ------
    InputError
        If there are fewer than five observations or fewer than three doses above 0, or no start converges.

    Source: Ritz et al. 2015, doi:10.1371/journal.pone.0146021 (their LL.4).
    """
    dose, response = np.asarray(dose, dtype=float), np.asarray(response, dtype=float)
    checks.at_least("observations of a four-parameter curve", len(dose), 5)
    positive = np.unique(dose[dose > 0])
    checks.at_least("doses above 0 of a four-parameter curve", len(positive), 3)
    with np.errstate(divide="ignore"):
        log_dose = np.log(dose)

    def misfit(theta: np.ndarray) -> np.ndarray:
        slope, lower, upper, log_ed50 = theta
        return lower + (upper - lower) * expit(-slope * (log_dose - log_ed50)) - response

    low, high = response.min(), response.max()
    falls = np.mean(response[dose >= np.median(positive)]) < np.mean(response[dose < np.median(positive)])
    ends = (low, high) if falls else (high, low)
    starts = [
        (slope, *ends, start) for slope in (1.0, 3.0) for start in np.log(np.quantile(positive, [0.25, 0.5, 0.75]))
    ]
    fits = [least_squares(misfit, start, xtol=1e-15, ftol=1e-15, gtol=1e-12) for start in starts]
    best = min((fit for fit in fits if fit.success), key=lambda fit: fit.cost, default=None)
    if best is None:
        raise checks.InputError(f"no four-parameter curve could be fitted to {len(dose)} observations")
    slope, lower, upper, log_ed50 = best.x
    jacobian = np.array(best.jac, dtype=float)
    jacobian[:, 3] /= np.exp(log_ed50)  # d/d(e) = d/d(ln e) / e
    freedom = len(dose) - 4
    variance = 2.0 * best.cost / freedom
    errors = np.sqrt(np.diag(variance * np.linalg.inv(jacobian.T @ jacobian)))
    return LogLogisticFit(
        float(slope),
        float(lower),
        float(upper),
        float(np.exp(log_ed50)),
        (float(errors[0]), float(errors[1]), float(errors[2]), float(errors[3])),
        float(variance**0.5),
        freedom,
    )
