"""Log likelihood of the cultures that a move asks, compiled."""

import numpy as np

from lensim.dose_response.chain.kinds import members_of_move
from lensim.dose_response.chain.likelihood import log_likelihood
from lensim.inference.compiled import compiled


@compiled(allocates=False)
def log_likelihood_of_move(panel, s, w, kind, i):  # type: ignore[no-untyped-def]
    """Log likelihood of the cultures that a move asks, each into w.tried."""
    order, first, last = members_of_move(panel, kind, i)
    total = 0.0
    for n in range(first, last):
        c = order[n]
        own = s.curve[c]
        found = log_likelihood(
            panel, w.y, c, own[0], own[1], own[2], s.top[c], s.background[panel.plate_of[c]], s.wells, w.room_of_cells
        )
        w.tried[c] = found
        total += found
        if not total > -np.inf:
            return -np.inf
    return total
