"""Priors of expression models: of models of reactions, and of models of pairs.

NUTS, the exact engine and scenarios share one set of priors of pairs.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from lensim import checks
from lensim.bounds import require_above_zero


@dataclass(frozen=True)
class FoldChangePriors:
    """Priors of fold changes and of the noise of a ratio. All are ours, and assumed; spreads are medians with a log sd.

    mu ~ Normal(0, sd_mu), the spreads LogNormal(log median, log_sd). A gene that is deleted or induced from nothing
    changes ten thousandfold (13 log2), so sd_mu is 5 log2: with 1.5, three subjects at -14 log2 gave a mean of -1.6 and
    a spread of 7, since a large spread costs this prior less than a large mean. Subjects surely differ. Ratios of one
    subject differ from one experiment to the next by a quarter to a half of a doubling: the biology and the input of
    two samples.

    Raises
    ------
    InputError
        If a number is not above 0.
    """

    sd_mu_log2_fold_change: float = 5.0
    median_sigma_log2_fold_change: float = 0.5
    log_sd_sigma_log2_fold_change: float = 0.7
    median_sd_log2_pair: float = 0.35
    log_sd_sd_log2_pair: float = 0.6
    median_sd_technical_cycles: float = 0.15
    log_sd_sd_technical_cycles: float = 0.5

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        require_above_zero(self)


@dataclass(frozen=True)
class LevelPriors:
    """Priors of levels of groups of different subjects. All are ours, and assumed; spreads are medians with a log sd.

    A mean log2 level over the references is anything from a millionth to a million, so a fold change between two groups
    has a prior sd of 17 log2: data overrule it. Flasks of one line differ by 0.3 log2, mice by 0.5, patients by 1 and
    more, so the typical spread of a target has a wide prior; that of a group lies within 2.7-fold of it (95%).

    Raises
    ------
    InputError
        If a number is not above 0.
    """

    sd_mean_log2_level: float = 12.0
    median_typical_sd_log2_between_subjects: float = 0.6
    log_sd_typical_sd_log2_between_subjects: float = 1.0
    log_sd_sd_log2_between_subjects: float = 0.5

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        require_above_zero(self)


@dataclass(frozen=True)
class RepeatedLevelPriors:
    """Priors of levels of subjects in several groups. All are ours, and assumed; spreads are medians with a log sd.

    Means as in `LevelPriors`. Subjects differ in all of their levels alike by what mice or patients do; what is left
    within a subject, from one sample and treatment to the next, is less, as between flasks. The spread of a group lies
    within 2.7-fold of the typical one (95%), since some treatments act alike in all subjects and others do not.

    Raises
    ------
    InputError
        If a number is not above 0.
    """

    sd_mean_log2_level: float = 12.0
    median_sd_log2_subject_effect: float = 0.6
    log_sd_sd_log2_subject_effect: float = 1.0
    median_typical_sd_log2_within_subjects: float = 0.4
    log_sd_typical_sd_log2_within_subjects: float = 0.8
    log_sd_sd_log2_within_subjects: float = 0.5

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        require_above_zero(self)


SD_OF_STATED_FACTOR: Final = 0.04
"""Error of an amplification factor that is stated without one (assumed): series of other days, dyes and analysts differ
by this and more, and a factor off by 0.05 moves a hundredfold change by a fifth."""

MEDIAN_SD_OF_RESPONSE: Final = 0.1
"""Of a reference under a treatment [log2]: 7% (assumed)."""
LOG_SD_SD_OF_RESPONSE: Final = 1.0
"""One reference in ten moves by half a doubling or more (assumed)."""

SD_OF_RESPONDING: Final = 0.5
"""Of each reference in `expression_hierarchical_responding` [log2], where priors state none: a gene that was chosen as
a reference mostly moves by less than 1.4-fold (assumed)."""

LARGEST_SHARE: Final = 0.5
"""Where more reactions than this are outlying, no replicate tells which."""


@dataclass(frozen=True)
class ExpressionPriors:
    """Priors of the expression models. All are ours, and assumed.

    Fold changes of populations, and of subjects on their own, have an sd of 5 log2, so that a deleted gene (-14 log2 in
    three subjects) is found as it is; subjects surely differ, so their spread has a median of 0.5 log2 and no mass at
    0. Amplification factors without a dilution series are those of commercial probes. One copy crosses a usual
    threshold at 36 to 39 cycles. One reaction in a hundred is outlying, by some two cycles, and the share has the prior
    Beta(1, 1 / mean - 1). Spreads are medians with a log sd. Several references respond to a treatment
    by Normal(0, sd) log2, whose sd has a median of 0.1 and is told by how they differ; one alone holds still. With
    sd_log2_reference_fold_change above 0 that is the sd, of one reference too.

    Raises
    ------
    InputError
        If a number is not above 0 (sd_log2_reference_fold_change may be 0), or the mean share is above a half.
    """

    sd_mu_log2_fold_change: float = 5.0
    median_sigma_log2_fold_change: float = 0.5
    log_sd_sigma_log2_fold_change: float = 0.7
    sd_separate_log2_fold_change: float = 5.0
    sd_mu_log2_level: float = 6.0
    median_sigma_log2_level: float = 1.5
    log_sd_sigma_log2_level: float = 0.7
    sd_log2_reference_level: float = 6.0
    sd_log2_reference_fold_change: float = 0.0
    median_sd_log2_reference_fold_change: float = MEDIAN_SD_OF_RESPONSE
    log_sd_sd_log2_reference_fold_change: float = LOG_SD_SD_OF_RESPONSE
    mean_amplification_factor: float = 1.93
    sd_amplification_factor: float = 0.06
    sd_ct_of_unit_quantity: float = 3.0
    mean_ct_of_one_copy: float = 37.5
    sd_ct_of_one_copy: float = 0.8
    median_sd_technical_cycles: float = 0.15
    log_sd_sd_technical_cycles: float = 0.5
    median_sd_log2_input: float = 0.4
    log_sd_sd_log2_input: float = 0.7
    median_sd_log2_biological: float = 0.2
    log_sd_sd_log2_biological: float = 0.6
    median_sd_plate_cycles: float = 0.15
    log_sd_sd_plate_cycles: float = 0.7
    median_sd_gene_on_plate_cycles: float = 0.1
    log_sd_sd_gene_on_plate_cycles: float = 0.7
    mean_share_of_outlying_reactions: float = 0.01
    sd_outlying_cycles: float = 2.0

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        may_be_zero = "sd_log2_reference_fold_change"
        require_above_zero(self, but=may_be_zero)
        checks.at_least(f"ExpressionPriors.{may_be_zero}", getattr(self, may_be_zero), 0.0)
        share = self.mean_share_of_outlying_reactions
        checks.between("ExpressionPriors.mean_share_of_outlying_reactions", share, 0.0, LARGEST_SHARE)


def responding_priors(priors: ExpressionPriors) -> ExpressionPriors:
    """Priors of a model in which references respond: with `SD_OF_RESPONDING` where they state no sd above 0."""
    if priors.sd_log2_reference_fold_change > 0.0:
        return priors
    return replace(priors, sd_log2_reference_fold_change=SD_OF_RESPONDING)
