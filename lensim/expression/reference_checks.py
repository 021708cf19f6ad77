"""Whether references hold still: against one another, by condition, and over all samples."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.expression.cells import mean_ct, sample_pairs

LEAST_MOVE: Final = 0.5
"""A smaller change between two references is of no account [cycles]: a factor of 1.4 (assumed)."""

ERRORS_AWAY: Final = 3.0
SD_OF_ONE: Final = 0.3
"""Of the change between two references in one pair of samples, where there is one pair alone [cycles] (assumed)."""

LEAST_MOVE_OF_ONE: Final = 0.3
"""Of a single reference between treated samples and controls [cycles] (assumed)."""
LARGEST_P: Final = 0.02
FEWEST_PAIRS: Final = 3

LARGEST_M: Final = 1.0
"""geNorm's bound for references of unlike samples, doi:10.1186/gb-2002-3-7-research0034 [cycles]."""


def told_of_references(data: xr.Dataset) -> list[str]:
    """References that move with a condition, or are unstable over the samples, a sentence each.

    For two references the change of their difference in Ct from control to treated sample is averaged over the pairs of
    samples; it counts from 0.5 cycles and three standard errors on. One that moves against more than half of the others
    is named; of two, or where it is not one alone, that they move apart. A single reference whose Ct moves from control
    to treated samples, by more than 0.3 cycles and at P < 0.02, either responds or has another input. M is geNorm's: of
    each reference the mean sd of its difference to the others over all samples.
    """
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    names = [str(name) for name in data[v.GENE].to_numpy()[is_reference]]
    ct = mean_ct(data)[is_reference]
    if len(names) < 2:
        return [line for condition, changes in _changes(data, ct) for line in _told_of_one(names, condition, changes)]
    said = [line for condition, changes in _changes(data, ct) for line in _told_of_move(names, condition, changes)]
    if not said and len(names) > 2:
        said = _told_of_spread(names, ct)
    return said


def _changes(data: xr.Dataset, ct: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Of each condition the change of every reference's Ct in its pairs of samples (reference, pair)."""
    pairs, conditions = sample_pairs(data), data[v.CONDITION].to_numpy()
    for c in dict.fromkeys(condition for _, _, condition in pairs):
        own = [(control, treated) for control, treated, condition in pairs if condition == c]
        control, treated = (np.array(column) for column in zip(*own, strict=True))
        yield str(conditions[c]), ct[:, treated] - ct[:, control]


def _move(changes: np.ndarray) -> float | None:
    """Mean of the finite changes where it is beyond doubt, else None."""
    known = changes[np.isfinite(changes)]
    if not len(known):
        return None
    mean, spread = float(known.mean()), float(known.std(ddof=1)) if len(known) > 1 else SD_OF_ONE
    error = max(spread, SD_OF_ONE / 2) / np.sqrt(len(known))
    return mean if abs(mean) > max(LEAST_MOVE, ERRORS_AWAY * error) else None


def _told_of_move(names: list[str], condition: str, changes: np.ndarray) -> list[str]:
    moves = {
        (a, b): move
        for a, b in combinations(range(len(names)), 2)
        if (move := _move(changes[a] - changes[b])) is not None
    }
    if not moves:
        return []
    against = [sum(k in pair for pair in moves) for k in range(len(names))]
    most = max(against)
    if len(names) > 2 and against.count(most) == 1 and most > (len(names) - 1) / 2:
        odd = against.index(most)
        by = np.mean([move if pair[0] == odd else -move for pair, move in moves.items() if odd in pair])
        others = [name for name in names if name != names[odd]]
        return [
            f"the reference {names[odd]} moves by {by:+.2f} cycles under {condition} against {', '.join(others)}: "
            "leave it out of references="
        ]
    apart = [f"{names[a]} and {names[b]} by {abs(move):.2f}" for (a, b), move in moves.items()]
    return [
        f"references move apart under {condition} [cycles]: {', '.join(apart)}; which of them holds still is not known"
    ]


def _told_of_one(names: list[str], condition: str, changes: np.ndarray) -> Iterator[str]:
    """A single reference that comes earlier or later in treated samples: Student's t over the pairs."""
    for name, own in zip(names, changes, strict=True):
        known = own[np.isfinite(own)]
        if len(known) < FEWEST_PAIRS:
            continue
        mean, error = float(known.mean()), float(known.std(ddof=1)) / np.sqrt(len(known))
        if abs(mean) <= LEAST_MOVE_OF_ONE or stats.t.sf(abs(mean) / max(error, 1e-9), len(known) - 1) > LARGEST_P / 2:
            continue
        when, what = ("earlier", "more") if mean < 0 else ("later", "less")
        yield (
            f"the reference {name} comes {abs(mean):.2f} cycles {when} under {condition} than in the controls of its "
            f"{len(known)} pairs: either there is {what} cDNA in these samples, or it responds to {condition} and "
            f"moves all fold changes; equal amounts of RNA, or a second reference, tell which"
        )


def _told_of_spread(names: list[str], ct: np.ndarray) -> list[str]:
    m = dict(zip(names, np.nan_to_num(genorm_m(ct)).tolist(), strict=True))
    worst = max(m, key=lambda name: m[name])
    if m[worst] <= LARGEST_M:
        return []
    rest = ", ".join(f"{name} {value:.2f}" for name, value in m.items() if name != worst)
    return [f"the reference {worst} is unstable over the samples: M {m[worst]:.2f} cycles ({rest})"]


def genorm_m(ct: np.ndarray) -> np.ndarray:
    """GeNorm's M of each reference: mean over the others of the sd of their difference in Ct over samples [cycles].

    Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034.

    Parameters
    ----------
    ct
        (reference, sample) [cycles]; NaN = not detected.

    Returns
    -------
    numpy.ndarray
        (reference); NaN where a reference shares two samples with no other.
    """
    spreads = np.full((len(ct), len(ct)), np.nan)
    for j, k in combinations(range(len(ct)), 2):
        difference = (ct[j] - ct[k])[np.isfinite(ct[j] - ct[k])]
        if len(difference) > 1:
            spreads[j, k] = spreads[k, j] = difference.std(ddof=1)
    return np.array([own[np.isfinite(own)].mean() if np.isfinite(own).any() else np.nan for own in spreads])
