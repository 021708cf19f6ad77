"""Costs, frontier, robustness, looks, detection and layouts of a plan."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.plan.answer import answer
from lensim.plan.cost import Costs, cost_of, resources_of
from lensim.plan.detection import undetected
from lensim.plan.evaluate import Evaluator, Share
from lensim.plan.interim import looks, success_probability
from lensim.plan.layouts import MAPS, layouts
from lensim.plan.question import DetectionQuestion, InterimQuestion, LayoutQuestion, Shift, SizeQuestion, question_of
from lensim.plan.result import Plan
from lensim.plan.robustness import Trial, tried, world_of
from lensim.plan.search import Size
from lensim.plan.words import (
    interim_in_words,
    layouts_in_words,
    paragraph,
    robustness_in_words,
    share_in_words,
    size_in_words,
)
from lensim.power.dose_response.plate_map import plate_map
from lensim.power.dose_response.study import simulate_chunk as simulate_chunk_of_panel
from lensim.power.expression.study import simulate_chunk
from lensim.power.pool import one_by_one
from lensim.power.scenario import scenario_of
from lensim.seeding import stream

T = {"rule": "test", "test": "t_log2"}
PAIRS = {
    "name": "pairs",
    "seed": 3,
    "design": {"assay": "ratios", "subjects": {"line": 6}, "experiments": 3},
    "truth": {
        "sd_log2_pair": 0.3 * np.sqrt(2.0),
        "expression": [{"mu_log2_fold_change": 0.6, "sigma_log2_fold_change": 0.5}],
    },
    "rules": [T],
    "studies": {"chunk": 1000},
}
QPCR = {
    "name": "qpcr",
    "design": {"subjects": {"patient": 7}, "targets": ["TNF", "IGF1"], "references": ["RPL37A"], "experiments": 2},
    "rules": [T],
}
PANEL = {
    "name": "panel",
    "seed": 2,
    "design": {"assay": "dose_response", "groups": {"A": 2, "B": 2}, "experiments": 2},
    "analysis": {"engine": "laplace"},
    "rules": [{"rule": "call"}],
    "studies": {"chunk": 5},
}
SIZE = {"field": "design.subjects.line", "low": 2, "high": 40}
FREE = {"subject": 0, "culture": 0, "reverse_transcription": 0, "well": 0, "plate": 0}


@pytest.mark.parametrize(("pairs", "replicates", "oracle"), [(6, 3, 0.5659), (9, 1, 0.6728)])
def test_frontier_agrees_with_the_closed_form_of_the_variance(pairs, replicates, oracle):
    """(sd_effect^2 + 2 s^2 / R) / n at sd_effect 0.5, s 0.3, effect 0.6."""
    question = question_of(
        {
            "name": "frontier",
            "target": 0.99,
            "scenario": PAIRS,
            "costs": FREE | {"subject": 10, "well": 1},
            "frontier": {
                "grid": {"design.subjects.line": [pairs], "design.experiments": [replicates]},
                "studies": 40_000,
            },
        }
    )
    row = answer(question).frontier.table.iloc[0]
    assert row["cost"] == 10 * pairs + 4 * pairs * replicates
    assert abs(row["share"] - oracle) < 4 * row["share_mcse"]


def test_resources_are_counted_as_the_bench_counts_them():
    """7 patients x 2 conditions x 2 experiments; 3 genes in duplicate: 12 wells a patient and experiment, 8 a plate."""
    scenario = scenario_of(QPCR)
    series = 3 * len(scenario.design.dilutions) * scenario.design.dilution_replicates
    costs = Costs(**FREE | {"hours_per_culture": 0.5, "hours_per_plate": 3.0, "hour": 40.0, "well": 2.0})
    used = resources_of(scenario, costs)
    assert used["cultures"] == used["reverse_transcriptions"] == 28
    assert used["wells"] == 28 * 6 + series
    assert used["plates"] == 2 * 1 + int(np.ceil(series / 96))
    assert used["hours"] == 14.0 + 3.0 * used["plates"]
    assert cost_of(scenario, costs) == 2.0 * used["wells"] + 40.0 * used["hours"]
    panel = resources_of(scenario_of(PANEL), costs)
    assert panel["wells"] == 4 * 2 * 8 * 3 + 3 * panel["plates"]


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({}, "costs.subject must be given, for the design uses 7 subjects, got none"),
        ({"subject": {"line": 3}}, "costs.subject must have a price for patient, got line"),
        ({"subject": 3}, "costs.culture must be given, for the design uses 28 cultures, got none"),
        ({**FREE, "wells_per_plate": 8}, "costs.wells_per_plate must hold the 12 reactions of one subject"),
    ],
)
def test_a_missing_price_is_told(costs, message):
    with pytest.raises(InputError) as error:
        cost_of(scenario_of(QPCR), Costs(**costs))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": 1.0}, "target: Input should be less than 1, got 1.0"),
        ({"target": 0}, "target: Input should be greater than 0, got 0"),
        ({"costs": {"well": -1}}, "costs.well"),
        ({"costs": {"well": float("inf")}}, "costs.well: must be a finite number, got inf"),
        ({"costs": {"subject": float("nan")}}, "costs.subject"),
        ({"costs": {"subject": {"line": float("inf")}}}, "finite number, got inf"),
        ({"frontier": {"grid": {"design.experiments": [1]}}}, "costs must be given where a frontier is asked"),
        ({"robustness": [{"name": "other"}]}, "size or frontier must be asked where robustness is, got none"),
        ({"rule": "no such"}, "rule must be one of t on log ratios, 0.05, got 'no such'"),
        ({"item": "IL6"}, "item must be one of TNF"),
        ({"size": {"field": "design.patients"}}, "design.patients has no 'patients'"),
        ({"size": {"field": "design.subjects.line", "low": 9, "high": 4}}, "high must be above low, got 9 and 4"),
        ({"scenario": PAIRS | {"grid": {"design.experiments": [1]}}}, "scenario.grid must be left out"),
        ({"colour": 1}, "colour: there is no such key here; the keys are "),
        ({"scenario": None}, "scenario must be there, got none"),
    ],
)
def test_what_is_wrong_with_a_question_is_told(change, message):
    with pytest.raises(InputError) as error:
        question_of({"name": "q", "scenario": PAIRS} | change)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"frontier": {"grid": {"design.experiments": [1, 2]}, "largest": {"plates": 0.5}}},
            "frontier.largest must allow at least one design, got plates 0.5 where the smallest design needs 1",
        ),
        (
            {"frontier": {"grid": {"design.experiments": [1]}, "largest": {"benches": 2}}},
            "frontier.largest must be one of subjects, cultures, reverse_transcriptions, wells, plates, hours, got",
        ),
        ({"layouts": {}}, "layouts need a scenario of plates (design.assay 'dose_response'), got ratios"),
        (
            {"detection": {}},
            "detection needs a scenario of reactions (design.assay 'expression' or 'groups'), got ratios",
        ),
        ({"bracketing": {}}, "bracketing needs a dose-response fit: name one with prior=, got none"),
    ],
)
def test_a_part_that_does_not_suit_is_told(change, message):
    question = question_of({"name": "q", "scenario": PAIRS, "costs": FREE} | change)
    with pytest.raises(InputError) as error:
        answer(question)
    assert message in str(error.value)


def test_a_recommendation_is_tried_elsewhere_and_searched_anew_where_it_breaks():
    scenario = scenario_of(PAIRS | {"studies": {"chunk": 500}})
    asked = SizeQuestion(field="design.subjects.line", low=2, high=60, budget=20_000)
    shifts = (
        Shift(name="twice the effect", scale={"mu_log2_fold_change": 2.0}),
        Shift(name="half the effect", scale={"mu_log2_fold_change": 0.5}),
        Shift(name="no effect", shift={"mu_log2_fold_change": -0.6}),
    )
    holds, breaks, none = tried(Evaluator(scenario), asked, 10, shifts, 0.8, studies=2000)
    assert (holds.verdict, holds.size) == (1, None)
    assert breaks.verdict == -1
    exact = pairs_of_a_t_test(0.3, np.sqrt(0.5**2 + 0.3**2 * 2 / 3), 0.8)
    # null: the root of the search is normal around the exact number, which lies within half a pair of the whole one
    assert abs(breaks.size.root - exact) < 5 * breaks.size.root_se + 0.5
    whole_effect = pairs_of_a_t_test(0.6, np.sqrt(0.5**2 + 0.3**2 * 2 / 3), 0.8)
    assert abs(breaks.size.root - whole_effect) > 5 * breaks.size.root_se + 0.5  # so the check can fail
    assert none.verdict == -1
    assert none.size.n is None


def test_predictive_probability_agrees_with_what_happens():
    """Averaged over studies drawn from the prior, the probability after a look is the share that succeeds."""
    truth = {
        "sd_log2_pair": 0.3,
        "expression": [
            {"mu_log2_fold_change": {"normal": [0.0, 1.0]}, "sigma_log2_fold_change": {"lognormal": [0.5, 0.2]}}
        ],
    }
    rule = {"rule": "posterior", "above": 0.0, "probability": 0.975}
    scenario = scenario_of(
        PAIRS
        | {
            "truth": truth,
            "rules": [rule],
            "design": {"assay": "ratios", "subjects": {"line": 8}, "experiments": 1},
            "analysis": {"priors": {"sd_mu_log2_fold_change": 1.0}},
        }
    )
    found = looks(scenario, InterimQuestion(after=(3, 6), studies=150, completions=100), 0, 0)
    assert found["after"].tolist() == [3, 6]
    error = np.sqrt(0.25 / 150)
    assert (np.abs(found["mean_probability"] - found["success"]) < 4 * error).all()
    assert found["lower"].iloc[1] <= found["upper"].iloc[1]
    assert (found["subjects_saved"] <= found["stopped"] * 5 + 1e-9).all()
    for name in ("mean_probability", "success", "stopped", "success_lost", "subjects_saved"):
        assert (found[f"{name}_mcse"] > 0).all()


def backwards(function, tasks):
    """A pool that works on everything, last task first."""
    yield from reversed([(key, function(*arguments)) for key, arguments in tasks])


def test_looks_and_detection_do_not_depend_on_the_pool():
    asked = InterimQuestion(after=(2, 3), studies=25, completions=50)
    one, other = (looks(scenario_of(PAIRS), asked, 0, 0, pool) for pool in (one_by_one, backwards))
    pd.testing.assert_frame_equal(one, other)
    detect = DetectionQuestion(cdna=(0.5, 1.0), studies=10)
    one, other = (undetected(scenario_of(QPCR), detect, pool) for pool in (one_by_one, backwards))
    pd.testing.assert_frame_equal(one, other)
    assert one["cdna"].drop_duplicates().tolist() == [0.5, 1.0]


def test_a_look_knows_only_what_came_before():
    scenario = scenario_of(PAIRS)
    batch = simulate_chunk(scenario, ("a",), 1)
    other = batch.pairs.copy(deep=True)
    later = other[v.SUBJECT_OF_PAIR].to_numpy() >= 3
    other[v.LOG2_RATIO] = other[v.LOG2_RATIO] + 5.0 * later
    p = [
        success_probability(scenario, pairs, 0, 3, scenario.rules[0], 0, 100, stream(1, "look"))
        for pairs in (batch.pairs, other)
    ]
    assert p[0] == p[1]


def test_a_look_that_cannot_be_is_told_and_a_late_one_is_none():
    two = {"design": {"assay": "ratios", "subjects": {"line": 3, "donor": 3}}, "rules": [T | {"cell_type": "line"}]}
    with pytest.raises(InputError, match="an interim look needs one cell type in the design, got line, donor"):
        looks(scenario_of(PAIRS | two), InterimQuestion(after=(2,), studies=10), 0, 0)
    found = looks(scenario_of(PAIRS), InterimQuestion(after=(2, 6, 9), studies=10, completions=50), 0, 0)
    assert found["after"].tolist() == [2]


def test_the_cheapest_design_is_tried_elsewhere_too():
    question = question_of(
        {
            "name": "designs",
            "target": 0.5,
            "scenario": PAIRS,
            "costs": FREE | {"subject": 10},
            "frontier": {"grid": {"design.subjects.line": [4, 6, 9, 40]}, "studies": 1000},
            "robustness": [
                {"name": "the effect is twice as large", "scale": {"mu_log2_fold_change": 2.0}},
                {"name": "the effect is half as large", "scale": {"mu_log2_fold_change": 0.5}},
                {"name": "there is no effect", "scale": {"mu_log2_fold_change": 0.0}},
            ],
        }
    )
    plan = answer(question)
    assert plan.frontier.cheapest == {"design.subjects.line": 6}
    holds, breaks, none = plan.designs_tried
    assert (holds.verdict, holds.instead) == (1, None)
    assert (breaks.verdict, breaks.instead, breaks.cost) == (-1, {"design.subjects.line": 40}, 400.0)
    assert (none.verdict, none.instead) == (-1, None)
    said = paragraph(plan)
    assert "it holds unless the effect is half as large" in said
    assert "then 40 for 400 EUR" in said
    assert "then none of the grid" in said


def pairs_of_a_t_test(mean: float, sd: float, power: float) -> float:
    """Pairs at which a two-sided t test of the mean finds it with this power, by the noncentral t distribution."""

    def missing(n: float) -> float:
        critical = stats.t.ppf(0.975, n - 1)
        return float(stats.nct.sf(critical, n - 1, mean * np.sqrt(n) / sd)) - power

    return float(optimize.brentq(missing, 2.5, 500))


def test_a_recommendation_is_tried_elsewhere_unless_told_otherwise():
    size = {"field": "design.subjects.line", "low": 2, "high": 40, "budget": 2000}
    content = {"name": "q", "scenario": PAIRS | {"studies": {"chunk": 500}}, "size": size}
    plan = answer(question_of(content))
    wide, small = plan.robustness
    assert wide.shift.scale == {"sigma_log2_fold_change": 1.5}
    assert small.shift.scale == {"mu_log2_fold_change": 0.75}
    assert max(wide.share.value, small.share.value) < plan.size.share.value
    assert "unless subjects differ half as much again (" in paragraph(plan)
    assert question_of(content | {"robustness": []}).worlds == ()
    panel = question_of({"name": "q", "scenario": PANEL})
    for world in panel.worlds:
        simulate_chunk_of_panel(panel.scenario.at(world_of(panel.scenario, world)), ("x",), 1)


def row_of_map(name: str, rmse: float, mcse: float = 0.005) -> dict:
    return {
        "plate_map": name,
        "faults": "on",
        "ic50_rmse": rmse,
        "ic50_rmse_mcse": mcse,
        "ic50_bias": 0.01,
        "ic50_bias_mcse": 0.003,
    }


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row_of_map("a", 0.2), row_of_map("b", 0.15)], "a 0.200 ± 0.010 (bias +0.010 ± 0.006), b 0.150"),
        ([row_of_map("a", 0.2), row_of_map("b", 0.15)], "; best is b"),
        (
            [row_of_map("a", 0.2), row_of_map("b", 0.15), row_of_map("c", 0.152)],
            "b and c do not differ detectably, and the",
        ),
        ([row_of_map("a", 0.151), row_of_map("b", 0.15)], "; a and b do not differ detectably"),
        ([row_of_map("a", np.nan)], "no plate map could be compared"),
        ([], "no plate map could be compared"),
    ],
)
def test_maps_are_told_apart_by_their_errors_alone(rows, said):
    plan = Plan(question_of({"name": "q", "scenario": PANEL}))
    plan.layouts = pd.DataFrame(rows, columns=list(row_of_map("a", 0.1)))
    assert said in layouts_in_words(plan)


def test_other_worlds_looks_and_reactions_are_told_with_their_errors():
    plan = Plan(question_of({"name": "q", "scenario": PAIRS, "size": SIZE, "interim": {"after": [3]}}))
    plan.size = Size(9, 9, 10, 8.9, 0.2, Share(0.81, 0.005, 4000, 0), 9000, {})
    plan.robustness = [
        Trial(Shift(name="holding"), Share(0.85, 0.01, 1000, 0), 1, None),
        Trial(Shift(name="breaking"), Share(0.7, 0.01, 1000, 0), -1, replace(plan.size, n=14, low=13, high=15)),
    ]
    assert robustness_in_words(plan) == (
        "9 lines hold also if holding (85 ± 2%), unless breaking (70 ± 2%; then 14, 13 to 15)"
    )
    names = {"stopped": 0.1, "success_lost": 0.01, "subjects_saved": 0.6}
    plan.interim = pd.DataFrame([{"after": 3} | names | {f"{name}_mcse": 0.1 * x for name, x in names.items()}])
    said = interim_in_words(plan)
    assert "after 3, 10 ± 2% of studies" in said
    assert "saves 0.6 ± 0.1 subjects a study on average and loses 1.0 ± 0.2% successes" in said


def test_more_cdna_is_detected_more_often():
    scenario = scenario_of(QPCR | {"truth": {"expression": [{"target": "IGF1", "mu_log2_level": -9.0}]}})
    question = question_of({"name": "q", "scenario": scenario, "detection": {"cdna": [1, 8], "studies": 40}})
    plan = answer(question)
    found = plan.detection.set_index(["cdna", "gene"])["undetected"]
    assert found[1.0, "IGF1"] > found[8.0, "IGF1"]
    assert found[1.0, "IGF1"] > 0.05
    assert found[1.0, "RPL37A"] < 0.01
    assert "without a Ct" in paragraph(plan)
    assert DetectionQuestion().cdna[0] == 1.0


def test_layouts_are_compared_with_faults_on_and_off():
    found = layouts(scenario_of(PANEL), LayoutQuestion(studies=10), 0)
    assert found["plate_map"].drop_duplicates().tolist() == list(MAPS)
    assert found["faults"].tolist() == ["none", "on"] * 4
    there = found[found["share"].notna()]
    assert len(there) >= 6
    assert there["ic50_rmse"].between(0, 1).all()
    assert (there["ic50_width"] > 0).all()


def test_a_map_that_does_not_fit_is_said_to_and_the_rest_goes_on():
    big = PANEL | {"design": PANEL["design"] | {"replicates": 8}}
    found = layouts(scenario_of(big), LayoutQuestion(studies=10), 0)
    assert found[found["plate_map"] == "randomised, edges empty"]["fault"].str.contains("usable wells").all()
    assert found["share"].notna().sum() == 6


def test_map_to_pipette_has_every_well_once():
    scenario = scenario_of(PANEL)
    table = plate_map(scenario)
    assert not table.duplicated(["plate", "well"]).any()
    assert table["dose_um"].isna().sum() == (table["cell_line"] == "blank").sum() > 0
    counts = table[table["cell_line"] != "blank"].groupby(["cell_line", "experiment", "dose_um"]).size()
    assert (counts == 3).all()
    assert len(counts) == 4 * 2 * 8
    pd.testing.assert_frame_equal(table, plate_map(scenario))


def test_one_of_a_thing_is_said_in_the_singular():
    one = Share(0.5, 0.1, 1, 0)
    assert share_in_words(one) == "50.0% of 1 simulated study is a find (± 19.6)"
    question = question_of({"name": "q", "scenario": PAIRS, "size": SIZE | {"low": 1}})
    size = Size(1, 1, 1, 1.0, 0.0, one, 1, {1: one})
    assert size_in_words(size, question).startswith("1 line for power of 80%; 50.0% of 1 simulated study is a find")
    assert size_in_words(size, question).endswith(", 1 study in all")
    trial = Trial(Shift(name="lines differ"), one, 1, None)
    assert robustness_in_words(Plan(question, size=size, robustness=[trial])).startswith("1 line holds also if ")
