"""The truth of the clones: how fast cells divide and die at a dose, and how often a division gives a mutant.

    x_d = d^h / (EC50^h + d^h)                          effect of the drug, 0 to 1
    divisions a cell and day = b * f(d)                 f is the remaining share of divisions
    deaths a cell and day    = death + death_rise * x_d

The curve is that of the proliferation assay, R(d) = 1 - (1 - exp(-a)) x_d. With `assay_days` 0 it is taken as the share
of divisions, f = R (assumed). An assay measures cells times the uptake of each, after T days of drug. With
T = `assay_days` this gives R = f exp((f - 1) b T), so f = W(R b T exp(b T)) / (b T), with W Lambert's function. Killing
is separate: the curve is assumed to describe divisions alone.
"""

from typing import Annotated, Final

import numpy as np
import xarray as xr
from pydantic import Field, model_validator
from scipy.special import lambertw

from lensim import checks
from lensim import vocabulary as v
from lensim.config import FrozenConfig
from lensim.dose_response import curve
from lensim.selection.design import CLONES, RESISTANT, SENSITIVE
from lensim.selection.numbers import Probability

OF_CLONE: Final = (v.DIVISION, v.DEATH, v.DEATH_RISE, v.LOG10_EC50, v.LOG_HILL, v.EFFECT, v.ASSAY_DAYS)
FASTEST_PER_DAY: Final = 20.0

Rate = Annotated[float, Field(ge=0, le=FASTEST_PER_DAY)]


class Clone(FrozenConfig):
    """Rates of one clone; each field has the name of a variable of the truth (equations in the module).

    Attributes
    ----------
    division_per_day, death_per_day
        Without drug [per cell and day].
    log10_ec50_um, log_hill_slope, effect_at_saturation
        The curve [log10 uM], [log], [-log residual]; effect 0 is a clone that the drug leaves alone.
    death_rise_per_day
        What the drug adds to deaths at saturation [per cell and day].
    assay_days
        0 where the curve is of divisions; else the days of drug before the signal of its assay [days].

    Raises
    ------
    ValueError
        If cells die as fast as they divide without drug, or a figure is beyond any cell's.
    """

    division_per_day: Rate
    death_per_day: Rate
    log10_ec50_um: float = Field(default=0.0, ge=-12, le=12)
    log_hill_slope: float = Field(default=0.0, ge=-5, le=5)
    effect_at_saturation: float = Field(default=0.0, ge=-5, le=50)
    death_rise_per_day: Rate = 0.0
    assay_days: float = Field(default=0.0, ge=0, le=30)

    @model_validator(mode="after")
    def _grows(self) -> "Clone":
        if not self.death_per_day < self.division_per_day:
            raise ValueError(
                f"death_per_day must be below division_per_day ({self.division_per_day:g}) without drug, "
                f"got {self.death_per_day:g}"
            )
        return self


class ClonePair(FrozenConfig):
    """A sensitive clone, a resistant one, and how the second comes from the first.

    Attributes
    ----------
    sensitive, resistant
        The clones.
    mutation_probability
        Of a division of a sensitive cell: that one of the two daughters is resistant. No way leads back.
    """

    sensitive: Clone
    resistant: Clone
    mutation_probability: Probability


def truth_of(clones: ClonePair, studies: int = 1) -> xr.Dataset:
    """The truth of several cultures alike.

    Returns
    -------
    xr.Dataset
        division_per_day, death_per_day, death_rise_per_day [1/day], log10_ec50_um [log10 uM], log_hill_slope [log],
        effect_at_saturation and assay_days [days] (study, clone); mutation_probability (study).

    Raises
    ------
    InputError
        If `studies` is below 1.
    """
    checks.at_least("studies", studies, 1)
    both = {SENSITIVE: clones.sensitive, RESISTANT: clones.resistant}
    found = xr.Dataset(
        {
            name: ((v.STUDY, v.CLONE), np.tile([float(getattr(both[clone], name)) for clone in CLONES], (studies, 1)))
            for name in OF_CLONE
        }
        | {v.MUTATION: (v.STUDY, np.full(studies, float(clones.mutation_probability)))},
        coords={v.CLONE: list(CLONES)},
    )
    for name in found:
        found[name].attrs["units"] = v.UNITS[str(name)]
    found.attrs[v.ASSAY] = v.SELECTION
    return found


def check_truth(truth: xr.Dataset, user: str) -> None:
    """Refuse a truth whose variables or dims are not those of `truth_of`."""
    needed: dict[str, tuple[str, ...]] = {name: (v.STUDY, v.CLONE) for name in OF_CLONE}
    checks.has_variables(truth, needed | {v.MUTATION: (v.STUDY,)}, user)


def rates_at(truth: xr.Dataset, dose_um: float) -> tuple[np.ndarray, np.ndarray]:
    """Divisions and deaths a cell and day at a dose, each (study, clone) [1/day].

    Raises
    ------
    InputError
        If the dose is negative or the truth lacks a variable.
    """
    checks.at_least("dose_um", dose_um, 0)
    check_truth(truth, "rates_at")
    b, death, rise, ec50, hill, effect, days = (truth[name].to_numpy() for name in OF_CLONE)
    left = np.asarray(curve.residual(dose_um, ec50, hill, effect))
    acts = 1.0 - np.asarray(curve.residual(dose_um, ec50, hill, np.inf))
    span = b * days
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        undone = np.real(lambertw(left * span * np.exp(span))) / span
    return b * np.where(span > 0, undone, left), death + rise * acts
