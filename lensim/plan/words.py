"""Sentences of a plan's answers."""

from typing import Any, Final

import numpy as np
import xarray as xr

from lensim.checks import InputError
from lensim.plan.assumed import assumed_in_words, figures_in_words, noise_in_words
from lensim.plan.doses_words import doses_in_sentences
from lensim.plan.evaluate import SURE, Share
from lensim.plan.interim import look_at
from lensim.plan.lines_words import lines_in_sentences
from lensim.plan.question import Question
from lensim.plan.result import Plan
from lensim.plan.search import Size
from lensim.power.assays import assay_of
from lensim.power.scenario import Scenario
from lensim.power.words import count_of
from lensim.tables.records import records

NORMAL_95: Final = 1.96
LINES: Final = "lines"
"""The only item of a rule on lines."""


NO_CEILING: Final = 0.995
"""Share of truths with an effect from which on it is not told: it limits nothing."""


def share_in_words(share: Share, *, of_lines: bool = False) -> str:
    """A share with its 95% Monte Carlo interval; of the lines of all studies where a rule gives verdicts on these."""
    studies = count_of(share.studies, "simulated study", "simulated studies")
    are = "is a find" if share.studies == 1 and not of_lines else "are finds"
    what = f"the lines of {studies}" if of_lines else studies
    return f"{100 * share.value:.1f}% of {what} {are} (± {196 * share.mcse:.1f})"


def is_of_lines(question: Question) -> bool:
    """Whether the deciding rule gives a verdict on each line, and not on each study."""
    scenario = question.scenario
    is_panel = scenario.design.assay == "dose_response"
    return is_panel and scenario.items(scenario.rules[question.rule_number]) == (LINES,)


def percent_in_words(value: float, mcse: float, digits: int = 0) -> str:
    """A share with its 95% Monte Carlo error, in percent."""
    return f"{100 * value:.{digits}f} ± {100 * NORMAL_95 * mcse:.{digits}f}%"


def field_in_words(name: str, number: Any = None) -> str:
    """'design.subjects.patient' is 'patients', or 'patient' where there is one."""
    last = name.rsplit(".", 1)[-1].replace("_", " ")
    last = "subject" if last == "all" else last  # the cell type of a table that names none
    if number == 1:
        return last.removesuffix("s")
    return last if last.endswith("s") or not last.isalpha() else f"{last}s"


def counted_in_words(scenario: Scenario, field: str, number: int | None = None) -> str:
    """What a number of a field counts, in the words of its assay: 'patients', 'subjects in each of 2 groups'."""
    return _of_design(scenario if number is None else scenario.at({field: number}), field, number)


def size_in_words(size: Size, question: Question) -> str:
    """The number, its error and the share at it."""
    field, scenario = question.size.field if question.size else "", question.scenario
    what = counted_in_words(scenario, field)
    word = "power" if question.scenario.is_conditional else "assurance"
    share = share_in_words(size.share, of_lines=is_of_lines(question))
    if size.n is None:
        high = question.size.high if question.size else 0
        most = max(size.shares)
        return (
            f"no number of {what} up to {high} reaches {question.target:.0%}: {share} at {most}"
            f"{ceiling_in_words(size.share, question.target)}"
        )
    what = counted_in_words(scenario, field, size.n)
    sure = "" if size.low == size.high else f" (95% Monte Carlo interval {size.low} to {size.high})"
    return (
        f"{size.n} {what}{sure} for {word} of {question.target:.0%}; {share}, "
        f"{count_of(size.studies, 'study', 'studies')} in all{ceiling_in_words(size.share, question.target)}"
    )


def ceiling_in_words(share: Share, target: float) -> str:
    """The most that an assurance can be, and whether the target is beyond it; empty of a power, and of one without."""
    if np.isnan(share.ceiling) or share.ceiling > NO_CEILING:
        return ""
    said = f"; there is an effect to find in {100 * share.ceiling:.0f}% of the simulated truths: no assurance is higher"
    return f"{said}, so {target:.0%} is out of reach without false finds" if share.ceiling < target else said


def robustness_in_words(plan: Plan) -> str:
    """Under which truths the recommendation reaches the target, and under which it does not."""
    if plan.size is None or plan.size.n is None or not plan.robustness:
        return ""
    holds, rest = [], []
    for trial in plan.robustness:
        found = percent_in_words(trial.share.value, trial.share.mcse)
        if trial.verdict > 0 or trial.size is None:
            holds.append(f"{trial.shift.name} ({found})")
            continue
        then = "then no number within reach is enough"
        if trial.size.n is not None:
            between = "" if trial.size.low == trial.size.high else f", {trial.size.low} to {trial.size.high}"
            then = f"then {trial.size.n}{between}"
        open_word = ", not decided" if trial.verdict == 0 else ""
        rest.append(f"{trial.shift.name} ({found}{open_word}; {then})")
    n = plan.size.n
    what = counted_in_words(plan.question.scenario, plan.question.size.field, n) if plan.question.size else ""
    what = what.split(" (")[0]  # what it makes of each group was said before
    said = f"{n} {what} hold{'s' if n == 1 else ''}"
    if holds:
        said += f" also if {', or '.join(holds)}"
    return said + (f"{', ' if holds else ' '}unless {', or '.join(rest)}" if rest else "")


