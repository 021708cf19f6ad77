"""A result in compact form: what its tables and figures need, in half the digits; the rest goes."""

import json
from collections.abc import Iterable
from typing import Final

import numpy as np
import xarray as xr

from lensim.inference.kept_means import POSTERIOR_MEANS
from lensim.inference.observations import OBSERVATIONS
from lensim.inference.prior_sensitivity import PRIOR_SENSITIVITY
from lensim.inference.single import in_single
from lensim.inference.verdict import INCOMPLETE

KEPT_GROUPS: Final = (OBSERVATIONS, PRIOR_SENSITIVITY)
OF_ONE_RUN: Final = ("compile_seconds", "sampling_seconds", "seconds")
"""Attrs that differ from run to run: two runs of a screen are to leave the same files."""
SETTINGS: Final = "settings"
COMPACT: Final = (
    "kept by a screen in compact form, without predictive draws and log likelihood: fit the compound by itself for "
    "these"
)


def compacted(result: xr.DataTree, means_alone: Iterable[str] = (), keep: int = 0) -> xr.DataTree:
    """A result with its draws in single precision and nothing that can be drawn again.

    Parameters
    ----------
    result
        A fit with its observations.
    means_alone
        Variables of the posterior whose draws no table needs; their means go into the group `posterior_means`.
    keep
        Draws that are kept, evenly from each chain; all where 0.
    """
    posterior = result["posterior"].to_dataset()
    spared = [name for name in means_alone if name in posterior]
    own = posterior.drop_vars(spared)
    own = own.drop_vars([name for name in own.coords if name in own.dims and not _is_used(own, str(name))])
    kept = in_single(_thinned(own, keep))
    found = xr.DataTree.from_dict({"posterior": kept.assign_attrs(posterior.attrs)})
    if spared:
        means = {name: _mean(posterior.variables[name]) for name in spared}
        found[POSTERIOR_MEANS] = xr.DataTree(xr.Dataset(means, attrs=posterior.attrs))
    if "sample_stats" in result.children and "diverging" in result["sample_stats"]:
        diverging = _thinned(result["sample_stats"].to_dataset()[["diverging"]], keep)
        found["sample_stats"] = xr.DataTree(diverging)
    for name in KEPT_GROUPS:
        if name in result.children:
            found[name] = xr.DataTree(result[name].to_dataset())
    attrs = {name: value for name, value in result.attrs.items() if name not in OF_ONE_RUN}
    if SETTINGS in attrs:
        attrs[SETTINGS] = _by_any_cores(str(attrs[SETTINGS]))
    reason = attrs.get(INCOMPLETE)
    found.attrs = attrs | {INCOMPLETE: f"{COMPACT}; {reason}" if reason else COMPACT}
    return found


def _is_used(data: xr.Dataset, dim: str) -> bool:
    return dim in ("chain", "draw") or any(dim in values.dims for values in data.data_vars.values())


def _by_any_cores(settings: str) -> str:
    """Settings of a fit without the cores that a worker took: draws do not depend on them."""
    content = json.loads(settings)
    return json.dumps(content | {"sampler": content["sampler"] | {"cores": 0}})


def _mean(draws: xr.Variable) -> xr.Variable:
    ordered = draws.transpose("chain", "draw", ...)
    mean = ordered.to_numpy().mean(axis=(0, 1), dtype=float).astype(np.float32)
    return xr.Variable(ordered.dims[2:], mean, draws.attrs)


def _thinned(draws: xr.Dataset, keep: int) -> xr.Dataset:
    """Every n-th draw of each chain, so that about `keep` stay in all; never fewer than are asked for."""
    total = draws.sizes["chain"] * draws.sizes["draw"]
    step = max(1, total // keep) if keep else 1
    return draws.isel(draw=slice(None, None, step))
