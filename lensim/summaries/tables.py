"""Tables and sentences of a posterior of published summaries."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.summaries.audit import audit, audit_in_words
from lensim.summaries.extremes import LARGEST_N
from lensim.summaries.posterior import NEW, P_INCREASE
from lensim.summaries.summary import PublishedSummary

QUANTILES: Final = (0.5, 0.05, 0.95)


def table_of(result: xr.DataTree) -> pd.DataFrame:
    """A row a kind of summary.

    Returns
    -------
    pandas.DataFrame
        target, cell_type; medians, and ends of the 90% interval as _low and _high, of mean_percent (the mean change,
        percent of control), tau [log2] and new_percent (the change of a further line); p_new_increase (of a further
        line) and p_mean_increase; draws, by which their digits are known.
    """
    posterior = result["posterior"].to_dataset().isel(chain=0, contrast=0)
    rows = []
    for target in posterior["target"].to_numpy():
        for kind in posterior["cell_type"].to_numpy():
            own = posterior.sel(target=target, cell_type=kind)
            mu, tau, new = (own[name].to_numpy() for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE, NEW))
            if np.isnan(mu).any():
                continue  # no summary is of this kind
            row: dict[str, object] = {"target": str(target), "cell_type": str(kind)}
            for name, values in (("mean_percent", 100 * 2.0**mu), ("tau", tau), ("new_percent", 100 * 2.0**new)):
                middle, low, high = np.quantile(values, QUANTILES)
                row |= {name: middle, f"{name}_low": low, f"{name}_high": high}
            row |= {
                "p_new_increase": float(own[P_INCREASE].mean()),
                "p_mean_increase": float((mu > 0).mean()),
                "draws": mu.size,
            }
            rows.append(row)
    return pd.DataFrame(rows)


def audit_of(summaries: Sequence[PublishedSummary]) -> pd.DataFrame:
    """The audits of all summaries with at most 200 values in one table, as from `lensim.summaries.audit.audit`."""
    found = [audit(one) for one in summaries if one.n <= LARGEST_N]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame({"summary": []})


def findings_of(summaries: Sequence[PublishedSummary], audits: pd.DataFrame) -> list[str]:
    """What the audits say of the analyses, in words, and what the spread has in it."""
    said = [
        audit_in_words(one, audits[audits["summary"] == one.name])
        if one.n <= LARGEST_N
        else f"{one.name}: its P values are not audited, as n is {one.n} and an audit takes {LARGEST_N} values at most."
        for one in summaries
    ]
    if any(one.measurement_sd == 0 for one in summaries):
        said.append(
            "Where no measurement_sd is given, tau has in it what experiments and reactions blur; a plan that "
            "simulates reactions counts that twice, and errs towards more subjects."
        )
    return [one for one in said if one]
