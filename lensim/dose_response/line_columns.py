"""Columns of the table of lines: numbers and words of all lines at once, from their draws."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.dose_words import data_unit, inside_doses, words_of
from lensim.dose_response.read.units import ShownUnit
from lensim.inference.intervals import Method, interval_of


class LineColumns:
    """What a table says of each line of some estimands (cell_line).

    Parameters
    ----------
    estimands
        Draws (chain, draw, cell_line), and properties of lines as coordinates.
    ci_prob
        Probability inside the intervals.
    low, top
        Names of the coordinates of each line's lowest and top dose [uM].
    unit
        The user's.
    """

    def __init__(self, estimands: xr.Dataset, ci_prob: float, low: str, top: str, unit: ShownUnit) -> None:
        self._estimands, self._ci_prob, self.unit = estimands, ci_prob, unit
        self.low, self.top = (estimands[name].to_numpy().astype(float) for name in (low, top))

    def draws(self, name: str) -> np.ndarray:
        """Draws of an estimand (cell_line, draw)."""
        found = self._estimands[name].transpose(v.CELL_LINE, "chain", "draw").to_numpy()
        return found.reshape(len(found), -1)

    def mean(self, name: str) -> np.ndarray:
        """Mean of the draws, of a yes or no its probability."""
        return np.asarray(self.draws(name).mean(axis=1))

    def median(self, name: str) -> np.ndarray:
        """Median of the draws."""
        return np.median(self.draws(name), axis=1).astype(float)

    def ends(self, name: str, method: Method = "linear") -> np.ndarray:
        """Lower end, median and upper end (3, cell_line)."""
        return interval_of(self.draws(name), self._ci_prob, axis=1, method=method)

    def interval(self, name: str) -> dict[str, np.ndarray]:
        """Columns NAME, NAME_lower and NAME_upper of an estimand."""
        return named_ends(name, self.ends(name))

    def texts(self, name: str) -> list[str]:
        """A property of lines as text; empty where they do not have it."""
        size = self._estimands.sizes[v.CELL_LINE]
        return [str(one) for one in self._estimands[name].to_numpy()] if name in self._estimands.coords else [""] * size

    def inside(self, ends: np.ndarray) -> np.ndarray:
        """Ends of intervals of doses [uM], NaN where they lie outside a line's tested doses."""
        return inside_doses(ends, self.low, self.top)

    def doses(self, name: str, ends: np.ndarray) -> dict[str, Any]:
        """Columns of `lensim.dose_response.dose_words.dose_columns`."""
        inside = self.inside(ends)
        columns = named_ends(f"{name}_{data_unit(self.unit)}", inside)
        if self.unit.um_per_unit != 1.0:
            columns |= named_ends(f"{name}_{self.unit.column}", inside / self.unit.um_per_unit)
        return columns

    def words(self, ends: np.ndarray) -> list[str]:
        """Intervals of doses in the user's unit, or bounds; empty where there is none."""
        reach = zip(ends.T, self.low.tolist(), self.top.tolist(), strict=True)
        return [words_of(own, low, top, self.unit) for own, low, top in reach]


def each_line(estimands: xr.Dataset) -> Iterator[tuple[dict[str, Any], xr.Dataset]]:
    """Each line: its columns cell_line, and line and condition where lines have several curves; its draws (sample)."""
    draws = estimands.stack(sample=("chain", "draw"), create_index=False)
    known = (("line", v.LINE_OF_CURVE), ("condition", v.CONDITION_OF_CURVE))
    for line, name in enumerate(estimands[v.CELL_LINE].to_numpy()):
        own = draws.isel({v.CELL_LINE: line})
        named = {column: str(own[source].item()) for column, source in known if source in own.coords}
        yield {"cell_line": str(name), **named}, own


def named_ends(name: str, ends: np.ndarray) -> dict[str, np.ndarray]:
    """Columns from the ends of intervals (3, cell_line): NAME is the median, then NAME_lower and NAME_upper."""
    lower, median, upper = ends
    return {name: median, f"{name}_lower": lower, f"{name}_upper": upper}
