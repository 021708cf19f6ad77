"""Findings as people read them."""

import math
from typing import Final

import pandas as pd

from lensim.qc.finding import Checked, Finding

MOST_FAILURES: Final = 3
"""That are told beside a result; the section on run QC has all."""


def measured(finding: Finding) -> str:
    """A value with its interval and unit: "97.1 (93.0 to 101) %". A bound where one end is open; empty without any."""
    value, low, high = finding.value, finding.low, finding.high
    if math.isnan(value) and math.isfinite(high):
        return f"at most {high:.3g} {finding.unit}".strip()
    if not math.isfinite(value):
        return ""
    if math.isinf(high):
        return f"above {low:.3g} {finding.unit}".strip()
    between = f" ({low:.3g} to {high:.3g})" if math.isfinite(low) and math.isfinite(high) else ""
    return f"{value:.3g}{between} {finding.unit}".strip()


def in_words(checked: Checked) -> pd.DataFrame:
    """Findings that do not pass, the worst first, as people read them."""
    odd = sorted((one for one in checked.findings if one.status != "pass"), key=lambda one: one.status != "fail")
    rows = [
        {"check": one.check, "place": one.place, "status": one.status, "value": measured(one), "why": one.reason}
        | {"what it does": one.effect}
        for one in odd
    ]
    return pd.DataFrame(rows)


def failures_in_words(checked: Checked) -> tuple[str, ...]:
    """What fails, a sentence each, and how many more do: what a person should know beside a result."""
    failed = [one for one in checked.findings if one.status == "fail"]
    said = [
        f"run QC fails: {one.check}, {one.place}: {one.reason}{f'; {one.effect}' if one.effect else ''}"
        for one in failed[:MOST_FAILURES]
    ]
    rest = len(failed) - len(said)
    return (*said, *([f"run QC fails in {rest} more {'place' if rest == 1 else 'places'}"] if rest else []))
