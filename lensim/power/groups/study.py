"""From a scenario to a chunk of simulated studies of groups: the truth of each, and the levels that are analysed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.expression.groups.design import GroupDesign, GroupOfSubjects, lay_out_groups
from lensim.expression.groups.estimands import SUBJECTS, group_estimands
from lensim.expression.groups.measured import measured_levels
from lensim.expression.pair_factors import PairSettings
from lensim.expression.simulate import simulate
from lensim.expression.truth import ExpressionPopulation, ReactionFaults, parameters_of, truth_given
from lensim.power.design_prior import DesignPrior, posterior_of
from lensim.power.expression.spec import PLATES
from lensim.power.groups.scenario import GroupsScenario
from lensim.power.groups.spec import GroupAssaySpec, GroupsDesignSpec, GroupSize, GroupSpec, GroupsTruthSpec
from lensim.power.spec import ANY, Distribution, changed, picked

CHANGE: Final = v.LOG2_FOLD_CHANGE
"""Of a group over the control of its cell type (study, target, group)."""
DEFAULTS: Final = {v.MU_LEVEL: 1.0, CHANGE: 0.0, v.SD_SUBJECTS: 0.5}
_OF_GROUPS: Final = (v.STUDY, v.TARGET, v.GROUP)
OF_GENES: Final = {
    "amplification_factor": v.FACTOR,
    "ct_of_unit_quantity": v.UNIT_CT,
    "ct_of_one_copy": v.ONE_COPY_CT,
    "sd_log2_biological": v.SD_BIOLOGICAL,
}
_OF_STUDY: Final = (v.SD_INPUT, v.SD_TECHNICAL, v.SD_PLATE)


@dataclass(frozen=True)
class GroupBatch:
    """Some studies of one point of a scenario.

    Attributes
    ----------
    scenario
        The point, without a grid.
    level, sd
        (study, target, subject) log2 level of each subject over the references, and its known error [log2]; NaN where
        there is none.
    group_of_subject
        Position of each subject's group.
    factor_sd, factor_slope
        (study, gene) and (study, target, group, gene), as `MeasuredLevels` has them; of levels without genes.
    is_whole
        (study) whether every reaction has a Ct.
    reactions
        (study, reaction), as from `simulate`; None where levels were simulated.
    true_mean, true_sd
        (study, target, group) mean log2 level and sd between subjects.
    path
        Names of the streams that belong to this batch.
    """

    scenario: GroupsScenario
    level: np.ndarray
    sd: np.ndarray
    group_of_subject: np.ndarray
    factor_sd: np.ndarray
    factor_slope: np.ndarray
    is_whole: np.ndarray
    reactions: xr.Dataset | None
    true_mean: np.ndarray
    true_sd: np.ndarray
    path: tuple[str | int, ...]

    def part(self, studies: np.ndarray) -> "GroupBatch":
        """Some studies, without their reactions."""
        of_studies = ("level", "sd", "factor_sd", "factor_slope", "is_whole", "true_mean", "true_sd")
        return replace(self, reactions=None, **{name: getattr(self, name)[studies] for name in of_studies})


def design_of(spec: GroupsDesignSpec, *, recruited: bool = False) -> GroupDesign:
    """The design of the subjects that are analysed, or of all that are recruited.

    Parameters
    ----------
    spec
        What is asked.
    recruited
        Whether those who drop out are there.
    """
    rows, columns = spec.plate or PLATES[-1]  # the design says what does not fit
    return GroupDesign(
        [
            GroupOfSubjects(one.cell_type, one.condition, one.recruited if recruited else one.analysed)
            for one in spec.sizes
        ],
        spec.control,
        spec.targets,
        spec.references,
        spec.samples,
        spec.technical_replicates,
        spec.dilutions,
        spec.dilution_replicates,
        cycle_limit=spec.cycle_limit,
        plate_rows=rows,
        plate_columns=columns,
    )


@lru_cache(maxsize=64)
def _sheet_of(text: str) -> xr.Dataset:
    return lay_out_groups(design_of(GroupsDesignSpec.model_validate_json(text)))


def simulate_chunk(scenario: GroupsScenario, path: tuple[str | int, ...], studies: int) -> GroupBatch:
    """Simulate `studies` studies of one point, from streams of their own."""
    design = scenario.design
    groups = np.repeat(np.arange(len(design.sizes)), [one.analysed for one in design.sizes])
    truth_stream = seeding.stream(scenario.seed, *path, "truth")
    figures = draw_figures(scenario.truth, design, truth_stream, studies)
    mean, sd = (figures[v.MU_LEVEL] + figures[CHANGE]).to_numpy(), figures[v.SD_SUBJECTS].to_numpy()
    machine = seeding.stream(scenario.seed, *path, "machine")
    if not design.has_reactions:
        level = mean[..., groups] + sd[..., groups] * machine.standard_normal((studies, mean.shape[1], len(groups)))
        none = np.zeros((studies, mean.shape[1], mean.shape[2], 0))
        return GroupBatch(
            scenario, level, np.zeros(level.shape), groups, np.zeros((studies, 0)), none,
            np.ones(studies, dtype=bool), None, mean, sd, path,
        )  # fmt: skip
    data = _simulated(scenario, figures, truth_stream, machine)
    sheet = _sheet_of(design.model_dump_json())
    data = data.drop_vars(v.CELL_TYPE).assign(
        {v.CELL_TYPE_OF_SUBJECT: sheet[v.CELL_TYPE_OF_SUBJECT], v.CELL_TYPE: sheet[v.CELL_TYPE]}
    )
    lost = data["is_lost"].to_numpy()
    ct = np.where(lost, np.nan, data[v.CT].to_numpy())
    is_whole = ~(np.isnan(ct) & ~lost).any(axis=1)
    found = measured_levels(
        data.assign({v.CT: (data[v.CT].dims, ct)}), groups, len(design.sizes), PairSettings(scenario.analysis.factors)
    )
    return GroupBatch(
        scenario, found.level, found.sd, groups, found.factor_sd, found.slope, is_whole, data, mean, sd, path
    )


def reactions_by_group(scenario: GroupsScenario, path: tuple[str | int, ...], studies: int) -> xr.Dataset | None:
    """Reactions of studies, with the groups as cell types; None of a design of levels."""
    if not scenario.design.has_reactions:
        return None
    truth, machine = (seeding.stream(scenario.seed, *path, name) for name in ("truth", "machine"))
    return _simulated(scenario, draw_figures(scenario.truth, scenario.design, truth, studies), truth, machine)


def _simulated(
    scenario: GroupsScenario, figures: xr.Dataset, truth_stream: np.random.Generator, machine: np.random.Generator
) -> xr.Dataset:
    """Reactions of every study, as `simulate` gives them, from figures of each; groups are the cell types."""
    design, faults = scenario.design, scenario.truth.faults
    sheet = _sheet_of(design.model_dump_json())
    groups = np.repeat(np.arange(len(design.sizes)), [one.analysed for one in design.sizes])
    # the simulator's law of subjects is by cell type: here each group has its own, and no fold change
    of_groups = sheet.drop_vars(v.CELL_TYPE).assign({v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, groups)})
    of_groups = of_groups.assign_coords({v.CELL_TYPE: list(design.names)})
    parameters = parameters_of(ExpressionPopulation(), of_groups, figures.sizes[v.STUDY]).copy(deep=True)
    for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE):
        parameters[name].to_numpy()[:] = 0.0
    parameters[v.MU_LEVEL].to_numpy()[:] = (figures[v.MU_LEVEL] + figures[CHANGE]).to_numpy()
    parameters[v.SIGMA_LEVEL].to_numpy()[:] = figures[v.SD_SUBJECTS].to_numpy()
    for name in (v.LOG2_REFERENCE_LEVEL, *OF_GENES.values(), *_OF_STUDY):
        parameters[name].to_numpy()[:] = figures[name].to_numpy()
    return simulate(
        of_groups,
        truth_given(parameters, of_groups, truth_stream),
        ReactionFaults(faults.outlier_probability, faults.outlier_cycles, faults.lost_probability, 0.0, 0.0),
        machine,
    )


def draw_figures(
    truth: GroupsTruthSpec, design: GroupsDesignSpec, rng: np.random.Generator, studies: int
) -> xr.Dataset:
    """Figures of every study: fixed, drawn from distributions, or levels and spreads from a draw of a posterior.

    Each figure that is a distribution has its own number in every study, and is the same within it.

    Raises
    ------
    InputError
        If a posterior lacks a target or a group of the design.
    """
    sizes, targets, genes = design.sizes, design.targets, (*design.targets, *design.references)
    found = {name: np.full((studies, len(targets), len(sizes)), value) for name, value in DEFAULTS.items()}

    def number(value: float | Distribution) -> np.ndarray:
        return value.draw(rng.spawn(1)[0], studies) if isinstance(value, Distribution) else np.full(studies, value)

    for entry in truth.groups:
        for name, column in _stated(entry, number):
            for t, target in enumerate(targets):
                for g, group in enumerate(sizes):
                    is_own = entry.target in (ANY, target) and entry.cell_type in (ANY, group.cell_type)
                    is_own &= entry.group in (ANY, group.condition)
                    if is_own and not (name == CHANGE and group.condition == design.control):
                        found[name][:, t, g] = column
    of_genes = {name: np.empty((studies, len(genes))) for name in OF_GENES.values()}
    for assay in (GroupAssaySpec(), *truth.assays):
        for field, name in OF_GENES.items():
            for g, gene in enumerate(genes):
                if assay.gene in (ANY, gene):  # genes that an entry is about have factors of their own
                    of_genes[name][:, g] = number(getattr(assay, field))
    reference = np.repeat(number(truth.log2_reference_level)[:, None], len(design.references), axis=1)
    figures = xr.Dataset(
        {name: (_OF_GROUPS, values) for name, values in found.items()}
        | {name: ((v.STUDY, v.GENE), values) for name, values in of_genes.items()}
        | {v.LOG2_REFERENCE_LEVEL: ((v.STUDY, v.REFERENCE), reference)}
        | {name: (v.STUDY, number(getattr(truth, name))) for name in _OF_STUDY}
    )
    if truth.posterior is not None:
        _put_posterior(figures, truth, truth.posterior, design, rng.spawn(1)[0])
    figures = changed(figures, truth)
    if CHANGE in truth.shift:  # the control has no change over itself
        own = [g for g, one in enumerate(sizes) if one.condition == design.control]
        figures[CHANGE].to_numpy()[..., own] = 0.0
    return figures


def _stated(entry: GroupSpec, number: Callable[[float | Distribution], np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Figures that an entry states, with a value of each study [log2]."""
    if entry.mu_log2_level is not None:
        yield v.MU_LEVEL, number(entry.mu_log2_level)
    if entry.sd_log2_between_subjects is not None:
        yield v.SD_SUBJECTS, number(entry.sd_log2_between_subjects)
    if entry.log2_fold_change is not None:
        yield CHANGE, number(entry.log2_fold_change)
    if entry.fold_change is not None:
        yield CHANGE, np.log2(number(entry.fold_change))
    if entry.percent_of_control is not None:
        yield CHANGE, np.log2(number(entry.percent_of_control) / 100.0)


