"""The arithmetic of levels for many studies at once: from Cts to a log2 level of each subject with its known error."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.pair_factors import PairSettings, factors_of
from lensim.expression.replicates import PRIOR_FREEDOM, PRIOR_SD

_LOG_2: Final = float(np.log(2.0))


@dataclass(frozen=True)
class MeasuredLevels:
    """Levels of every study of a batch that has one sheet.

    Attributes
    ----------
    level, sd
        (study, target, subject) log2 level over the references and its known error [log2]; NaN where there is none.
    factor_sd
        (study, gene) error of the doublings a cycle [1/cycle].
    slope
        (study, target, group, gene) cycles by which a group's mean level moves with each gene's doublings.
    """

    level: np.ndarray
    sd: np.ndarray
    factor_sd: np.ndarray
    slope: np.ndarray


def measured_levels(
    data: xr.Dataset, group_of_subject: np.ndarray, groups: int, settings: PairSettings
) -> MeasuredLevels:
    """Levels of each subject in every study; see `lensim.expression.groups.levels.levels_of` for the equation.

    Parameters
    ----------
    data
        Reactions with the dim study: ct_cycles (study, reaction), and standard_ct_cycles (study, standard) where there
        are standards.
    group_of_subject, groups
        Group of each subject, and their number.
    settings
        What is done about factors and copies.
    """
    # numba, loaded where there are reactions
    from lensim.expression.exact.cells import weigh_cells
    from lensim.expression.pairs import MANY_COPIES, places_of_cells

    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    one_copy, references = settings.ct_of_one_copy, int(is_reference.sum())
    ct = data[v.CT].to_numpy().astype(float)
    cells = weigh_cells(ct, places_of_cells(data), one_copy, one_copy - np.log2(MANY_COPIES))
    factors = factors_of(data, settings, cells.square, np.rint(cells.freedom).astype(np.int64))
    reading = (cells.square + PRIOR_FREEDOM * PRIOR_SD**2) / (cells.freedom + PRIOR_FREEDOM)

    shape = (len(ct), data.sizes[v.GENE], data.sizes[v.SAMPLE])
    mean, doubt, inverse = (one.reshape(shape) for one in (cells.mean, cells.doubt, cells.inverse))
    doublings = factors.doublings[..., None]
    copies = np.exp2(doublings * (one_copy - mean))
    variance = inverse * (doublings**2 * reading[:, None, None] + 1.0 / (copies * _LOG_2**2)) + doublings**2 * doubt
    reference = (doublings * mean)[:, is_reference].mean(axis=1, keepdims=True)
    noise = variance[:, is_reference].sum(axis=1, keepdims=True) / references**2
    subject, subjects = data[v.SUBJECT_OF_SAMPLE].to_numpy(), data.sizes[v.SUBJECT]
    level = _by_subject(reference - (doublings * mean)[:, ~is_reference], subject, subjects)
    of_samples = variance[:, ~is_reference] + noise
    known = _by_subject(of_samples, subject, subjects)
    # samples without a level have no part in the mean
    read = np.maximum(np.isfinite(of_samples) @ _members(subject, subjects), 1.0)
    of_gene = _by_subject(mean, subject, subjects)
    slope = _slopes(of_gene, group_of_subject, groups, is_reference)
    return MeasuredLevels(level, np.sqrt(known / read), factors.sd, slope)


def _members(subject: np.ndarray, subjects: int) -> np.ndarray:
    """1 where a sample is of a subject (sample, subject)."""
    return (subject[:, None] == np.arange(subjects)).astype(float)


def _by_subject(values: np.ndarray, subject: np.ndarray, subjects: int) -> np.ndarray:
    """Mean over the samples of each subject that have a value (..., subject); NaN where none has."""
    there = np.isfinite(values)
    member = _members(subject, subjects)
    number, total = there @ member, np.where(there, values, 0.0) @ member
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)


def _slopes(ct: np.ndarray, group: np.ndarray, groups: int, is_reference: np.ndarray) -> np.ndarray:
    """Cycles by which a group's mean level moves with each gene's doublings, around the mean of groups."""
    of_group = _by_subject(ct, group, groups)  # (study, gene, group)
    there = np.isfinite(of_group)
    total, number = np.where(there, of_group, 0.0).sum(axis=-1, keepdims=True), there.sum(axis=-1, keepdims=True)
    away = np.where(there, of_group - total / np.maximum(number, 1), 0.0)
    targets = np.flatnonzero(~is_reference)
    slope = np.zeros((len(ct), len(targets), groups, ct.shape[1]))
    slope[..., is_reference] = away[:, is_reference].swapaxes(1, 2)[:, None] / is_reference.sum()
    slope[:, np.arange(len(targets)), :, targets] = -away[:, targets].swapaxes(0, 1)
    return slope
