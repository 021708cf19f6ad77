"""Power of groups: closed forms, statsmodels, type I error, and the agreement of Bayesian and classical rules."""

import numpy as np
import pytest
from group_scenarios import POSTERIOR, RANKS, STUDENT, T, groups_scenario
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from lensim.power.groups.chunk import run_chunk
from lensim.power.groups.scenario import GroupsScenario

FALSE_ALARM = 1e-6


def finds(scenario: GroupsScenario, studies: int = 20_000, rule: int = 0) -> np.ndarray:
    rows = run_chunk(scenario, {}, 0, studies)
    return rows.loc[rows["rule"] == rule, "decided"].to_numpy()


def agrees(found: np.ndarray, power: float) -> bool:
    return bool(stats.binomtest(int(found.sum()), len(found), power).pvalue > FALSE_ALARM)


@pytest.mark.parametrize(
    ("first", "second", "d"), [(17, 17, 1.0), (10, 30, 0.8), (6, 6, 1.5), (2, 2, 3.0), (8, 8, 0.0)]
)
def test_students_t_has_the_power_of_statsmodels(first, second, d):
    found = finds(groups_scenario({"a": first, "b": second}, STUDENT, change=d))
    power = TTestIndPower().power(d, first, 0.05, ratio=second / first) if d else 0.05
    assert agrees(found, power)
    assert not agrees(found, min(power + 0.03, 0.99))


def test_welchs_t_keeps_its_level_where_students_does_not():
    scenario = groups_scenario({"a": 6, "b": 24}, T, STUDENT, change=0.0, sds=(1.5, 0.5))
    assert agrees(finds(scenario, rule=0), 0.0485)  # by Welch's degrees of freedom, from 10^6 studies of scipy
    assert finds(scenario, rule=1).mean() > 0.2


def test_welchs_t_has_students_power_where_groups_are_alike():
    """Equal sizes and spreads: the same statistic, with a few degrees of freedom less."""
    scenario = groups_scenario({"a": 20, "b": 20}, T, STUDENT, change=0.9)
    both = [finds(scenario, rule=rule) for rule in (0, 1)]
    assert (both[0] <= both[1]).all()
    assert both[1].mean() - both[0].mean() < 0.005


def test_mann_whitney_keeps_its_level():
    """Of 4 against 4 the largest level below 0.05 is 2 / 70."""
    assert agrees(finds(groups_scenario({"a": 4, "b": 4}, RANKS, change=0.0)), 2 / 70)


@pytest.mark.parametrize("sizes", [(15, 15), (12, 30)])
def test_with_wide_priors_the_posterior_decides_as_welch_does(sizes):
    wide = {"log_sd_typical_sd_log2_between_subjects": 4.0, "log_sd_sd_log2_between_subjects": 2.0}
    rules = (POSTERIOR, T | {"sides": "greater", "alpha": 0.025})
    analysis = {"priors": wide | {"sd_mean_log2_level": 1000.0}}
    scenario = groups_scenario({"a": sizes[0], "b": sizes[1]}, *rules, change=0.8, analysis=analysis)
    rows = run_chunk(scenario, {}, 0, 500)
    by_rule = [rows[rows["rule"] == rule] for rule in (0, 1)]
    apart = np.abs(1.0 - by_rule[0]["probability"].to_numpy() - by_rule[1]["probability"].to_numpy())
    assert np.median(apart) < 0.004
    assert (by_rule[0]["decided"].to_numpy() == by_rule[1]["decided"].to_numpy()).mean() > 0.95


def test_from_reactions_power_is_that_of_the_spread_that_subjects_and_reading_make():
    """A level has the variance of its subject, and of two means of three reactions; copies are many."""
    design = {"assay": "groups", "technical_replicates": 3, "dilutions": ()}
    truth = {"sd_technical_cycles": 0.3, "sd_log2_input": 0.5, "assays": [{"amplification_factor": 2.0}]}
    scenario = groups_scenario(
        {"a": 6, "b": 6}, STUDENT, change=1.0, sds=(0.5, 0.5), design=design, truth=truth | {"groups": [
            {"group": "b", "log2_fold_change": 1.0}, {"sd_log2_between_subjects": 0.5, "mu_log2_level": 5.0}]},
        analysis={"factors": "perfect"},
    )  # fmt: skip
    spread = np.sqrt(0.25 + 2 * 0.09 / 3)
    power = TTestIndPower().power(1.0 / spread, 6, 0.05)
    assert abs(finds(scenario, 4000).mean() - power) < 0.03  # outlying reactions are weighed down, so not quite a mean
    rows = run_chunk(scenario, {}, 0, 500)
    assert stats.ttest_1samp(rows["estimate"], 1.0).pvalue > FALSE_ALARM


def test_a_lost_subject_is_one_less():
    lost = groups_scenario({"a": 10, "b": 10}, STUDENT, design={"dropout": 0.2})
    assert agrees(finds(lost), TTestIndPower().power(1.0, 8, 0.05))


def test_type_m_and_coverage_are_those_of_the_rule():
    rows = run_chunk(groups_scenario({"a": 8, "b": 8}, T, POSTERIOR, change=0.8), {}, 0, 4000)
    own = rows[rows["rule"] == 0]
    assert agrees(own["covered"].to_numpy() > 0.5, 0.95)
    assert own.loc[own["decided"], "estimate"].mean() > 0.9
    assert np.allclose(rows["truth"], 0.8)
