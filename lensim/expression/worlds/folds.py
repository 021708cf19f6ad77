"""Fold changes in a world: of the population, of its subjects, and of a subject who is not in the study."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.worlds.world import StudyWorld

KINDS_APART: Final = 0.8
"""Half the distance between two kinds of subjects [log2]."""


def draw_fold_changes(world: StudyWorld, sheet: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """True log2 fold changes: of the population, of its subjects, and of a subject who is not in the study."""
    mean = rng.standard_normal(world.targets)
    if world.fold_changes in ("strong", "rising"):
        mean = rng.uniform(2.0, 12.0 if world.fold_changes == "strong" else 7.0, world.targets)
    elif world.fold_changes == "one_strong":
        mean = np.r_[9.0, rng.uniform(1.0, 2.5, world.targets - 1)]
    deviation = world.sd_subject * rng.standard_normal((world.targets, world.subjects + 1))
    spread = world.sd_subject
    if world.fold_changes == "two_kinds":
        deviation += KINDS_APART * rng.choice([-1.0, 1.0], deviation.shape)
        spread = float(np.hypot(spread, KINDS_APART))
    fold = mean[:, None] + deviation
    of_population = (v.TARGET, v.CELL_TYPE, v.CONTRAST)
    return xr.Dataset(
        {
            v.LOG2_FOLD_CHANGE: ((v.TARGET, v.SUBJECT, v.CONTRAST), fold[:, :-1, None]),
            v.MU_FOLD_CHANGE: (of_population, mean[:, None, None]),
            v.SIGMA_FOLD_CHANGE: (of_population, np.full((world.targets, 1, 1), spread)),
            "new_subject_log2_fold_change": (of_population, fold[:, -1:, None]),
        },
        coords={
            v.TARGET: list(world.design.targets),
            v.SUBJECT: sheet[v.SUBJECT].to_numpy(),
            v.CELL_TYPE: sheet[v.CELL_TYPE].to_numpy(),
            v.CONTRAST: [world.design.conditions[1]],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )
