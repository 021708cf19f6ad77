"""Mixtures of normals, compiled: moments, tail probabilities and quantiles."""

from typing import Final

import numpy as np

from lensim.expression.exact.rows import exponential
from lensim.inference.compiled import compiled

NEGLIGIBLE_WEIGHT: Final = 1e-6
_PER_ROOT_TWO_PI: Final = 0.3989422804014327
_NEAR: Final = 3e-3
"""Spreads of a mixture: a Halley step that is shorter leaves an error of its cube."""
_ALIKE: Final = 0.03
_LITTLE: Final = 5e-3
"""Shares by which the density and the probability of the tail may change along such a step: parts that lie far from one
another are narrower than their mixture."""
_MOST_STEPS: Final = 60


@compiled(fastmath=True)
def _mills(z):  # type: ignore[no-untyped-def]
    """P(standard normal > z) exp(z^2 / 2) of z of 0 or more, to a share of 2e-8: a polynomial of 1 / (1 + 0.3 z)."""
    t = 1.0 / (1.0 + 0.3 * z)
    p = 0.0948752904145 + t * (-0.0769125650681 + t * (0.188634499929 + t * (-0.225765076582 + t * 0.11136206561)))
    p += -0.0204205762818 * t * t * t * t * t
    return t * (0.11968626083 + t * (0.119581025093 + t * (0.110152149219 + t * (0.078806925425 + t * p))))


@compiled(fastmath=True)
def _at(x, w, m, precision):  # type: ignore[no-untyped-def]
    """P(mixture > x), its density at x and the slope of that; `precision` is 1 / sd of each part."""
    above, density, slope = 0.0, 0.0, 0.0
    for n in range(len(w)):
        z = (x - m[n]) * precision[n]
        size = abs(z)
        bell = w[n] * exponential(-0.5 * size * size)
        beyond = bell * _mills(size)
        above += beyond if z > 0.0 else w[n] - beyond
        density += bell * precision[n]
        slope -= bell * precision[n] * precision[n] * z
    return above, density * _PER_ROOT_TWO_PI, slope * _PER_ROOT_TWO_PI


@compiled(fastmath=True)
def _moments(w, m, precision):  # type: ignore[no-untyped-def]
    """Mean, sd, skewness and excess kurtosis."""
    centre, variance, third, fourth = 0.0, 0.0, 0.0, 0.0
    for n in range(len(w)):
        centre += w[n] * m[n]
    for n in range(len(w)):
        d, s2 = m[n] - centre, 1.0 / (precision[n] * precision[n])
        square = d * d
        variance += w[n] * (s2 + square)
        third += w[n] * d * (square + 3.0 * s2)
        fourth += w[n] * (square * square + 6.0 * square * s2 + 3.0 * s2 * s2)
    spread = np.sqrt(variance)
    return centre, spread, third / (variance * spread), fourth / (variance * variance) - 3.0


@compiled()
def describe(weight, mean, variance, thresholds, probabilities, out):  # type: ignore[no-untyped-def]
    """Moments, tail probabilities and quantiles of a mixture of normals, the negligible left out."""
    least = NEGLIGIBLE_WEIGHT * weight.max()
    w, m, precision = np.empty(len(weight)), np.empty(len(weight)), np.empty(len(weight))
    count, total = 0, 0.0
    for n in range(len(weight)):
        if weight[n] > least:
            w[count], m[count], precision[count] = weight[n], mean[n], variance[n] ** -0.5
            total += weight[n]
            count += 1
    w, m, precision = w[:count], m[:count], precision[:count]
    w /= total
    centre, spread, skewness, excess = _moments(w, m, precision)
    out[0], out[1] = centre, spread
    for at in range(len(thresholds)):
        out[2 + at], _, _ = _at(thresholds[at], w, m, precision)
    for at in range(len(probabilities)):
        z = _cornish_fisher(_normal_quantile(probabilities[at]), skewness, excess)
        out[2 + len(thresholds) + at] = _quantile(
            w, m, precision, centre, spread, probabilities[at], centre + spread * z
        )


@compiled()
def _quantile(w, m, precision, centre, spread, probability, start):  # type: ignore[no-untyped-def]
    """Halley's steps on the distribution function, kept inside a bracket that shrinks."""
    low, high = centre - 40.0 * spread, centre + 40.0 * spread
    x, little = start, _LITTLE * min(probability, 1.0 - probability)
    for _ in range(_MOST_STEPS):
        above, density, slope = _at(x, w, m, precision)
        gap = 1.0 - above - probability
        if gap > 0:
            high = x
        else:
            low = x
        step = gap / max(density, 1e-300)
        bend = 1.0 - 0.5 * step * slope / max(density, 1e-300)
        new = x - step / min(max(bend, 0.5), 2.0)
        if not low < new < high:
            x = 0.5 * (low + high)
            continue
        if abs(step) < _NEAR * spread and abs(step * slope) < _ALIKE * density and abs(gap) < little:
            return new
        x = new
    return x


@compiled()
def _cornish_fisher(z, skewness, excess):  # type: ignore[no-untyped-def]
    """A standardised quantile from that of a normal: to begin with, where the moments are near those of a normal."""
    moved = z + (z * z - 1.0) * skewness / 6.0 + (z * z - 3.0) * z * excess / 24.0
    return moved if abs(moved - z) < 0.5 else z


@compiled()
def _normal_quantile(p):  # type: ignore[no-untyped-def]
    """A start for the steps: a standard normal quantile to three digits (Abramowitz and Stegun, 26.2.23)."""
    q = min(p, 1.0 - p)
    t = np.sqrt(-2.0 * np.log(max(q, 1e-300)))
    value = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    return value if p > 0.5 else -value
