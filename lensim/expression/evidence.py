"""What there is to be seen of each fold change: pairs and reactions of a target, a subject and a contrast.

A *pair* is a treated sample and a control of one subject and experiment, both measured for the target and for a
reference. A fold change without a pair is no finding: its draws are what the population alone says, and no table has a
row of it.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v

PAIRS: Final = "pairs"
DETECTED: Final = "detected"
NOT_DETECTED: Final = "not_detected"
DETECTED_TREATED: Final = "detected_treated"
DETECTED_BESIDE: Final = "detected_beside"
CONTROL_DETECTED: Final = "control_detected"
CONTROL_NOT_DETECTED: Final = "control_not_detected"
UNPAIRED_TREATED: Final = "unpaired_treated"
CONTROL: Final = "control"
LEFT_OUT: Final = "contrasts_that_are_the_control"
"""Attr of a study of ratios: names of contrasts that were left out of it."""

_OF_PAIR: Final = (v.TARGET, v.SUBJECT, v.CONTRAST)
_OF_LEVEL: Final = (v.TARGET, v.SUBJECT)


def compares_groups(data: xr.Dataset) -> bool:
    """Whether groups of different subjects are compared in a study of reactions: the user said so as it was read."""
    return data.attrs.get(v.UNPAIRED) in ("keep", "groups")


def evidence_of(data: xr.Dataset) -> xr.Dataset:
    """Numbers of pairs, and of reactions with and without a Ct.

    Parameters
    ----------
    data
        Observations of one study: Cts, or ratios.

    Returns
    -------
    xarray.Dataset
        pairs (target, subject, contrast), experiments with both samples, of ratios their number; of these pairs
        detected and not_detected, reactions of the target in both samples; detected_treated and detected_beside, those
        of the treated samples and of the controls beside them (a ratio counts as one in each); control_detected and
        control_not_detected (target, subject), reactions of the target in all samples under the control;
        unpaired_treated (target, subject, contrast), detected reactions of treated samples that have no control, where
        groups of different subjects are compared. The control's name in the attrs.
    """
    return _of_reactions(data) if v.CT in data else _of_ratios(data)


def _of_ratios(data: xr.Dataset) -> xr.Dataset:
    place = tuple(data[name].to_numpy() for name in (v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR))
    pairs = np.zeros(tuple(data.sizes[dim] for dim in _OF_PAIR), dtype=int)
    np.add.at(pairs, place, 1)
    of_level = pairs.sum(axis=2)
    found = {PAIRS: pairs, DETECTED: pairs, NOT_DETECTED: 0 * pairs, DETECTED_TREATED: pairs, DETECTED_BESIDE: pairs}
    found |= {UNPAIRED_TREATED: 0 * pairs}
    return _dataset(data, found, {CONTROL_DETECTED: of_level, CONTROL_NOT_DETECTED: 0 * of_level}, "the control")


def _of_reactions(data: xr.Dataset) -> xr.Dataset:
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    detected = np.isfinite(data[v.CT].to_numpy())
    found, run = _count(data, detected), _count(data, np.ones_like(detected))  # (gene, subject, condition, experiment)
    has_reference = (run[is_reference] > 0).any(axis=0)
    measured = (run[~is_reference] > 0) & has_reference
    is_pair = measured[:, :, ~is_control] & measured[:, :, is_control].any(axis=2, keepdims=True)
    found, run = found[~is_reference], run[~is_reference]

    def of_pairs(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(is_pair, values, 0).sum(axis=-1))

    treated, control = found[:, :, ~is_control], found[:, :, is_control].sum(axis=2, keepdims=True)
    all_run = run[:, :, ~is_control] + run[:, :, is_control].sum(axis=2, keepdims=True)
    of_pair = {
        PAIRS: is_pair.sum(axis=-1),
        DETECTED: of_pairs(treated + control),
        NOT_DETECTED: of_pairs(all_run - treated - control),
        DETECTED_TREATED: of_pairs(treated),
        DETECTED_BESIDE: of_pairs(np.broadcast_to(control, treated.shape)),
        UNPAIRED_TREATED: np.where(is_pair, 0, treated).sum(axis=-1) * (compares_groups(data)),
    }
    seen, ran = (values[:, :, is_control].sum(axis=(2, 3)) for values in (found, run))
    names = data[v.CONDITION].to_numpy()[is_control] if v.CONDITION in data.coords else ["the control"]
    return _dataset(data, of_pair, {CONTROL_DETECTED: seen, CONTROL_NOT_DETECTED: ran - seen}, str(names[0]))


def _count(data: xr.Dataset, is_counted: np.ndarray) -> np.ndarray:
    """Reactions of each gene, subject, condition and experiment."""
    sample = data[v.SAMPLE_OF_REACTION].to_numpy()
    experiment = data[v.EXPERIMENT_OF_SAMPLE].to_numpy()
    place = (
        data[v.GENE_OF_REACTION].to_numpy(),
        data[v.SUBJECT_OF_SAMPLE].to_numpy()[sample],
        data[v.CONDITION_OF_SAMPLE].to_numpy()[sample],
        experiment[sample],
    )
    sizes = (data.sizes[v.GENE], data.sizes[v.SUBJECT], data.sizes[v.CONDITION], 1 + int(experiment.max(initial=0)))
    count = np.zeros(sizes, dtype=int)
    np.add.at(count, tuple(pointer[is_counted] for pointer in place), 1)
    return count


def _dataset(
    data: xr.Dataset, of_pair: Mapping[str, np.ndarray], of_level: Mapping[str, np.ndarray], control: str
) -> xr.Dataset:
    variables = {name: (_OF_PAIR, values) for name, values in of_pair.items()}
    levels = {name: (_OF_LEVEL, values) for name, values in of_level.items()}
    return xr.Dataset(variables | levels, attrs={CONTROL: control})


def controls_among(data: xr.Dataset) -> tuple[str, ...]:
    """Contrasts of a study of ratios whose ratios, two or more, are all exactly 1: they are the control itself.

    As models of ratios would take them, they are treatments without any effect or noise, and draw the spread between
    pairs of all other contrasts towards 0.
    """
    if v.LOG2_RATIO not in data:
        return ()
    is_none, contrast = data[v.LOG2_RATIO].to_numpy() == 0.0, data[v.CONTRAST_OF_PAIR].to_numpy()
    number = np.bincount(contrast, minlength=data.sizes[v.CONTRAST])
    none = np.bincount(contrast[is_none], minlength=data.sizes[v.CONTRAST])
    names = [str(name) for name in data[v.CONTRAST].to_numpy()]
    return tuple(name for name, n, k in zip(names, number, none, strict=True) if n > 1 and n == k)


def without_controls(data: xr.Dataset) -> xr.Dataset:
    """A study of ratios without the contrasts that are the control itself, which attrs then name.

    Raises
    ------
    InputError
        If no other contrast is left.
    """
    controls = controls_among(data)
    if not controls:
        return data
    names = [str(name) for name in data[v.CONTRAST].to_numpy()]
    left = [position for position, name in enumerate(names) if name not in controls]
    if not left:
        raise checks.InputError(
            f"ratios must not all be exactly 1, got {data.sizes[v.PAIR]} that are: of {', '.join(controls)} against "
            "itself there is nothing to find"
        )
    contrast = data[v.CONTRAST_OF_PAIR].to_numpy()
    kept = data.isel({v.PAIR: np.flatnonzero(np.isin(contrast, left)), v.CONTRAST: left})
    place = np.searchsorted(left, kept[v.CONTRAST_OF_PAIR].to_numpy())
    return kept.assign({v.CONTRAST_OF_PAIR: (v.PAIR, place)}).assign_attrs({LEFT_OUT: ", ".join(controls)})


def pairs_not_there(evidence: xr.Dataset) -> list[tuple[str, str, str]]:
    """Target, subject and contrast of each fold change that a model draws and no pair stands behind."""
    pairs = evidence[PAIRS].transpose(*_OF_PAIR)
    names = [[str(name) for name in pairs[dim].to_numpy()] for dim in _OF_PAIR]
    return [(names[0][t], names[1][s], names[2][c]) for t, s, c in np.argwhere(pairs.to_numpy() == 0)]
