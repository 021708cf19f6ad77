"""A figure of a fit by its name."""

from typing import TYPE_CHECKING

import xarray as xr

from lensim.assay import assay_of
from lensim.checks import InputError, one_of
from lensim.report.figures.catalogue import ResultFigure, figures_of
from lensim.report.shown import last_word

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def drawn(result: xr.DataTree, name: str, ci_prob: float, threshold_um: float | None) -> "Figure":
    """The figure of a result that is named, or the first.

    Raises
    ------
    InputError
        If there is no figure of that name, or the result lacks what it shows.
    """
    try:
        return _figure(result, name, figures_of(result, ci_prob, threshold_um))
    except KeyError as error:
        raise InputError(f"plot needs {last_word(error)}, got a result that lacks it") from None


def _figure(result: xr.DataTree, name: str, figures: tuple[ResultFigure, ...]) -> "Figure":
    found = {figure.name: figure for figure in figures}
    if not found:
        assay = assay_of(result).name
        raise InputError(f"plot needs a fit of an assay with figures, got one of {assay}, which has none")
    if name:
        one_of("name of a figure", name, found)
    return (found[name] if name else next(iter(found.values()))).draw()
