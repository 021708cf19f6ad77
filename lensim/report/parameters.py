"""Median and interval of every parameter, for a fit whose assay is not known."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, ResultTable
from lensim.inference.intervals import interval_of

MOST_SCALARS: Final = 60
"""A variable with more than these is data of its own, such as one value a well, and left to the result's file."""

HUGE: Final = 1e300
"""Draws beyond this, such as an infinite IC50, are not interpolated."""


def parameter_tables(result: xr.DataTree, asked: Asked) -> tuple[ResultTable, ...]:
    """A table of the parameters with medians and intervals; none where there are no parameters."""
    rows = list(_rows(result["posterior"].to_dataset(), asked.ci_prob))
    return (ResultTable("parameters", f"Parameters, {asked.words}", pd.DataFrame(rows)),) if rows else ()


def _rows(posterior: xr.Dataset, ci_prob: float) -> Iterator[dict[str, Any]]:
    for name, values in posterior.data_vars.items():
        size = values.size // (values.sizes["chain"] * values.sizes["draw"])
        if size > MOST_SCALARS or values.dtype.kind not in "fiu":
            continue
        dims = [dim for dim in values.dims if dim not in ("chain", "draw")]
        flat = values.transpose("chain", "draw", *dims).to_numpy().reshape(-1, size)
        is_finite = bool((np.abs(flat) < HUGE).all())
        lower, median, upper = interval_of(flat, ci_prob, axis=0, method="linear" if is_finite else "inverted_cdf")
        labels = [
            posterior[dim].to_numpy() if dim in posterior.coords else np.arange(values.sizes[dim]) for dim in dims
        ]
        for at, where in enumerate(np.ndindex(*[values.sizes[dim] for dim in dims])):
            yield {
                "parameter": str(name),
                "of": ", ".join(str(labels[k][i]) for k, i in enumerate(where)) or None,
                "unit": v.UNITS.get(str(name)) or values.attrs.get("units"),
                "median": median[at],
                "lower": lower[at],
                "upper": upper[at],
            }
