"""Where a posterior is densest and how curved it is there, so that chains begin where they belong.

No linear algebra of a library is used: its threads cost more than they save in vectors as short as these.
"""

from typing import Final

import numpy as np

from lensim.expression.kernel.density import log_density
from lensim.expression.kernel.packed import Packed
from lensim.inference.compiled import compiled

KEPT: Final = 10
"""Steps that tell the curvature on the way up."""
MOST_STEPS: Final = 400
ENOUGH: Final = 1e-3
"""The way up ends where ten steps gain no more."""
HALVINGS: Final = 30
STEP: Final = 1e-4
"""Of the differences that give curvature, in coordinates of about one."""
LEAST_CURVATURE: Final = 0.1


def near_mode(study: Packed) -> Packed:
    """The study with numbers of the sampler that are about standard normal: from the mode, and curvatures there.

    The posterior is the same; where nothing is found, coordinates stay as they are.
    """
    centre, scale = climbed(study.first, study.block)
    return study.about(centre, scale) if np.isfinite(centre).all() and np.isfinite(scale).all() else study


@compiled()
def inner(a: np.ndarray, b: np.ndarray) -> float:
    """Inner product."""
    found = 0.0
    for i in range(len(a)):
        found += a[i] * b[i]
    return found


@compiled()
def direction(slope: np.ndarray, moves: np.ndarray, changes: np.ndarray, steps: int) -> np.ndarray:
    """The way up by the two loops of L-BFGS; `moves` and `changes` of the slope of the last steps, in turn."""
    found, first = slope.copy(), max(0, steps - KEPT)
    shares = np.zeros(KEPT)
    for step in range(steps - 1, first - 1, -1):
        k = step % KEPT
        shares[k] = inner(moves[k], found) / inner(moves[k], changes[k])
        found -= shares[k] * changes[k]
    if steps:
        k = (steps - 1) % KEPT
        found *= inner(moves[k], changes[k]) / inner(changes[k], changes[k])
    for step in range(first, steps):
        k = step % KEPT
        found += moves[k] * (shares[k] - inner(changes[k], found) / inner(moves[k], changes[k]))
    return found


@compiled()
def climbed(start: np.ndarray, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mode as seen from `start`, and the spread of each coordinate with all others held there."""
    n = len(start)
    at, slope, trial, there = start.copy(), np.empty(n), np.empty(n), np.empty(n)
    moves, changes, steps = np.empty((KEPT, n)), np.empty((KEPT, n)), 0
    density = log_density(at, slope, block)
    before = density
    for number in range(MOST_STEPS):
        way = direction(slope, moves, changes, steps)
        rise = inner(way, slope)
        if not rise > 0.0:
            steps, way = 0, slope.copy()
            rise = inner(slope, slope)
        length = 1.0 if steps else 1.0 / np.sqrt(inner(slope, slope) + 1.0)
        is_higher = False
        for _ in range(HALVINGS):
            trial[:] = at + length * way
            found = log_density(trial, there, block)
            is_higher = found >= density + 1e-4 * length * rise  # not so where it is no number
            if is_higher:
                break
            length *= 0.5
        if not is_higher:
            break
        k = steps % KEPT
        moves[k], changes[k] = trial - at, slope - there
        if inner(moves[k], changes[k]) > 0.0:
            steps += 1
        at[:], slope[:], density = trial, there, found
        if number % 10 == 9:
            if density - before < ENOUGH:
                break
            before = density
    return at, spreads_at(at, block)


@compiled()
def spreads_at(at: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Spread of each coordinate with all others held, from the curvature of the log density."""
    moved, up, down, found = at.copy(), np.empty(len(at)), np.empty(len(at)), np.empty(len(at))
    for i in range(len(at)):
        moved[i] = at[i] + STEP
        log_density(moved, up, block)
        moved[i] = at[i] - STEP
        log_density(moved, down, block)
        moved[i] = at[i]
        found[i] = 1.0 / np.sqrt(max((down[i] - up[i]) / (2.0 * STEP), LEAST_CURVATURE))
    return found
