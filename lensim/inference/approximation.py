"""An approximate answer: draws that no gate judges, in a small part of the time of a fit, with their own doubts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import xarray as xr

APPROXIMATE: Final = "approximate"
"""The engine of screens that gives approximate answers."""


@dataclass(frozen=True)
class Approximation:
    """An approximate answer.

    Attributes
    ----------
    result
        Groups posterior (chain, draw, ...) and observations, from which the tables of the assay are made.
    figures
        What it was judged by, as a clause.
    doubts
        Rules that are not met, each with what it got; none where the answer can be trusted as far as it goes.
    """

    result: "xr.DataTree"
    figures: str
    doubts: tuple[str, ...] = ()

    @property
    def is_trusted(self) -> bool:
        """Whether no rule is broken."""
        return not self.doubts

    def sentence(self) -> str:
        """The verdict in one line."""
        if self.is_trusted:
            return f"approximate, and trusted: {self.figures}"
        return f"approximate, and NOT trusted: {'; '.join(self.doubts)} ({self.figures}): fit it by itself"


Approximate = Callable[["xr.Dataset", str, Any, int], Approximation]
"""From prepared data, the name of a model, its priors and a seed; `HandedOn` where it does not take them."""
