"""Components of the expression models; each adds its variables to the model in context.

    log2 quantity(cell) = level + log2 fold change (treated samples) + input(sample) + biological(gene, sample)
    Ct                  = ct_of_unit_quantity + plate shift - log2 quantity / log2(amplification_factor) + technical

The biological deviation of a bright cell is integrated out: it is normal, and so is what follows from it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.laws import BIOLOGICAL_OF_SLOT
from lensim.expression.priors import ExpressionPriors
from lensim.expression.reaction_arrays import (
    expression_arrays,
    expression_coords,
)
from lensim.inference.sampler_coordinates import note_coordinate
from lensim.models.coordinates import (
    COORDINATE_SUFFIX,
    normal_by_information,
    normal_non_centred,
    positive_spread,
)
from lensim.models.expression_copies import dim_logp, dim_random, log_of_copies
from lensim.models.expression_machine import LN2, Machine, machine
from lensim.models.expression_replicates import cell_logp, cell_random


def register(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Every array as `pm.Data`, so that a compiled model takes another study's arrays of the same names."""
    return {name: pm.Data(name, array) for name, array in arrays.items()}


def dim_reactions(name: str, observed: Any, of: Machine, gene: Any, plate: Any, log2_quantity: Any, limit: Any) -> None:
    """Reactions that start from a handful of copies, one by one; a Ct at the limit means no Ct.

    copies ~ Poisson;  Ct = ct_of_one_copy - log(copies) / log(factor) + plate shift + technical, none where copies = 0
    or Ct is above the limit. Of the log of copies, given one or more, mean and variance are exact and its shape is
    taken as normal: the sum over numbers of copies has a mode for each, and no threshold is known well enough to tell
    them.
    """
    log_factor = LN2 * of.doublings[gene]
    log_copies = log_factor * (of.one_copy_ct[gene] - of.unit_ct[gene]) + LN2 * log2_quantity
    mean_log, variance_log = log_of_copies(log_copies)
    pm.CustomDist(
        name,
        log_copies,
        of.one_copy_ct[gene] + of.shift[gene, plate] - mean_log / log_factor,
        pt.sqrt(of.sd_technical**2 + variance_log / log_factor**2),
        limit,
        logp=dim_logp,
        random=dim_random,
        signature="(),(),(),()->()",
        observed=observed,
    )


def reference_levels(data: xr.Dataset, held: dict[str, Any], of: Machine, priors: ExpressionPriors) -> Any:
    """Level of each reference at a mean input, equal in all subjects and conditions, which defines a reference."""
    gene = np.flatnonzero(data[v.IS_REFERENCE].to_numpy() == 1)
    return normal_by_information(
        v.LOG2_REFERENCE_LEVEL,
        mu=0.0,
        sigma=priors.sd_log2_reference_level,
        information=held["information_on_reference_level"],
        estimate=of.doublings[gene] * (of.unit_ct[gene] - held["mean_ct_of_reference"]),
        dims=v.REFERENCE,
    )


@dataclass(frozen=True)
class ReferenceResponse:
    """What a treatment does to the references.

    Attributes
    ----------
    of_references
        Log2 change of each (reference, contrast), against the others or against the mean input; None where they hold
        still.
    in_targets
        What of it is in the ratio of a target to the references (contrast), to be taken off its fold change; 0 where it
        is in the inputs.
    """

    of_references: Any
    in_targets: Any


def reference_response(data: xr.Dataset, priors: ExpressionPriors, *, by_input: bool) -> ReferenceResponse:
    """Log2 fold change of each reference, alike in all subjects (reference, contrast).

    The mean response of the references cannot be told from less cDNA in treated samples. So it is the prior's, with the
    spread that the differences between references tell; with `by_input`, inputs of treated samples have the mean of
    the others, and tell it.
    """
    references, sd = int((data[v.IS_REFERENCE].to_numpy() == 1).sum()), priors.sd_log2_reference_fold_change
    if sd == 0.0 and references < 2:
        return ReferenceResponse(None, 0.0)
    spread: Any = sd
    if sd == 0.0:
        spread = positive_spread(
            v.SD_REFERENCE_FOLD_CHANGE,
            priors.median_sd_log2_reference_fold_change,
            priors.log_sd_sd_log2_reference_fold_change,
        )
    change = normal_non_centred(v.LOG2_REFERENCE_FOLD_CHANGE, mu=0.0, sigma=spread, dims=(v.REFERENCE, v.CONTRAST))
    if by_input:
        return ReferenceResponse(change, 0.0)
    mean = pt.mean(change, axis=0)
    return ReferenceResponse(change - mean, mean)


@dataclass(frozen=True)
class InputByReferences:
    """The input of a sample as estimated from the references' mean Ct [log2]."""

    at_mean_ct: Any
    doublings: Any

    def at(self, deviation: Any) -> Any:
        """Input where the references' Ct is by `deviation` [cycles] above their mean."""
        return self.at_mean_ct - self.doublings * deviation


