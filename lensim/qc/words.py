"""Findings as people read them."""

import math

import pandas as pd

from lensim.qc.finding import Checked, Finding


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
