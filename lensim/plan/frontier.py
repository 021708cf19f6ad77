"""Assurance against cost: designs compared, and the cheapest that reaches the target."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lensim.checks import InputError, one_of
from lensim.plan.cost import Costs, cost_of, resources_of
from lensim.plan.evaluate import Evaluator
from lensim.plan.question import FrontierQuestion
from lensim.power.scenario import Scenario


@dataclass(frozen=True)
class Frontier:
    """Designs by cost.

    Attributes
    ----------
    table
        A row a design, cheapest first: the fields of the grid, cost, resources, share with its error, is_best (no
        cheaper design finds surely more).
    settings
        Of every row: the fields that make the design.
    cheapest
        The setting of the cheapest design that reaches the target; None where none does.
    is_sure
        Whether its share is surely above (99%).
    too_large
        How many designs exceed a resource.
    """

    table: pd.DataFrame
    settings: list[dict[str, Any]]
    cheapest: dict[str, Any] | None
    is_sure: bool
    too_large: int


def designs_of(scenario: Scenario, question: FrontierQuestion, costs: Costs) -> tuple[list[dict[str, Any]], int]:
    """Every design of a grid that the resources allow, with resources and cost; and the number of the other designs.

    Raises
    ------
    InputError
        If a field or a resource does not exist, a price is missing, or every design exceeds a resource.
    """
    settings = [dict(zip(question.grid, values, strict=True)) for values in itertools.product(*question.grid.values())]
    rows: list[dict[str, Any]] = []
    for setting in settings:
        own = scenario.at(setting)
        used = resources_of(own, costs)
        for name in question.largest:
            one_of("frontier.largest", name, list(used))
        rows.append({"setting": setting, "cost": cost_of(own, costs), **used})
    allowed = [row for row in rows if all(row[name] <= largest for name, largest in question.largest.items())]
    if not allowed:
        least = {name: min(row[name] for row in rows) for name in question.largest}
        raise InputError(
            "frontier.largest must allow at least one design, got "
            + ", ".join(
                f"{name} {question.largest[name]:g} where the smallest design needs {least[name]:g}" for name in least
            )
        )
    return allowed, len(rows) - len(allowed)


def frontier(evaluator: Evaluator, question: FrontierQuestion, costs: Costs, target: float) -> Frontier:
    """Simulate every design of a grid that its resources allow.

    Those near the target are simulated with four times the studies.

    Raises
    ------
    InputError
        As `designs_of`.
    """
    allowed, too_large = designs_of(evaluator.scenario, question, costs)
    shares = evaluator.shares([row["setting"] for row in allowed], question.studies)
    close = [row for row, share in zip(allowed, shares, strict=True) if abs(share.value - target) < 4 * share.mcse]
    if close:
        evaluator.shares([row["setting"] for row in close], 4 * question.studies)
    for row in allowed:
        share = evaluator.share(row["setting"], 0)
        row |= {"share": share.value, "share_mcse": share.mcse, "studies": share.studies, "failed": share.failed}
    found = pd.DataFrame(allowed).sort_values(["cost", "share"], ascending=[True, False], ignore_index=True)
    best = np.maximum.accumulate(found["share"].to_numpy())
    found["is_best"] = found["share"].to_numpy() >= best
    reach = found[found["share"] >= target]
    cheapest = None if reach.empty else dict(reach.iloc[0]["setting"])
    sure = not reach.empty and bool(reach.iloc[0]["share"] - 2.6 * reach.iloc[0]["share_mcse"] > target)
    fields = pd.DataFrame(list(found["setting"]))
    table = pd.concat([fields.map(_plain), found.drop(columns=["setting"]).reset_index(drop=True)], axis=1)
    return Frontier(table, list(found["setting"]), cheapest, sure, too_large)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | bool) else str(value)