def input_by_references(data: xr.Dataset, held: dict[str, Any], of: Machine, reference_level: Any) -> InputByReferences:
    """Input that the references' Ct implies, at their mean over all samples and by cycle."""
    gene = np.flatnonzero(data[v.IS_REFERENCE].to_numpy() == 1)
    return InputByReferences(
        pt.mean(of.doublings[gene] * (of.unit_ct[gene] - held["mean_ct_of_reference"]) - reference_level),
        pt.mean(of.doublings[gene]),
    )


def pooled_fold_changes(data: xr.Dataset, held: dict[str, Any], moved: Any, priors: ExpressionPriors) -> Any:
    """Fold change of each subject around the mean of its cell type, target by target."""
    dims = (v.TARGET, v.CELL_TYPE, v.CONTRAST)
    tau = positive_spread(
        f"sigma_{v.LOG2_FOLD_CHANGE}",
        priors.median_sigma_log2_fold_change,
        priors.log_sd_sigma_log2_fold_change,
        dims,
    )
    mu = normal_by_information(
        f"mu_{v.LOG2_FOLD_CHANGE}",
        mu=0.0,
        sigma=priors.sd_mu_log2_fold_change,
        information=held["information_on_mu_fold_change"],
        estimate=held["estimate_of_mu_fold_change"] + moved,
        dims=dims,
    )
    cell_type = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    return normal_by_information(
        v.LOG2_FOLD_CHANGE,
        mu=mu[:, cell_type, :],
        sigma=tau[:, cell_type, :],
        information=held["information_on_fold_change"],
        estimate=held["estimate_of_fold_change"] + moved,
        dims=(v.TARGET, v.SUBJECT, v.CONTRAST),
    )


def separate_fold_changes(held: dict[str, Any], moved: Any, priors: ExpressionPriors) -> Any:
    """Fold change of each subject on its own, without pooling."""
    return normal_by_information(
        v.LOG2_FOLD_CHANGE,
        mu=0.0,
        sigma=priors.sd_separate_log2_fold_change,
        information=held["information_on_fold_change"],
        estimate=held["estimate_of_fold_change"] + moved,
        dims=(v.TARGET, v.SUBJECT, v.CONTRAST),
    )


def levels(
    data: xr.Dataset,
    held: dict[str, Any],
    of: Machine,
    by_references: InputByReferences,
    fold_change: Any,
    priors: ExpressionPriors,
    *,
    pooled: bool,
) -> Any:
    """Level of each target in each subject under the control, given the fold changes and the machine."""
    target = np.flatnonzero(data[v.IS_REFERENCE].to_numpy() == 0)
    doublings, unit_ct = of.doublings[target][:, None], of.unit_ct[target][:, None]
    estimate = (
        doublings * (unit_ct - held["mean_target_ct"])
        - by_references.at(held["mean_reference_deviation"])
        - pt.sum(held["share_of_contrast"] * fold_change, axis=-1)
    )
    mu: Any = 0.0
    sigma: Any = float(np.hypot(priors.sd_mu_log2_level, priors.median_sigma_log2_level))
    if pooled:
        sigma_level = positive_spread(
            f"sigma_{v.LOG2_LEVEL}", priors.median_sigma_log2_level, priors.log_sd_sigma_log2_level, v.TARGET
        )
        mu_level = normal_by_information(
            f"mu_{v.LOG2_LEVEL}",
            mu=0.0,
            sigma=priors.sd_mu_log2_level,
            information=held["information_on_mu_level"],
            estimate=held["estimate_of_mu_level"],
            dims=(v.TARGET, v.CELL_TYPE),
        )
        mu, sigma = mu_level[:, data[v.CELL_TYPE_OF_SUBJECT].to_numpy()], sigma_level[:, None]
    return normal_by_information(
        v.LOG2_LEVEL,
        mu=mu,
        sigma=sigma,
        information=held["information_on_level"],
        estimate=estimate,
        dims=(v.TARGET, v.SUBJECT),
    )


def expected_quantity(
    data: xr.Dataset, held: dict[str, Any], level: Any, reference_level: Any, fold_change: Any, of_references: Any
) -> Any:
    """Log2 quantity of each gene in each sample at a mean input (gene, sample)."""
    subject, contrast = held["subject_of_sample"], held["contrast_of_sample"]

    def with_control(changes: Any) -> Any:
        return pt.concatenate([changes, pt.zeros_like(changes[..., :1])], axis=-1)

    of_target = level[:, subject] + with_control(fold_change)[:, subject, contrast]
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    of_reference = pt.repeat(reference_level[:, None], data.sizes[v.SAMPLE], axis=1)
    if of_references is not None:
        of_reference = of_reference + with_control(of_references)[:, contrast]
    order = np.argsort(np.concatenate([np.flatnonzero(~is_reference), np.flatnonzero(is_reference)]))
    return pt.concatenate([of_target, of_reference], axis=0)[order]


