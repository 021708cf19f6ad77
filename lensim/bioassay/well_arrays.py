"""From a Dataset of a bioassay to the arrays that say what was observed: wells, their plates and media."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD

CURVE: Final = (v.LOG_TOP_OD, v.LOG10_EC50_TNF, v.LOG_HILL, v.LOG_EFFECT)
"""Parameters of a plate's curve, in the order of `curve_parameter`."""


def tnf_of_standards(data: xr.Dataset) -> np.ndarray:
    """Known TNF of each well [pg/ml]; 0 in wells that are no standards."""
    role = data[v.ROLE].to_numpy()
    return np.where(role == STANDARD, data[v.CONCENTRATION].to_numpy().astype(float), 0.0)


def well_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of the model but for rough estimates, by the names under which it holds them."""
    role, tnf = data[v.ROLE].to_numpy(), tnf_of_standards(data)
    is_sample = role == SAMPLE
    positive = np.unique(tnf[tnf > 0])
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    place = np.where(is_control, 0, np.cumsum(~is_control))  # 0 the control, then contrasts from 1
    return {
        "od": data[v.OPTICAL_DENSITY].to_numpy().astype(float),
        "plate_of_well": data[v.PLATE_OF_WELL].to_numpy().astype(np.int64),
        "medium_of_well": np.where(is_sample, data[v.MEDIUM_OF_WELL].to_numpy(), 0).astype(np.int64),
        "is_sample": is_sample.astype(float),
        "has_cells": (role != BLANK).astype(float),
        "has_tnf": (is_sample | (tnf > 0)).astype(float),
        "known_log10_tnf": np.where(
            is_sample,
            -np.log10(np.where(is_sample, data[v.DILUTION].to_numpy(), 1.0)),
            np.log10(np.where(tnf > 0, tnf, 1)),
        ),
        "line_of_medium": data[v.LINE_OF_MEDIUM].to_numpy().astype(np.int64),
        "contrast_of_medium": place[data[v.CONDITION_OF_MEDIUM].to_numpy()].astype(np.int64),
        "middle_log10_tnf": np.array(np.log10(positive[[0, -1]]).mean()),
    }


def bioassay_coords(data: xr.Dataset) -> dict[str, list[str]]:
    """Names along every dim of the model; contrasts where there is a second condition."""
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    contrasts = [str(name) for name in data[v.CONDITION].to_numpy()[~is_control]]
    coords = {dim: [str(name) for name in data[dim].to_numpy()] for dim in (v.CELL_LINE, v.PLATE, v.MEDIUM)}
    return coords | {v.CURVE_PARAMETER: list(CURVE)} | ({v.CONTRAST: contrasts} if contrasts else {})
