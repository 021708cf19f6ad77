"""Priors of dose-response models, shared by NUTS, the Laplace engine and scenarios."""

from dataclasses import dataclass, field
from typing import ClassVar

from lensim.bounds import require_above_zero, require_figures


@dataclass(frozen=True)
class CurvePriors:
    """Priors of the curves, on the scales of the model. All are ours, and assumed.

    log10_ec50_um: centred on the middle of the tested doses, since a series is chosen to bracket the answer, with an sd
    of a factor of 10 for the mean and for lines: nothing is truncated at the tested doses. log_hill_slope: around 1,
    rarely outside 1/3 to 3. effect_at_saturation: 0.7 halves the signal, 4.6 leaves a hundredth; both ends of that are
    ordinary, and stimulation (below 0) has about a seventh of the mass. Molecular groups may well not differ, so their
    spread may be 0. Lines surely differ in slope, and days in everything, so these spreads have a median and a log sd,
    and no mass at 0.

    Spreads of a line between its cultures, which are all that is known of them where a line was treated once:
    sd_experiment_log10_ec50_um: two- to threefold is a usual repeatability limit, so 0.11 to 0.17; 90% of the mass is
    between 0.06 and 0.40. sd_experiment_effect_at_saturation: 0.1 moves a plateau of 40% by 4 points, and one of 10% by
    1, as plates of one laboratory do; 90% between 0.03 and 0.32. sd_experiment_log_hill_slope: 0.1 is a slope of 1.0 on
    one day and 1.1 on another; 90% between 0.04 and 0.27.

    Raises
    ------
    InputError
        If a number other than a mean is not above 0.
    """

    sd_mu_log10_ec50_um: float = 1.0
    sd_sigma_group_log10_ec50_um: float = 0.5
    sd_sigma_log10_ec50_um: float = 1.0
    mean_mu_log_hill_slope: float = 0.0
    sd_mu_log_hill_slope: float = 0.4
    sd_sigma_group_log_hill_slope: float = 0.25
    median_sigma_log_hill_slope: float = 0.25
    log_sd_sigma_log_hill_slope: float = 0.6
    mean_mu_effect_at_saturation: float = 1.5
    sd_mu_effect_at_saturation: float = 1.0
    sd_sigma_group_effect_at_saturation: float = 0.5
    sd_sigma_effect_at_saturation: float = 1.0
    median_sd_experiment_log10_ec50_um: float = 0.15
    log_sd_sd_experiment_log10_ec50_um: float = 0.6
    median_sd_experiment_log_hill_slope: float = 0.1
    log_sd_sd_experiment_log_hill_slope: float = 0.6
    median_sd_experiment_effect_at_saturation: float = 0.1
    log_sd_sd_experiment_effect_at_saturation: float = 0.7

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        require_above_zero(self, but="mean_")


@dataclass(frozen=True)
class WellPriors:
    """Priors of what plates and machines add, on the log scale of the signal. All are ours, and assumed.

    sd_floor is of percents, as a fraction of untreated: what wells spread by in which no signal is left, about 2%, with
    90% of the mass between 0.005 and 0.1.

    Raises
    ------
    InputError
        If a number other than a mean is not above 0.
    """

    sd_log_top_signal: float = 1.5
    sd_sd_well: float = 0.5
    shape_nu_well: float = 2.0
    rate_nu_well: float = 0.1
    mean_log_background_share: float = -6.0
    sd_log_background_share: float = 1.5
    median_sigma_log_background: float = 0.1
    log_sd_sigma_log_background: float = 0.7
    median_sd_blank: float = 0.1
    log_sd_sd_blank: float = 0.7
    sd_log_top_share: float = 0.1
    median_sd_floor: float = 0.02
    log_sd_sd_floor: float = 0.9
    sd_log_position: float = 0.2

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        require_above_zero(self, but="mean_")


@dataclass(frozen=True)
class DoseResponsePriors:
    """Priors of curves and of wells."""

    curves: CurvePriors = field(default_factory=CurvePriors)
    wells: WellPriors = field(default_factory=WellPriors)

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        require_figures(self)
