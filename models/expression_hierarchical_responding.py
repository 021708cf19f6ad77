"""RT-qPCR of several subjects, pooled, in which the references may respond to the treatment as well."""

import pymc as pm
import xarray as xr

from lensim.expression import reaction_arrays as panel
from lensim.expression.priors import ExpressionPriors, responding_priors
from lensim.models import expression_components as parts


def build_expression_hierarchical_responding(
    data: xr.Dataset, priors: ExpressionPriors | None = None, slots: int | None = None
) -> pm.Model:
    """As `expression_hierarchical`, with a fold change of each reference.

    log2 quantity(reference, s) = log2_reference_level + log2_reference_fold_change (treated s) + log2_input(s) + ...
    log2_reference_fold_change ~ Normal(0, 0.5), or the sd of the priors where that is above 0; alike in all subjects

    Inputs scatter about one mean, treated or not: this and the prior separate a reference that moves from a change of
    input. Unlike in `expression_hierarchical`, less cDNA in all treated samples counts as a response. Fold changes of
    targets are then no longer against the references alone, and less certain for it.

    Needs     as `expression_hierarchical`; two or more references, else the prior decides
    Declares  the same, and log2_reference_fold_change (reference, contrast)
    Raises    InputError as `require_expression` says
    Source    as `expression_hierarchical`
    """
    priors = responding_priors(priors or ExpressionPriors())
    panel.require_expression(data, "expression_hierarchical_responding")
    return parts.build(data, priors, slots, pooled=True, by_input=True)
