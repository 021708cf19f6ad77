"""What the models of RT-qPCR reactions say of draws, in numpy alone: prior, likelihood and replicates.

Observed variables are those of the PyMC models: `cell_ct_observed`, mean Cts of bright cells; `dim_ct_observed`, Cts of
reactions that start from few copies, a Ct at the limit for none; `standard_ct_observed`, of dilution series.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression import reactions
from lensim.expression.laws import BIOLOGICAL_OF_SLOT, COORDINATE_OF_SLOT, ReactionModel, reaction_laws
from lensim.expression.reaction_arrays import expression_arrays, expression_coords, genes_on_plates, genes_with_series
from lensim.expression.slots import draw_slots
from lensim.inference.by_draw import by_draw, parts_of_draws
from lensim.inference.engine import Density
from lensim.inference.laws import Values, log_prior_of_laws, prior_of_laws, values_of
from lensim.seeding import stream

CELLS: Final = "cell_ct_observed"
FEW: Final = "dim_ct_observed"
SERIES: Final = "standard_ct_observed"
HELD_AS: Final = {CELLS: "cell_ct", FEW: "dim_ct", SERIES: "standard_ct"}
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

    @property
    def limit(self) -> float:
        return float(self.arrays["cycle_limit"])

    @property
    def width(self) -> int:
        """Numbers that are held of a draw, at most."""
        genes_in_samples = self.data.sizes[v.GENE] * self.data.sizes[v.SAMPLE]
        return max(genes_in_samples, *(len(values) for values in self.observed.values()))


class _Seen(NamedTuple):
    """Where what is seen lies a priori."""

    cells: reactions.BrightCells
    few: reactions.FewCopies
    series: reactions.Series | None


def _study(data: xr.Dataset, priors: Any, model: ReactionModel) -> _Study:
    return _Study(data, expression_arrays(data), model.priors(priors), model)


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: Any, *, model: ReactionModel) -> xr.Dataset:
    """Log density of each variable given its parents; see `lensim.inference.engine.Density`.

    Of the deviations of slots only where the posterior has them; else they are summed over, and their density is 1.
    """
    study = _study(data, priors, model)
    if BIOLOGICAL_OF_SLOT in posterior or COORDINATE_OF_SLOT in posterior:
        return log_prior_of_laws(study.laws, posterior, _values(study, posterior))
    laws = [law for law in study.laws if law.name != BIOLOGICAL_OF_SLOT]
    return log_prior_of_laws(laws, posterior, values_of(posterior))


def prior(data: xr.Dataset, priors: Any, draws: int, rng: np.random.Generator, *, model: ReactionModel) -> xr.Dataset:
    """Draws of the prior; see `lensim.inference.engine.Density`."""
    study = _study(data, priors, model)
    coords, laws = study.coords, study.laws
    return prior_of_laws(laws, coords, draws, rng)


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: Any, *, model: ReactionModel) -> xr.Dataset:
    """Log density of each bright cell, dim reaction and standard; see `lensim.inference.engine.Density`."""
    study = _study(data, priors, model)
    cts = {name: values[:, None] for name, values in study.observed.items()}

    def density(x: Values) -> dict[str, np.ndarray]:
        of, at = _seen(study, x)
        found = {
            CELLS: reactions.log_density_of_cells(cts[CELLS], at.cells, of, study.arrays),
            FEW: reactions.log_density_of_few(cts[FEW], at.few, study.limit),
        }
        if at.series is not None:
            found[SERIES] = reactions.log_density_of_series(cts[SERIES], at.series, of)
        return found

    return _of_draws(study, posterior, density)


def predictive(
    data: xr.Dataset, posterior: xr.Dataset, priors: Any, rng: np.random.Generator, *, model: ReactionModel
) -> xr.Dataset:
    """A replicate of each bright cell, dim reaction and standard a draw; see `lensim.inference.engine.Density`.

    A cell stays bright: the mean of its reactions is drawn with none of them outlying, as by the PyMC model.
    """
    study = _study(data, priors, model)

    def replicate(x: Values) -> dict[str, np.ndarray]:
        of, at = _seen(study, x)
        made = {
            CELLS: reactions.replicates_of_cells(at.cells, study.arrays, rng),
            FEW: reactions.replicates_of_few(at.few, study.limit, rng),
        }
        if at.series is not None:
            made[SERIES] = reactions.replicates_of_series(at.series, of, rng)
        return made

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
    for part, x in parts_of_draws(values, study.width):
        of, quantity = _expected(study, x)
        values[BIOLOGICAL_OF_SLOT][:, part] = draw_slots(study.arrays, of, quantity, rng)
    return values


def _expected(study: _Study, x: Values) -> tuple[reactions.Machine, np.ndarray]:
    """The measuring side, and log2 quantities without biological deviations (gene, sample, draw)."""
    places = genes_on_plates(study.data)
    of = reactions.machine_of(x, study.arrays, places, study.priors.sd_outlying_cycles)
    is_reference = study.data[v.IS_REFERENCE].to_numpy() == 1
    return of, reactions.quantities(x, study.arrays, is_reference, is_by_input=study.model.is_by_input)


def _seen(study: _Study, x: Values) -> tuple[reactions.Machine, _Seen]:
    of, quantity = _expected(study, x)
    return of, _Seen(
        reactions.bright_cells(x, study.arrays, of, quantity),
        reactions.few_copies(x, study.arrays, of, quantity),
        reactions.series(study.arrays, of) if SERIES in study.observed else None,
    )


def _of_draws(study: _Study, posterior: xr.Dataset, say: Callable[[Values], Mapping[str, np.ndarray]]) -> xr.Dataset:
    shown = xr.Dataset({name: (_along(name), values) for name, values in study.observed.items()})
    return by_draw(_values(study, posterior), posterior, shown, say, study.width)


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
