"""Series of doses that a bench can make, and the best of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lensim.checks import InputError
from lensim.dose_response.information import well_information
from lensim.plan.doses_criteria import Expected, Judge
from lensim.plan.exchange import exchanged, polished
from lensim.plan.panel_questions import DosesQuestion
from lensim.power.dose_response.scenario import DoseResponseScenario

MOST_UNTREATED: Final = 4
"""Sets of untreated wells, each as many as replicates."""
PARTS_OF_TOP: Final = (1.0, 2.0, 3.0, 5.0, 10.0)
LINES_OF_EXCHANGE: Final = 120
POINTS_OF_EXCHANGE: Final = 24
DECADES: Final = 4.0
"""Below the highest dose, where the free design may put wells."""
DECIMALS_OF_FREE: Final = 2
DECIMALS: Final = 4
"""Significant digits of a dose that is pipetted."""


@dataclass(frozen=True)
class Series:
    """A series of doses with a constant ratio.

    Attributes
    ----------
    top_um, ratio, count
        Top dose [uM], fold between neighbours, number of doses above 0.
    replicates, untreated
        Wells of each dose, and without the compound.
    """

    top_um: float
    ratio: float
    count: int
    replicates: int
    untreated: int

    @property
    def doses_um(self) -> tuple[float, ...]:
        """Doses above 0, from the lowest [uM], as they are written for the bench."""
        exact = [self.top_um * self.ratio**-k for k in reversed(range(self.count))]
        return tuple(float(f"{dose:.{DECIMALS}g}") for dose in exact)

    @property
    def wells(self) -> int:
        """Of a line in one experiment."""
        return self.count * self.replicates + self.untreated

    @property
    def setting(self) -> dict[str, Any]:
        """Fields of a scenario that make it."""
        return {
            "design.doses_um": self.doses_um,
            "design.replicates": self.replicates,
            "design.untreated_wells": self.untreated,
        }

    def total(self, judge: Judge) -> np.ndarray:
        """Information of a culture (line, 4, 4)."""
        return judge.of_series(self.doses_um, [self.replicates] * self.count, self.untreated)


def highest_dose(scenario: DoseResponseScenario, question: DosesQuestion) -> float:
    """The highest dose that may be used [uM]."""
    return question.top_dose_um_at_most or max(question.top_doses_um, default=scenario.design.doses[-1])


def series_of(scenario: DoseResponseScenario, question: DosesQuestion, wells: int) -> Iterator[Series]:
    """Every series of a question that needs at most so many wells and uses as many of them as it can."""
    highest = highest_dose(scenario, question)
    tops = question.top_doses_um or tuple(float(f"{highest / part:.2g}") for part in PARTS_OF_TOP)
    for replicates in question.replicates:
        sets = wells // replicates
        for untreated in range(1, MOST_UNTREATED + 1):
            count = min(sets - untreated, question.dose_count_at_most)
            if count < question.dose_count_at_least:
                continue
            for top in tops:
                for ratio in question.dose_ratios:
                    yield Series(top, ratio, count, replicates, replicates * untreated)


@dataclass(frozen=True)
class Scored:
    """A series with its score and what it is expected to give."""

    series: Series
    score: float
    expected: Expected


def ranked(scenario: DoseResponseScenario, question: DosesQuestion, judge: Judge, wells: int) -> list[Scored]:
    """All series, the best first.

    Raises
    ------
    InputError
        If no series has so few wells, or none goes down far enough.
    """
    found = []
    lowest_um = judge.lowest_um(question.below_at_most)
    none = well_information(judge.lines, np.array([-np.inf]))[:, 0]
    of_doses: dict[tuple[float, float], np.ndarray] = {}
    for series in series_of(scenario, question, wells):
        if series.doses_um[0] > lowest_um:
            continue
        key = series.top_um, series.ratio
        if key not in of_doses:  # of the highest doses, one more each
            most = Series(*key, question.dose_count_at_most, 1, 1).doses_um[::-1]
            of_doses[key] = np.cumsum(well_information(judge.lines, np.log(most)), axis=1)
        total = series.replicates * of_doses[key][:, series.count - 1] + series.untreated * none
        expected = judge.expected(total)
        found.append(Scored(series, expected.error if judge.goal == "ic50" else 1.0 - expected.right, expected))
    if not found and any(True for _ in series_of(scenario, question, wells)):
        raise InputError(
            f"doses must have a series whose lowest dose is at most {lowest_um:.3g} uM, for all but "
            f"{question.below_at_most:.0%} of the lines with an IC50 have it above that, got none; give larger "
            "dose_ratios or below_at_most"
        )
    if not found:
        fewest, replicates = question.dose_count_at_least, min(question.replicates)
        raise InputError(
            f"doses.wells_per_line must hold {fewest} doses and untreated wells in {replicates} replicates, "
            f"{(fewest + 1) * replicates} wells, got {wells}; lower dose_count_at_least or replicates"
        )
    return sorted(found, key=lambda one: one.score)


def first_that_fits(scenario: DoseResponseScenario, found: list[Scored]) -> Scored:
    """The best series that the plates of the scenario hold.

    Raises
    ------
    InputError
        If they hold none.
    """
    for one in found:
        try:
            scenario.at(one.series.setting)
        except InputError as fault:
            last = fault
            continue
        return one
    raise InputError(f"doses must have a series that fits on the plates, got none: {last}")


@dataclass(frozen=True)
class FreeDesign:
    """The best that wells at any doses could do, in any numbers.

    Attributes
    ----------
    doses_um, wells
        Doses above 0 and wells at each; the rest of the wells are untreated.
    untreated
        Wells without the compound.
    expected
        What it gives, by the same draws of lines as the series.
    """

    doses_um: tuple[float, ...]
    wells: tuple[int, ...]
    untreated: int
    expected: Expected


def free_design(judge: Judge, start: Series, highest_um: float) -> FreeDesign:
    """The best design without rules of the bench, by exchange of wells from a series, then of doses freely.

    Parameters
    ----------
    judge
        What shall be small; some of its lines are taken for the search, all for what is expected.
    start
        From here.
    highest_um
        Highest dose [uM].
    """
    some = Judge(
        judge.lines.taken(np.arange(len(judge.lines.curve)) % max(len(judge.lines.curve) // LINES_OF_EXCHANGE, 1) == 0),
        judge.experiments, judge.threshold_um, judge.probability, judge.highest_um, judge.goal,
    )  # fmt: skip
    top = np.log(highest_um)
    bounds = (top - DECADES * np.log(10.0), top)
    grid = np.unique(np.clip(np.append(np.linspace(*bounds, POINTS_OF_EXCHANGE), np.log(start.doses_um)), *bounds))
    candidates = np.append(grid, -np.inf)
    first = np.zeros(len(candidates), dtype=int)
    first[-1] = start.untreated
    for dose in np.log(start.doses_um):
        first[int(np.argmin(np.abs(grid - dose)))] += start.replicates
    count = exchanged(well_information(some.lines, candidates), some.score, first)
    at = np.flatnonzero(count[:-1])
    untreated = well_information(some.lines, np.array([-np.inf]))

    def information_at(points: np.ndarray) -> np.ndarray:
        return np.concatenate([well_information(some.lines, points), untreated], axis=1)

    def score_of(total: np.ndarray) -> float:
        return some.score(total)

    weights = count[[*at, len(candidates) - 1]]
    moved = polished(grid[at], weights, information_at, score_of, bounds, iterations=300)
    order = np.argsort(moved)
    together: dict[float, int] = {}
    for dose, number in zip(np.exp(moved[order]).tolist(), count[at][order].tolist(), strict=True):
        named = float(f"{dose:.{DECIMALS_OF_FREE}g}")
        together[named] = together.get(named, 0) + number
    doses, wells = tuple(together), tuple(together.values())
    expected = judge.expected(judge.of_series(doses, wells, int(count[-1])))
    return FreeDesign(doses, wells, int(count[-1]), expected)
