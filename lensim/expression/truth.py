"""The truth of a simulated RT-qPCR study: levels and fold changes of subjects, the machine's figures and faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bounds import require_figures


@dataclass(frozen=True)
class GeneAssay:
    """One gene's primers on one machine.

    Attributes
    ----------
    amplification_factor
        Fold a cycle, above 1 and at most 2.
    ct_of_unit_quantity
        Mean Ct of a reaction with one unit of the dilution series' quantity [cycles].
    ct_of_one_copy
        Mean Ct of a reaction that starts from a single copy [cycles].
    sd_log2_biological
        A gene's own deviation from one sample to the next [log2].
    """

    amplification_factor: float = 1.95
    ct_of_unit_quantity: float = 28.0
    ct_of_one_copy: float = 37.5
    sd_log2_biological: float = 0.2

    def __post_init__(self) -> None:
        require_figures(self)
        checks.between("GeneAssay.amplification_factor", self.amplification_factor, 1.01, 2.0)
        checks.above("GeneAssay.ct_of_one_copy", self.ct_of_one_copy, self.ct_of_unit_quantity)
        checks.at_least("GeneAssay.sd_log2_biological", self.sd_log2_biological, 0.0)


@dataclass(frozen=True)
class CellTypeExpression:
    """One target in one cell type: mean and sd over subjects of log2 level and log2 fold change (all log2)."""

    mu_log2_level: float = 3.0
    sigma_log2_level: float = 1.0
    mu_log2_fold_change: float = 0.0
    sigma_log2_fold_change: float = 0.5

    def __post_init__(self) -> None:
        require_figures(self)
        checks.at_least("CellTypeExpression.sigma_log2_level", self.sigma_log2_level, 0.0)
        checks.at_least("CellTypeExpression.sigma_log2_fold_change", self.sigma_log2_fold_change, 0.0)


@dataclass(frozen=True)
class ExpressionPopulation:
    """The population of studies. All defaults are assumed.

    Attributes
    ----------
    assays
        By gene; a gene that is absent has `GeneAssay()`.
    expression
        By (target, cell type); a pair that is absent has `CellTypeExpression()`.
    log2_reference_level
        Level of every reference under any condition [log2 of the unit].
    sd_log2_input
        cDNA in a reaction from sample to sample, shared by the genes of a sample.
    sd_technical_cycles
        Between replicate reactions, beside the drawing of copies.
    sd_plate_cycles
        Between plates, shared by their reactions.
    """

    assays: Mapping[str, GeneAssay] = field(default_factory=dict)
    expression: Mapping[tuple[str, str], CellTypeExpression] = field(default_factory=dict)
    log2_reference_level: float = 4.3
    sd_log2_input: float = 0.4
    sd_technical_cycles: float = 0.12
    sd_plate_cycles: float = 0.15

    def __post_init__(self) -> None:
        require_figures(self)
        for name in ("sd_log2_input", "sd_technical_cycles", "sd_plate_cycles"):
            checks.at_least(f"ExpressionPopulation.{name}", getattr(self, name), 0.0)
        for name, kind in (("assays", GeneAssay), ("expression", CellTypeExpression)):
            for key, value in getattr(self, name).items():
                checks.instance(f"ExpressionPopulation.{name}[{key!r}]", value, kind)


@dataclass(frozen=True)
class ReactionFaults:
    """What goes wrong in wells. Probabilities are of a reaction; all defaults are assumed.

    Attributes
    ----------
    outlier_probability, outlier_cycles
        A reaction that comes this much later than it should (an inhibitor, a bubble).
    lost_probability
        A well that was not run or failed, and has no row.
    contamination_probability, contamination_copies
        A no-template control with template in it, and how many copies on average.
    """

    outlier_probability: float = 0.005
    outlier_cycles: float = 1.5
    lost_probability: float = 0.005
    contamination_probability: float = 0.02
    contamination_copies: float = 3.0

    def __post_init__(self) -> None:
        require_figures(self)
        for name in ("outlier_probability", "lost_probability", "contamination_probability"):
            checks.between(f"ReactionFaults.{name}", getattr(self, name), 0.0, 1.0)
        checks.at_least("ReactionFaults.contamination_copies", self.contamination_copies, 0.0)


NO_FAULTS: Final = ReactionFaults(0.0, 0.0, 0.0, 0.0, 0.0)


def targets_of(sheet: xr.Dataset) -> list[str]:
    """Genes that are no reference, in order."""
    return [str(g) for g in sheet[v.GENE].values[sheet[v.IS_REFERENCE].values == 0]]


def references_of(sheet: xr.Dataset) -> list[str]:
    """Reference genes, in order."""
    return [str(g) for g in sheet[v.GENE].values[sheet[v.IS_REFERENCE].values == 1]]


def contrasts_of(sheet: xr.Dataset) -> list[str]:
    """Conditions that are compared with the control, in order."""
    return [str(c) for c in sheet[v.CONDITION].values[sheet[v.IS_CONTROL].values == 0]]


def draw_truth(
    population: ExpressionPopulation, sheet: xr.Dataset, rng: np.random.Generator, studies: int = 1
) -> xr.Dataset:
    """Studies drawn from a population.

        log2_fold_change(target, subject) ~ Normal(mu(target, cell type), sigma(target, cell type)), each contrast anew
        log2_level(target, subject)       ~ Normal(mu, sigma) of target and cell type
        log2_input(sample) ~ Normal(0, sd_log2_input);  log2_biological(gene, sample) ~ Normal(0, sd of the gene)
        plate_shift_cycles(plate) ~ Normal(0, sd_plate_cycles)

    Parameters
    ----------
    population
        Where from.
    sheet
        As from `lay_out`.
    rng
        Random numbers.
    studies
        How many, along the dim study.

    Returns
    -------
    xarray.Dataset
        Every variable has the dim study and then those that the vocabulary names.

    Raises
    ------
    InputError
        If `studies` is below 1.
    """
    return truth_given(parameters_of(population, sheet, studies), sheet, rng)


def parameters_of(population: ExpressionPopulation, sheet: xr.Dataset, studies: int = 1) -> xr.Dataset:
    """The figures of a population along the dim study, alike in every study: what `truth_given` draws subjects from.

    Returns
    -------
    xarray.Dataset
        mu_ and sigma_ of log2_fold_change (study, target, cell_type, contrast) and of log2_level (study, target,
        cell_type), log2_reference_level (study, reference), amplification_factor, ct_of_unit_quantity, ct_of_one_copy,
        sd_log2_biological (study, gene), sd_log2_input, sd_technical_cycles, sd_plate_cycles (study).

    Raises
    ------
    InputError
        If `studies` is below 1.
    """
    checks.at_least("studies", studies, 1)
    genes = [str(g) for g in sheet[v.GENE].values]
    targets, references, contrasts = targets_of(sheet), references_of(sheet), contrasts_of(sheet)
    cell_types = [str(c) for c in sheet[v.CELL_TYPE].values]
    assays = [population.assays.get(gene, GeneAssay()) for gene in genes]
    pairs = [[population.expression.get((t, c), CellTypeExpression()) for c in cell_types] for t in targets]

    def each(values: object) -> np.ndarray:
        return np.repeat(np.asarray(values, dtype=float)[None], studies, axis=0)

    def of_pairs(name: str) -> np.ndarray:
        return each([[getattr(pair, name) for pair in row] for row in pairs])

    def of_genes(name: str) -> tuple[tuple[str, str], np.ndarray]:
        return (v.STUDY, v.GENE), each([getattr(assay, name) for assay in assays])

    by_contrast = np.ones(len(contrasts))
    fold, level = (v.STUDY, v.TARGET, v.CELL_TYPE, v.CONTRAST), (v.STUDY, v.TARGET, v.CELL_TYPE)
    return xr.Dataset(
        {
            v.MU_FOLD_CHANGE: (fold, of_pairs("mu_log2_fold_change")[..., None] * by_contrast),
            v.SIGMA_FOLD_CHANGE: (fold, of_pairs("sigma_log2_fold_change")[..., None] * by_contrast),
            v.MU_LEVEL: (level, of_pairs("mu_log2_level")),
            v.SIGMA_LEVEL: (level, of_pairs("sigma_log2_level")),
            v.LOG2_REFERENCE_LEVEL: (
                (v.STUDY, v.REFERENCE),
                np.full((studies, len(references)), population.log2_reference_level),
            ),
            v.FACTOR: of_genes("amplification_factor"),
            v.UNIT_CT: of_genes("ct_of_unit_quantity"),
            v.ONE_COPY_CT: of_genes("ct_of_one_copy"),
            v.SD_BIOLOGICAL: of_genes("sd_log2_biological"),
        }
        | {
            name: (v.STUDY, np.full(studies, getattr(population, name)))
            for name in (v.SD_INPUT, v.SD_TECHNICAL, v.SD_PLATE)
        },
        coords={v.TARGET: targets, v.REFERENCE: references, v.CONTRAST: contrasts, v.CELL_TYPE: cell_types}
        | {v.GENE: genes},
    )


def truth_given(parameters: xr.Dataset, sheet: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """Subjects and samples of studies, each drawn from figures of its own; see `draw_truth` for the laws.

    Parameters
    ----------
    parameters
        As from `parameters_of`; every variable has the dim study first.
    sheet
        As from `lay_out`.
    rng
        Random numbers.
    """
    studies, samples = parameters.sizes[v.STUDY], sheet.sizes[v.SAMPLE]
    cell_type = sheet[v.CELL_TYPE_OF_SUBJECT].values
    mu_fold, sigma_fold = parameters[v.MU_FOLD_CHANGE].values, parameters[v.SIGMA_FOLD_CHANGE].values
    mu_level, sigma_level = parameters[v.MU_LEVEL].values, parameters[v.SIGMA_LEVEL].values
    shape = (studies, mu_fold.shape[1], len(cell_type), mu_fold.shape[3])
    fold = mu_fold[:, :, cell_type] + sigma_fold[:, :, cell_type] * rng.standard_normal(shape)
    level = mu_level[:, :, cell_type] + sigma_level[:, :, cell_type] * rng.standard_normal(shape[:-1])
    one_copy, unit, factor = (parameters[name].values for name in (v.ONE_COPY_CT, v.UNIT_CT, v.FACTOR))
    sd_biological = parameters[v.SD_BIOLOGICAL].values

    def of_studies(name: str, count: int) -> np.ndarray:
        return parameters[name].values[:, None] * rng.standard_normal((studies, count))

    inputs = of_studies(v.SD_INPUT, samples)
    biological = sd_biological[:, :, None] * rng.standard_normal((*sd_biological.shape, samples))
    truth = parameters.assign(
        {
            v.LOG2_COPIES_PER_UNIT: ((v.STUDY, v.GENE), (one_copy - unit) * np.log2(factor)),
            v.LOG2_LEVEL: ((v.STUDY, v.TARGET, v.SUBJECT), level),
            v.LOG2_FOLD_CHANGE: ((v.STUDY, v.TARGET, v.SUBJECT, v.CONTRAST), fold),
            v.LOG2_INPUT: ((v.STUDY, v.SAMPLE), inputs),
            v.LOG2_BIOLOGICAL: ((v.STUDY, v.GENE, v.SAMPLE), biological),
            v.PLATE_SHIFT: ((v.STUDY, v.PLATE), of_studies(v.SD_PLATE, sheet.sizes[v.PLATE])),
        }
    ).assign_coords({name: sheet[name] for name in (v.SUBJECT, v.PLATE)})
    for name in truth.data_vars:
        if str(name) in v.UNITS:
            truth[name].attrs["units"] = v.UNITS[str(name)]
    truth.attrs[v.ASSAY] = v.EXPRESSION
    return truth
