"""Levels of one target given spreads, with subjects and means integrated out: their density, and draws of what was."""

from typing import Final

import numpy as np

LEAST_SD: Final = 1e-4
"""Spreads below this count as this [log2]: a thousandth of what any cycler resolves, and as far as numbers hold."""


class RepeatedLevels:
    """Levels of one target, of subjects in one group or several.

    Given spreads, levels are jointly normal: a subject adds one shared deviation to its levels, and means have a wide
    normal prior. So both are integrated out in closed form; `spreads` below are `within` (draw, group) and `between`
    (draw), and all results are by draw.

    Parameters
    ----------
    level, known
        Of each level: its value, and the variance that is known of it.
    group, subject
        Of each level.
    groups
        Their number.
    sd_of_prior
        Of means.
    """

    def __init__(
        self,
        level: np.ndarray,
        known: np.ndarray,
        group: np.ndarray,
        subject: np.ndarray,
        groups: int,
        sd_of_prior: float,
    ) -> None:
        self._middle = float(level.mean()) if len(level) else 0.0
        self._away, self._known, self._group = level - self._middle, known, group
        self.subjects, of_level = np.unique(subject, return_inverse=True)
        own = len(self.subjects)
        self._member = (of_level[:, None] == np.arange(own)).astype(float)  # (level, subject)
        cell = of_level * groups + group
        self._cell = (cell[:, None] == np.arange(own * groups)).astype(float)  # (level, subject and group)
        self._shape, self._prior_precision = (own, groups), sd_of_prior**-2

    def _parts(
        self, within: np.ndarray, between: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Weights of levels, of subjects and of their groups, what subjects take off, information on means and sums."""
        weight = 1.0 / (np.maximum(within, LEAST_SD)[:, self._group] ** 2 + self._known)
        of_cell = (weight @ self._cell).reshape(-1, *self._shape)
        of_subject = of_cell.sum(axis=2)
        taken = 1.0 / (1.0 / np.maximum(between, LEAST_SD)[:, None] ** 2 + of_subject)
        weighed = weight * self._away
        cell_sum = (weighed @ self._cell).reshape(-1, *self._shape)
        subject_sum = cell_sum.sum(axis=2)
        information = -np.einsum("ds,dsg,dsh->dgh", taken, of_cell, of_cell, optimize=True)
        place = np.arange(self._shape[1])
        information[:, place, place] += of_cell.sum(axis=1) + self._prior_precision
        total = cell_sum.sum(axis=1) - np.einsum("ds,dsg,ds->dg", taken, of_cell, subject_sum, optimize=True)
        total -= self._middle * self._prior_precision
        return weight, of_subject, taken, information, total, subject_sum

    def log_likelihood(self, within: np.ndarray, between: np.ndarray) -> np.ndarray:
        """Log density of the levels given spreads, up to a constant."""
        weight, of_subject, taken, information, total, subject_sum = self._parts(within, between)
        root = np.linalg.cholesky(information)
        half = np.linalg.solve(root, total[..., None])[..., 0]
        square = (weight * self._away**2).sum(axis=1) - (taken * subject_sum**2).sum(axis=1) - (half**2).sum(axis=1)
        log_det = 2.0 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        of_subjects = np.log1p(np.maximum(between, LEAST_SD)[:, None] ** 2 * of_subject).sum(axis=1)
        return np.asarray(0.5 * (np.log(weight).sum(axis=1) - of_subjects - log_det - square))

    def draw(self, within: np.ndarray, between: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Means (draw, group), and deviations of the subjects that have a level (draw, subject)."""
        weight, _, taken, information, total, _ = self._parts(within, between)
        root = np.linalg.cholesky(information)
        up = np.swapaxes(root, 1, 2)
        half = np.linalg.solve(root, total[..., None])
        away = np.linalg.solve(up, half + rng.standard_normal(half.shape))[..., 0]
        left = (weight * (self._away - away[:, self._group])) @ self._member
        effect = taken * left + np.sqrt(taken) * rng.standard_normal(taken.shape)
        return self._middle + away, effect
