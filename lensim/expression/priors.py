"""Priors of an analysis that starts from pairs: one set for NUTS, for the exact engine and for scenarios."""

from dataclasses import dataclass, fields
from typing import ClassVar

from lensim import checks


@dataclass(frozen=True)
class FoldChangePriors:
    """Priors of fold changes and of what blurs a ratio. All are ours, and assumed; spreads are medians with a log sd.

    mu ~ Normal(0, sd_mu), the spreads LogNormal(log median, log_sd). Fold changes of populations lie mostly within a
    factor of 8 either way, and subjects surely differ. Ratios of one subject differ from one experiment to the next by
    a quarter to a half of a doubling: the biology and the input of two samples.

    Raises
    ------
    InputError
        If a number is not above 0.
    """

    sd_mu_log2_fold_change: float = 1.5
    median_sigma_log2_fold_change: float = 0.5
    log_sd_sigma_log2_fold_change: float = 0.7
    median_sd_log2_pair: float = 0.35
    log_sd_sd_log2_pair: float = 0.6
    median_sd_technical_cycles: float = 0.15
    log_sd_sd_technical_cycles: float = 0.5

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        for item in fields(self):
            checks.above(f"FoldChangePriors.{item.name}", getattr(self, item.name), 0.0)
