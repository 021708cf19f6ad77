"""The prior of the models of reactions as laws, in numpy, on the equations that their PyMC models state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.priors import ExpressionPriors, responding_priors
from lensim.expression.reaction_arrays import genes_on_plates, genes_with_series
from lensim.inference.laws import Derived, Law, positive_spread

SLOT: Final = "slot"
BIOLOGICAL_OF_SLOT: Final = "log2_biological_of_slot"
"""Deviation of a gene in a sample that is not integrated out (slot) [log2]."""
COORDINATE_OF_SLOT: Final = f"{BIOLOGICAL_OF_SLOT}_coordinate"
"""The same in units of its spread, as the sampler meets it."""


@dataclass(frozen=True)
class ReactionModel:
    """Which model of reactions: whether subjects are pooled, and whether inputs tell what references do."""

    is_pooled: bool = True
    is_by_input: bool = False

    def priors(self, priors: ExpressionPriors | None) -> ExpressionPriors:
        """The priors that the model has where it is given these."""
        own = priors or ExpressionPriors()
        return responding_priors(own) if self.is_by_input else own


def has_responses(data: xr.Dataset, priors: ExpressionPriors) -> bool:
    """Whether references respond in the model: several do, and one alone where its priors state an sd."""
    return bool((data[v.IS_REFERENCE] == 1).sum() > 1) or priors.sd_log2_reference_fold_change > 0.0


def reaction_laws(
    data: xr.Dataset, arrays: Mapping[str, np.ndarray], priors: ExpressionPriors, model: ReactionModel
) -> list[Law | Derived]:
    """Every variable of a model of reactions, in an order in which each follows its parents.

    Parameters
    ----------
    data
        Checked observations.
    arrays
        `lensim.expression.reaction_arrays.expression_arrays` of them.
    priors
        From `ReactionModel.priors`.
    model
        Which of the models.
    """
    gene_of_slot = arrays["gene_of_slot"]
    return [
        *_machine(data, arrays, priors),
        *_references(data, priors),
        *(_pooled(data, priors) if model.is_pooled else _separate(priors)),
        Law(v.LOG2_INPUT, "normal", lambda x: (0.0, x[v.SD_INPUT]), (v.SAMPLE,)),
        Law(BIOLOGICAL_OF_SLOT, "normal", lambda x: (0.0, x[v.SD_BIOLOGICAL][gene_of_slot]), (SLOT,)),
    ]


def _machine(data: xr.Dataset, arrays: Mapping[str, np.ndarray], priors: ExpressionPriors) -> list[Law | Derived]:
    """Amplification, units, shifts of plates, and spreads."""
    is_stated = arrays["factor_is_stated_of_gene"] > 0.5
    mean = np.where(is_stated, arrays["stated_factor_of_gene"], priors.mean_amplification_factor)
    sd = np.where(is_stated, arrays["stated_factor_sd_of_gene"], priors.sd_amplification_factor)
    anchor, gene = arrays["anchor_ct_of_gene"], (v.GENE,)
    unit_ct: Law | Derived = Derived(v.UNIT_CT, lambda x: anchor[:, None], gene)
    if genes_with_series(data).any():
        unit_ct = Law(v.UNIT_CT, "normal", (anchor, priors.sd_ct_of_unit_quantity), gene)
    return [
        Law(v.FACTOR, "normal", (mean, sd), gene),
        positive_spread(v.SD_TECHNICAL, priors.median_sd_technical_cycles, priors.log_sd_sd_technical_cycles),
        Law(v.ONE_COPY_CT, "normal", (priors.mean_ct_of_one_copy, priors.sd_ct_of_one_copy), gene),
        *_shifts(data, priors),
        unit_ct,
        positive_spread(v.SD_BIOLOGICAL, priors.median_sd_log2_biological, priors.log_sd_sd_log2_biological, gene),
        positive_spread(v.SD_INPUT, priors.median_sd_log2_input, priors.log_sd_sd_log2_input),
        Law(v.SHARE_OUTLYING, "beta", (1.0, 1.0 / priors.mean_share_of_outlying_reactions - 1.0)),
    ]


def _shifts(data: xr.Dataset, priors: ExpressionPriors) -> list[Law]:
    """Of plates, where there are several, and of genes on them."""
    if data.sizes[v.PLATE] == 1:
        return []
    laws = [
        positive_spread(v.SD_PLATE, priors.median_sd_plate_cycles, priors.log_sd_sd_plate_cycles),
        Law(v.PLATE_SHIFT, "normal", lambda x: (0.0, x[v.SD_PLATE]), (v.PLATE,)),
    ]
    if not len(genes_on_plates(data)[0]):
        return laws
    return [
        *laws,
        positive_spread(
            v.SD_GENE_ON_PLATE, priors.median_sd_gene_on_plate_cycles, priors.log_sd_sd_gene_on_plate_cycles
        ),
        Law(v.GENE_ON_PLATE_SHIFT, "normal", lambda x: (0.0, x[v.SD_GENE_ON_PLATE]), (v.GENE_ON_PLATE,)),
    ]


def _references(data: xr.Dataset, priors: ExpressionPriors) -> list[Law]:
    """Levels of references, and what a treatment does to them."""
    level = Law(v.LOG2_REFERENCE_LEVEL, "normal", (0.0, priors.sd_log2_reference_level), (v.REFERENCE,))
    dims = (v.REFERENCE, v.CONTRAST)
    if not has_responses(data, priors):
        return [level]
    if sd := priors.sd_log2_reference_fold_change:
        return [level, Law(v.LOG2_REFERENCE_FOLD_CHANGE, "normal", (0.0, sd), dims)]
    return [
        level,
        positive_spread(
            v.SD_REFERENCE_FOLD_CHANGE,
            priors.median_sd_log2_reference_fold_change,
            priors.log_sd_sd_log2_reference_fold_change,
        ),
        Law(v.LOG2_REFERENCE_FOLD_CHANGE, "normal", lambda x: (0.0, x[v.SD_REFERENCE_FOLD_CHANGE]), dims),
    ]


def _pooled(data: xr.Dataset, priors: ExpressionPriors) -> list[Law]:
    """Fold changes and levels of subjects around the means of their cell type, target by target."""
    of_type, kind = (v.TARGET, v.CELL_TYPE, v.CONTRAST), data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    return [
        positive_spread(
            v.SIGMA_FOLD_CHANGE, priors.median_sigma_log2_fold_change, priors.log_sd_sigma_log2_fold_change, of_type
        ),
        Law(v.MU_FOLD_CHANGE, "normal", (0.0, priors.sd_mu_log2_fold_change), of_type),
        Law(
            v.LOG2_FOLD_CHANGE,
            "normal",
            lambda x: (x[v.MU_FOLD_CHANGE][:, kind], x[v.SIGMA_FOLD_CHANGE][:, kind]),
            (v.TARGET, v.SUBJECT, v.CONTRAST),
        ),
        positive_spread(v.SIGMA_LEVEL, priors.median_sigma_log2_level, priors.log_sd_sigma_log2_level, (v.TARGET,)),
        Law(v.MU_LEVEL, "normal", (0.0, priors.sd_mu_log2_level), (v.TARGET, v.CELL_TYPE)),
        Law(
            v.LOG2_LEVEL,
            "normal",
            lambda x: (x[v.MU_LEVEL][:, kind], x[v.SIGMA_LEVEL][:, None]),
            (v.TARGET, v.SUBJECT),
        ),
    ]


def _separate(priors: ExpressionPriors) -> list[Law]:
    """Fold changes and levels of each subject on its own."""
    sd_level = float(np.hypot(priors.sd_mu_log2_level, priors.median_sigma_log2_level))
    return [
        Law(
            v.LOG2_FOLD_CHANGE,
            "normal",
            (0.0, priors.sd_separate_log2_fold_change),
            (v.TARGET, v.SUBJECT, v.CONTRAST),
        ),
        Law(v.LOG2_LEVEL, "normal", (0.0, sd_level), (v.TARGET, v.SUBJECT)),
    ]
