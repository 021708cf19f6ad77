"""From records of simulations to a table, and a sentence on whether the intervals of a fit can be believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import special, stats

from lensim.calibrate.simulation import HANDED_ON, OK
from lensim.inference.calibration import is_covered
from lensim.inference.uniformity import FEWEST, holm

DOUBT: Final = 0.01
"""Adjusted P value of uniform ranks below which intervals are not to be believed."""
ORDER: Final = 4
INNER, OUTER = 0.5, 0.9
BELIEVABLE, DOUBTFUL, UNKNOWN = "can be believed", "cannot be believed", "nothing can be said"
NARROWER: Final = "the fit is narrower than new fits"
SURE: Final = 3.0
"""Standard errors from which on a shift or a spread of ranks is named."""


@dataclass(frozen=True)
class Judged:
    """What simulations say of a fit.

    Attributes
    ----------
    table
        One row a quantity, the worst first: name and quantity (in words); items; simulations;
        covered_50_percent and covered_90_percent with _error (over simulations); pvalue (of uniform ranks),
        pvalue_adjusted (Holm, over quantities); shift and spread of ranks in standard errors; reads.
    sentence
        Whether intervals can be believed, with the figures behind it.
    is_believable
        None where there are too few simulations.
    simulations, handed_on, failed, not_converged
        How many there were, and how many of them have no answer that counts.
    """

    table: pd.DataFrame
    sentence: str
    is_believable: bool | None
    simulations: int
    handed_on: int
    failed: int
    not_converged: int


def judged(records: Sequence[Mapping[str, Any]], words: Mapping[str, str], run_in_words: str = "") -> Judged:
    """Judge the records of a fit.

    Parameters
    ----------
    records
        As from `lensim.calibrate.simulation.measure`.
    words
        What quantities are called in tables; those without a word keep their name.
    run_in_words
        What is new in a further run.
    """
    answered = [one for one in records if one["outcome"] == OK]
    passed = passed_of(records)
    outcomes = [one["outcome"] for one in records]
    counts = (
        len(records),
        outcomes.count(HANDED_ON),
        len(records) - len(answered) - outcomes.count(HANDED_ON),
        len(answered) - len(passed),
    )
    names = list(dict.fromkeys(name for one in passed for name in one["ranks"]))
    rows = [
        {"name": name, "quantity": words.get(name, name)} | row_of(ranks)
        for name in names
        if len(ranks := ranks_of(passed, name)) >= FEWEST
    ]
    why = next((str(one["why"]) for one in records if one["why"] and one not in passed), "")
    if not rows:
        return Judged(pd.DataFrame(), _too_few(len(passed), counts, why), None, *counts)
    table = pd.DataFrame(rows)
    table["pvalue_adjusted"] = holm(table["pvalue"].to_list())
    table["reads"] = [
        _reads(*row) for row in zip(table["pvalue_adjusted"], table["shift"], table["spread"], strict=True)
    ]
    table = table.sort_values("pvalue", kind="stable", ignore_index=True)
    is_believable = bool(table["pvalue_adjusted"].iloc[0] >= DOUBT)
    sentence = _sentence(table, is_believable, len(passed), run_in_words) + _without_answer(counts, why)
    return Judged(table, sentence, is_believable, *counts)


def ranks_of(records: Sequence[Mapping[str, Any]], name: str) -> np.ndarray:
    """Ranks (simulation, item) of a quantity."""
    return np.array([one["ranks"][name] for one in records if name in one["ranks"]], dtype=float)


def passed_of(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Records of simulations whose answer counts."""
    return [one for one in records if one["outcome"] == OK and one["converged"]]


def words_of_row(row: Mapping[str, Any]) -> str:
    """What a panel of a quantity is called: its word and name, where these differ."""
    return str(row["name"]) if row["name"] == row["quantity"] else f"{row['quantity']} ({row['name']})"


