"""Reactions far from their replicates, and stated factors above a doubling."""

from typing import Final, NamedTuple

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.priors import ExpressionPriors
from lensim.expression.replicates import WeighedCells, weigh
from lensim.plain_text import first_names

SURE: Final = 0.9
"""A reaction is told as outlying from this probability on (assumed)."""

FAR_CYCLES: Final = 0.5
"""It must be so far from the others: below this it hardly moves a fold change (assumed)."""

LATE_CYCLES: Final = 5.0
"""Within so many cycles of the limit replicates differ by the drawing of copies."""

SHOWN: Final = 5
_POINTERS: Final = (v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION, v.PLATE_OF_REACTION)


def outlying_reactions(data: xr.Dataset) -> xr.Dataset:
    """Probability that a reaction is outlying among its replicates, as `lensim.expression.replicates.weigh` has it.

    Parameters
    ----------
    data
        One study of Cts.

    Returns
    -------
    xarray.Dataset
        By reaction: probability_outlying (of one of duplicates about half of what is known of both), probability_any
        (that a reaction of the cell is outlying), ct_of_others [cycles]. NaN for a reaction that has no other beside
        it, and in cells with a reaction that was not detected or comes late: there replicates differ by the drawing of
        copies.
    """
    ct, cell, place, is_told, weighed = _weighed(data)
    size, total = np.bincount(cell), np.bincount(cell, weights=ct)
    probability = weighed.probability[0]
    known = is_told[cell]
    others = (total[cell] - ct) / np.maximum(size[cell] - 1, 1)
    return xr.Dataset(
        {
            "probability_outlying": (v.REACTION, np.where(known, probability[cell, place], np.nan)),
            "probability_any": (v.REACTION, np.where(known, probability.sum(axis=1)[cell], np.nan)),
            "ct_of_others": (v.REACTION, np.where(known, others, np.nan)),
        }
    )


class CellMeans(NamedTuple):
    """Mean Ct of a gene in a sample on a plate, what replicates say of outlying reactions taken into account (cell).

    `inverse` is 1 / number of reactions left, and `doubt` the variance from not knowing which one is outlying
    [cycles^2].
    """

    gene: np.ndarray
    sample: np.ndarray
    plate: np.ndarray
    ct: np.ndarray
    inverse: np.ndarray
    doubt: np.ndarray
    reactions: np.ndarray


def cell_means(data: xr.Dataset) -> CellMeans:
    """Cells whose reactions were all detected, and not late.

    Parameters
    ----------
    data
        One study of Cts.
    """
    ct, cell, _, is_told, weighed = _weighed(data)
    count, mean = np.bincount(cell), np.bincount(cell, weights=ct) / np.bincount(cell)
    late = float(data[v.CYCLE_LIMIT]) - LATE_CYCLES
    first = np.unique(cell, return_index=True)[1]
    kept = np.flatnonzero(is_told | ((count == 1) & (np.nan_to_num(mean, nan=np.inf) <= late)))
    gene, sample, plate = (data[name].to_numpy()[first][kept] for name in _POINTERS)
    several = is_told[kept]
    return CellMeans(
        gene,
        sample,
        plate,
        np.where(several, weighed.mean[0][kept], mean[kept]),
        np.where(several, weighed.inverse[0][kept], 1.0),
        np.where(several, weighed.doubt[0][kept], 0.0),
        count[kept],
    )


def _weighed(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, WeighedCells]:
    """Ct, cell and place in it of each reaction; which cells are told of; and their reactions, weighed."""
    ct, limit = data[v.CT].to_numpy().astype(float), float(data[v.CYCLE_LIMIT])
    _, cell = np.unique(np.column_stack([data[name].to_numpy() for name in _POINTERS]), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    size = np.bincount(cell)
    order = np.argsort(cell, kind="stable")
    place = np.empty(len(ct), dtype=np.int64)
    place[order] = np.arange(len(ct)) - np.repeat(np.cumsum(size) - size, size)
    by_cell = np.full((len(size), int(size.max(initial=1))), np.nan)
    by_cell[cell, place] = ct
    mean = np.bincount(cell, weights=ct) / size
    is_told = (size > 1) & (np.nan_to_num(mean, nan=np.inf) <= limit - LATE_CYCLES)
    by_cell[~is_told] = np.nan
    copies = np.exp2(ExpressionPriors().mean_ct_of_one_copy - np.where(is_told, mean, 0.0))
    return ct, cell, place, is_told, weigh(by_cell[None], (1.0 / (copies * np.log(2.0) ** 2))[None])


def told_of_wells(data: xr.Dataset) -> list[str]:
    """Reactions that are outlying among their replicates, and duplicates that disagree, a sentence each."""
    ct, found = data[v.CT].to_numpy(), outlying_reactions(data)
    own, any_of, others = (
        found[name].to_numpy() for name in ("probability_outlying", "probability_any", "ct_of_others")
    )
    is_far = np.abs(ct - others) > FAR_CYCLES
    alone = np.flatnonzero(is_far & (own >= SURE)).tolist()
    undecided = np.flatnonzero(is_far & (any_of >= SURE) & (own < SURE) & (own > 1.0 - SURE) & (ct < others)).tolist()
    said = []
    if len(alone):
        one_by_one = [
            f"{_named(data, at)} at Ct {ct[at]:.1f} beside {others[at]:.1f} (probability {_shown(own[at])})"
            for at in alone
        ]
        said.append(
            f"outlying among their replicates, and so weighed down by the fit: {_listed(one_by_one)}; a reaction whose "
            "Ct is emptied is left out"
        )
    if len(undecided):
        one_by_one = [
            f"{_named(data, at)} at Ct {ct[at]:.1f} and {others[at]:.1f} (probability {_shown(any_of[at])})"
            for at in undecided
        ]
        said.append(
            f"replicates that disagree, one of which is outlying: {_listed(one_by_one)}; they do not tell which, so "
            "the fit allows for either; repeat the reactions, or empty the Ct of the wrong one"
        )
    return said


def _listed(said: list[str]) -> str:
    return first_names(said, SHOWN, "; ")


def _shown(probability: float) -> str:
    return "above 0.99" if probability > 0.99 else f"{probability:.2f}"


def _named(data: xr.Dataset, at: int) -> str:
    gene, sample = int(data[v.GENE_OF_REACTION].to_numpy()[at]), int(data[v.SAMPLE_OF_REACTION].to_numpy()[at])
    subject = data[v.SUBJECT].to_numpy()[int(data[v.SUBJECT_OF_SAMPLE].to_numpy()[sample])]
    condition = data[v.CONDITION].to_numpy()[int(data[v.CONDITION_OF_SAMPLE].to_numpy()[sample])]
    return f"{data[v.GENE].to_numpy()[gene]} in {subject} under {condition}"


def told_of_factors(data: xr.Dataset) -> list[str]:
    """Stated factors above 2, in a sentence."""
    if v.STATED_FACTOR not in data:
        return []
    stated = zip(data[v.GENE].to_numpy(), data[v.STATED_FACTOR].to_numpy(), strict=True)
    above = [f"{gene} {factor:g}" for gene, factor in stated if factor > 2.0]
    if not above:
        return []
    return [f"stated factors above a doubling a cycle, taken as they are: {', '.join(above)}"]
