"""How far a reference may respond to the treatment before a sure change is no longer sure.

A reference that rises by x log2 under the treatment lowers every fold change by x. So an increase with a probability
above 0.9 keeps it, unless the references fall by more than the 10% quantile of its log2 fold change.
"""

from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.evidence import PAIRS

SURE: Final = 0.9
REFERENCES: Final = "references"
"""Attr of estimands: names of the references, a comma between them; '' of ratios, whose references are not known."""
SHOWN: Final = 4


def tipping_log2(fold_change: np.ndarray) -> np.ndarray:
    """Response of the references [log2] at which the direction has a probability of 0.9, not more.

    Below 0 where they must fall, for an increase; above 0 where they must rise, for a decrease; NaN where neither
    is sure.

    Parameters
    ----------
    fold_change
        Draws of log2 fold changes, along the last axis.
    """
    low, high = np.quantile(fold_change, [1.0 - SURE, SURE], axis=-1)
    return np.asarray(np.where(low > 0.0, -low, np.where(high < 0.0, -high, np.nan)))


def told_of_one_reference(estimands: xr.Dataset) -> list[str]:
    """With one reference, what its own response would have to be; one sentence a contrast, the weakest change first."""
    reference = str(estimands.attrs.get(REFERENCES, ""))
    if not reference or ", " in reference:
        return []
    is_pooled = v.MU_FOLD_CHANGE in estimands
    fold = estimands[v.MU_FOLD_CHANGE if is_pooled else v.LOG2_FOLD_CHANGE]
    dims = (v.TARGET, v.CELL_TYPE if is_pooled else v.SUBJECT, v.CONTRAST)
    flat = fold.stack(sample_=("chain", "draw"), create_index=False).transpose(*dims, "sample_")
    names = [flat[dim].to_numpy().astype(str) for dim in dims]
    tipping = tipping_log2(flat.to_numpy())
    if not is_pooled:
        tipping = np.where(estimands[PAIRS].to_numpy() > 0, tipping, np.nan)
    said = []
    for c, contrast in enumerate(names[2]):
        sure = np.argwhere(np.isfinite(tipping[..., c]))
        if not len(sure):
            continue
        order = np.argsort([abs(tipping[t, k, c]) for t, k in sure])
        parts = []
        for t, k in sure[order[:SHOWN]]:
            by = tipping[t, k, c]
            change, must = ("increase", "falls") if by < 0 else ("decrease", "rises")
            parts.append(f"{change} of {names[0][t]} in {names[1][k]} ({must} {2.0 ** abs(by):.2f}-fold)")
        more = f", and {len(sure) - SHOWN} more" if len(sure) > SHOWN else ""
        said.append(
            f"{reference} is the only reference, and nothing shows whether it responds to {contrast}: "
            f"a change keeps its probability of {SURE:g} unless {reference} itself moves so far: {', '.join(parts)}"
            f"{more}; a second reference can tell"
        )
    return said
