"""Where to put the doses of the next experiment of a panel: search, what wells buy, and the check by simulation."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from lensim.checks import InputError
from lensim.plan.doses_check import Asked, checked_series, summed
from lensim.plan.doses_criteria import Goal, Judge, as_columns
from lensim.plan.doses_search import FreeDesign, Scored, Series, first_that_fits, free_design, highest_dose, ranked
from lensim.plan.panel_draws import lines_to_come
from lensim.plan.panel_questions import DosesQuestion
from lensim.plan.parts import require_part
from lensim.power.dose_response.rules import CallRule
from lensim.power.pool import Pool, one_by_one
from lensim.power.scenario import Scenario

PLANNED, FOUND, FEWER, FREE = "as planned", "found", "found, fewer wells", "any doses"
ALIKE: Final = 0.01
"""Share by which series differ in error, or points of calls, that are counted as alike."""
SAME_RATIO: Final = 0.01
SHOWN: Final = 50
"""Series in the table of those that were tried."""
STEPS: Final = 7
"""Numbers of wells that are tried besides the one asked for."""


@dataclass(frozen=True)
class DosesFound:
    """What was found about doses.

    Attributes
    ----------
    goal
        What was asked for.
    table
        A row a design: as planned, found, found with fewer wells (where fewer do as well as the plan), any doses. What
        is expected and, where it was simulated, what came out; see `lensim.plan.doses_check.summed`.
    tried
        The best series that were tried.
    by_wells
        A row a number of wells: the best series, and what is expected.
    in_worlds
        Simulated figures in the plan's own world and in others; None without a check.
    series
        The series that was found.
    setting
        Fields of the scenario that make it.
    series_tried, alike
        How many series were tried, and how many of them are as good as the best but for 1%.
    experiments
        Of each line.
    """

    goal: Goal
    table: pd.DataFrame
    tried: pd.DataFrame
    by_wells: pd.DataFrame
    in_worlds: pd.DataFrame | None
    series: Series
    series_tried: int
    alike: int
    experiments: int

    @property
    def setting(self) -> dict[str, Any]:
        """Fields of the scenario that make the series."""
        return self.series.setting

    def row(self, design: str) -> dict[str, Any]:
        """The row of a design; empty where there is none."""
        own = self.table[self.table["design"] == design]
        return {} if own.empty else {str(name): value for name, value in own.iloc[0].items()}


def require_doses(scenario: Scenario, question: DosesQuestion, rule: int) -> Any:
    """Refuse a scenario that doses cannot be placed for; else the same scenario.

    Raises
    ------
    InputError
        If it is not one of plates, has conditions, or has no rule for the calls that are asked for; if no series has
        so few wells.
    """
    asked = require_part(scenario, "doses")
    if question.goal == "calls" and not isinstance(asked.rules[rule], CallRule):
        raise InputError(
            'doses.goal "calls" needs a deciding rule on calls, as in rules = [{ rule = "call" }], '
            f"got {asked.rules[rule].label}"
        )
    return asked


def judge_of(scenario: Any, question: DosesQuestion, rule: int) -> Judge:
    """Draws of lines, and what is asked of them."""
    decides = scenario.rules[rule]
    calls = decides if isinstance(decides, CallRule) else CallRule()
    return Judge(
        lines_to_come(scenario, question.lines, "doses", "lines"),
        scenario.design.experiments,
        calls.threshold_um or scenario.design.doses[-1],
        calls.probability,
        highest_dose(scenario, question),
        question.goal,
    )


def placed_doses(scenario: Scenario, question: DosesQuestion, rule: int, pool: Pool = one_by_one) -> DosesFound:
    """The best series of doses for a number of wells, beside the plan's own and the best at any doses.

    Raises
    ------
    InputError
        As `require_doses`; if no series fits on the plates, or no line has an IC50 up to the highest dose.
    """
    asked = require_doses(scenario, question, rule)
    judge = judge_of(asked, question, rule)
    if question.goal == "ic50" and not judge.counted.any():
        raise InputError(
            f"doses.top_dose_um_at_most must be above the IC50 of some of the {question.lines} lines drawn, got "
            f'{judge.highest_um:g}, below all of them; raise it, or ask for goal = "calls"'
        )
    wells = question.wells_per_line or asked.design.plates.wells_per_culture
    found = ranked(asked, question, judge, wells)
    best = first_that_fits(asked, found)
    by_wells = _by_wells(asked, question, judge, wells, best)
    planned = _planned(asked, judge)
    free = free_design(judge, best.series, judge.highest_um)
    rows = [planned, _row(FOUND, best.series, best), *_fewer(by_wells, planned, judge.goal), _free_row(free)]
    settings: dict[str, dict[str, Any]] = {PLANNED: {}, FOUND: best.series.setting}
    settings |= {row["design"]: row.pop("setting") for row in rows if "setting" in row}
    table, in_worlds = pd.DataFrame(rows), None
    if question.studies:
        limits = Asked(judge.threshold_um, judge.probability, judge.highest_um)
        simulated = checked_series(asked, settings, limits, question.worlds, question.studies, pool)
        in_worlds = summed(simulated, PLANNED)
        own = in_worlds[in_worlds["world"] == in_worlds["world"].iloc[0]].drop(columns="world")
        table = table.merge(own, on="design", how="left")
    good = best.score + (ALIKE * best.score if question.goal == "ic50" else ALIKE)
    return DosesFound(
        question.goal,
        table,
        pd.DataFrame([_row("", one.series, one) for one in found[:SHOWN]]).drop(columns="design"),
        pd.DataFrame([{name: value for name, value in row.items() if name != "series"} for row in by_wells]),
        in_worlds,
        best.series,
        len(found),
        sum(one.score <= good for one in found),
        asked.design.experiments,
    )


def _row(design: str, series: Series, scored: Scored) -> dict[str, Any]:
    said = {
        "design": design,
        "top_dose_um": series.top_um,
        "dose_ratio": series.ratio,
        "dose_count": series.count,
        "replicates": series.replicates,
        "untreated_wells": series.untreated,
        "wells": series.wells,
        "doses_um": doses_in_words(series.doses_um),
    }
    return said | dict(as_columns(scored.expected))


def _planned(scenario: Any, judge: Judge) -> dict[str, Any]:
    """The row of the plan's own design."""
    design = scenario.design
    untreated = design.untreated_wells or design.replicates
    doses = design.doses
    total = judge.of_series(doses, [design.replicates] * len(doses), untreated)
    said = {
        "design": PLANNED,
        "top_dose_um": doses[-1],
        "dose_ratio": _ratio(doses),
        "dose_count": len(doses),
        "replicates": design.replicates,
        "untreated_wells": untreated,
        "wells": design.plates.wells_per_culture,
        "doses_um": doses_in_words(doses),
    }
    return said | dict(as_columns(judge.expected(total)))


