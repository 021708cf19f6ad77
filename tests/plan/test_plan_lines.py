"""Lines as a part of a plan: what is best, tables, sentences, the joined panel, and what is refused."""

import itertools

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.inference.observations import observations_of
from lensim.plan.answer import answer, require_answerable
from lensim.plan.lines import AGAIN, BEST, IN_PROPORTION, NEW, NONE, choices_of
from lensim.plan.lines_check import joined, next_run
from lensim.plan.lines_information import draws_of_fit
from lensim.plan.lines_words import lines_in_sentences
from lensim.plan.panel_questions import LinesQuestion
from lensim.plan.question import question_of
from lensim.plan.tables import tables_of
from lensim.power.scenario import scenario_of
from lensim.seeding import stream
from tests.plan.panel_fits import panel_fit

PANEL = {
    "seed": 2,
    "design": {"assay": "dose_response", "groups": {"A": 2, "B": 2}, "experiments": 2},
    "analysis": {"engine": "laplace"},
    "rules": [{"rule": "call"}],
    "studies": {"count": 2, "chunk": 2},
}
SMALL = {"first": "A", "more": 3, "draws": 30, "studies": 2}


def asked(lines: dict, **more):
    return question_of({"name": "q", "scenario": PANEL, "lines": lines, **more})


def choices(a: int, b: int, **more):
    fit = panel_fit(a, b)
    posterior, data = fit["posterior"].to_dataset(), observations_of(fit)
    question = LinesQuestion(**SMALL | more)
    return choices_of(scenario_of({"name": "p", **PANEL}), question, draws_of_fit(posterior, data, 30), posterior)


@pytest.fixture(scope="module")
def plan():
    costs = {"subject": 100, "culture": 10, "well": 1}
    return answer(asked(SMALL, costs=costs), panel_fit())


def test_tables_and_sentences_say_what_each_choice_buys(plan):
    tables = tables_of(plan)
    lines = tables["lines"]
    assert set(lines["kind"]) == {NEW, AGAIN}
    assert len(lines) == 2 + 6
    assert lines["sd"].is_monotonic_increasing
    assert lines["variance_less"].between(0, 1).all()
    new, again = (lines[lines["kind"] == kind].iloc[0] for kind in (NEW, AGAIN))
    assert new["cost"] == 100 + 2 * (10 + 24)
    assert again["cost"] == 2 * (10 + 24)
    ways = tables["lines_groups"].set_index("way")
    assert ways.loc[BEST, "sd"] <= ways.loc[IN_PROPORTION, "sd"] < ways.loc[NONE, "sd"]
    assert ways.loc[NONE, "sd"] == pytest.approx(plan.lines.sd_now)
    check = tables["lines_check"].set_index("way")
    assert (check["failed"] == 0).all()
    assert check.loc[NONE, "sd_simulated"] == pytest.approx(plan.lines.sd_now, rel=0.25)
    said = lines_in_sentences(plan.lines)
    assert said.startswith("difference of A less others in log10 EC50: its standard deviation is ")
    assert "Posterior standard deviation in 2 simulated studies of each way: " in said


def test_the_best_choices_are_those_of_all_that_there_are():
    found = choices(2, 4)
    options = [(NEW, 0), (NEW, 1), (AGAIN, 0), (AGAIN, 1), (AGAIN, 3)]
    every = [
        chosen
        for chosen in itertools.combinations_with_replacement(options, 3)
        if all(chosen.count(one) == 1 for one in chosen if one[0] == AGAIN)
    ]
    least = min(map(found.variance, every))
    assert found.variance(found.best(3, options)) == pytest.approx(least, rel=1e-9)
    assert max(map(found.variance, every)) > 1.05 * least


def test_the_smaller_group_gets_more_of_the_new_lines():
    """With two groups of lines alike the variance is least where both have as many lines."""
    best = choices(2, 6, more=4, again=()).best(4, [(NEW, 0), (NEW, 1)])
    assert sum(which == 0 for _, which in best) >= 3


def test_a_line_that_is_known_well_is_not_worth_a_further_test():
    """Against the spread between lines an experiment more of a line says little; a new line says more."""
    found = choices(3, 3)
    new = min(found.variance(((NEW, g),)) for g in range(2))
    again = min(found.variance(((AGAIN, i),)) for i in found.again)
    assert new < again < found.variance(())


def test_the_next_run_lies_behind_the_panel_of_the_fit():
    result = panel_fit()
    fit = draws_of_fit(result["posterior"].to_dataset(), observations_of(result), 30)
    scenario = scenario_of({"name": "p", **PANEL})
    chosen = ((NEW, 1), (AGAIN, 4), (NEW, 0))
    run = next_run(scenario, fit, 3, chosen, stream(1, "run"))
    lines = [("new line 1", 6, 1), ("B1", 4, 1), ("new line 2", 7, 0)]
    whole = joined(fit, run, lines)
    assert whole[v.CELL_LINE].to_numpy().tolist() == ["A0", "A1", "A2", "B0", "B1", "B2", "new line 1", "new line 2"]
    assert whole[v.GROUP_OF_LINE].to_numpy().tolist() == [0, 0, 0, 1, 1, 1, 1, 0]
    data = observations_of(result)
    assert whole.sizes[v.WELL] == data.sizes[v.WELL] + run.sizes[v.WELL]
    cultures = np.bincount(whole[v.LINE_OF_CULTURE].to_numpy())
    assert cultures.tolist() == [2, 2, 2, 2, 4, 2, 2, 2]
    experiment = whole[v.EXPERIMENT_OF_CULTURE].to_numpy()
    assert len(np.unique(experiment)) == 4
    plate = whole[v.PLATE_OF_CULTURE].to_numpy()
    assert not set(plate[experiment < 2]) & set(plate[experiment >= 2])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({"first": "C"}, "lines.first must be one of A, B, got 'C'"),
        ({"first": "A", "second": "C"}, "lines.second must be one of others, A, B, got 'C'"),
        ({"first": "A", "second": "A"}, "lines.second must be another group than lines.first, got A"),
        ({"first": "A", "again": ["X"]}, "lines.again, each, must be one of A0, A1, A2, B0, B1, B2, got 'X'"),
    ],
)
def test_a_group_or_line_that_there_is_not_is_told(lines, message):
    with pytest.raises(InputError) as error:
        require_answerable(asked(lines), panel_fit())
    assert str(error.value) == message


def test_what_lines_need_is_told():
    with pytest.raises(
        InputError, match=r"lines need a dose-response fit with molecular groups: name one with prior=, got"
    ):
        require_answerable(asked(SMALL), None)
    with pytest.raises(InputError, match=r"costs.culture must be given where lines are asked with costs, got none; 0"):
        require_answerable(asked(SMALL, costs={"subject": 1}), panel_fit())
    fit = panel_fit()
    without = fit.copy()
    without["posterior"] = without["posterior"].to_dataset().drop_vars("group_log10_ec50_um")
    with pytest.raises(InputError, match="raw signals and group_log10_ec50_um"):
        require_answerable(asked(SMALL), without)
    pairs = {"design": {"assay": "ratios", "subjects": {"line": 6}}, "rules": [{"rule": "test", "test": "t_log2"}]}
    with pytest.raises(InputError, match=r"lines need a scenario of plates .* without conditions, got ratios"):
        require_answerable(question_of({"name": "q", "scenario": pairs, "lines": SMALL}), fit)