def frontier_in_words(plan: Plan) -> str:
    """The cheapest design that reaches the target, or the best where none does."""
    found, costs = plan.frontier, plan.question.costs
    if found is None or costs is None:
        return ""
    if found.cheapest is None:
        best = max(records(found.table), key=lambda row: row["share"])
        return (
            f"no design of the grid reaches {plan.question.target:.0%}: the best finds "
            f"{percent_in_words(best['share'], best['share_mcse'], 1)}"
        )
    row = next(row for row in records(found.table) if row["share"] >= plan.question.target)
    at = plan.question.scenario.at(found.cheapest)
    said = ", ".join(f"{value} {_of_design(at, name, value)}" for name, value in found.cheapest.items())
    sure = "" if found.is_sure else " (not surely above the target)"
    return (
        f"cheapest design of {len(found.table)}: {said}, for {row['cost']:,.0f} {costs.currency}, "
        f"{percent_in_words(row['share'], row['share_mcse'], 1)}{sure}"
    )


def _of_design(scenario: Scenario, field: str, value: Any) -> str:
    """What the number that a design has in a field counts."""
    return assay_of(scenario).field_words(scenario, field, value) or field_in_words(field, value)


def designs_tried_in_words(plan: Plan) -> str:
    """Truths under which the cheapest design misses the target, and designs that reach it; ends `frontier_in_words`."""
    if not plan.designs_tried or plan.question.costs is None:
        return ""
    rest = []
    for trial in (trial for trial in plan.designs_tried if trial.verdict <= 0):
        then = "then none of the grid"
        if trial.instead is not None:
            design = " x ".join(str(value) for value in trial.instead.values())
            then = f"then {design} for {trial.cost:,.0f} {plan.question.costs.currency}"
        open_word = ", not decided" if trial.verdict == 0 else ""
        share = percent_in_words(trial.share.value, trial.share.mcse)
        rest.append(f"{trial.shift.name} ({share}{open_word}; {then})")
    return f"; it holds unless {', or '.join(rest)}" if rest else "; it holds in every other world that was tried"


def interim_in_words(plan: Plan) -> str:
    """Subjects saved and successes lost by stopping at each look."""
    if plan.interim is None or plan.question.interim is None:
        return ""
    limit = plan.question.interim.stop_below
    if plan.interim.empty:
        return "no look on the way: fewer are planned than a look was asked after"
    return "; ".join(
        f"after {row['after']}, {percent_in_words(row['stopped'], row['stopped_mcse'])} of studies have less than "
        f"{limit:.0%} chance of success left: stopping there saves {row['subjects_saved']:.1f} ± "
        f"{NORMAL_95 * row['subjects_saved_mcse']:.1f} subjects a study on average and loses "
        f"{percent_in_words(row['success_lost'], row['success_lost_mcse'], 1)} successes"
        for row in records(plan.interim)
    )


def detection_in_words(plan: Plan) -> str:
    """The gene with most reactions without a Ct, and the effect of more cDNA."""
    if plan.detection is None or plan.detection.empty:
        return ""
    rows = records(plan.detection)
    least = min(row["cdna"] for row in rows)
    worst = max((row for row in rows if row["cdna"] == least), key=lambda row: row["undetected"])
    if worst["undetected"] < 5e-4:
        return "hardly any reaction will be without a Ct"
    own = [row for row in rows if (row["gene"], row["cell_type"]) == (worst["gene"], worst["cell_type"])]
    return f"reactions of {worst['gene']} in {worst['cell_type']} without a Ct: " + ", ".join(
        f"{percent_in_words(row['undetected'], row['undetected_mcse'], 1)} with {row['cdna']:g} times the cDNA"
        for row in own
    )


def bracketing_in_words(plan: Plan) -> str:
    """How many lines a top dose brackets."""
    if plan.bracketing is None:
        return ""
    rows = records(plan.bracketing)
    said = []
    for dose in dict.fromkeys(row["top_dose_um"] for row in rows):
        p = [row["p_bracketed"] for row in rows if row["top_dose_um"] == dose]
        said.append(
            f"{dose:g} uM brackets the IC50 of {sum(p):.1f} on average ({sum(x > 0.9 for x in p)} with probability "
            "above 0.9)"
        )
    lines = count_of(len({row["cell_line"] for row in rows}), "line", "lines")
    return f"of {lines}, a top dose of " + ", ".join(said)


