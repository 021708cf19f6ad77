"""A design that the form offers, as a value: what it asks of `lensim plan`, as its TOML has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from lensim.app.plan.chosen import Fields

FEWEST: Final = 2
MOST: Final = 60
"""Largest number that is looked at; a slider reaches as far."""
TAILS: Final[Mapping[str, float]] = {"tail_975": 0.975, "tail_95": 0.95}
RULES: Final[Mapping[str, str]] = {
    "tail_975": "P(in this direction) > 97.5%",
    "tail_95": "P(in this direction) > 95%",
    "t": "t-test of logs, P < 0.05",
    "rank": "rank test, P < 0.05",
}


class Size(NamedTuple):
    """The field of the scenario whose number is looked for, its ends, and the chosen number."""

    field: str
    low: int
    high: int
    chosen: int


@dataclass(frozen=True)
class Design:
    """A design that the form offers; every function takes the fields of the form.

    Attributes
    ----------
    title
        In the form.
    scenario
        The scenario, without its truth.
    truth
        Where neither a fit nor a paper gives it.
    truth_of_start
        What the TOML says of the truth beside a fit or a paper.
    size
        The number that is looked for.
    numbers
        Those of the designs that are compared by cost.
    grid
        What else differs between these designs.
    steps
        What one more can be had of: the word, and the field.
    more
        What else the question has, and what its search and its designs may spend.
    """

    title: str
    scenario: Callable[[Fields], dict[str, Any]]
    truth: Callable[[Fields], dict[str, Any]]
    truth_of_start: Callable[[Fields], dict[str, Any]]
    size: Callable[[Fields], Size]
    numbers: Callable[[Fields], list[int]]
    grid: Callable[[Fields], dict[str, list[int]]]
    steps: Callable[[Fields], dict[str, str]]
    more: Callable[[Fields], dict[str, Any]]


def tail(asked: Fields) -> dict[str, Any]:
    """The rule that the probability of the expected direction is large."""
    side = {"below": 0.0} if asked.is_decrease else {"above": 0.0}
    return {"rule": "posterior", **side, "probability": TAILS[asked.rule]}


def effect(asked: Fields) -> float | dict[str, list[float]]:
    """The log2 effect, as a number or as the distribution that it is drawn from."""
    return {"normal": [asked.log2_effect, asked.doubt]} if asked.doubt else asked.log2_effect
