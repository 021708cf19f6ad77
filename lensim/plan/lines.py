"""Which lines to test next: how many of each group, and which of the fit's own again, to learn how groups differ."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.checks import InputError, one_of
from lensim.dose_response.information import line_information
from lensim.dose_response.truth import CURVE
from lensim.inference.observations import observations_of
from lensim.plan.cost import Costs
from lensim.plan.lines_check import checked_choices
from lensim.plan.lines_information import Difference, FitDraws, difference_of, draws_of_fit, of_fitted_lines, of_tests
from lensim.plan.panel_draws import variance_of_faults
from lensim.plan.panel_questions import LinesQuestion
from lensim.plan.parts import require_part
from lensim.power.pool import Pool, one_by_one
from lensim.power.scenario import Scenario

OTHERS: Final = "others"
NEW, AGAIN = "new", "again"
QUANTITIES: Final = {
    v.LOG10_EC50: "log10 EC50",
    v.LOG_HILL: "log Hill slope",
    v.EFFECT: "effect at saturation",
}
BEST, IN_PROPORTION, NEW_ALONE, NONE = "best", "as the groups are now", "new lines alone", "none"
NEEDED: Final = (
    *CURVE,
    *(f"{what}_{name}" for what in ("group", "sigma", "sigma_group") for name in CURVE),
    v.SD_WELL,
    v.LOG_TOP,
)


@dataclass(frozen=True)
class LinesFound:
    """What was found about lines.

    Attributes
    ----------
    difference
        What is learnt, in words.
    table
        A row a choice: kind (new line of a group, or a line again), name, group, experiments, wells, sd (of the
        difference, expected: that of the fit, times the root of what is left of the Gaussian part), variance_less
        (share), cost where prices are known.
    groups
        A row a way to spend all tests: how many new lines of each group, lines again, and the expected sd.
    check
        The same ways simulated; None without a check.
    sd_now, sd_gaussian
        Of the difference: in the posterior of the fit, and by the Gaussian part.
    more
        How many lines may be tested.
    """

    difference: str
    table: pd.DataFrame
    groups: pd.DataFrame
    check: pd.DataFrame | None
    sd_now: float
    sd_gaussian: float
    more: int


def require_lines(
    scenario: Scenario, question: LinesQuestion, result: xr.DataTree | None, costs: Costs | None = None
) -> tuple[Any, xr.Dataset]:
    """Refuse a scenario or a fit that lines cannot be chosen for; else the scenario, and the observations of the fit.

    Raises
    ------
    InputError
        If the scenario is not one of plates; if there is no fit, it lacks a figure, has percents, conditions, one group
        or no such group or line; if a price is missing.
    """
    asked = require_part(scenario, "lines")
    if result is None:
        raise InputError("lines need a dose-response fit with molecular groups: name one with prior=, got none")
    posterior, data = result["posterior"], observations_of(result)
    if missing := [name for name in NEEDED if name not in posterior]:
        raise InputError(f"lines need a dose-response fit with molecular groups, raw signals and {', '.join(missing)}")
    if v.LINE_OF_CURVE in data.coords:
        raise InputError("lines need a fit without conditions, got one with several curves a line")
    groups = [str(name) for name in data[v.MOLECULAR_GROUP].to_numpy()]
    if len(groups) < 2:
        raise InputError(f"lines need a fit with at least 2 molecular groups, got {len(groups)}")
    one_of("lines.first", question.first, groups)
    one_of("lines.second", question.second, [OTHERS, *groups])
    if question.first == question.second:
        raise InputError(f"lines.second must be another group than lines.first, got {question.second}")
    for name in question.again if question.again != "all" else ():
        one_of("lines.again, each,", name, [str(line) for line in data[v.CELL_LINE].to_numpy()])
    for name in ("subject", "culture", "well"):
        if costs is not None and getattr(costs, name) is None:
            raise InputError(
                f"costs.{name} must be given where lines are asked with costs, got none; 0 where it is free"
            )
    return asked, data


@dataclass
class _Choices:
    """What each choice adds to what is known of its group (draw, 3, 3), given what was chosen before."""

    fit: FitDraws
    difference: Difference
    now: np.ndarray
    new: np.ndarray
    again: dict[int, np.ndarray]
    sd_now: float

    def sd(self, chosen: tuple[tuple[str, int], ...]) -> float:
        """Expected standard deviation of the difference after choices."""
        return self.sd_now * float(np.sqrt(self.variance(chosen) / self.variance(())))

    def added(self, chosen: tuple[tuple[str, int], ...]) -> np.ndarray:
        """What is known of groups (draw, group, 3, 3) after choices: (new, group) or (again, line)."""
        whole = self.now.copy()
        used = dict.fromkeys(range(len(self.fit.groups)), 0)
        for kind, which in chosen:
            if kind == NEW:
                whole[:, which] += self.new[:, which, used[which]]
                used[which] += 1
            else:
                whole[:, self.fit.group_of_line[which]] += self.again[which]
        return whole

    def variance(self, chosen: tuple[tuple[str, int], ...]) -> float:
        """Expected variance of the difference after choices."""
        return float(self.difference.variance(self.added(chosen)).mean())

    def best(self, more: int, options: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
        """The choices that are best together: one after the other, then exchanged as long as that helps."""
        chosen: tuple[tuple[str, int], ...] = ()
        while len(chosen) < more:
            chosen = min(((*chosen, one) for one in self._open(options, chosen)), key=self.variance)
        least = self.variance(chosen)
        for _ in range(more):
            swaps = [
                (*chosen[:k], *chosen[k + 1 :], one)
                for k in range(len(chosen))
                for one in self._open(options, chosen)
                if one != chosen[k] and chosen.index(chosen[k]) == k
            ]
            best = min(swaps, key=self.variance, default=chosen)
            if not self.variance(best) < least - 1e-12:
                break
            chosen, least = best, self.variance(best)
        return chosen

    @staticmethod
    def _open(options: list[tuple[str, int]], chosen: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
        return [one for one in options if one[0] == NEW or one not in chosen]


def sd_of_difference(posterior: xr.Dataset, weight: np.ndarray) -> float:
    """Standard deviation of a difference of groups in all draws of a fit."""
    drawn = [posterior[f"group_{name}"].transpose("chain", "draw", ...).to_numpy() for name in CURVE]
    return float((np.stack(drawn, axis=-1) * weight).sum(axis=(-2, -1)).std())


def choices_of(scenario: Any, question: LinesQuestion, fit: FitDraws, posterior: xr.Dataset) -> _Choices:
    """What new lines of each group, and the fit's lines again, would tell."""
    design = scenario.design
    plan = (design.doses, design.replicates, design.untreated_wells or design.replicates, design.experiments)
    faults = variance_of_faults(scenario)
    rng = seeding.stream(scenario.seed, "lines", "new")
    known = of_fitted_lines(fit)
    draws, groups = len(fit.sigma), len(fit.groups)
    of_line = np.stack([line_information(known[:, i], fit.sigma) for i in range(known.shape[1])], axis=1)
    now = np.stack([of_line[:, fit.group_of_line == g].sum(axis=1) for g in range(groups)], axis=1)
    new = np.zeros((draws, groups, question.more, 3, 3))
    for g in range(groups):
        for k in range(question.more):
            curve = fit.group[:, g] + fit.sigma * rng.standard_normal((draws, 3))
            tested = of_tests(fit.to_treat(curve, fit.group[:, g], None, faults), *plan)
            new[:, g, k] = line_information(tested, fit.sigma)
    again = {}
    for i, name in enumerate(fit.lines):
        if question.again != "all" and name not in question.again:
            continue
        lines = fit.to_treat(fit.curve[:, i], fit.group[:, fit.group_of_line[i]], None, faults)
        again[i] = line_information(known[:, i] + of_tests(lines, *plan), fit.sigma) - of_line[:, i]
    priors = scenario.analysis.priors.curves
    difference = difference_of(fit, question.first, question.second, question.quantity, priors)
    return _Choices(fit, difference, now, new, again, sd_of_difference(posterior, difference.weight))


