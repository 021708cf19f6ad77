"""One study of a world: simulated and analysed; what its fit says beside what is true, as a record of plain numbers."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, partial
from typing import Any, Final

import numpy as np
import xarray as xr
from scipy import stats

from benchmarks.worlds.engines import ENGINES, HandedOn, Structure, structure_of
from lensim import seeding
from lensim import vocabulary as v
from lensim.assay import assay_of, read_result
from lensim.checks import InputError
from lensim.dose_response.worlds import WORLDS as PANELS
from lensim.dose_response.worlds import simulate_panel
from lensim.expression.groups.estimands import LOG2_RATIO_OF_GROUPS, MEAN_OF_SUBJECTS, SD_OF_SUBJECTS, SUBJECTS
from lensim.expression.worlds import WORLDS as STUDIES
from lensim.expression.worlds import WORLDS_OF_GROUPS, simulate_groups, simulate_study
from lensim.inference.calibration import randomised_rank
from lensim.inference.intervals import interval_of
from lensim.inference.verdict import verdict_of

GROUPS: Final = "groups"
WELCH: Final = "log2_ratio_of_groups_by_welch"
ASSAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    v.DOSE_RESPONSE: PANELS,
    v.EXPRESSION: STUDIES,
    GROUPS: WORLDS_OF_GROUPS,
}
NUMBERS: Final = {
    v.DOSE_RESPONSE: (
        *(v.LOG10_IC50, "inhibition_at_top_dose_percent", v.EFFECT, v.LOG10_EC50),
        *("hill_slope", "area_over_curve", "number_of_sensitive_lines"),
        *("this_experiment_log10_ic50_um", "this_experiment_inhibition_at_top_dose_percent"),
    ),
    v.EXPRESSION: (v.LOG2_FOLD_CHANGE, v.MU_FOLD_CHANGE, "new_subject_log2_fold_change", v.SIGMA_FOLD_CHANGE),
    GROUPS: (LOG2_RATIO_OF_GROUPS, v.MEAN_LEVEL, v.SD_SUBJECTS),
}
"""Estimands with intervals; those that a fit or a truth lacks are passed over."""
CALLS: Final = {
    v.DOSE_RESPONSE: ("is_resistant", "is_stimulated"),
    v.EXPRESSION: (v.LOG2_FOLD_CHANGE, v.MU_FOLD_CHANGE, "new_subject_log2_fold_change"),
    GROUPS: (LOG2_RATIO_OF_GROUPS,),
}
"""Estimands with a probability: true or false, or above 0."""
ALWAYS: Final = "groups of different subjects are compared"
"""What every study of groups is told, which is nothing of its data."""
OUTER: Final = 0.9
INNER: Final = 0.5
_NAMES: Final = re.compile(
    r"\b(line|donor|target|reference|experiment|plate) \d+(, experiment \d+)?|(?<!\w)[\d.,+-]+%?"
)


@dataclass(frozen=True)
class Task:
    """Which study is to be made and how it is analysed; names the streams of its random numbers."""

    assay: str
    world: str
    engine: str
    seed: int
    study: int

    @property
    def digest(self) -> str:
        """What the world changes, as text: a record of another world of that name is not taken for it."""
        world = ASSAYS[self.assay][self.world]
        changed = {item.name: getattr(world, item.name) for item in fields(world)}
        return repr({name: value for name, value in changed.items() if value != getattr(type(world)(), name)})


def simulated(task: Task) -> tuple[xr.Dataset, xr.Dataset]:
    """Truth and data; those of one world and number are the same for every engine."""
    rng = seeding.stream(task.seed, "worlds", task.assay, task.world, task.study)
    world = ASSAYS[task.assay][task.world]
    if task.assay == GROUPS:
        return simulate_groups(world, rng)
    return simulate_panel(world, rng) if task.assay == v.DOSE_RESPONSE else simulate_study(world, rng)


@cache
def references(assay: str) -> dict[Structure, xr.Dataset]:
    """A study of each structure that the worlds of an assay have: of the first world that has it."""
    found: dict[Structure, xr.Dataset] = {}
    for world in ASSAYS[assay]:
        _, data = simulated(Task(assay, world, "", 0, 0))
        found.setdefault(structure_of(data), data)
    return found


def measure(task: Task) -> dict[str, Any]:
    """The record of a study.

    Returns
    -------
    dict
        seconds; outcome ("ok", "handed on", or "failed") and why; converged; told (kinds of sentences that a user
        reads about the data, the tables and the fit); flagged (whether each line has a flag); tested (log10 of lowest
        and top dose); numbers (by estimand a list of truth, median, ends of the 90% and of the 50% interval, rank of
        the truth among draws); calls (by estimand a list of probability and truth).
    """
    truth, data = simulated(task)
    started = time.perf_counter()
    seed = seeding.sampler_seed(task.seed, "worlds", task.assay, task.world, task.study, task.engine)
    record: dict[str, Any] = {"outcome": "ok", "why": "", "converged": False, "told": [], "numbers": {}, "calls": {}}
    try:
        drawn = ENGINES[task.engine](data, seed, partial(references, task.assay))
        read = read_result(drawn)
    except HandedOn as error:
        return record | {"outcome": "handed on", "why": str(error), "seconds": time.perf_counter() - started}
    except (InputError, RuntimeError, ValueError) as error:  # a study without an answer is a row
        return record | {"outcome": "failed", "why": str(error)[:300], "seconds": time.perf_counter() - started}
    verdict, estimands = verdict_of(drawn), read.estimands
    sentences = [*assay_of(data).notes(data), *read.remarks, *_notes_of_rows(read.tables[0].frame)]
    if task.assay == v.DOSE_RESPONSE:
        record["tested"] = [float(np.log10(estimands[name].min())) for name in ("lowest_dose_um", "top_dose_um")]
        record["flagged"] = [bool(text) for text in estimands["flags"].to_numpy()]
    rng = seeding.stream(seed, "ties")
    asked = {name for name in {*NUMBERS[task.assay], *CALLS[task.assay]} if name in estimands and name in truth}
    shown = {name: _shown(estimands, name) for name in asked}
    classical = {WELCH: welch_numbers(estimands, truth)} if task.assay == GROUPS else {}
    return record | {
        "seconds": time.perf_counter() - started,
        "converged": bool(verdict.passed),
        "told": sorted({kind_of(text) for text in sentences if not text.startswith(ALWAYS)}),
        "numbers": {name: numbers_of(shown[name], truth[name], rng) for name in NUMBERS[task.assay] if name in shown}
        | classical,
        "calls": {name: calls_of(shown[name], truth[name]) for name in CALLS[task.assay] if name in shown},
    }


def _shown(estimands: xr.Dataset, name: str) -> xr.DataArray:
    """Draws of an estimand; a fold change without a pair is NaN, for no table has a row of it."""
    draws = estimands[name]
    return draws.where(estimands["pairs"] > 0) if name == v.LOG2_FOLD_CHANGE else draws


def _flat(draws: xr.DataArray, truth: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Draws (case, draw) and truth (case) of the same cases, by their names; without cases that are NaN."""
    rest = [str(dim) for dim in draws.dims if dim not in ("chain", "draw")]
    own = {dim: draws[dim].to_numpy() for dim in rest}
    true = truth.sel(own).transpose(*rest).to_numpy().astype(float).ravel()
    values = draws.transpose(*rest, "chain", "draw").to_numpy().astype(float).reshape(len(true), -1)
    there = ~np.isnan(values[:, 0])
    return values[there], true[there]


