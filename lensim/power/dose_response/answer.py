"""The answer of an engine for panels: draws of a batch of studies, and the engine that made them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from lensim.power.dose_response.rule import PanelDraws
from lensim.power.dose_response.study import PanelBatch

DRAWS: Final = 1000
"""Draws a study, whichever engine they come from."""


@dataclass(frozen=True)
class PanelAnswer:
    """Posteriors of a batch.

    Attributes
    ----------
    draws
        Of every study; NaN where there is none.
    answered_by
        (study) LAPLACE, NUTS or FAILED.
    """

    draws: PanelDraws
    answered_by: np.ndarray


def gathered(found: Sequence[PanelDraws | None], batch: PanelBatch) -> PanelDraws:
    """Draws of single studies (draw, ...) as draws of a batch (study, draw, ...), NaN where there are none."""
    curves, groups = len(batch.scenario.design.plates.cell_lines), len(batch.scenario.design.groups)
    shapes = {"curves": (curves, 3), "group": (groups, 3), "sigma_group": (3,), "sigma": (3,)}
    whole = {}
    for field in fields(PanelDraws):
        values = np.full((len(found), DRAWS, *shapes[field.name]), np.nan)
        for study, one in enumerate(found):
            if one is not None:
                values[study] = getattr(one, field.name)
        whole[field.name] = values
    return PanelDraws(**whole)


def with_rest(answer: PanelAnswer, rest: PanelAnswer, studies: np.ndarray) -> PanelAnswer:
    """An answer with some studies replaced by those of another answer, which has these alone."""
    whole = {}
    for field in fields(PanelDraws):
        values = getattr(answer.draws, field.name).copy()
        values[studies] = getattr(rest.draws, field.name)
        whole[field.name] = values
    answered_by = answer.answered_by.copy()
    answered_by[studies] = rest.answered_by
    return PanelAnswer(PanelDraws(**whole), answered_by)
