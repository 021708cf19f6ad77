"""The designs of panels: IC50s of lines under two conditions, and lines that are called resistant at a dose."""

import math
from typing import Any, Final

from lensim.app.plan.chosen import Fields
from lensim.app.plan.design import FEWEST, TAILS, Design, Size
from lensim.app.plan.names import DIGITS
from lensim.app.plan.near import numbers_near
from lensim.checks import InputError

MOST_LINES: Final = 16
"""Of a panel, whose studies take longer."""
MOST_EXPERIMENTS: Final = 6
"""A slider reaches as far."""
PANEL_CHUNK: Final = 20
"""Studies of a panel that are simulated together; the engine does some 40 a second."""
PANEL_BUDGET: Final = 600
"""Studies that the search for the number may spend."""
PANEL_STUDIES: Final = 100
"""Studies of each design that is compared by cost."""
LARGE_EFFECT: Final = {"mu_effect_at_saturation": 2.0, "sigma_effect_at_saturation": 0.3}
"""Nearly all lines have an IC50: 86% of the signal goes."""
FIRST, SECOND = "first", "second"
IC50_OVER_EC50: Final = 0.11
"""log10 of the ratio of a median line's IC50 and EC50, with this effect and the slope of the default population."""


def _layout(asked: Fields) -> dict[str, Any]:
    return {
        "assay": "dose_response",
        "groups": {"line": asked.number},
        "experiments": asked.experiments,
        "replicates": asked.replicates,
        "top_dose_um": asked.top_dose_um,
        "dose_count": asked.doses,
    }


def _panel(rule: dict[str, Any], design: dict[str, Any]) -> dict[str, Any]:
    return {
        "rules": [rule],
        "design": design,
        "analysis": {"engine": "laplace"},
        "studies": {"count": PANEL_BUDGET, "chunk": PANEL_CHUNK},
        "audit": {"studies": 0},
    }


def _more(asked: Fields, name: str) -> dict[str, Any]:
    spent = {"size": {"budget": PANEL_BUDGET}, "frontier": {"studies": PANEL_STUDIES}}
    return {"name": name, "robustness": [], **spent}


def _steps(asked: Fields) -> dict[str, str]:
    return {
        "line": "design.groups.line",
        "experiment": "design.experiments",
        "replicate": "design.replicates",
        "dose": "design.dose_count",
    }


# --- IC50s under two conditions ---


def _conditions(asked: Fields) -> tuple[str, str]:
    """Names of the condition that is compared with, and of the other."""
    start = asked.start
    return (FIRST, SECOND) if start is None else (start.control, asked.contrast or start.contrasts[0])


def _two_conditions(asked: Fields) -> dict[str, Any]:
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
    return _panel(rule, _layout(asked) | {"conditions": list(_conditions(asked))})


def _moved(asked: Fields, log2_fold: float, doubt: float, spread: float) -> list[dict[str, Any]]:
    fold: Any = round(2.0**log2_fold, DIGITS)
    if doubt:
        fold = {"lognormal": [fold, round(doubt * math.log(2), DIGITS)]}
    return [{"condition": _conditions(asked)[1], "fold": fold, "sd_log2_fold": spread}]


def _truth_of_two_conditions(asked: Fields) -> dict[str, Any]:
    return {
        "conditions": _moved(asked, asked.log2_effect, asked.doubt, asked.spread),
        "population": {"mu_log10_ec50_um": round(math.log10(asked.top_dose_um) - 1.7, 3), **LARGE_EFFECT},
    }


def _moved_as_in_start(asked: Fields) -> dict[str, Any]:
    """How far IC50s move, as numbers: the populations of `lensim plan --from` are those of one condition."""
    start = asked.start
    if start is None:
        return {}
    shift, spread = asked.about
    return {"conditions": _moved(asked, shift, start.doubt_of(asked.target, asked.subject, asked.contrast), spread)}


TWO_CONDITIONS: Final = Design(
    "Panel of lines: IC50 under two conditions",
    _two_conditions,
    _truth_of_two_conditions,
    _moved_as_in_start,
    lambda asked: Size("design.groups.line", FEWEST, MOST_LINES, asked.number),
    lambda asked: numbers_near(asked, MOST_LINES),
    lambda asked: {"design.experiments": [1, 2, 3]},
    _steps,
    lambda asked: _more(asked, "IC50 under two conditions"),
)


# --- lines that are called ---


def _calls(asked: Fields) -> dict[str, Any]:
    if not 0 < asked.dose_um <= asked.top_dose_um:
        raise InputError(
            f"The dose of the call must be above 0 and at most the top dose ({asked.top_dose_um:g} µM), got "
            f"{asked.dose_um:g} µM: what lies above the tested doses is no measurement"
        )
    rule = {"rule": "call", "call": "resistant", "threshold_um": asked.dose_um, "probability": asked.certainty}
    return _panel(rule, _layout(asked))


def _truth_of_calls(asked: Fields) -> dict[str, Any]:
    if not asked.ic50_um > 0:
        raise InputError(f"Typical IC50 must be above 0, got {asked.ic50_um:g}")
    median: Any = round(math.log10(asked.ic50_um) - IC50_OVER_EC50, DIGITS)
    if asked.ic50_doubt:
        median = {"normal": [median, asked.ic50_doubt]}
    lines = {"sigma_group_log10_ec50_um": 0.0, "sigma_log10_ec50_um": asked.ic50_spread}
    return {"population": {"mu_log10_ec50_um": median, **lines, **LARGE_EFFECT}}


CALLS: Final = Design(
    "Panel of lines: which are resistant",
    _calls,
    _truth_of_calls,
    lambda asked: {},
    lambda asked: Size("design.experiments", 1, MOST_EXPERIMENTS, asked.experiments),
    lambda asked: [1, 2, 3],
    lambda asked: {"design.replicates": [2, 3]},
    _steps,
    lambda asked: _more(asked, f"lines resistant at {asked.dose_um:g} uM"),
)
