"""Draws of lines weighed and picked, compiled."""

from typing import Final

import numpy as np

from lensim.dose_response.laplace.rows import exponential
from lensim.inference.compiled import compiled

_BLOCK: Final = 16
"""Weights that are added up before a draw is looked for among them."""
_LEAST: Final = 1e-90
_MOST: Final = 1e90


@compiled()
def blocks_for(lines, draws):  # type: ignore[no-untyped-def]
    """Room for the sums of blocks (line, block)."""
    return np.zeros((lines, (draws + _BLOCK - 1) // _BLOCK))


@compiled(fastmath=True)
def _weigh_line(coordinates, base, mean, shift, inverse, reference, weight):  # type: ignore[no-untyped-def]
    """Weights of the draws of one line given its group's mean, over exp(reference); their sum."""
    middle, slope, effect = mean[0] + shift, mean[1], mean[2]
    of_middle, of_slope, of_effect = inverse[0], inverse[1], inverse[2]
    total = 0.0
    for s in range(len(base)):
        a = (coordinates[0, s] - middle) * of_middle
        b = (coordinates[1, s] - slope) * of_slope
        c = (coordinates[2, s] - effect) * of_effect
        one = exponential(base[s] - 0.5 * (a * a + b * b + c * c) - reference)
        weight[s] = one
        total += one
    return total


@compiled()
def _highest(coordinates, base, mean, shift, inverse):  # type: ignore[no-untyped-def]
    """The highest log of the weights of one line."""
    highest = -1e300
    for s in range(len(base)):
        a = (coordinates[0, s] - mean[0] - shift) * inverse[0]
        b = (coordinates[1, s] - mean[1]) * inverse[1]
        c = (coordinates[2, s] - mean[2]) * inverse[2]
        highest = max(highest, base[s] - 0.5 * (a * a + b * b + c * c))
    return highest


@compiled()
def weigh_draws(coordinates, base, group_of_line, group, moved, inverse, references, weight):  # type: ignore[no-untyped-def]
    """Weights of the draws of every line, into weight (line, draw); the sum over lines of the logs of their sums.

    Weights are over the exponentials of `references` (line), the logs of the sums as they were found last; where a sum
    has left the middle of what numbers can be, its line is weighed anew.
    """
    whole = 0.0
    for line in range(len(base)):
        mean, shift, reference = group[group_of_line[line]], moved[line], references[line]
        total = _weigh_line(coordinates[line], base[line], mean, shift, inverse, reference, weight[line])
        if not _LEAST < total < _MOST:
            reference = _highest(coordinates[line], base[line], mean, shift, inverse)
            total = _weigh_line(coordinates[line], base[line], mean, shift, inverse, reference, weight[line])
        references[line] = reference + np.log(total)
        whole += references[line]
    return whole


@compiled(fastmath=True)
def add_blocks(weight, blocks, average, kept):  # type: ignore[no-untyped-def]
    """Sums of blocks of the weights of one line, and the sum of all; where `kept`, shares are added to `average`."""
    total = 0.0
    for block in range(len(blocks)):
        own = 0.0
        for s in range(block * _BLOCK, min((block + 1) * _BLOCK, len(weight))):
            own += weight[s]
        blocks[block] = own
        total += own
    if kept:
        share = 1.0 / total
        for s in range(len(weight)):
            average[s] += weight[s] * share
    return total


@compiled()
def pick(weight, blocks, target):  # type: ignore[no-untyped-def]
    """The draw of one line at which the running sum of the weights reaches `target`."""
    block = 0
    while block < len(blocks) - 1 and target > blocks[block]:
        target -= blocks[block]
        block += 1
    last = min((block + 1) * _BLOCK, len(weight)) - 1
    for s in range(block * _BLOCK, last):
        target -= weight[s]
        if target <= 0.0:
            return s
    return last
