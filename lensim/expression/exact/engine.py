"""The posterior of `fold_change_hierarchical` for paired Gaussian studies by quadrature, in place of NUTS.

Given the spreads and the target's factor, everything in that model is normal and integrates out in closed form. What
remains is a sum over nodes: technical spread (shared by the targets), spread between pairs and factor of each target,
spread of subjects of each cell type. Nodes lie over the posterior of each study, those of subjects over that given the
spread of pairs, those of the factor over that given both; where nodes of the spread of pairs are too few to show its
posterior, there are twice or four times as many. Of every population mean there remains a mixture of normals, from
which moments, tail probabilities and quantiles follow without sampling. The mean response of several references shifts
all fold changes of a contrast alike; its distribution is that which the references give
(`lensim.expression.pair_references`), for pairs of targets, whose prior is 5 log2 wide, add next to nothing to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.exact.factor import MANY_NODES
from lensim.expression.exact.kernel import analyse_all
from lensim.expression.priors import FoldChangePriors

PRIOR_NODES: Final = 5
"""Of a factor that pairs say nothing about, in the grid of `exact_posterior`."""


def as_array(priors: FoldChangePriors) -> np.ndarray:
    """The numbers as the kernel takes them: spreads as log median and log sd."""
    return np.array(
        [
            priors.sd_mu_log2_fold_change,
            np.log(priors.median_sigma_log2_fold_change),
            priors.log_sd_sigma_log2_fold_change,
            np.log(priors.median_sd_log2_pair),
            priors.log_sd_sd_log2_pair,
            np.log(priors.median_sd_technical_cycles),
            priors.log_sd_sd_technical_cycles,
        ]
    )


@dataclass(frozen=True)
class Questions:
    """The quantities asked of every posterior.

    Attributes
    ----------
    thresholds
        P(quantity > threshold) is wanted at each [log2].
    probabilities
        Quantiles are wanted at each.
    differences
        Pairs of groups (positions along the dim group) of one target, of which first less second is wanted.
    new_subject
        Whether a subject not yet seen is wanted too; NaN where not.
    """

    thresholds: Sequence[float] = (0.0,)
    probabilities: Sequence[float] = (0.05, 0.5, 0.95)
    differences: Sequence[tuple[int, int]] = ()
    new_subject: bool = True


def analyse(
    pairs: xr.Dataset, priors: FoldChangePriors | None = None, questions: Questions | None = None
) -> xr.Dataset:
    """Posterior of every population mean, of a new subject and of differences, of every study of a batch.

    Parameters
    ----------
    pairs
        As from `pairs_of`: dims study, pair. A log2_ratio of NaN is a pair that is not there.
    priors
        Of the analysis.
    questions
        What is wanted.

    Returns
    -------
    xarray.Dataset
        Dims study, target, group (cell type and contrast) or difference, threshold, probability: mean, sd, p_above,
        quantile [log2] of mu_log2_fold_change; the same with prefix new_subject_ and difference_.

    Raises
    ------
    InputError
        If a variable is absent or has other dims.
    """
    priors, questions = priors or FoldChangePriors(), questions or Questions()
    arrays = kernel_arrays(pairs)
    groups = pairs.sizes[v.CELL_TYPE] * pairs.sizes[v.CONTRAST]
    for first, second in questions.differences:
        checks.between("Questions.differences, a group", max(first, second), 0, groups - 1)
    kernel: Any = analyse_all  # numba hides its signature
    mean_group, mean_new, mean_difference = kernel(
        *arrays,
        pairs.sizes[v.TARGET],
        groups,
        as_array(priors),
        np.asarray(questions.thresholds, dtype=float),
        np.asarray(questions.probabilities, dtype=float),
        np.asarray(questions.differences, dtype=np.int64).reshape(-1, 2),
        questions.new_subject,
        shift_variances(pairs),
        pairs.sizes[v.CONTRAST],
        hermite_rules(),
    )
    found = xr.Dataset()
    for prefix, dim, values in (
        ("", "group", mean_group),
        ("new_subject_", "group", mean_new),
        ("difference_", "difference", mean_difference),
    ):
        m = len(questions.thresholds)
        dims = (v.STUDY, v.TARGET, dim)
        found[f"{prefix}mean"] = (dims, values[..., 0])
        found[f"{prefix}sd"] = (dims, values[..., 1])
        found[f"{prefix}p_above"] = ((*dims, "threshold"), values[..., 2 : 2 + m])
        found[f"{prefix}quantile"] = ((*dims, "probability"), values[..., 2 + m :])
    return found.assign_coords(
        {
            v.TARGET: pairs[v.TARGET].to_numpy(),
            "group": group_names(pairs),
            "threshold": list(questions.thresholds),
            "probability": list(questions.probabilities),
        }
    )


def group_names(pairs: xr.Dataset) -> list[str]:
    """'cell type, contrast' in the order of the dim group."""
    kinds = [str(name) for name in pairs[v.CELL_TYPE].to_numpy()]
    contrasts = [str(name) for name in pairs[v.CONTRAST].to_numpy()]
    return [f"{kind}, {contrast}" if len(contrasts) > 1 else kind for kind in kinds for contrast in contrasts]


def hermite() -> tuple[np.ndarray, np.ndarray]:
    """Nodes of a standard normal, and the log of their weights."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(PRIOR_NODES)
    return nodes, np.log(weights / weights.sum())


