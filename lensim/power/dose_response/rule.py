"""Evidence, verdict and base class of the rules on dose-response panels."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.curve import inhibition_percent, log10_ic50_um
from lensim.dose_response.least_squares import log10_ic50_of_cultures
from lensim.power.dose_response.spec import CURVE_NAMES, DoseResponseDesignSpec
from lensim.power.rule import BaseRule


@dataclass(frozen=True)
class PanelDraws:
    """Posteriors of a batch of studies, as draws; NaN where a study has none.

    Attributes
    ----------
    curves
        (study, draw, line, 3) log10 EC50 [log10 uM], log Hill slope, effect at saturation.
    group
        (study, draw, group, 3) their means in molecular groups.
    sigma_group, sigma
        (study, draw, 3) spreads of groups, and of lines within them.
    """

    curves: np.ndarray
    group: np.ndarray
    sigma_group: np.ndarray
    sigma: np.ndarray


@dataclass(frozen=True)
class PanelEvidence:
    """The evidence for rules: posterior draws and truth of a batch of studies.

    Attributes
    ----------
    design
        Of the studies.
    draws
        Posteriors.
    truth
        As from `lensim.dose_response.truth.truth_given`, with the dim study.
    data
        Wells, for rules about these.
    """

    design: DoseResponseDesignSpec
    draws: PanelDraws
    truth: xr.Dataset
    data: xr.Dataset | None = None

    @cached_property
    def classical_log10_ic50(self) -> np.ndarray:
        """(study, experiment, line) IC50 of each culture by least squares; NaN beyond the tested doses [log10 uM]."""
        if self.data is None:
            raise ValueError("classical_log10_ic50 needs wells, got none")
        found = log10_ic50_of_cultures(self.data)
        return found.reshape(len(found), self.design.experiments, -1)  # as `lay_out` orders cultures

    @cached_property
    def log10_ic50(self) -> np.ndarray:
        """(study, draw, line) absolute IC50; +inf where no dose halves the signal [log10 uM]."""
        return log10_ic50_um(*np.moveaxis(self.draws.curves, -1, 0))

    @cached_property
    def true_log10_ic50(self) -> np.ndarray:
        """(study, line) [log10 uM]."""
        return self.truth["log10_ic50_um"].to_numpy()

    @cached_property
    def answered(self) -> np.ndarray:
        """(study) whether there is a posterior."""
        return np.isfinite(self.draws.sigma[:, 0, 0])

    def p_resistant(self, threshold_um: float) -> np.ndarray:
        """(study, line) posterior probability that the IC50 is above a dose, or nowhere."""
        return (self.log10_ic50 > np.log10(threshold_um)).mean(axis=1)

    def of_groups(self, quantity: str) -> tuple[np.ndarray, np.ndarray]:
        """A quantity of the groups' mean curves: draws (study, draw, group) and truth (study, group)."""
        true = np.stack([self.truth[f"group_{name}"].to_numpy() for name in CURVE_NAMES], axis=-1)
        both = []
        for curve in (self.draws.group, true):
            if quantity == "inhibition_at_top_percent":
                both.append(inhibition_percent(self.design.doses[-1], *np.moveaxis(curve, -1, 0)))
            else:
                both.append(curve[..., CURVE_NAMES.index(quantity)])
        return both[0], both[1]


@dataclass(frozen=True)
class PanelVerdicts:
    """Verdicts of a rule: a row a study, and a column a line where it is on lines.

    Attributes
    ----------
    decided
        The rule is met.
    estimate, low, high
        What it estimates, and its 90% interval; NaN where it has none.
    probability
        The posterior probability behind it.
    truth
        The truth of what is estimated.
    is_null
        A find would be a false one.
    counts
        Whether the row counts at all: a line of which the rule cannot ask does not.
    """

    decided: np.ndarray
    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    probability: np.ndarray
    truth: np.ndarray
    is_null: np.ndarray
    counts: np.ndarray | None = None


class DoseResponseRule(BaseRule):
    """A rule on dose-response panels."""

    @property
    def needs_posterior(self) -> bool:
        """True: rules on panels are about a posterior, but for classical tests."""
        return True

    def about(self) -> str:
        """The unit of its verdicts: 'lines', or 'study'."""
        return "lines"

    def check(self, design: DoseResponseDesignSpec) -> None:
        """Refuse a design for which the rule has no meaning."""

    def apply(self, evidence: PanelEvidence) -> PanelVerdicts:
        """The verdict on every study, or on each line of every study."""
        raise NotImplementedError


def of_ec50(evidence: PanelEvidence) -> dict[str, np.ndarray]:
    """Estimate, interval and truth of log10 EC50 of every line, for rules whose own estimate can be endless."""
    draws = evidence.draws.curves[..., 0]
    low, high = np.quantile(draws, [0.05, 0.95], axis=1)
    return {"estimate": draws.mean(axis=1), "low": low, "high": high, "truth": evidence.truth[v.LOG10_EC50].to_numpy()}
