"""Mixtures of normals, compiled: moments, tail probabilities and quantiles."""

from math import erfc
from typing import Final

import numpy as np

from lensim.inference.compiled import compiled

NEGLIGIBLE_WEIGHT: Final = 1e-6


@compiled()
def tail(x):  # type: ignore[no-untyped-def]
    """P(standard normal > x)."""
    return 0.5 * erfc(x * 0.7071067811865476)


@compiled()
def describe(weight, mean, variance, thresholds, probabilities, out):  # type: ignore[no-untyped-def]
    """Moments, tail probabilities and quantiles of a mixture of normals, the negligible left out."""
    keep = weight > NEGLIGIBLE_WEIGHT * weight.max()
    w, m, s = weight[keep], mean[keep], np.sqrt(variance[keep])
    w = w / w.sum()
    centre = (w * m).sum()
    spread = np.sqrt((w * (s * s + (m - centre) ** 2)).sum())
    out[0], out[1] = centre, spread
    for at in range(len(thresholds)):
        total = 0.0
        for n in range(len(w)):
            total += w[n] * tail((thresholds[at] - m[n]) / s[n])
        out[2 + at] = total
    for at in range(len(probabilities)):
        out[2 + len(thresholds) + at] = _quantile(w, m, s, centre, spread, probabilities[at])


@compiled()
def _quantile(w, m, s, centre, spread, probability):  # type: ignore[no-untyped-def]
    """Newton's steps on the distribution function, kept inside a bracket that shrinks."""
    low, high = centre - 40.0 * spread, centre + 40.0 * spread
    x = centre + spread * _normal_quantile(probability)
    for _ in range(60):
        below, density = 0.0, 0.0
        for n in range(len(w)):
            z = (x - m[n]) / s[n]
            below += w[n] * (1.0 - tail(z))
            density += w[n] * np.exp(-0.5 * z * z) * 0.3989422804014327 / s[n]
        gap = below - probability
        if gap > 0:
            high = x
        else:
            low = x
        step = gap / max(density, 1e-300)
        new = x - step
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - x) < 1e-5 * spread:
            return new
        x = new
    return x


@compiled()
def _normal_quantile(p):  # type: ignore[no-untyped-def]
    """A start for Newton's steps: a standard normal quantile to three digits."""
    q = min(p, 1.0 - p)
    t = np.sqrt(-2.0 * np.log(max(q, 1e-300)))
    value = t - (2.30753 + 0.27061 * t) / (1.0 + t * (0.99229 + 0.04481 * t))
    return value if p > 0.5 else -value
