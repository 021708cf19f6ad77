"""From records of studies to rates with their standard errors. Cases of one study depend on each other: errors know."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from lensim import vocabulary as v
from lensim.inference.calibration import Recalibration, is_covered, recalibration

SURE: Final = 0.9
HOLDS_FROM: Final = 0.87
HOLDS_TO: Final = 0.93
LEAST_P: Final = 0.001
REPORTED: Final = "IC50, told as a number"
INSIDE: Final = "IC50, true one within the doses"
CUT: Final = (v.LOG10_IC50, v.LOG10_EC50, "this_experiment_log10_ic50_um")
"""Estimands that are doses: the ends of their intervals are cut to the tested ones before their width is taken."""
_COLUMNS: Final = ("truth", "median", "low", "high", "inner_low", "inner_high", "rank")


class Rate(NamedTuple):
    """A share or a mean, and its standard error."""

    value: float
    error: float

    def __str__(self) -> str:
        return f"{self.value:.3g} ± {self.error:.2g}"


def rate_of(values: np.ndarray, study: np.ndarray) -> Rate:
    """Mean of all cases; its error from studies, whose cases depend on each other.

    mean = sum / n,  error^2 = C / (C - 1) * sum over studies (sum of (value - mean))^2 / n^2

    Where all cases are alike the error is that of a binomial share with one more case of each kind.
    """
    values = np.asarray(values, dtype=float)
    n = len(values)
    if n == 0:
        return Rate(np.nan, np.nan)
    mean = float(values.mean())
    _, cluster = np.unique(study, return_inverse=True)
    sums = np.bincount(cluster, values - mean)
    if len(sums) < 2:
        return Rate(mean, np.nan)
    if np.ptp(values) == 0.0:
        return Rate(mean, float(np.sqrt((n + 1) / (n + 2) ** 2 / (n + 3))))
    return Rate(mean, float(np.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()) / n))


def cases_of(records: Sequence[Mapping[str, Any]], name: str) -> pd.DataFrame:
    """A row a case of an estimand, with the number of its study and the tested doses."""
    rows = []
    for number, record in enumerate(records):
        ends = record.get("tested", [np.nan, np.nan])
        flagged = record.get("flagged") or []
        for place, case in enumerate(record["numbers"].get(name, ())):
            flag = flagged[place] if place < len(flagged) else False
            rows.append([number, *ends, flag, *case])
    return pd.DataFrame(rows, columns=["study", "lowest", "top", "flagged", *_COLUMNS])


def coverage_row(cases: pd.DataFrame, *, are_doses: bool = False) -> dict[str, Any]:
    """Coverage, bias, error and width of the intervals of some cases.

    Infinite values count in coverage, by their rank, and not in bias and error. Of doses, the ends of intervals are cut
    to the tested ones. flagged is the share of cases with a flag, flagged where missed that of those whose 90% interval
    does not hold the truth.
    """
    study, rank = cases["study"].to_numpy(), cases["rank"].to_numpy(dtype=float)
    outer, flagged = is_covered(rank, 0.9), cases["flagged"].to_numpy(dtype=float)
    finite = np.isfinite(cases["truth"]) & np.isfinite(cases["median"])
    error = (cases["median"] - cases["truth"])[finite]
    low, high = cases["low"].to_numpy(dtype=float), cases["high"].to_numpy(dtype=float)
    if are_doses and len(cases):
        low, high = (np.clip(one, cases["lowest"], cases["top"]) for one in (low, high))
    covered = rate_of(outer, study)
    return {
        "studies": int(cases["study"].nunique()),
        "cases": len(cases),
        "holds": holds(covered, outer),
        "covered 90": covered,
        "covered 50": rate_of(is_covered(rank, 0.5), study),
        "bias": rate_of(error.to_numpy(), study[finite.to_numpy()]),
        "error": float(np.sqrt((error**2).mean())) if len(error) else np.nan,
        "width": float(np.median(high - low)) if len(cases) else np.nan,
        "flagged": rate_of(flagged, study),
        "flagged where missed": rate_of(flagged[~outer], study[~outer]),
    }


def holds(covered: Rate, each: np.ndarray) -> bool:
    """Whether coverage lies within 87 to 93%, or a binomial test of 90% does not tell it from that.

    Cases of one study depend on each other, so the test counts as many as would give the same error alone.
    """
    if not len(each) or HOLDS_FROM <= covered.value <= HOLDS_TO:
        return True
    alone = covered.value * (1.0 - covered.value)
    count = len(each)
    if alone > 0.0 and covered.error > 0.0:
        count = max(1, min(count, round(alone / covered.error**2)))
    return bool(stats.binomtest(round(covered.value * count), count, 0.9).pvalue > LEAST_P)


def is_off(calibration: Recalibration) -> bool:
    """Whether intercept or slope is further from 0 or 1 than chance explains, at a P of 0.001."""
    sure = stats.norm.isf(LEAST_P / 2)
    away = np.array([calibration.intercept, calibration.slope - 1.0])
    return bool((np.abs(away) > sure * np.array([calibration.intercept_error, calibration.slope_error])).any())


class Calls(NamedTuple):
    """Calls that are stated with a probability above 0.9, for or against, and how all probabilities come true."""

    sure: int
    wrong: Rate
    expected: float
    calibration: Recalibration


def calls_row(records: Sequence[Mapping[str, Any]], name: str) -> Calls:
    """Wrong calls among the sure ones, the share that their probabilities expect, and the recalibration of all."""
    rows = [
        (number, p, happened) for number, record in enumerate(records) for p, happened in record["calls"].get(name, ())
    ]
    study, p, happened = np.array(rows, dtype=float).reshape(-1, 3).T
    sure = np.maximum(p, 1.0 - p) > SURE
    wrong = (p > 0.5) != (happened > 0.5)
    return Calls(
        int(sure.sum()),
        rate_of(wrong[sure], study[sure]),
        float(np.minimum(p, 1.0 - p)[sure].mean()) if sure.any() else np.nan,
        recalibration(p, happened, study),
    )


def parts_of_ic50(cases: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Lines whose IC50 is told as a number, for their median lies within the doses; and those of which it is true."""
    told = (cases["median"] >= cases["lowest"]) & (cases["median"] <= cases["top"])
    inside = (cases["truth"] >= cases["lowest"]) & (cases["truth"] <= cases["top"])
    return {REPORTED: cases[told], INSIDE: cases[inside]}


