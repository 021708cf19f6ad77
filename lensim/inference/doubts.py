"""What looks odd about a posterior although its chains agree: notes of its verdict, which fail no gate."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from lensim.inference.intervals import interval_of
from lensim.inference.prior_sensitivity import CI_PROB, LARGEST_MOVE, OF_DRAWS, OF_NUMBERS
from lensim.inference.verdict import VerdictNote

FEWEST_MEMBERS: Final = 3
MOST_PRIOR_SDS: Final = 2.0
SHOWN: Final = 3
PREFIXES: Final = ("sd_", "median_", "mean_", "shape_")
"""How names of a prior's numbers begin, the one that makes it wider first."""


class Population(NamedTuple):
    """A mean of a population, with those that it is the mean of.

    Attributes
    ----------
    name
        In words.
    mean
        Draws.
    members
        Draws of each member with data of its own (member, draw).
    variable
        The variable of the posterior that the mean is.
    """

    name: str
    mean: np.ndarray
    members: np.ndarray
    variable: str


def means_outside(populations: Iterable[Population], priors: Mapping[str, Any]) -> Iterator[VerdictNote]:
    """Means that lie below, or above, the 90% intervals of all their members, of which there are three or more."""
    for one in populations:
        if len(one.members) < FEWEST_MEMBERS:
            continue
        lower, _, upper = interval_of(one.members, CI_PROB, axis=-1)
        mean = float(np.mean(one.mean))
        if lower.min() <= mean <= upper.max():
            continue
        yield VerdictNote(
            one.name,
            f"a mean must lie among the {CI_PROB:.0%} intervals of its {len(one.members)} members",
            f"{mean:.2g} outside {lower.min():.2g} to {upper.max():.2g}",
            f"the prior draws it away: {wider(one.variable, priors)}",
        )


def at_the_edge(result: xr.DataTree, priors: Mapping[str, Any]) -> Iterator[VerdictNote]:
    """Variables whose posterior mean lies more than two sds of the prior from the prior's mean.

    Of variables whose prior has numbers as parameters, which a user can give.
    """
    posterior, prior = result["posterior"].to_dataset(), result["prior"].to_dataset()
    for name, density in result["log_prior"].data_vars.items():
        if not density.attrs.get(OF_NUMBERS) or name not in posterior or name not in prior:
            continue
        if not _is_far(prior.variables[name], posterior.variables[name]):
            continue
        expected, mean = prior[name].mean(OF_DRAWS), posterior[name].mean(OF_DRAWS)
        sd = prior[name].std(OF_DRAWS)
        out: xr.DataArray = abs(mean - expected) / sd.where(sd > 0)
        far = out > MOST_PRIOR_SDS
        if not far.any():
            continue
        worst = {dim: int(at) for dim, at in out.fillna(0.0).argmax(...).items()} if out.ndim else {}
        where = ", ".join(str(out[dim].to_numpy()[at]) for dim, at in worst.items() if dim in out.coords)
        more = f", and at {int(far.sum()) - 1} places more" if far.sum() > 1 else ""
        yield VerdictNote(
            f"{name}{f' of {where}' if where else ''}",
            f"a posterior mean must lie within {MOST_PRIOR_SDS:g} sds of the prior from the prior's mean",
            f"{float(mean.isel(worst)):.2g}, {float(out.isel(worst)):.1f} sds from "
            f"{float(expected.isel(worst)):.2g}{more}",
            f"where such a value is right, {wider(str(name), priors)}; else look at the data",
        )


def _is_far(prior: xr.Variable, posterior: xr.Variable) -> bool:
    """Whether a mean may lie beyond: the same by fewer steps, for most variables do not."""
    of_prior, of_posterior = (one.transpose(*OF_DRAWS, ...).to_numpy() for one in (prior, posterior))
    away = np.abs(of_posterior.mean(axis=(0, 1)) - of_prior.mean(axis=(0, 1)))
    return bool((away > 0.99 * MOST_PRIOR_SDS * of_prior.std(axis=(0, 1))).any())


def decided(
    tables: Iterable[tuple[str, pd.DataFrame, list[str]]], prior_of: Mapping[str, str], priors: Mapping[str, Any]
) -> Iterator[VerdictNote]:
    """Quantities of tables that the prior decides in one row or more.

    Parameters
    ----------
    tables
        Name of each table, its moves (`lensim.inference.prior_words.moves_of_rows`), and a name of each row.
    prior_of
        Words of a quantity to the variable whose prior moves it most.
    priors
        The priors of the fit.
    """
    for table, moved, names in tables:
        for words in map(str, moved.columns):
            rows = np.flatnonzero(moved[words] > LARGEST_MOVE)
            if not len(rows):
                continue
            own = [names[at] for at in rows[:SHOWN] if names[at]]
            more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
            where = f" ({', '.join(own)}{more})" if own else ""
            remedy = own_prior(prior_of[words], priors) if words in prior_of else "add data"
            yield VerdictNote(
                f"the prior decides {words} in {len(rows)} of {int(moved[words].notna().sum())} rows of {table}{where}",
                f"with a prior half as strong it must move by at most {LARGEST_MOVE:.0%} of its {CI_PROB:.0%} interval",
                f"up to {_share(float(moved[words].max()))}",
                remedy,
            )


def _share(value: float) -> str:
    """A share above the limit, as percent that lie above it as well."""
    return f"{value:.0%}" if round(value, 2) > LARGEST_MOVE else f"{value:.2%}"


def wider(variable: str, priors: Mapping[str, Any]) -> str:
    """What makes the prior of a variable wider, as an instruction."""
    name, value = number_of_prior(variable, priors)
    return f"give a larger {name} (now {value:g}) among the priors" if name else f"give {variable} more data"


def own_prior(variable: str, priors: Mapping[str, Any]) -> str:
    """What replaces the prior of a variable, as an instruction."""
    name, value = number_of_prior(variable, priors)
    known = f", or give what you know of it as {name} (now {value:g}) among the priors" if name else ""
    return f"add data{known}: most of it is the prior of {variable}"


def number_of_prior(variable: str, priors: Mapping[str, Any]) -> tuple[str, float]:
    """The number of the priors that is behind a variable, with its group, and its value; '' where none is known."""
    flat = dict(_flat(priors))
    ends = {name.rpartition(".")[2]: name for name in flat}
    found = [ends[f"{prefix}{variable}"] for prefix in PREFIXES if f"{prefix}{variable}" in ends]
    found += [ends[end] for end in ends if end.endswith(f"_{variable}") and end.startswith("sd_")]
    return (found[0], flat[found[0]]) if found else ("", np.nan)


def _flat(priors: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, float]]:
    for name, value in priors.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{within}{name}", float(value)