def next_lines(
    scenario: Scenario,
    question: LinesQuestion,
    result: xr.DataTree,
    costs: Costs | None = None,
    pool: Pool = one_by_one,
) -> LinesFound:
    """What each choice buys, the best way to spend all tests, and its check by simulation.

    Raises
    ------
    InputError
        As `require_lines`.
    """
    asked, data = require_lines(scenario, question, result, costs)
    posterior = result["posterior"].to_dataset()
    fit = draws_of_fit(posterior, data, question.draws)
    choices = choices_of(asked, question, fit, posterior)
    new = [(NEW, g) for g in range(len(fit.groups))]
    again = [(AGAIN, i) for i in choices.again]
    ways = {
        NONE: (),
        IN_PROPORTION: _in_proportion(fit, question.more),
        NEW_ALONE: choices.best(question.more, new),
        BEST: choices.best(question.more, [*new, *again]),
    }
    if sorted(ways[BEST]) == sorted(ways[NEW_ALONE]):
        del ways[NEW_ALONE]
    check = None
    if question.studies:
        check = checked_choices(asked, question, fit, choices.difference.weight, ways, pool)
        expected = {name: choices.sd(chosen) for name, chosen in ways.items()}
        check.insert(1, "sd_expected", check["way"].map(expected))
    return LinesFound(
        f"{question.first} less {question.second} in {QUANTITIES[question.quantity]}",
        _table(asked, choices, [*new, *again], costs),
        pd.DataFrame([_way(fit, choices, name, chosen) for name, chosen in ways.items()]),
        check,
        choices.sd_now,
        float(np.sqrt(choices.variance(()))),
        question.more,
    )


