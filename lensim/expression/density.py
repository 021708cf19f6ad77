"""What the models of RT-qPCR reactions say of draws, in numpy alone: prior, likelihood and replicates.

Observed variables are those of the PyMC models: `cell_ct_observed`, mean Cts of bright cells; `dim_ct_observed`, Cts of
reactions that start from few copies, a Ct at the limit for none; `standard_ct_observed`, of dilution series.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression import reactions
from lensim.expression.laws import BIOLOGICAL_OF_SLOT, COORDINATE_OF_SLOT, ReactionModel, reaction_laws
from lensim.expression.reaction_arrays import expression_arrays, expression_coords, genes_on_plates, genes_with_series
from lensim.expression.slots import draw_slots
from lensim.inference.engine import Density
from lensim.inference.laws import OF_DRAWS, draw_laws, log_prior_of_laws, named, prior_as_dataset, values_of
from lensim.seeding import stream

CELLS: Final = "cell_ct_observed"
FEW: Final = "dim_ct_observed"
SERIES: Final = "standard_ct_observed"
HELD_AS: Final = {CELLS: "cell_ct", FEW: "dim_ct", SERIES: "standard_ct"}
VALUES_AT_A_TIME: Final = 2**18
"""Cells times draws that are worked on together: they fit into the cache of a processor."""
ROUGH: Final = ("information_on_", "estimate_of_", "mean_", "share_of_contrast", "plate_share", "reference_deviation")
"""How names of rough guesses begin, which only a sampler's coordinates need."""


class _Study(NamedTuple):
    """A study as a model of reactions holds it."""

    data: xr.Dataset
    arrays: dict[str, np.ndarray]
    priors: Any
    model: ReactionModel

    @property
    def coords(self) -> dict[str, np.ndarray]:
        return expression_coords(self.data, len(self.arrays["gene_of_slot"]))

    @property
    def laws(self) -> list[Any]:
        return reaction_laws(self.data, self.arrays, self.priors, self.model)

    @property
    def observed(self) -> dict[str, np.ndarray]:
        names = [CELLS, FEW, *([SERIES] if genes_with_series(self.data).any() else [])]
        return {name: self.arrays[HELD_AS[name]] for name in names}


def _study(data: xr.Dataset, priors: Any, model: ReactionModel) -> _Study:
    return _Study(data, expression_arrays(data), model.priors(priors), model)


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: Any, *, model: ReactionModel) -> xr.Dataset:
    """Log density of each variable given its parents; see `lensim.inference.engine.Density`."""
    study = _study(data, priors, model)
    return log_prior_of_laws(study.laws, posterior, _values(study, posterior))


def prior(data: xr.Dataset, priors: Any, draws: int, rng: np.random.Generator, *, model: ReactionModel) -> xr.Dataset:
    """Draws of the prior; see `lensim.inference.engine.Density`."""
    study = _study(data, priors, model)
    coords, laws = study.coords, study.laws
    values = draw_laws(laws, {dim: len(names) for dim, names in coords.items()}, draws, rng)
    return prior_as_dataset(laws, values, coords, draws)


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: Any, *, model: ReactionModel) -> xr.Dataset:
    """Log density of each bright cell, dim reaction and standard; see `lensim.inference.engine.Density`."""
    study = _study(data, priors, model)
    cts, limit = study.observed, float(study.arrays["cycle_limit"])

    def density(name: str, at: Any, of: reactions.Machine) -> np.ndarray:
        ct = cts[name][:, None]
        if name == CELLS:
            return reactions.log_density_of_cells(ct, at, of, study.arrays)
        if name == FEW:
            return reactions.log_density_of_few(ct, at, limit)
        return reactions.log_density_of_series(ct, at, of)

    return _of_draws(study, posterior, density)


def predictive(
    data: xr.Dataset, posterior: xr.Dataset, priors: Any, rng: np.random.Generator, *, model: ReactionModel
) -> xr.Dataset:
    """A replicate of each bright cell, dim reaction and standard a draw; see `lensim.inference.engine.Density`.

    A cell stays bright: the mean of its reactions is drawn with none of them outlying, as by the PyMC model.
    """
    study = _study(data, priors, model)
    limit = float(study.arrays["cycle_limit"])

    def replicate(name: str, at: Any, of: reactions.Machine) -> np.ndarray:
        if name == CELLS:
            return reactions.replicates_of_cells(at, study.arrays, rng)
        return (
            reactions.replicates_of_few(at, limit, rng) if name == FEW else reactions.replicates_of_series(at, of, rng)
        )

    return _of_draws(study, posterior, replicate)


def observed(data: xr.Dataset) -> xr.Dataset:
    """The group observed_data."""
    cts = _study(data, None, ReactionModel()).observed
    return xr.Dataset({name: (_along(name), values) for name, values in cts.items()})


