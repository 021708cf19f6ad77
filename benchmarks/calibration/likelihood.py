"""Log likelihood of a model's data given draws, as one number a draw: a quantity that sees what parameters hide.

Source: Modrak et al. 2023, doi:10.1214/23-BA1404
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import pymc as pm
import xarray as xr

from benchmarks.calibration.simulated import design_of
from lensim.inference.catalogue import find_model
from lensim.inference.generated_sources import sources_kept_in_one_folder
from lensim.inference.sampler_coordinates import coordinates_of

WITHOUT: Final = ("expression_hierarchical", "expression_hierarchical_responding", "expression_separate")
"""Models with latent values of few copies, which a truth does not have."""


class _Compiled(NamedTuple):
    model: pm.Model
    function: Any
    inputs: tuple[str, ...]


def log_likelihoods(model: str, data: xr.Dataset, draws: xr.Dataset) -> np.ndarray | None:
    """Log likelihood of each draw of `draws` (chain, draw, ...), flat; None of models that have none here."""
    if model in WITHOUT:
        return None
    held = _compiled(model)
    with held.model:
        pm.set_data({k: a for k, a in find_model(model).arrays(data).items()})
    flat = draws.stack(sample_=("chain", "draw"), create_index=False).transpose("sample_", ...)
    columns = [flat[name].to_numpy() for name in held.inputs]
    return np.array([float(held.function(*(column[k] for column in columns))) for k in range(flat.sizes["sample_"])])


@lru_cache(maxsize=4)
def _compiled(model: str) -> _Compiled:
    built = find_model(model).build(design_of(model), None)
    noted = coordinates_of(built)
    sampled = {one.name for one in noted}
    known = [one for one in built.free_RVs if one.name not in sampled]
    known += [one.value for one in noted if one.variable in built.named_vars]
    with sources_kept_in_one_folder():
        total = sum(pm.logp(one, built.rvs_to_values[one]).sum() for one in built.observed_RVs)
        function = built.compile_fn(inputs=known, outs=total, on_unused_input="ignore", point_fn=False)
    return _Compiled(built, function, tuple(one.name for one in known))
