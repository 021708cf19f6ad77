"""Mean Ct of each gene in each sample, and which samples are pairs."""

import numpy as np
import xarray as xr

from lensim import vocabulary as v


def mean_ct(data: xr.Dataset, plate: int | None = None) -> np.ndarray:
    """Mean Ct of the detected reactions (gene, sample) [cycles], on one plate or all; NaN where there is none."""
    shape = (data.sizes[v.GENE], data.sizes[v.SAMPLE])
    ct = data[v.CT].to_numpy()
    own = np.isfinite(ct)
    if plate is not None:
        own &= data[v.PLATE_OF_REACTION].to_numpy() == plate
    place = data[v.GENE_OF_REACTION].to_numpy()[own], data[v.SAMPLE_OF_REACTION].to_numpy()[own]
    total, number = np.zeros(shape), np.zeros(shape)
    np.add.at(total, place, ct[own])
    np.add.at(number, place, 1.0)
    return np.divide(total, number, out=np.full(shape, np.nan), where=number > 0)


def sample_pairs(data: xr.Dataset) -> list[tuple[int, int, int]]:
    """Control and treated sample of one subject and experiment, with the condition of the second."""
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    names = (v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE)
    samples = list(zip(*(data[name].to_numpy().tolist() for name in names), strict=True))
    control_of = {(s, e): at for at, (s, c, e) in enumerate(samples) if is_control[c]}
    return [
        (control_of[s, e], at, c) for at, (s, c, e) in enumerate(samples) if not is_control[c] and (s, e) in control_of
    ]
