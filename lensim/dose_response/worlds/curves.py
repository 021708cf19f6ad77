"""Curves of lines in a world, and what is true of a curve: midpoint, slope and the share of signal that is left.

    left(dose) = left_at_saturation + (1 - left_at_saturation) / (1 + (dose / ec50)^slope)

These equations are written for the worlds alone and take nothing from the models of lensim.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lensim.dose_response.worlds.world import Lines

POINTS: Final = 4001
"""Doses at which a curve is averaged over the tested range."""


@dataclass(frozen=True)
class Curves:
    """Curves of lines or of cultures; the three arrays have the same shape.

    Attributes
    ----------
    log10_ec50_um, slope
        Midpoint between plateau and floor [log10 uM]; exponent of the dose.
    left
        Signal at a saturating dose as a share of untreated; above 1 where cells are stimulated.
    """

    log10_ec50_um: np.ndarray
    slope: np.ndarray
    left: np.ndarray

    def left_at(self, dose_um: np.ndarray | float) -> np.ndarray:
        """Signal at a dose as a share of untreated."""
        dose = np.asarray(dose_um, dtype=float)
        return np.asarray(self.left + (1.0 - self.left) / (1.0 + (dose / 10.0**self.log10_ec50_um) ** self.slope))

    def log10_ic50_um(self) -> np.ndarray:
        """The dose at which half of the untreated signal is left; infinite where there is none [log10 uM]."""
        reaches = self.left < 0.5
        excess = np.where(reaches, 0.5 / np.where(reaches, 0.5 - self.left, 1.0), np.inf)
        return np.where(reaches, self.log10_ec50_um + np.log10(excess) / self.slope, np.inf)

    def area_over_curve(self, lowest_um: float, top_um: float) -> np.ndarray:
        """Mean inhibition over the logs of the tested doses, as a share, by the trapezoid rule."""
        doses = np.geomspace(lowest_um, top_um, POINTS)
        inhibition = np.stack([1.0 - self.left_at(dose) for dose in doses])
        return np.asarray(np.trapezoid(inhibition, axis=0) / (POINTS - 1))


def draw_curves(kind: Lines, lines: int, doses_um: tuple[float, ...], rng: np.random.Generator) -> Curves:
    """Curves of the lines of one study; `PanelWorld.curves` says in words how they differ."""
    z = rng.standard_normal((3, lines))
    log10_ec50, log_slope, effect = -0.3 + 0.45 * z[0], 0.2 + 0.2 * z[1], 0.9 + 0.55 * z[2]
    if kind == "flat":
        effect = 0.05 + 0.12 * z[2]
    elif kind == "skewed":
        log10_ec50 = -1.3 + rng.exponential(0.7, lines)
        effect = -0.1 + rng.exponential(1.1, lines)
    elif kind == "two_humps":
        responds = rng.random(lines) < 0.5
        log10_ec50 = np.where(responds, -1.2 + 0.15 * z[0], 0.3 + 0.3 * z[0])
        effect = np.where(responds, 2.2 + 0.25 * z[2], 0.1 + 0.1 * z[2])
    elif kind == "between_doses":
        logs = np.log10(sorted(dose for dose in doses_um if dose > 0))
        below = rng.integers(1, len(logs) - 1, lines)
        share = rng.uniform(0.35, 0.65, lines)
        log10_ec50 = logs[below - 1] + share * (logs[below] - logs[below - 1])
        log_slope, effect = np.log(rng.uniform(6.0, 10.0, lines)), -np.log(rng.uniform(0.01, 0.10, lines))
    return Curves(log10_ec50, np.exp(log_slope), np.exp(-effect))
