"""Wrong twins: truths from other priors than those of the analysis, which calibration must find."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from lensim.inference.catalogue import find_model

RIGHT: Final = ""
WRONG: Final[Mapping[str, tuple[str, float]]] = {
    "dose_response_hierarchical": ("curves.median_sd_experiment_log10_ec50_um", 0.6),
    "dose_response_separate": ("curves.median_sd_experiment_log10_ec50_um", 0.6),
    "dose_response_plate_position": ("curves.median_sd_experiment_log10_ec50_um", 0.6),
    "dose_response_separate_plate_position": ("curves.median_sd_experiment_log10_ec50_um", 0.6),
    "dose_response_hierarchical_normalised": ("curves.median_sd_experiment_log10_ec50_um", 0.6),
    "dose_response_separate_normalised": ("curves.median_sd_experiment_log10_ec50_um", 0.6),
    "expression_hierarchical": ("median_sd_log2_biological", 0.8),
    "expression_hierarchical_responding": ("median_sd_log2_biological", 0.8),
    "expression_separate": ("median_sd_log2_biological", 0.8),
    "fold_change_hierarchical": ("median_sd_log2_pair", 1.4),
    "level_groups": ("median_typical_sd_log2_between_subjects", 3.0),
    "level_repeated_measures": ("median_typical_sd_log2_within_subjects", 2.0),
    "bioassay_calibration": ("median_sd_biological_log10_tnf", 0.32),
    "cell_cycle_phases": ("median_concentration", 15.0),
}
"""The number of the priors that a wrong twin has otherwise, by model."""


def priors_of_twin(model: str, twin: str) -> Any:
    """Priors that truths are drawn from: the model's own, or with the number that `twin` names changed."""
    priors = find_model(model).priors()
    if twin == RIGHT:
        return priors
    name, value = WRONG[model]
    if "." in name:
        part, inner = name.split(".")
        return replace(priors, **{part: replace(getattr(priors, part), **{inner: value})})
    return replace(priors, **{name: value})


def words_of_twin(model: str) -> str:
    """What is wrong about the twin of a model."""
    name, value = WRONG[model]
    priors = find_model(model).priors()
    for part in name.split("."):
        priors = getattr(priors, part)
    return f"{name.split('.')[-1]} {value:g} in place of {priors:g}"