def row_of(ranks: np.ndarray) -> dict[str, Any]:
    """The row of a quantity, without what depends on the other ones."""
    row: dict[str, Any] = {"items": ranks.shape[1], "simulations": len(ranks)}
    for label, probability in (("50", INNER), ("90", OUTER)):
        covered = is_covered(ranks, probability).mean(axis=1)
        error = covered.std(ddof=1) / np.sqrt(len(covered))
        if error == 0.0:  # all or none are covered: as if one more were not
            error = 1.0 / (len(covered) + 1.0)
        row |= {f"covered_{label}_percent": 100.0 * covered.mean(), f"covered_{label}_percent_error": 100.0 * error}
    pvalue, shift, spread = uniformity_of_items(ranks)
    return row | {"pvalue": pvalue, "shift": shift, "spread": spread}


def uniformity_of_items(ranks: np.ndarray) -> tuple[float, float, float]:
    """P value of the null that ranks (simulation, item) are uniform, whose items of one simulation hang together.

    Neyman's smooth test of the means over items: what items have in common counts once. Of a single item the variance
    of each polynomial is known to be 1; of several it lies between 1 / items and 1, and is their mean square over
    simulations. That is taken around 0, which keeps tails of few simulations short. Shift and spread are the first two
    polynomials in standard errors.
    """
    x, items = 2.0 * ranks - 1.0, ranks.shape[1]
    scores = [np.sqrt(2 * k + 1) * special.eval_legendre(k, x).mean(axis=1) for k in range(1, ORDER + 1)]
    z = [
        one.sum() / np.sqrt(len(one) * (1.0 if items == 1 else np.clip((one**2).mean(), 1.0 / items, 1.0)))
        for one in scores
    ]
    return float(stats.chi2.sf(float(np.square(z).sum()), ORDER)), float(z[0]), float(z[1])


def _reads(adjusted: float, shift: float, spread: float) -> str:
    """How ranks that are not uniform read."""
    if adjusted >= DOUBT:
        return ""
    said = []
    if abs(spread) >= SURE:
        said.append("intervals too narrow" if spread > 0 else NARROWER)
    if abs(shift) >= SURE:
        said.append("values too low" if shift > 0 else "values too high")
    return ", ".join(said) or "another shape than uniform"


def _sentence(table: pd.DataFrame, is_believable: bool, passed: int, run_in_words: str) -> str:
    inner, outer = (_coverage(table, name) for name in ("50", "90"))
    worst = table.iloc[0]
    what = f"further runs{f' ({run_in_words})' if run_in_words else ''}"
    said = (
        f"the intervals {BELIEVABLE if is_believable else DOUBTFUL} for these data: {passed} {what} were simulated "
        f"from the fit and fitted together with the data; 50% intervals held the truth in {inner}%, 90% "
        f"intervals in {outer}%"
    )
    covered = f"{worst['covered_90_percent']:.0f} ± {worst['covered_90_percent_error']:.0f}%"
    p = f"P = {worst['pvalue_adjusted']:.2g} for all {len(table)} quantities together"
    if is_believable:
        said += f"; the worst quantity is {worst['quantity']} ({p})"
    else:
        said += (
            f"; the worst quantity is {worst['quantity']}: {worst['reads']}, 90% intervals held it in {covered} ({p})"
        )
    return said


def _coverage(table: pd.DataFrame, name: str) -> str:
    """Mean coverage over quantities, with the largest error of one: quantities of one simulation hang together."""
    return f"{table[f'covered_{name}_percent'].mean():.0f} ± {table[f'covered_{name}_percent_error'].median():.0f}"


def _too_few(passed: int, counts: tuple[int, ...], why: str) -> str:
    return (
        f"{UNKNOWN} of the intervals: at least {FEWEST} simulations must have an answer that passes the gate, got "
        f"{passed}{_without_answer(counts, why)}"
    )


def _without_answer(counts: tuple[int, ...], why: str) -> str:
    """What became of simulations that do not count, and why the first of them does not."""
    simulations, handed_on, failed, not_converged = counts
    parts = [
        f"{number} {what}"
        for number, what in (
            (handed_on, "handed on by the engine"),
            (failed, "failed"),
            (not_converged, "did not pass the gate"),
        )
        if number
    ]
    first = f" (the first because {why})" if why else ""
    return f"; of {simulations} simulations {' and '.join(parts)}, and are left out{first}" if parts else ""
