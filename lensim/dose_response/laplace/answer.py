"""The approximate answer for a panel: the weighted draws of `lensim.dose_response.laplace.engine`, as a result."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import xarray as xr
from scipy.special import expit

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.laplace.engine import LARGEST_SHAPE, SMALLEST_COUNT, PanelPosterior, analyse_panel
from lensim.dose_response.laplace.line import LN10
from lensim.dose_response.laplace.wells import sheet_of
from lensim.dose_response.panel_checks import require_for
from lensim.inference.approximation import APPROXIMATE, Approximation
from lensim.inference.convergence import convergence_of
from lensim.inference.engine import LIBRARY, HandedOn, library_of
from lensim.inference.observations import attach_observations
from lensim.plain_text import few_of, shown_name

RUNS: Final = 4
"""Independent runs, each with draws of its own for every line; their draws are taken together."""
LARGEST_R_HAT: Final = 1.02
"""Of these runs, of all curves: where they agree so far, EC50s lie within 0.1 posterior sds (rms) of a chain's."""
STEEPEST: Final = 4.0
"""Hill slope above which an answer is not trusted: up to it slopes were within 0.35 posterior sds of a chain's."""
LARGEST_SLOPE_OF_DAYS: Final = 0.25
"""Sd of log slopes between days above which an answer is not trusted: with 0.4, slopes were 0.5 posterior sds off."""
LARGEST_EFFECT_OF_DAYS: Final = 0.4
"""Sd of effects between days above which an answer is not trusted: with 0.6, that at the top dose was 0.8 sds off."""
PLACES: Final = "dose_response_plate_position"
NAMED: Final = 3
"""Lines in doubt that are named; more are counted."""


def approximate_panel(data: xr.Dataset, model: str, priors: Any, seed: int) -> Approximation:
    """Draws of each line's curve from several runs, and which lines these runs cannot be trusted in.

    Parameters
    ----------
    data
        Prepared wells of a panel, raw signals.
    model
        dose_response_hierarchical or dose_response_plate_position. Of the second the answer is never trusted: places
        are taken off as replicates show them, and lines of one plate learn nothing from each other. In ten simulated
        panels EC50s were up to 1.3 posterior sds from a chain's, also where the runs agreed.
    priors
        Of the model.
    seed
        Root seed.

    Returns
    -------
    Approximation
        Its posterior has log10_ec50_um [log10 uM], log_hill_slope and effect_at_saturation along (chain, draw,
        cell_line), and no more; a chain is a run.

    Raises
    ------
    HandedOn
        If the curve of a line has no mode that it finds.
    InputError
        If the data do not suit the model.
    """
    require_for(data, model)
    sheet, signal = sheet_of(data), data[v.SIGNAL].to_numpy()
    if model != PLACES:
        sheet = replace(sheet, places=None)
    blank = data[v.BLANK_SIGNAL].to_numpy() if v.BLANK_SIGNAL in data else np.empty(0)
    rngs = [seeding.stream(seed, "posterior", APPROXIMATE, run) for run in range(RUNS)]
    try:
        runs = [analyse_panel(sheet, signal, blank, priors, rng) for rng in rngs]
    except (np.linalg.LinAlgError, FloatingPointError):
        raise HandedOn("the curve of a line has no mode that it finds") from None
    curves = np.stack([one.curves for one in runs])
    names = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)
    coords = {v.CELL_LINE: data[v.CELL_LINE]} if v.CELL_LINE in data.coords else {}
    posterior = xr.Dataset(
        {name: (("chain", "draw", v.CELL_LINE), curves[..., k]) for k, name in enumerate(names)},
        coords,
        attrs={LIBRARY: library_of(APPROXIMATE)},
    )
    result = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(result, data)
    result.attrs |= {v.ASSAY: v.DOSE_RESPONSE, "model": model}
    lines = data[v.CELL_LINE].to_numpy().astype(str) if coords else np.arange(curves.shape[2]).astype(str)
    slope = np.exp(curves[..., 1].mean(axis=(0, 1)))
    return _judged(result, runs, _r_hat(curves, sheet.log10_top), slope, lines)


def _r_hat(curves: np.ndarray, log10_top: np.ndarray) -> np.ndarray:
    """(line) worst R-hat of the runs: of the EC50, the slope, and the effect that reaches the top dose."""
    at_top = curves[..., 2] * expit(np.exp(curves[..., 1]) * LN10 * (log10_top - curves[..., 0]))
    looked_at = np.concatenate([curves[..., 0], curves[..., 1], at_top], axis=2)
    return np.asarray(convergence_of(looked_at).r_hat.reshape(3, -1).max(axis=0))


def _judged(
    result: xr.DataTree, runs: list[PanelPosterior], r_hat: np.ndarray, slope: np.ndarray, lines: np.ndarray
) -> Approximation:
    shapes, counts = (np.stack([getattr(one, name) for one in runs]) for name in ("shapes", "counts"))
    figures = (
        f"R-hat of {RUNS} runs at most {r_hat.max():.3f}, Pareto shape of weights at most {shapes.max():.2f}, at least "
        f"{counts.min():.0f} draws that count"
    )
    weighed = ((shapes < LARGEST_SHAPE) & (counts > SMALLEST_COUNT)).all(axis=0)
    doubts = [f"places on plates must not matter, got the model {PLACES}"] if result.attrs["model"] == PLACES else []
    days = np.median(np.concatenate([one.sd_experiment for one in runs]), axis=0)
    doubts += [
        f"days must move {what} by an sd of {most} at most, got {days[at]:.2f} in all lines"
        for at, what, most in (
            (1, "log Hill slopes", LARGEST_SLOPE_OF_DAYS),
            (2, "effects at saturation", LARGEST_EFFECT_OF_DAYS),
        )
        if days[at] > most
    ]
    doubts += [
        f"{rule}, got {worse} in {_named(lines[~met])}"
        for rule, worse, met in (
            (f"R-hat of {RUNS} runs must be {LARGEST_R_HAT} or less", "a larger one", r_hat <= LARGEST_R_HAT),
            (
                f"weights must have a Pareto shape below {LARGEST_SHAPE} and more than {SMALLEST_COUNT:.0f} draws that "
                "count",
                "worse ones",
                weighed,
            ),
            (f"Hill slopes must be {STEEPEST:g} or less", "steeper ones", slope <= STEEPEST),
        )
        if not met.all()
    ]
    return Approximation(result, figures, tuple(doubts))


def _named(lines: np.ndarray) -> str:
    return few_of([shown_name(name) for name in lines], NAMED)
