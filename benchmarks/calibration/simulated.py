"""Truths from the priors of a model, and data of a design from them.

Truths and, where a model says every number that is observed, data are forward draws of the model's density, in blocks
of a fixed size, so that they are the same whatever the number of simulations or workers. Reactions are made copy by
copy (`lensim.expression.reactions_of_draw`), which the expression models approximate.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import xarray as xr

from benchmarks.calibration.designs import DESIGNS
from lensim import seeding
from lensim import vocabulary as v
from lensim.assay import assay_of
from lensim.expression.reactions_of_draw import reactions_of_draw
from lensim.inference.engine import Density

OF_SLOTS: Final = "slot"
"""Dim of latent values of few copies, which reactions that are made copy by copy do not have."""
BLOCK: Final = 100
"""Truths that are drawn at once."""


@lru_cache(maxsize=32)
def design_of(model: str) -> xr.Dataset:
    """The study on which a model is calibrated."""
    return DESIGNS[model]()


def simulated(model: str, priors: Any, root: int, number: int) -> tuple[xr.Dataset, xr.Dataset]:
    """Truth and data of a simulation.

    Parameters
    ----------
    model
        Name in the catalogue.
    priors
        That truths are drawn from; a wrong twin's differ from those of the analysis.
    root, number
        Seed, and which simulation.

    Returns
    -------
    tuple
        Variables of the model as its posterior has them, with chain and draw of size 1; and observations.
    """
    truths, observed = _block(model, priors, root, number // BLOCK)
    at = number % BLOCK
    truth = truths.isel(chain=[0], draw=[at])
    seen = {str(name): values.isel(chain=0, draw=at).to_numpy() for name, values in observed.data_vars.items()}
    return truth, OBSERVED[model](design_of(model), truth, seen, seeding.stream(root, "calibration", model, number))


@lru_cache(maxsize=4)
def _block(model: str, priors: Any, root: int, block: int) -> tuple[xr.Dataset, xr.Dataset]:
    data, density = design_of(model), density_of(model)
    rng = seeding.stream(root, "calibration", model, "block", block)
    truths = density.prior(data, priors, BLOCK, rng)
    truths = truths.drop_vars([name for name, one in truths.data_vars.items() if one.size == 0 or OF_SLOTS in one.dims])
    if v.CT in data:
        return truths, xr.Dataset()
    return truths, density.predictive(data, truths, priors, rng)


def density_of(model: str) -> Density:
    """What a model says of draws, in numpy."""
    return assay_of(design_of(model)).densities[model]


Seen = Mapping[str, np.ndarray]


def _raw(data: xr.Dataset, truth: xr.Dataset, seen: Seen, rng: np.random.Generator) -> xr.Dataset:
    signal, blank = np.exp(seen["log_signal_observed"]), np.exp(seen["log_blank_signal_observed"])
    return data.assign({v.SIGNAL: (v.WELL, signal), v.BLANK_SIGNAL: (v.BLANK, blank)})


def _percents(data: xr.Dataset, truth: xr.Dataset, seen: Seen, rng: np.random.Generator) -> xr.Dataset:
    return data.assign({v.VIABILITY: (v.WELL, 100.0 * seen["viability_observed"])})


def _ratios(data: xr.Dataset, truth: xr.Dataset, seen: Seen, rng: np.random.Generator) -> xr.Dataset:
    change, contrasts = seen["ct_change_observed"], seen["replicate_contrast_observed"]
    doublings = data[v.DOUBLINGS].to_numpy()[data[v.TARGET_OF_PAIR].to_numpy()]
    of_input = doublings * data[v.CT_CHANGE].to_numpy() - data[v.LOG2_RATIO].to_numpy()
    return data.assign(
        {
            v.CT_CHANGE: (v.PAIR, change),
            v.LOG2_RATIO: (v.PAIR, doublings * change - of_input),
            v.REPLICATE_CONTRAST: (v.REPLICATE, contrasts),
            v.SUM_OF_SQUARES: float((contrasts**2).sum()),
            v.FREEDOM: len(contrasts),
        }
    )


def _levels(data: xr.Dataset, truth: xr.Dataset, seen: Seen, rng: np.random.Generator) -> xr.Dataset:
    return data.assign({v.SUBJECT_LEVEL: (v.LEVEL, seen["log2_level_observed"])})


def _media(data: xr.Dataset, truth: xr.Dataset, seen: Seen, rng: np.random.Generator) -> xr.Dataset:
    return data.assign({v.OPTICAL_DENSITY: (v.WELL, seen["od_observed"])})


def _tubes(data: xr.Dataset, truth: xr.Dataset, seen: Seen, rng: np.random.Generator) -> xr.Dataset:
    return data.assign({v.EVENTS: ((v.TUBE, v.PHASE), seen["events_observed"][data[v.CULTURE_OF_TUBE].to_numpy()])})


def _reactions(data: xr.Dataset, truth: xr.Dataset, seen: Seen, rng: np.random.Generator) -> xr.Dataset:
    return reactions_of_draw(data, truth.isel(chain=0, draw=0), rng)


def _responding(data: xr.Dataset, truth: xr.Dataset, seen: Seen, rng: np.random.Generator) -> xr.Dataset:
    return reactions_of_draw(data, truth.isel(chain=0, draw=0), rng, by_input=True)


OBSERVED: Final[Mapping[str, Callable[..., xr.Dataset]]] = {
    "dose_response_hierarchical": _raw,
    "dose_response_separate": _raw,
    "dose_response_plate_position": _raw,
    "dose_response_separate_plate_position": _raw,
    "dose_response_hierarchical_normalised": _percents,
    "dose_response_separate_normalised": _percents,
    "expression_hierarchical": _reactions,
    "expression_hierarchical_responding": _responding,
    "expression_separate": _reactions,
    "fold_change_hierarchical": _ratios,
    "level_groups": _levels,
    "level_repeated_measures": _levels,
    "bioassay_calibration": _media,
    "cell_cycle_phases": _tubes,
}
"""What makes observations of a design from forward draws, by model."""
