"""Log density of the coordinates of a model of reactions and its gradient, as a function that nutpie's threads call.

Forward from coordinates to variables and reactions, then back. Equations: `lensim.models.expression_hierarchical`.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import carray, types

from lensim.expression.kernel.bright import bright_cells, dilution_series
from lensim.expression.kernel.copies import dim_reactions
from lensim.expression.kernel.machine import (
    amplification,
    plates,
    share_of_outlying,
    slope_of_share,
    slopes_of_amplification,
    slopes_of_plates,
    slopes_of_spreads,
    slopes_of_units,
    spreads,
    units,
)
from lensim.expression.kernel.quantities import (
    deviations,
    fold_changes,
    inputs,
    levels,
    means_of_changes,
    means_of_levels,
    quantities,
    references,
    responses,
    slopes_of_deviations,
    slopes_of_fold_changes,
    slopes_of_inputs,
    slopes_of_levels,
    slopes_of_means_of_changes,
    slopes_of_means_of_levels,
    slopes_of_quantities,
    slopes_of_references,
    slopes_of_responses,
)
from lensim.expression.kernel.study import SECTIONS, Places, Sizes, study_of
from lensim.inference.compiled import callback, compiled


@compiled()
def forward(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes, places: Places) -> float:
    """Variables and what follows from them; returns the log density of coordinates, as the priors have it."""
    found = spreads(w, x, law, at) + share_of_outlying(w, x, law, at) + amplification(w, x, law, at)
    found += plates(w, x, at, of, places.shifted, places.reference)
    found += units(w, x, law, at, of)
    found += references(w, x, law, at, places.reference)
    found += responses(w, x, law, at, of)
    found += means_of_changes(w, x, law, at, of)
    found += fold_changes(w, x, law, at, of, places.kind)
    found += means_of_levels(w, x, law, at)
    found += levels(w, x, law, at, of, places)
    found += inputs(w, x, law, at, places.plate)
    found += deviations(w, x, at, places.slot_gene)
    quantities(x, at, of, places)
    return found


@compiled()
def backward(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes, places: Places
) -> None:
    """Slopes by coordinates, in the place of those by variables."""
    slopes_of_quantities(d, at, of, places)
    slopes_of_deviations(w, x, d, at, places.slot_gene)
    slopes_of_inputs(w, x, d, law, at, places.plate)
    slopes_of_levels(w, x, d, law, at, of, places)
    slopes_of_means_of_levels(w, d, law, at)
    slopes_of_fold_changes(w, x, d, law, at, of, places.kind)
    slopes_of_means_of_changes(w, x, d, law, at, of)
    slopes_of_responses(w, x, d, law, at, of)
    slopes_of_references(w, x, d, law, at, places.reference)
    slopes_of_units(w, x, d, law, at, of)
    slopes_of_plates(w, x, d, at, of, places.shifted, places.reference)
    slopes_of_amplification(w, x, d, law, at)
    slope_of_share(x, d, law, at)
    slopes_of_spreads(w, x, d, law, at)


@compiled()
def log_density(flat: np.ndarray, gradient: np.ndarray, block: np.ndarray) -> float:
    """Log density of coordinates, up to a constant; writes its gradient.

    Parameters
    ----------
    flat, gradient
        Numbers of the sampler (coordinates less `centre`, over `scale`) and slopes by them, in the order of sections;
        without units where no gene has a dilution series.
    block
        The study (`lensim.expression.kernel.packed`).
    """
    study = study_of(block)
    at, of = study.at, study.of
    x, d, w = np.empty(at[SECTIONS]), np.zeros(at[SECTIONS]), study.centre + study.scale * flat
    found = forward(w, x, study.law, at, of, study.places)
    found += bright_cells(x, d, at, study.cells, of, study.limits[1])
    found += dilution_series(x, d, at, study.series, of, study.limits[1])
    found += dim_reactions(x, d, at, study.dims, of, study.limits[0])
    backward(w, x, d, study.law, at, of, study.places)
    gradient[:] = d[: of.free] * study.scale
    return found


@compiled()
def values_at(draws: np.ndarray, block: np.ndarray) -> np.ndarray:
    """All variables and what follows from them, at draws of the sampler's numbers (draw, number)."""
    study = study_of(block)
    found = np.empty((len(draws), study.at[SECTIONS]))
    for i in range(len(draws)):
        forward(study.centre + study.scale * draws[i], found[i], study.law, study.at, study.of, study.places)
    return found


def _at_point(dim: Any, flat_at: Any, gradient_at: Any, density_at: Any, block_at: Any) -> int:
    """What the sampler calls: 0, or 1 where the density is not a number. `block_at` points at a block."""
    length = carray(block_at, (1,), np.int64)[0]
    block = carray(block_at, (length,), np.int64)
    flat, gradient, density = carray(flat_at, (dim,)), carray(gradient_at, (dim,)), carray(density_at, (1,))
    density[0] = log_density(flat, gradient, block)
    if not np.isfinite(density[0]):
        return 1
    for i in range(len(gradient)):
        if not np.isfinite(gradient[i]):
            return 1
    return 0


def _copied(dim: Any, number: Any, flat_at: Any, found_at: Any, block_at: Any) -> int:
    """What the sampler keeps of a draw: its coordinates."""
    flat, found = carray(flat_at, (dim,)), carray(found_at, (number,))
    found[:] = flat
    return 0


@cache
def callbacks() -> tuple[Any, Any]:
    """The density and the copy for the sampler, each with an address."""
    numbers, whole = types.CPointer(types.double), types.uint64
    density = callback(types.int64(whole, numbers, numbers, numbers, types.voidptr), _at_point)
    return density, callback(types.int64(whole, whole, numbers, numbers, types.voidptr), _copied)
