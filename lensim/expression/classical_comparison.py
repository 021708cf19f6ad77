"""The posterior beside the classical analysis: fold changes with the reasons why they differ, and the paired tests."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import ResultTable
from lensim.expression.classical import classical_fold_changes, classical_population
from lensim.expression.classical_arms import classical_arm_tests, classical_arms, measured_ratios
from lensim.expression.estimands import expression_estimands, summarise_subjects
from lensim.expression.groups.classical_tables import group_comparison_tables
from lensim.expression.groups.estimands import is_of_groups
from lensim.expression.reasons import CLOSE_LOG2, PART_LOG2, Pull, pulls_of
from lensim.inference.observations import observations_of

P_VALUES: Final = {
    "t_log2_ratio_p_value": "paired_t_p",
    "t_ratio_p_value": "paired_t_on_ratios_p",
    "wilcoxon_p_value": "wilcoxon_p",
    "sign_p_value": "sign_test_p",
}
"""Columns of `classical_population`, and what they are called beside a posterior."""
KEY: Final = ["target", "subject", "contrast"]


OF_CONTROL: Final = {
    f"{name}{end}": "%" for name in ("livak", "pfaffl", "measured", "posterior") for end in ("", "_lower", "_upper")
}
"""Units of the classical answers and of the posterior, of control."""
IN_FOLD: Final = {f"ratio{end}": "fold" for end in ("", "_lower", "_upper")}


def comparison_tables(result: xr.DataTree, ci_prob: float = 0.9) -> tuple[ResultTable, ...]:
    """Fold changes of both analyses, the paired tests over subjects, and those of arms against each other.

    Parameters
    ----------
    result
        An expression fit, of Cts, ratios or levels; of groups one table, see `group_comparison_tables`.
    ci_prob
        Probability inside all intervals.
    """
    if is_of_groups(result["posterior"].to_dataset()):
        return group_comparison_tables(result, ci_prob)
    data, words = observations_of(result), f"medians and {ci_prob:.0%} intervals"
    classical = "Ratios as measured" if v.CT not in data else "Classical analyses"
    both = compare_with_classical(result, ci_prob)
    tables = [ResultTable("comparison", f"{classical} and the posterior, {words}", both, units=OF_CONTROL)]
    tests = classical_population(_classical(data, ci_prob), ci_prob)
    said = f"over subjects: geometric mean ratio with {ci_prob:.0%} interval, and P values of two-sided tests"
    tables.append(ResultTable("tests", f"Paired tests {said}", _shown(tests), units=IN_FOLD))
    arms = classical_arms(data)
    if len(arms):
        arm_tests = classical_arm_tests(arms, ci_prob)
        tables.append(
            ResultTable("arm_tests", f"Paired tests of arm against arm {said}", _shown(arm_tests), units=IN_FOLD)
        )
    return tuple(tables)


def compare_with_classical(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target, subject and contrast of which there is a pair: both answers [percent of control], and why.

    Columns: target, subject, contrast; of Cts livak, pfaffl, pfaffl_lower, pfaffl_upper (errors of replicates and
    factors), of ratios measured (geometric mean); posterior with _lower and _upper, detected, not_detected, reasons.

    Parameters
    ----------
    result
        An expression fit, of Cts or ratios.
    ci_prob
        Probability inside both intervals.
    """
    data = observations_of(result)
    ours = summarise_subjects(expression_estimands(result), ci_prob)
    classical = _classical(data, ci_prob).rename(columns={"condition": "contrast"})
    both = ours.merge(classical, on=KEY, how="left", suffixes=("", "_classical"))
    pulls = pulls_of(result)
    has_errors = v.LOG2_RATIO_SD in data and bool((data[v.LOG2_RATIO_SD] > 0).any())
    factors = _factors(result)
    moved = {}
    if factors:
        with_ours = classical_fold_changes(data, confidence=ci_prob, factors=factors)
        moved = with_ours.rename(columns={"condition": "contrast"}).set_index(KEY)["log2_ratio"].to_dict()
    rows = []
    for _, row in both.iterrows():
        key = (str(row.target), str(row.subject), str(row.contrast))
        if v.CT in data:
            said = reasons(row, pulls[key], factors.get(key[0], np.nan), moved.get(key, np.nan))
            columns = {
                "livak": 100 * row.livak_ratio,
                "pfaffl": 100 * row.pfaffl_ratio,
                "pfaffl_lower": 100 * 2.0**row.low_log2_ratio,
                "pfaffl_upper": 100 * 2.0**row.high_log2_ratio,
            }
        else:
            own = replace(pulls[key], alone=float(row.log2_ratio))
            said = reasons_of_ratio(own, has_errors=has_errors)
            columns = {"measured": 100 * row.pfaffl_ratio}
        rows.append(
            {"target": key[0], "subject": key[1], "contrast": key[2]}
            | columns
            | {
                "posterior": row.fold_change_percent,
                "posterior_lower": row.fold_change_percent_lower,
                "posterior_upper": row.fold_change_percent_upper,
                "detected": row.detected,
                "not_detected": row.not_detected,
                "reasons": "; ".join(said),
            }
        )
    return pd.DataFrame(rows)


