"""From reactions to pairs: the log2 ratio of each subject's treated sample to its control, for many studies at once.

A pair's log2 ratio is Pfaffl's, from mean Cts of replicates. Beside it is what a likelihood needs: how much of its
variance replicate reactions make, how it moves with the target's factor, and how uncertain that factor is.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.exact.cells import pair_up, weigh_cells
from lensim.expression.pair_factors import FACTOR_USES, Factors, FactorUse, PairSettings, factors_of
from lensim.expression.pair_references import sd_of_mean_response

__all__ = ["FACTOR_USES", "FactorUse", "PairSettings", "one_study_of_pairs", "pairs_of"]

FEWEST_COPIES: Final = 16.0
"""Below this mean number of copies the Ct of a cell is no longer normal (assumed: a skewness of 1/4)."""

MANY_COPIES: Final = 100.0
"""Above this number of copies replicates differ almost only by reading, so they show its spread."""


def pairs_of(data: xr.Dataset, settings: PairSettings | None = None) -> xr.Dataset:
    """Pairs of every study of a batch.

    log2_ratio = d_t (Ct_t control - Ct_t treated) - mean over references of d_r (Ct_r control - Ct_r treated), with d =
    log2 of the amplification factor and Ct the mean of the replicates that are there. An outlying one among them is
    weighed down; where two cannot tell which of them it is, that doubt is part of the pair's variance. A factor from a
    dilution series is least squares of Ct on log10 quantity; under 'uncertain' standards have the mean and variance
    that their copies give them, the standard error comes from the spread of replicates over the whole study, and a
    normal prior is combined with it: that of a stated factor, where one is stated.

    Parameters
    ----------
    data
        As from `simulate`: ct_cycles (study, reaction), NaN where nothing was detected, and the sheet that it was
        simulated from; is_lost where wells were lost.
    settings
        What is done about factors and copies.

    Returns
    -------
    xarray.Dataset
        Dims study and pair: log2_ratio [log2] (NaN: a condition has no reaction left), log2_ratio_sd [log2] (the
        drawing of copies, outlying reactions, the references' factors), technical_variance_share [log2^2/cycles^2],
        ct_change_cycles [cycles]; reference_response_sd (study, contrast) [log2], of the mean response of several
        references, which is in all fold changes alike; doublings_per_cycle and its _sd (study, target) [1/cycle];
        sum_of_squares [cycles^2] and degrees_of_freedom (study) of replicates; is_gaussian (study): no reaction went
        undetected and no cell has few copies. Pointers and coordinates as the fold-change model has them.

    Raises
    ------
    InputError
        If there is no reference, or a variable is absent.
    """
    settings = settings or PairSettings()
    checks.has_variables(data, {v.CT: (v.STUDY, v.REACTION), v.IS_REFERENCE: (v.GENE,)}, "pairs_of")
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    references = int(is_reference.sum())
    checks.at_least("reference genes", references, 1)
    ct = data[v.CT].to_numpy().astype(float)
    undetected = np.isnan(ct)
    if "is_lost" in data:
        lost = data["is_lost"].to_numpy()
        ct[lost] = np.nan
        undetected &= ~lost
    one_copy = settings.ct_of_one_copy
    cells = weigh_cells(ct, places_of_cells(data), one_copy, one_copy - np.log2(MANY_COPIES))
    freedom = np.rint(cells.freedom).astype(np.int64)
    sum_of_squares = cells.square * freedom / np.maximum(cells.freedom, 1e-9)
    few = cells.mean > one_copy - np.log2(FEWEST_COPIES)
    series = factors_of(data, settings, sum_of_squares, freedom)

    control, treated, subject, contrast = _sample_pairs(data)
    paired = pair_up(cells, series.doublings, series.sd, is_reference, control, treated, one_copy)
    response = _responses(data, paired.change[:, is_reference], contrast, series, is_reference)
    return _dataset(
        data,
        {
            v.LOG2_RATIO: paired.ratio,
            v.LOG2_RATIO_SD: np.sqrt(paired.known),
            v.TECHNICAL_SHARE: paired.share,
            v.CT_CHANGE: paired.change[:, ~is_reference],
        },
        {
            v.DOUBLINGS: ((v.STUDY, v.TARGET), series.doublings[:, ~is_reference]),
            v.DOUBLINGS_SD: ((v.STUDY, v.TARGET), series.sd[:, ~is_reference]),
            v.REFERENCE_RESPONSE_SD: ((v.STUDY, v.CONTRAST), response),
            v.SUM_OF_SQUARES: (v.STUDY, sum_of_squares),
            v.FREEDOM: (v.STUDY, freedom),
            v.IS_GAUSSIAN: (v.STUDY, ~(undetected.any(axis=1) | few.any(axis=1))),
        },
        subject,
        contrast,
    )


def _responses(
    data: xr.Dataset, change: np.ndarray, contrast: np.ndarray, series: Factors, is_reference: np.ndarray
) -> np.ndarray:
    """Sd of the mean response of the references by study and contrast [log2], from their `change` of Ct."""
    response = np.zeros((len(change), int((data[v.IS_CONTROL].to_numpy() == 0).sum())))
    if change.shape[1] < 2:
        return response
    doublings, sd = series.doublings[:, is_reference], series.sd[:, is_reference]
    for c in range(response.shape[1]):
        of_contrast = change[:, :, contrast == c]
        moved = sd * np.abs(np.nan_to_num(of_contrast).mean(axis=2))
        response[:, c] = sd_of_mean_response(doublings[:, :, None] * of_contrast, moved)
    return response


def _dataset(
    data: xr.Dataset,
    of_pairs: Mapping[str, np.ndarray],
    others: Mapping[str, tuple[str | tuple[str, ...], np.ndarray]],
    subject: np.ndarray,
    contrast: np.ndarray,
) -> xr.Dataset:
    """Numbers of pairs (study, target, pair of samples) and others, with pointers and coordinates."""
    targets, pairs = next(iter(of_pairs.values())).shape[1], len(subject)
    is_reference, is_control = data[v.IS_REFERENCE].to_numpy() == 1, data[v.IS_CONTROL].to_numpy() == 1
    paired = xr.Dataset(
        {
            **{
                name: ((v.STUDY, v.PAIR), values.reshape(len(values), -1), _units(name))
                for name, values in of_pairs.items()
            },
            **{name: (dims, values, _units(name)) for name, (dims, values) in others.items()},
            v.TARGET_OF_PAIR: (v.PAIR, np.repeat(np.arange(targets), pairs)),
            v.SUBJECT_OF_PAIR: (v.PAIR, np.tile(subject, targets)),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.tile(contrast, targets)),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, data[v.CELL_TYPE_OF_SUBJECT].to_numpy()),
        },
        coords={
            v.TARGET: np.asarray(data[v.GENE].to_numpy())[~is_reference],
            v.SUBJECT: data[v.SUBJECT].to_numpy(),
            v.CELL_TYPE: data[v.CELL_TYPE].to_numpy(),
            v.CONTRAST: data[v.CONDITION].to_numpy()[~is_control],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )
    return paired


def _units(name: str) -> dict[str, str]:
    return {"units": v.UNITS[name]} if name in v.UNITS else {}


def one_study_of_pairs(pairs: xr.Dataset, study: int) -> xr.Dataset:
    """One study of a batch as the fold-change model takes it: pairs without a ratio left out.

    Replicates enter as contrasts with the study's sum of squares: they say the same of the technical spread as those
    that made it.
    """
    alone = pairs.isel({v.STUDY: study}, drop=True)
    alone = alone.isel({v.PAIR: np.flatnonzero(np.isfinite(alone[v.LOG2_RATIO].to_numpy()))})
    freedom = int(alone[v.FREEDOM]) if v.FREEDOM in alone else 0
    if not freedom:
        return alone.drop_vars([name for name in (v.TECHNICAL_SHARE,) if name in alone])
    contrasts = np.full(freedom, np.sqrt(float(alone[v.SUM_OF_SQUARES]) / freedom))
    return alone.assign({v.REPLICATE_CONTRAST: (v.REPLICATE, contrasts)})


def places_of_cells(data: xr.Dataset) -> np.ndarray:
    """Reactions of each cell of a gene in a sample, in order of these (cell, replicate); -1 where there is none."""
    gene, sample = data[v.GENE_OF_REACTION].to_numpy(), data[v.SAMPLE_OF_REACTION].to_numpy()
    flat = gene * data.sizes[v.SAMPLE] + sample
    order = np.argsort(flat, kind="stable")
    sizes = np.bincount(flat, minlength=data.sizes[v.GENE] * data.sizes[v.SAMPLE])
    place = np.arange(len(flat)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    reaction = np.full((len(sizes), max(int(sizes.max(initial=1)), 1)), -1, dtype=np.int64)
    reaction[flat[order], place] = order
    return reaction


def _sample_pairs(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Control and treated sample, subject and contrast of each pair of samples."""
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    contrast_of_condition = np.cumsum(~is_control) - 1
    subject, condition = data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy()
    experiment = data[v.EXPERIMENT_OF_SAMPLE].to_numpy()
    samples = list(zip(subject, condition, experiment, strict=True))
    control_of = {(s, e): at for at, (s, c, e) in enumerate(samples) if is_control[c]}
    rows = [
        (control_of[s, e], at, s, contrast_of_condition[c])
        for at, (s, c, e) in enumerate(samples)
        if not is_control[c] and (s, e) in control_of
    ]
    control, treated, of_subject, contrast = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return control, treated, of_subject, contrast
