"""What a check of a run found: a value with its interval, pass, look or fail, why, and what it does to the result."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

Status = Literal["pass", "look", "fail"]
STATUSES: Final[tuple[Status, ...]] = ("pass", "look", "fail")
"""From the best to the worst."""

COLUMNS: Final = ("check", "place", "status", "value", "low", "high", "unit", "reason", "effect")


@dataclass(frozen=True)
class Finding:
    """One check at one place.

    Attributes
    ----------
    check
        What was looked at: "no-template margin".
    place
        Where: a plate, a gene, a well.
    status
        "pass", "look" (a person should decide) or "fail" (the result is wrong or empty as it is).
    value, low, high
        What was measured with its 95% interval, in `unit`. NaN where there is none; a bound is infinite where the data
        set none.
    unit
        Of the three.
    reason
        Why it has this status, with the limit.
    effect
        What it does to the result where that is not "pass"; a finding that passes has none, whatever is given.
    wells
        Positions of the wells or reactions that it names, in what was checked; empty where it is of no single well.
    """

    check: str
    place: str
    status: Status
    value: float
    unit: str
    reason: str
    effect: str = ""
    low: float = math.nan
    high: float = math.nan
    wells: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.status == "pass":
            object.__setattr__(self, "effect", "")


@dataclass(frozen=True)
class Checked:
    """All findings of a run.

    Attributes
    ----------
    findings
        In the order of the checks, then of places.
    not_checked
        Checks for which the files have nothing, a sentence each: "plate calibrators: one plate".
    """

    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """The worst status of all findings."""
        return worst(self.findings)

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding, with the columns `COLUMNS`."""
        return pd.DataFrame([[getattr(one, name) for name in COLUMNS] for one in self.findings], columns=list(COLUMNS))

    @property
    def sentence(self) -> str:
        """How many findings have which status."""
        count = {status: sum(one.status == status for one in self.findings) for status in STATUSES}
        return f"run QC: {count['pass']} pass, {count['look']} to look at, {count['fail']} fail"

    def summary(self) -> pd.DataFrame:
        """One row a check: its worst status, and how many of its places have which."""
        rows = []
        for check in dict.fromkeys(one.check for one in self.findings):
            own = [one for one in self.findings if one.check == check]
            rows.append({"check": check, "status": worst(own)} | {s: sum(o.status == s for o in own) for s in STATUSES})
        return pd.DataFrame(rows, columns=["check", "status", *STATUSES])


def graded(is_odd: bool, is_wrong: bool) -> Status:
    """The status of what passes unless it is odd, and fails where it is wrong as well."""
    if not is_odd:
        return "pass"
    return "fail" if is_wrong else "look"


def worst(findings: Iterable[Finding]) -> Status:
    """The worst status of some findings; "pass" of none."""
    return max((one.status for one in findings), key=STATUSES.index, default="pass")


def join(parts: Sequence[Checked]) -> Checked:
    """Findings of several parts as those of one run."""
    return Checked(
        tuple(finding for part in parts for finding in part.findings),
        tuple(dict.fromkeys(sentence for part in parts for sentence in part.not_checked)),
    )
