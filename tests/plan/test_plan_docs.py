"""The files that the docs give to copy are taken."""

import re
import tomllib
from pathlib import Path

import pytest

from lensim.plan.answer import require_answerable
from lensim.plan.question import question_of
from lensim.power.scenario import scenario_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "guide"


def tables(name: str) -> list[dict]:
    blocks = re.findall(r"```toml\n(.*?)```", (DOCS / name).read_text(), re.DOTALL)
    return [tomllib.loads(block) for block in blocks]


@pytest.mark.parametrize("number", [0, 1])
def test_the_plans_of_the_docs_can_be_answered(number):
    question = question_of(tables("plan.md")[number])
    require_answerable(question, None)
    assert question.size is not None
    assert question.frontier is not None


def test_the_plan_of_doses_and_lines_can_be_answered():
    committed = tomllib.loads((ROOT / "experiments" / "plan_doses.toml").read_text())
    for question in map(question_of, (tables("plan.md")[2], committed)):
        assert question.doses is not None
        assert question.lines is not None
        require_answerable(question.model_copy(update={"lines": None}), None)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_scenarios_of_the_docs_are_taken(number):
    scenario = scenario_of(tables("power.md")[number])
    assert list(scenario.points())
