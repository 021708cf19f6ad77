"""What a design is worth: shares and errors over simulated studies, each with its Monte Carlo standard error.

Sums are kept, not studies, so memory does not grow with their number. A study without an answer is never scored as one
without effect: shares are given over the studies that were analysed, and once with every failure read as no find and
once as a find.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

COLUMNS: Final = (
    "rule",
    "target",
    "decided",
    "estimate",
    "low",
    "high",
    "probability",
    "truth",
    "is_null",
    "answered_by",
)
EXACT, NUTS, FAILED = 0, 1, 2
"""Which engine answered for a study."""

SURE: Final = float(stats.norm.isf(0.0005))  # two-sided 99.9%
SUMS: Final = (
    "studies", "failed", "nuts", "decided", "null", "null_decided", "effect", "effect_decided", "error", "error2",
    "error4", "with_error", "covered", "with_interval", "width", "width2", "found_effect", "wrong_sign", "exaggeration",
    "exaggeration2",
)  # fmt: skip


@dataclass
class Tally:
    """Sums over the studies of one point, rule and target."""

    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SUMS, 0.0))

    def add(self, rows: pd.DataFrame) -> None:
        """Take in studies: rows of one rule and target, with `COLUMNS`."""
        answered = rows["answered_by"].to_numpy() != FAILED
        decided = rows["decided"].to_numpy() & answered
        is_null = rows["is_null"].to_numpy() & answered
        truth, estimate = rows["truth"].to_numpy(), rows["estimate"].to_numpy()
        low, high = rows["low"].to_numpy(), rows["high"].to_numpy()
        error = np.where(answered, estimate - truth, np.nan)
        has_error, has_interval = np.isfinite(error), answered & np.isfinite(low) & np.isfinite(high)
        error, width = np.nan_to_num(error), np.where(has_interval, high - low, 0.0)
        effect = answered & ~is_null
        found = decided & (np.abs(truth) > 0) & np.isfinite(estimate)
        with np.errstate(divide="ignore", invalid="ignore"):
            exaggeration = np.where(found, np.abs(estimate / truth), 0.0)
        for name, values in (
            ("studies", np.ones(len(rows))),
            ("failed", ~answered),
            ("nuts", rows["answered_by"].to_numpy() == NUTS),
            ("decided", decided),
            ("null", is_null),
            ("null_decided", is_null & decided),
            ("effect", effect),
            ("effect_decided", effect & decided),
            ("error", error),
            ("error2", error**2),
            ("error4", error**4),
            ("with_error", has_error),
            ("covered", has_interval & (low <= truth) & (truth <= high)),
            ("with_interval", has_interval),
            ("width", width),
            ("width2", width**2),
            ("found_effect", found),
            ("wrong_sign", found & (np.sign(estimate) != np.sign(truth))),
            ("exaggeration", exaggeration),
            ("exaggeration2", exaggeration**2),
        ):
            self.sums[name] += float(np.sum(values))

    def share_bounds(self) -> tuple[float, float]:
        """99.9% bounds of the share decided, failures read as no find in the lower and as a find in the upper one."""
        n, failed = self.sums["studies"], self.sums["failed"]
        if n == 0:
            return 0.0, 1.0
        return _wilson(self.sums["decided"], n)[0], _wilson(self.sums["decided"] + failed, n)[1]

    def describe(self) -> dict[str, float]:
        """Every diagnosand with its standard error (suffix _mcse); NaN where no study speaks to it."""
        s = self.sums
        analysed = s["studies"] - s["failed"]
        found: dict[str, float] = {
            "studies": s["studies"],
            "failed": s["failed"],
            "by_nuts": s["nuts"],
            "share": _ratio(s["decided"], analysed),
            "share_mcse": _share_error(s["decided"], analysed),
            "share_if_failures_are_no_find": _ratio(s["decided"], s["studies"]),
            "share_if_failures_are_finds": _ratio(s["decided"] + s["failed"], s["studies"]),
        }
        for name, part, whole in (
            ("type_1", "null_decided", "null"),
            ("power_where_true", "effect_decided", "effect"),
            ("type_s", "wrong_sign", "found_effect"),
            ("coverage", "covered", "with_interval"),
        ):
            found |= {name: _ratio(s[part], s[whole]), f"{name}_mcse": _share_error(s[part], s[whole])}
        for name, first, second, count in (
            ("bias", "error", "error2", "with_error"),
            ("width", "width", "width2", "with_interval"),
            ("type_m", "exaggeration", "exaggeration2", "found_effect"),
        ):
            mean = _ratio(s[first], s[count])
            spread = np.sqrt(max(_ratio(s[second], s[count]) - mean**2, 0.0)) if s[count] else np.nan
            found |= {name: mean, f"{name}_mcse": float(spread / np.sqrt(s[count])) if s[count] > 1 else np.nan}
        square = _ratio(s["error2"], s["with_error"])
        spread = np.sqrt(max(_ratio(s["error4"], s["with_error"]) - square**2, 0.0)) if s["with_error"] else np.nan
        rmse = float(np.sqrt(square))
        found["rmse"] = rmse
        found["rmse_mcse"] = (
            float(spread / (2 * rmse * np.sqrt(s["with_error"]))) if s["with_error"] and rmse > 0 else np.nan
        )
        return found


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan


def _share_error(part: float, whole: float) -> float:
    """Standard error of a share; where all or none are counted, that of a share with half a study moved."""
    if not whole:
        return np.nan
    share = min(max(part, 0.5), whole - 0.5) / whole if whole > 1 else 0.5
    return float(np.sqrt(share * (1 - share) / whole))


def _wilson(part: float, whole: float) -> tuple[float, float]:
    share, z2 = part / whole, SURE**2
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = SURE * np.sqrt(share * (1 - share) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    return centre - half, centre + half
