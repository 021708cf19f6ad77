"""What wells at given doses tell of a line's curve: expected Fisher information, as arrays over lines.

    log signal ~ StudentT(nu, log E, s),  E = background + exp(log top) * residual(d; x of the culture)
    information of a well  = (nu + 1) / ((nu + 3) s^2) * g g',  g = d log E / d (log top, x)
    s^2                    = sd_well^2 + 1 / (E * minutes) + variance from faults of plates
    a culture              = sum over its wells, the log top taken out (Schur complement): J
    a line, n experiments  = n (J^-1 + D)^-1,  D = diag(sd_experiment^2)    (days are replicates)
    posterior covariance   = (P + information of the line)^-1,  P = diag(1 / sigma^2) of its population

x = (log10 EC50, log Hill slope, effect at saturation), in this order throughout. The factor (nu + 1) / (nu + 3) is
that of the location of a Student t (Lange, Little and Taylor 1989, doi:10.1080/01621459.1989.10478852); the rest is
derived. All is to first order around the curve.
"""

from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from scipy.special import expit

from lensim.plate_faults import PlateFaults
from lensim.sigmoid import LN10

SD_LOG_TOP: Final = 1.5
"""Of the prior of a culture's untreated level [log]: as good as none."""


@dataclass(frozen=True)
class LinesToTreat:
    """Curves of lines, and what their wells would be like; a first axis for lines.

    Attributes
    ----------
    curve
        (line, 3) the curve of each line.
    mean, sigma
        (line, 3) mean and spread of the population that each line comes from.
    sd_experiment
        (line, 3) spread of a line's cultures.
    log_top, background
        (line) untreated level [log counts/min] and background [counts/min].
    sd_well, nu_well
        (line) scale of wells [log] and its degrees of freedom.
    minutes
        For which each well is counted [min]; infinite for a signal that is no count.
    fault_variance
        What faults of plates add to the variance of a well's log signal.
    """

    curve: np.ndarray
    mean: np.ndarray
    sigma: np.ndarray
    sd_experiment: np.ndarray
    log_top: np.ndarray
    background: np.ndarray
    sd_well: np.ndarray
    nu_well: np.ndarray
    minutes: float = 1.0
    fault_variance: float = 0.0

    def taken(self, which: np.ndarray) -> Self:
        """Some of the lines."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return type(self)(**{name: one[which] if isinstance(one, np.ndarray) else one for name, one in parts.items()})


def fault_variance(faults: PlateFaults, share_of_edge: float) -> float:
    """Variance of a well's log signal from uneven cells, edges and trends, where wells are dealt to places by chance.

    Edge wells are a share p of all: p (1 - p) mean^2 + p sd^2. A trend from -1 to 1 has a mean square of a third.
    """
    p = share_of_edge
    edge = p * (1.0 - p) * faults.mean_edge_log_loss**2 + p * faults.sd_edge_log_loss**2
    trends = (faults.sd_row_log_gradient**2 + faults.sd_column_log_gradient**2) / 3.0
    return float(faults.sd_dispensing_log**2 + edge + trends)


def well_information(lines: LinesToTreat, log_dose: np.ndarray) -> np.ndarray:
    """Information of one well at each dose on (log top, x of the culture).

    Parameters
    ----------
    lines
        Curves.
    log_dose
        (dose) natural logs of doses in uM; -inf is untreated.

    Returns
    -------
    numpy.ndarray
        (line, dose, 4, 4).
    """
    x, slope, effect = lines.curve[:, 0, None], np.exp(lines.curve[:, 1, None]), lines.curve[:, 2, None]
    away = np.where(np.isfinite(log_dose), log_dose, 0.0) - LN10 * x
    is_treated = np.isfinite(log_dose)
    share = np.where(is_treated, expit(slope * away), 0.0)
    full, steep = -np.expm1(-effect), share * (1.0 - share)
    residual = 1.0 - full * share
    top = np.exp(lines.log_top)[:, None]
    expected = lines.background[:, None] + top * residual
    of_curve = [
        residual,
        full * steep * slope * LN10,
        -full * steep * slope * away,
        -np.exp(-effect) * share,
    ]
    gradient = np.stack(of_curve, axis=-1) * (top / expected)[..., None]
    counting = 0.0 if np.isinf(lines.minutes) else 1.0 / (lines.minutes * expected)
    tails = 1.0 - 2.0 / (lines.nu_well[:, None] + 3.0)  # (nu + 1) / (nu + 3), and 1 of normal wells
    weight = tails / (lines.sd_well[:, None] ** 2 + counting + lines.fault_variance)
    return np.asarray(weight[..., None, None] * gradient[..., :, None] * gradient[..., None, :])


def culture_information(of_wells: np.ndarray) -> np.ndarray:
    """Information (..., 3, 3) of a culture on its curve, from that of its wells on (log top, curve) (..., 4, 4)."""
    of_top = of_wells[..., 0, 0] + SD_LOG_TOP**-2
    across = of_wells[..., 1:, 0]
    return np.asarray(of_wells[..., 1:, 1:] - across[..., :, None] * across[..., None, :] / of_top[..., None, None])


def line_information(of_culture: np.ndarray, sd_experiment: np.ndarray, experiments: float = 1.0) -> np.ndarray:
    """Information (line, 3, 3) on a line from so many experiments with cultures like this: n J (I + D J)^-1."""
    mixed = np.eye(3) + sd_experiment[..., :, None] ** 2 * of_culture
    found = experiments * np.linalg.solve(np.swapaxes(mixed, -1, -2), np.swapaxes(of_culture, -1, -2))
    return np.asarray((found + np.swapaxes(found, -1, -2)) / 2.0)


def posterior_covariance(of_line: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Covariance (line, 3, 3) of a line's curve after the experiments, with the spread of its population as prior."""
    prior = np.maximum(sigma, 1e-6) ** -2.0
    return np.asarray(np.linalg.inv(of_line + prior[..., :, None] * np.eye(3)))
