"""Which curves belong to one line: its conditions, and lines that were made from it."""

import numpy as np
import xarray as xr

from lensim import vocabulary as v


def founders_of_curves(data: xr.Dataset) -> np.ndarray | None:
    """The line that each curve goes back to (cell_line): its own, or the oldest of its parents.

    None where no line has several curves and none has a parent.
    """
    if v.LINE_OF_CURVE not in data.coords and v.PARENT_OF_CURVE not in data.coords:
        return None
    line = data[v.LINE_OF_CURVE if v.LINE_OF_CURVE in data.coords else v.CELL_LINE].to_numpy().astype(str)
    if v.PARENT_OF_CURVE not in data.coords:
        return line
    parent_of = dict(zip(line.tolist(), data[v.PARENT_OF_CURVE].to_numpy().astype(str).tolist(), strict=True))
    found = line.tolist()
    for _ in parent_of:  # no line has more ancestors than there are lines
        found = [parent_of.get(name) or name for name in found]
    return np.array(found)
