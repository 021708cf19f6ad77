"""Sizes are refused before memory or time is taken, and wrong types by field."""

import importlib
import math
import pkgutil
import time
from dataclasses import MISSING, fields, is_dataclass

import pytest

import lensim
from lensim import checks
from lensim.bioassay.design import BioassayDesign
from lensim.cell_cycle.design import CellCycleDesign
from lensim.checks import InputError
from lensim.dose_response.design import DoseResponseDesign
from lensim.expression.design import ExpressionDesign
from lensim.expression.groups.design import GroupOfSubjects
from lensim.power.scenario import scenario_of

TEST = [{"rule": "test", "test": "t_log2"}]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: DoseResponseDesign(["a"], ["g"], experiments=100_000),
            "DoseResponseDesign must have at most 1,000,000 wells on all plates, got 9,600,000: lower experiments "
            "(100,000), replicates (3) or lines (1)",
        ),
        (
            lambda: ExpressionDesign(["a"], ["g"], experiments=100_000),
            "ExpressionDesign must have at most 1,000,000 wells on all plates, got 9,600,000: lower experiments "
            "(100,000), technical_replicates (2) or subjects (1)",
        ),
        (
            lambda: BioassayDesign(["a"], experiments=100_000),
            "BioassayDesign must have at most 1,000,000 wells on all plates, got 9,600,000: lower experiments "
            "(100,000), lines (1) or conditions (2)",
        ),
        (
            lambda: CellCycleDesign(tubes=10**9),
            "CellCycleDesign must have at most 100,000 tubes, got 12,000,000,000: lower experiments (3), tubes "
            "(1,000,000,000) or lines (2)",
        ),
        (
            lambda: DoseResponseDesign(["a"], ["g"], plate_rows=10**6),
            "DoseResponseDesign.plate_rows must lie between 1 and 200, got 1e+06",
        ),
        (lambda: DoseResponseDesign("ab", "ab"), "DoseResponseDesign.cell_lines must be a list, got 'ab'"),
        (lambda: DoseResponseDesign([1], ["g"]), "DoseResponseDesign.cell_lines[0] must be a text, got 1"),
        (
            lambda: DoseResponseDesign(["a"], ["g"], (0.0, math.inf)),
            "DoseResponseDesign.doses_um[1] must be a finite number, got inf",
        ),
        (
            lambda: scenario_of(
                {
                    "name": "a",
                    "rules": TEST,
                    "grid": {"design.subjects.line": list(range(2, 9000)), "design.experiments": list(range(1, 100))},
                }
            ),
            "scenario: grid must have at most 10,000 combinations, got 890,802: give fewer values, for there are "
            "8,998 x 99",
        ),
        (
            lambda: scenario_of({"name": "a", "rules": TEST, "studies": {"chunk": 10**7, "count": 10**7}}),
            "scenario: studies.chunk must have at most 10,000,000 wells at a time, got 2,160,000,000: lower "
            "studies.chunk (10,000,000) or the subjects, genes or replicates of design (216 wells)",
        ),
    ],
)
def test_what_is_too_large_or_of_a_wrong_kind_is_refused_at_once(make, message):
    started = time.perf_counter()
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("value", ["x", None, True, [1]])
def test_a_number_of_another_type_is_refused(value):
    with pytest.raises(InputError, match=r"^n must be a number, got "):
        checks.at_least("n", value, 1)


def given_by_users():
    """Every dataclass of figures that a user may give: designs, truths, priors, settings of plates and samplers."""
    for module in pkgutil.walk_packages(lensim.__path__, "lensim."):
        if module.name.rsplit(".", 1)[-1] in ("design", "truth", "priors", "plate_faults", "engine_nutpie", "pairs"):
            for kind in vars(importlib.import_module(module.name)).values():
                if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.name:
                    yield from ((kind, item.name) for item in fields(kind) if item.type in ("int", "float", int, float))


@pytest.mark.parametrize("value", [math.nan, -math.inf, 1e308, 10**40, "x", True])
def test_every_number_of_what_a_user_gives_is_checked_by_name(value):
    needed = {"cell_lines": ["a"], "group_of_line": ["g"], "subjects": ["a"], "cell_type_of_subject": ["g"]}
    needed["percent"] = {("a", "b"): (50.0, 30.0, 20.0)}
    needed |= {"cell_type": "g", "condition": "a", "control": "a"}
    needed["groups"] = [GroupOfSubjects("g", "a", 2), GroupOfSubjects("g", "b", 2)]
    tried = 0
    for kind, name in given_by_users():
        if kind.__name__.startswith("_"):
            continue
        lacking = [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]
        with pytest.raises(InputError, match=rf"{kind.__name__}\.{name} must"):
            kind(**{one: needed[one] for one in lacking if one != name}, **{name: value})
        tried += 1
    assert tried > 100