def constant(data: xr.Dataset) -> xr.Dataset:
    """The group constant_data, without the rough guesses behind a sampler's coordinates, which no reader looks at."""
    arrays = expression_arrays(data)
    return xr.Dataset(
        {
            name: (tuple(f"{name}_dim_{axis}" for axis in range(array.ndim)), array)
            for name, array in arrays.items()
            if not name.startswith(ROUGH)
        }
    )


def _along(name: str) -> tuple[str, ...]:
    return (f"{name}_dim_0",)


def _values(study: _Study, posterior: xr.Dataset) -> dict[str, np.ndarray]:
    """Draws of every variable, the deviations of slots among them.

    A posterior may hold these, or their coordinates. Where it holds neither, they are drawn given all other variables
    and the data: of a posterior without them, that makes draws of the whole posterior.
    """
    values = values_of(posterior)
    if BIOLOGICAL_OF_SLOT in values:
        return values
    gene = study.arrays["gene_of_slot"]
    if COORDINATE_OF_SLOT in values:
        values[BIOLOGICAL_OF_SLOT] = values.pop(COORDINATE_OF_SLOT) * values[v.SD_BIOLOGICAL][gene]
        return values
    draws = values[v.SD_TECHNICAL].shape[-1]
    values[BIOLOGICAL_OF_SLOT] = np.zeros((len(gene), draws))
    rng = stream(draws, "deviations of slots")
    for part, x in _parts(values, VALUES_AT_A_TIME // max(_most(study), 1)):
        of, quantity = _expected(study, x)
        values[BIOLOGICAL_OF_SLOT][:, part] = draw_slots(study.arrays, of, quantity, rng)
    return values


def _most(study: _Study) -> int:
    """Values a draw, at most, that something is computed of."""
    genes_in_samples = study.data.sizes[v.GENE] * study.data.sizes[v.SAMPLE]
    return max(genes_in_samples, *(len(values) for values in study.observed.values()))


def _parts(values: Mapping[str, np.ndarray], size: int) -> Iterator[tuple[slice, dict[str, np.ndarray]]]:
    total = values[v.SD_TECHNICAL].shape[-1]
    for start in range(0, total, max(size, 1)):
        part = slice(start, min(start + max(size, 1), total))
        yield part, {name: array[..., part] for name, array in values.items()}


def _expected(study: _Study, x: Mapping[str, np.ndarray]) -> tuple[reactions.Machine, np.ndarray]:
    places = genes_on_plates(study.data)
    of = reactions.machine_of(x, study.arrays, places, study.priors.sd_outlying_cycles)
    is_reference = study.data[v.IS_REFERENCE].to_numpy() == 1
    return of, reactions.quantities(x, study.arrays, is_reference, is_by_input=study.model.is_by_input)


def _of_draws(
    study: _Study, posterior: xr.Dataset, say: Callable[[str, Any, reactions.Machine], np.ndarray]
) -> xr.Dataset:
    """What `say` gives of each observed variable (value, draw), for all draws (chain, draw, value)."""
    chains = tuple(posterior.sizes[dim] for dim in OF_DRAWS)
    cts = study.observed
    found = {name: np.empty((int(np.prod(chains)), len(values))) for name, values in cts.items()}
    for part, x in _parts(_values(study, posterior), VALUES_AT_A_TIME // max(_most(study), 1)):
        of, quantity = _expected(study, x)
        said: dict[str, Any] = {
            CELLS: reactions.bright_cells(x, study.arrays, of, quantity),
            FEW: reactions.few_copies(x, study.arrays, of, quantity),
        }
        if SERIES in found:
            said[SERIES] = reactions.series(study.arrays, of)
        for name, at in said.items():
            found[name][part] = say(name, at, of).T
    coords = posterior.coords | {_along(name)[0]: np.arange(len(values)) for name, values in cts.items()}
    by_chain = {name: array.reshape(*chains, array.shape[1]) for name, array in found.items()}
    return xr.Dataset({name: named((*OF_DRAWS, *_along(name)), array, coords) for name, array in by_chain.items()})


def _density(model: ReactionModel) -> Density:
    return Density(
        log_prior=partial(log_prior, model=model),
        log_likelihood=partial(log_likelihood, model=model),
        predictive=partial(predictive, model=model),
        prior=partial(prior, model=model),
        observed=observed,
        constant=constant,
    )


DENSITIES: Final[Mapping[str, Density]] = {
    "expression_hierarchical": _density(ReactionModel()),
    "expression_hierarchical_responding": _density(ReactionModel(is_by_input=True)),
    "expression_separate": _density(ReactionModel(is_pooled=False)),
}
"""Of each model of reactions of the catalogue."""
