"""Bounds of single values from a printed mean and sd, and of the sd from intervals of the values.

With mean m and sd s of n values (s over n - 1), value k in order, from 1, lies between

    m - s sqrt((n - 1) (n - k) / (n k))      and      m + s sqrt((n - 1) (k - 1) / (n (n - k + 1)))

so none is further from m than s (n - 1) / sqrt(n), and the outermost are at least s / sqrt(n) off.

Source: Samuelson 1968, J Am Stat Assoc 63:1522; by order, Hawkins 1971, J Am Stat Assoc 66:644.
"""

import numpy as np

Ends = tuple[float, float]
HALVINGS = 80
ROUNDING = 1e-15


def within_moments(low: np.ndarray, high: np.ndarray, mean: Ends | None, sd: Ends | None) -> None:
    """Cut intervals of values in order, in place, to what a mean and an sd within these ends leave of them."""
    n = len(low)
    k = np.arange(n)
    slack = ROUNDING * n * max(float(np.abs(low).max()), float(np.abs(high).max()))
    if mean is not None:
        mean = mean[0] - slack, mean[1] + slack
        before, after = np.cumsum(low) - low, np.cumsum(high[::-1])[::-1] - high
        total = n * mean[1] - low.sum()  # what is left to share out where all others are at their least
        np.minimum(high, low + total, out=high)
        np.minimum(high, (n * mean[1] - before) / (n - k), out=high)  # those above are no smaller
        total = n * mean[0] - high.sum()
        np.maximum(low, high + total, out=low)
        np.maximum(low, (n * mean[0] - after) / (k + 1), out=low)
    if sd is None:
        return
    if mean is None:
        apart = sd[1] * np.sqrt(2 * (n - 1))  # of two values, the rest between them
        np.minimum(high, high[0] + apart, out=high)
        np.maximum(low, low[-1] - apart, out=low)
        return
    np.minimum(high, mean[1] + sd[1] * np.sqrt((n - 1) * k / (n * (n - k))), out=high)
    np.maximum(low, mean[0] - sd[1] * np.sqrt((n - 1) * (n - 1 - k) / (n * (k + 1))), out=low)
    high[0] = min(high[0], mean[1] - sd[0] / np.sqrt(n))
    low[-1] = max(low[-1], mean[0] + sd[0] / np.sqrt(n))


def sd_bounds(low: np.ndarray, high: np.ndarray, mean: Ends | None) -> Ends:
    """Bounds of the sd of values in these intervals with a mean within these ends.

    The lower one is reached: values at clip(c, low, high) are the least apart of all with their mean, and the least sd
    is convex in the mean. The upper one is a bound: each square lies below its chord, which leaves a linear program of
    one sum, and that is filled in the order of the chords' slopes.
    """
    n = len(low)
    c = float(np.median(np.concatenate([low, high])))
    for _ in range(200):  # towards the point that is closest to a common mean: a convex problem
        c = float(np.clip(c, low, high).mean())
    if mean is not None:
        wanted = min(max(np.clip(c, low, high).mean(), mean[0]), mean[1])
        left, right = float(low.min()), float(high.max())
        for _ in range(HALVINGS):
            c = (left + right) / 2
            left, right = (c, right) if np.clip(c, low, high).mean() < wanted else (left, c)
    least = float(np.clip(c, low, high).std(ddof=1))
    centre = (low.min() + high.max()) / 2 if mean is None else (mean[0] + mean[1]) / 2
    a, b = low - centre, high - centre
    if mean is None:
        square = float(np.maximum(a**2, b**2).sum())
        return least, float(np.sqrt(square / (n - 1)))
    total, square = float(a.sum()), float((a**2).sum())
    wanted_low, wanted_high = n * (mean[0] - centre), n * (mean[1] - centre)
    for i in np.argsort(-(a + b)):
        slope = a[i] + b[i]
        step = min(b[i] - a[i], (wanted_high if slope > 0 else wanted_low) - total)
        if step <= 0:
            break
        total, square = total + step, square + slope * step
    return least, float(np.sqrt(max(square, 0.0) / (n - 1)))
