"""Panels with lines of another shape than one Hill curve, and a made-up posterior around the true curves."""

from collections.abc import Callable
from functools import cache

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.worlds import PanelWorld, simulate_panel
from lensim.inference.observations import attach_observations
from lensim.seeding import stream

ODD = ("line 2", "line 5")
LINES = 8
Factor = Callable[[np.ndarray], np.ndarray]


def one_curve(log10_dose: np.ndarray) -> np.ndarray:
    return np.ones_like(log10_dose)


def hormesis(log10_dose: np.ndarray) -> np.ndarray:
    """40% more around 0.1 uM."""
    return 1.0 + 0.4 * np.exp(-(((log10_dose + 1.0) / 0.6) ** 2))


def controls_above(log10_dose: np.ndarray) -> np.ndarray:
    """Untreated wells 40% above."""
    return np.where(log10_dose < -5.0, 1.4, 1.0)


def falls_at_the_top(log10_dose: np.ndarray) -> np.ndarray:
    """Half as much at 10 uM."""
    return np.where(log10_dose > 0.9, 0.5, 1.0)


@cache
def shaped(factor: Factor = one_curve, odd: tuple[str, ...] = ODD, *, as_percent: bool = False) -> xr.DataTree:
    """Eight lines in three experiments; the signals of the odd ones are multiplied by a factor of their dose."""
    world = PanelWorld(lines=LINES, as_percent=as_percent)
    truth, data = simulate_panel(world, stream(4, "shapes"))
    name = v.VIABILITY if as_percent else v.SIGNAL
    line = data[v.CELL_LINE].to_numpy()[data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]]
    dose = data[v.DOSE].to_numpy()
    by = np.where(np.isin(line, odd), factor(np.log10(np.where(dose > 0, dose, 1e-9))), 1.0)
    data[name] = data[name].copy(data=data[name].to_numpy() * by)
    return with_posterior(data, truth)


def with_posterior(data: xr.Dataset, truth: xr.Dataset) -> xr.DataTree:
    """A result whose draws lie close around the truth."""
    rng, of_draws = stream(3, "draws"), ("chain", "draw")
    curves = {v.LOG10_EC50: truth[v.LOG10_EC50], v.LOG_HILL: np.log(truth["hill_slope"]), v.EFFECT: truth[v.EFFECT]}
    posterior = {
        name: ((*of_draws, v.CELL_LINE), values.to_numpy() + 0.05 * rng.standard_normal((2, 50, values.size)))
        for name, values in curves.items()
    }
    usual = {
        f"sigma_{v.LOG10_EC50}": 0.5, f"sigma_{v.LOG_HILL}": 0.25, f"sigma_{v.EFFECT}": 0.6, v.SD_WELL: 0.12,
        v.NU_WELL: 20.0, v.SD_FLOOR: 0.01, v.SD_EXPERIMENT: 0.12, v.SD_EXPERIMENT_LOG_HILL: 0.08,
        v.SD_EXPERIMENT_EFFECT: 0.08,
    }  # fmt: skip
    posterior |= {name: (of_draws, np.full((2, 50), value)) for name, value in usual.items()}
    found = xr.DataTree.from_dict({"posterior": xr.Dataset(posterior, coords={v.CELL_LINE: data[v.CELL_LINE]})})
    attach_observations(found, data)
    found.attrs |= {v.ASSAY: v.DOSE_RESPONSE}
    return found
