"""The twin of the study's RT-qPCR: stated medians, ranges and counts of increases hold for its true fold changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.design import ExpressionDesign
from lensim.expression.truth import CellTypeExpression, ExpressionPopulation, GeneAssay, draw_truth
from lensim.maiga2013.designs import QPCR
from lensim.maiga2013.facts import count_of, number, span, text
from lensim.maiga2013.lines import cell_line

MYELOMA_LINES: Final = (
    "LP-1", "NCI-H929", "KMS12-PE", "XG-5", "XG-1", "XG-6", "XG-7", "U266", "RPMI-8226", "OPM-2", "L363", "MDN", "BCN"
)  # fmt: skip
"""13 lines, so that 12 have TNF and 12 have IGF1 (stated); which lines they are is assumed but for those that the text
names: LP-1, NCI-H929, KMS12-PE and XG-5."""

LINE: Final = "myeloma line"
PRIMARY: Final = "primary myeloma"
STROMA: Final = "BMSC"
VARIANT: Final = "resistant variant"
PRIMARY_SAMPLES: Final = 4
STROMAL_CULTURES: Final = 3  # assumed: their number is not stated
VARIANTS: Final = ("LP1-LR", "NCI-H929 R10-4")
PARENTS: Final = {"LP1-LR": "LP-1", "NCI-H929 R10-4": "NCI-H929"}
ABSENT: Final = {"TNF": text("tnf_absent_line"), "IGF1": text("igf1_absent_line")}
"""The line without each gene."""
ABSENT_LOG2_LEVEL: Final = -25.0  # less than a copy in a million reactions
RAISED_GENES: Final = {
    "LP1-LR": tuple(text("lp1_lr_raised_genes").split(", ")),
    "NCI-H929 R10-4": tuple(text("r10_4_raised_genes").split(", ")),
}
"""Genes that each variant expresses more than its parent (stated)."""

POPULATION: Final = ExpressionPopulation(
    assays={
        "TNF": GeneAssay(1.93, 30.5, 37.5, 0.25),
        "CXCL8": GeneAssay(1.95, 29.0, 37.5, 0.25),
        "IGF1": GeneAssay(1.90, 30.0, 37.5, 0.25),
        "RPL37A": GeneAssay(1.97, 22.5, 37.5, 0.10),
    },
    expression={
        ("TNF", LINE): CellTypeExpression(2.5, 1.5, 0.8, 0.6),
        ("TNF", PRIMARY): CellTypeExpression(3.0, 1.2, 1.5, 0.5),
        ("TNF", STROMA): CellTypeExpression(5.5, 0.8, float(np.log2(0.65)), 0.2),
        ("TNF", VARIANT): CellTypeExpression(3.5, 1.0, 0.5, 0.4),
        ("CXCL8", LINE): CellTypeExpression(2.5, 2.0, 0.6, 0.6),
        ("CXCL8", PRIMARY): CellTypeExpression(4.0, 1.5, 0.6, 0.6),
        ("CXCL8", STROMA): CellTypeExpression(7.0, 0.8, 0.0, 0.3),
        ("CXCL8", VARIANT): CellTypeExpression(3.5, 1.0, 0.3, 0.4),
        ("IGF1", LINE): CellTypeExpression(0.5, 1.5, 1.1, 0.7),
        ("IGF1", PRIMARY): CellTypeExpression(5.0, 1.0, 0.8, 0.4),
        ("IGF1", STROMA): CellTypeExpression(2.5, 0.8, 0.0, 0.3),
        ("IGF1", VARIANT): CellTypeExpression(1.5, 1.0, 0.5, 0.4),
    },
)
"""Assumed, but for fold changes where the paper states a median."""


def expression_design(
    experiments: int = QPCR.experiments, replicates: int = QPCR.replicate_reactions
) -> ExpressionDesign:
    """The study's design: 13 lines, 4 primary samples, 3 stromal cultures and 2 variants, two conditions.

    Raises
    ------
    InputError
        If a number is out of its range.
    """
    primary = [f"patient {1 + k}" for k in range(PRIMARY_SAMPLES)]
    stroma = [f"BMSC {1 + k}" for k in range(STROMAL_CULTURES)]
    kinds = [LINE] * len(MYELOMA_LINES) + [PRIMARY] * len(primary) + [STROMA] * len(stroma) + [VARIANT] * len(VARIANTS)
    return ExpressionDesign(
        (*MYELOMA_LINES, *primary, *stroma, *VARIANTS),
        kinds,
        experiments=experiments,
        technical_replicates=replicates,
        calibrator=QPCR.calibrator_line,
        cycle_limit=float(QPCR.cycles),
    )


@dataclass(frozen=True)
class World:
    """Properties of particular lines, in addition to the populations; the defaults are stated in the paper.

    Attributes
    ----------
    absent
        The line without each gene, by gene.
    variant_excess_log2
        How much more a variant has than its parent of the genes that the paper names [log2] (the size is assumed).
    response_of_resistant
        Mean change in lines called resistant as a part of that in other lines: 1 no difference, 0 they don't respond.
    """

    absent: Mapping[str, str] = field(default_factory=lambda: ABSENT)
    variant_excess_log2: float = 1.5
    response_of_resistant: float = 1.0


AS_STATED: Final = World()


def with_summary(
    n: int, low: float, median: float, high: float, increased: int, rng: np.random.Generator
) -> np.ndarray:
    """Log2 of n ratios, in random order, that have this minimum, median, maximum and number above 1.

    Uniform in the log between what is fixed: the ends, and for the median the middle one, or two that lie evenly around
    it on the ratio scale.

    Raises
    ------
    InputError
        If no such ratios exist.
    """
    checks.at_least("n", n, 3)
    checks.between("increased", increased, 0, n)
    below = n - increased
    middle = [median]
    if n % 2 == 0:
        widest = min(median - max(low, 1.0 if below < n // 2 else low), high - median)
        half = rng.uniform(0.2, 0.8) * widest
        middle = [median - half, median + half]
    first = (n - len(middle)) // 2
    if not low < middle[0] <= middle[-1] < high or below > first or (below == 0) != (low > 1.0):
        raise checks.InputError(
            f"{n} ratios must be able to have minimum {low:g}, median {median:g}, maximum {high:g} and {increased} "
            "above 1, got none that do"
        )
    decreased = [low, *np.exp(rng.uniform(np.log(low), 0.0, below - 1))] if below else [low]
    between = first - len(decreased)
    lower = np.exp(rng.uniform(np.log(max(low, 1.0)), np.log(middle[0]), between))
    upper = np.exp(rng.uniform(np.log(middle[-1]), np.log(high), n - first - len(middle) - 1))
    return rng.permutation(np.log2([*decreased, *lower, *middle, *upper, high]))


def draw_expression_twin(
    sheet: xr.Dataset,
    rng: np.random.Generator,
    studies: int = 1,
    population: ExpressionPopulation = POPULATION,
    world: World = AS_STATED,
    *,
    as_stated: bool = True,
) -> xr.Dataset:
    """Truths of the study's panel, of the sheet of `expression_design`.

    Drawn from the population; then, with `as_stated`, the fold changes of TNF and IGF1 in lines and primary samples are
    drawn anew so that the stated minimum, median, maximum and number of increases hold exactly, and IGF1 is 23-fold
    higher in primary samples in the mean of logs (the paper does not say which mean). Always, what `world` says of
    particular lines holds: by default NCI-H929 has no TNF, KMS12-PE no IGF1, and the variants differ from their parents
    in the genes that the paper names.
    """
    truth = draw_truth(population, sheet, rng, studies)
    targets, subjects = truth[v.TARGET].values.tolist(), truth[v.SUBJECT].values.tolist()
    kind = np.array(truth[v.CELL_TYPE].values)[sheet[v.CELL_TYPE_OF_SUBJECT].values]
    level = truth[v.LOG2_LEVEL].values
    if as_stated:
        _put_stated(truth, kind, rng)
    for target in targets:
        missing = (1.0 - world.response_of_resistant) * population.expression[target, LINE].mu_log2_fold_change
        resistant = [
            i for i, s in enumerate(subjects) if kind[i] == LINE and cell_line(s).published_call == "resistant"
        ]
        truth[v.LOG2_FOLD_CHANGE].values[:, targets.index(target), resistant] -= missing
    for variant, raised in RAISED_GENES.items():
        here, parent = subjects.index(variant), subjects.index(PARENTS[variant])
        for name in targets:
            excess = world.variant_excess_log2 * (name in raised)
            level[:, targets.index(name), here] = level[:, targets.index(name), parent] + excess
    for target, name in world.absent.items():
        level[:, targets.index(target), subjects.index(name)] = ABSENT_LOG2_LEVEL
        if name == PARENTS["NCI-H929 R10-4"]:
            level[:, targets.index(target), subjects.index("NCI-H929 R10-4")] = ABSENT_LOG2_LEVEL
    return truth


def _put_stated(truth: xr.Dataset, kind: np.ndarray, rng: np.random.Generator) -> None:
    """Fold changes anew, with the stated medians, ranges and counts; and the stated excess of IGF1."""
    targets, subjects = truth[v.TARGET].values.tolist(), truth[v.SUBJECT].values.tolist()
    fold, level = truth[v.LOG2_FOLD_CHANGE].values, truth[v.LOG2_LEVEL].values
    studies = len(fold)
    for target in ("TNF", "IGF1"):
        g = targets.index(target)
        for cell_type, short in ((LINE, "lines"), (PRIMARY, "primary")):
            own = np.array([i for i, s in enumerate(subjects) if kind[i] == cell_type and s != ABSENT[target]])
            gene = target.lower()
            spread = span(f"{gene}_{short}_range_percent")
            median, count = number(f"{gene}_{short}_median_percent"), count_of(f"{gene}_{short}_increased").count
            for study in range(studies):
                fold[study, g, own, 0] = with_summary(
                    len(own), spread.low / 100, median / 100, spread.high / 100, count, rng
                )
    g = targets.index("IGF1")
    lines = np.array([k == LINE and s != ABSENT["IGF1"] for k, s in zip(kind, subjects, strict=True)])
    excess = np.log2(number("igf1_primary_over_lines_fold"))
    primary = kind == PRIMARY
    shift = level[:, g, lines].mean(axis=1) + excess - level[:, g, primary].mean(axis=1)
    level[:, g, primary] += shift[:, None]
