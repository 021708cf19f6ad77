"""Attainable statistics: never exceeded, and reached, by a global optimiser and by random search."""

import numpy as np
import pytest
from scipy import optimize, stats

from lensim.summaries.attainable import PRange, p_ranges
from lensim.summaries.audit import audit, audit_in_words
from lensim.summaries.extremes import SCALES, t_of, t_range
from lensim.summaries.order import ordered
from lensim.summaries.p_values import p_of_w_table, p_values, signed_rank_sums
from lensim.summaries.summary import PublishedSummary

CASES = {
    "n 4": PublishedSummary(
        name="n 4", n=4, scale="percent_of_control", median=292, minimum=170, maximum=509, increases=4
    ),
    "n 5": PublishedSummary(
        name="n 5", n=5, scale="percent_of_control", median=120, minimum=61, maximum=300, increases=4
    ),
    "n 12": PublishedSummary(
        name="n 12", n=12, scale="percent_of_control", median=179, minimum=58, maximum=369, increases=10
    ),
    "no effect": PublishedSummary(
        name="no effect", n=6, scale="ratio", median="1.02", lower_quartile="0.80", upper_quartile="1.30"
    ),
}


def _sample(summary: PublishedSummary, u: np.ndarray) -> np.ndarray:
    """Values in order that have the summary, from points (row, n) of the unit cube; rows without any are left out."""
    values = ordered(summary)
    x = np.sort(values.low * (values.high / values.low) ** u, axis=1)
    fits = np.ones(len(x), dtype=bool)
    for k in range(summary.n):
        fits &= (x[:, k] >= values.low[k]) & (x[:, k] <= values.high[k])
    for tie in values.ties:  # the second follows from a mean within what is printed
        mean = tie.low + (tie.high - tie.low) * u[:, tie.first + 1]
        x[:, tie.first + 1] = (mean - (1 - tie.share) * x[:, tie.first]) / tie.share
    fits &= (np.diff(x, axis=1) >= 0).all(axis=1) & ((x >= values.low) & (x <= values.high)).all(axis=1)
    return x[fits]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("scale", SCALES)
def test_random_search_stays_inside(name, scale):
    summary = CASES[name]
    found = t_range(ordered(summary), scale)
    x = _sample(summary, np.random.default_rng(1).random((200_000, summary.n)))
    assert len(x) > 1000
    t = t_of(np.log2(x), 0.0) if scale == "log2" else t_of(x, 1.0)
    assert t.min() >= found.low
    assert t.max() <= found.high


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_global_optimiser_does_not_exceed_and_reaches(name, scale, sign):
    summary = CASES[name]
    found = t_range(ordered(summary), scale)

    def worse(u: np.ndarray) -> np.ndarray:
        rows = u.T if u.ndim == 2 else u[None]
        values = np.full(len(rows), 1e3)
        for k, row in enumerate(rows):
            x = _sample(summary, row[None])
            if len(x):
                t = t_of(np.log2(x), 0.0) if scale == "log2" else t_of(x, 1.0)
                values[k] = -sign * t[0]
        return values

    best = optimize.differential_evolution(
        worse, [(0, 1)] * summary.n, maxiter=150, popsize=12, rng=2, vectorized=True, updating="deferred", polish=False
    )
    end, reached = (found.high, found.reached_high) if sign > 0 else (found.low, found.reached_low)
    beyond = sign * (-sign * best.fun - end)
    assert beyond <= 1e-9
    assert sign * (end - reached) >= -1e-9
    assert abs(end - reached) <= 1e-3 * max(abs(end), 1.0)  # what was constructed is close to the bound
    assert -sign * best.fun == pytest.approx(end, abs=0.06 * max(abs(end), 0.5))


@pytest.mark.parametrize("name", ["n 4", "n 5", "n 12"])
def test_p_of_random_samples_is_within_its_analysis(name):
    summary = CASES[name]
    z = np.log2(_sample(summary, np.random.default_rng(3).random((20_000, summary.n))))[:2000]
    for one in p_ranges(ordered(summary)):
        p = _p(z, one)
        assert p.min() >= one.low - 1e-12, one
        assert p.max() <= one.high + 1e-12, one
        if one.values:
            assert np.isclose(p[:, None], np.array(one.values), rtol=1e-9).any(axis=1).all()


