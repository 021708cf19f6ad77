"""Rules on paired studies: tests against scipy and against counting, rules on a posterior against one made up."""

import itertools

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim.power.expression import rules_classical
from lensim.power.expression.rule import PairEvidence
from lensim.power.expression.rules_classical import MannWhitneyRule, UnpairedRule
from lensim.power.expression.rules_posterior import DiscoveryRule, IntervalRule, PosteriorRule, WidthRule
from lensim.seeding import stream

STUDIES, LINES, DONORS = 6, 7, 4
SIDES = {"two": "two-sided", "greater": "greater", "less": "less"}


def ratios() -> np.ndarray:
    """(study, target, subject) of two targets, seven lines and four donors; some subjects are absent."""
    found = stream(4, "ratios").normal(0.5, 1.0, (STUDIES, 2, LINES + DONORS))
    found[1, 0, 2], found[2, 1, :3], found[3, 0, LINES] = np.nan, np.nan, np.nan
    found[5] -= 2.5  # a decrease
    found[4, 1, : LINES - 1] = np.nan  # one line is left: no test has an answer
    return found


def evidence(log2_ratio: np.ndarray | None = None) -> PairEvidence:
    kinds = np.array(["line"] * LINES + ["donor"] * DONORS)
    return PairEvidence(ratios() if log2_ratio is None else log2_ratio, kinds, None)


def by_scipy(test: str, values: np.ndarray, side: str) -> float:
    if test == "t_ratio":
        return float(stats.ttest_1samp(2.0**values, 1.0, alternative=side).pvalue)
    if test == "t_log2":
        return float(stats.ttest_1samp(values, 0.0, alternative=side).pvalue)
    if test == "wilcoxon":
        return float(stats.wilcoxon(values, alternative=side, method="exact").pvalue)
    return float(stats.binomtest(int((values > 0).sum()), len(values), 0.5, alternative=side).pvalue)


@pytest.mark.parametrize("test", ["t_ratio", "t_log2", "wilcoxon", "sign"])
@pytest.mark.parametrize("sides", ["two", "greater", "less"])
def test_p_values_are_those_of_scipy(test, sides):
    rule = rules_classical.TestRule(test=test, sides=sides, cell_type="line", alpha=0.2)
    found = rule.apply(evidence())
    for study, target in np.ndindex(STUDIES, 2):
        values = ratios()[study, target, :LINES]
        values = values[np.isfinite(values)]
        if len(values) < 2:
            assert np.isnan(found.probability[study, target])
            assert not found.decided[study, target]
            continue
        assert found.probability[study, target] == pytest.approx(by_scipy(test, values, SIDES[sides]), rel=1e-9)
        assert found.decided[study, target] == (found.probability[study, target] < 0.2)
    assert found.decided.any()
    assert not found.decided.all()


def test_the_estimate_beside_a_test_is_students():
    found = rules_classical.TestRule(test="sign", cell_type="donor", alpha=0.1).apply(evidence())
    values = ratios()[0, 1, LINES:]
    interval = stats.ttest_1samp(values, 0.0).confidence_interval(0.9)
    np.testing.assert_allclose([found.low[0, 1], found.high[0, 1]], interval)
    assert found.estimate[0, 1] == pytest.approx(values.mean())


def by_counting(one: np.ndarray, other: np.ndarray) -> float:
    """Two-sided P of U over every way in which the values can fall to the two groups."""
    values = np.concatenate([one, other])

    def u(chosen: tuple[int, ...]) -> float:
        rest = np.delete(values, chosen)
        return float((values[list(chosen)][:, None] > rest).sum())

    every = np.array([u(chosen) for chosen in itertools.combinations(range(len(values)), len(one))])
    here = u(tuple(range(len(one))))
    return min(1.0, 2 * min((every >= here).mean(), (every <= here).mean()))


def test_mann_whitney_is_that_of_scipy_and_of_counting():
    found = MannWhitneyRule(first="line", second="donor").apply(evidence())
    for study, target in np.ndindex(STUDIES, 2):
        one, other = (x[np.isfinite(x)] for x in (ratios()[study, target, :LINES], ratios()[study, target, LINES:]))
        if len(one) < 2:
            assert np.isnan(found.probability[study, target])
            continue
        assert found.probability[study, target] == pytest.approx(stats.mannwhitneyu(one, other).pvalue)
        assert found.probability[study, target] == pytest.approx(by_counting(one, other))
        assert found.estimate[study, target] == pytest.approx(one.mean() - other.mean())
    apart = ratios()
    apart[:, :, :LINES] += 20.0
    assert MannWhitneyRule(first="line", second="donor").apply(evidence(apart)).decided[0].all()


