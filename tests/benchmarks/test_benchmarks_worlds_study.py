import numpy as np
import pytest
import xarray as xr
from scipy import stats

from benchmarks.worlds.study import Task, calls_of, kind_of, measure, numbers_of, simulated
from lensim import seeding


def draws(values):
    """Draws of two items, by name."""
    return xr.DataArray(values, dims=("chain", "draw", "item"), coords={"item": ["a", "b"]})


def test_truth_finds_its_draws_by_name():
    truth = xr.DataArray([5.0, 0.0], dims="item", coords={"item": ["b", "a"]})
    values = draws(np.stack([np.linspace(-1, 1, 101), 5 + np.linspace(-2, 2, 101)], axis=-1)[None])
    first, second = numbers_of(values, truth, seeding.stream(1, "ties"))
    assert first[:2] == [0.0, 0.0]
    assert second[:2] == [5.0, 5.0]
    assert np.allclose(first[2:6], [-0.9, 0.9, -0.5, 0.5], atol=0.03)
    assert abs(second[6] - 0.5) < 0.02
    assert calls_of(values - 0.5, truth - 0.5) == [[0.247525, 0.0], [1.0, 1.0]]


def test_a_case_that_no_table_shows_is_left_out():
    truth = xr.DataArray([1.0, 2.0], dims="item", coords={"item": ["a", "b"]})
    values = draws(np.stack([np.full(9, np.nan), np.arange(9.0)], axis=-1)[None])
    assert [row[0] for row in numbers_of(values, truth, seeding.stream(1, "ties"))] == [2.0]


def test_sentences_of_one_kind_are_the_same_without_names_and_numbers():
    one = kind_of("line 1, line 12: some wells are far off their replicates; 3 of 72")
    assert one == kind_of("line 3: some wells are far off their replicates; 5 of 71")
    assert one.startswith("some wells are far off")
    apart = kind_of("plates differ for target 1, target 2, target 3 and 4 more: a plate effect of one gene")
    assert apart == "plates differ for … a plate effect of one gene"
    assert apart == kind_of("plates differ for target 2: a plate effect of one gene")
    assert "IC50" in kind_of("line 2: the IC50 lies between them")


def test_studies_of_a_world_are_the_same_for_every_engine_and_differ_by_number():
    fast, nuts, other = (
        simulated(Task("expression", "four pairs", engine, 1, study))
        for engine, study in (("fast", 0), ("nuts", 0), ("fast", 1))
    )
    for one, same in zip(fast, nuts, strict=True):
        xr.testing.assert_identical(one, same)
    assert not fast[1].equals(other[1])


def test_a_study_is_measured_the_same_however_often():
    task = Task("expression", "four pairs", "fast", 1, 3)
    one, other = measure(task), measure(task)
    assert one | {"seconds": 0} == other | {"seconds": 0}
    assert (one["outcome"], one["converged"], len(one["numbers"]["log2_fold_change"])) == ("ok", True, 12)


def test_a_study_that_the_fast_engine_does_not_take_says_why():
    found = measure(Task("expression", "absent in control", "fast", 1, 0))
    assert (found["outcome"], found["why"]) == ("handed on", "a reaction is not detected or has few copies")
    assert found["numbers"] == {}


def test_a_study_of_groups_has_welchs_answer_beside_the_model():
    task = Task("groups", "unequal groups", "fast", 1, 2)
    found = measure(task)
    assert (found["outcome"], found["converged"]) == ("ok", True)
    assert list(found["numbers"]) == [
        "log2_ratio_of_groups",
        "mean_log2_level",
        "sd_log2_between_subjects",
        "log2_ratio_of_groups_by_welch",
    ]
    truth, data = simulated(task)
    group = data["group_of_subject"].to_numpy()[data["subject_of_level"].to_numpy()]
    for t, row in enumerate(found["numbers"]["log2_ratio_of_groups_by_welch"]):
        of_target = data["target_of_level"].to_numpy() == t
        control, treated = (data["log2_level_of_subject"].to_numpy()[of_target & (group == g)] for g in (0, 1))
        answer = stats.ttest_ind(treated, control, equal_var=False)
        outer, inner = answer.confidence_interval(0.9), answer.confidence_interval(0.5)
        assert row[:6] == pytest.approx(
            [truth["log2_ratio_of_groups"].to_numpy()[t, 0], treated.mean() - control.mean(), *outer, *inner], abs=1e-5
        )
        assert (0.05 < row[6] < 0.95) == (outer.low < row[0] < outer.high)
    assert not any(text.startswith("groups of different subjects") for text in found["told"])


def test_groups_are_drawn_exactly_and_not_by_chains():
    found = measure(Task("groups", "groups of three", "nuts", 1, 0))
    assert (found["outcome"], found["why"]) == (
        "handed on",
        "groups of different subjects are drawn exactly, by the fast engine",
    )
