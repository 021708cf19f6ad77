"""How a model is fitted and judged: length and care of the sampling, limits of the gate; light to import."""

from dataclasses import dataclass, field
from typing import Final

from lensim import checks, limits
from lensim.bounds import require_figures, require_size

MOST_TREEDEPTH: Final = 20
"""A million gradients a draw."""


@dataclass(frozen=True)
class SamplerSettings:
    """How long and how carefully to sample; every number is stated, none is left to a default elsewhere.

    Attributes
    ----------
    draws, tune, chains
        Kept draws and warm-up steps of each chain, and the number of chains.
    target_accept
        Mean acceptance aimed at. 0.95 and not 0.8: below 0.9 the dose-response models diverge now and then.
    max_treedepth
        At most 2**max_treedepth gradients a draw.
    cores
        Chains run at once; draws do not depend on it. 0 takes those that the process may use.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    target_accept: float = 0.95
    max_treedepth: int = 10
    cores: int = 0

    def __post_init__(self) -> None:
        require_figures(self)
        for name in ("draws", "tune", "chains", "max_treedepth"):
            checks.at_least(f"SamplerSettings.{name}", getattr(self, name), 1)
        for name, most in (
            ("draws", limits.SAMPLER_STEPS),
            ("tune", limits.SAMPLER_STEPS),
            ("chains", limits.CHAINS),
            ("max_treedepth", MOST_TREEDEPTH),
            ("cores", limits.WORKERS),
        ):
            checks.at_most(f"SamplerSettings.{name}", getattr(self, name), most)
        require_size(
            "a fit",
            self.draws * self.chains,
            limits.SAMPLER_DRAWS,
            "kept draws of all chains",
            f"lower draws={self.draws} or chains={self.chains}",
        )
        checks.between("SamplerSettings.target_accept", self.target_accept, 0.5, 0.999)
        checks.at_least("SamplerSettings.cores", self.cores, 0)


@dataclass(frozen=True)
class GateSettings:
    """Limits that a posterior must reach to pass the gate.

    Attributes
    ----------
    largest_r_hat
        R-hat of every scalar must be below this.
    smallest_ess
        Bulk and tail effective sample size of every scalar must be at least this.
    largest_divergences
        Divergent draws of all chains together.
    smallest_e_bfmi
        Energy fraction of missing information of the worst chain.
    largest_saturated_share
        Share of draws whose tree reached its largest depth.

    Source: R-hat and ESS, Vehtari et al. 2021, doi:10.1214/20-BA1221; E-BFMI, Betancourt 2016, arXiv:1604.00695.
    """

    largest_r_hat: float = 1.01
    smallest_ess: float = 400.0
    largest_divergences: int = 0
    smallest_e_bfmi: float = 0.3
    largest_saturated_share: float = 0.0

    def __post_init__(self) -> None:
        require_figures(self)
        checks.at_least("GateSettings.largest_r_hat", self.largest_r_hat, 1.0)
        for name in ("smallest_ess", "largest_divergences"):
            checks.at_least(f"GateSettings.{name}", getattr(self, name), 0)
        for name in ("smallest_e_bfmi", "largest_saturated_share"):
            checks.between(f"GateSettings.{name}", getattr(self, name), 0, 1)


@dataclass(frozen=True)
class FitSettings:
    """How a model is fitted.

    Attributes
    ----------
    sampler
        Length and care of the sampling.
    prior_draws
        Draws from the prior and its predictive.
    predictive_draws
        Draws from the posterior predictive, spread evenly over the posterior's; a replicate of every well each, so a
        thousand are as good as all and take a tenth of the file.
    gate
        What the posterior must reach.
    by_well
        Whether a fast engine's result gets the groups with a number for each draw and each value observed, where these
        are few; they can be made later.
    in_single
        Whether draws of a fast engine are held in single precision, before anything is computed from them.
    """

    sampler: SamplerSettings = field(default_factory=SamplerSettings)
    prior_draws: int = 500
    predictive_draws: int = 1000
    gate: GateSettings = field(default_factory=GateSettings)
    by_well: bool = True
    in_single: bool = False

    def __post_init__(self) -> None:
        require_figures(self)
        checks.at_least("FitSettings.prior_draws", self.prior_draws, 1)
        checks.at_least("FitSettings.predictive_draws", self.predictive_draws, 1)
        for name in ("prior_draws", "predictive_draws"):
            checks.at_most(f"FitSettings.{name}", getattr(self, name), limits.SAMPLER_STEPS)
