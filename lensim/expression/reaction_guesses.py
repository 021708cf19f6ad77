"""Rough guesses of the expression models' variables, for the coordinates in which the sampler meets them.

They are means of Ct by closed form. They affect speed, not the posterior.
"""

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.known import mean_of_known

SAMPLE_VARIANCE = 0.1  # of a target's quantity in a sample, less the input that the references give [log2^2]
REFERENCE_VARIANCE = 0.04
READING_VARIANCE = 0.02
SPREAD_OF_CHANGES, SPREAD_OF_LEVELS, SPREAD_OF_INPUTS = 0.5, 1.5, 0.4


def guesses(
    data: xr.Dataset,
    cell_ct: np.ndarray,
    cells: np.ndarray,
    samples: dict[str, np.ndarray],
    anchor_ct: np.ndarray,
) -> dict[str, np.ndarray]:
    """Estimates and informations of inputs, levels and fold changes, from means of Ct."""
    shape = (data.sizes[v.GENE], data.sizes[v.SAMPLE])
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (cells[:, 0], cells[:, 1]), cell_ct)
    np.add.at(count, (cells[:, 0], cells[:, 1]), 1.0)
    ct = np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    mean_of_reference = np.nan_to_num(mean_of_known(ct[is_reference], axis=1), nan=30.0)
    deviation = mean_of_known(ct[is_reference] - mean_of_reference[:, None], axis=0)  # (sample)
    corrected = np.where(np.isfinite(deviation), ct[~is_reference] - np.nan_to_num(deviation), np.nan)
    subject, contrast = samples["subject_of_sample"], samples["contrast_of_sample"]
    contrasts = data.sizes[v.CONDITION] - 1
    member = (subject[:, None] == np.arange(data.sizes[v.SUBJECT]))[:, :, None] & (
        contrast[:, None] == np.arange(contrasts + 1)
    )[:, None, :]  # (sample, subject, contrast or control)
    known = np.isfinite(corrected).astype(float)
    number = np.einsum("gs,sjk->gjk", known, member)
    mean = np.einsum("gs,sjk->gjk", np.nan_to_num(corrected), member) / np.maximum(number, 1.0)
    both = number[..., :-1] + number[..., -1:]
    pairs = number[..., :-1] * number[..., -1:] / np.maximum(both, 1.0)
    change = np.where(pairs > 0, mean[..., -1:] - mean[..., :-1], 0.0)
    information = pairs / SAMPLE_VARIANCE
    of_subject = number.sum(axis=-1)

    def over_samples(values: np.ndarray) -> np.ndarray:
        of_conditions = np.einsum("gs,sjk->gj", known * np.nan_to_num(values), member)
        return np.asarray(of_conditions / np.maximum(of_subject, 1.0))

    mean_target, mean_deviation = over_samples(ct[~is_reference]), over_samples(deviation[None, :])
    share = number[..., :-1] / np.maximum(of_subject, 1.0)[..., None]
    kind = np.eye(data.sizes[v.CELL_TYPE])[data[v.CELL_TYPE_OF_SUBJECT].to_numpy()]  # (subject, cell_type)
    weight = information / (1.0 + information * SPREAD_OF_CHANGES**2)
    of_type = np.einsum("gjk,jt->gtk", weight, kind)
    level = anchor_ct[~is_reference][:, None] - mean_target + mean_deviation - (share * change).sum(axis=-1)
    seen = (of_subject > 0).astype(float)
    return {
        "information_on_reference_level": (count[is_reference] > 0).sum(axis=1) / SPREAD_OF_INPUTS**2,
        "mean_ct_of_reference": mean_of_reference,
        "estimate_of_fold_change": change,
        "information_on_fold_change": information,
        "estimate_of_mu_fold_change": np.einsum("gjk,jt->gtk", weight * change, kind) / np.maximum(of_type, 1e-9),
        "information_on_mu_fold_change": of_type,
        "mean_target_ct": mean_target,
        "mean_reference_deviation": mean_deviation,
        "share_of_contrast": share,
        "information_on_level": of_subject / SAMPLE_VARIANCE,
        "estimate_of_mu_level": (seen * level) @ kind / np.maximum(seen @ kind, 1.0),
        "information_on_mu_level": seen @ kind / SPREAD_OF_LEVELS**2,
        "reference_deviation_of_sample": np.nan_to_num(deviation),
        "information_on_input": np.isfinite(deviation) * is_reference.sum() / REFERENCE_VARIANCE,
    }


def series_guesses(data: xr.Dataset, standards: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What a dilution series says of the unit of its gene."""
    gene, genes = standards["gene_of_standard"], data.sizes[v.GENE]
    count = np.bincount(gene, minlength=genes)

    share = np.zeros((genes, data.sizes[v.PLATE]))
    np.add.at(share, (gene, standards["plate_of_standard"]), 1.0)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.bincount(gene, weights=values, minlength=genes) / np.maximum(count, 1))

    return {
        "mean_standard_ct": mean(standards["standard_ct"]),
        "plate_share_of_standards": share / np.maximum(count, 1)[:, None],
        "mean_log2_quantity": mean(standards["log2_quantity_of_standard"]),
        "information_on_unit_ct": count / READING_VARIANCE,
    }
