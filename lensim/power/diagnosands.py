"""Diagnosands of a design: shares and errors over simulated studies, each with its Monte Carlo standard error.

Sums are kept, not studies, so memory does not grow with their number. A study without an answer is never scored as one
without effect: shares are given over the studies that were analysed, and once with every failure read as no find and
once as a find.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

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
SCORES: Final = ("covered", "is_so")
"""Columns beside these: the probability that the interval holds what it is about (1 or 0 where that is a number), and
whether what a find states is so; see `scored`."""
EXACT, NUTS, FAILED, LAPLACE = 0, 1, 2, 3
"""Which engine answered for a study."""

Failures = Literal["missing", "no_find", "either"]
"""How a study without an answer is read."""

SURE: Final = float(stats.norm.isf(0.0005))  # two-sided 99.9%
SHARES: Final = {
    "share": ("decided", "answered"),
    "type_1": ("null_decided", "null"),
    "power_where_true": ("effect_decided", "effect"),
    "type_s": ("wrong_sign", "found_effect"),
    "coverage": ("covered", "with_interval"),
    "ceiling": ("so", "all"),
}
MEANS: Final = {
    "bias": ("error", "with_error"),
    "square_error": ("error2", "with_error"),
    "width": ("width", "with_interval"),
    "type_m": ("found_size", "true_size"),
}
RATIOS: Final = SHARES | MEANS
"""Every diagnosand is a sum over a sum: what is counted, and among what."""
OF_SIGN: Final = ("type_s", "type_s_mcse", "type_m", "type_m_mcse", "studies_with_finds")
"""Only of rules that have a sign; see `lensim.power.rule.BaseRule.has_sign`."""
CEILING: Final = ("ceiling", "ceiling_mcse")
"""Only of assurance, and of rules whose finds can be false; see `lensim.power.rule.BaseRule.can_be_false`."""
FEWEST_FINDS: Final = 2
"""Studies with a find below which there is no type M: one study has no spread, and so no error."""


@dataclass
class Tally:
    """Sums over the studies of one point, rule and target.

    A study may have several rows, one a line; they are kept together, so that lines that were plated on one day do not
    pass for as many days.
    """

    sums: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(
            ["studies", "failed", "nuts", "rows", "failed_rows"]
            + [f"{name} {what}" for name in RATIOS for what in ("a", "b", "aa", "ab", "bb", "studies")],
            0.0,
        )
    )

    def add(self, rows: pd.DataFrame) -> None:
        """Take in whole studies: rows of one rule and target, with study, `COLUMNS`, and `SCORES` or without."""
        if rows.empty:
            return
        rows = scored(rows)
        _, study = np.unique(rows["study"].to_numpy(), return_inverse=True)
        counted = _counted(rows)

        def per_study(values: np.ndarray) -> np.ndarray:
            return np.bincount(study, weights=np.asarray(values, dtype=float))

        self.sums["rows"] += len(rows)
        self.sums["failed_rows"] += float((~counted["answered"]).sum())
        self.sums["studies"] += study.max() + 1.0
        for name, code in (("failed", FAILED), ("nuts", NUTS)):
            self.sums[name] += float((per_study(rows["answered_by"].to_numpy() == code) > 0).sum())
        for name, (part, whole) in RATIOS.items():
            a, b = per_study(counted[part]), per_study(counted[whole])
            for what, value in (("a", a), ("b", b), ("aa", a * a), ("ab", a * b), ("bb", b * b), ("studies", b > 0)):
                self.sums[f"{name} {what}"] += float(value.sum())

    def share_bounds(self, failures: Failures = "either") -> tuple[float, float]:
        """99.9% bounds of the share decided (Wilson's, with as many studies as rows of one study leave).

        Failures are missing, no finds, or either: no finds in the lower bound and finds in the upper one.
        """
        n, failed, found = self.sums["rows"], self.sums["failed_rows"], self.sums["share a"]
        if failures == "missing":
            n, failed = n - failed, 0.0
        if n == 0:
            return 0.0, 1.0
        alone = np.sqrt(found / n * (1 - found / n) / n)
        _, error = self._ratio("share")
        alike = 1.0 if alone == 0 or np.isnan(error) else max((error / alone) ** 2, 1.0)
        n, failed, found = n / alike, failed / alike, found / alike
        return _wilson(found, n)[0], _wilson(found + (failed if failures == "either" else 0.0), n)[1]

    def _ratio(self, name: str) -> tuple[float, float]:
        """A diagnosand and its standard error, by the spread of studies around the ratio."""
        a, b, aa, ab, bb, studies = (self.sums[f"{name} {what}"] for what in ("a", "b", "aa", "ab", "bb", "studies"))
        if b == 0:
            return np.nan, np.nan
        ratio = min(a / b, 1.0) if name in SHARES else a / b
        if name in SHARES and (ratio in (0.0, 1.0) or studies == 1):  # that of a share with half a study moved
            share = min(max(ratio, 0.5 / studies), 1 - 0.5 / studies)
            return ratio, float(np.sqrt(share * (1 - share) / studies))
        if studies < 2:
            return ratio, np.nan
        few = 1.0 if name in SHARES else studies / (studies - 1)
        return ratio, float(np.sqrt(few * max(aa - 2 * ratio * ab + ratio**2 * bb, 0.0)) / b)

    def describe(self) -> dict[str, float]:
        """Every diagnosand with its standard error (suffix _mcse); NaN where no study has it.

        Shares have 99.9% bounds too (suffixes _low, _high).
        """
        s = self.sums
        rows, failed, decided = s["rows"], s["failed_rows"], s["share a"]
        found: dict[str, float] = {"studies": s["studies"], "failed": s["failed"], "by_nuts": s["nuts"]}
        for name in RATIOS:
            found[name], found[f"{name}_mcse"] = self._ratio(name)
        found["studies_with_finds"] = s["type_m studies"]
        if s["type_m studies"] < FEWEST_FINDS:
            found["type_m"] = np.nan
        square, error = found.pop("square_error"), found.pop("square_error_mcse")
        found["rmse"] = float(np.sqrt(square))
        found["rmse_mcse"] = float(error / (2 * np.sqrt(square))) if square > 0 else np.nan
        found["share_low"], found["share_high"] = self.share_bounds("missing")
        found["share_if_failures_are_no_find"] = decided / rows if rows else np.nan
        found["share_if_failures_are_finds"] = (decided + failed) / rows if rows else np.nan
        no_find = self.share_bounds("no_find")
        found["share_if_failures_are_no_find_low"], found["share_if_failures_are_no_find_high"] = no_find
        return found


def scored(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with `SCORES`; where an assay gives none, by whether the interval holds the truth, and `is_null`."""
    if {*SCORES} <= {*rows.columns}:
        return rows
    held = (rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"])
    known = np.isfinite(rows["low"]) & np.isfinite(rows["high"])
    return rows.assign(covered=np.where(known, held, np.nan), is_so=~rows["is_null"].astype(bool))


def verdict(low: float, high: float, at: float) -> str:
    """Whether a share reaches a mark: 'yes', 'no', or 'undecided' where its bounds include the mark."""
    return "yes" if low > at else "no" if high < at else "undecided"


def _counted(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """What each row adds to every sum."""
    answered = rows["answered_by"].to_numpy() != FAILED
    decided, is_null = rows["decided"].to_numpy() & answered, rows["is_null"].to_numpy() & answered
    truth, estimate = rows["truth"].to_numpy(), rows["estimate"].to_numpy()
    low, high = rows["low"].to_numpy(), rows["high"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(answered, estimate - truth, np.nan)
        has_error, has_interval = np.isfinite(error), answered & np.isfinite(low) & np.isfinite(high)
        error = np.where(has_error, error, 0.0)
        found = decided & (np.abs(truth) > 0) & np.isfinite(estimate)
        width = np.where(has_interval, high - low, 0.0)
    effect = answered & ~is_null
    return {
        "answered": answered,
        "decided": decided,
        "null": is_null,
        "null_decided": is_null & decided,
        "effect": effect,
        "effect_decided": effect & decided,
        "error": error,
        "error2": error**2,
        "with_error": has_error,
        "covered": np.where(has_interval, rows["covered"].to_numpy(), 0.0),
        "with_interval": has_interval,
        "width": width,
        "found_effect": found,
        "wrong_sign": found & (np.sign(estimate) != np.sign(truth)),
        "found_size": np.where(found, np.abs(estimate), 0.0),
        "true_size": np.where(found, np.abs(truth), 0.0),
        "so": rows["is_so"].to_numpy(),
        "all": np.ones(len(rows)),
    }


def _wilson(part: float, whole: float) -> tuple[float, float]:
    share, z2 = min(part / whole, 1.0), SURE**2
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = SURE * np.sqrt(share * (1 - share) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def audit_table(fast: pd.DataFrame, nuts: pd.DataFrame, draws: float | np.ndarray) -> pd.DataFrame:
    """Decisions of a fast engine and of NUTS on the same rows, side by side.

    Columns: study, rule, target, fast_decided, nuts_decided, fast_probability, nuts_probability, nuts_failed,
    probability_mcse (of NUTS, from so many independent draws, of all rows or of each).
    """
    p = nuts["probability"].clip(0.5 / draws, 1 - 0.5 / draws)
    return fast[["study", "rule", "target"]].assign(
        fast_decided=fast["decided"],
        nuts_decided=nuts["decided"],
        fast_probability=fast["probability"],
        nuts_probability=nuts["probability"],
        nuts_failed=nuts["answered_by"] == FAILED,
        probability_mcse=np.sqrt(p * (1 - p) / draws),
    )
