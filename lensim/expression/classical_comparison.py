"""The posterior beside the classical analysis, for each fold change, with the reasons why they differ."""

from itertools import product

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.classical import classical_fold_changes
from lensim.expression.estimands import expression_estimands, summarise_subjects
from lensim.inference.observations import observations_of

CLOSE_LOG2 = 0.1  # below this, a difference of two answers is not worth a reason


def compare_with_classical(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target, subject and contrast: Livak, Pfaffl, the posterior [percent of control], and why they differ.

    Columns: target, subject, contrast, livak, pfaffl, pfaffl_lower, pfaffl_upper (errors of replicates and factors),
    posterior with _lower and _upper, detected, not_detected, reasons.

    Parameters
    ----------
    result
        An expression fit.
    ci_prob
        Probability inside both intervals.
    """
    data = observations_of(result)
    if v.CT not in data:
        raise checks.InputError("compare needs a fit to reactions, got one to ratios, which are a classical answer")
    ours = summarise_subjects(expression_estimands(result), ci_prob)
    classical = classical_fold_changes(data, confidence=ci_prob).rename(columns={"condition": "contrast"})
    both = ours.merge(classical, on=["target", "subject", "contrast"], how="left", suffixes=("", "_classical"))
    population = _population_means(result)
    factors = dict(
        zip(
            [str(gene) for gene in data[v.GENE].to_numpy()],
            result["posterior"][v.FACTOR].mean(("chain", "draw")).to_numpy(),
            strict=True,
        )
    )
    rows = []
    for _, row in both.iterrows():
        rows.append(
            {
                "target": row.target,
                "subject": row.subject,
                "contrast": row.contrast,
                "livak": 100 * row.livak_ratio,
                "pfaffl": 100 * row.pfaffl_ratio,
                "pfaffl_lower": 100 * 2.0**row.low_log2_ratio,
                "pfaffl_upper": 100 * 2.0**row.high_log2_ratio,
                "posterior": row.fold_change_percent,
                "posterior_lower": row.fold_change_percent_lower,
                "posterior_upper": row.fold_change_percent_upper,
                "detected": row.detected,
                "not_detected": row.not_detected,
                "reasons": "; ".join(
                    _reasons(
                        row,
                        float(factors[row.target]),
                        population.get((row.target, row.cell_type, row.contrast), np.nan),
                    )
                ),
            }
        )
    return pd.DataFrame(rows)


def _population_means(result: xr.DataTree) -> dict[tuple[str, str, str], float]:
    """Mean of mu by target, cell type and contrast [log2]; empty where subjects were not pooled."""
    if v.MU_FOLD_CHANGE not in result["posterior"]:
        return {}
    means = result["posterior"][v.MU_FOLD_CHANGE].mean(("chain", "draw")).transpose(v.TARGET, v.CELL_TYPE, v.CONTRAST)
    names = [[str(name) for name in means[dim].to_numpy()] for dim in means.dims]
    return dict(zip(product(*names), means.to_numpy().ravel().tolist(), strict=True))  # type: ignore[arg-type]


def _reasons(row: pd.Series, factor: float, population: float) -> list[str]:
    livak, pfaffl = np.log2(row["livak_ratio"]), np.log2(row["pfaffl_ratio"])
    posterior = np.log2(row["fold_change_percent"] / 100)
    reasons = []
    if np.isnan(pfaffl):
        reasons.append("no classical ratio: " + (str(row["note_classical"]) or "a condition was never detected"))
    elif abs(livak - pfaffl) > CLOSE_LOG2:
        reasons.append(
            f"Livak takes a factor of 2, the dilution series or the statement says {row['amplification_factor']:.2f}"
        )
    if np.isfinite(pfaffl) and abs(posterior - pfaffl) > CLOSE_LOG2:
        if row["not_detected"]:
            reasons.append("reactions without Ct are left out by the classical answer, and are evidence in the model")
        if abs(np.log2(factor) - np.log2(row["amplification_factor"])) * abs(pfaffl) > CLOSE_LOG2 / 2:
            reasons.append(f"the posterior's factor is {factor:.2f}")
        if abs(posterior - population) < abs(pfaffl - population):
            reasons.append("drawn towards its population, as far as its own reactions are uncertain")
        if not reasons:
            reasons.append("reactions weighted by their spread and input by all genes, not means of means")
    return reasons
