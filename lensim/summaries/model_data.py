"""A summary as a Dataset, for the model of the catalogue."""

import numpy as np
import xarray as xr

from lensim.checks import InputError
from lensim.summaries.likelihood import seen_values
from lensim.summaries.names import FIRST, FREE_HIGH, FREE_LOW, PRINTED_HIGH, PRINTED_LOW, SECOND
from lensim.summaries.order import ordered
from lensim.summaries.summary import PublishedSummary


def summary_data(summary: PublishedSummary) -> xr.Dataset:
    """Order statistics of a summary (seen, printed, gap), or mean and sd of log2 changes.

    Variables: free_low and free_high (seen); of each printed number printed_low and printed_high (printed), first_seen
    and second_seen (the value or the two that it is a mean of, -1 for none) and share (of the second); left, right,
    below, above, cut (gap) as `lensim.summaries.likelihood.Seen` has them. With mean and sd of log2 changes alone:
    moments (two ends of the mean, two of the sd). Attributes n, is_log and measurement_sd.

    Raises
    ------
    InputError
        If the summary says anything else, or no n values can have it.
    """
    values = ordered(summary)
    attrs = {
        "n": summary.n,
        "is_log": int(values.is_log),
        "name": summary.name,
        "measurement_sd": summary.measurement_sd,
    }
    has_order = bool(values.known.any() or values.ties)
    named = summary.p is not None and summary.p.is_of_one_test
    alone = not has_order and not named and summary.increases is None
    if alone and values.is_log and values.mean is not None and values.sd is not None:
        return xr.Dataset({"moments": ("end", np.array([*values.mean, *values.sd]))}, attrs=attrs)
    if not has_order or values.mean is not None or values.sd is not None or named:
        raise InputError(
            f"{summary.name}: published_summary takes order statistics with a count of increases, or mean and sd of "
            "log2 changes; summary_posterior takes the rest too"
        )
    seen = seen_values(values, summary.increases, 1, 0)
    place = {int(position): k for k, position in enumerate(seen.positions)}
    rows = [(values.low[k], values.high[k], place[k], -1, 0.0) for k in place if values.known[k]]
    rows += [(tie.low, tie.high, place[tie.first], place[tie.first + 1], tie.share) for tie in values.ties]
    low, high, first, second, share = (np.array(column) for column in zip(*rows, strict=True))
    return xr.Dataset(
        {
            FREE_LOW: ("seen", values.low[seen.positions]),
            FREE_HIGH: ("seen", values.high[seen.positions]),
            PRINTED_LOW: ("printed", low.astype(float)),
            PRINTED_HIGH: ("printed", high.astype(float)),
            FIRST: ("printed", first.astype(int)),
            SECOND: ("printed", second.astype(int)),
            "share": ("printed", share.astype(float)),
            "left": ("gap", seen.left),
            "right": ("gap", seen.right),
            "below": ("gap", seen.below),
            "above": ("gap", seen.above),
            "cut": ("gap", seen.cut),
        },
        attrs=attrs,
    )
