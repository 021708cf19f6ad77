"""Coordinates for sampling a normal variable: the same distribution, in a shape that is easier to sample.

If x ~ Normal(mu, sigma), then w = (x - centre) * scale is Normal((mu - centre) * scale, sigma * scale) given centre and
scale, even if these are variables. So a model may declare w and derive x without a Jacobian, and prior draws,
likelihood and posterior of x do not change. Centred is (0, 1), non-centred (mu, 1 / sigma); between them lies the
pair that makes w a standard normal of the posterior, if one knows how much the data say about x.

Source: the interpolation between centred and non-centred is Papaspiliopoulos, Roberts and Skold 2007,
doi:10.1214/088342307000000014; the general affine form is ours.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from lensim.inference.sampler_coordinates import note_coordinate

COORDINATE_SUFFIX = "_coordinate"

Dims = str | tuple[str, ...] | None
"""Dims of a variable: one, several, or none of a scalar."""


def normal_by_information(name: str, *, mu: Any, sigma: Any, information: Any, estimate: Any, dims: Dims) -> Any:
    """Declare x ~ Normal(mu, sigma) so that its coordinate is nearly a standard normal of the posterior.

    scale^2 = information + 1 / sigma^2 and centre = (mu / sigma^2 + information * estimate) / scale^2: what the
    posterior would be, if the data gave x as `estimate` with variance 1 / information. No information is the
    non-centred form, endless information the centred one. Rough guesses are enough: they move the speed, never the
    answer. The estimate matters as much as the information: without it the coordinate's mean moves with sigma.

    Declares `<name>_coordinate` (dims), which is w, and `name` (dims), which is x.

    Parameters
    ----------
    name
        Name of the variable x.
    mu, sigma
        Mean and sd of x; they broadcast along `dims`.
    information, estimate
        Precision of what the data say of x, 0 or more, and the value that they say; they may depend on other variables
        of the model, though not on x.
    dims
        The dims of x; None for a scalar.
    """
    precision = information + sigma**-2
    centre = (mu / sigma**2 + information * estimate) / precision
    scale = pt.sqrt(precision)
    of = f"{name}{COORDINATE_SUFFIX}"
    coordinate = pm.Normal(of, mu=(mu - centre) * scale, sigma=sigma * scale, dims=dims)
    value = pm.Deterministic(name, centre + coordinate / scale, dims=dims)
    note_coordinate(of, name, value=value, mu=mu, sigma=sigma)
    return value


def normal_non_centred(name: str, *, mu: Any, sigma: Any, dims: Dims) -> Any:
    """Declare x ~ Normal(mu, sigma), sampled as (x - mu) / sigma: right where the data say little about each x.

    Declares `<name>_coordinate` (dims) ~ Normal(0, 1) and `name` (dims).
    """
    of = f"{name}{COORDINATE_SUFFIX}"
    coordinate = pm.Normal(of, mu=0.0, sigma=1.0, dims=dims)
    value = pm.Deterministic(name, mu + sigma * coordinate, dims=dims)
    note_coordinate(of, name, value=value, mu=mu, sigma=sigma)
    return value


def positive_spread(name: str, median: float, log_sd: float, dims: Dims = None) -> Any:
    """Declare a spread that is surely not 0 as LogNormal(log median, log_sd), which is sampled on the log scale."""
    return pm.LogNormal(name, np.log(median), log_sd, dims=dims)