def tables_of(records: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Of many records: intervals (a row a world, engine and estimand), calls, and what a run of a world was like."""
    intervals, calls, worlds = [], [], []
    keys = list(dict.fromkeys((one["assay"], one["world"], one["engine"]) for one in records))
    for key in keys:
        own = [one for one in records if (one["assay"], one["world"], one["engine"]) == key]
        place = dict(zip(("assay", "world", "engine"), key, strict=True))
        answered = [one for one in own if one["outcome"] == "ok"]
        worlds.append(place | _run_row(own, answered))
        for name in answered[0]["numbers"] if answered else ():
            cases = cases_of(answered, name)
            parts = parts_of_ic50(cases) if name == v.LOG10_IC50 else {name: cases}
            intervals += [
                place | {"estimand": part} | coverage_row(rows, are_doses=name in CUT) for part, rows in parts.items()
            ]
        calls += [place | {"call": name} | calls_row(answered, name)._asdict() for name in _calls(answered)]
    return pd.DataFrame(intervals), pd.DataFrame(calls), pd.DataFrame(worlds)


def _calls(answered: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(answered[0]["calls"]) if answered else []


def _run_row(own: Sequence[Mapping[str, Any]], answered: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many studies had an answer and converged, how long one takes, and what a user was told."""
    told = [kind for one in answered for kind in one["told"]]
    each = pd.Series(told, dtype=object).value_counts() / max(len(answered), 1)
    return {
        "studies": len(own),
        "answered": rate_of(np.array([one["outcome"] == "ok" for one in own]), np.arange(len(own))),
        "converged": rate_of(np.array([one["converged"] for one in answered]), np.arange(len(answered))),
        "told": rate_of(np.array([bool(one["told"]) for one in answered]), np.arange(len(answered))),
        "sentences": {str(kind): float(share) for kind, share in each.items()},
        "seconds": float(np.median([one["seconds"] for one in own])),
        "versions": len({one.get("sources", "") for one in own}),
        "why": sorted({one["why"] for one in own if one["why"]}),
    }
