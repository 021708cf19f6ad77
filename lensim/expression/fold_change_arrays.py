"""The arrays of the fold-change model, from pairs, with every check; its density and its exact engine take them too."""

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v

POINTERS: dict[str, tuple[str, ...]] = {
    v.LOG2_RATIO: (v.PAIR,),
    v.TARGET_OF_PAIR: (v.PAIR,),
    v.SUBJECT_OF_PAIR: (v.PAIR,),
    v.CONTRAST_OF_PAIR: (v.PAIR,),
    v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT,),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    v.LOG2_RATIO_SD: (v.PAIR,),
    v.TECHNICAL_SHARE: (v.PAIR,),
    v.REPLICATE_CONTRAST: (v.REPLICATE,),
    v.CT_CHANGE: (v.PAIR,),
    v.DOUBLINGS: (v.TARGET,),
    v.DOUBLINGS_SD: (v.TARGET,),
    v.REFERENCE_RESPONSE_SD: (v.CONTRAST,),
}


def fold_change_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of a fold-change model, by the names under which the model holds them."""
    ratio = data[v.LOG2_RATIO].to_numpy().astype(float)
    pairs, target = len(ratio), data[v.TARGET_OF_PAIR].to_numpy()
    has_factor = v.CT_CHANGE in data
    doublings = data[v.DOUBLINGS].to_numpy() if has_factor else np.ones(data.sizes[v.TARGET])
    ct_change = data[v.CT_CHANGE].to_numpy() if has_factor else ratio
    arrays = {
        "ct_change": ct_change.astype(float),
        "input_change": doublings[target] * ct_change - ratio,
        "known_variance": (data[v.LOG2_RATIO_SD].to_numpy() ** 2 if v.LOG2_RATIO_SD in data else np.zeros(pairs)),
        "target_of_pair": target.astype(np.int64),
        "subject_of_pair": data[v.SUBJECT_OF_PAIR].to_numpy().astype(np.int64),
        "contrast_of_pair": data[v.CONTRAST_OF_PAIR].to_numpy().astype(np.int64),
        "doublings": doublings.astype(float),
        "technical_share": np.zeros(pairs),
    }
    if v.REPLICATE_CONTRAST in data:
        arrays |= {
            "technical_share": data[v.TECHNICAL_SHARE].to_numpy().astype(float),
            "replicate_contrast": data[v.REPLICATE_CONTRAST].to_numpy().astype(float),
        }
    if has_uncertain_factor(data):
        arrays["doublings_sd"] = data[v.DOUBLINGS_SD].to_numpy().astype(float)
    if references_may_respond(data):
        arrays["reference_response_sd"] = data[v.REFERENCE_RESPONSE_SD].to_numpy().astype(float)
    return arrays


def has_uncertain_factor(data: xr.Dataset) -> bool:
    """Whether the factor of every target is uncertain."""
    return v.DOUBLINGS_SD in data and bool((data[v.DOUBLINGS_SD] > 0).all())


def references_may_respond(data: xr.Dataset) -> bool:
    """Whether the references of every contrast may respond to it: where there are several."""
    return v.REFERENCE_RESPONSE_SD in data and bool((data[v.REFERENCE_RESPONSE_SD] > 0).all())


def require_fold_changes(data: xr.Dataset, user: str) -> None:
    """Refuse a Dataset that a fold-change model cannot be fitted to.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, a ratio is not finite, its error is negative, or there are replicate
        contrasts without shares.
    """
    checks.has_variables(data, POINTERS | {name: dims for name, dims in OPTIONAL.items() if name in data}, user)
    for name in (v.LOG2_RATIO, v.LOG2_RATIO_SD):
        values = data[name].to_numpy() if name in data else np.zeros(0)
        floor = 0.0 if name == v.LOG2_RATIO_SD else -np.inf
        for position in np.flatnonzero(~np.isfinite(values) | (values < floor))[:1]:
            rule = "finite" if name == v.LOG2_RATIO else "finite and 0 or more"
            raise checks.InputError(f"{name}[{position}] must be {rule}, got {values[position]:g}")
    if (v.REPLICATE_CONTRAST in data) != (v.TECHNICAL_SHARE in data):
        raise checks.InputError(f"{user} needs {v.REPLICATE_CONTRAST} and {v.TECHNICAL_SHARE} together, got one alone")
    if (v.CT_CHANGE in data) != (v.DOUBLINGS in data):
        raise checks.InputError(f"{user} needs {v.CT_CHANGE} and {v.DOUBLINGS} together, got one alone")
