"""Levels of subjects that are in several groups: means of groups, subjects, and spreads within subjects."""

import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.groups.arrays import repeated_arrays, repeated_coordinates
from lensim.expression.groups.levels import repeated_levels_of
from lensim.expression.priors import RepeatedLevelPriors
from lensim.models.coordinates import normal_non_centred, positive_spread
from lensim.models.level_components import mean_levels


def build_level_repeated_measures(data: xr.Dataset, priors: RepeatedLevelPriors | None = None) -> pm.Model:
    """Mean log2 level of each target in each group, where subjects are in one group or in several.

    log2_level_of_subject ~ Normal(mean_log2_level(target, group) + log2_subject_effect(target, subject),
                                   sqrt(sd_log2_within_subjects(target, group)^2 + known error^2))
    log2_subject_effect(target, subject) ~ Normal(0, sd_log2_subject_effect(target))
    sd_log2_within_subjects(target, group) ~ LogNormal(log typical(target), log_sd)
    A subject in several groups compares them within itself; one in a single group compares it with the other subjects.
    Errors of factors as in `level_groups`.

    Needs     log2_level_of_subject (level) [log2], target_of_level, subject_of_level (level), and group_of_level
              (level) or group_of_subject (subject); used where present: log2_level_of_subject_sd (level) [log2],
              factor_error_sd (gene) [1/cycle]. Or reactions of a study
    Declares  mean_log2_level, sd_log2_within_subjects (target, group); typical_sd_log2_within_subjects,
              sd_log2_subject_effect (target); log2_subject_effect (target, subject); factor_error (gene) where factors
              are uncertain
    Raises    InputError as `repeated_arrays` says
    Source    the mixed model with a random intercept, as Pinheiro and Bates, Mixed-Effects Models in S and S-PLUS,
              section 1.3, with spreads of groups of their own; the law of spreads and the priors are ours
    """
    priors = priors or RepeatedLevelPriors()
    levels = repeated_levels_of(data)
    arrays = repeated_arrays(levels)
    with pm.Model(coords=repeated_coordinates(levels)) as model:
        held = {name: pm.Data(name, array) for name, array in arrays.items()}
        typical = positive_spread(
            v.TYPICAL_SD_WITHIN,
            priors.median_typical_sd_log2_within_subjects,
            priors.log_sd_typical_sd_log2_within_subjects,
            v.TARGET,
        )
        between = positive_spread(
            v.SD_SUBJECT_EFFECT,
            priors.median_sd_log2_subject_effect,
            priors.log_sd_sd_log2_subject_effect,
            v.TARGET,
        )
        sd = pm.LogNormal(
            v.SD_WITHIN, pt.log(typical)[:, None], priors.log_sd_sd_log2_within_subjects, dims=(v.TARGET, v.GROUP)
        )
        place = (held["target_of_level"], held["group_of_level"])
        of_subject = (held["target_of_level"], held["subject_of_level"])
        variance = sd[place] ** 2 + held["known_variance"]
        effect = normal_non_centred(v.SUBJECT_EFFECT, mu=0.0, sigma=between[:, None], dims=(v.TARGET, v.SUBJECT))
        mean = mean_levels(held, between[held["target_of_level"]] ** 2 + variance, sd.shape, priors.sd_mean_log2_level)
        pm.Normal("log2_level_observed", mean[place] + effect[of_subject], pt.sqrt(variance), observed=held["level"])
    return model