def _p(z: np.ndarray, one: PRange) -> np.ndarray:
    if one.scale == "log2" and one.test.startswith("wilcoxon"):
        return p_of_w_table(z.shape[1], one.sides, one.test)[signed_rank_sums(z)]
    return p_values(z, one.test, one.sides)


OF_RANKS = {
    "n 4": {"n": 4, "median": 120, "minimum": 40, "maximum": 300},
    "n 4, counted": {"n": 4, "median": 120, "minimum": 40, "maximum": 300, "increases": 2},
    "n 5": {"n": 5, "median": 110, "minimum": 61, "maximum": 240},
    "n 5, counted": {"n": 5, "median": 120, "minimum": 61, "maximum": 300, "increases": 4},
}


@pytest.mark.parametrize("name", OF_RANKS)
def test_every_value_of_a_rank_test_is_reached(name):
    """Each P that is said to be possible is that of a random sample, and no other P is."""
    summary = PublishedSummary.model_validate({"name": name, "scale": "percent_of_control", **OF_RANKS[name]})
    z = np.log2(_sample(summary, np.random.default_rng(6).random((400_000, summary.n))))
    assert len(z) > 5000
    of_ranks = [one for one in p_ranges(ordered(summary)) if one.values and one.scale != "level"]
    assert {(one.test, one.scale) for one in of_ranks} == {
        ("sign", "either"), ("wilcoxon", "ratio"), ("wilcoxon", "log2"), ("wilcoxon_normal", "ratio"),
        ("wilcoxon_normal", "log2"),
    }  # fmt: skip
    for one in of_ranks:
        found = np.unique(np.round(_p(z, one), 12))
        assert found == pytest.approx(np.unique(np.round(one.values, 12)), abs=1e-11), one


def _alternative(sides: str) -> str:
    return "two-sided" if sides == "two" else sides


def test_p_values_are_those_of_scipy():
    z = np.random.default_rng(4).normal(0.5, 1.0, (20, 7))
    y = 2.0**z
    for sides in ("two", "greater", "less"):
        alternative = _alternative(sides)
        assert p_values(z, "t_log2", sides) == pytest.approx(stats.ttest_1samp(z, 0, 1, alternative=alternative).pvalue)
        assert p_values(z, "t_ratio", sides) == pytest.approx(
            stats.ttest_1samp(y, 1, 1, alternative=alternative).pvalue
        )
        controls = np.ones_like(y) + 1e-9 * z
        unpaired = stats.ttest_ind(y, controls, axis=1, alternative=alternative).pvalue
        assert p_values(z, "t_ratio_unpaired", sides) == pytest.approx(unpaired, rel=1e-5)
        for test, method in (("wilcoxon", "exact"), ("wilcoxon_normal", "approx")):
            each = [stats.wilcoxon(row - 1, alternative=alternative, method=method).pvalue for row in y]
            assert p_values(z, test, sides) == pytest.approx(each)


def test_the_audit_says_what_a_p_value_can_be():
    summary = PublishedSummary(
        name="IGF1", n=4, scale="percent_of_control", median=160, minimum=147, maximum=281, increases=4,
        p={"value": "0.0706", "test": "t"},
    )  # fmt: skip
    table = audit(summary)
    possible = table[table["as_named"] & (table["verdict"] == "attainable")]
    assert possible["analysis"].tolist() == [
        "two-sided paired t on ratios", "two-sided paired t on levels", "one-sided (increase) paired t on levels",
    ]  # fmt: skip
    assert "only two-sided paired t on ratios (0.068 to 0.074), two-sided paired t on levels (any below 0.39) and " in (
        audit_in_words(summary, table)
    )
    other = summary.model_copy(update={"p": summary.p.model_copy(update={"test": "sign"})})
    said = audit_in_words(other, audit(other))
    assert "none of the named analyses can give it" in said
    assert "What could: two-sided paired t on ratios" in said
