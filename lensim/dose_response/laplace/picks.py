"""Draws of lines weighed and picked, compiled."""

from typing import Final

import numpy as np

from lensim.dose_response.laplace.rows import exponential
from lensim.inference.compiled import compiled

_BLOCK: Final = 16
"""Weights that are added up before a draw is looked for among them."""


@compiled()
def blocks_for(lines, draws):  # type: ignore[no-untyped-def]
    """Room for the sums of blocks (line, block)."""
    return np.zeros((lines, (draws + _BLOCK - 1) // _BLOCK))


@compiled(fastmath=True)
def _weigh_line(coordinates, base, mean, shift, inverse, weight):  # type: ignore[no-untyped-def]
    """Weights of the draws of one line given its group's mean; the log of their sum."""
    highest = -1e300
    middle = mean[0] + shift
    for s in range(len(base)):
        a = (coordinates[0, s] - middle) * inverse[0]
        b = (coordinates[1, s] - mean[1]) * inverse[1]
        c = (coordinates[2, s] - mean[2]) * inverse[2]
        one = base[s] - 0.5 * (a * a + b * b + c * c)
        weight[s] = one
        highest = max(highest, one)
    total = 0.0
    for s in range(len(base)):
        one = exponential(weight[s] - highest)
        weight[s] = one
        total += one
    return highest + np.log(total)


@compiled()
def weigh_draws(coordinates, base, group_of_line, group, moved, inverse, weight):  # type: ignore[no-untyped-def]
    """Weights of the draws of every line, into weight (line, draw); the sum over lines of the logs of their sums."""
    whole = 0.0
    for line in range(len(base)):
        mean = group[group_of_line[line]]
        whole += _weigh_line(coordinates[line], base[line], mean, moved[line], inverse, weight[line])
    return whole


@compiled(fastmath=True)
def add_blocks(weight, blocks, average, kept):  # type: ignore[no-untyped-def]
    """Sums of blocks of the weights of one line; where `kept`, the weights as shares are added to `average`."""
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


@compiled()
def pick(weight, blocks, uniform):  # type: ignore[no-untyped-def]
    """The draw of one line at which the running sum of the weights reaches the share `uniform` of the whole."""
    target, block = uniform * blocks.sum(), 0
    while block < len(blocks) - 1 and target > blocks[block]:
        target -= blocks[block]
        block += 1
    last = min((block + 1) * _BLOCK, len(weight)) - 1
    for s in range(block * _BLOCK, last):
        target -= weight[s]
        if target <= 0.0:
            return s
    return last
