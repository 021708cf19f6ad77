"""The classical comparison of groups of different subjects: Welch's t-test of log2 levels over the references."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.evidence import compares_groups
from lensim.expression.standard_curve import amplification_factors

FEWEST: Final = 2
"""Subjects of a group from which a spread can be told."""


def unpaired_fold_changes(data: xr.Dataset, confidence: float = 0.95) -> pd.DataFrame:
    """Welch's comparison of subjects under a condition with those under the control, for each target and cell type.

        log2 level(subject) = mean over references of d_r Ct_r - d_t Ct_t, d = log2 of the amplification factor

    Cts are means of the reactions that were detected, levels means over the experiments of a subject. Subjects in which
    the target or all references were not detected are left out.

    Parameters
    ----------
    data
        One study of reactions.
    confidence
        Of the interval.

    Returns
    -------
    pandas.DataFrame
        target, cell_type, condition, control_subjects, treated_subjects; fold_change with _lower and _upper (treated
        over control; NaN where a group has fewer than two subjects), p_value.

    Raises
    ------
    InputError
        If the confidence does not lie between 0 and 1.
    """
    checks.between("confidence", confidence, 0.0, 1.0)
    level = _levels(data)
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    condition, subject = data[v.CONDITION_OF_SAMPLE].to_numpy(), data[v.SUBJECT_OF_SAMPLE].to_numpy()
    kind = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject]
    rows: list[dict[str, Any]] = []
    for target in level:
        for k, c in np.ndindex(data.sizes[v.CELL_TYPE], data.sizes[v.CONDITION]):
            if is_control[c]:
                continue
            groups = [
                _by_subject(level[target], subject, (kind == k) & which)
                for which in (is_control[condition], condition == c)
            ]
            rows.append(
                {
                    "target": target,
                    "cell_type": str(data[v.CELL_TYPE].to_numpy()[k]),
                    "condition": str(data[v.CONDITION].to_numpy()[c]),
                    "control_subjects": len(groups[0]),
                    "treated_subjects": len(groups[1]),
                }
                | _welch(groups[0], groups[1], confidence)
            )
    return pd.DataFrame(rows)


def _levels(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Log2 level of each target over the references in each sample; NaN where one of them was not detected."""
    factors = amplification_factors(data)
    genes = [str(gene) for gene in data[v.GENE].to_numpy()]
    ct, gene = data[v.CT].to_numpy(), data[v.GENE_OF_REACTION].to_numpy()
    sample, found = data[v.SAMPLE_OF_REACTION].to_numpy(), np.isfinite(data[v.CT].to_numpy())
    log2 = {}
    for g, name in enumerate(genes):
        own = found & (gene == g)
        number = np.bincount(sample[own], minlength=data.sizes[v.SAMPLE])
        total = np.bincount(sample[own], weights=ct[own], minlength=data.sizes[v.SAMPLE])
        mean = np.divide(total, number, out=np.full(len(number), np.nan), where=number > 0)
        log2[name] = -np.log2(factors[name].value) * mean
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    references = np.mean([log2[name] for name, one in zip(genes, is_reference, strict=True) if one], axis=0)
    return {name: log2[name] - references for name, one in zip(genes, is_reference, strict=True) if not one}


def _by_subject(level: np.ndarray, subject: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Mean level of each subject among some samples, of those that have one."""
    known = which & np.isfinite(level)
    return np.array([level[known & (subject == one)].mean() for one in np.unique(subject[known])])


def _welch(control: np.ndarray, treated: np.ndarray, confidence: float) -> dict[str, float]:
    names = ("fold_change", "fold_change_lower", "fold_change_upper", "p_value")
    if not len(control) or not len(treated):
        return dict.fromkeys(names, np.nan)
    ratio = float(2.0 ** (treated.mean() - control.mean()))
    if min(len(control), len(treated)) < FEWEST or _is_without_spread(control, treated):
        return dict.fromkeys(names, np.nan) | {"fold_change": ratio}
    test = stats.ttest_ind(treated, control, equal_var=False)
    ends = test.confidence_interval(confidence)
    return dict(zip(names, (ratio, float(2.0**ends.low), float(2.0**ends.high), float(test.pvalue)), strict=True))


def _why_no_interval(row: Mapping[Hashable, Any]) -> str:
    if min(row["control_subjects"], row["treated_subjects"]) < FEWEST:
        return "too few for an interval"
    return "no interval: the subjects of each group are all alike"


def _is_without_spread(control: np.ndarray, treated: np.ndarray) -> bool:
    """Whether the subjects of both groups differ by no more than rounding."""
    return bool(max(np.ptp(control), np.ptp(treated)) <= 1e-9)


def told_of_groups(data: xr.Dataset) -> list[str]:
    """The classical answer of a study that compares groups of different subjects, a sentence a target and condition."""
    if not compares_groups(data):
        return []
    said = []
    for row in unpaired_fold_changes(data).to_dict("records"):
        contrast = f"{row['target']} under {row['condition']} against the control"
        if not (row["treated_subjects"] and row["control_subjects"]):
            none = [name for name in ("control", "treated") if not row[f"{name}_subjects"]]
            said.append(f"{contrast}: no fold change, it was detected in no {' and no '.join(none)} subject")
            continue
        numbers = f"{row['treated_subjects']} subjects against {row['control_subjects']}"
        interval = f"95% {row['fold_change_lower']:.3g} to {row['fold_change_upper']:.3g}, P {row['p_value']:.2g}"
        known = interval if np.isfinite(row["p_value"]) else _why_no_interval(row)
        said.append(f"{contrast}: {row['fold_change']:.3g} fold ({known}) by Welch's t-test of {numbers}")
    return said