@dataclass(frozen=True)
class _Fitted:
    """Draws of a fit of groups: mean level, at its true factors, and sd between subjects (draw, target, group).

    `number` is that of the subjects with a level (target, group).
    """

    mean: np.ndarray
    sd: np.ndarray
    number: np.ndarray
    targets: list[str]
    groups: list[str]


@lru_cache(maxsize=4)
def _fitted(prior: DesignPrior) -> _Fitted:
    result = posterior_of(prior)
    if v.MEAN_LEVEL not in result["posterior"].to_dataset():
        there = ", ".join(map(str, result["posterior"].to_dataset().data_vars))
        raise checks.InputError(
            f"{prior.name} must be a fit of groups, with {v.MEAN_LEVEL} and {v.SD_SUBJECTS}, got {there}: fit the "
            "study with the model level_groups"
        )
    found = group_estimands(result)
    of_groups = found.assign_coords({v.GROUP: result["posterior"][v.GROUP]})
    stacked = of_groups[[v.MEAN_LEVEL, v.SD_SUBJECTS]].stack(sample_=("chain", "draw"), create_index=False)
    mean, sd = (stacked[name].transpose("sample_", v.TARGET, v.GROUP) for name in (v.MEAN_LEVEL, v.SD_SUBJECTS))
    targets, groups = (of_groups[dim].to_numpy().astype(str).tolist() for dim in (v.TARGET, v.GROUP))
    number = found[SUBJECTS].transpose(v.TARGET, v.GROUP).to_numpy()
    return _Fitted(mean.to_numpy(), sd.to_numpy(), number, targets, groups)


