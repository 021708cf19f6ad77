"""Means of groups of levels, with the errors of factors that move them: a part of the models of groups."""

from collections.abc import Mapping
from typing import Any

import pytensor.tensor as pt

from lensim import vocabulary as v
from lensim.models.coordinates import normal_by_information, normal_non_centred


def mean_levels(held: Mapping[str, Any], variance: Any, shape: Any, sd_of_prior: float) -> Any:
    """Declare the mean log2 level of each target and group, and errors of factors where these are uncertain.

    mean_log2_level(target, group) ~ Normal(0, sd_of_prior)
    factor_error(gene) ~ Normal(0, its sd)

    Parameters
    ----------
    held
        The arrays of the model, as from `level_arrays`.
    variance
        Of each level around the mean of its group; it moves the speed of the sampler, never the answer.
    shape
        Numbers of targets and groups.
    sd_of_prior
        Of the means.
    """
    place, nothing = (held["target_of_level"], held["group_of_level"]), pt.zeros(shape)
    information = pt.inc_subtensor(nothing[place], 1.0 / variance)
    total = pt.inc_subtensor(nothing[place], held["level"] / variance)
    mean = normal_by_information(
        v.MEAN_LEVEL,
        mu=0.0,
        sigma=sd_of_prior,
        information=information,
        estimate=total / pt.maximum(information, 1e-12),
        dims=(v.TARGET, v.GROUP),
    )
    if "factor_error_sd" in held:
        normal_non_centred(v.FACTOR_ERROR, mu=0.0, sigma=held["factor_error_sd"], dims=v.GENE)
    return mean
