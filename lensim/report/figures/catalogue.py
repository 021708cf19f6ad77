"""The figures of a result, by its assay, without importing the package that draws them.

A package offers figures through the entry-point group `lensim.figures`: the name of an assay, and a function of
(result, ci_prob, threshold_um) that gives them. lensim's own come with those of other packages.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.assay import Asked, assay_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GROUP = "lensim.figures"
DATA_GROUP = "lensim.data_figures"


@dataclass(frozen=True)
class ResultFigure:
    """A figure of a result with its caption and its text alternative.

    Attributes
    ----------
    name
        Stem of its file, such as ic50_forest.
    caption
        What it shows, in a sentence.
    alt
        Text alternative for readers who cannot see it.
    draw
        Draws it; nothing is drawn before.
    """

    name: str
    caption: str
    alt: str
    draw: "Callable[[], Figure]"


def figures_of(
    result: xr.DataTree, ci_prob: float = 0.9, threshold_um: float | None = None
) -> tuple[ResultFigure, ...]:
    """The figures that the data of a result allow, in the order in which they are shown.

    Parameters
    ----------
    result
        As `lensim fit` writes it; an assay for which no package offers figures has none.
    ci_prob
        Probability inside the intervals.
    threshold_um
        IC50 above which a line is called resistant [uM], drawn where IC50s are; none without it.

    Raises
    ------
    InputError
        If a number is out of its range, figures of an assay cannot be imported, or two have one name.

    Examples
    --------
    >>> for one in figures_of(result):
    ...     one.draw().savefig(f"{one.name}.png")
    """
    asked = Asked(ci_prob, threshold_um)
    return _offered(GROUP, result, asked.ci_prob, asked.threshold_um)


def figures_of_data(data: xr.Dataset) -> tuple[ResultFigure, ...]:
    """The figures of data as they were read, before any fit: gates over single events.

    A package offers them through the entry-point group `lensim.data_figures`: the name of an assay, and a function of
    the Dataset.

    Raises
    ------
    InputError
        As `figures_of`.
    """
    return _offered(DATA_GROUP, data)


def _offered(group: str, of: xr.Dataset | xr.DataTree, *asked: float | None) -> tuple[ResultFigure, ...]:
    try:
        assay = str(of.attrs.get(v.ASSAY) or assay_of(of).name)
    except checks.InputError:
        return ()
    found: list[ResultFigure] = []
    for entry in entry_points(group=group, name=assay):
        try:
            offered = entry.load()
        except (ImportError, AttributeError) as error:
            raise checks.InputError(
                f"figures of {assay} must come from a function that can be imported, got {entry.value} ({error})"
            ) from None
        found += offered(of, *asked)
    twice = [name for name, count in Counter(one.name for one in found).items() if count > 1]
    if twice:
        raise checks.InputError(f"figures of {assay} must each have a name of their own, got {', '.join(twice)} twice")
    return tuple(found)