def not_in_posterior(scenario: GroupsScenario) -> list[str]:
    """Figures that the studies of a scenario need and its posterior does not have: those of the scenario are taken.

    Raises
    ------
    InputError
        If the posterior is not one of groups, lacks a target or a group of the design, or has no subject of it.
    """
    prior = scenario.truth.posterior
    if prior is None:
        return []
    _places(_fitted(prior), prior, scenario.design)
    if not scenario.design.has_reactions:
        return []
    return [v.MU_LEVEL, v.LOG2_REFERENCE_LEVEL, *OF_GENES.values(), *_OF_STUDY]


def _places(fitted: _Fitted, prior: DesignPrior, design: GroupsDesignSpec) -> tuple[list[int], list[int]]:
    """Positions of the targets and groups of a design in a fit."""
    for target in design.targets:
        checks.one_of(f"{prior.name}: target of the design", target, fitted.targets)
    groups = []
    for name, group in zip(design.names, design.sizes, strict=True):
        whole = f"{group.cell_type}, {group.condition}"
        known = whole if whole in fitted.groups else name
        checks.one_of(f"{prior.name}: group of the design", known, fitted.groups)
        groups.append(fitted.groups.index(known))
    targets = [fitted.targets.index(target) for target in design.targets]
    for target, t in zip(design.targets, targets, strict=True):
        for name, g in zip(design.names, groups, strict=True):
            if not fitted.number[t, g]:  # its mean is a draw of the prior
                raise checks.InputError(
                    f"{prior.name}: {target} must have been measured in {name}, got no subject there: leave the target "
                    "out, or plan without the fit"
                )
    return targets, groups


def _put_posterior(
    figures: xr.Dataset, truth: GroupsTruthSpec, prior: DesignPrior, design: GroupsDesignSpec, rng: np.random.Generator
) -> None:
    """Overwrite changes and spreads, and levels of cell types among each other; all of a study from one draw."""
    fitted = _fitted(prior)
    targets, groups = _places(fitted, prior, design)
    pick = rng.integers(len(fitted.mean), size=figures.sizes[v.STUDY])
    at = np.ix_(np.arange(len(fitted.mean)), targets, groups)
    mean = fitted.mean[at][pick]
    anchor = _anchors(design.sizes)
    figures[CHANGE].to_numpy()[:] = mean - mean[..., anchor]
    figures[v.MU_LEVEL].to_numpy()[:] = figures[v.MU_LEVEL].to_numpy()[..., :1] + mean[..., anchor] - mean[..., :1]
    figures[v.SD_SUBJECTS].to_numpy()[:] = picked(fitted.sd[at], pick, at_mean=truth.nuisance == "mean")


def _anchors(sizes: tuple[GroupSize, ...]) -> list[int]:
    """The first group of each group's cell type, which is the control where there is one."""
    kinds = [one.cell_type for one in sizes]
    return [kinds.index(kind) for kind in kinds]
