"""Studies of RT-qPCR of each kind that models of reactions tell apart, with the model and its priors."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.expression.priors import ExpressionPriors
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import NO_FAULTS, CellTypeExpression, ExpressionPopulation, GeneAssay, draw_truth
from lensim.seeding import stream


def study(
    level: float = -3.5,
    references: Sequence[str] = ("R1",),
    conditions: Sequence[str] = ("none", "drug"),
    dilutions: Sequence[float] = (10.0, 2.0, 0.4),
    kinds: Sequence[str] = ("line", "line", "donor"),
    plate_columns: int = 12,
) -> xr.Dataset:
    """Reactions of a target that is rare, or not, and of references that are not."""
    subjects = [f"s{k}" for k in range(len(kinds))]
    sheet = lay_out(
        ExpressionDesign(
            subjects, kinds, ("TNF",), references, conditions, 1, dilutions=dilutions, plate_columns=plate_columns
        )
    )
    population = ExpressionPopulation(
        assays={"TNF": GeneAssay(1.92, 33.0)} | {name: GeneAssay(1.97, 22.0) for name in references},
        expression={("TNF", "line"): CellTypeExpression(level, 1.0, 1.0, 0.5)},
    )
    truth = draw_truth(population, sheet, stream(84, "truth"))
    return one_study(simulate(sheet, truth, NO_FAULTS, stream(84, "cycler")), 0)


def with_stated_factors(data: xr.Dataset) -> xr.Dataset:
    """As the reader gives them: of the first gene with an error, of the second without."""
    return data.assign(
        {v.STATED_FACTOR: (v.GENE, [1.9, 2.0, np.nan]), v.STATED_FACTOR_SD: (v.GENE, [0.02, np.nan, np.nan])}
    )


def unpaired(data: xr.Dataset) -> xr.Dataset:
    """Each subject under one condition: of the first two under the control, of the others under the drug."""
    subject, condition = data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy()
    kept = np.flatnonzero((subject < 2) == (condition == 0))
    own = np.flatnonzero(np.isin(data[v.SAMPLE_OF_REACTION].to_numpy(), kept))
    place = np.full(data.sizes[v.SAMPLE], -1)
    place[kept] = np.arange(len(kept))
    less = data.isel({v.SAMPLE: kept, v.REACTION: own})
    less[v.SAMPLE_OF_REACTION] = (v.REACTION, place[less[v.SAMPLE_OF_REACTION].to_numpy()])
    return less.assign_attrs({v.UNPAIRED: "keep"})


CASES = {
    "a rare target, with reactions that are not detected, and series": (
        "expression_hierarchical",
        lambda: study(-4.0),
        None,
    ),
    "two references that respond, two contrasts, stated factors, no series": (
        "expression_hierarchical",
        lambda: with_stated_factors(study(0.0, ("R1", "R2"), ("none", "drug", "both"), ())),
        ExpressionPriors(sd_mu_log2_fold_change=2.0, mean_share_of_outlying_reactions=0.05, sd_outlying_cycles=3.0),
    ),
    "references that respond, told by inputs, on one plate": (
        "expression_hierarchical_responding",
        lambda: study(0.0, ("R1", "R2"), dilutions=()),
        ExpressionPriors(sd_log2_reference_fold_change=0.3),
    ),
    "each subject on its own, a rare target": ("expression_separate", lambda: study(-5.0), None),
    "plates on which genes have shifts of their own": (
        "expression_hierarchical",
        lambda: study(0.0, ("R1", "R2"), plate_columns=3),
        None,
    ),
    "groups of different subjects": (
        "expression_hierarchical",
        lambda: unpaired(study(-3.5, kinds=("line",) * 4, dilutions=())),
        None,
    ),
}
