"""What a page shows of one kind of fit; each assay has one, listed in `lensim.report.fits.VIEWS`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import xarray as xr

from lensim.report.page import PageTable, Picture


@dataclass(frozen=True)
class FitView:
    """What a page shows of one kind of fit.

    Attributes
    ----------
    title
        What the fit answers, in words.
    is_of
        Whether a result that carries its data is of this kind.
    tables, pictures
        From a result and the probability inside intervals.
    """

    title: str
    is_of: Callable[[xr.DataTree], bool]
    tables: Callable[[xr.DataTree, float], Iterator[PageTable]]
    pictures: Callable[[xr.DataTree, float], Iterator[Picture]]


def interval_words(ci_prob: float) -> str:
    """What stands behind the caption of a table of estimates."""
    return f"medians and {ci_prob:.0%} intervals"
