"""What a checklist is filled from: the result of an RT-qPCR fit, with what is asked of it again and again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, ResultTable, read_result
from lensim.expression.standard_curve import standard_curves
from lensim.inference.intervals import interval_of
from lensim.inference.observations import observations_of
from lensim.miqe.standards import COLUMNS as STANDARD_COLUMNS
from lensim.miqe.standards import CONFIDENCE, standards_table
from lensim.plain_text import first_names
from lensim.tables.names import names_along

MOST_DRAWS: Final = 1000
"""Draws that quantities of single samples are computed from; the ends of their intervals need no more."""
SHOWN_NAMES: Final = 12


@dataclass(frozen=True)
class Fact:
    """What a fit knows of an item.

    Attributes
    ----------
    value
        As told; empty where the fit does not know it.
    lacks
        What is to be added by hand to a value, or why there is none.
    """

    value: str = ""
    lacks: str = ""


@dataclass(frozen=True)
class Fit:
    """A fit, and what is asked of it whatever its assay.

    Attributes
    ----------
    result
        The fit.
    ci_prob
        Probability inside its intervals.
    """

    result: xr.DataTree
    ci_prob: float = 0.9

    @cached_property
    def data(self) -> xr.Dataset:
        """The data that were fitted."""
        return observations_of(self.result)


@dataclass(frozen=True)
class Study(Fit):
    """A fit of the assay expression."""

    @property
    def has_cts(self) -> bool:
        """Whether Cts were fitted, not ratios."""
        return v.CT in self.data

    @cached_property
    def tables(self) -> dict[str, ResultTable]:
        """Tables of the result by name, as everywhere."""
        return {table.name: table for table in read_result(self.result, Asked(self.ci_prob)).tables}

    @cached_property
    def posterior(self) -> xr.Dataset:
        """Draws of the model's variables, along chain and draw."""
        return self.result["posterior"].to_dataset()

    def draws(self, name: str, *dims: str) -> np.ndarray | None:
        """Draws of a variable with dims as named and draws last, thinned to `MOST_DRAWS`; None where there is none."""
        if name not in self.posterior:
            return None
        values = self.posterior[name].transpose(*dims, "chain", "draw").to_numpy()
        values = values.reshape(*values.shape[:-2], -1)
        step = max(1, -(-values.shape[-1] // MOST_DRAWS))
        return np.asarray(values[..., ::step])

    def prior_sd(self, name: str) -> np.ndarray | None:
        """Sd of the prior draws of a variable; None where the result has none."""
        if "prior" not in self.result.children or name not in self.result["prior"]:
            return None
        return np.asarray(self.result["prior"][name].std(("chain", "draw")).to_numpy())

    @property
    def genes(self) -> list[str]:
        """Names of genes."""
        return names_along(self.data, v.GENE)

    @property
    def references(self) -> list[str]:
        """Names of references; none in a study of ratios."""
        if v.IS_REFERENCE not in self.data:
            return []
        is_reference = self.data[v.IS_REFERENCE].to_numpy() == 1
        return [gene for gene, is_own in zip(self.genes, is_reference, strict=True) if is_own]

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Least-squares standard curve of each gene with a dilution series; no row where there is none."""
        if not self.has_cts or v.STANDARD_CT not in self.data or not self.data.sizes.get(v.STANDARD, 0):
            return pd.DataFrame(columns=["gene", "slope", "note"])
        return standard_curves(self.data, CONFIDENCE)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The curves that could be drawn."""
        return self.curves[self.curves["slope"].notna()]

    @cached_property
    def with_line(self) -> frozenset[str]:
        """Genes whose curve could be drawn."""
        return frozenset(self.lines["gene"].astype(str))

    @cached_property
    def cells(self) -> dict[tuple[int, int, int], np.ndarray]:
        """Cts of each gene in each sample on each plate, by their places; NaN = not detected."""
        places = (v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION, v.PLATE_OF_REACTION, v.CT)
        found: dict[tuple[int, int, int], list[float]] = {}
        for gene, sample, plate, ct in zip(*(self.data[name].to_numpy().tolist() for name in places), strict=True):
            found.setdefault((gene, sample, plate), []).append(ct)
        return {place: np.array(cts, dtype=float) for place, cts in found.items()}

    @cached_property
    def standards(self) -> pd.DataFrame:
        """`standards_table` of the study; no row where no gene has a dilution series."""
        if not len(self.curves):
            return pd.DataFrame(columns=list(STANDARD_COLUMNS))
        return standards_table(self.data, self.lines, self.unit)

    @property
    def unit(self) -> str:
        """Unit of the standards' quantities."""
        if v.STANDARD_QUANTITY not in self.data:
            return ""
        return str(self.data[v.STANDARD_QUANTITY].attrs.get("units", ""))

    def interval(self, draws: np.ndarray, digits: int = 3) -> str:
        """Median and interval of draws, in words."""
        low, middle, high = interval_of(draws, self.ci_prob)
        return f"{middle:.{digits}g} ({low:.{digits}g} to {high:.{digits}g})"


def software(fit: Fit) -> Fact:
    """Name, version and seed."""
    attrs = fit.result.attrs
    return Fact(f"lensim {attrs.get('lensim_version', '')}, seed {attrs.get('seed', '')} (sheet settings)")


def flat(content: Mapping[str, Any], between: str, stem: str = "") -> Iterator[tuple[str, Any]]:
    """Names and values; those of mappings within it by their names joined with `between`."""
    for name, value in content.items():
        whole = f"{stem}{between}{name}" if stem else name
        if isinstance(value, Mapping):
            yield from flat(value, between, whole)
        else:
            yield whole, value


def listed(names: Iterable[Any]) -> str:
    """Names in a row, the first of many."""
    return first_names(list(names), SHOWN_NAMES)
