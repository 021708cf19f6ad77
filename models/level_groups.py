"""Levels of groups of different subjects: their means and spreads, for studies in which no subject has a partner."""

import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.groups.arrays import level_arrays, level_coordinates
from lensim.expression.groups.levels import levels_of
from lensim.expression.priors import LevelPriors
from lensim.models.coordinates import positive_spread
from lensim.models.level_components import mean_levels


def build_level_groups(data: xr.Dataset, priors: LevelPriors | None = None) -> pm.Model:
    """Mean log2 level and spread between subjects of each target in each group.

    log2_level_of_subject ~ Normal(mean_log2_level(target, group), sqrt(sd_log2_between_subjects(target, group)^2
                                                                        + known error^2))
    sd_log2_between_subjects(target, group) ~ LogNormal(log typical(target), log_sd): groups have spreads of their own,
    as in Welch's t-test, that lie around a common one, as in Student's. With a small log_sd it is the one, with a large
    log_sd the other. Means have a wide prior, so a difference of two groups is what the data say.
    Where factors are uncertain, factor_error(gene) ~ Normal(0, its sd) moves the means of all groups together: true
    mean = mean_log2_level + factor_slope . factor_error. The levels at hand, computed with stated factors, say nothing
    of it.

    Needs     log2_level_of_subject (level) [log2], target_of_level, subject_of_level (level), group_of_subject
              (subject); used where present: log2_level_of_subject_sd (level) [log2], factor_error_sd (gene) [1/cycle].
              Or reactions of a study in which each subject is under one condition
    Declares  mean_log2_level, sd_log2_between_subjects (target, group); typical_sd_log2_between_subjects (target);
              factor_error (gene) where factors are uncertain
    Raises    InputError as `level_arrays` says
    Source    the Behrens-Fisher problem with related spreads, as Box and Tiao, Bayesian Inference in Statistical
              Analysis, section 2.5; the law of spreads and the priors are ours
    """
    priors = priors or LevelPriors()
    levels = levels_of(data)
    arrays = level_arrays(levels)
    with pm.Model(coords=level_coordinates(levels)) as model:
        held = {name: pm.Data(name, array) for name, array in arrays.items()}
        typical = positive_spread(
            v.TYPICAL_SD_SUBJECTS,
            priors.median_typical_sd_log2_between_subjects,
            priors.log_sd_typical_sd_log2_between_subjects,
            v.TARGET,
        )
        sd = pm.LogNormal(
            v.SD_SUBJECTS,
            pt.log(typical)[:, None],
            priors.log_sd_sd_log2_between_subjects,
            dims=(v.TARGET, v.GROUP),
        )
        place = (held["target_of_level"], held["group_of_level"])
        variance = sd[place] ** 2 + held["known_variance"]
        mean = mean_levels(held, variance, sd.shape, priors.sd_mean_log2_level)
        pm.Normal("log2_level_observed", mean[place], pt.sqrt(variance), observed=held["level"])
    return model
