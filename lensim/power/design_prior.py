"""Where a truth comes from that is drawn: the result of a fit, or the summaries that a paper prints."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

import xarray as xr

from lensim.checks import InputError, told_of
from lensim.output import load_result
from lensim.summaries.posterior import summary_posterior
from lensim.summaries.read import read_summaries

SUMMARY_SEED: Final = 0


def design_prior(path: Path) -> xr.DataTree:
    """The posterior of a result file (netCDF), or of a file of published summaries (TOML).

    Raises
    ------
    InputError
        If it is neither, or no values can have the summaries.
    """
    return _from_summaries(path) if path.suffix.lower() == ".toml" else load_result(path)


@lru_cache(maxsize=4)
def _from_summaries(path: Path) -> xr.DataTree:
    summaries, priors = read_summaries(path)
    with told_of(path.name):
        return summary_posterior(summaries, SUMMARY_SEED, priors=priors)


def require_figures(path: Path, posterior: xr.Dataset, needed: Iterable[str], kind: str) -> None:
    """Refuse a posterior that lacks a figure of its own kind: a default would pass for something that was learnt.

    Raises
    ------
    InputError
        Naming every figure that is missing.
    """
    missing = [name for name in needed if name not in posterior]
    if missing:
        there = ", ".join(map(str, posterior.data_vars))
        raise InputError(f"{path} must hold {kind}, with {', '.join(missing)}, got {there}")
