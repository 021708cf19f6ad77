"""An assay is one value: power and plan take one that they know nothing of, as soon as it has a name."""

from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from pydantic import Field

from lensim import seeding
from lensim.config import FrozenConfig
from lensim.face.plan import plan
from lensim.face.power import power
from lensim.plan.question import question_of
from lensim.power.assay import PowerAssay
from lensim.power.assays import ASSAYS, PLACES, assay_of
from lensim.power.diagnosands import EXACT
from lensim.power.rule import BaseRule
from lensim.power.scenario import scenario_of
from lensim.power.spec import BaseScenario, stream_path


class CoinDesign(FrozenConfig):
    assay: Literal["coin"] = "coin"
    tosses: int = 10


class CoinTruth(FrozenConfig):
    heads: float = 0.5
    posterior: None = None
    scale: dict[str, float] = Field(default={})
    shift: dict[str, float] = Field(default={})


class CoinAnalysis(FrozenConfig):
    pass


class HeadsRule(BaseRule):
    def describe(self) -> str:
        return "more than half heads"


class CoinScenario(BaseScenario):
    design: CoinDesign = CoinDesign()
    truth: CoinTruth = CoinTruth()
    analysis: CoinAnalysis = CoinAnalysis()
    rules: tuple[HeadsRule, ...]

    def items(self, rule: BaseRule) -> tuple[str, ...]:
        return ("coin",)


def toss(scenario: CoinScenario, setting: Any, chunk: int, studies: int) -> pd.DataFrame:
    rng = seeding.stream(scenario.seed, *stream_path(setting, chunk))
    heads = scenario.truth.heads * scenario.truth.scale.get("heads", 1.0)
    share = rng.binomial(scenario.design.tosses, heads, studies) / scenario.design.tosses
    return pd.DataFrame(
        {
            "study": np.arange(studies) + chunk * scenario.studies.chunk,
            "rule": 0,
            "target": 0,
            "decided": share > 0.5,
            "estimate": share,
            "low": share,
            "high": share,
            "probability": np.nan,
            "truth": heads,
            "is_null": False,
            "answered_by": EXACT,
        }
    )


COIN = PowerAssay(
    names=("coin",),
    scenario=CoinScenario,
    run_chunk=toss,
    run_audit=lambda *_: pd.DataFrame(),
    not_in_posterior=lambda scenario: [],
    subjects=lambda scenario: {"coin": scenario.design.tosses},
    resources=lambda scenario, wells_per_plate: {"subjects": scenario.design.tosses},
    spreads=(),
    effects=lambda scenario, rule, item: ("heads",),
    who_differs="coins differ",
    parts=lambda scenario: frozenset(),
)


@pytest.fixture
def coin(monkeypatch) -> dict[str, Any]:
    monkeypatch.setitem(PLACES, "coin", (__name__, "COIN"))
    return {"name": "coin", "design": {"assay": "coin"}, "truth": {"heads": 0.7}, "rules": [{}]}


def test_power_of_a_new_assay(coin, tmp_path):
    result = power(scenario_of(coin | {"grid": {"design.tosses": [5, 25]}}), tmp_path / "out")
    assert list(result.table["share"]) == sorted(result.table["share"])
    assert "more than half heads, coin: power is lowest at tosses = 5 (" in result.text


def test_plan_of_a_new_assay(coin):
    size = {"field": "design.tosses", "low": 1, "high": 99, "budget": 2000}
    result = plan(question_of({"name": "q", "target": 0.9, "scenario": coin, "size": size}))
    assert "Success is: more than half heads. Recommended: " in result.text
    assert "the effect is a quarter smaller" in result.text


def test_every_assay_is_found_by_each_of_its_names():
    for name, assay in ASSAYS.items():
        rules = {"dose_response": {"rule": "call"}, "groups": {"rule": "unpaired_t"}, "levels": {"rule": "unpaired_t"}}
        rule = rules.get(name, {"rule": "test", "test": "t_log2"})
        scenario = scenario_of({"name": "x", "design": {"assay": name}, "rules": [rule]})
        assert isinstance(scenario, assay.scenario)
        assert assay_of(scenario) is assay
        used = assay.resources(scenario, 96)
        assert used["subjects"] == sum(assay.subjects(scenario).values())


def test_kernels_that_are_not_compiled_are_told_once(monkeypatch, coin):
    from lensim.inference import compiled

    assert {assay.kernels for assay in ASSAYS.values()} >= {"lensim.expression.exact", "lensim.dose_response.laplace"}
    for are_there in (False, True):
        monkeypatch.setattr(compiled, "are_in_place", lambda package, found=are_there: found)
        notes = {name: assay.compiling_note() for name, assay in ASSAYS.items()}
        assert notes.pop("coin") == ""
        assert all(bool(note) is not are_there for note in notes.values())
    assert find_spec(ASSAYS["expression"].kernels) is not None
    assert find_spec(ASSAYS["dose_response"].kernels) is not None


def test_every_name_leads_to_its_assay():
    assert {name: name in ASSAYS[name].names for name in ASSAYS} == dict.fromkeys(PLACES, True)
    assert {name for assay in ASSAYS.values() for name in assay.names} == set(ASSAYS)
    assert "lines" not in ASSAYS
    with pytest.raises(KeyError):
        ASSAYS["lines"]