def _table(scenario: Any, choices: _Choices, options: list[tuple[str, int]], costs: Costs | None) -> pd.DataFrame:
    """A row a choice, the one that buys most first."""
    fit, now = choices.fit, choices.variance(())
    experiments, wells = scenario.design.experiments, scenario.design.plates.wells_per_culture
    rows = []
    for kind, which in options:
        group = fit.groups[which if kind == NEW else fit.group_of_line[which]]
        variance = choices.variance(((kind, which),))
        row = {
            "kind": kind,
            "name": f"a new line of {group}" if kind == NEW else fit.lines[which],
            "group": group,
            "experiments": experiments,
            "wells": experiments * wells,
            "sd": choices.sd(((kind, which),)),
            "variance_less": 1.0 - variance / now,
        }
        if costs is not None:
            row["cost"] = _price(costs, kind, group, experiments, wells)
        rows.append(row)
    return pd.DataFrame(rows).sort_values("sd", ignore_index=True, kind="stable")


def _price(costs: Costs, kind: str, group: str, experiments: int, wells: int) -> float:
    subject: Any = costs.subject
    of_line = 0.0 if kind == AGAIN else subject.get(group, 0.0) if isinstance(subject, dict) else subject
    return float(of_line + experiments * ((costs.culture or 0.0) + wells * (costs.well or 0.0)))


def _in_proportion(fit: FitDraws, more: int) -> tuple[tuple[str, int], ...]:
    """New lines of groups in proportion to the lines that they have now, the largest remainders first."""
    size = np.bincount(fit.group_of_line, minlength=len(fit.groups))
    share = more * size / size.sum()
    count = np.floor(share).astype(int)
    for g in np.argsort(count - share, kind="stable")[: more - count.sum()]:
        count[g] += 1
    return tuple((NEW, g) for g in range(len(size)) for _ in range(count[g]))


def _way(fit: FitDraws, choices: _Choices, name: str, chosen: tuple[tuple[str, int], ...]) -> dict[str, Any]:
    new = [fit.groups[which] for kind, which in chosen if kind == NEW]
    return {
        "way": name,
        **{f"new_{group}": new.count(group) for group in fit.groups},
        "again": ", ".join(fit.lines[which] for kind, which in chosen if kind == AGAIN),
        "sd": choices.sd(chosen),
    }
