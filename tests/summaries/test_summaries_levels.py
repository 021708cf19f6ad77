"""Tests of levels: their ends against samples drawn at random, and how far untreated levels must differ."""

import numpy as np
import pytest
from scipy import optimize, stats

from lensim.checks import InputError
from lensim.maiga2013.published import published_summaries
from lensim.seeding import stream
from lensim.summaries.attainable import least_fold, p_ranges
from lensim.summaries.audit import audit, audit_in_words
from lensim.summaries.extremes import t_range, t_range_of_levels
from lensim.summaries.levels import p_ends, rank_p, rank_sum_ends, t_ends
from lensim.summaries.order import ordered
from lensim.summaries.summary import PublishedSummary

TNF = {"name": "TNF", "n": 4, "scale": "percent_of_control", "median": 292, "minimum": 170, "maximum": 509}
MIXED = TNF | {"name": "mixed", "n": 5, "median": 120, "minimum": 60, "increases": 3}


def ratios_of(summary: PublishedSummary, rng: np.random.Generator, samples: int) -> np.ndarray:
    """Samples of ratios with minimum, median and maximum as printed, of which as many as said are increases."""
    values = ordered(summary)
    x = np.sort(values.low + (values.high - values.low) * rng.random((samples, summary.n)), axis=1)
    for tie in values.ties:  # of two in the middle, the upper one makes their mean
        x[:, tie.first + 1] = rng.uniform(2 * tie.low, 2 * tie.high, samples) - x[:, tie.first]
    fits = (np.diff(x, axis=1) >= 0).all(axis=1) & (x >= values.low).all(axis=1) & (x <= values.high).all(axis=1)
    return x[fits]


