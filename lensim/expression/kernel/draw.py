"""NUTS for models of reactions: the sampler is nutpie's, the density is compiled ahead, and no model is built."""

from collections.abc import Callable
from typing import Final

import numpy as np
import xarray as xr
from nutpie.compile_pymc import CompiledPyMCModel

from lensim.expression.kernel.density import callbacks, values_at
from lensim.expression.kernel.mode import near_mode
from lensim.expression.kernel.packed import DECLARED, NOT_DECLARED, Packed, packed
from lensim.expression.priors import ExpressionPriors, responding_priors
from lensim.expression.reaction_arrays import require_expression
from lensim.inference.chains import run_chains
from lensim.inference.densities import SAMPLER_COORDINATES
from lensim.inference.engine import LIBRARY, library_of
from lensim.inference.settings import SamplerSettings

COORDINATE: Final = "coordinate"
REACH: Final = 1.7
"""Chains begin so far from the mode, in spreads: as wide as a standard normal variable."""


def study_for_kernel(data: xr.Dataset, model: str, priors: ExpressionPriors | None = None) -> Packed:
    """A study and its priors for the kernels, as the model of this name has them.

    Raises
    ------
    InputError
        If the data do not suit the model (`lensim.expression.reaction_arrays.require_expression`).
    """
    require_expression(data, model)
    chosen, is_by_input = priors or ExpressionPriors(), model == "expression_hierarchical_responding"
    if is_by_input:
        chosen = responding_priors(chosen)
    return packed(data, chosen, is_pooled=model != "expression_separate", is_by_input=is_by_input)


def draw_reactions(
    data: xr.Dataset,
    model: str,
    priors: ExpressionPriors | None,
    settings: SamplerSettings,
    seed: int,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: bool = False,
) -> xr.DataTree:
    """Draws from the posterior of a model of reactions, by NUTS.

    Parameters
    ----------
    data
        A study of RT-qPCR, with Cts.
    model
        expression_hierarchical, expression_hierarchical_responding or expression_separate.
    priors
        Priors of the model; its own where None.
    settings
        Length and care.
    seed
        Seed of the sampler; the same seed gives the same draws on any number of cores.
    tell
        Called with sentences on the progress; there are none.
    progress
        Show the progress of the chains.

    Returns
    -------
    xarray.DataTree
        Groups posterior, with the variables of the PyMC model less its coordinates (chain, draw, ...); sample_stats, as
        nutpie gives them; and sampler_coordinates with the deviations of genes with few copies, where there are some.

    Raises
    ------
    InputError
        If the data do not suit the model.
    KeyboardInterrupt
        If the sampling is interrupted.
    """
    study = near_mode(study_for_kernel(data, model, priors))
    drawn = run_chains(_for_nutpie(study), settings, seed, progress=progress)
    found = _own_variables(drawn["posterior"][COORDINATE].to_numpy(), study)
    deviations, dims = DECLARED[NOT_DECLARED]
    if deviations in found and found[deviations].size:
        drawn[SAMPLER_COORDINATES] = xr.DataTree(found[[deviations]])
    posterior = found.drop_dims(dims, errors="ignore").assign_attrs({LIBRARY: library_of("kernel")})
    drawn["posterior"] = xr.DataTree(posterior)
    return drawn


def _for_nutpie(study: Packed) -> CompiledPyMCModel:
    """A density of our own in the place of one that nutpie compiles."""
    density, copied = callbacks()

    def first_point(seed: int) -> np.ndarray:
        return np.random.default_rng(seed).uniform(-REACH, REACH, study.free)

    return CompiledPyMCModel(
        compiled_logp_func=density,
        compiled_expand_func=copied,
        initial_point_func=first_point,
        shared_data={},
        shared_var_keys={},
        user_data=study.block,
        n_expanded=study.free,
        shape_info=([COORDINATE], [slice(0, study.free)], [(study.free,)]),
        logp_func=None,
        expand_func=None,
        dims={COORDINATE: ("number",)},
        _n_dim=study.free,
        _shapes={COORDINATE: (study.free,)},
        _coords={"number": np.arange(study.free)},
    )


def _own_variables(coordinates: np.ndarray, study: Packed) -> xr.Dataset:
    """The model's variables at coordinates (chain, draw, coordinate)."""
    shape = coordinates.shape[:2]
    values = values_at(np.ascontiguousarray(coordinates).reshape(-1, study.free), study.block)
    found = {}
    for name, where in study.sections().items():
        own, dims = DECLARED[name]
        found[own] = (("chain", "draw", *dims), values[:, where].reshape(*shape, *study.shapes[name]))
    used = {dim for dims, _ in found.values() for dim in dims}
    coords = {name: labels for name, labels in study.coords.items() if name in used}
    return xr.Dataset(found, coords | {"chain": np.arange(shape[0]), "draw": np.arange(shape[1])})
