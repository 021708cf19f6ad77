"""The measuring side of the expression models: amplification, shifts of plates, the dilution series, and the spreads.

Ct = ct_of_unit_quantity + shift(gene, plate) - log2 quantity / log2(amplification_factor) + technical
shift(gene, plate) = plate_shift_cycles(plate) + gene_on_plate_shift_cycles(gene, plate)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.priors import ExpressionPriors
from lensim.expression.reaction_arrays import genes_on_plates, genes_with_series
from lensim.expression.reactions import LEAST_FACTOR
from lensim.models.coordinates import normal_by_information, normal_non_centred, positive_spread
from lensim.models.expression_replicates import reaction_logp, reaction_random

LN2 = float(np.log(2.0))


@dataclass(frozen=True)
class Machine:
    """The measuring side of a model: per gene doublings a cycle, unit and one-copy Ct, and the spreads."""

    doublings: Any  # (gene) log2 of the amplification factor
    unit_ct: Any  # (gene)
    one_copy_ct: Any  # (gene)
    shift: Any  # (gene, plate) of a plate, and of one gene on it
    sd_technical: Any
    sd_biological: Any  # (gene)
    sd_input: Any
    share_outlying: Any
    outlying_variance: Any  # [cycles^2]

    def reaction_variance(self, ct: Any, gene: Any) -> Any:
        """Variance of one reaction around its cell [cycles^2]: reading, and the drawing of copies at about that Ct."""
        log_factor = LN2 * self.doublings[gene]
        copies = pt.exp(log_factor * (self.one_copy_ct[gene] - ct))
        return self.sd_technical**2 + 1.0 / (copies * log_factor**2)


def machine(data: xr.Dataset, held: dict[str, Any], priors: ExpressionPriors) -> Machine:
    """Amplification, units and spreads, with the wells of the dilution series as data.

    A gene's factor has the stated value with its error as prior, where one is stated; else that of `ExpressionPriors`.
    Its unit is free where it has a dilution series, and the gene's own mean Ct where it has none.
    """
    is_stated = pt.gt(held["factor_is_stated_of_gene"], 0.5)
    factor = normal_non_centred(
        v.FACTOR,
        mu=pt.switch(is_stated, held["stated_factor_of_gene"], priors.mean_amplification_factor),
        sigma=pt.switch(is_stated, held["stated_factor_sd_of_gene"], priors.sd_amplification_factor),
        dims=v.GENE,
    )
    doublings = pt.log2(pt.maximum(factor, LEAST_FACTOR))
    sd_technical = positive_spread(v.SD_TECHNICAL, priors.median_sd_technical_cycles, priors.log_sd_sd_technical_cycles)
    one_copy_ct = normal_non_centred(
        v.ONE_COPY_CT, mu=priors.mean_ct_of_one_copy, sigma=priors.sd_ct_of_one_copy, dims=v.GENE
    )
    shift = _shift_of_plates(data, priors)
    has_series = genes_with_series(data)
    if has_series.any():
        unit_ct = _unit_ct(pt.sum(held["plate_share_of_standards"] * shift, axis=1), held, doublings, priors)
    else:
        unit_ct = pm.Deterministic(v.UNIT_CT, held["anchor_ct_of_gene"] * pt.ones(data.sizes[v.GENE]), dims=v.GENE)
    found = Machine(
        doublings=doublings,
        unit_ct=unit_ct,
        one_copy_ct=one_copy_ct,
        shift=shift,
        sd_technical=sd_technical,
        sd_biological=positive_spread(
            v.SD_BIOLOGICAL, priors.median_sd_log2_biological, priors.log_sd_sd_log2_biological, v.GENE
        ),
        sd_input=positive_spread(v.SD_INPUT, priors.median_sd_log2_input, priors.log_sd_sd_log2_input),
        share_outlying=pm.Beta(v.SHARE_OUTLYING, 1.0, 1.0 / priors.mean_share_of_outlying_reactions - 1.0),
        outlying_variance=pt.as_tensor(priors.sd_outlying_cycles**2),
    )
    if has_series.any():
        _dilution_series(held, found)
    return found


def _shift_of_plates(data: xr.Dataset, priors: ExpressionPriors) -> Any:
    """Shift of each gene on each plate: that of the plate, and one of the gene's own (a threshold, a batch of primers).

    A gene has shifts of its own where it is on several plates with other genes; else they are the plate's or the
    unit's.
    """
    shape = (data.sizes[v.GENE], data.sizes[v.PLATE])
    if data.sizes[v.PLATE] == 1:
        return pt.zeros(shape)
    sd_plate = positive_spread(v.SD_PLATE, priors.median_sd_plate_cycles, priors.log_sd_sd_plate_cycles)
    of_plate = normal_non_centred(v.PLATE_SHIFT, mu=0.0, sigma=sd_plate, dims=v.PLATE)
    gene, plate = genes_on_plates(data)
    if not len(gene):
        return pt.tile(of_plate[None, :], (shape[0], 1))
    sd_gene = positive_spread(
        v.SD_GENE_ON_PLATE, priors.median_sd_gene_on_plate_cycles, priors.log_sd_sd_gene_on_plate_cycles
    )
    own = normal_non_centred(v.GENE_ON_PLATE_SHIFT, mu=0.0, sigma=sd_gene, dims=v.GENE_ON_PLATE)
    return of_plate[None, :] + pt.set_subtensor(pt.zeros(shape)[gene, plate], own)


def _unit_ct(shift: Any, held: dict[str, Any], doublings: Any, priors: ExpressionPriors) -> Any:
    """Ct of one unit, given the factor: what the series' reactions say of it is their mean, carried to one unit."""
    return normal_by_information(
        v.UNIT_CT,
        mu=held["anchor_ct_of_gene"],
        sigma=priors.sd_ct_of_unit_quantity,
        information=held["information_on_unit_ct"],
        estimate=held["mean_standard_ct"] + held["mean_log2_quantity"] / doublings - shift,
        dims=v.GENE,
    )


def _dilution_series(held: dict[str, Any], of: Machine) -> None:
    gene, plate = held["gene_of_standard"], held["plate_of_standard"]
    expected = of.unit_ct[gene] + of.shift[gene, plate] - held["log2_quantity_of_standard"] / of.doublings[gene]
    pm.CustomDist(
        "standard_ct_observed",
        expected,
        of.reaction_variance(expected, gene),
        of.share_outlying,
        of.outlying_variance,
        logp=reaction_logp,
        random=reaction_random,
        signature="(),(),(),()->()",
        observed=held["standard_ct"],
    )
