"""The designs that the form offers: what each asks of `lensim plan`, as its TOML has it.

Every function takes the fields of the form, and gives a part of the TOML's content.
"""

from collections.abc import Mapping
from typing import Any, Final

from lensim.app.plan.chosen import Fields, plural
from lensim.app.plan.design import FEWEST, MOST, Design, Size, effect, tail
from lensim.app.plan.designs_panels import CALLS, TWO_CONDITIONS
from lensim.app.plan.near import numbers_near

PANELS: Final = ("dose_response", "calls")
CONTROL, TREATED = "control", "treated"


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
    return {"rules": [tests.get(asked.rule) or tail(asked)], "design": design}


def _truth_of_pairs(asked: Fields) -> dict[str, Any]:
    return {"expression": [{"mu_log2_fold_change": effect(asked), "sigma_log2_fold_change": asked.spread}]}


def _grid_of_pairs(asked: Fields) -> dict[str, list[int]]:
    grid = {"design.experiments": [1, 2, 3]}
    return grid | {"design.technical_replicates": [1, 2]} if asked.design == "expression" else grid


def _steps_of_pairs(asked: Fields) -> dict[str, str]:
    found = {asked.subject: f"design.subjects.{asked.subject}", "experiment": "design.experiments"}
    return found | {"replicate": "design.technical_replicates"} if asked.design == "expression" else found


def _groups(asked: Fields) -> dict[str, Any]:
    tests = {"t": {"rule": "unpaired_t"}, "rank": {"rule": "mann_whitney"}}
    start = asked.start
    both: dict[str, Any] = {CONTROL: 1, TREATED: 1}
    if start is not None:
        both = {start.control: 1, asked.contrast or start.contrasts[0]: 1}
        both = {asked.subject: both} if len(start.cell_types) > 1 else both
    design = {
        "assay": "groups",
        "groups": both,
        "subjects": asked.number,
        "targets": [asked.target],
        "technical_replicates": asked.replicates,
    }
    return {"rules": [tests.get(asked.rule) or tail(asked)], "design": design}


def _truth_of_groups(asked: Fields) -> dict[str, Any]:
    return {
        "groups": [
            {"sd_log2_between_subjects": asked.spread},
            {"group": TREATED, "log2_fold_change": effect(asked)},
        ]
    }


def _of_genes(asked: Fields) -> dict[str, Any]:
    return {"name": f"{asked.target} in {plural(asked.subject)}"}


def _paired(title: str) -> Design:
    return Design(
        title,
        _pairs,
        _truth_of_pairs,
        lambda asked: {"contrast": asked.contrast} if asked.contrast else {},
        lambda asked: Size(f"design.subjects.{asked.subject}", FEWEST, MOST, asked.number),
        lambda asked: numbers_near(asked, MOST),
        _grid_of_pairs,
        _steps_of_pairs,
        _of_genes,
    )


DESIGNS: Final[Mapping[str, Design]] = {
    "expression": _paired("Pairs, RT-qPCR reactions"),
    "ratios": _paired("Pairs, ratios as they are"),
    "groups": Design(
        "Two groups of different subjects, RT-qPCR",
        _groups,
        _truth_of_groups,
        lambda asked: {},
        lambda asked: Size("design.subjects", FEWEST, MOST, asked.number),
        lambda asked: numbers_near(asked, MOST),
        lambda asked: {"design.technical_replicates": [1, 2]},
        lambda asked: {"subject in each group": "design.subjects", "replicate": "design.technical_replicates"},
        _of_genes,
    ),
    "dose_response": TWO_CONDITIONS,
    "calls": CALLS,
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
    truth = design.truth(asked) if asked.start is None else design.truth_of_start(asked)
    if truth:
        scenario["truth"] = truth
    size, own = design.size(asked), design.more(asked)
    found = {name: value for name, value in own.items() if name not in ("size", "frontier")}
    return {
        "name": found.pop("name"),
        "target": asked.goal,
        **found,
        "scenario": scenario,
        "size": {"field": size.field, "low": size.low, "high": size.high, **own.get("size", {})},
        "costs": dict(vars(asked.prices)),
        "frontier": {**own.get("frontier", {}), "grid": {size.field: design.numbers(asked), **design.grid(asked)}},
    }
