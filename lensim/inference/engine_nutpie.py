"""NUTS by nutpie: a model is compiled once, then takes any study of the same shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import xarray as xr

from lensim import checks
from lensim.inference.chains import run_chains
from lensim.inference.generated_sources import sources_kept_in_one_folder
from lensim.inference.settings import SamplerSettings


@dataclass(frozen=True)
class CompiledModel:
    """A model compiled for nutpie, and the names of the arrays that can be swapped."""

    compiled: Any
    data_names: frozenset[str]

    def with_data(self, arrays: Mapping[str, np.ndarray]) -> "CompiledModel":
        """The same model on another study's arrays; the number of wells may differ, lines and cultures may not.

        Raises
        ------
        InputError
            If the names are not those that the model holds.
        """
        if set(arrays) != self.data_names:
            odd = sorted(set(arrays) ^ self.data_names)
            raise checks.InputError(
                f"a compiled model takes exactly its own arrays, got a difference in {', '.join(odd)}"
            )
        in_use = {variable.name for variable in self.compiled.shared_var_keys}  # a model may hold more than it asks for
        used = {name: array for name, array in arrays.items() if name in in_use}
        return CompiledModel(self.compiled.with_data(**used), self.data_names)


def compile_model(model: pm.Model) -> CompiledModel:
    """Compile a model, which takes seconds to minutes; a fit then costs its sampling alone."""
    names = frozenset(variable.name for variable in model.data_vars)
    with sources_kept_in_one_folder():
        return CompiledModel(nutpie.compile_pymc_model(model), names)


def sample(compiled: CompiledModel, settings: SamplerSettings, seed: int, *, progress: bool = False) -> xr.DataTree:
    """Draws from the posterior, as a DataTree with groups posterior and sample_stats.

    Parameters
    ----------
    compiled
        From `compile_model`, with the data that it is to be fitted to.
    settings
        Length and care.
    seed
        The sampler's seed; the same seed gives the same draws on any number of cores.
    progress
        Show a progress bar.

    Raises
    ------
    KeyboardInterrupt
        If the sampling is interrupted. Draws of an unfinished chain are dropped, since they would look like a result.
    """
    return run_chains(compiled.compiled, settings, seed, progress=progress)
