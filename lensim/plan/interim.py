"""Interim looks: after k subjects, the probability of success at the planned number, and the effect of stopping.

The posterior of the first k is drawn from exactly; every draw completes the study with new subjects of its own
population; the share of completed studies in which the rule is met is the predictive probability of success.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import limits, seeding
from lensim import vocabulary as v
from lensim.bounds import require_size
from lensim.checks import InputError
from lensim.expression.exact.draws import exact_posterior
from lensim.plan.parts import require_part
from lensim.plan.question import InterimQuestion
from lensim.power.expression import engine_exact
from lensim.power.expression.engine import name_differences, questions_of
from lensim.power.expression.rule import ExpressionRule, evidence_of
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.study import PairBatch, simulate_chunk
from lensim.power.pool import Pool, one_by_one
from lensim.power.scenario import Scenario

STREAM: Final = ("looks", "planned")
STUDIES_A_TASK: Final = 10
"""Studies of one task."""


def require_pairs(scenario: Scenario) -> ExpressionScenario:
    """Refuse a scenario that has no pairs, or subjects of several cell types."""
    asked: ExpressionScenario = require_part(scenario, "interim")
    if len(asked.design.subjects) != 1:
        raise InputError(f"an interim look needs one cell type in the design, got {', '.join(asked.design.subjects)}")
    return asked


def decided(scenario: ExpressionScenario, pairs: xr.Dataset, rule: ExpressionRule, item: int) -> np.ndarray:
    """Whether a rule is met (study); rules on a posterior use the exact engine."""
    posterior = None
    if rule.needs_posterior:
        unknown = np.full((pairs.sizes[v.STUDY], pairs.sizes[v.TARGET], 1), np.nan)
        batch = PairBatch(scenario, pairs, None, unknown, unknown, ("interim",))
        posterior = name_differences(engine_exact.answer(batch, questions_of(scenario)).posterior, scenario)
    return np.asarray(rule.apply(evidence_of(pairs, posterior)).decided[:, item])


def success_probability(
    scenario: ExpressionScenario,
    pairs: xr.Dataset,
    study: int,
    seen: int,
    rule: ExpressionRule,
    item: int,
    completions: int,
    rng: np.random.Generator,
) -> float:
    """Predictive probability that the rule is met at the full number, after the first `seen` subjects of a study.

    Parameters
    ----------
    scenario
        Of the planned study.
    pairs
        Pairs of studies at the planned number (study, pair); those of later subjects are not looked at.
    study, seen
        Which study, and how many of its subjects are known.
    rule, item
        What success is.
    completions
        In how many ways the study is completed.
    rng
        Random numbers.
    """
    later = pairs[v.SUBJECT_OF_PAIR].to_numpy() >= seen
    own = pairs.isel({v.STUDY: [study]}).copy(deep=True)
    known = np.where(later, np.nan, own[v.LOG2_RATIO].to_numpy()[0])
    own[v.LOG2_RATIO] = ((v.STUDY, v.PAIR), known[None])
    posterior = exact_posterior(own, 0, rng, completions, scenario.analysis.priors)["posterior"].isel(chain=0)
    whole = own.isel({v.STUDY: np.zeros(completions, dtype=int)})
    target, subject = pairs[v.TARGET_OF_PAIR].to_numpy(), pairs[v.SUBJECT_OF_PAIR].to_numpy()
    fold = posterior[v.LOG2_FOLD_CHANGE].to_numpy()[:, target, subject, 0]  # of new subjects: from the population
    variance = posterior[v.SD_PAIR].to_numpy()[:, target] ** 2
    if v.TECHNICAL_SHARE in own and v.SD_TECHNICAL in posterior:
        share = np.nan_to_num(pairs.isel({v.STUDY: study})[v.TECHNICAL_SHARE].to_numpy(), nan=0.0)
        variance = variance + posterior[v.SD_TECHNICAL].to_numpy()[:, None] ** 2 * share
    new = fold + np.sqrt(variance) * rng.standard_normal(fold.shape)
    whole = whole.assign({v.LOG2_RATIO: ((v.STUDY, v.PAIR), np.where(later, new, known))})
    return float(decided(scenario, whole, rule, item).mean())


def _require_room(scenario: ExpressionScenario, question: InterimQuestion) -> None:
    """Refuse looks that would take much memory, before anything is simulated."""
    design = scenario.design
    require_size(
        "interim.studies",
        design.wells * question.studies,
        limits.CHUNK_WELLS,
        "wells at a time",
        f"lower interim.studies ({question.studies:,}) or the subjects, genes or replicates of design "
        f"({design.wells:,} wells)",
    )
    ratios = sum(design.completing.values()) * design.experiments * len(design.targets)
    require_size(
        "interim.completions",
        ratios * question.completions,
        limits.COMPLETIONS,
        "ratios at a time",
        f"lower interim.completions ({question.completions:,}) or the subjects or targets of design ({ratios:,} "
        "ratios)",
    )


def looks(
    scenario: Scenario, question: InterimQuestion, rule_number: int, item: int, pool: Pool = one_by_one
) -> pd.DataFrame:
    """Results of interim looks after given numbers of subjects, over simulated studies at the planned number.

    Looks at the planned number or later are none, and have no row. Numbers do not depend on the pool.

    Columns: after, mean_probability, lower, upper (5% and 95% of studies), success (share of studies that succeed in
    the end; the mean probability agrees with it where prior and truth do), stopped (share with a probability below the
    limit), success_lost (share that would have succeeded and is stopped), subjects_saved (mean); shares and means
    with their Monte Carlo error (_mcse).

    Raises
    ------
    InputError
        If the design is not paired or has several cell types.
    """
    asked = require_pairs(scenario)
    planned = sum(asked.design.completing.values())
    after = [k for k in question.after if k < planned]
    _require_room(asked, question)
    batch = simulate_chunk(asked, STREAM, question.studies)
    succeeded = decided(asked, batch.pairs, asked.rules[rule_number], item)
    chances = np.empty((question.studies, len(after)))
    tasks = (
        (first, (asked, batch.pairs.isel({v.STUDY: slice(first, first + STUDIES_A_TASK)}), first, after,
                 rule_number, item, question.completions))
        for first in range(0, question.studies, STUDIES_A_TASK)
    )  # fmt: skip
    for first, found in pool(chances_of, tasks):
        chances[first : first + len(found)] = found
    rows = []
    for k, seen in enumerate(after):
        p = chances[:, k]
        stopped = p < question.stop_below
        lower, upper = np.quantile(p, [0.05, 0.95])
        share, share_mcse = _share(stopped)
        row = {"after": seen, "mean_probability": float(p.mean()), "lower": float(lower), "upper": float(upper)}
        row["mean_probability_mcse"] = float(p.std(ddof=1) / np.sqrt(len(p)))
        row["success"], row["success_mcse"] = _share(succeeded)
        row["stopped"], row["stopped_mcse"] = share, share_mcse
        row["success_lost"], row["success_lost_mcse"] = _share(stopped & succeeded)
        row["subjects_saved"], row["subjects_saved_mcse"] = share * (planned - seen), share_mcse * (planned - seen)
        rows.append(row)
    return pd.DataFrame(rows)


def chances_of(
    scenario: ExpressionScenario,
    pairs: xr.Dataset,
    first: int,
    after: Sequence[int],
    rule_number: int,
    item: int,
    completions: int,
) -> np.ndarray:
    """(study, look) predictive probabilities of some studies, the work of one task; every study has its own stream."""
    rule = scenario.rules[rule_number]
    found = np.empty((pairs.sizes[v.STUDY], len(after)))
    for study in range(len(found)):
        rng = seeding.stream(scenario.seed, *STREAM, "completions", first + study)
        for k, seen in enumerate(after):
            found[study, k] = success_probability(scenario, pairs, study, seen, rule, item, completions, rng)
    return found


def _share(happened: np.ndarray) -> tuple[float, float]:
    """A share and its standard error; that of 0 and 1 is the error of half a study."""
    n, share = len(happened), float(happened.mean())
    near = min(max(share, 0.5 / n), 1 - 0.5 / n)
    return share, float(np.sqrt(near * (1 - near) / n))


def require_look(scenario: Scenario, ratios: xr.Dataset) -> list[tuple[tuple[int, int, int], float]]:
    """Refuse pairs so far that a design cannot take: where each is (experiment, target, subject), and its value.

    Raises
    ------
    InputError
        If the design is not paired, has several cell types, lacks a target, has no more subjects than are known, or
        fewer experiments than a subject has ratios; or if the ratios are of several contrasts and the truth names none.
    """
    asked = require_pairs(scenario)
    planned, known = sum(asked.design.completing.values()), ratios.sizes[v.SUBJECT]
    if known >= planned:
        raise InputError(f"the study so far must have fewer subjects than are planned ({planned}), got {known}")
    ratios = _of_one_contrast(ratios, asked.truth.contrast)
    names = [str(name) for name in ratios[v.TARGET].to_numpy()]
    found: list[tuple[tuple[int, int, int], float]] = []
    seen: dict[tuple[int, int], int] = {}
    for pair in range(ratios.sizes[v.PAIR]):
        target = names[int(ratios[v.TARGET_OF_PAIR][pair])]
        if target not in asked.design.targets:
            raise InputError(f"the study so far must be of {', '.join(asked.design.targets)}, got {target!r}")
        place = (asked.design.targets.index(target), int(ratios[v.SUBJECT_OF_PAIR][pair]))
        repeat = seen.get(place, 0)
        seen[place] = repeat + 1
        if repeat >= asked.design.experiments:
            raise InputError(
                f"the study so far must have at most {asked.design.experiments} ratios of {target} a subject, as the "
                f"design has experiments, got {repeat + 1} of {ratios[v.SUBJECT].to_numpy()[place[1]]}"
            )
        found.append(((repeat, *place), float(ratios[v.LOG2_RATIO][pair])))
    return found


def _of_one_contrast(ratios: xr.Dataset, contrast: str) -> xr.Dataset:
    """The ratios of one contrast: of the one that there is, or that the truth names."""
    names = [str(name) for name in ratios[v.CONTRAST].to_numpy()]
    if len(names) == 1 and not contrast:
        return ratios
    if contrast not in names:
        raise InputError(
            f"the study so far must be of one contrast, got {', '.join(names)}: keep the rows of one, or name it as "
            "truth.contrast where the truth is a posterior that has it"
        )
    own = ratios[v.CONTRAST_OF_PAIR].to_numpy() == names.index(contrast)
    return ratios.isel({v.PAIR: np.flatnonzero(own)})


def look_at(
    scenario: Scenario, ratios: xr.Dataset, rule_number: int, item: int, completions: int = 2000
) -> tuple[int, float, float]:
    """After the pairs of a file: how many subjects are known, the predictive probability, and its standard error.

    Parameters
    ----------
    scenario
        Of the planned study.
    ratios
        As from `lensim.expression.read.read_ratios`: the pairs so far.
    rule_number, item
        What success is.
    completions
        In how many ways the study is completed.

    Raises
    ------
    InputError
        If the file has a target that the design lacks, or no fewer subjects than are planned.
    """
    asked = require_pairs(scenario)
    found = require_look(asked, ratios)
    planned, known = sum(asked.design.completing.values()), ratios.sizes[v.SUBJECT]
    empty = simulate_chunk(asked.at({"design.assay": "ratios"}), ("so far",), 1).pairs
    values = np.full((asked.design.experiments, len(asked.design.targets), planned), np.nan)
    for place, ratio in found:
        values[place] = ratio
    flat = values.transpose(1, 2, 0).reshape(1, -1)  # pairs are in order of target, subject, experiment
    pairs = empty.assign({v.LOG2_RATIO: ((v.STUDY, v.PAIR), flat)})
    rng = seeding.stream(asked.seed, "so far", "completions")
    p = success_probability(asked, pairs, 0, known, asked.rules[rule_number], item, completions, rng)
    return known, p, float(np.sqrt(max(p * (1 - p), 0.25 / completions) / completions))
