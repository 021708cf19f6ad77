"""Priors of a published effect."""

from dataclasses import dataclass

from lensim.bounds import require_above_zero


@dataclass(frozen=True)
class SummaryPriors:
    """Priors of a published effect; all are ours, and assumed.

    mu ~ Normal(0, sd_mu), tau ~ LogNormal(log median_tau, log_sd_tau), omega ~ HalfNormal(sd_omega) [log2].
    """

    sd_mu: float = 1.5
    median_tau: float = 0.6
    log_sd_tau: float = 0.7
    sd_omega: float = 0.4

    def __post_init__(self) -> None:
        require_above_zero(self)
