"""From a scenario to a chunk of simulated panels: truths, plates and their signals."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.design import lay_out
from lensim.dose_response.simulate import simulate
from lensim.dose_response.truth import SD_OF_CONDITION, SHIFT_OF_CONDITION, DoseResponsePopulation, truth_given
from lensim.power.design_prior import DesignPrior, posterior_of, require_dims, require_figures
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.dose_response.spec import CURVE_NAMES, DoseResponseDesignSpec, DoseResponseTruthSpec
from lensim.power.spec import Distribution, changed, picked

FROM_POSTERIOR: Final = (
    *(f"mu_{name}" for name in CURVE_NAMES), *(f"sigma_{name}" for name in CURVE_NAMES),
    *(f"sigma_group_{name}" for name in CURVE_NAMES), *(f"sd_experiment_{name}" for name in CURVE_NAMES),
    v.DAY_SHARE, v.SHARED_SHARE, v.SD_WELL, v.NU_WELL,
)  # fmt: skip
NEEDED: Final = (
    *(f"mu_{name}" for name in CURVE_NAMES), *(f"sigma_{name}" for name in CURVE_NAMES), v.SD_WELL
)  # fmt: skip
"""What every pooled fit has; groups have a spread where there are several, days where lines were plated twice."""

DIMS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(FROM_POSTERIOR, ()),
    v.LOG_TOP: (v.CULTURE,),
    v.BACKGROUND: (v.PLATE,),
}
"""Dims that a figure of a posterior may have besides chain and draw."""


@dataclass(frozen=True)
class PanelBatch:
    """Some studies of one point of a scenario.

    Attributes
    ----------
    scenario
        The point, without a grid.
    data
        The sheet with signals (study, well), as from `simulate`; one sheet for all studies of the batch.
    truth
        As from `truth_given`.
    path
        Names of the streams that belong to this batch.
    """

    scenario: DoseResponseScenario
    data: xr.Dataset
    truth: xr.Dataset
    path: tuple[str | int, ...]


def simulate_chunk(scenario: DoseResponseScenario, path: tuple[str | int, ...], studies: int) -> PanelBatch:
    """Simulate `studies` studies of one point, from streams of their own; wells are laid out anew for every batch.

    Raises
    ------
    InputError
        If a posterior lacks what a population needs.
    """
    design = scenario.design
    sheet = design.with_conditions(lay_out(design.plates, seeding.stream(scenario.seed, *path, "layout")))
    stream = seeding.stream(scenario.seed, *path, "truth")
    parameters = draw_parameters(scenario.truth, design, sheet, stream, studies)
    truth = truth_given(parameters, sheet, stream)
    data = simulate(sheet, truth, scenario.truth.plate_faults, seeding.stream(scenario.seed, *path, "machine"))
    return PanelBatch(scenario, data, truth, path)


def draw_parameters(
    truth: DoseResponseTruthSpec,
    design: DoseResponseDesignSpec,
    sheet: xr.Dataset,
    rng: np.random.Generator,
    studies: int,
) -> xr.Dataset:
    """Figures of every study: fixed, drawn from distributions, or all from one draw of a posterior."""

    def number(value: float | Distribution) -> np.ndarray:
        own = rng.spawn(1)[0]
        return value.draw(own, studies) if isinstance(value, Distribution) else np.full(studies, float(value))

    population = truth.population
    found = xr.Dataset({name: (v.STUDY, number(getattr(population, name))) for name in vars(DoseResponsePopulation())})
    if truth.posterior is not None:
        _put_posterior(found, truth.posterior, truth.nuisance == "mean", rng.spawn(1)[0])
    groups = list(design.groups)
    for name in CURVE_NAMES:
        shift = np.zeros((studies, len(groups)))
        for group in truth.groups:
            shift[:, groups.index(group.group)] = number(getattr(group, name))
        found[f"shift_{name}"] = ((v.STUDY, v.MOLECULAR_GROUP), shift)
    moved = np.zeros((2, studies, len(design.conditions)))
    for one in truth.conditions:
        at = design.conditions.index(one.condition)
        moved[0, :, at] = np.log10(number(one.fold))
        moved[1, :, at] = np.log10(2.0) * number(one.sd_log2_fold)
    for name, values in zip((SHIFT_OF_CONDITION, SD_OF_CONDITION), moved, strict=True):
        found[name] = ((v.STUDY, "condition"), values)
    return changed(found, truth)


@lru_cache(maxsize=4)
def _posterior(prior: DesignPrior) -> xr.Dataset:
    posterior, path = posterior_of(prior)["posterior"].to_dataset(), prior.path
    require_dims(path, posterior, DIMS)
    require_figures(path, posterior, NEEDED, "a dose-response fit in which lines were pooled")
    return posterior.stack(sample_=("chain", "draw"), create_index=False)


def not_in_posterior(scenario: DoseResponseScenario) -> list[str]:
    """Figures that the studies of a scenario need and its posterior does not have: those of the scenario are taken.

    Raises
    ------
    InputError
        If the posterior lacks a figure of its own kind.
    """
    if scenario.truth.posterior is None:
        return []
    posterior = _posterior(scenario.truth.posterior)
    needless = {f"sigma_group_{name}" for name in CURVE_NAMES} if len(scenario.design.groups) == 1 else set()
    if not scenario.design.conditions:
        needless |= {v.SHARED_SHARE}
    if scenario.design.experiments == 1:
        needless |= {v.SHARED_SHARE, *(f"sd_experiment_{name}" for name in CURVE_NAMES), v.DAY_SHARE}
    return [name for name in FROM_POSTERIOR if name not in posterior and name not in needless]


def _put_posterior(parameters: xr.Dataset, prior: DesignPrior, at_mean: bool, rng: np.random.Generator) -> None:
    """Overwrite every figure that a posterior has, all of a study from one draw; levels from the cultures of the fit.

    What a fit does not have (one group: no spread of groups; one culture a line: no spread of days) stays as it is.
    """
    posterior = _posterior(prior)
    pick = rng.integers(posterior.sizes["sample_"], size=parameters.sizes[v.STUDY])
    for name in FROM_POSTERIOR:
        if name in posterior:
            nuisance = not name.startswith("mu_")
            parameters[name] = (v.STUDY, picked(posterior[name].to_numpy(), pick, at_mean=at_mean and nuisance))
    parameters[v.NU_WELL] = (v.STUDY, np.maximum(parameters[v.NU_WELL].to_numpy(), 2.01))  # the simulator's least
    if v.LOG_TOP in posterior:
        top = posterior[v.LOG_TOP].transpose("sample_", ...).to_numpy()[pick]
        parameters["mu_log_top_signal"] = (v.STUDY, top.mean(axis=1))
    if v.BACKGROUND in posterior:
        background = posterior[v.BACKGROUND].transpose("sample_", ...).to_numpy()[pick]
        parameters[v.BACKGROUND] = (v.STUDY, np.exp(np.log(background).mean(axis=1)))
