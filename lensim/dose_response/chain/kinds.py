"""Kinds of moves of a chain, and the cultures whose wells each asks."""

from typing import Final

import numpy as np

from lensim.dose_response.chain.likelihood import LN10
from lensim.inference.compiled import compiled

CULTURE, LINE, POPULATION, SHIFT, DAY, WELLS, BACKGROUND, OVER_BACKGROUND = 0, 1, 2, 3, 4, 5, 6, 7
PLACE, OVER_PLACE, GIVEN_BACKGROUND, GIVEN_PLACE, JUMP, SIZE, EFFECTS, SIZES = 8, 9, 10, 11, 12, 13, 14, 15
ALONG = 16
TAIL: Final = 8.0
"""Degrees of freedom of the t around which moves are made."""
_LEAST_OCCUPANCY: Final = 1e-9


@compiled(allocates=False)
def copy(from_, into, n):  # type: ignore[no-untyped-def]
    """The first n numbers."""
    for j in range(n):
        into[j] = from_[j]


@compiled(allocates=False)
def copy_base(mean, root, w, n):  # type: ignore[no-untyped-def]
    """The base of a move of n numbers, into w."""
    for j in range(n):
        w.base_mean[j] = mean[j]
        for k in range(n):
            w.base_root[j, k] = root[j, k]


@compiled(allocates=False)
def occupancy_at_top(x, h, log_top_dose):  # type: ignore[no-untyped-def]
    """Share of the effect that the top dose reaches; a little more than nothing."""
    reach = np.exp(h) * (log_top_dose - LN10 * x)
    return (1.0 / (1.0 + np.exp(-reach)) if reach > -700.0 else 0.0) + _LEAST_OCCUPANCY


@compiled(allocates=False)
def members_of_move(panel, kind, i):  # type: ignore[no-untyped-def]
    """Cultures whose wells a move asks: their order, and which of it."""
    if kind == CULTURE:
        return panel.every.order, i, i + 1
    if kind in (LINE, JUMP, SIZE, ALONG):
        return panel.of_line.order, panel.of_line.first[i], panel.of_line.first[i + 1]
    if kind == SHIFT:
        return panel.of_experiment.order, panel.of_experiment.first[i], panel.of_experiment.first[i + 1]
    if kind == DAY:
        return panel.of_day.order, panel.of_day.first[i], panel.of_day.first[i + 1]
    if kind in (BACKGROUND, PLACE):
        return panel.of_plate.order, panel.of_plate.first[i], panel.of_plate.first[i + 1]
    if kind in (GIVEN_BACKGROUND, GIVEN_PLACE):
        return panel.every.order, 0, 0
    return panel.every.order, 0, len(panel.line_of)
