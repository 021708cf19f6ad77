"""The designs that the form offers: what each asks of `lensim plan`, as its TOML has it.

Every function takes the fields of the form, and gives a part of the TOML's content.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scipy import stats

from lensim.app.plan.chosen import Fields
from lensim.checks import InputError

FEWEST: Final = 2
MOST: Final = 60
"""Largest number that is looked at; a slider reaches as far."""
MOST_LINES: Final = 16
"""Of a panel, whose studies take longer."""
GRID_AROUND: Final = (0.8, 1.0, 1.2, 1.5)
"""Numbers of the designs that are compared by cost, as multiples of about what is needed."""
SD_PAIR: Final = 0.35
"""About what measurement adds to a log2 ratio; only where the grid lies depends on it."""
SMALLEST_EFFECT: Final = 0.05
PANEL_CHUNK: Final = 20
"""Studies of a panel that are simulated together; the engine does some 40 a second."""
PANEL_BUDGET: Final = 600
"""Studies that the search for the number of lines may spend."""
TAILS: Final[Mapping[str, float]] = {"tail_975": 0.975, "tail_95": 0.95}
RULES: Final[Mapping[str, str]] = {
    "tail_975": "P(in this direction) > 97.5%",
    "tail_95": "P(in this direction) > 95%",
    "t": "t-test of logs, P < 0.05",
    "rank": "rank test, P < 0.05",
}


@dataclass(frozen=True)
class Design:
    """A design that the form offers.

    Attributes
    ----------
    title
        In the form.
    scenario
        From the fields to the scenario, without its truth.
    truth
        From the fields to the truth, where neither a fit nor a paper gives it.
    size
        From the fields to the field of the number, and its largest value.
    grid
        From the fields to the designs that are compared by cost, beside their numbers.
    steps
        What one more can be had of: the word, and the field.
    """

    title: str
    scenario: Callable[[Fields], dict[str, Any]]
    truth: Callable[[Fields], dict[str, Any]]
    size: Callable[[Fields], tuple[str, int]]
    grid: Callable[[Fields], dict[str, list[int]]]
    steps: Callable[[Fields], dict[str, str]]


def _pairs(asked: Fields) -> dict[str, Any]:
    design: dict[str, Any] = {
        "assay": asked.design,
        "subjects": {asked.subject: asked.number},
        "targets": [asked.target],
        "experiments": asked.experiments,
    }
    if asked.design == "expression":
        design["technical_replicates"] = asked.replicates
    tests = {"t": {"rule": "test", "test": "t_log2"}, "rank": {"rule": "test", "test": "wilcoxon"}}
    return {"rules": [tests.get(asked.rule) or _tail(asked)], "design": design}


def _tail(asked: Fields) -> dict[str, Any]:
    side = {"below": 0.0} if asked.is_decrease else {"above": 0.0}
    return {"rule": "posterior", **side, "probability": TAILS[asked.rule]}


def _effect(asked: Fields) -> float | dict[str, list[float]]:
    return {"normal": [asked.log2_effect, asked.doubt]} if asked.doubt else asked.log2_effect


def _truth_of_pairs(asked: Fields) -> dict[str, Any]:
    return {"expression": [{"mu_log2_fold_change": _effect(asked), "sigma_log2_fold_change": asked.spread}]}


def _grid_of_pairs(asked: Fields) -> dict[str, list[int]]:
    grid = {"design.experiments": [1, 2, 3]}
    return grid | {"design.technical_replicates": [1, 2]} if asked.design == "expression" else grid


def _steps_of_pairs(asked: Fields) -> dict[str, str]:
    found = {asked.subject: f"design.subjects.{asked.subject}", "experiment": "design.experiments"}
    return found | {"replicate": "design.technical_replicates"} if asked.design == "expression" else found


def _groups(asked: Fields) -> dict[str, Any]:
    tests = {"t": {"rule": "unpaired_t"}, "rank": {"rule": "mann_whitney"}}
    design = {
        "assay": "groups",
        "groups": {"control": 1, "treated": 1},
        "subjects": asked.number,
        "targets": [asked.target],
        "technical_replicates": asked.replicates,
    }
    return {"rules": [tests.get(asked.rule) or _tail(asked)], "design": design}


def _truth_of_groups(asked: Fields) -> dict[str, Any]:
    return {
        "groups": [
            {"sd_log2_between_subjects": asked.spread},
            {"group": "treated", "log2_fold_change": _effect(asked)},
        ]
    }


def _panel(asked: Fields) -> dict[str, Any]:
    if asked.rule == "rank":
        raise InputError(
            "A panel must be judged by the posterior or by a t-test, got the rank test: choose another rule"
        )
    side = {"below": 1.0} if asked.is_decrease else {"above": 1.0}
    rule = (
        {"rule": "ratio_test", **side}
        if asked.rule == "t"
        else {"rule": "ratio", "of": "mean", **side, "probability": TAILS[asked.rule]}
    )
    return {
        "rules": [rule],
        "design": {
            "assay": "dose_response",
            "groups": {"line": asked.number},
            "conditions": ["first", "second"],
            "experiments": asked.experiments,
            "replicates": asked.replicates,
            "top_dose_um": asked.top_dose_um,
            "dose_count": asked.doses,
        },
        "analysis": {"engine": "laplace"},
        "studies": {"count": PANEL_BUDGET, "chunk": PANEL_CHUNK},
        "audit": {"studies": 0},
    }


def _truth_of_panel(asked: Fields) -> dict[str, Any]:
    fold: Any = round(2.0**asked.log2_effect, 4)
    if asked.doubt:
        fold = {"lognormal": [fold, round(asked.doubt * math.log(2), 4)]}
    return {
        "conditions": [{"condition": "second", "fold": fold, "sd_log2_fold": asked.spread}],
        "population": {
            "mu_log10_ec50_um": round(math.log10(asked.top_dose_um) - 1.7, 3),
            "mu_effect_at_saturation": 2.0,
            "sigma_effect_at_saturation": 0.3,
        },
    }


def _steps_of_panel(asked: Fields) -> dict[str, str]:
    return {
        "line": "design.groups.line",
        "experiment": "design.experiments",
        "replicate": "design.replicates",
        "dose": "design.dose_count",
    }


_PAIRED: Final = {
    "scenario": _pairs,
    "truth": _truth_of_pairs,
    "size": lambda asked: (f"design.subjects.{asked.subject}", MOST),
    "grid": _grid_of_pairs,
    "steps": _steps_of_pairs,
}
DESIGNS: Final[Mapping[str, Design]] = {
    "expression": Design("Pairs, RT-qPCR reactions", **_PAIRED),  # type: ignore[arg-type]
    "ratios": Design("Pairs, ratios as they are", **_PAIRED),  # type: ignore[arg-type]
    "groups": Design(
        "Two groups of different subjects, RT-qPCR",
        _groups,
        _truth_of_groups,
        lambda asked: ("design.subjects", MOST),
        lambda asked: {"design.technical_replicates": [1, 2]},
        lambda asked: {"subject in each group": "design.subjects", "replicate": "design.technical_replicates"},
    ),
    "dose_response": Design(
        "Panel of lines: IC50 under two conditions",
        _panel,
        _truth_of_panel,
        lambda asked: ("design.groups.line", MOST_LINES),
        lambda asked: {"design.experiments": [1, 2, 3]},
        _steps_of_panel,
    ),
}


def content_of(asked: Fields) -> dict[str, Any]:
    """All that `lensim plan` is asked; a fit or a paper is named on its command line instead.

    Raises
    ------
    InputError
        If a field does not suit the design.
    """
    design = DESIGNS[asked.design]
    scenario: dict[str, Any] = {"seed": asked.seed, **design.scenario(asked)}
    if asked.start is None:
        scenario["truth"] = design.truth(asked)
    elif asked.contrast:
        scenario["truth"] = {"contrast": asked.contrast}
    name, most = design.size(asked)
    size: dict[str, Any] = {"field": name, "low": FEWEST, "high": most}
    frontier: dict[str, Any] = {"grid": {name: numbers_near(asked, most), **design.grid(asked)}}
    content: dict[str, Any] = {"name": f"{asked.target} in {asked.subject}s", "target": asked.goal}
    if asked.design == "dose_response":
        content = {"name": "IC50 under two conditions", "target": asked.goal, "robustness": []}
        size["budget"], frontier["studies"] = PANEL_BUDGET, 100
    return {**content, "scenario": scenario, "size": size, "costs": dict(vars(asked.prices)), "frontier": frontier}


def numbers_near(asked: Fields, most: int) -> list[int]:
    """Numbers around about what is needed, for the grid of designs: of a normal mean with a known spread.

    n = (z_rule + z_goal)^2 (spread^2 + sd_pair^2) / effect^2 + 1,      twice as many spreads for two groups
    """
    effect, spread = asked.about
    variance = 2 * spread**2 if asked.design == "groups" else spread**2 + SD_PAIR**2
    z = float(stats.norm.ppf(0.95 if asked.rule == "tail_95" else 0.975) + stats.norm.ppf(asked.goal))
    about = z**2 * variance / max(abs(effect), SMALLEST_EFFECT) ** 2 + 1
    found = {min(max(round(factor * about), FEWEST + at), most) for at, factor in enumerate(GRID_AROUND)}
    return sorted(found)
