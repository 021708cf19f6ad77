"""RT-qPCR of several subjects, pooled: subject in cell type, all genes and the dilution series in one model."""

import pymc as pm
import xarray as xr

from lensim.expression import reaction_arrays as panel
from lensim.expression.priors import ExpressionPriors
from lensim.models import expression_components as parts


def build_expression_hierarchical(
    data: xr.Dataset, priors: ExpressionPriors | None = None, slots: int | None = None
) -> pm.Model:
    """Log2 fold change per target and subject, partially pooled in cell types, from the reactions of all genes.

    log2 quantity(g, s) = log2_level + log2_fold_change (treated s) + log2_input(s) + Normal(0, sd_log2_biological(g))
    log2_fold_change(g, subject) ~ Normal(mu(g, cell type), sigma(g, cell type)), each contrast of its own
    log2_level(g, subject)       ~ Normal(mu(g, cell type), sigma(g))
    log2_input(s)                ~ Normal(0, sd_log2_input), shared by the genes of a sample
    Ct = ct_of_unit_quantity(g) + plate_shift_cycles + gene_on_plate_shift_cycles
         - log2 quantity / log2(amplification_factor(g)) + technical,
         technical ~ Normal(0, sqrt(sd_technical_cycles^2 + 1 / (copies * log(factor)^2))), or with probability
         share_of_outlying_reactions far from the other replicates (`expression_replicates`)
    The biological deviation is the sample's: the same on every plate that reads the gene in it.
    A cell with few copies enters reaction by reaction: copies ~ Poisson, no Ct where there is none or Ct is above the
    limit. References have a level of their own, alike in all subjects, and a biological spread of their own: several
    may be unequally stable. Several references respond to a treatment, alike in all subjects:
    log2_reference_fold_change(reference, contrast) ~ Normal(0, sd_log2_reference_fold_change). How they differ is seen;
    their mean is in the ratio of every target to them, and its doubt in all fold changes of a contrast alike. One
    reference holds still, unless the priors say otherwise.

    Needs     ct_cycles, gene_of_reaction, sample_of_reaction, plate_of_reaction (reaction) [cycles, NaN = not
    detected],
              subject_of_sample, condition_of_sample (sample), cell_type_of_subject (subject), is_reference (gene),
              is_control (condition), cycle_limit (); used where present: standard_ct_cycles, standard_quantity,
              gene_of_standard, plate_of_standard (standard), stated_amplification_factor and its _sd (gene)
    Declares  log2_fold_change (target, subject, contrast), its mu_ and sigma_ (target, cell_type, contrast); log2_level
              (target, subject), its mu_ (target, cell_type) and sigma_ (target); log2_reference_level (reference);
              log2_input (sample); amplification_factor, ct_of_unit_quantity, ct_of_one_copy, sd_log2_biological (gene);
              plate_shift_cycles (plate); gene_on_plate_shift_cycles (gene_on_plate); sd_technical_cycles,
              sd_log2_input, sd_plate_cycles, sd_gene_on_plate_cycles, share_of_outlying_reactions ();
              of several references log2_reference_fold_change (reference, contrast), sd_log2_reference_fold_change ()
    Raises    InputError as `require_expression` says
    Source    relative quantification by Pfaffl 2001, doi:10.1093/nar/29.9.e45; copies as in Steibel et al. 2009,
              doi:10.1016/j.ygeno.2009.04.004; the integration over biological deviations and the priors are ours
    """
    priors = priors or ExpressionPriors()
    panel.require_expression(data, "expression_hierarchical")
    return parts.build(data, priors, slots, pooled=True)
