"""Sweeps of a chain, compiled."""

from typing import Final

import numpy as np

from lensim.dose_response.chain import kinds
from lensim.dose_response.chain.hierarchy import draw_hierarchy
from lensim.dose_response.chain.likelihood import all_log_likelihoods
from lensim.dose_response.chain.moves import move
from lensim.dose_response.chain.panel import Panel
from lensim.dose_response.chain.written import place_wells
from lensim.inference.compiled import compiled

HIERARCHY = -1
"""In a schedule: all that lies above the cultures, given them."""
GIVEN_PLACES: Final = 12
"""Times that means and spreads of places are moved given the plates: no well is asked, and few plates tell little."""


def schedule_of(panel: Panel, is_known: np.ndarray, repeats: np.ndarray) -> np.ndarray:
    """Moves of one sweep, in order (move, 2): their kind and what they are of.

    Parameters
    ----------
    panel
        The panel.
    is_known
        (line) whether wells know its EC50, whatever the population.
    repeats
        (line) how often its own moves are made.
    """
    lines, plates = len(panel.group_of), len(panel.of_plate.first) - 1
    found = [(kinds.LINE, i) for i in range(lines)]
    for i in range(lines):
        own = [(kinds.CULTURE, i), (kinds.JUMP, i), (kinds.SIZE, i)]
        own += [] if is_known[i] else [(kinds.SIZE, i)]
        own += [] if is_known[i] or not panel.is_pooled else [(kinds.ALONG, i)]
        found += own * int(repeats[i])
    found += [(HIERARCHY, 0)]
    found += [(kinds.POPULATION, k) for k in range(3)] + [(kinds.EFFECTS, 2)]
    found += [(kinds.SIZES, 0)] * panel.is_pooled
    found += [(kinds.SHIFT, e) for e in range(panel.experiments)] + [(kinds.DAY, j) for j in range(panel.days)]
    found += [(kinds.WELLS, 0)]
    if panel.has_blanks:
        found += [(kinds.BACKGROUND, p) for p in range(plates)]
        found += [(kinds.GIVEN_BACKGROUND, 0), (kinds.OVER_BACKGROUND, 0)]
    if panel.has_places:
        found += [(kinds.PLACE, p) for p in range(plates)]
        found += [(kinds.GIVEN_PLACE, 0)] * GIVEN_PLACES + [(kinds.OVER_PLACE, 0)]
    return np.array(found, np.int64)


@compiled(allocates=False)
def run_chain(panel, bases, s, w, schedule, thin, record, rng):  # type: ignore[no-untyped-def]
    """Go on from a state, and keep every `thin`-th sweep in record (draw, number)."""
    if panel.has_places:
        for p in range(len(s.place)):
            place_wells(panel, s, w, p)
    all_log_likelihoods(panel, w.y, s, w.log_likelihood, w.room_of_cells)
    for draw in range(len(record)):
        for _ in range(thin):
            for n in range(len(schedule)):
                kind, i = schedule[n, 0], schedule[n, 1]
                if kind == HIERARCHY:
                    draw_hierarchy(panel, s, w.line_mean, w.line_within, w.room, rng)
                else:
                    move(panel, bases, s, w, kind, i, rng)
        for n in range(len(s.flat)):
            record[draw, n] = s.flat[n]
