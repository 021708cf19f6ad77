"""Audit of a published P value: the analyses that can give it, and those that cannot."""

from typing import Any, Final

import numpy as np
import pandas as pd

from lensim import checks
from lensim.summaries.attainable import PRange, bounds_of, least_fold, p_ranges
from lensim.summaries.extremes import LARGEST_N
from lensim.summaries.levels import LEVEL, T_LEVEL
from lensim.summaries.order import Ordered, ordered
from lensim.summaries.summary import PublishedP, PublishedSummary

TESTS: Final = {
    "t_ratio": "paired t on ratios",
    "t_log2": "paired t on log2 ratios",
    "t_ratio_unpaired": "unpaired t on ratios",
    "t_log2_unpaired": "unpaired t on log2 ratios",
    "t_level": "paired t on levels",
    "wilcoxon": "exact Wilcoxon",
    "wilcoxon_normal": "Wilcoxon by normal approximation",
    "sign": "sign test",
}
SIDE: Final = {"two": "two-sided", "greater": "one-sided (increase)", "less": "one-sided (decrease)"}
ATTAINABLE, NOT_ATTAINABLE, OPEN = "attainable", "not attainable", "open"
SCALE_WORDS: Final = {"ratio": "ratios", "log2": "log2 ratios", "level": "levels"}
MOST_LISTED: Final = 6
NEAREST: Final = 3


def audit(summary: PublishedSummary) -> pd.DataFrame:
    """Which P values the analyses of `PublishedP` can give to n values with this summary.

    Returns
    -------
    pandas.DataFrame
        A row an analysis: summary, analysis, test, scale, sides, lowest_p, highest_p (nothing beyond is attainable),
        reached_low_p, reached_high_p (of samples that were constructed), single_p (of a rank test, whose P takes
        single values), printed_p, printed_low and printed_high (what
        rounds to it), as_named (whether it is the test that the paper names, or one of those that its words leave
        open), verdict, least_fold (of a paired t on levels that can give P: how far untreated levels, which are not
        printed, must differ for it). Of the two one-sided tests, the one that gives the lower P, and the one that is
        named.

    Raises
    ------
    InputError
        If no n values can have the summary, or they are too many.
    """
    with checks.told_of(summary.name):
        values = ordered(summary)
        found = p_ranges(values)
    lower = {
        side: min(one.low for one in found if one.sides == side and one.test == "sign") for side in ("greater", "less")
    }
    named = summary.p.sides if summary.p is not None else "not named"
    sides = {"two", min(lower, key=lambda side: lower[side]), named}
    return pd.DataFrame([_row(summary, values, one) for one in found if one.sides in sides])


def _row(summary: PublishedSummary, values: Ordered, one: PRange) -> dict[str, object]:
    verdict = one.verdict(summary.p.interval) if summary.p else ""
    needs_fold = summary.p is not None and one.test == T_LEVEL and verdict == ATTAINABLE
    return {
        "summary": summary.name,
        "analysis": analysis_in_words(one.test, one.scale, one.sides),
        "test": one.test,
        "scale": one.scale,
        "sides": one.sides,
        "lowest_p": one.low,
        "highest_p": one.high,
        "reached_low_p": one.reached_low,
        "reached_high_p": one.reached_high,
        "single_p": " ".join(f"{p:.4g}" for p in one.values),
        "printed_p": summary.p.text if summary.p else "",
        "printed_low": summary.p.interval[0] if summary.p else np.nan,
        "printed_high": summary.p.interval[1] if summary.p else np.nan,
        "as_named": summary.p is not None and _is_named(summary.p, one),
        "verdict": verdict,
        "least_fold": least_fold(values, one.sides, summary.p.interval) if summary.p and needs_fold else np.nan,
    }


def excluded_p(summary: PublishedSummary) -> str:
    """Why the P of a named test is left out of a posterior: no values with the summary have it; empty where some may.

    Above 200 values nothing is excluded. Wilcoxon's test is that of ratios, as in the posterior.
    """
    p = summary.p
    if p is None or not p.is_of_one_test or summary.n > LARGEST_N:
        return ""
    with checks.told_of(summary.name):
        one = bounds_of(ordered(summary), p.test, p.sides)
    if not one.excludes(p.interval):
        return ""
    ends = f"{one.low:.2g}" if one.low == one.high else f"{one.low:.2g} to {one.high:.2g}"
    if one.values and one.low <= p.interval[1] and one.high >= p.interval[0]:
        ends = f"{ends}, in steps"
    return (
        f"{summary.name}: {p.text} is left out of the posterior, as no {summary.n} values with this summary have it by "
        f"the {analysis_in_words(one.test, one.scale, one.sides)} ({ends})"
    )


