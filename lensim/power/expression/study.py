"""From a scenario to a chunk of simulated studies: the truth of each, and the pairs that its analysis starts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.expression.pairs import PairSettings, pairs_of
from lensim.expression.read.assigned import DEFAULT_CELL_TYPE
from lensim.expression.simulate import simulate
from lensim.expression.truth import ExpressionPopulation, ReactionFaults, parameters_of, truth_given
from lensim.power.design_prior import UNSEEN, DesignPrior, posterior_of, require_dims, require_figures
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.spec import CONDITIONS, PLATES, ExpressionDesignSpec, ExpressionTruthSpec
from lensim.power.spec import ANY, Distribution, changed, picked
from lensim.summaries.posterior import OMEGA

SETTINGS_OF_NO_REACTIONS: Final = ExpressionPopulation()
OF_REACTIONS: Final = (
    v.MU_LEVEL,
    v.SIGMA_LEVEL,
    v.LOG2_REFERENCE_LEVEL,
    v.FACTOR,
    v.ONE_COPY_CT,
    v.SD_BIOLOGICAL,
    v.SD_INPUT,
    v.SD_TECHNICAL,
)
"""What every fit from reactions has; the Ct of unit quantity needs a dilution series, the spread of plates two."""
WHERE_KNOWN: Final = (v.UNIT_CT, v.SD_PLATE)
OF_LEVELS: Final = (v.MU_LEVEL, v.LOG2_REFERENCE_LEVEL, v.FACTOR, v.ONE_COPY_CT)
"""A fit that has any of these is one from reactions, and not from ratios."""
_PAIR: Final = (v.TARGET, v.CELL_TYPE, v.CONTRAST)
DIMS: Final[Mapping[str, tuple[str, ...]]] = {
    v.MU_FOLD_CHANGE: _PAIR,
    v.SIGMA_FOLD_CHANGE: _PAIR,
    OMEGA: _PAIR,
    v.MU_LEVEL: (v.TARGET, v.CELL_TYPE),
    v.SIGMA_LEVEL: (v.TARGET, v.CELL_TYPE),
    v.LOG2_REFERENCE_LEVEL: (v.REFERENCE,),
    v.FACTOR: (v.GENE,),
    v.UNIT_CT: (v.GENE,),
    v.ONE_COPY_CT: (v.GENE,),
    v.SD_BIOLOGICAL: (v.GENE,),
    v.SD_INPUT: (),
    v.SD_TECHNICAL: (),
    v.SD_PLATE: (),
    v.SD_PAIR: (v.TARGET,),
}
"""Dims that a figure of a posterior may have besides chain and draw: those of the truth."""


@dataclass(frozen=True)
class PairBatch:
    """Some studies of one point of a scenario.

    Attributes
    ----------
    scenario
        The point, without a grid.
    pairs
        (study, pair), as from `pairs_of`.
    reactions
        (study, reaction), as from `simulate`; None where ratios were simulated.
    true_mu
        (study, target, cell_type) true population mean of the log2 fold change.
    true_sigma
        (study, target, cell_type) true spread of subjects' log2 fold changes.
    path
        Names of the streams that belong to this batch.
    parameters
        As from `draw_parameters`, for those who want to look.
    """

    scenario: ExpressionScenario
    pairs: xr.Dataset
    reactions: xr.Dataset | None
    true_mu: np.ndarray
    true_sigma: np.ndarray
    path: tuple[str | int, ...]
    parameters: xr.Dataset | None = None


def simulate_chunk(scenario: ExpressionScenario, path: tuple[str | int, ...], studies: int) -> PairBatch:
    """Simulate `studies` studies of one point, from streams of their own."""
    sheet = _sheet(scenario.design)
    truth_stream = seeding.stream(scenario.seed, *path, "truth")
    parameters = draw_parameters(scenario.truth, scenario.design, sheet, truth_stream, studies)
    machine = seeding.stream(scenario.seed, *path, "machine")
    true_mu, true_sigma = (parameters[name].to_numpy()[..., 0] for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE))
    if not scenario.design.has_reactions:
        return PairBatch(
            scenario, _ratios(parameters, scenario.design, sheet, machine), None, true_mu, true_sigma, path, parameters
        )
    faults = scenario.truth.faults
    data = simulate(
        sheet,
        truth_given(parameters, sheet, truth_stream),
        ReactionFaults(faults.outlier_probability, faults.outlier_cycles, faults.lost_probability, 0.0, 0.0),
        machine,
    )
    return PairBatch(
        scenario, pairs_of(data, PairSettings(scenario.analysis.factors)), data, true_mu, true_sigma, path, parameters
    )


@lru_cache(maxsize=64)
def _sheet_of(text: str) -> xr.Dataset:
    design = ExpressionDesignSpec.model_validate_json(text)
    return lay_out(design_of(design, design.completing))


def design_of(spec: ExpressionDesignSpec, subjects: Mapping[str, int]) -> ExpressionDesign:
    """The design of so many subjects of each cell type, without wells that have no template.

    Parameters
    ----------
    spec
        What is asked.
    subjects
        Those with a pair, or all that are recruited.
    """
    rows, columns = spec.plate or PLATES[-1]  # the design says what does not fit
    return ExpressionDesign(
        [f"{kind} {1 + k}" for kind, number in subjects.items() for k in range(number)],
        [kind for kind, number in subjects.items() for _ in range(number)],
        spec.targets,
        spec.references,
        CONDITIONS,
        spec.experiments,
        spec.technical_replicates,
        spec.dilutions,
        spec.dilution_replicates,
        no_template_replicates=0,
        cycle_limit=spec.cycle_limit,
        plate_rows=rows,
        plate_columns=columns,
    )


def _sheet(design: ExpressionDesignSpec) -> xr.Dataset:
    return _sheet_of(design.model_dump_json())


def draw_parameters(
    truth: ExpressionTruthSpec, design: ExpressionDesignSpec, sheet: xr.Dataset, rng: np.random.Generator, studies: int
) -> xr.Dataset:
    """Figures of every study: fixed, drawn from distributions, or all from one draw of a posterior.

    Each figure that is a distribution has its own number in every study, and is the same within it: what is uncertain
    is the world, not the subjects of one study.

    Raises
    ------
    InputError
        If a posterior lacks a target, a cell type or a reference of the design.
    """
    base = parameters_of(SETTINGS_OF_NO_REACTIONS, sheet, studies).copy(deep=True)
    drawn = {}

    def number(key: str, value: float | Distribution) -> np.ndarray:
        """One column of numbers for each entry of the scenario, however many places it fills."""
        if key not in drawn:
            own = rng.spawn(1)[0]
            drawn[key] = value.draw(own, studies) if isinstance(value, Distribution) else np.full(studies, value)
        return drawn[key]

    targets, kinds = list(design.targets), list(design.subjects)
    for position, entry in enumerate(truth.expression):
        for name, variable in (
            ("mu_log2_fold_change", v.MU_FOLD_CHANGE),
            ("sigma_log2_fold_change", v.SIGMA_FOLD_CHANGE),
            ("mu_log2_level", v.MU_LEVEL),
            ("sigma_log2_level", v.SIGMA_LEVEL),
        ):
            column = number(f"expression {position} {name}", getattr(entry, name))
            for t, target in enumerate(targets):
                for k, kind in enumerate(kinds):
                    if entry.target in (ANY, target) and entry.cell_type in (ANY, kind):
                        base[variable].to_numpy()[:, t, k] = column[:, None] if base[variable].ndim == 4 else column
    genes = [str(gene) for gene in sheet[v.GENE].to_numpy()]
    for position, assay in enumerate(truth.assays):
        for name, variable in (
            ("amplification_factor", v.FACTOR),
            ("ct_of_unit_quantity", v.UNIT_CT),
            ("ct_of_one_copy", v.ONE_COPY_CT),
            ("sd_log2_biological", v.SD_BIOLOGICAL),
        ):
            for g, gene in enumerate(genes):
                if assay.gene in (ANY, gene):  # genes that an entry is about have factors of their own
                    base[variable].to_numpy()[:, g] = number(f"assay {position} {name} {gene}", getattr(assay, name))
    for name in (v.SD_INPUT, v.SD_TECHNICAL, v.SD_PLATE):
        base[name] = (v.STUDY, number(name, getattr(truth, name)))
    base[v.LOG2_REFERENCE_LEVEL].to_numpy()[:] = number("reference", truth.log2_reference_level)[:, None]
    pair = number(v.SD_PAIR, truth.sd_log2_pair)
    base[v.SD_PAIR] = ((v.STUDY, v.TARGET), np.repeat(pair[:, None], len(targets), axis=1))
    if truth.posterior is not None:
        _put_posterior(base, truth, truth.posterior, rng.spawn(1)[0])
    return changed(base, truth)


@lru_cache(maxsize=4)
def _posterior(prior: DesignPrior) -> xr.Dataset:
    result, path = posterior_of(prior), prior.path
    posterior = result["posterior"].to_dataset()
    require_dims(path, posterior, DIMS)
    needed: tuple[str, ...] = (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE)
    if UNSEEN not in result.children:  # a paper prints no spread of pairs or reactions
        needed += OF_REACTIONS if any(name in posterior for name in OF_LEVELS) else (v.SD_PAIR,)
    require_figures(path, posterior, needed, "a fit in which subjects were pooled")
    return posterior.stack(sample_=("chain", "draw"), create_index=False)


def not_in_posterior(scenario: ExpressionScenario) -> list[str]:
    """Figures that the studies of a scenario need and its posterior does not have: those of the scenario are taken.

    Raises
    ------
    InputError
        If the posterior lacks a figure of its own kind, or has several contrasts of which none is named.
    """
    if scenario.truth.posterior is None:
        return []
    contrast_of(_posterior(scenario.truth.posterior), scenario.truth)
    needed = (*OF_REACTIONS, *WHERE_KNOWN) if scenario.design.has_reactions else (v.SD_PAIR,)
    posterior = _posterior(scenario.truth.posterior)
    return [name for name in needed if name not in posterior]


def contrast_of(posterior: xr.Dataset, truth: ExpressionTruthSpec) -> int:
    """Position of the contrast of a posterior that truths are drawn from.

    Raises
    ------
    InputError
        If there are several and the truth names none, or it names one that is not there.
    """
    names = [str(name) for name in posterior[v.CONTRAST].to_numpy()] if v.CONTRAST in posterior.coords else [""]
    if truth.contrast:
        checks.one_of("truth.contrast", truth.contrast, names)
        return names.index(truth.contrast)
    if len(names) > 1:
        of = "the posterior" if truth.posterior is None else truth.posterior.name
        raise checks.InputError(
            f"truth.contrast must name one of the {len(names)} contrasts of {of} ({', '.join(names)}), got none: write "
            f'contrast = "{names[0]}" into the table truth (scenario.truth in a plan)'
        )
    return 0


def _put_posterior(
    parameters: xr.Dataset, truth: ExpressionTruthSpec, prior: DesignPrior, rng: np.random.Generator
) -> None:
    """Overwrite every figure that a posterior has, all of a study from one draw, or all but the effect at the mean."""
    posterior, path, at_mean = _posterior(prior), prior.path, truth.nuisance == "mean"
    contrast = contrast_of(posterior, truth)
    posterior = posterior.isel({v.CONTRAST: [contrast]}) if v.CONTRAST in posterior.dims else posterior
    pick = rng.integers(posterior.sizes["sample_"], size=parameters.sizes[v.STUDY])
    for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE, *OF_REACTIONS, *WHERE_KNOWN, v.SD_PAIR):
        if name in posterior:
            drawn = _for_design(posterior, name, parameters[name], path)
            parameters[name].to_numpy()[:] = picked(drawn, pick, at_mean=at_mean and name != v.MU_FOLD_CHANGE)
    if OMEGA in posterior:  # published studies differ in their means, and so will the next
        omega = picked(_for_design(posterior, OMEGA, parameters[v.MU_FOLD_CHANGE], path), pick, at_mean=at_mean)
        parameters[v.MU_FOLD_CHANGE].to_numpy()[:] += omega * rng.standard_normal(omega.shape)


def _for_design(posterior: xr.Dataset, name: str, like: xr.DataArray, path: Path) -> np.ndarray:
    """(draw, ...) draws of a figure for the targets, cell types and genes of the design.

    A fit whose data name no cell type has one, which stands for that of the design whatever it is called there.
    """
    values = posterior[name]
    for dim in like.dims[1:]:
        if dim == v.CONTRAST and dim in values.dims:
            continue  # the one that was chosen
        if dim in values.dims:
            wanted, there = like[dim].to_numpy().tolist(), values[dim].to_numpy().tolist()
            if dim == v.CELL_TYPE and there == [DEFAULT_CELL_TYPE] and len(wanted) == 1:
                wanted = there
            for label in wanted:
                checks.one_of(f"{path}: {dim} of the design", str(label), [str(one) for one in there])
            values = values.isel({dim: [there.index(label) for label in wanted]})
        else:
            values = values.expand_dims({dim: like.sizes[dim]})
    drawn = values.transpose("sample_", *like.dims[1:]).to_numpy()
    absent = np.argwhere(np.isnan(drawn).all(axis=0))
    if len(absent):  # of published summaries: there are none of this target in this cell type
        which = " in ".join(str(like[dim].to_numpy()[at]) for dim, at in zip(like.dims[1:3], absent[0], strict=False))
        raise checks.InputError(f"{path} must have {name} of every target in every cell type, got none of {which}")
    return np.asarray(drawn)


def _ratios(
    parameters: xr.Dataset, design: ExpressionDesignSpec, sheet: xr.Dataset, rng: np.random.Generator
) -> xr.Dataset:
    """Log2 ratios without reactions: fold change of the subject, and what differs between its pairs."""
    kind = sheet[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    studies, targets, subjects = parameters.sizes[v.STUDY], len(design.targets), len(kind)
    mu, sigma = (parameters[name].to_numpy()[..., 0][:, :, kind] for name in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE))
    fold = mu + sigma * rng.standard_normal((studies, targets, subjects))
    blur = rng.standard_normal((studies, targets, subjects, design.experiments))
    ratio = fold[..., None] + parameters[v.SD_PAIR].to_numpy()[:, :, None, None] * blur
    target, subject, _ = np.indices((targets, subjects, design.experiments)).reshape(3, -1)
    return xr.Dataset(
        {
            v.LOG2_RATIO: ((v.STUDY, v.PAIR), ratio.reshape(studies, -1)),
            v.IS_GAUSSIAN: (v.STUDY, np.ones(studies, dtype=bool)),
            v.TARGET_OF_PAIR: (v.PAIR, target),
            v.SUBJECT_OF_PAIR: (v.PAIR, subject),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.zeros(len(target), dtype=np.int64)),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, kind),
        },
        coords={
            v.TARGET: list(design.targets),
            v.SUBJECT: sheet[v.SUBJECT].to_numpy(),
            v.CELL_TYPE: list(design.subjects),
            v.CONTRAST: [CONDITIONS[1]],
        },
    )
