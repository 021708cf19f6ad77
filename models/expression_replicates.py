"""Replicate reactions of a cell, one of which may be outlying: a density with the outlier summed out.

    Ct of a reaction ~ Normal(level of the cell, reading variance)
    with probability share, one of the n reactions of a cell instead ~ Normal(mean of the others, that + sd_outlying^2)

Which one it is, is summed over, so there is no discrete variable: a cell has n + 1 *parts*, "none is outlying" and
"reaction i is". Of a single reaction there are two. The biological deviation of the cell's level is integrated out of
each part.
"""

from typing import Any

import numpy as np
import pytensor.tensor as pt

from lensim.expression.reaction_parts import ABSENT, ALONE_OUTLYING, NONE_OUTLYING, ONE_OUTLYING

_LOG_2PI = float(np.log(2.0 * np.pi))
_NEVER = -1e30  # the log weight of a part that a cell does not have: finite, so that gradients are


def cell_logp(
    value: Any,
    mu: Any,
    biological_variance: Any,
    reading_variance: Any,
    share: Any,
    outlying_variance: Any,
    kind: Any,
    kept: Any,
    shift: Any,
    square: Any,
    away: Any,
) -> Any:
    """Log density of all reactions of a cell whose mean Ct is `value`; the last five are its parts."""
    reading, biological = reading_variance[..., None], biological_variance[..., None]
    far = outlying_variance[..., None]
    of_mean = biological + reading / kept + pt.eq(kind, ALONE_OUTLYING) * far
    within = -0.5 * ((kept - 1.0) * (_LOG_2PI + pt.log(reading)) + pt.log(kept) + square / reading)
    of_outlier = reading * (1.0 + 1.0 / kept) + far
    out = pt.eq(kind, ONE_OUTLYING) * _normal(away, of_outlier)
    weight = pt.switch(pt.eq(kind, NONE_OUTLYING), pt.log1p(-share)[..., None], pt.log(share)[..., None])
    parts = pt.switch(
        pt.eq(kind, ABSENT), _NEVER, weight + _normal((value - mu)[..., None] + shift, of_mean) + within + out
    )
    others = pt.sum(pt.gt(kind, NONE_OUTLYING), axis=-1)
    return pt.logsumexp(parts, axis=-1) - pt.log1p(share * (others - 1.0))


def cell_random(
    mu: Any,
    biological_variance: Any,
    reading_variance: Any,
    share: Any,
    outlying_variance: Any,
    kind: Any,
    kept: Any,
    shift: Any,
    square: Any,
    away: Any,
    rng: Any = None,
    size: Any = None,
) -> np.ndarray:
    """Mean Cts of cells in which no reaction is outlying."""
    shape = size if size is not None else np.broadcast_shapes(np.shape(mu), np.shape(kept)[:-1])
    spread = np.sqrt(biological_variance + reading_variance / np.asarray(kept)[..., 0])
    return np.asarray(mu + spread * rng.standard_normal(shape))


def reaction_logp(value: Any, mu: Any, variance: Any, share: Any, outlying_variance: Any) -> Any:
    """Log density of one reaction of a dilution series, which may be outlying."""
    return pt.logaddexp(
        pt.log1p(-share) + _normal(value - mu, variance),
        pt.log(share) + _normal(value - mu, variance + outlying_variance),
    )


def reaction_random(
    mu: Any, variance: Any, share: Any, outlying_variance: Any, rng: Any = None, size: Any = None
) -> np.ndarray:
    """Cts of such reactions."""
    shape = size if size is not None else np.shape(mu)
    is_outlying = rng.random(shape) < share
    return np.asarray(mu + np.sqrt(variance + is_outlying * outlying_variance) * rng.standard_normal(shape))


def _normal(away: Any, variance: Any) -> Any:
    return -0.5 * (away**2 / variance + pt.log(variance) + _LOG_2PI)
