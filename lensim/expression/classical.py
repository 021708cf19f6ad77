"""The classical analysis of the same data: standard curves, Livak's and Pfaffl's ratios, and tests of the ratios.

It is shown beside a model's answer. Its standard error covers replicate reactions and amplification factors
alone. A reaction that was not detected is left out, or its Ct is taken as the cycle limit; both bias the ratio.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.expression import paired_tests
from lensim.expression.pfaffl import GeneChange, log2_ratio, sd_log2_ratio, variance_parts
from lensim.expression.standard_curve import PERFECT_FACTOR, Factor, amplification_factors
from lensim.expression.standard_curve import standard_curves as standard_curves

NON_DETECTS: Final = ("drop", "limit")

_REACTIONS: Final[dict[str, tuple[str, ...]]] = {
    v.CT: (v.REACTION,),
    v.GENE_OF_REACTION: (v.REACTION,),
    v.SAMPLE_OF_REACTION: (v.REACTION,),
    v.SUBJECT_OF_SAMPLE: (v.SAMPLE,),
    v.CONDITION_OF_SAMPLE: (v.SAMPLE,),
    v.EXPERIMENT_OF_SAMPLE: (v.SAMPLE,),
    v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT,),
    v.IS_REFERENCE: (v.GENE,),
    v.IS_CONTROL: (v.CONDITION,),
}
_TESTS: Final = {
    "t_ratio": paired_tests.t_test_on_ratios,
    "t_log2_ratio": paired_tests.t_test_on_log2_ratios,
    "wilcoxon": paired_tests.wilcoxon_signed_rank,
    "sign": paired_tests.sign_test,
}


@dataclass(frozen=True)
class _Study:
    """What each row of the table is made from; `cells` has one row a gene, subject, condition and experiment."""

    cells: dict[tuple[str, str, str, str], Any]
    sd_technical: dict[str, tuple[float, int]]
    factors: dict[str, Factor]
    references: list[str]
    control: str
    experiments: list[str]
    confidence: float


def classical_fold_changes(
    data: xr.Dataset,
    non_detects: str = "drop",
    confidence: float = 0.95,
    *,
    against: str = "",
    factors: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Livak's and Pfaffl's ratio of every target, subject and condition against the control, or against one of them.

    Ct is averaged over replicate reactions, over samples of one experiment and then over experiments, so a ratio is the
    geometric mean of those of the experiments. An experiment in which the target or a reference has no Ct in one of
    the two conditions is left out, and `note` says so.

    The standard error is propagated from the spread of replicate reactions, pooled over all samples of a gene, and from
    the factors; it does not include differences between experiments, which `sd_log2_between_experiments` shows.
    The interval is Student's, with Welch and Satterthwaite's degrees of freedom.

    Parameters
    ----------
    data
        One study: ct_cycles (reaction) and its pointers; a dilution series and stated factors where there are any.
    non_detects
        'drop' leaves out a reaction without Ct, 'limit' writes it as the cycle limit.
    confidence
        Of the interval.
    against
        A condition in place of the control: one arm against another, by the samples of both, without the control.
    factors
        Amplification factors of genes, taken as known, in place of those of the data.

    Returns
    -------
    pandas.DataFrame
        target, subject, cell_type, condition, experiments (used), reactions_detected, reactions_not_detected (of the
        target, both conditions), livak_ratio, pfaffl_ratio, log2_ratio (Pfaffl's), se_log2_ratio, low_log2_ratio,
        high_log2_ratio, sd_log2_between_experiments, amplification_factor, se_amplification_factor, factor_source,
        reference_factor_source, note.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, there is no reference, no target or not exactly one control,
        `non_detects` or `against` is unknown, or the confidence does not lie between 0 and 1.
    """
    checks.one_of("non_detects", non_detects, NON_DETECTS)
    checks.between("confidence", confidence, 0.0, 1.0)
    limited: dict[str, tuple[str, ...]] = {v.CYCLE_LIMIT: ()} if non_detects == "limit" else {}
    checks.has_variables(data, _REACTIONS | limited, "classical_fold_changes")
    genes, conditions, subjects = _names(data, v.GENE), _names(data, v.CONDITION), _names(data, v.SUBJECT)
    is_reference, is_control = data[v.IS_REFERENCE].values == 1, data[v.IS_CONTROL].values == 1
    checks.at_least(f"genes with {v.IS_REFERENCE} 1, their number,", int(is_reference.sum()), 1)
    checks.at_least(f"genes with {v.IS_REFERENCE} 0, their number,", int((~is_reference).sum()), 1)
    if is_control.sum() != 1:
        raise checks.InputError(f"{v.IS_CONTROL} must be 1 for exactly one condition, got {int(is_control.sum())}")
    if against:
        checks.one_of("against", against, conditions)
    known = {gene: Factor(value, 0.0, np.inf, "as given") for gene, value in (factors or {}).items()}
    reactions = _reactions(data, non_detects)
    study = _Study(
        _cells(reactions),
        _technical_spread(reactions),
        amplification_factors(data) | known,
        [gene for gene, is_one in zip(genes, is_reference, strict=True) if is_one],
        against or conditions[int(np.argmax(is_control))],
        _names(data, v.EXPERIMENT, data[v.EXPERIMENT_OF_SAMPLE].values),
        confidence,
    )
    cell_types = _names(data, v.CELL_TYPE, data[v.CELL_TYPE_OF_SUBJECT].values)
    rows = [
        {"target": target, "subject": subject, "cell_type": cell_types[kind], "condition": condition}
        | _fold_change(study, target, subject, condition)
        for target, (subject, kind), condition in product(
            (gene for gene in genes if gene not in study.references),
            zip(subjects, data[v.CELL_TYPE_OF_SUBJECT].values, strict=True),
            (condition for condition in conditions if condition != study.control),
        )
    ]
    return pd.DataFrame(rows)


