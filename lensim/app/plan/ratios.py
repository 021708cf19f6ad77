"""How far conditions of a fit move the IC50s of its lines: the population's median ratio, its doubt and its spread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.app.plan.names import DIGITS
from lensim.checks import InputError
from lensim.dose_response.conditions import KNOWN, PARENT, pairs_of, ratio_bounds
from lensim.dose_response.estimands import SD_OF_LINES
from lensim.dose_response.over_lines import LEAST_KEPT, SCALE_OF_LOG10_RATIOS, mean_over_lines
from lensim.seeding import stream

FEWEST: Final = 2
"""Lines with a ratio, from which on there is a spread between lines."""
DRAWS: Final = 4000
SEED: Final = 1
LOG2_OF_10: Final = float(np.log2(10.0))
_GRID: Final = np.linspace(0.0, 4.0, 81)


@dataclass(frozen=True)
class Ratio:
    """The ratio of IC50s under a condition over a population of lines, all log2: median, its sd, spread of lines."""

    log2_fold: float
    doubt: float
    spread: float


@dataclass(frozen=True)
class Moved:
    """The ratio of each condition to the control."""

    control: str
    of: Mapping[str, Ratio]


def ratios_of_conditions(estimands: xr.Dataset, name: str) -> Moved | None:
    """Ratios of IC50s under each condition; None of a fit without conditions.

    Lines count whose two IC50s lie within the doses in nearly all draws.

    Parameters
    ----------
    estimands
        As from `lensim.dose_response.estimands.dose_response_estimands`.
    name
        Of the fit, for the message.

    Raises
    ------
    InputError
        If no condition has two lines with a ratio.
    """
    pairs = [pair for pair in pairs_of(estimands) if not pair.kind.startswith(PARENT)]
    if not pairs:
        return None
    draws = estimands.stack(sample=("chain", "draw"), create_index=False)
    of_prior = estimands.attrs.get(SD_OF_LINES)
    prior = np.inf if of_prior is None else 2.0 * float(of_prior) ** 2
    found: dict[str, Ratio] = {}
    for kind in dict.fromkeys(pair.kind for pair in pairs):
        bounds = [
            ratio_bounds(draws.isel({v.CELL_LINE: pair.treated}), draws.isel({v.CELL_LINE: pair.against}))
            for pair in pairs
            if pair.kind == kind
        ]
        known = [low[low == high] for low, high in bounds if (low == high).mean() >= KNOWN]
        if len(known) >= FEWEST:
            mean, variance = (np.array([function(one) for one in known]) for function in (np.mean, np.var))
            found[kind] = _population(mean, variance, prior)
    if not found:
        raise InputError(
            f"{name} must have two lines whose IC50s lie within the doses under both conditions, got fewer: start from "
            "the expected ratio of IC50s instead"
        )
    return Moved(str(estimands.attrs[v.CONTROL]), found)


def _population(mean: np.ndarray, variance: np.ndarray, prior: float) -> Ratio:
    draws = mean_over_lines(mean, variance, SCALE_OF_LOG10_RATIOS, DRAWS, stream(SEED, "ratios"), prior)
    kept = np.maximum(1.0 - variance / prior, LEAST_KEPT)
    numbers = (float(np.median(draws)), float(draws.std()), spread_of_lines(mean / kept, variance / kept))
    return Ratio(*(round(LOG2_OF_10 * one, DIGITS) for one in numbers))


def spread_of_lines(mean: np.ndarray, variance: np.ndarray) -> float:
    """Posterior mean of the sd between lines of log10 ratios, in the model of `mean_over_lines`.

    Parameters
    ----------
    mean, variance
        What is known of each line (line).
    """
    grid = SCALE_OF_LOG10_RATIOS * _GRID
    total = variance + grid[:, None] ** 2 + 1e-12
    precision = (1.0 / total).sum(axis=-1)
    mu = (mean / total).sum(axis=-1) / precision
    square = ((mean - mu[:, None]) ** 2 / total).sum(axis=-1)
    log_p = -0.5 * (np.log(total).sum(axis=-1) + np.log(precision) + square + _GRID**2)
    p = np.exp(log_p - log_p.max())
    return float((p * grid).sum() / p.sum())
