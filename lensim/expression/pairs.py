"""From reactions to pairs: the log2 ratio of each subject's treated sample to its control, for many studies at once.

A pair's log2 ratio is Pfaffl's, from mean Cts of replicates. Beside it is what a likelihood needs: how much of its
variance replicate reactions make, how it moves with the target's factor, and how uncertain that factor is.
"""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.pair_factors import FACTOR_USES, FactorUse, PairSettings, factors_of
from lensim.expression.pair_references import sd_of_mean_response
from lensim.expression.replicates import WeighedCells, weigh

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
    checks.at_least("reference genes", int(is_reference.sum()), 1)
    ct = data[v.CT].to_numpy().astype(float)
    lost = data["is_lost"].to_numpy() if "is_lost" in data else np.zeros(ct.shape, dtype=bool)
    cell, slots = _cells(data)
    of_cell = np.where(lost, np.nan, ct)[:, cell]  # (study, gene, sample, replicate); NaN: lost or not detected
    there = np.isfinite(of_cell) & slots
    weighed = _weighed(np.where(there, of_cell, np.nan), settings)
    mean, inverse = weighed.mean, weighed.inverse
    undetected = (np.isnan(ct) & ~lost)[:, cell] & slots

    bright = np.nan_to_num(mean, nan=np.inf) < settings.ct_of_one_copy - np.log2(MANY_COPIES)
    sum_of_squares = np.where(bright, weighed.square, 0.0).sum(axis=(1, 2))
    left = np.where(bright, weighed.freedom, 0.0).sum(axis=(1, 2))
    freedom = np.rint(left).astype(np.int64)
    sum_of_squares *= freedom / np.maximum(left, 1e-9)
    few = mean > settings.ct_of_one_copy - np.log2(FEWEST_COPIES)
    series = factors_of(data, settings, sum_of_squares, freedom)

    control, treated, subject, contrast = _sample_pairs(data)
    change = mean[:, :, control] - mean[:, :, treated]  # (study, gene, pair of samples)
    doublings = series.doublings[:, :, None]
    replicates = inverse[:, :, control] + inverse[:, :, treated]
    copies = np.exp2(doublings * (settings.ct_of_one_copy - mean))
    drawing = inverse / (copies * np.log(2.0) ** 2)  # variance of log2 copies of a cell [log2^2]
    drawing += doublings**2 * weighed.doubt
    drawn = np.nan_to_num(drawing[:, :, control] + drawing[:, :, treated])
    references = int(is_reference.sum())
    input_change = (doublings * change)[:, is_reference].mean(axis=1)
    of_references = (doublings**2 * replicates)[:, is_reference].sum(axis=1) / references**2
    by_reference_factor = ((series.sd[:, :, None] * change) ** 2)[:, is_reference].sum(axis=1) / references**2
    known = drawn[:, ~is_reference] + (drawn[:, is_reference].sum(axis=1) / references**2)[:, None]
    known += np.nan_to_num(by_reference_factor)[:, None]

    contrasts = int((data[v.IS_CONTROL].to_numpy() == 0).sum())
    response = np.zeros((len(ct), contrasts))
    for c in range(contrasts):
        of_contrast = change[:, is_reference][:, :, contrast == c]
        moved = series.sd[:, is_reference] * np.abs(np.nan_to_num(of_contrast).mean(axis=2))
        response[:, c] = sd_of_mean_response(doublings[:, is_reference] * of_contrast, moved)

    targets, pairs = int((~is_reference).sum()), len(control)
    flat = (len(ct), targets * pairs)

    def of_pair(values: np.ndarray) -> tuple[tuple[str, str], np.ndarray]:
        return (v.STUDY, v.PAIR), values.reshape(flat)

    names = np.asarray(data[v.GENE].to_numpy())
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    paired = xr.Dataset(
        {
            v.LOG2_RATIO: of_pair((doublings * change)[:, ~is_reference] - input_change[:, None]),
            v.LOG2_RATIO_SD: of_pair(np.sqrt(known)),
            v.TECHNICAL_SHARE: of_pair((doublings**2 * replicates)[:, ~is_reference] + of_references[:, None]),
            v.CT_CHANGE: of_pair(change[:, ~is_reference]),
            v.DOUBLINGS: ((v.STUDY, v.TARGET), series.doublings[:, ~is_reference]),
            v.DOUBLINGS_SD: ((v.STUDY, v.TARGET), series.sd[:, ~is_reference]),
            v.REFERENCE_RESPONSE_SD: ((v.STUDY, v.CONTRAST), response),
            v.SUM_OF_SQUARES: (v.STUDY, sum_of_squares),
            v.FREEDOM: (v.STUDY, freedom),
            v.IS_GAUSSIAN: (v.STUDY, ~(undetected.any(axis=(1, 2, 3)) | few.any(axis=(1, 2)))),
            v.TARGET_OF_PAIR: (v.PAIR, np.repeat(np.arange(targets), pairs)),
            v.SUBJECT_OF_PAIR: (v.PAIR, np.tile(subject, targets)),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.tile(contrast, targets)),
            v.CELL_TYPE_OF_SUBJECT: data[v.CELL_TYPE_OF_SUBJECT],
        },
        coords={
            v.TARGET: names[~is_reference],
            v.SUBJECT: data[v.SUBJECT].to_numpy(),
            v.CELL_TYPE: data[v.CELL_TYPE].to_numpy(),
            v.CONTRAST: data[v.CONDITION].to_numpy()[~is_control],
        },
    )
    for name in paired.data_vars:
        if str(name) in v.UNITS:
            paired[name].attrs["units"] = v.UNITS[str(name)]
    paired.attrs[v.ASSAY] = v.EXPRESSION
    return paired


def _weighed(ct: np.ndarray, settings: PairSettings) -> WeighedCells:
    """Cells (study, gene, sample) with outlying reactions weighed down; a doubling a cycle serves for their copies."""
    studies, genes, samples, replicates = ct.shape
    flat = ct.reshape(studies, genes * samples, replicates)
    there = np.isfinite(flat)
    middle = np.where(there, flat, 0.0).sum(axis=-1) / np.maximum(there.sum(axis=-1), 1)
    copies = np.where(there.any(axis=-1), np.exp2(settings.ct_of_one_copy - middle), 1.0)
    found = weigh(flat, 1.0 / (copies * np.log(2.0) ** 2))
    of_cells = (studies, genes, samples)
    return WeighedCells(
        found.probability.reshape(*of_cells, replicates),
        *(getattr(found, name).reshape(of_cells) for name in ("mean", "doubt", "square", "freedom", "inverse")),
    )


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


def _cells(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Reactions of each gene and sample (gene, sample, replicate), and which of these places hold one."""
    gene, sample = data[v.GENE_OF_REACTION].to_numpy(), data[v.SAMPLE_OF_REACTION].to_numpy()
    flat = gene * data.sizes[v.SAMPLE] + sample
    order = np.argsort(flat, kind="stable")
    sizes = np.bincount(flat, minlength=data.sizes[v.GENE] * data.sizes[v.SAMPLE])
    place = np.arange(len(flat)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    cell = np.zeros((len(sizes), max(int(sizes.max(initial=1)), 1)), dtype=np.int64)
    filled = np.zeros(cell.shape, dtype=bool)
    cell[flat[order], place], filled[flat[order], place] = order, True
    shape = (data.sizes[v.GENE], data.sizes[v.SAMPLE], -1)
    return cell.reshape(shape), filled.reshape(shape)


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
