"""The posterior of any estimand of a fit: draws, their interval or bound, a histogram."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, assay_of
from lensim.checks import InputError
from lensim.inference.intervals import interval_of
from lensim.report.numbers import number_text

BINS: Final = 40
MOST_ITEMS: Final = 2_000
"""Items of an estimand that are offered; one with more is data of its own, such as a value a well."""
A_BOUND: Final = 0.05
"""Share of draws without a number from which on a bound is told in place of an interval."""


@dataclass(frozen=True)
class Estimand:
    """A quantity of a fit.

    Attributes
    ----------
    name
        Of its variable.
    words
        For the page.
    unit
        Empty where it has none.
    items
        Labels of its items; one that is empty where it is a single number.
    """

    name: str
    words: str
    unit: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Posterior:
    """The posterior of one item of an estimand.

    Attributes
    ----------
    title
        Quantity, item and unit.
    lower, median, upper
        Of the interval; infinite where draws are.
    ci_prob
        Probability inside.
    edges, shares
        Of a histogram of the draws that are numbers, in shares of all draws.
    beyond
        Share of the draws that are no numbers, such as an IC50 that no dose reaches.
    draws
        Number of draws.
    unit, um_per_unit
        Of doses in the data; doses, and IC50s, are told in it too.
    """

    title: str
    lower: float
    median: float
    upper: float
    ci_prob: float
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    beyond: float
    draws: int
    unit: str = "uM"
    um_per_unit: float = 1.0

    @property
    def words(self) -> str:
        """The interval as a sentence, or a bound."""
        if self.beyond > A_BOUND:
            low = f"above {number_text(self.edges[0])}" if self.edges else "beyond every number"
            if self.edges and self.told_in:
                low += f" ({self._told(self.edges[0])} {self.told_in})"
            return f"{self.title}: a bound, {low}; {self.beyond:.0%} of the draws are beyond what the data reach"
        between = f"{number_text(self.lower)} and {number_text(self.upper)}"
        said = f"{self.title}: {number_text(self.median)}, with {self.ci_prob:.0%} between {between}"
        if not self.told_in:
            return said
        low, middle, high = map(self._told, (self.lower, self.median, self.upper))
        return f"{said}; that is {middle} {self.told_in} ({low} to {high})"

    @property
    def told_in(self) -> str:
        """The unit in which it is told beside its own: of a logarithm the plain one, of doses that of the data."""
        plain = self.of_log10 or ("uM" if self.title.endswith("[uM]") and self.unit != "uM" else "")
        return self.unit if plain == "uM" else plain

    def _told(self, value: float) -> str:
        plain = 10.0 ** min(value, LARGEST_LOG10) if self.of_log10 else value
        return number_text(plain / self.um_per_unit if self.told_in == self.unit else plain)

    @property
    def of_log10(self) -> str:
        """The unit of which the quantity is the log10; '' where it is no logarithm of a quantity with a unit."""
        _, is_log, unit = self.title.rpartition("[log10 ")
        return unit.removesuffix("]") if is_log else ""

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The histogram as rows of a table."""
        ends = zip(self.edges[:-1], self.edges[1:], self.shares, strict=True)
        found = [(number_text(low), number_text(high), f"{100 * share:.1f}%") for low, high, share in ends]
        return [*found, *([("beyond", NO_END, f"{100 * self.beyond:.1f}%")] if self.beyond else [])]


NO_END: Final = "no end"
LARGEST_LOG10: Final = 300.0
"""Beyond it a number has no power of ten."""


def estimands_of(result: xr.DataTree) -> xr.Dataset:
    """Draws of every quantity of a fit; its parameters where no assay is known."""
    try:
        return assay_of(result).estimands(result, Asked())
    except (InputError, KeyError):
        return result["posterior"].to_dataset()


def listed(estimands: xr.Dataset, words: Mapping[str, str]) -> tuple[Estimand, ...]:
    """The estimands that can be looked at, those with words of a table first.

    Parameters
    ----------
    estimands
        Draws (chain, draw, ...).
    words
        Of those that tables show.
    """
    found = []
    for name, values in estimands.data_vars.items():
        if not {"chain", "draw"} <= set(values.dims) or values.dtype.kind not in "fiub":
            continue
        items = _items(estimands, values)
        if items:
            unit = str(v.UNITS.get(str(name)) or values.attrs.get("units") or "")
            said = words.get(str(name)) or str(name).replace("_", " ")
            found.append(Estimand(str(name), said[:1].upper() + said[1:], unit, items))
    return tuple(sorted(found, key=lambda one: one.name not in words))


def _items(estimands: xr.Dataset, values: xr.DataArray) -> tuple[str, ...]:
    dims = [dim for dim in values.dims if dim not in ("chain", "draw")]
    if int(np.prod([values.sizes[dim] for dim in dims], initial=1)) > MOST_ITEMS:
        return ()
    labels = [
        [str(one) for one in estimands[dim].to_numpy()] if dim in estimands.coords else _numbers(values.sizes[dim])
        for dim in dims
    ]
    return tuple(
        ", ".join(labels[at][number] for at, number in enumerate(where))
        for where in np.ndindex(*[values.sizes[dim] for dim in dims])
    )


def _numbers(count: int) -> list[str]:
    return [str(1 + at) for at in range(count)]


def draws_of(estimands: xr.Dataset, name: str, item: int) -> np.ndarray:
    """The draws of one item."""
    values = estimands[name]
    dims = [dim for dim in values.dims if dim not in ("chain", "draw")]
    flat = values.transpose("chain", "draw", *dims).to_numpy().astype(float)
    flat = flat.reshape(flat.shape[0] * flat.shape[1], -1)
    return np.asarray(flat[:, min(item, flat.shape[1] - 1)])


def posterior_of(
    estimand: Estimand,
    item: int,
    draws: np.ndarray,
    ci_prob: float = 0.9,
    in_data: tuple[str, float] = ("uM", 1.0),
) -> Posterior:
    """The posterior of one item, from its draws.

    Parameters
    ----------
    estimand, item
        What the draws are of.
    draws
        NaN where a draw says nothing; those are left out.
    ci_prob
        Probability inside the interval.
    in_data
        Unit of doses in the data, with the uM that one of it is.

    Raises
    ------
    InputError
        If no draw says anything.
    """
    label = estimand.items[min(item, len(estimand.items) - 1)]
    unit = f" [{estimand.unit}]" if estimand.unit else ""
    title = f"{estimand.words}{f' of {label}' if label else ''}{unit}"
    known = draws[~np.isnan(draws)]
    if not len(known):
        raise InputError(f"{title} must have draws, got none: the data say nothing of it")
    finite = known[np.isfinite(known)]
    lower, median, upper = interval_of(known, ci_prob, method="inverted_cdf")
    edges, shares = np.empty(0), np.empty(0)
    if len(finite):
        low, high = np.quantile(finite, [0.002, 0.998])
        wide = np.clip(finite, low, high)
        counts, edges = np.histogram(wide, BINS if high > low else 1)
        shares = counts / len(known)
    beyond = 1.0 - len(finite) / len(known)
    ends = (float(lower), float(median), float(upper))
    return Posterior(title, *ends, ci_prob, tuple(edges.tolist()), tuple(shares.tolist()), beyond, len(known), *in_data)
