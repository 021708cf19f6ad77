"""RT-qPCR of one or several subjects, each on its own: the baseline with which pooling is compared."""

import pymc as pm
import xarray as xr

from lensim.expression import reaction_arrays as panel
from lensim.expression.priors import ExpressionPriors
from lensim.models import expression_components as parts


def build_expression_separate(
    data: xr.Dataset, priors: ExpressionPriors | None = None, slots: int | None = None
) -> pm.Model:
    """Log2 fold change per target and subject, without pooling of subjects.

    As `expression_hierarchical`, with log2_fold_change ~ Normal(0, 5) and log2_level ~ Normal(0, 6.2) for each; machine
    and dilution series are shared all the same.

    Needs     as `expression_hierarchical`
    Declares  the same without mu_ and sigma_ of fold changes and levels
    Raises    InputError as `require_expression` says
    Source    as `expression_hierarchical`
    """
    priors = priors or ExpressionPriors()
    panel.require_expression(data, "expression_separate")
    return parts.build(data, priors, slots, pooled=False)