def inputs(data: xr.Dataset, held: dict[str, Any], of: Machine, by_references: InputByReferences) -> Any:
    """The cDNA of each sample against the mean, in a coordinate that uses the references' information."""
    shift = pt.mean(of.shift[np.flatnonzero(data[v.IS_REFERENCE].to_numpy() == 1)], axis=0)
    return normal_by_information(
        v.LOG2_INPUT,
        mu=0.0,
        sigma=of.sd_input,
        information=held["information_on_input"],
        estimate=by_references.at(held["reference_deviation_of_sample"] - shift[held["plate_of_sample"]]),
        dims=v.SAMPLE,
    )


def bright_cells(held: dict[str, Any], of: Machine, quantity: Any, integrated: Any) -> None:
    """Mean Cts of cells of which all reactions are bright (cell).

    `quantity` is log2 of what was in the tube, `integrated` the variance of the biological deviation that is summed
    over [cycles^2].
    """
    gene, plate = held["gene_of_cell"], held["plate_of_cell"]
    pm.CustomDist(
        "cell_ct_observed",
        of.unit_ct[gene] + of.shift[gene, plate] - quantity / of.doublings[gene],
        integrated,
        of.reaction_variance(held["cell_ct"], gene),
        of.share_outlying,
        of.outlying_variance,
        *(held[f"{what}_of_part"] for what in ("kind", "kept", "shift", "square", "away")),
        logp=cell_logp,
        random=cell_random,
        signature="(),(),(),(),(),(p),(p),(p),(p),(p)->()",
        observed=held["cell_ct"],
    )


def reactions(held: dict[str, Any], of: Machine, expected: Any, log2_input: Any) -> None:
    """Bright cells with the biological deviation integrated out or in their slot; dim ones reaction by reaction.

    A gene in a sample has one biological deviation, whichever plates read it.
    """
    slot_gene, slot_sample = held["gene_of_slot"], held["sample_of_slot"]
    deviation = pm.Normal(f"{BIOLOGICAL_OF_SLOT}{COORDINATE_SUFFIX}", 0.0, 1.0, dims="slot")
    of_slot = of.sd_biological[slot_gene] * deviation
    note_coordinate(
        f"{BIOLOGICAL_OF_SLOT}{COORDINATE_SUFFIX}",
        BIOLOGICAL_OF_SLOT,
        value=of_slot,
        mu=0.0,
        sigma=of.sd_biological[slot_gene],
    )
    gene, sample = held["gene_of_cell"], held["sample_of_cell"]
    slot, slots = held["slot_of_cell"], slot_gene.shape[0]
    quantity = expected[gene, sample] + log2_input[sample] + pt.concatenate([of_slot, pt.zeros(1)])[slot]
    integrated = pt.ge(slot, slots) * (of.sd_biological[gene] / of.doublings[gene]) ** 2
    bright_cells(held, of, quantity, integrated)
    in_slot = expected[slot_gene, slot_sample] + log2_input[slot_sample] + of_slot
    slot = held["slot_of_dim"]
    dim_reactions(
        "dim_ct_observed",
        held["dim_ct"],
        of,
        pt.concatenate([slot_gene[slot], held["gene_of_dim_standard"]]),
        pt.concatenate([held["plate_of_dim"], held["plate_of_dim_standard"]]),
        pt.concatenate([in_slot[slot], held["log2_quantity_of_dim_standard"]]),
        held["cycle_limit"],
    )


def build(
    data: xr.Dataset, priors: ExpressionPriors, slots: int | None, *, pooled: bool, by_input: bool = False
) -> pm.Model:
    """The whole model, fold changes pooled or each on its own; `by_input` as for `reference_response`."""
    arrays = expression_arrays(data, slots)
    with pm.Model(coords=expression_coords(data, len(arrays["gene_of_slot"]))) as model:
        held = register(arrays)
        on_machine = machine(data, held, priors)
        reference_level = reference_levels(data, held, on_machine, priors)
        response = reference_response(data, priors, by_input=by_input)
        moved = response.in_targets
        fold_change = (
            pooled_fold_changes(data, held, moved, priors) if pooled else separate_fold_changes(held, moved, priors)
        )
        by_references = input_by_references(data, held, on_machine, reference_level)
        level = levels(data, held, on_machine, by_references, fold_change - moved, priors, pooled=pooled)
        expected = expected_quantity(data, held, level, reference_level, fold_change - moved, response.of_references)
        log2_input = inputs(data, held, on_machine, by_references)
        reactions(held, on_machine, expected, log2_input)
    return model
