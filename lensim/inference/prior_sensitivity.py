"""Whether prior or data decide: how far each estimand moves when the prior counts for half.

The priors that a user can give are those whose parameters are numbers: of means, of spreads, of the machine. Their
joint density is raised to a power, p(x)^power, and the draws of the posterior are weighed by p(x)^(power - 1), so that
nothing is fitted again. What lines or subjects lend each other (a line given the mean of its lines) stays as it is:
that is the model and not its priors.

Source: power scaling with Pareto-smoothed weights, Kallioinen et al. 2024, doi:10.1007/s11222-023-10366-5; the
smoothing and its limit of 0.7, Vehtari et al. 2024, arXiv:1507.02646. The measure of a move is ours: it is that of the
tables, ends of intervals.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim.inference.intervals import equal_tails
from lensim.inference.pareto_smoothing import smoothed

PRIOR_SENSITIVITY: Final = "prior_sensitivity"
"""Group of a result that holds the moves."""
OF_NUMBERS: Final = "parameters_are_numbers"
"""In the attrs of a variable of log_prior: 1 where the parameters of its prior are numbers, else 0."""
RESOLUTION: Final = "resolution"
"""In the attrs of an estimand: the least width by which a move is divided."""
POWER: Final = 0.5
POWERS: Final = (POWER, 0.8, 0.95)
"""Powers that are tried in turn; moves under one nearer to 1 are extrapolated to `POWER` along the log of the power."""
LARGEST_PARETO_K: Final = 0.7
LARGEST_MOVE: Final = 0.1
"""The prior decides where halving it moves an end of the 90% interval, or its median, by more than this share of its
width; of a normal posterior a tenth is a third of its sd."""
CI_PROB: Final = 0.9
WIDTH_IN_SD: Final = 3.29
MOST: Final = 10.0
"""A move beyond this share, or to infinity, is told as this."""
AT_ONCE: Final = 16
"""Places of an estimand that are looked at together: what is made of their draws stays in the cache."""
OF_DRAWS: Final = ("chain", "draw")


@dataclass(frozen=True)
class Weights:
    """Weights of draws under a prior raised to a power.

    Attributes
    ----------
    power
        Of the prior.
    values
        One a draw, chain by chain; they sum to 1.
    pareto_k
        Shape of the tail of the raw weights; infinite where there is none to fit. Beyond 0.7 the draws cannot tell.
    """

    power: float
    values: np.ndarray
    pareto_k: float

    @property
    def can_tell(self) -> bool:
        """Whether the draws are enough for this power."""
        return self.pareto_k <= LARGEST_PARETO_K

    @property
    def to_half(self) -> float:
        """What a move under this power is multiplied by, to be one under half of the prior."""
        return float(np.log(POWER) / np.log(self.power))


def priors_of_numbers(log_prior: xr.Dataset) -> dict[str, np.ndarray]:
    """Log density of each prior whose parameters are numbers, summed over its places: one value a draw, by name."""
    own = {str(name): values for name, values in log_prior.data_vars.items() if values.attrs.get(OF_NUMBERS)}
    return {
        name: values.transpose(*OF_DRAWS, ...)
        .to_numpy()
        .reshape(values.sizes["chain"] * values.sizes["draw"], -1)
        .sum(1)
        for name, values in own.items()
    }


def weights_of(log_density: np.ndarray) -> Weights:
    """Weights of draws under the largest change of power that the draws can tell.

    Parameters
    ----------
    log_density
        Log prior density, one value a draw.
    """
    for power in POWERS:
        raw = (power - 1.0) * log_density
        if np.ptp(raw) < 1e-9:
            return Weights(power, np.full(len(raw), 1.0 / len(raw)), 0.0)
        smooth, pareto_k = smoothed(raw)
        values = np.exp(smooth - smooth.max())
        found = Weights(power, values / values.sum(), float(np.nan_to_num(pareto_k, nan=np.inf)))
        if found.can_tell:
            break
    return found


def moves(estimands: xr.Dataset, weights: Weights) -> xr.Dataset:
    """How far each estimand moves where the prior counts for half.

    The largest move of the lower end, the median and the upper end of the 90% interval, as a share of its width. Of a
    yes or no, the change of its probability. Of a whole number, the change of its mean over 3.29 sd.

    Parameters
    ----------
    estimands
        Draws (chain, draw, ...) in the coordinates in which their tables are read, such as the log of a dose.
    weights
        From `weights_of`.

    Returns
    -------
    xarray.Dataset
        The same names, without chain and draw; NaN where a draw is NaN, and everywhere where the draws cannot tell. In
        the attrs power, pareto_k and largest_move.
    """
    found = {str(name): _moves_of(estimands.variables[name], weights) for name in estimands.data_vars}
    dims = {dim for one in found.values() for dim in one.dims}
    labels = {dim: (dim, estimands.variables[dim].to_numpy()) for dim in dims if dim in estimands.coords}
    told = {"power": weights.power, "pareto_k": weights.pareto_k, "largest_move": LARGEST_MOVE}
    return xr.Dataset(found, labels, told)


def _moves_of(values: xr.Variable, weights: Weights) -> xr.Variable:
    dims = [str(dim) for dim in values.dims if dim not in OF_DRAWS]
    array = values.transpose(*dims, *OF_DRAWS).to_numpy()
    draws = array.reshape(-1, array.shape[-1] * array.shape[-2])
    if not weights.can_tell:
        moved = np.full(len(draws), np.nan)
    elif draws.dtype == bool:
        moved = np.abs(draws @ weights.values - draws.mean(axis=1))
    elif draws.dtype.kind in "iu":
        sd = draws.std(axis=1)
        shift = np.abs(draws @ weights.values - draws.mean(axis=1))
        moved = np.divide(shift, WIDTH_IN_SD * sd, out=np.zeros(len(draws)), where=sd > 0)
    else:
        least = float(values.attrs.get(RESOLUTION, 0.0))
        parts = (draws[start : start + AT_ONCE] for start in range(0, len(draws), AT_ONCE))
        moved = np.concatenate([_moved(part, weights.values, least) for part in parts])
    return xr.Variable(dims, (moved * weights.to_half).reshape(array.shape[:-2]))


def _moved(draws: np.ndarray, weights: np.ndarray, least: float) -> np.ndarray:
    """The largest move of an end or the median of each row (row, draw), as a share of its width."""
    order = np.argsort(draws, axis=1)
    number = draws.shape[1]
    tails = np.array(equal_tails(CI_PROB)) * (1 - 1e-12)
    usual = np.searchsorted(np.cumsum(np.full(number, 1 / number)), tails)
    summed = np.cumsum(weights[order], axis=1)
    places = [np.minimum(np.searchsorted(one, tails), number - 1) for one in summed]
    before = np.take_along_axis(draws, order[:, np.minimum(usual, number - 1)], axis=1)
    after = np.take_along_axis(draws, np.take_along_axis(order, np.array(places), axis=1), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shifts = np.where(before == after, 0.0, np.abs(after - before))
        largest = shifts.max(axis=1)
        width = np.maximum(before[:, 2] - before[:, 0], least)
        share = np.where(width > 0, largest / width, np.inf)
    share = np.minimum(np.nan_to_num(share, nan=np.inf), MOST)
    return np.where(np.isnan(draws).any(axis=1), np.nan, np.where(shifts.any(axis=1), share, 0.0))


def prior_sensitivity(estimands: xr.Dataset, log_prior: xr.Dataset) -> xr.Dataset:
    """`moves` of every estimand under half of all priors together; in the attrs of each, the prior that moves it most.

    Parameters
    ----------
    estimands
        As for `moves`, of the draws that `log_prior` is of.
    log_prior
        As `lensim.inference.sampler_coordinates.log_prior_of` gives it.
    """
    priors = priors_of_numbers(log_prior)
    if not priors:
        return xr.Dataset()
    found = moves(estimands, weights_of(np.sum(list(priors.values()), axis=0)))
    alone = {name: weights_of(log_density) for name, log_density in priors.items()}
    for name in decided_by_prior(found):
        place = np.unravel_index(int(np.nanargmax(found[name].to_numpy())), found[name].shape)
        own = estimands.variables[name].isel(dict(zip(found[name].dims, place, strict=True)))
        by_prior = {prior: float(_moves_of(own, weights)) for prior, weights in alone.items()}
        found[name].attrs["prior"] = max(by_prior, key=lambda prior: np.nan_to_num(by_prior[prior], nan=-1.0))
    return found


def decided_by_prior(found: xr.Dataset) -> Iterator[str]:
    """Names of estimands that the prior decides at one place or more."""
    return (str(name) for name, values in found.items() if bool((values > LARGEST_MOVE).any()))