def t_of(x: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return _t(x)


def _t(x: np.ndarray) -> np.ndarray:
    return x.mean(axis=1) * np.sqrt(x.shape[1]) / x.std(axis=1, ddof=1)


@pytest.mark.parametrize("content", [TNF, MIXED], ids=["all increase", "three of five"])
def test_no_sample_has_a_t_of_levels_beyond_its_ends_and_some_come_near(content):
    """30,000 untreated levels a spread, of any order and from equal to a hundred million-fold apart."""
    summary = PublishedSummary(**content)
    rng = stream(3, "levels", summary.name)
    ratio = np.concatenate([ratios_of(summary, rng, 10_000)] * 6)
    assert len(ratio) > 5_000
    untreated = np.exp(rng.standard_normal(ratio.shape) * rng.choice([0.0, 0.5, 2.0, 6.0], (len(ratio), 1)))
    half = len(ratio) // 2
    untreated[:half] /= np.abs(ratio[:half] - 1.0) ** rng.choice([0.99, 1.0], (half, 1))  # nearly equal differences
    t = t_of(untreated * (ratio - 1.0))
    low, high = t_ends(summary.n, int((ratio[0] > 1).sum()))
    t = t[np.isfinite(t)]
    assert (t > low * (1 - np.sign(low) * 1e-9)).all()
    assert (t < high).all()
    assert t.min() < low + 0.05 * abs(low)
    assert t.max() > (0.5 * high if np.isfinite(high) else 50)


@pytest.mark.parametrize(("n", "k"), [(3, 1), (4, 2), (6, 5), (12, 10)])
def test_ends_of_t_are_those_that_an_optimiser_finds(n, k):
    sign = np.where(np.arange(n) < k, 1.0, -1.0)
    for wanted, end in zip((1.0, -1.0), t_ends(n, k), strict=True):
        best = min(
            wanted * t_of((sign * np.exp(optimize.minimize(
                lambda x, way=wanted: way * t_of((sign * np.exp(np.clip(x, -12, 12)))[None])[0], start
            ).x.clip(-12, 12)))[None])[0]
            for start in stream(5, "starts", n, k).standard_normal((8, n))
        )  # fmt: skip
        assert wanted * best == pytest.approx(end, rel=2e-3)


def test_ends_of_p_are_those_of_t():
    assert p_ends(4, [4], "two") == (0.0, pytest.approx(2 * stats.t.sf(1.0, 3)))
    assert p_ends(4, [4], "less") == (pytest.approx(stats.t.cdf(1.0, 3)), 1.0)
    low, high = p_ends(12, [10], "two")
    assert (low, high) == (pytest.approx(2 * stats.t.sf(np.sqrt(55.0), 11)), 1.0)


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_every_rank_sum_of_levels_is_that_of_a_sample(n):
    rng = stream(4, "ranks", n)
    for k in range(n + 1):
        low, high = rank_sum_ends(n, k)
        size = rng.random((4000, n)).argsort(axis=1) + 1.0
        sums = (size[:, :k]).sum(axis=1)
        assert (sums.min(), sums.max()) == (low, high)
        assert set(sums) == set(range(low, high + 1))
        sample = np.where(np.arange(n) < k, size, -size)[0]
        assert any(
            np.isclose(stats.wilcoxon(sample, method="exact").pvalue, p) for p in rank_p(n, [k], "wilcoxon", "two")
        )


@pytest.mark.parametrize("fold", [1.0, 1.5, 2.0, 8.0])
def test_bounds_for_levels_that_differ_little_hold_thousands_of_samples(fold):
    summary = PublishedSummary(**TNF)
    rng = stream(6, "fold", str(fold))
    ratio = ratios_of(summary, rng, 30_000)
    untreated = fold ** rng.random(ratio.shape)
    corners = rng.random(len(ratio)) < 0.7
    untreated[corners] = np.where(rng.random((corners.sum(), summary.n)) < 0.5, 1.0, fold)
    even = np.clip(3.0 / (ratio - 1.0), 1.0, fold)  # as alike as they can be
    t = np.concatenate([t_of(untreated * (ratio - 1.0)), t_of(even * (ratio - 1.0))])
    found = t_range_of_levels(ordered(summary), fold)
    assert (t >= found.low).all()
    assert (t <= found.high).all()
    assert t.min() < 1.1 * found.low
    assert t.max() > (0.8 * found.high if np.isfinite(found.high) else 50)
    assert found.reached_low >= found.low
    assert found.reached_high <= found.high


def test_levels_that_are_alike_are_ratios():
    values = ordered(PublishedSummary(**MIXED))
    alike, ratio = t_range_of_levels(values, 1.0), t_range(values, "ratio")
    assert (alike.low, alike.high) == (pytest.approx(ratio.low, rel=2e-3), pytest.approx(ratio.high, rel=2e-3))
    with pytest.raises(InputError, match=r"fold must be at least 1, got 0\.5"):
        t_range_of_levels(values, 0.5)


def test_the_least_fold_is_where_a_p_begins_to_be_attainable():
    values, interval = ordered(PublishedSummary(**TNF)), (0.0115, 0.0125)
    fold = least_fold(values, "two", interval)
    assert fold == pytest.approx(2.04, abs=0.02)
    t = stats.t.isf(interval[1] / 2, 3)
    assert t_range_of_levels(values, 0.98 * fold).high < t
    assert t_range_of_levels(values, 1.02 * fold).reached_high > t
    assert least_fold(values, "two", (0.06, 0.07)) == 1.0
    assert np.isinf(least_fold(values, "two", (0.6, 0.7)))


def test_both_printed_p_values_in_patients_can_be_of_the_paired_t_on_levels():
    """The audit of the paper: no analysis of ratios gives both, one of levels does."""
    can = {}
    for summary in published_summaries():
        table = audit(summary)
        rows = table[(table["verdict"] == "attainable") & (table["sides"] == "two")]
        can[summary.name] = set(rows["test"])
        if summary.name == "TNF, primary myeloma":
            assert "A paired t on levels gives it where untreated levels, which are not printed, differ 2.04-fold" in (
                audit_in_words(summary, table)
            )
    assert can["TNF, primary myeloma"] & can["IGF1, primary myeloma"] == {"t_level"}


def test_a_printed_mean_leaves_levels_their_ends():
    summary = PublishedSummary(name="x", n=4, scale="ratio", mean="2.00", sd="0.10", p={"value": "0.3"})
    found = {(one.test, one.scale, one.sides): one for one in p_ranges(ordered(summary))}
    assert found["t_level", "level", "two"].verdict((0.25, 0.35)) == "attainable"
    assert found["t_level", "level", "two"].verdict((0.5, 0.6)) == "not attainable"
    assert found["wilcoxon", "level", "two"].verdict((0.12, 0.13)) == "attainable"
