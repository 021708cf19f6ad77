"""From the data of one study to its posterior: by NUTS, or by the fast engine of its assay where that takes them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.assay import Asked, assay_of
from lensim.checks import InputError
from lensim.dose_response.laplace.engine import PanelPosterior, analyse_panel
from lensim.dose_response.laplace.wells import sheet_of
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.truth import CURVE
from lensim.expression.exact.draws import exact_posterior
from lensim.expression.groups.exact import draw_exact
from lensim.expression.groups.levels import MODEL as LEVEL_GROUPS
from lensim.expression.pairs import pairs_of
from lensim.expression.plate_checks import targets_apart
from lensim.expression.priors import LevelPriors
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import CompiledModel, compile_model, sample
from lensim.inference.gate import diagnose
from lensim.inference.observations import attach_observations
from lensim.inference.priors import carry_priors
from lensim.inference.settings import GateSettings, SamplerSettings
from lensim.inference.verdict import Verdict, carry_exact, carry_verdict

SETTINGS: Final = SamplerSettings(draws=500, tune=500, chains=2, target_accept=0.95, cores=1)
GATE: Final = GateSettings(largest_r_hat=1.05, smallest_ess=60.0, largest_divergences=5, smallest_e_bfmi=0.2)
"""A quarter of the usual draws, so a wider gate: an error of an eighth of a posterior sd is small beside that of
coverage from some hundred cases."""
ROOM: Final = 32
"""Slots for dim cells come in steps of this, so that few models are compiled."""
OBSERVED: Final = (v.WELL, v.BLANK, v.REACTION, v.STANDARD, v.NO_TEMPLATE)
"""Dims along which studies of one compiled model may differ in size."""
STRUCTURE: Final = (
    *(v.LINE_OF_CULTURE, v.EXPERIMENT_OF_CULTURE, v.GROUP_OF_LINE, v.CELL_TYPE_OF_SUBJECT),
    *(v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE, v.IS_REFERENCE),
)
"""Pointers that one compiled model has once and for all."""
Structure = tuple[Any, ...]
References = Callable[[], Mapping[Structure, xr.Dataset]]
_compiled: dict[tuple[Any, ...], CompiledModel] = {}


class HandedOn(InputError):
    """The fast engine does not take the study, and says why."""


def by_nuts(data: xr.Dataset, seed: int, references: References) -> xr.DataTree:
    """Draws of the model that `lensim.fit` takes for these data, compiled once a structure, with a verdict.

    A compiled model keeps where its chains start, so it is always compiled on the same study of a structure, whatever
    was analysed before: draws do not depend on the worker.

    Parameters
    ----------
    data
        One study.
    seed
        Of the sampler.
    references
        Studies to compile on, by structure; a study of another structure is compiled on its own.

    Raises
    ------
    HandedOn
        Of groups of different subjects, whose draws need no chain.
    InputError
        If the data do not suit the model.
    """
    if v.SUBJECT_LEVEL in data:
        raise HandedOn("groups of different subjects are drawn exactly, by the fast engine")
    assay = assay_of(data)
    data = assay.prepared(data)
    model = assay.default_model(data)
    entry = find_model(model)
    reference = references().get(structure_of(data), data)
    needed = max(entry.slots(data), entry.slots(reference)) if entry.slots else 0
    room = (ROOM * -(-needed // ROOM),) if entry.slots else ()
    key = (model, structure_of(data), room)
    held = _compiled.get(key) or compile_model(entry.build(reference, None, *room))
    if reference is not data:
        _compiled[key] = held
    arrays = dict(entry.arrays(data, *room))
    drawn = sample(held.with_data(arrays), SETTINGS, seeding.sampler_seed(seed, "posterior"))
    attach_observations(drawn, data)
    carry_priors(drawn, entry.priors())
    drawn.attrs |= {v.ASSAY: assay.name, "model": model, "seed": seed}
    carry_verdict(drawn, diagnose(drawn, assay.judged(assay.estimands(drawn, Asked())), GATE))
    return drawn


def structure_of(data: xr.Dataset) -> Structure:
    """What a compiled model cannot swap: sizes, pointers, the doses, and whether there are blanks or standards."""
    sizes = tuple(sorted((str(dim), size) for dim, size in data.sizes.items() if dim not in OBSERVED))
    there = (*(bool(data.sizes.get(dim, 0)) for dim in OBSERVED), v.SIGNAL in data, v.CT in data)
    pointers = tuple((name, data[name].to_numpy().tobytes()) for name in STRUCTURE if name in data)
    doses = np.unique(data[v.DOSE].to_numpy()).tobytes() if v.DOSE in data else b""
    return sizes, there, pointers, doses, bool(v.STATED_FACTOR in data and data[v.STATED_FACTOR].notnull().any())


def by_fast_engine(data: xr.Dataset, seed: int, _: References) -> xr.DataTree:
    """Draws of the Laplace engine of panels, or of the exact engines of paired studies and of groups of subjects.

    Raises
    ------
    HandedOn
        If the weights of a line cannot be trusted, or a study has few copies, undetected reactions, or plates that are
        those of the treatment.
    """
    if v.SUBJECT_LEVEL in data:
        return _of_groups(data, seed)
    return _by_laplace(data, seed) if assay_of(data).name == v.DOSE_RESPONSE else _by_exact(data, seed)


def _by_laplace(data: xr.Dataset, seed: int) -> xr.DataTree:
    if v.SIGNAL not in data:
        raise HandedOn("there are percents and no raw signals")
    sheet, rng = sheet_of(data), seeding.stream(seed, "laplace")
    try:
        found = analyse_panel(
            sheet, data[v.SIGNAL].to_numpy(), data[v.BLANK_SIGNAL].to_numpy(), DoseResponsePriors(), rng
        )
    except (np.linalg.LinAlgError, FloatingPointError):
        raise HandedOn("no mode was found for a curve") from None
    if not found.trusted:
        raise HandedOn("the weights of a line cannot be trusted")
    drawn = xr.DataTree.from_dict({"posterior": _posterior(found, data)})
    attach_observations(drawn, data)
    drawn.attrs |= {v.ASSAY: v.DOSE_RESPONSE, "seed": seed}
    carry_verdict(drawn, Verdict(True, (), np.nan, np.nan, np.nan, "", 0, np.nan, np.nan, "independent"))
    return drawn


def _posterior(found: PanelPosterior, data: xr.Dataset) -> xr.Dataset:
    """Draws of lines and of the population by the names of the model."""
    of_draws, spreads = ("chain", "draw"), {"sigma": found.sigma, "sigma_group": found.sigma_group}
    if data.sizes[v.MOLECULAR_GROUP] < 2:
        del spreads["sigma_group"]
    return xr.Dataset(
        {name: ((*of_draws, v.CELL_LINE), found.curves[None, ..., k]) for k, name in enumerate(CURVE)}
        | {
            f"{what}_{name}": (of_draws, values[None, :, k])
            for what, values in spreads.items()
            for k, name in enumerate(CURVE)
        }
        | {f"sd_experiment_{name}": (of_draws, found.sd_experiment[None, :, k]) for k, name in enumerate(CURVE)}
        | {v.DAY_SHARE: (of_draws, found.day_share[None])},
        coords={v.CELL_LINE: data[v.CELL_LINE]},
    )


def _by_exact(data: xr.Dataset, seed: int) -> xr.DataTree:
    measured = (v.CT, v.STANDARD_CT, v.NO_TEMPLATE_CT) if v.CT in data else (v.LOG2_RATIO, v.LOG2_RATIO_SD)
    pairs = data.assign({name: data[name].expand_dims(v.STUDY) for name in measured})
    if v.CT in data:
        if apart := targets_apart(data):
            raise HandedOn(f"treated samples and controls are on different plates for {', '.join(apart)}")
        pairs = pairs_of(pairs)
        if not bool(pairs[v.IS_GAUSSIAN].all()):
            raise HandedOn("a reaction is not detected or has few copies")
    drawn = exact_posterior(pairs, 0, seeding.stream(seed, "exact"))
    drawn.attrs |= {v.ASSAY: v.EXPRESSION, "seed": seed}
    return drawn


def _of_groups(data: xr.Dataset, seed: int) -> xr.DataTree:
    drawn = draw_exact(data, LEVEL_GROUPS, LevelPriors(), SETTINGS, seeding.sampler_seed(seed, "exact"))
    attach_observations(drawn, data)
    carry_priors(drawn, LevelPriors())
    drawn.attrs |= {v.ASSAY: v.EXPRESSION, "model": LEVEL_GROUPS, "seed": seed}
    carry_exact(drawn)
    return drawn


Engine = Callable[[xr.Dataset, int, References], xr.DataTree]
ENGINES: Final[Mapping[str, Engine]] = {"nuts": by_nuts, "fast": by_fast_engine}