def numbers_of(draws: xr.DataArray, truth: xr.DataArray, rng: np.random.Generator) -> list[list[float]]:
    """Of every case truth, median, ends of both intervals and the rank of the truth among the draws."""
    values, true = _flat(draws, truth)
    low, middle, high = interval_of(values, OUTER, axis=-1, method="inverted_cdf")
    inner_low, _, inner_high = interval_of(values, INNER, axis=-1, method="inverted_cdf")
    rank = randomised_rank(values, true, rng)
    table = np.column_stack([true, middle, low, high, inner_low, inner_high, rank])
    return [[round(float(one), 6) for one in row] for row in table]


def welch_numbers(estimands: xr.Dataset, truth: xr.Dataset) -> list[list[float]]:
    """As `numbers_of`, of Welch's t of two groups; without targets of which a group has fewer than two subjects.

    The rank is the share of its t distribution, around the difference, that lies below the truth.
    """
    number, mean, sd = (estimands[name].to_numpy() for name in (SUBJECTS, MEAN_OF_SUBJECTS, SD_OF_SUBJECTS))
    true = truth[LOG2_RATIO_OF_GROUPS].sel({v.TARGET: estimands[v.TARGET].to_numpy()}).to_numpy()[:, 0]
    there = (number > 1).all(axis=1)
    part = sd[there] ** 2 / number[there]
    error = np.sqrt(part.sum(axis=1))
    freedom = part.sum(axis=1) ** 2 / (part**2 / (number[there] - 1)).sum(axis=1)
    middle = mean[there, 1] - mean[there, 0]
    own = stats.t(freedom, middle, error)
    ends = [one for inside in (OUTER, INNER) for one in own.interval(inside)]
    table = np.column_stack([true[there], middle, *ends, own.cdf(true[there])])
    return [[round(float(one), 6) for one in row] for row in table]


def calls_of(draws: xr.DataArray, truth: xr.DataArray) -> list[list[float]]:
    """Of every case the probability that it is true, or above 0, and whether it is."""
    values, true = _flat(draws, truth)
    return [[round(float(p), 6), float(yes)] for p, yes in zip((values > 0).mean(axis=1), true > 0, strict=True)]


def _notes_of_rows(frame: Any) -> list[str]:
    return [str(text) for text in frame["note"] if text] if "note" in frame else []


def kind_of(sentence: str) -> str:
    """A sentence without names and numbers, cut short: the same for all lines and studies of which it is said."""
    bare = re.sub(r"(, )*…(, …)*( and …( more)?)?", "…", _NAMES.sub("…", sentence))
    bare = re.sub(r"[\s;:]+", " ", bare).strip(" ,;:()…")
    return re.sub(r"^(and |more |, )+", "", bare)[:70].strip()