def classical_population(table: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Summary and tests of Pfaffl's ratios over subjects: one row a target, cell type and condition.

    Parameters
    ----------
    table
        As from `classical_fold_changes`; subjects without a ratio are counted and left out.
    confidence
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        target, cell_type, condition, n, without_ratio, median_ratio, min_ratio, max_ratio, increased, then of each test
        (t_ratio, t_log2_ratio, wilcoxon, sign) its _n, _statistic, _p_value, _estimate, _low and _high, and note (why a
        test could not be made). Estimates of t_log2_ratio and wilcoxon are log2 ratios.

    Raises
    ------
    InputError
        If a column is absent, or the confidence does not lie between 0 and 1.
    """
    checks.between("confidence", confidence, 0.0, 1.0)
    rows = []
    for (target, cell_type, condition), own in _groups(table, "classical_population"):
        ratios = own.dropna().to_numpy()
        row: dict[str, Any] = {"target": target, "cell_type": cell_type, "condition": condition, "n": len(ratios)}
        row["without_ratio"] = len(own) - len(ratios)
        for name in ("median", "min", "max"):
            row[f"{name}_ratio"] = float(getattr(np, name)(ratios)) if len(ratios) else np.nan
        row["increased"] = int(np.sum(ratios > 1.0))
        faults = []
        for name, test in _TESTS.items():
            columns = ("n", "statistic", "p_value", "estimate", "low", "high")
            try:
                outcome = test(ratios, confidence)
                row |= {f"{name}_{column}": getattr(outcome, column) for column in columns}
            except checks.InputError as error:
                row |= {f"{name}_{column}": np.nan for column in columns}
                faults.append(str(error))
        rows.append(row | {"note": "; ".join(dict.fromkeys(faults))})
    return pd.DataFrame(rows)


def classical_contrasts(table: pd.DataFrame) -> pd.DataFrame:
    """Mann and Whitney's test of Pfaffl's ratios between every two cell types, for each target and condition.

    Parameters
    ----------
    table
        As from `classical_fold_changes`; subjects without a ratio are left out.

    Returns
    -------
    pandas.DataFrame
        target, condition, first, second (cell types), n_first, n_second, statistic (U of the first), p_value,
        probability_first_above, note (why the test could not be made).

    Raises
    ------
    InputError
        If a column is absent.
    """
    groups = {key: own.dropna().to_numpy() for key, own in _groups(table, "classical_contrasts")}
    rows = []
    for one, other in combinations(groups, 2):
        if (one[0], one[2]) != (other[0], other[2]):
            continue
        row: dict[str, Any] = {"target": one[0], "condition": one[2], "first": one[1], "second": other[1]}
        row |= {"n_first": len(groups[one]), "n_second": len(groups[other])}
        try:
            test = paired_tests.mann_whitney(groups[one], groups[other])
            outcome = (test.statistic, test.p_value, test.estimate, "")
        except checks.InputError as error:
            outcome = (np.nan, np.nan, np.nan, str(error))
        names = ("statistic", "p_value", "probability_first_above", "note")
        rows.append(row | dict(zip(names, outcome, strict=True)))
    columns = ["target", "condition", "first", "second", "n_first", "n_second", "statistic", "p_value"]
    return pd.DataFrame(rows, columns=[*columns, "probability_first_above", "note"])


def _groups(table: pd.DataFrame, user: str) -> Iterator[tuple[tuple[str, str, str], pd.Series]]:
    """Pfaffl's ratios of each target, cell type and condition, in order of appearance."""
    for column in ("target", "cell_type", "condition", "pfaffl_ratio"):
        if column not in table:
            raise checks.InputError(f"{user} needs the column {column}, got {', '.join(map(str, table.columns))}")
    for (target, cell_type, condition), own in table.groupby(["target", "cell_type", "condition"], sort=False):
        yield (str(target), str(cell_type), str(condition)), own["pfaffl_ratio"]


def _names(data: xr.Dataset, dim: str, pointers: np.ndarray | None = None) -> list[str]:
    """Names along a dim; where it has no coordinate, numbers from 1, as many as there are or pointers need."""
    if dim in data.coords:
        return [str(name) for name in data[dim].values]
    size = data.sizes[dim] if dim in data.dims else 1 + int(np.max(pointers if pointers is not None else 0, initial=0))
    return [f"{dim} {1 + position}" for position in range(size)]


def _reactions(data: xr.Dataset, non_detects: str) -> pd.DataFrame:
    """One row a reaction, with names; `ct` is what is averaged, NaN where a reaction is left out."""
    sample = data[v.SAMPLE_OF_REACTION].values
    ct = data[v.CT].values.astype(float)

    def named(dim: str, pointers: np.ndarray) -> np.ndarray:
        return np.asarray(_names(data, dim, pointers), dtype=object)[pointers]

    return pd.DataFrame(
        {
            "gene": named(v.GENE, data[v.GENE_OF_REACTION].values),
            "subject": named(v.SUBJECT, data[v.SUBJECT_OF_SAMPLE].values)[sample],
            "condition": named(v.CONDITION, data[v.CONDITION_OF_SAMPLE].values)[sample],
            "experiment": named(v.EXPERIMENT, data[v.EXPERIMENT_OF_SAMPLE].values)[sample],
            "sample": sample,
            "detected": ~np.isnan(ct),
            "ct": np.where(np.isnan(ct), float(data[v.CYCLE_LIMIT]), ct) if non_detects == "limit" else ct,
        }
    )


def _cells(reactions: pd.DataFrame) -> dict[tuple[str, str, str, str], Any]:
    """Mean Ct of each gene, subject, condition and experiment; `inverse_n` is its variance over that of a reaction."""
    key = ["gene", "subject", "condition", "experiment"]
    samples = reactions.groupby([*key, "sample"], as_index=False).agg(
        ct=("ct", "mean"), used=("ct", "count"), detected=("detected", "sum"), run=("detected", "size")
    )
    samples["inverse_n"] = 1.0 / samples["used"].where(samples["used"] > 0)
    cells = samples.groupby(key).agg(
        ct=("ct", "mean"),
        samples=("ct", "count"),
        inverse_n=("inverse_n", "sum"),
        detected=("detected", "sum"),
        run=("run", "sum"),
    )
    cells["inverse_n"] /= cells["samples"].where(cells["samples"] > 0) ** 2
    return {index: cell for index, cell in zip(cells.index, cells.itertuples(index=False), strict=True)}


def _technical_spread(reactions: pd.DataFrame) -> dict[str, tuple[float, int]]:
    """Sd between replicate reactions of a gene, pooled over samples, and its degrees of freedom; NaN on 0 of them."""
    spread = {}
    for gene, own in reactions.groupby("gene"):
        replicates = own.groupby("sample")["ct"]
        freedom = int((replicates.count() - 1).clip(lower=0).sum())
        squares = float(((own["ct"] - replicates.transform("mean")) ** 2).sum())
        spread[str(gene)] = (float(np.sqrt(squares / freedom)) if freedom else np.nan, freedom)
    return spread


def _fold_change(study: _Study, target: str, subject: str, condition: str) -> dict[str, Any]:
    """One row of the table, but for its names."""
    pair = (study.control, condition)
    genes = [target, *study.references]
    run = [
        cell
        for where, experiment in product(pair, study.experiments)
        if (cell := study.cells.get((target, subject, where, experiment))) is not None
    ]
    used, notes = [], []
    for experiment in study.experiments:
        missing = list(_missing(study, genes, subject, pair, experiment))
        if not missing:
            used.append(experiment)
            notes += [
                f"{experiment}: {gene} not detected in {where}, written as the cycle limit"
                for gene, where in product(genes, pair)
                if not study.cells[gene, subject, where, experiment].detected
            ]
        elif any((gene, subject, where, experiment) in study.cells for gene in genes for where in pair):
            notes.append(f"{experiment} left out: {', '.join(missing)}")
    detected = sum(int(cell.detected) for cell in run)
    row: dict[str, Any] = {
        "experiments": len(used),
        "reactions_detected": detected,
        "reactions_not_detected": sum(int(cell.run) for cell in run) - detected,
    }
    factors = [study.factors[gene] for gene in genes]
    names = ("livak_ratio", "pfaffl_ratio", "log2_ratio", "se_log2_ratio", "low_log2_ratio", "high_log2_ratio")
    row |= dict.fromkeys((*names, "sd_log2_between_experiments"), np.nan)
    if used:
        row |= _ratio(study, genes, factors, subject, pair, used)
        if np.isnan(row["se_log2_ratio"]):
            notes.append("no standard error: a gene has no replicate reactions")
    elif not notes:
        notes.append("not measured")
    return row | {
        "amplification_factor": factors[0].value,
        "se_amplification_factor": factors[0].sd,
        "factor_source": factors[0].source,
        "reference_factor_source": ", ".join(dict.fromkeys(factor.source for factor in factors[1:])),
        "note": "; ".join(notes),
    }


def _missing(study: _Study, genes: list[str], subject: str, pair: tuple[str, str], experiment: str) -> Iterator[str]:
    """What keeps an experiment from giving a ratio."""
    for gene, where in product(genes, pair):
        cell = study.cells.get((gene, subject, where, experiment))
        if cell is None:
            yield f"{gene} not measured in {where}"
        elif not cell.samples:
            yield f"{gene} not detected in {where}"


def _ratio(
    study: _Study, genes: list[str], factors: list[Factor], subject: str, pair: tuple[str, str], used: list[str]
) -> dict[str, float]:
    """Ratios, standard error and interval from the experiments used."""
    changes, freedoms = [], []
    delta = np.empty((len(genes), len(used)))
    for position, (gene, factor) in enumerate(zip(genes, factors, strict=True)):
        control, treated = ([study.cells[gene, subject, where, e] for e in used] for where in pair)
        delta[position] = [one.ct - other.ct for one, other in zip(control, treated, strict=True)]
        sd, freedom = study.sd_technical[gene]
        sd_delta = sd * np.sqrt(sum(cell.inverse_n for cell in (*control, *treated))) / len(used)
        changes.append(GeneChange(delta[position].mean(), factor.value, sd_delta, factor.sd))
        freedoms += [freedom, factor.degrees_of_freedom]
    target, references = changes[0], changes[1:]
    found, error = float(log2_ratio(target, references)), float(sd_log2_ratio(target, references))
    parts = np.asarray(variance_parts(target, references))
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = error**4 / np.sum(parts**2 / np.asarray(freedoms, dtype=float))
    reach = error * stats.t.ppf(0.5 + study.confidence / 2.0, freedom) if error > 0.0 else error
    livak = log2_ratio(*_perfect(changes))
    each = [GeneChange(delta[position], factor.value) for position, factor in enumerate(factors)]
    return {
        "livak_ratio": float(np.exp2(livak)),
        "pfaffl_ratio": float(np.exp2(found)),
        "log2_ratio": found,
        "se_log2_ratio": error,
        "low_log2_ratio": found - reach,
        "high_log2_ratio": found + reach,
        "sd_log2_between_experiments": (
            float(np.std(log2_ratio(each[0], each[1:]), ddof=1)) if len(used) > 1 else np.nan
        ),
    }


def _perfect(changes: list[GeneChange]) -> tuple[GeneChange, list[GeneChange]]:
    """The same changes with every factor 2."""
    perfect = [change._replace(amplification_factor=PERFECT_FACTOR) for change in changes]
    return perfect[0], perfect[1:]