def test_the_unpaired_test_is_welch_s_of_scipy():
    found = UnpairedRule(first="line", second="donor", alpha=0.2).apply(evidence())
    for study, target in np.ndindex(STUDIES, 2):
        one, other = (x[np.isfinite(x)] for x in (ratios()[study, target, :LINES], ratios()[study, target, LINES:]))
        if len(one) < 2:
            assert np.isnan(found.probability[study, target])
            assert not found.decided[study, target]
            continue
        test = stats.ttest_ind(one, other, equal_var=False)
        interval = test.confidence_interval(0.8)
        assert found.probability[study, target] == pytest.approx(test.pvalue)
        np.testing.assert_allclose([found.low[study, target], found.high[study, target]], interval)
        assert found.estimate[study, target] == pytest.approx(one.mean() - other.mean())
        assert found.decided[study, target] == (test.pvalue < 0.2)


def posterior(low: list[float], high: list[float], above: list[float] | None = None) -> PairEvidence:
    """One study of as many targets as there are intervals, in one cell type."""
    ends = np.array([low, high]).T[None, :, None]  # study, target, group, probability
    tail = np.array(above if above is not None else [0.5] * len(low))[None, :, None, None]
    found = xr.Dataset(
        {
            "mean": (("study", "target", "group"), ends.mean(axis=-1)),
            "quantile": (("study", "target", "group", "probability"), ends),
            "p_above": (("study", "target", "group", "threshold"), tail),
        },
        coords={"group": ["line"], "probability": [0.05, 0.95], "threshold": [0.0]},
    )
    return PairEvidence(np.full((1, len(low), LINES + DONORS), np.nan), evidence().kind_of_subject, found)


# above the region; below it; within; on its edges; across its top; across its bottom; around it; from its top; absent
LOW = [0.3, -0.9, -0.1, -0.2, 0.1, -0.5, -1.0, 0.2, np.nan]
HIGH = [0.9, -0.3, 0.1, 0.2, 0.5, 0.0, 1.0, 0.7, np.nan]


@pytest.mark.parametrize(("verdict", "met"), [("outside", [0, 1]), ("inside", [2, 3]), ("overlapping", [4, 5, 6, 7])])
def test_where_an_interval_lies(verdict, met):
    rule = IntervalRule(low=-0.2, high=0.2, verdict=verdict)
    found = rule.apply(posterior(LOW, HIGH))
    assert np.flatnonzero(found.decided[0]).tolist() == met
    np.testing.assert_array_equal([found.low[0], found.high[0]], [LOW, HIGH])
    null = {"outside": [True, True, False], "inside": [False, False, True], "overlapping": [False] * 3}
    assert rule.is_null(np.array([0.0, 0.2, 0.3])).tolist() == null[verdict]


def test_how_wide_an_interval_is():
    found = WidthRule(at_most=0.5).apply(posterior([0.0, 0.0, -1.0, np.nan], [0.4, 0.5, 0.0, np.nan]))
    assert found.decided[0].tolist() == [True, True, False, False]


def test_either_side_of_a_tail():
    of = posterior([0.0] * 4, [1.0] * 4, [0.02, 0.5, 0.96, np.nan])
    up, down = PosteriorRule(above=0.0).apply(of), PosteriorRule(below=0.0).apply(of)
    assert up.decided[0].tolist() == [False, False, True, False]
    assert down.decided[0].tolist() == [True, False, False, False]
    np.testing.assert_allclose(up.probability + down.probability, np.where(np.isnan(up.probability), np.nan, 1.0))
    assert PosteriorRule(above=0.2).is_null(np.array([0.1, 0.2, 0.3])).tolist() == [True, True, False]
    assert PosteriorRule(below=0.2).is_null(np.array([0.1, 0.2, 0.3])).tolist() == [False, True, True]


def test_discovery_calls_as_many_as_keep_the_rate():
    """Wrong with 0.02, 0.2, 0.05 and 0.5; in order their means are 0.02, 0.035, 0.09 and 0.1925."""
    of = posterior([0.0] * 4, [1.0] * 4, [0.98, 0.2, 0.95, 0.5])
    for rate, called in ((0.01, []), (0.03, [0]), (0.05, [0, 2]), (0.1, [0, 1, 2]), (0.2, [0, 1, 2, 3])):
        found = DiscoveryRule(rate=rate).apply(of)
        assert np.flatnonzero(found.decided[0]).tolist() == called
    np.testing.assert_allclose(found.probability[0], [0.98, 0.8, 0.95, 0.5])
