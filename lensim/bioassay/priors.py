"""Priors of the bioassay's model."""

from dataclasses import dataclass
from typing import ClassVar

from lensim.bounds import require_above_zero


@dataclass(frozen=True)
class BioassayPriors:
    """Priors of plates' curves, of wells and of media. All are ours, and assumed.

    Means are Normal(mean, sd), spreads LogNormal(log median, log_sd). A plate's midpoint lies around the middle of the
    standards, which are chosen to bracket it, within a factor of 3 or so; slopes lie around 1, rarely outside 1/2 to 3;
    endless TNF leaves mostly 2% to 40% of the signal. Cells alone read mostly 0.2 to 5. Plates surely differ, by a
    quarter in midpoint and by less in slope. Wells spread by a few percent of their signal, beside a hundredth of
    optical density. The TNF of a line lies around the middle of the standards, within a factor of 100 either way with
    95%: below the lowest standard it is this prior, cut off by the readings, that says how little there may be. A
    treatment changes it mostly within a factor of 8; media of one line differ by a fifth between experiments.

    Raises
    ------
    InputError
        If a spread is not above 0.
    """

    sd_mu_log10_ec50_pg_per_ml: float = 0.5
    median_sigma_log10_ec50_pg_per_ml: float = 0.1
    log_sd_sigma_log10_ec50_pg_per_ml: float = 0.6
    mean_mu_log_hill_slope: float = 0.2
    sd_mu_log_hill_slope: float = 0.4
    median_sigma_log_hill_slope: float = 0.08
    log_sd_sigma_log_hill_slope: float = 0.6
    mean_mu_log_effect_at_saturation: float = 0.7
    sd_mu_log_effect_at_saturation: float = 0.4
    median_sigma_log_effect_at_saturation: float = 0.08
    log_sd_sigma_log_effect_at_saturation: float = 0.6
    mean_mu_log_top_od: float = 0.0
    sd_mu_log_top_od: float = 0.8
    median_sigma_log_top_od: float = 0.15
    log_sd_sigma_log_top_od: float = 0.6
    sd_background_od: float = 0.15
    median_sd_log_od: float = 0.06
    log_sd_sd_log_od: float = 0.6
    median_sd_od: float = 0.01
    log_sd_sd_od: float = 0.7
    shape_nu_well: float = 2.0
    rate_nu_well: float = 0.1
    sd_log10_line_tnf_pg_per_ml: float = 1.0
    sd_log2_fold_change: float = 1.5
    median_sd_biological_log10_tnf: float = 0.08
    log_sd_sd_biological_log10_tnf: float = 0.6

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        require_above_zero(self, but="mean_")
