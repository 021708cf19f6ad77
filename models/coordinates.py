"""Coordinates in which the sampler meets a normal variable: the same law, an easier shape.

If x ~ Normal(mu, sigma), then w = (x - centre) * scale is Normal((mu - centre) * scale, sigma * scale) given centre and
scale, whatever these depend on. So a model may declare w and derive x without a Jacobian, and prior draws, likelihood
and posterior of x stay exactly what they were. Centred is (0, 1), non-centred (mu, 1 / sigma); anything between or
beside them is allowed, such as an amplitude measured at the top dose.

Source: the interpolation between centred and non-centred is Papaspiliopoulos, Roberts and Skold 2007,
doi:10.1214/088342307000000014; the general affine form is ours.
"""

from typing import Any

import pymc as pm

COORDINATE_SUFFIX = "_coordinate"


def normal_in_coordinates(name: str, *, mu: Any, sigma: Any, centre: Any, scale: Any, dims: str) -> Any:
    """X ~ Normal(mu, sigma), sampled as w = (x - centre) * scale.

    Declares `<name>_coordinate` (dims), which is w, and `name` (dims), which is x.

    Parameters
    ----------
    name
        Name of the variable x.
    mu, sigma
        Mean and sd of x; they broadcast along `dims`.
    centre, scale
        The coordinate; `scale` is above 0. Both may depend on other variables of the model, though not on x.
    dims
        The dim of x.
    """
    coordinate = pm.Normal(f"{name}{COORDINATE_SUFFIX}", mu=(mu - centre) * scale, sigma=sigma * scale, dims=dims)
    return pm.Deterministic(name, centre + coordinate / scale, dims=dims)


def normal_centred(name: str, *, mu: Any, sigma: Any, dims: str) -> Any:
    """X ~ Normal(mu, sigma), sampled as itself: right where the data say much about each x."""
    return pm.Normal(name, mu=mu, sigma=sigma, dims=dims)


def normal_non_centred(name: str, *, mu: Any, sigma: Any, dims: str) -> Any:
    """X ~ Normal(mu, sigma), sampled as (x - mu) / sigma: right where the data say little about each x.

    Declares `<name>_coordinate` (dims) ~ Normal(0, 1) and `name` (dims).
    """
    coordinate = pm.Normal(f"{name}{COORDINATE_SUFFIX}", mu=0.0, sigma=1.0, dims=dims)
    return pm.Deterministic(name, mu + sigma * coordinate, dims=dims)
