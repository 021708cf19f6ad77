"""What a series of doses is expected to give: error of IC50s, and lines that are called rightly.

    error  : nested Monte Carlo. Draws x of lines; for each, draws from Normal(x, V), V the expected posterior
             covariance; root mean square of log10 IC50 less its truth, no distance above 1 (a factor of 10)
    calls  : psi = log residual(threshold) + log 2 is above 0 where a line is resistant. The posterior of psi is normal
             with sd s = (g' V g)^1/2, and over repeats of the experiment its mean is
             Normal(psi + g' V P (mean - x), g' V M V g), M the information and P the precision of the population;
             a line is called where P(resistant) or P(sensitive) exceeds the probability of the rule

The delta method is not valid for the IC50 of a line whose plateau lies near one half: its IC50 goes to infinity there.
So the error is found from draws, and the calls from psi, which is smooth for every line. Both are derived, and hold as
far as a posterior is normal; the check by simulation says how far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy import special
from scipy.stats import qmc

from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.information import (
    LinesToTreat,
    culture_information,
    line_information,
    posterior_covariance,
    well_information,
)
from lensim.sigmoid import LN10, residual

Goal = Literal["ic50", "calls"]
LARGEST_ERROR: Final = 1.0
"""An IC50 that is off by more than a factor of 10 counts as one that is off by that."""
POINTS: Final = 32
"""Nested draws of each line, balanced."""
_EVEN: Final = special.ndtri(qmc.Sobol(3, scramble=True, rng=7).random(POINTS))


@dataclass(frozen=True)
class Expected:
    """What a design is expected to give.

    Attributes
    ----------
    error
        Root mean square error of log10 IC50 over lines that have one up to the highest dose allowed.
    right, wrong
        Shares of all lines that are called rightly and wrongly.
    """

    error: float
    right: float
    wrong: float


@dataclass(frozen=True)
class Judge:
    """Lines that a series is judged by, and what is asked of them.

    Attributes
    ----------
    lines
        Draws of lines.
    experiments
        Of each line.
    threshold_um
        Above which an IC50 makes a line resistant [uM].
    probability
        Of a call.
    highest_um
        Lines with an IC50 up to this dose count for the error [uM].
    goal
        What the score is of.
    """

    lines: LinesToTreat
    experiments: int
    threshold_um: float
    probability: float
    highest_um: float
    goal: Goal = "ic50"

    def expected(self, total: np.ndarray) -> Expected:
        """What is expected of a culture whose wells have this information in all (line, 4, 4)."""
        information = line_information(culture_information(total), self.lines.sd_experiment, self.experiments)
        covariance = posterior_covariance(information, self.lines.sigma)
        right, wrong = self._calls(information, covariance)
        return Expected(self._error(covariance), right, wrong)

    def score(self, total: np.ndarray) -> float:
        """What shall be small: the error of IC50s, or the share of lines that are not called rightly."""
        information = line_information(culture_information(total), self.lines.sd_experiment, self.experiments)
        covariance = posterior_covariance(information, self.lines.sigma)
        if self.goal == "ic50":
            return self._error(covariance)
        return 1.0 - self._calls(information, covariance)[0]

    def of_series(self, doses_um: Sequence[float], wells: Sequence[float], untreated: float) -> np.ndarray:
        """Information (line, 4, 4) of a culture with so many wells at each dose and untreated."""
        logs = np.log(np.asarray(doses_um, dtype=float))
        each = well_information(self.lines, np.append(logs, -np.inf))
        return np.asarray(np.einsum("d,ldpq->lpq", np.append(np.asarray(wells, dtype=float), untreated), each))

    @property
    def counted(self) -> np.ndarray:
        """(line) whether a line has an IC50 up to the highest dose allowed."""
        return np.asarray(log10_ic50_um(*self.lines.curve.T) <= np.log10(self.highest_um))

    def lowest_um(self, below: float) -> float:
        """The dose below which such a share of the lines with an IC50 has it [uM]; infinite where calls are asked."""
        inside = self.counted
        if self.goal == "calls" or not inside.any():
            return float("inf")
        return float(10.0 ** np.quantile(log10_ic50_um(*self.lines.curve[inside].T), below))

    def _error(self, covariance: np.ndarray) -> float:
        inside = self.counted
        if not inside.any():
            return float("nan")
        curve = self.lines.curve[inside]
        root = np.linalg.cholesky(covariance[inside])
        drawn = curve[:, None] + np.einsum("lpq,kq->lkp", root, _EVEN)
        truth = log10_ic50_um(*curve.T)
        away = np.minimum(np.abs(log10_ic50_um(*np.moveaxis(drawn, -1, 0)) - truth[:, None]), LARGEST_ERROR)
        return float(np.sqrt(np.mean(away**2)))

    def _calls(self, information: np.ndarray, covariance: np.ndarray) -> tuple[float, float]:
        curve, lines = self.lines.curve, self.lines
        psi, g = psi_of(curve, self.threshold_um)
        towards = np.einsum("lpq,lq->lp", covariance, g)
        sd = np.sqrt(np.maximum(np.einsum("lp,lp->l", g, towards), 1e-18))
        precision = np.maximum(lines.sigma, 1e-6) ** -2.0
        mean = psi + np.einsum("lp,lp->l", towards, precision * (lines.mean - curve))
        spread = np.sqrt(np.maximum(np.einsum("lp,lpq,lq->l", towards, information, towards), 1e-18))
        need = special.ndtri(self.probability) * sd
        resistant, sensitive = special.ndtr((mean - need) / spread), special.ndtr((-mean - need) / spread)
        right = np.where(psi > 0, resistant, sensitive)
        wrong = np.where(psi > 0, sensitive, resistant)
        return float(right.mean()), float(wrong.mean())


def psi_of(curve: np.ndarray, dose_um: float) -> tuple[np.ndarray, np.ndarray]:
    """Log of the residual at a dose plus log 2 (line), and its gradient by the curve (line, 3)."""
    x, slope, effect = curve[:, 0], np.exp(curve[:, 1]), curve[:, 2]
    left = residual(dose_um, *curve.T)
    away = np.log(dose_um) - LN10 * x
    share = special.expit(slope * away)
    full, steep = -np.expm1(-effect), share * (1.0 - share)
    by = [full * steep * slope * LN10, -full * steep * slope * away, -np.exp(-effect) * share]
    return np.log(left) + np.log(2.0), np.stack(by, axis=-1) / left[:, None]


def as_columns(expected: Expected) -> Mapping[str, float]:
    """For a row of a table."""
    return {"expected_error": expected.error, "expected_right": expected.right, "expected_wrong": expected.wrong}
