"""The classical mixed model of levels: means of groups, a random intercept of subjects, variances by REML.

    level = mean(group) + subject + residual,   subject ~ Normal(0, tau^2), residual ~ Normal(0, sigma^2)

Tests of a sum of means have Satterthwaite's degrees of freedom. With complete pairs they are the paired t-test. Source:
Pinheiro and Bates, Mixed-Effects Models in S and S-PLUS, section 2.2; Giesbrecht and Burns 1985, doi:10.2307/2530871.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize, stats

from lensim.expression.groups.comparisons import as_ratios

REACH: Final = 12.0
"""Of the log of tau^2 / sigma^2, to both sides of 0."""
_STEP: Final = 1e-3
_LEAST: Final = 1e-18


@dataclass(frozen=True)
class Estimate:
    """A difference with its standard error and degrees of freedom, in log2; NaN where there is none."""

    value: float
    error: float
    freedom: float

    @property
    def p_value(self) -> float:
        """Two-sided, of the null that it is 0."""
        if not self.error > 0:
            return float("nan")
        return float(2.0 * stats.t.sf(abs(self.value) / self.error, self.freedom))

    def ratios(self, confidence: float) -> tuple[float, float, float]:
        """The ratio, and the ends of its interval."""
        ratio, lower, upper = as_ratios([self.value, *self.interval(confidence)]).tolist()
        return ratio, lower, upper

    def interval(self, confidence: float) -> tuple[float, float]:
        """Lower and upper end."""
        half = float(stats.t.ppf(0.5 + confidence / 2.0, self.freedom)) * self.error if self.error > 0 else np.nan
        return self.value - half, self.value + half


NONE: Final = Estimate(np.nan, np.nan, np.nan)


class MixedModel:
    """The model of some levels, fitted by restricted maximum likelihood.

    Parameters
    ----------
    level, group, subject
        Of each level; groups without a level have no mean.
    groups
        Their number.

    Attributes
    ----------
    is_fitted
        Whether there are enough levels: more than groups, and a subject with two.
    residual, between
        Variances within and between subjects.
    """

    def __init__(self, level: np.ndarray, group: np.ndarray, subject: np.ndarray, groups: int) -> None:
        self.there, own = np.unique(group, return_inverse=True)
        names, of_level = np.unique(subject, return_inverse=True)
        self._groups = groups
        y = level - level.mean() if len(level) else level
        self._middle = float(level.mean()) if len(level) else 0.0
        x = (own[:, None] == np.arange(len(self.there))).astype(float)
        z = (of_level[:, None] == np.arange(len(names))).astype(float)
        self._xx, self._zx, self._xy, self._zy = x.T @ x, z.T @ x, x.T @ y, z.T @ y
        self._yy = float(y @ y)
        self._free = len(level) - len(self.there)
        self._count = z.sum(axis=0)
        self.residual = self.between = np.nan
        self.is_fitted = self._free > 0 and bool((self._count > 1).any())
        if self.is_fitted:
            self._fit()

    def estimate(self, weights: np.ndarray) -> Estimate:
        """A sum of means of groups by its weights; none where a group with a weight has no level."""
        own = weights[self.there]
        if not self.is_fitted or not np.isclose(np.abs(own).sum(), np.abs(weights).sum()):
            return NONE
        information, mean, _ = self._solved(self._ratio)
        value = float(own @ mean + self._middle * own.sum())
        variance = self.residual * float(own @ np.linalg.solve(information, own))
        if variance <= _LEAST:
            return Estimate(value, np.nan, np.nan)
        return Estimate(value, variance**0.5, self._freedom(own, variance))

    def _solved(self, ratio: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Information on means in units of the residual variance, means, and the sum of squares that is left."""
        taken = ratio / (1.0 + ratio * self._count)
        information = self._xx - self._zx.T @ (taken[:, None] * self._zx)
        total = self._xy - self._zx.T @ (taken * self._zy)
        mean = np.linalg.solve(information, total)
        left = float(self._yy - (taken * self._zy**2).sum() - mean @ total)
        return information, mean, max(left, 0.0)

    def _deviance(self, residual: float, ratio: float) -> float:
        """Minus twice the restricted log likelihood."""
        information, _, left = self._solved(ratio)
        log_det = float(np.log1p(ratio * self._count).sum()) + float(np.linalg.slogdet(information)[1])
        return self._free * float(np.log(residual)) + left / residual + log_det

    def _profile(self, log_ratio: float) -> float:
        ratio = float(np.exp(log_ratio))
        left = max(self._solved(ratio)[2], _LEAST)
        return self._deviance(left / self._free, ratio)

    def _fit(self) -> None:
        scale = max(self._solved(0.0)[2], _LEAST)
        found = optimize.minimize_scalar(
            self._profile, bounds=(-REACH, REACH), method="bounded", options={"xatol": 1e-9}
        )
        none = self._deviance(scale / self._free, 0.0)
        self._ratio = float(np.exp(found.x)) if found.fun < none - 1e-9 else 0.0
        self.residual = self._solved(self._ratio)[2] / self._free
        self.between = self._ratio * self.residual

    def _freedom(self, own: np.ndarray, variance: float) -> float:
        """Satterthwaite's degrees of freedom, from the curvature in the logs of both variances."""
        if self._ratio == 0.0:
            return float(self._free)
        at = np.log([self.residual, self.between])

        def deviance(x: np.ndarray) -> float:
            return self._deviance(float(np.exp(x[0])), float(np.exp(x[1] - x[0])))

        def of_sum(x: np.ndarray) -> float:
            information = self._solved(float(np.exp(x[1] - x[0])))[0]
            return float(np.exp(x[0])) * float(own @ np.linalg.solve(information, own))

        steps = _STEP * np.eye(2)
        slope = np.array([(of_sum(at + one) - of_sum(at - one)) / (2 * _STEP) for one in steps])
        curvature = np.array(
            [
                [
                    (deviance(at + a + b) - deviance(at + a - b) - deviance(at - a + b) + deviance(at - a - b))
                    / (4 * _STEP**2)
                    for b in steps
                ]
                for a in steps
            ]
        )
        values, vectors = np.linalg.eigh(curvature / 2.0)  # of minus the log likelihood
        if values.min() <= 0:
            return float(self._free)
        along = vectors.T @ slope
        return max(1.0, float(2.0 * variance**2 / (along**2 / values).sum()))


def paired_estimate(weights: np.ndarray, levels: np.ndarray) -> tuple[Estimate, float, int]:
    """Student's t of the sum within each subject that has all of its groups, Wilcoxon's P, and their number.

    Parameters
    ----------
    weights
        Of each group.
    levels
        (subject, group), NaN where a subject has none.
    """
    own = weights != 0
    differences = levels[np.isfinite(levels[:, own]).all(axis=1)][:, own] @ weights[own]
    number = len(differences)
    if number == 0:
        return NONE, np.nan, 0
    value = float(differences.mean())
    error = float(differences.std(ddof=1)) / number**0.5 if number > 1 else np.nan
    estimate = Estimate(value, error if error > 1e-12 else np.nan, number - 1.0)
    differs = differences[differences != 0]
    rank = float(stats.wilcoxon(differs).pvalue) if len(differs) > 1 else np.nan
    return estimate, rank, number