def layouts_in_words(plan: Plan) -> str:
    """Errors of the maps under faults, and which maps differ in them."""
    if plan.layouts is None:
        return ""
    faulty = [row for row in records(plan.layouts) if row["faults"] == "on" and row["ic50_rmse"] == row["ic50_rmse"]]
    if not faulty:
        return "no plate map could be compared: the plates are too small, or no study could be analysed"

    def value(row: dict[str, Any], name: str, sign: str = "") -> str:
        return f"{row[name]:{sign}.3f} ± {NORMAL_95 * row[f'{name}_mcse']:.3f}"

    each = ", ".join(
        f"{row['plate_map']} {value(row, 'ic50_rmse')} (bias {value(row, 'ic50_bias', '+')})" for row in faulty
    )
    best = min(faulty, key=lambda row: row["ic50_rmse"])
    alike = [
        row["plate_map"]
        for row in faulty
        if not row["ic50_rmse"] - best["ic50_rmse"] > SURE * np.hypot(row["ic50_rmse_mcse"], best["ic50_rmse_mcse"])
    ]
    if len(alike) == 1:
        verdict = f"best is {alike[0]}" if len(faulty) > 1 else "no other map could be compared"
    else:
        verdict = f"{' and '.join(alike)} do not differ detectably"
        verdict += "" if len(alike) == len(faulty) else ", and the rest is worse"
    return f"error of log10 IC50 with faults of plates: {each}; {verdict}"


def basis_in_words(scenario: Scenario) -> str:
    """Where the figures of simulated studies come from."""
    basis = scenario.truth.posterior
    if basis is None:
        law = "conditional on the figures" if scenario.is_conditional else "averaged over the distributions"
        stated, noise = assumed_in_words(scenario), noise_in_words(scenario)
        own = f" Figures that it does not state are lensim's, such as the noise: {noise}." if noise else ""
        return f"All of it is {law} of the plan file{f' ({stated})' if stated else ''}.{own}"
    absent = assay_of(scenario).not_in_posterior(scenario)
    contrast = getattr(scenario.truth, "contrast", "")
    said = f"All of it is averaged over the posterior of {basis.name}{f', contrast {contrast}' if contrast else ''}"
    if not absent:
        return f"{said}, each simulated study from one of its draws."
    return (
        f"{said}, each simulated study from one of its draws. Figures that it lacks are those of the plan file, or "
        f"lensim's: {figures_in_words(scenario, absent)}."
    )


def look_in_words(plan: Plan, so_far: xr.Dataset, name: str) -> str:
    """The predictive probability of success after the first pairs of a study, or why there is none.

    Parameters
    ----------
    plan
        With the number that was found, or the design as given.
    so_far
        Ratios of the first subjects.
    name
        Of the file with the ratios.
    """
    question = plan.question
    scenario = question.scenario
    if plan.size is not None and plan.size.n is not None and question.size is not None:
        scenario = scenario.at({question.size.field: plan.size.n})
    try:
        subjects, p, error = look_at(scenario, so_far, question.rule_number, question.item_number)
    except InputError as fault:  # the plan came out smaller than what is there by now
        return f"There is no look at {name}: {fault}."
    planned = sum(assay_of(scenario).subjects(scenario).values())
    known = count_of(subjects, "subject", "subjects")
    return (
        f"After the {known} of {name}, the predictive probability of success with {planned} is "
        f"{100 * p:.0f}% (± {196 * error:.0f})."
    )


def paragraph(plan: Plan) -> str:
    """Every answer of a plan in one paragraph, for a grant or a colleague."""
    question: Any = plan.question
    rule = question.scenario.rules[question.rule_number].label
    items = question.scenario.items(question.scenario.rules[question.rule_number])
    of = f" ({items[question.item_number]})" if len(items) > 1 else ""
    parts = [f"Success is: {rule}{of}."]
    if plan.size is not None:
        said = size_in_words(plan.size, question)
        parts.append(f"{said[0].upper()}{said[1:]}." if plan.size.n is None else f"Recommended: {said}.")
    elif plan.share is not None:
        ceiling = ceiling_in_words(plan.share, question.target)
        parts.append(f"The design as given: {share_in_words(plan.share, of_lines=is_of_lines(question))}{ceiling}.")
    for said in (
        robustness_in_words(plan),
        f"{frontier_in_words(plan)}{designs_tried_in_words(plan)}",
        interim_in_words(plan),
        detection_in_words(plan),
        bracketing_in_words(plan),
        layouts_in_words(plan),
        doses_in_sentences(plan.doses),
        lines_in_sentences(plan.lines),
    ):
        if said:
            parts.append(f"{said[0].upper()}{said[1:]}.")
    if remark := assay_of(question.scenario).remark(question.scenario):
        parts.append(remark)
    parts.append(basis_in_words(question.scenario))
    return " ".join(parts)
