"""The source of drawn truths: the result of a fit, or the summaries that a paper prints.

A file is found, and its digest taken, once: where a scenario is read. From there on a scenario, and each worker that
gets one, has the absolute path and the digest; each process reads the posterior at its first use and keeps it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final

import xarray as xr
from pydantic import BeforeValidator

from lensim import input_file, limits
from lensim import vocabulary as v
from lensim.checks import InputError, told_of
from lensim.config import FrozenConfig
from lensim.output import load_result, save_result
from lensim.result_parts import OBSERVATIONS
from lensim.summaries.posterior import summary_posterior
from lensim.summaries.read import read_summaries

SUMMARY_SEED: Final = 0
UNSEEN: Final = "unseen"
"""A group that only results of published summaries have: values that were not printed."""

KEPT: Final = ("posterior", UNSEEN, OBSERVATIONS)
"""Groups of a result that truths are drawn from; of a fit of groups its observations too."""

SAVED_AS: Final = "design_prior.nc"


class DesignPrior(FrozenConfig):
    """A posterior that truths are drawn from, as scenarios carry it.

    Attributes
    ----------
    path
        Result of a fit (netCDF), or published summaries (TOML); absolute.
    digest
        SHA-256 of the file.
    label
        What sentences call it; by default the name of the file.
    """

    path: Path
    digest: str
    label: str = ""

    @property
    def name(self) -> str:
        """What sentences call it."""
        return self.label or self.path.name


def design_prior_at(path: Path, label: str = "") -> DesignPrior:
    """The design prior in a file.

    Raises
    ------
    InputError
        If there is no regular file, it is too large, or it cannot be read.
    """
    content = input_file.read_bytes(path, "a result file", at_most=limits.RESULT_BYTES)
    return DesignPrior(path=path.resolve(), digest=hashlib.sha256(content).hexdigest(), label=label)


def saved_design_prior(result: xr.DataTree, folder: Path, label: str) -> DesignPrior:
    """A design prior from a result in memory, whose posterior is written to a folder for workers to read."""
    kept = {f"/{name}": result[name].to_dataset() for name in KEPT if name in result.children}
    save_result(xr.DataTree.from_dict(kept), folder / SAVED_AS)
    return design_prior_at(folder / SAVED_AS, label)


def _found(value: Any) -> Any:
    return design_prior_at(Path(value)) if isinstance(value, str | Path) else value


FileOfPosterior = Annotated[DesignPrior, BeforeValidator(_found)]
"""A field that takes a path, or a design prior that was found already."""


@lru_cache(maxsize=4)
def posterior_of(prior: DesignPrior) -> xr.DataTree:
    """The posterior of a design prior, read once in a process: from netCDF, or drawn from published summaries.

    Raises
    ------
    InputError
        If the file is neither, has changed since it was found, or no values can have the summaries.
    """
    if design_prior_at(prior.path).digest != prior.digest:
        raise InputError(
            f"{prior.path} must stay as it is while studies are simulated from it, got one that was changed: "
            "begin again, in another folder"
        )
    if prior.path.suffix.lower() != ".toml":
        return load_result(prior.path)
    summaries, priors = read_summaries(prior.path)
    with told_of(prior.path.name):
        return summary_posterior(summaries, SUMMARY_SEED, priors=priors)


def genes_of(posterior: xr.DataTree) -> dict[str, list[str]]:
    """Targets and references of a fit of reactions; empty for another."""
    data = posterior[OBSERVATIONS].to_dataset() if OBSERVATIONS in posterior.children else xr.Dataset()
    if v.IS_REFERENCE not in data or v.TARGET not in posterior["posterior"].coords:
        return {}
    genes, is_reference = data[v.GENE].to_numpy().astype(str), data[v.IS_REFERENCE].to_numpy() > 0
    return {"targets": genes[~is_reference].tolist(), "references": genes[is_reference].tolist()}


def require_figures(path: Path, posterior: xr.Dataset, needed: Iterable[str], kind: str) -> None:
    """Refuse a posterior that lacks a figure of its own kind, because a default would be taken for an estimate.

    Raises
    ------
    InputError
        Naming every figure that is missing.
    """
    missing = [name for name in needed if name not in posterior]
    if missing:
        there = ", ".join(map(str, posterior.data_vars))
        raise InputError(f"{path} must hold {kind}, with {', '.join(missing)}, got {there}")


def require_dims(path: Path, posterior: xr.Dataset, allowed: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a figure without chain and draw, or with a dim that a truth does not have.

    Parameters
    ----------
    path
        File of the posterior, for the message.
    posterior
        What is looked at; figures that are not in it are passed over.
    allowed
        Dims that each figure may have besides chain and draw; it may lack them.

    Raises
    ------
    InputError
        Naming every figure with other dims.
    """
    faults = []
    for name, dims in allowed.items():
        if name not in posterior:
            continue
        own = [str(dim) for dim in posterior[name].dims]
        if not {"chain", "draw"} <= set(own) or not set(own) <= {"chain", "draw", *dims}:
            further = f", and none but {', '.join(dims)} besides" if dims else " alone"
            faults.append(
                f"{path} must have {name} by chain and draw{further}, got it by {', '.join(own) or 'nothing'}"
            )
    if faults:
        raise InputError("\n".join(faults))
