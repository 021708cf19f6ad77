"""Series of doses: what is tried, what is kept out, and that the best is the best."""

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.curve import log10_ic50_um
from lensim.plan.doses import judge_of
from lensim.plan.doses_search import Series, first_that_fits, free_design, ranked, series_of
from lensim.plan.panel_questions import DosesQuestion
from lensim.power.scenario import scenario_of

PANEL = {
    "name": "panel",
    "seed": 2,
    "design": {"assay": "dose_response", "groups": {"A": 2, "B": 2}},
    "analysis": {"engine": "laplace"},
    "rules": [{"rule": "call"}],
}


def of(question: DosesQuestion, **design):
    scenario = scenario_of(PANEL | {"design": PANEL["design"] | design})
    return scenario, question, judge_of(scenario, question, 0)


def test_doses_go_down_from_the_top_and_are_written_with_four_digits():
    series = Series(10.0, 10**0.5, 7, 3, 6)
    assert series.doses_um == (0.01, 0.03162, 0.1, 0.3162, 1.0, 3.162, 10.0)
    assert series.wells == 27
    design = scenario_of(PANEL).at(series.setting).design
    assert design.doses == series.doses_um
    assert design.plates.wells_per_culture == 27


@pytest.mark.parametrize("wells", [12, 18, 24, 40])
def test_every_series_keeps_to_the_rules_that_were_asked(wells):
    asked = DosesQuestion(top_dose_um_at_most=20.0, replicates=(2, 3), dose_count_at_least=4, dose_count_at_most=9)
    found = list(series_of(scenario_of(PANEL), asked, wells))
    assert found
    for series in found:
        assert series.wells <= wells
        assert max(series.doses_um) <= 20.0
        assert 4 <= series.count <= 9
        assert series.replicates in (2, 3)
        assert series.untreated % series.replicates == 0
    assert len(set(found)) == len(found)


def test_the_best_comes_first_and_is_at_least_as_good_as_the_plans_own():
    scenario, question, judge = of(DosesQuestion(lines=60, replicates=(3,), dose_ratios=(2.0, 10**0.5)))
    found = ranked(scenario, question, judge, 24)
    scores = [one.score for one in found]
    assert scores == sorted(scores)
    own = Series(10.0, 10**0.5, 7, 3, 3)
    assert own in [one.series for one in found]
    for one in found[:3]:  # sums along a series are those of the series
        assert one.score == pytest.approx(judge.score(one.series.total(judge)), rel=1e-9)


def test_wells_at_any_doses_do_at_least_as_well_as_the_series_that_they_start_from():
    scenario, question, judge = of(DosesQuestion(lines=20, replicates=(3,), dose_ratios=(2.0, 10**0.5)))
    best = ranked(scenario, question, judge, 18)[0]
    free = free_design(judge, best.series, 10.0)
    assert free.expected.error <= best.expected.error * 1.01  # doses are rounded
    assert sum(free.wells) + free.untreated == best.series.wells
    assert max(free.doses_um) <= 10.0


def test_calls_and_ic50s_want_other_doses():
    """Calls at the top dose are told there; IC50s need doses around them."""
    tops = {}
    for goal in ("calls", "ic50"):
        scenario, question, judge = of(DosesQuestion(goal=goal, lines=150, replicates=(3,)))
        tops[goal] = np.exp(np.mean(np.log(ranked(scenario, question, judge, 24)[0].series.doses_um)))
    assert tops["calls"] > tops["ic50"]


def test_the_lowest_dose_lies_below_the_ic50_of_most_lines():
    scenario, question, judge = of(DosesQuestion(lines=60, below_at_most=0.1))
    ic50 = log10_ic50_um(*judge.lines.curve[judge.counted].T)
    for one in ranked(scenario, question, judge, 24):
        assert (ic50 < np.log10(one.series.doses_um[0])).mean() <= 0.1
    scenario, question, judge = of(DosesQuestion(lines=60, dose_ratios=(1.1,), replicates=(4,)))
    with pytest.raises(
        InputError, match=r"doses must have a series whose lowest dose is at most .* larger dose_ratios or"
    ):
        ranked(scenario, question, judge, 24)
    scenario, question, judge = of(DosesQuestion(goal="calls", lines=60, dose_ratios=(1.1,), replicates=(4,)))
    assert ranked(scenario, question, judge, 24)


def test_too_few_wells_are_told_with_a_remedy():
    scenario, question, judge = of(DosesQuestion(lines=20))
    with pytest.raises(InputError) as error:
        ranked(scenario, question, judge, 11)
    assert str(error.value) == (
        "doses.wells_per_line must hold 5 doses and untreated wells in 2 replicates, 12 wells, got 11; "
        "lower dose_count_at_least or replicates"
    )


def test_a_series_that_no_plate_holds_is_passed_over():
    scenario, question, judge = of(DosesQuestion(lines=20, replicates=(6,)))
    found = ranked(scenario, question, judge, 120)
    with pytest.raises(InputError, match="doses must have a series that fits on the plates, got none: "):
        first_that_fits(scenario, found)
    small = ranked(scenario, question, judge, 60)
    assert first_that_fits(scenario, [*found, *small]).series == small[0].series
