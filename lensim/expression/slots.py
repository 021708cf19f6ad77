"""Biological deviations of genes in samples, drawn given all else: for posteriors in which they are summed over.

Given everything else, the deviations of different slots are independent, and each is one number: its density is
computed at places that close in on where it is, and the number is drawn by the inverse of its distribution.
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np

from lensim.expression import reactions
from lensim.expression.reactions import Arrays, BrightCells, Machine

PLACES: Final = (25, 25, 61)
"""Numbers of places, each time closer: the last lie a fifth of a spread apart."""
REACH: Final = 6.0
"""Spreads of the prior that are looked at."""
LOGS: Final = np.linspace(-25.0, 8.0, 6601)
"""Logs of copies at which moments are tabulated; between them these are straight lines, by 1e-6 and less off."""
MOST_FALL: Final = 16.0
"""Of the log density from its top: what lies lower is left out."""


def draw_slots(arrays: Arrays, of: Machine, quantity: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The deviation of each slot (slot, draw) [log2], given all other variables of each draw.

    Parameters
    ----------
    arrays
        `lensim.expression.reaction_arrays.expression_arrays`.
    of, quantity
        The measuring side, and log2 quantities without deviations (gene, sample, draw).
    rng
        Source of randomness.
    """
    found = np.zeros((len(arrays["gene_of_slot"]), quantity.shape[-1]))
    for slot in range(len(found)):
        found[slot] = _drawn(slot, arrays, of, quantity, rng)
    return found


def _drawn(slot: int, arrays: Arrays, of: Machine, quantity: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    seen = _seen(slot, arrays)
    sd = of.sd_biological[seen.gene]
    low, high = -REACH * sd, REACH * sd
    for count in PLACES:
        places = low + (high - low) * np.linspace(0.0, 1.0, count)[:, None]  # (place, draw)
        log_density = reactions.normal(places, sd**2) + np.array(
            [_density(place, seen, arrays, of, quantity) for place in places]
        )
        log_density -= log_density.max(axis=0)
        is_in = log_density > -MOST_FALL
        first = np.maximum(is_in.argmax(axis=0) - 1, 0)
        last = np.minimum(count - is_in[::-1].argmax(axis=0), count - 1)
        draws = np.arange(places.shape[1])
        low, high = places[first, draws], places[last, draws]
    return _inverse(places, np.exp(log_density), rng.random(places.shape[1]))


class _Seen(NamedTuple):
    """What was seen of one gene in one sample: bright cells, and reactions that start from few copies."""

    gene: int
    sample: int
    cells: np.ndarray
    parts: Arrays
    few: np.ndarray  # (reaction) their Cts
    plate_of_few: np.ndarray


def _seen(slot: int, arrays: Arrays) -> _Seen:
    cells, few = np.flatnonzero(arrays["slot_of_cell"] == slot), np.flatnonzero(arrays["slot_of_dim"] == slot)
    return _Seen(
        gene=int(arrays["gene_of_slot"][slot]),
        sample=int(arrays["sample_of_slot"][slot]),
        cells=cells,
        parts={name: array[cells] for name, array in arrays.items() if name.endswith("_of_part")},
        few=arrays["dim_ct"][few],
        plate_of_few=arrays["plate_of_dim"][few],
    )


def _density(deviation: np.ndarray, seen: _Seen, arrays: Arrays, of: Machine, quantity: np.ndarray) -> np.ndarray:
    """Log density of what was seen, if the deviation is this (draw)."""
    at = quantity[seen.gene, seen.sample] + deviation
    found = np.zeros_like(deviation)
    if len(seen.cells):
        place = arrays["plate_of_cell"][seen.cells] if of.shift.shape[1] > 1 else np.zeros(len(seen.cells), dtype=int)
        ct = arrays["cell_ct"][seen.cells][:, None]
        cells = BrightCells(
            of.unit_ct[seen.gene] + of.shift[seen.gene, place] - at / of.doublings[seen.gene],
            np.zeros((len(seen.cells), 1)),
            of.variance_at(ct, np.full(len(seen.cells), seen.gene)),
        )
        found = found + reactions.log_density_of_cells(ct, cells, of, seen.parts).sum(axis=0)
    limit = float(arrays["cycle_limit"])
    for plate in np.unique(seen.plate_of_few):
        few = reactions.copies_of(at[None], np.array([seen.gene]), np.array([plate]), of, _moments)
        own = seen.few[seen.plate_of_few == plate][:, None]
        found = found + reactions.log_density_of_few(own, few, limit).sum(axis=0)
    return found


@cache
def _table() -> tuple[np.ndarray, np.ndarray]:
    return reactions.log_of_copies(LOGS)


def _moments(log_copies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As `reactions.log_of_copies`, from a table; beyond it the log of copies is known, and its variance nothing."""
    place = np.clip((log_copies - LOGS[0]) / (LOGS[1] - LOGS[0]), 0.0, len(LOGS) - 1.001)
    below = place.astype(np.int64)
    share = place - below
    mean, variance = (one[below] + share * (one[below + 1] - one[below]) for one in _table())
    is_beyond = log_copies > LOGS[-1]
    return np.where(is_beyond, log_copies, mean), np.where(is_beyond, 0.0, variance)


def _inverse(places: np.ndarray, density: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Where the distribution reaches a share of 1 (draw); the density is a straight line between places."""
    step = places[1] - places[0]
    mass = 0.5 * (density[1:] + density[:-1])
    reached = np.cumsum(mass, axis=0)
    wanted = share * reached[-1]
    cell = np.minimum((reached < wanted).sum(axis=0), len(mass) - 1)
    draws = np.arange(places.shape[1])
    before = reached[cell, draws] - mass[cell, draws]
    left, right = density[cell, draws], density[cell + 1, draws]
    rest = wanted - before
    root = np.sqrt(np.maximum(left**2 + 2.0 * (right - left) * rest, 0.0))
    return np.asarray(places[cell, draws] + step * np.clip(2.0 * rest / np.maximum(left + root, 1e-300), 0.0, 1.0))
