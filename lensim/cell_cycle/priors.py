"""Priors of a cell-cycle analysis."""

from dataclasses import dataclass
from typing import ClassVar

from lensim.bounds import require_above_zero


@dataclass(frozen=True)
class CellCyclePriors:
    """Priors of phases, effects and overdispersion. All are ours, and assumed.

    Log ratios to G0/G1 under control ~ Normal(mean, sd_phase_log_ratio): in growing lines S is about as large as
    G0/G1, and G2/M a third of it. Their changes ~ Normal(0, sd): a drug that takes S from 40% to 5%, which happens,
    changes its log ratio by 2.5. Concentration ~ LogNormal(log median, log sd): the S share of one line differs from
    one experiment to the next by 5 percentage points (at a share of 50%), with a 90% range of 3 to 9.

    Raises
    ------
    InputError
        If a spread or a median is not above 0.
    """

    mean_s_log_ratio: float = 0.0
    mean_g2m_log_ratio: float = -1.0
    sd_phase_log_ratio: float = 1.0
    sd_phase_log_ratio_change: float = 1.5
    median_concentration: float = 100.0
    log_sd_concentration: float = 0.8

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    def __post_init__(self) -> None:
        require_above_zero(self, but="mean_")
