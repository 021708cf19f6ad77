"""A first answer for a panel, in milliseconds: each line by itself, by least squares, until the posterior is drawn.

    mean response(dose) ~ Normal(1 - (1 - exp(-a)) d^h / (EC50^h + d^h), sd(dose)),  wide priors of EC50, h and a

Means and their errors are those of `lensim.dose_response.replicates`: replicates, places on plates, days. What is drawn
is the normal around the mode. Lines borrow nothing from one another, so the answer is preliminary.
"""

from typing import Final

import numpy as np
import xarray as xr
from scipy.optimize import least_squares

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.replicates import Doses, by_dose, relative_wells
from lensim.inference.observations import attach_observations
from lensim.sigmoid import residual

DRAWS: Final = 400
_NAMES: Final = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)
_PRIOR_MEAN: Final = (0.0, 0.0, 1.5)
_PRIOR_SD: Final = np.array([1.4, 0.5, 1.4])
_REACH: Final = np.array([6.0, 2.5, 8.0])
_STARTS: Final = (-0.7, 0.0, 0.7)


def first_answer(data: xr.Dataset, seed: int) -> xr.DataTree | None:
    """Rough draws of each line's curve; None where the data have no controls to divide by.

    Parameters
    ----------
    data
        Wells of a panel.
    seed
        Root seed.

    Returns
    -------
    xarray.DataTree or None
        Groups posterior (log10_ec50_um, log_hill_slope and effect_at_saturation along cell_line) and observations.
    """
    wells = relative_wells(data)
    if wells is None:
        return None
    rng = seeding.stream(seed, "first answer")
    lines = [_curve(by_dose(wells, line), rng) for line in range(data.sizes[v.CELL_LINE])]
    drawn = np.stack(lines, axis=1)[None]
    coords = {v.CELL_LINE: data[v.CELL_LINE]} if v.CELL_LINE in data.coords else {}
    posterior = xr.Dataset(
        {name: (("chain", "draw", v.CELL_LINE), drawn[..., k]) for k, name in enumerate(_NAMES)}, coords
    )
    result = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(result, data)
    result.attrs[v.ASSAY] = v.DOSE_RESPONSE
    return result


def _curve(doses: Doses, rng: np.random.Generator) -> np.ndarray:
    """Draws of log10 EC50, log slope and effect of one line (draw, 3)."""
    log_dose = np.log10(doses.dose)
    middle, half = (log_dose[0] + log_dose[-1]) / 2.0, max(float(log_dose[-1] - log_dose[0]) / 2.0, 0.1)
    mean = np.array([middle, *_PRIOR_MEAN[1:]])

    def misfit(theta: np.ndarray) -> np.ndarray:
        away = (residual(doses.dose, *theta) - doses.mean) / doses.sd
        return np.concatenate([away, (theta - mean) / _PRIOR_SD])

    bounds = (mean - _REACH, mean + _REACH)
    starts = [np.array([middle + share * half, 0.0, 1.0]) for share in _STARTS]
    best = min((least_squares(misfit, one, bounds=bounds) for one in starts), key=lambda fit: float(fit.cost))
    slopes = np.asarray(best.jac, dtype=float)
    covariance = np.linalg.inv(slopes.T @ slopes)
    return np.asarray(rng.multivariate_normal(best.x, covariance, size=DRAWS, method="eigh"))
