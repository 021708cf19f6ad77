"""Chains of nutpie: run to their end, or dropped where they are interrupted; what they sample is ready-made."""

from typing import Any

import nutpie
import xarray as xr

from lensim.bounds import usable_cores
from lensim.inference.settings import SamplerSettings


def run_chains(compiled: Any, settings: SamplerSettings, seed: int, *, progress: bool = False) -> xr.DataTree:
    """Draws of a density, as a DataTree with groups posterior and sample_stats.

    Parameters
    ----------
    compiled
        What nutpie samples: `nutpie.sample.CompiledModel`.
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
    sampler = nutpie.sample(
        compiled,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=settings.cores or usable_cores(),
        seed=seed,
        target_accept=settings.target_accept,
        maxdepth=settings.max_treedepth,
        save_warmup=False,
        progress_bar=progress,
        blocking=False,  # else it takes an interrupt for the end of the chains
    )
    try:
        drawn: xr.DataTree = sampler.wait()
    except BaseException:
        sampler.cancel()
        raise
    stats = drawn["sample_stats"].to_dataset()
    textual = [name for name, values in stats.data_vars.items() if values.dtype == object]
    drawn["sample_stats"] = xr.DataTree(stats.drop_vars(textual))  # messages, which no file format takes
    return drawn
