"""A normal variable in the coordinate that suits what data say of it (`lensim.models.coordinates`), and its slopes.

weight = 1 / (1 + information sigma^2)
z = information sigma weight (estimate - mu) + sqrt(weight) w,   x = mu + sigma z
log density of w = -z^2 / 2 + log(weight) / 2 + constant
"""

from math import log, sqrt

from lensim.inference.compiled import compiled


@compiled()
def placed(w: float, mu: float, sigma: float, information: float, estimate: float) -> tuple[float, float]:
    """The variable at a coordinate, and the log density of the coordinate."""
    weight = 1.0 / (1.0 + information * sigma * sigma)
    z = information * sigma * weight * (estimate - mu) + sqrt(weight) * w
    return mu + sigma * z, 0.5 * log(weight) - 0.5 * z * z


@compiled()
def slopes(
    slope: float, w: float, mu: float, sigma: float, information: float, estimate: float
) -> tuple[float, float, float, float]:
    """Slopes by w, mu, sigma and estimate, of the log density of w and of all that follows from x.

    Parameters
    ----------
    slope
        Slope by x of what follows from x.
    w, mu, sigma, information, estimate
        As for `placed`.
    """
    weight = 1.0 / (1.0 + information * sigma * sigma)
    root, away = sqrt(weight), estimate - mu
    z = information * sigma * weight * away + root * w
    total = slope - z / sigma
    by_sigma = 2.0 * information * sigma * weight * weight * away + root * weight * w
    return (
        total * sigma * root,
        total * weight + z / sigma,
        total * by_sigma + (z * z - 1.0 + weight) / sigma,
        total * (1.0 - weight),
    )
