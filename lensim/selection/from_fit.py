"""Truths of a selection from a dose-response fit: the sensitive clone has the curve of a line, one draw a culture."""

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.selection.design import SENSITIVE
from lensim.selection.truth import check_truth

CURVE = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)


def curve_draws(result: xr.DataTree, cell_line: str) -> xr.Dataset:
    """Draws of one line's curve from a fit, chains after each other (draw).

    Raises
    ------
    InputError
        If the result is of no dose-response fit, or has no such line.
    """
    posterior = result["posterior"].to_dataset() if "posterior" in result.children else xr.Dataset()
    needed: dict[str, tuple[str, ...]] = {name: ("chain", "draw", v.CELL_LINE) for name in CURVE}
    ordered = posterior.transpose("chain", "draw", v.CELL_LINE, ..., missing_dims="ignore")
    checks.has_variables(ordered, needed, "the curve of a sensitive clone")
    if v.CELL_LINE not in posterior.coords:
        raise checks.InputError("the curve of a sensitive clone needs names of lines in the fit, got none")
    checks.one_of("cell line of the fit", cell_line, map(str, posterior[v.CELL_LINE].to_numpy()))
    own = ordered[list(CURVE)].sel({v.CELL_LINE: cell_line}, drop=True)
    return xr.Dataset({name: ("draw", own[name].to_numpy().ravel()) for name in CURVE})


def truth_from_draws(truth: xr.Dataset, draws: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """The same truth with the sensitive clone's curve from draws of a fit, a draw of its own for each culture.

    Draws are used up before one is used again, so outcomes over cultures carry the uncertainty of the fit.

    Parameters
    ----------
    truth
        As from `truth_of`: its rates without drug, its death rise and its resistant clone stay.
    draws
        As from `curve_draws`.
    rng
        The stream that shuffles the draws.

    Raises
    ------
    InputError
        If a variable is absent, or a draw is no finite number.
    """
    check_truth(truth, "truth_from_draws")
    checks.has_variables(draws, {name: ("draw",) for name in CURVE}, "truth_from_draws")
    for name in CURVE:
        checks.finite(f"draws of {name}", draws[name].to_numpy())
    studies, number = truth.sizes[v.STUDY], draws.sizes["draw"]
    rounds = -(-studies // number)
    pick = np.concatenate([rng.permutation(number) for _ in range(rounds)])[:studies]
    found = truth.copy(deep=True)
    at = found[v.CLONE].to_numpy().tolist().index(SENSITIVE)
    for name in CURVE:
        found[name].to_numpy()[:, at] = draws[name].to_numpy()[pick]
    return found
