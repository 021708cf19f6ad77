"""Nodes of a target's amplification factor, compiled: laid over what pairs and dilution series say, given spreads."""

from typing import Final

import numpy as np

from lensim.expression.exact.rows import soft_max
from lensim.expression.exact.sums import at_factor
from lensim.inference.compiled import compiled

LEAST_DOUBLINGS: Final = 0.05
"""A cycle, of any factor: 1.035-fold."""
STEPS: Final = 4
NODES: Final = 3
"""Where pairs hardly inform the factor."""
MANY_NODES: Final = 7
INFORMED: Final = 0.3
"""Pairs inform a factor where they move it, or change its precision, by so much of what the series says."""
_UNLIKELY: Final = 8.0
_NARROWER: Final = 0.5


@compiled()
def around(sums, joint, count, doublings, sd, delta, width, logs, rows):  # type: ignore[no-untyped-def]
    """The mode of delta, what the doublings are off by, and the width there, at each node n of the spreads.

    Into `delta` and `width` (n), beginning at `delta`. `joint` (n) is the log weight of n at delta of 0, less that of
    its groups; `count` the number of pairs. Gives the number of nodes that the factor needs, whether it is elsewhere
    than a priori whatever the spreads are, and mean and sd of delta.
    """
    top, total = rows[0], rows[1]
    for _ in range(STEPS):
        size = doublings + delta
        gradient = count / size - delta / sd**2 - sums.yd - delta * sums.dd
        log_weight = joint + count * np.log(size) - 0.5 * (delta / sd) ** 2 - delta * (sums.yd + 0.5 * delta * sums.dd)
        known = sd**-2 + count / size**2 + sums.dd
        for g in range(len(sums.alpha)):
            at_factor(sums.alpha[g], sums.beta[g], sums.gamma[g], delta, logs)
            soft_max(logs, logs, top, total)
            log_weight += top + np.log(total)
            _add_slopes(logs, total, sums.beta[g], sums.gamma[g], delta, gradient, known)
        known = np.maximum(known, _NARROWER * sd**-2)
        step = np.minimum(np.maximum(gradient / known, -2.0 * sd), 2.0 * sd)
        width[:] = known**-0.5
        likely = log_weight > log_weight.max() - _UNLIKELY
        delta += step
        delta[:] = np.maximum(delta, LEAST_DOUBLINGS - doublings + 0.5 * width)
        if (np.abs(step) < 0.5 * width)[likely].all():
            break
    moved = np.abs(delta[likely]).max() / sd
    changed = np.abs((sd / width[likely]) ** 2 - 1.0).max()
    weight = np.exp(log_weight - log_weight.max()) * width
    weight /= weight.sum()
    centre = (weight * delta).sum()
    spread = np.sqrt((weight * (width**2 + (delta - centre) ** 2)).sum())
    size = NODES if moved < INFORMED and changed < INFORMED else MANY_NODES
    is_moved = abs(centre) > INFORMED * sd or abs(spread**2 - sd**2) > INFORMED * sd**2
    return size, is_moved, centre, spread


@compiled()
def lay(delta, width, count, doublings, sd, hermite, deltas, log_weights):  # type: ignore[no-untyped-def]
    """Gauss-Hermite nodes of delta around its mode, and log weights, into `deltas` and `log_weights` (q, n).

    In the weights are the prior of the factor and the change of scale of the ratios, of `count` pairs.
    """
    size = len(deltas)
    first = size * (size - 1) // 2
    for q in range(size):
        z, log_w = hermite[0, first + q], hermite[1, first + q]
        deltas[q] = np.maximum(delta + width * z, LEAST_DOUBLINGS - doublings)
        log_weights[q] = log_w + 0.5 * z * z + np.log(width / sd)
        log_weights[q] += count * np.log(doublings + deltas[q]) - 0.5 * (deltas[q] / sd) ** 2


@compiled()
def _add_slopes(shares, total, beta, gamma, delta, gradient, known):  # type: ignore[no-untyped-def]
    """Add to slope and curvature of the log density of delta (n) those of a group, its spread summed over."""
    for n in range(len(delta)):
        slope, square, bend = 0.0, 0.0, 0.0
        for k in range(len(beta)):
            share = shares[k, n] / total[n]
            own = beta[k, n] - gamma[k, n] * delta[n]
            slope += share * own
            square += share * own * own
            bend += share * gamma[k, n]
        gradient[n] += slope
        known[n] += bend - (square - slope * slope)
