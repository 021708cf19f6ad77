"""Why a posterior differs from the classical ratio of the same data: each reason with the numbers that it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.errors_in_variables import Measured, without_pooling
from lensim.expression.estimands import TYPE_OF_SUBJECT, expression_estimands
from lensim.expression.evidence import DETECTED
from lensim.inference.priors import priors_of

CLOSE_LOG2: Final = 0.1
"""Below this a difference of two answers is not worth a reason [log2]."""
PART_LOG2: Final = CLOSE_LOG2 / 2
"""From this on a part of a difference is named [log2]."""
PLAIN_PERCENT: Final = 100.0
"""From this on percents are whole numbers."""


@dataclass(frozen=True)
class Pull:
    """What a prior or a population did to one fold change, on the log2 scale.

    Attributes
    ----------
    alone
        What its own data say.
    posterior
        What it became.
    centre
        Where it was drawn to.
    centre_alone
        What the subjects of its cell type say of that centre; NaN where the centre is a prior's.
    whose
        The centre in words.
    """

    alone: float
    posterior: float
    centre: float
    centre_alone: float
    whose: str

    def words(self) -> Iterator[str]:
        """That the data were overruled, and by what; nothing where they were not."""
        if abs(self.posterior - self.alone) > PART_LOG2:
            yield (
                f"its own data alone say {percent(self.alone)}, and {self.whose} ({percent(self.centre)}) draws it to "
                f"{percent(self.posterior)}"
            )
            if abs(self.centre_alone - self.centre) > CLOSE_LOG2:
                yield (
                    f"the prior of means (no change) draws that mean from {percent(self.centre_alone)} to "
                    f"{percent(self.centre)}"
                )


def percent(log2_ratio: float) -> str:
    """A log2 ratio in percent of control."""
    value = 100 * 2.0**log2_ratio
    return f"{value:.0f}%" if value >= PLAIN_PERCENT else f"{value:.3g}%"


def pulls_of(result: xr.DataTree) -> dict[tuple[str, str, str], Pull]:
    """What pooling, or without pooling the prior, did to each fold change, by target, subject and contrast.

    With w = 1 - (sd / sd of the centre's population)^2, the share of its own data in a posterior, the data alone say
    (median - (1 - w) centre) / w; see `without_pooling`. Of a cell type with one subject the centre is the prior's.
    """
    estimands = expression_estimands(result)
    dims = (v.TARGET, v.SUBJECT, v.CONTRAST)
    fold = estimands[v.LOG2_FOLD_CHANGE].transpose("chain", "draw", *dims)
    mean, sd = fold.median(("chain", "draw")).to_numpy(), fold.std(("chain", "draw"), ddof=1).to_numpy()
    kinds = estimands[TYPE_OF_SUBJECT].to_numpy().astype(str)
    seen = estimands[DETECTED].to_numpy() > 0
    priors = _priors(result)
    found = {}
    for t, s, c in np.ndindex(mean.shape):
        peers = (kinds == kinds[s]) & seen[t, :, c]
        is_pooled = v.MU_FOLD_CHANGE in estimands and int(peers.sum()) > 1
        if is_pooled:
            kind = estimands[v.CELL_TYPE].to_numpy().astype(str).tolist().index(kinds[s])
            at = {v.TARGET: t, v.CONTRAST: c, v.CELL_TYPE: kind}
            centre = float(estimands[v.MU_FOLD_CHANGE].isel(at).median())
            spread = float(estimands[v.SIGMA_FOLD_CHANGE].isel(at).median())
            centre_alone, whose = float(mean[t, peers, c].mean()), f"the mean of {kinds[s]}"
        else:
            centre, centre_alone, whose = 0.0, np.nan, "the prior of fold changes"
            spread = _spread_of_prior(priors, pooled=v.MU_FOLD_CHANGE in estimands)
        alone = mean[t, s, c]
        if np.isfinite(spread):
            alone = without_pooling(Measured(mean[t, s, c], sd[t, s, c]), np.asarray(centre), np.asarray(spread)).mean
        names = tuple(str(fold[dim].to_numpy()[at]) for dim, at in zip(dims, (t, s, c), strict=True))
        pull = Pull(float(alone), float(mean[t, s, c]), centre, centre_alone, whose)
        found[names[0], names[1], names[2]] = pull
    return found


def _priors(result: xr.DataTree) -> dict[str, float]:
    try:
        return priors_of(result)
    except InputError:
        return {}


def _spread_of_prior(priors: dict[str, float], *, pooled: bool) -> float:
    """Sd of a fold change before any data; NaN where a result does not carry its priors."""
    if not pooled:
        return float(priors.get("sd_separate_log2_fold_change", np.nan))
    mu, sigma = (priors.get(name, np.nan) for name in ("sd_mu_log2_fold_change", "median_sigma_log2_fold_change"))
    return float(np.hypot(mu, sigma))
