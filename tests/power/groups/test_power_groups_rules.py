"""Tests of groups are those of scipy, and of the table of a fit; of interactions too."""

import numpy as np
import pytest
from group_scenarios import FACTORS, RANKS, STUDENT, T, groups_scenario
from scipy import stats

from lensim.expression.groups.comparisons import welch
from lensim.power.groups.chunk import decide
from lensim.power.groups.study import GroupBatch, simulate_chunk


def decided(batch: GroupBatch, rule: int):
    rows = decide(batch, None)
    return rows[rows["rule"] == rule]


@pytest.mark.parametrize("sides", ["two", "greater", "less"])
def test_p_values_are_those_of_scipy(sides):
    own = {"sides": sides}
    scenario = groups_scenario({"a": 4, "b": 7}, T | own, STUDENT | own, RANKS | own, sds=(0.4, 1.2))
    batch = simulate_chunk(scenario, ("x",), 20)
    batch.level[3, 0, 0], batch.level[4, 0, 6] = np.nan, np.nan
    alternative = "two-sided" if sides == "two" else sides
    for study in range(20):
        a, b = (one[np.isfinite(one)] for one in np.split(batch.level[study, 0], [4]))
        for rule, test in (
            (0, stats.ttest_ind(b, a, equal_var=False, alternative=alternative)),
            (1, stats.ttest_ind(b, a, alternative=alternative)),
            (2, stats.mannwhitneyu(b, a, method="exact", alternative=alternative)),
        ):
            row = decided(batch, rule).iloc[study]
            assert row["probability"] == pytest.approx(test.pvalue, abs=1e-12)
            assert row["estimate"] == pytest.approx(b.mean() - a.mean())
    ends = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert list(decided(batch, 0).iloc[-1][["low", "high"]]) == pytest.approx(list(ends))


def test_interactions_are_those_of_a_fit_and_have_no_rank_test():
    scenario = groups_scenario(FACTORS, T, RANKS)
    assert scenario.items(scenario.rules[0])[-1] == "TNF, wild over mutant (drug over vehicle)"
    assert len(scenario.items(scenario.rules[0])) == 5
    assert len(scenario.items(scenario.rules[1])) == 4
    batch = simulate_chunk(scenario, ("x",), 3)
    number = np.array([6, 5, 4, 5])
    each = np.split(batch.level[1, 0], np.cumsum(number)[:-1])
    mean, sd = (
        np.array([getattr(one, what)(**more) for one in each]) for what, more in (("mean", {}), ("std", {"ddof": 1}))
    )
    for item, comparison in enumerate(scenario.design.comparisons):
        expected = welch(np.array(comparison.weights), mean, sd, number, 0.95)
        row = decided(batch, 0)[lambda rows, at=item: (rows["study"] == 1) & (rows["target"] == at)].iloc[0]
        assert [row["estimate"], row["low"], row["high"], row["probability"]] == pytest.approx(
            [expected.difference, expected.lower, expected.upper, expected.p_value]
        )


def test_a_group_of_one_has_no_t_test_and_is_counted_as_failed():
    batch = simulate_chunk(groups_scenario({"a": 1, "b": 4}, T, RANKS), ("x",), 5)
    assert decided(batch, 0)["probability"].isna().all()
    assert not decided(batch, 0)["decided"].any()
    assert (decided(batch, 0)["answered_by"] == 2).all()
    assert (decided(batch, 1)["probability"] >= 0.4 - 1e-12).all()  # 2 / 5 is the least that five subjects can give


def test_rules_are_about_the_contrasts_that_they_name():
    one = T | {"contrasts": ["late over control"]}
    scenario = groups_scenario({"control": 3, "early": 3, "late": 3}, T, one)
    names = ["early over control", "late over control", "late over early"]
    assert scenario.items(scenario.rules[0]) == tuple(f"TNF, {name}" for name in names)
    assert scenario.items(scenario.rules[1]) == ("TNF, late over control",)
    assert scenario.rules[1].label == "Welch t, 0.05, late over control"