def hermite_rules() -> np.ndarray:
    """Gauss-Hermite rules of 1, 2, ... nodes one after the other: nodes of a standard normal, log weights (2, node)."""
    rules = [np.polynomial.hermite_e.hermegauss(size) for size in range(1, MANY_NODES + 1)]
    return np.concatenate([np.stack([nodes, np.log(weights / weights.sum())]) for nodes, weights in rules], axis=1)


def shift_variances(pairs: xr.Dataset) -> np.ndarray:
    """Variance of the references' mean response by study and group (study, group) [log2^2]."""
    kinds, contrasts = pairs.sizes[v.CELL_TYPE], pairs.sizes[v.CONTRAST]
    if v.REFERENCE_RESPONSE_SD not in pairs:
        return np.zeros((pairs.sizes[v.STUDY], kinds * contrasts))
    of_contrast = pairs[v.REFERENCE_RESPONSE_SD].transpose(v.STUDY, v.CONTRAST).to_numpy().astype(float) ** 2
    return np.ascontiguousarray(np.tile(of_contrast, (1, kinds)))


def unit_key(pairs: xr.Dataset) -> np.ndarray:
    """A number of each pair by which units of a group are side by side; the kernel has pairs in its order."""
    target, subject, contrast = (
        pairs[name].to_numpy() for name in (v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR)
    )
    contrasts = pairs.sizes[v.CONTRAST]
    group = pairs[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject] * contrasts + contrast
    groups = pairs.sizes[v.CELL_TYPE] * contrasts
    return np.asarray((target * groups + group) * pairs.sizes[v.SUBJECT] + subject)


def kernel_arrays(pairs: xr.Dataset) -> tuple[np.ndarray, ...]:
    """Arrays of the kernel: values (study, pair) in order of unit, and what each pair belongs to.

    A unit is a subject under a contrast for a target: the pairs that share one fold change.
    """
    needed: dict[str, tuple[str, ...]] = {v.LOG2_RATIO: (v.STUDY, v.PAIR)} | {
        name: (v.PAIR,) for name in (v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR)
    }
    checks.has_variables(pairs, needed | {v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT,)}, "the exact engine")
    target, subject, contrast = (
        pairs[name].to_numpy() for name in (v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR)
    )
    contrasts, studies, targets = pairs.sizes[v.CONTRAST], pairs.sizes[v.STUDY], pairs.sizes[v.TARGET]
    group = pairs[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject] * contrasts + contrast
    key = unit_key(pairs)
    order = np.argsort(key, kind="stable")
    _, unit = np.unique(key[order], return_inverse=True)
    shape = (studies, len(order))

    def values(name: str, otherwise: float) -> np.ndarray:
        found = pairs[name].to_numpy()[:, order] if name in pairs else np.full(shape, otherwise)
        return np.ascontiguousarray(found, dtype=float)

    def of_targets(name: str) -> np.ndarray:
        found = pairs[name].to_numpy() if name in pairs else np.full((studies, targets), float(name == v.DOUBLINGS))
        return np.ascontiguousarray(found, dtype=float)

    def of_study(name: str) -> np.ndarray:
        return pairs[name].to_numpy().astype(float) if name in pairs else np.zeros(studies)

    ratio = values(v.LOG2_RATIO, np.nan)
    return (
        ratio,
        values(v.CT_CHANGE, 0.0) if v.CT_CHANGE in pairs else ratio,
        values(v.TECHNICAL_SHARE, 0.0),
        values(v.LOG2_RATIO_SD, 0.0) ** 2,
        of_targets(v.DOUBLINGS),
        of_targets(v.DOUBLINGS_SD),
        of_study(v.SUM_OF_SQUARES),
        of_study(v.FREEDOM),
        target[order].astype(np.int64),
        unit.astype(np.int64),
        group[order].astype(np.int64),
    )
