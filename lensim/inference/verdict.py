"""The verdict on a posterior, which every result carries: whether its draws may be read, and why."""

import json
from dataclasses import asdict, dataclass
from typing import Final, Literal

import numpy as np
import xarray as xr
from pydantic import TypeAdapter, ValidationError

from lensim import checks
from lensim.record import object_of

EXACT: Final = "lensim, exact"
"""Who drew the posterior, in its attrs as inference_library, where draws are independent."""
INCOMPLETE: Final = "incomplete"
"""In the attrs of a result that lacks predictive draws and log likelihood: why."""
WITH_DIVERGENCES: Final = ("", "nuts", "kernel")
"""Engines whose steps can diverge."""
PLACE: Final = "attrs['verdict'] of a result"


@dataclass(frozen=True)
class VerdictNote:
    """Something odd about a posterior that no chain shows: it fails no gate, but a reader should know it.

    Attributes
    ----------
    name
        What it is about: an estimand, a mean of a population or a prior.
    rule
        What should hold.
    value
        What was found.
    remedy
        What can be done.
    """

    name: str
    rule: str
    value: str
    remedy: str

    def sentence(self) -> str:
        """Name, rule, value and remedy in one line."""
        return f"{self.name}: {self.rule}, got {self.value}; {self.remedy}"


@dataclass(frozen=True)
class Verdict:
    """Whether a posterior has converged, with the figures behind this verdict.

    Attributes
    ----------
    passed
        All rules are met.
    reasons
        One sentence for each rule that is not.
    largest_r_hat, smallest_ess_bulk, smallest_ess_tail
        The worst over all variables that were looked at.
    worst_variable
        The one with the smallest ESS.
    divergences, smallest_e_bfmi, saturated_share
        Divergent draws, the worst chain's energy fraction, share of draws at the largest tree depth.
    kind
        "sampled", of Markov chains, which may fail to converge; "independent", of independent draws of an exact
        posterior, of which nothing could fail and whose figures are NaN.
    engine
        Name of the engine that drew the posterior; empty in results of an earlier lensim.
    notes
        What looks odd although the chains agree: a mean outside all of its members, a posterior at the edge of its
        prior, a prior that decides. Empty in results of an earlier lensim.
    """

    passed: bool
    reasons: tuple[str, ...]
    largest_r_hat: float
    smallest_ess_bulk: float
    smallest_ess_tail: float
    worst_variable: str
    divergences: int
    smallest_e_bfmi: float
    saturated_share: float
    kind: Literal["sampled", "independent"] = "sampled"
    notes: tuple[VerdictNote, ...] = ()
    engine: str = ""

    def to_json(self) -> str:
        """The verdict as text, as it travels in a result's attributes."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Verdict":
        """The verdict of which `to_json` wrote this `text`.

        Raises
        ------
        InputError
            If it is none: no JSON, a key that is missing, or a value of another type.
        """
        content = object_of(text, PLACE, "a verdict of lensim")
        try:
            return TypeAdapter(cls).validate_python(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise checks.InputError(
                f"{PLACE} must be a verdict of lensim, got one whose {where} is not what it should be ({first['msg']})"
            ) from None

    def sentence(self) -> str:
        """The verdict in one line: converged or not, the rules that failed, and the worst figures."""
        if self.kind == "independent":
            return "Independent draws of an exact posterior: nothing could fail to converge."
        figures = ", ".join(
            (
                f"R-hat at most {self.largest_r_hat:.3f}",
                f"ESS at least {min(self.smallest_ess_bulk, self.smallest_ess_tail):.0f} ({self.worst_variable})",
                *((f"{self.divergences} divergences",) if self.engine in WITH_DIVERGENCES else ()),
                *((f"engine {self.engine}",) if self.engine else ()),
            )
        )
        return f"converged: {figures}" if self.passed else f"NOT converged: {'; '.join(self.reasons)} ({figures})"


INDEPENDENT_DRAWS: Final = Verdict(True, (), np.nan, np.nan, np.nan, "", 0, np.nan, np.nan, "independent")
"""The verdict on independent draws of an exact posterior."""


def carry_verdict(result: xr.DataTree, verdict: Verdict) -> None:
    """Write a verdict into the attrs of a result, where `verdict_of` finds it."""
    result.attrs["verdict"] = verdict.to_json()


def carry_exact(result: xr.DataTree) -> None:
    """Say in a result that its draws are independent draws of an exact posterior: who drew them, and the verdict."""
    result["posterior"].attrs["inference_library"] = EXACT
    carry_verdict(result, INDEPENDENT_DRAWS)


def verdict_of(result: xr.DataTree) -> Verdict:
    """The verdict that a result carries.

    A result of the exact engine that was written before such results carried a verdict is known by who drew it.

    Raises
    ------
    InputError
        If it carries none.
    """
    if "verdict" in result.attrs:
        return Verdict.from_json(result.attrs["verdict"])
    if "posterior" in result.children and result["posterior"].attrs.get("inference_library") == EXACT:
        return INDEPENDENT_DRAWS
    raise checks.InputError("result must carry the verdict of a convergence gate, got none: was it made by lensim?")