def _ratio(doses_um: tuple[float, ...]) -> float:
    """Fold between neighbouring doses; NaN where it is not the same for all, but for 1%."""
    steps = np.diff(np.log(doses_um))
    return float(np.exp(steps.mean())) if len(steps) and np.ptp(steps) < SAME_RATIO else float("nan")


def _free_row(free: FreeDesign) -> dict[str, Any]:
    said = {
        "design": FREE,
        "top_dose_um": max(free.doses_um, default=np.nan),
        "dose_count": len(free.doses_um),
        "untreated_wells": free.untreated,
        "wells": sum(free.wells) + free.untreated,
        "doses_um": ", ".join(
            f"{dose:.3g} (x {number})" for dose, number in zip(free.doses_um, free.wells, strict=True)
        ),
    }
    return said | dict(as_columns(free.expected))


def _by_wells(scenario: Any, question: DosesQuestion, judge: Judge, wells: int, best: Scored) -> list[dict[str, Any]]:
    """The best series with fewer wells, at a few numbers of them, and with all."""
    least = (question.dose_count_at_least + 1) * min(question.replicates)
    tried = sorted({round(one) for one in np.linspace(least, wells, STEPS + 1).tolist()} - {wells})
    rows: list[dict[str, Any]] = []
    for number in tried:
        try:
            one = ranked(scenario, question, judge, number)[0]
        except InputError:
            continue  # no series of so few wells keeps to what was asked
        if rows and one.series == rows[-1]["series"]:
            continue  # one well more is no use to it
        rows.append(_row(FEWER, one.series, one) | {"series": one.series})
    return [*rows, _row(FOUND, best.series, best) | {"series": best.series}]


def _fewer(by_wells: list[dict[str, Any]], planned: dict[str, Any], goal: Goal) -> list[dict[str, Any]]:
    """The row with fewest wells of those that are expected to do as well as the plan, where it has fewer."""
    for row in by_wells[:-1]:
        if row["wells"] < planned["wells"] and _as_good(row, planned, goal):
            series: Series = row["series"]
            return [{name: value for name, value in row.items() if name != "series"} | {"setting": series.setting}]
    return []


def _as_good(row: dict[str, Any], planned: dict[str, Any], goal: Goal) -> bool:
    if goal == "ic50":
        return bool(row["expected_error"] <= planned["expected_error"])
    return bool(row["expected_right"] >= planned["expected_right"])


def doses_in_words(doses_um: tuple[float, ...]) -> str:
    """Doses from the lowest [uM], four digits each."""
    return ", ".join(f"{dose:.4g}" for dose in doses_um)