def reasons(row: pd.Series, pull: Pull, factor: float, log2_with_factors: float) -> list[str]:
    """Why a posterior of Cts differs from Livak's and Pfaffl's ratio.

    Parameters
    ----------
    row
        Both answers, with amplification_factor, not_detected and note_classical.
    pull
        What pooling or the prior did.
    factor
        Amplification factor of the target in the posterior.
    log2_with_factors
        Pfaffl's log2 ratio with the posterior's factors of all genes.
    """
    livak, pfaffl = np.log2(row["livak_ratio"]), np.log2(row["pfaffl_ratio"])
    posterior = np.log2(row["fold_change_percent"] / 100)
    found = []
    if np.isnan(pfaffl):
        found.append("no classical ratio: " + (str(row["note_classical"]) or "a condition was never detected"))
        return [*found, *pull.words()]
    if abs(livak - pfaffl) > CLOSE_LOG2:
        found.append(
            f"Livak takes a factor of 2, the dilution series or the statement says {row['amplification_factor']:.2f}"
        )
    if abs(posterior - pfaffl) <= CLOSE_LOG2:
        return found
    if abs(log2_with_factors - pfaffl) > PART_LOG2:
        found.append(
            f"the posterior's factor is {factor:.2f}, the classical one {row['amplification_factor']:.2f}: with the "
            f"posterior's factors Pfaffl's ratio is {100 * 2.0**log2_with_factors:.3g}%"
        )
    if row["not_detected"]:
        found.append("reactions without Ct are left out by the classical answer, and are evidence in the model")
        pulled = pull.posterior - pull.alone
        return found + (list(pull.words()) if pulled * (posterior - log2_with_factors) > 0 else [])
    moved, towards = posterior - log2_with_factors, pull.centre - log2_with_factors
    if abs(moved) > CLOSE_LOG2:
        if moved * towards > 0:
            found += replace(pull, alone=log2_with_factors, posterior=posterior).words()
        if moved * towards <= 0 or abs(moved) > abs(towards) + PART_LOG2:
            found.append("reactions weighted by their spread and input by all genes, not means of means")
    return found


def reasons_of_ratio(pull: Pull, *, has_errors: bool) -> list[str]:
    """Why a posterior of ratios differs from the mean log2 ratio as measured, which is what its own data alone say.

    Parameters
    ----------
    pull
        What pooling or the prior did, with the measured ratio as `alone`.
    has_errors
        Whether ratios have stated errors, by which the model weights them.
    """
    moved = pull.posterior - pull.alone
    if abs(moved) <= CLOSE_LOG2:
        return []
    if moved * (pull.centre - pull.alone) > 0:
        return list(pull.words())
    return ["ratios weighted by their stated errors"] if has_errors else []


def _classical(data: xr.Dataset, confidence: float) -> pd.DataFrame:
    """Pfaffl's ratios of Cts, or the ratios as measured: a row a target, subject and condition."""
    return classical_fold_changes(data, confidence=confidence) if v.CT in data else measured_ratios(data)


def _factors(result: xr.DataTree) -> dict[str, float]:
    """Mean amplification factor of each gene in the posterior; empty where there is none."""
    if v.FACTOR not in result["posterior"]:
        return {}
    factor = result["posterior"][v.FACTOR].mean(("chain", "draw"))
    return dict(zip([str(gene) for gene in factor[v.GENE].to_numpy()], factor.to_numpy().tolist(), strict=True))


def _shown(tests: pd.DataFrame) -> pd.DataFrame:
    """Numbers, geometric mean and P values; estimates of the other tests are in `classical_population`."""
    names = [name for name in ("target", "cell_type", "condition", "arm", "against") if name in tests]
    ratio = {
        f"ratio{end}": np.exp2(tests[f"t_log2_ratio_{of}"])
        for end, of in (("", "estimate"), ("_lower", "low"), ("_upper", "high"))
    }
    shown = tests[[*names, "n", "without_ratio"]].rename(columns={"condition": "contrast", "n": "subjects"})
    shown = shown.assign(**ratio, increased=tests["increased"])
    return shown.assign(**{new: tests[old] for old, new in P_VALUES.items()}, note=tests["note"])