def _is_named(p: PublishedP, one: PRange) -> bool:
    tests = {"t": ("t_ratio", "t_log2", "t_level"), "not named": tuple(TESTS)}.get(p.test, (p.test,))
    return one.test in tests and p.sides in (one.sides, "not named")


def analysis_in_words(test: str, scale: str, sides: str) -> str:
    """The name of an analysis, such as 'two-sided paired t on ratios'."""
    of_ranks = test.startswith("wilcoxon")
    return f"{SIDE[sides]} {TESTS[test]}{f' of {SCALE_WORDS[scale]}' if of_ranks else ''}"


def audit_in_words(summary: PublishedSummary, table: pd.DataFrame) -> str:
    """What the audit says of the analysis that was run; empty where no P is printed."""
    p = summary.p
    if p is None:
        return ""
    rows = table.to_dict("records")
    named = [row for row in rows if row["as_named"]]
    possible = [row for row in named if row["verdict"] == ATTAINABLE]
    undecided = [row for row in named if row["verdict"] == OPEN]
    what = "the named analyses" if p.test != "not named" or p.sides != "not named" else "the analyses considered"
    said = [f"{summary.name}, {p.text}, n = {summary.n}:"]
    excluded = [row for row in named if row["verdict"] == NOT_ATTAINABLE]
    if possible and not excluded and not undecided:
        said.append(f"all of {what} can give it, so the P value does not show which was run.")
    elif possible and not undecided and len(possible) > MOST_LISTED:
        said.append(f"most of {what} can give it; not {_listed(excluded)}.")
    elif possible and undecided:
        said.append(f"of {what} {_listed(possible)} can give it.")
    elif possible:
        said.append(f"of {what} only {_listed(possible)} can give it.")
        said.append(_implied(possible))
    elif not undecided:
        said.append(f"none of {what} can give it; the nearest are {_listed(_nearest(named, p))}.")
        others = [row for row in rows if not row["as_named"] and row["verdict"] == ATTAINABLE]
        if others:
            said.append(f"What could: {_listed(others)}.")
        said.append(
            "Another test was run, on these values or on others (such as replicates), or a number is misprinted."
        )
    if undecided:
        said.append(f"Left open: {_listed(undecided)}.")
    said.append(_of_levels(possible, p))
    return " ".join(one for one in said if one)


def _of_levels(possible: list[dict[Any, Any]], p: PublishedP) -> str:
    """How far untreated levels must differ where a paired t on levels can give P, and one on ratios cannot."""
    own = [row for row in possible if row["test"] == T_LEVEL and row["least_fold"] > 1]
    if not own:
        return ""
    each = [f"{row['least_fold']:.3g}-fold or more ({SIDE[row['sides']]})" for row in own]
    return f"A paired t on levels gives it where untreated levels, which are not printed, differ {' or '.join(each)}."


def _implied(possible: list[dict[Any, Any]]) -> str:
    scales = {row["scale"] for row in possible if row["test"] != "sign"}
    paired = {not str(row["test"]).endswith("unpaired") for row in possible}
    sides = {row["sides"] for row in possible}
    found = []
    if len(possible) == 1:
        return "So the test is known, if it was one of them."
    if len(scales) == 1:
        found.append(f"on the scale of {SCALE_WORDS[scales.pop()]}")
    if len(sides) == 1:
        found.append("two-sided" if sides == {"two"} else "one-sided")
    if paired == {False}:
        found.append("unpaired")
    return f"All of them are {' and '.join(found)}." if found else ""


def _nearest(rows: list[dict[Any, Any]], p: PublishedP) -> list[dict[Any, Any]]:
    """The analyses whose P come closest to the printed one."""
    low, high = (np.log(max(end, 1e-12)) for end in p.interval)

    def distance(row: dict[Any, Any]) -> float:
        least, most = (np.log(max(row[name], 1e-12)) for name in ("lowest_p", "highest_p"))
        return float(max(low - most, least - high))

    return sorted(rows, key=distance)[:NEAREST]


def _listed(rows: list[dict[Any, Any]]) -> str:
    each = [_with_range(row) for row in rows]
    return ", ".join(each[:-1]) + (" and " if len(each) > 1 else "") + each[-1]


def _with_range(row: dict[Any, Any]) -> str:
    low, high = row["lowest_p"], row["highest_p"]
    if low == 0.0 and row["scale"] == LEVEL:  # an end that no levels reach
        return f"{row['analysis']} (any below {high:.2g})"
    return f"{row['analysis']} ({low:.2g})" if low == high else f"{row['analysis']} ({low:.2g} to {high:.2g})"
