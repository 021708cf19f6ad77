"""Replicate reactions of a cell, one of which may be outlying, as arrays: what each part of the mixture keeps of them.

A cell of n reactions has n + 1 *parts*: "none is outlying" and "reaction i is". Of a single reaction there are two.
"""

from typing import Final

import numpy as np

ABSENT: Final = 0
NONE_OUTLYING: Final = 1
ONE_OUTLYING: Final = 2
ALONE_OUTLYING: Final = 3


def parts_of_cells(ct: np.ndarray, cell: np.ndarray, cells: int) -> dict[str, np.ndarray]:
    """What each part of each cell keeps of its reactions.

    Parameters
    ----------
    ct, cell
        Ct of each reaction [cycles], and the cell that it is of (reaction).
    cells
        Number of cells; each has a reaction.

    Returns
    -------
    dict
        Each (cell, part): kind_of_part, one of the constants of this module; kept_of_part, the number of reactions
        kept; shift_of_part, their mean less that of all [cycles]; square_of_part, their sum of squares around it
        [cycles^2]; away_of_part, the outlying reaction less it [cycles].
    """
    count = np.bincount(cell, minlength=cells)
    shape = (cells, int(count.max(initial=1)) + 1)
    kind, kept = np.zeros(shape, dtype=np.int64), np.ones(shape)
    shift, square, away = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    order = np.argsort(cell, kind="stable")
    starts = np.cumsum(count) - count
    for own in range(cells):
        values = ct[order[starts[own] : starts[own] + count[own]]]
        mean = values.mean()
        kind[own, 0], kept[own, 0] = NONE_OUTLYING, len(values)
        square[own, 0] = ((values - mean) ** 2).sum()
        if len(values) == 1:
            kind[own, 1] = ALONE_OUTLYING
            continue
        for i in range(len(values)):
            others = np.delete(values, i)
            kind[own, i + 1], kept[own, i + 1] = ONE_OUTLYING, len(others)
            shift[own, i + 1] = others.mean() - mean
            square[own, i + 1] = ((others - others.mean()) ** 2).sum()
            away[own, i + 1] = values[i] - others.mean()
    return {
        "kind_of_part": kind,
        "kept_of_part": kept,
        "shift_of_part": shift,
        "square_of_part": square,
        "away_of_part": away,
    }
