"""Printed means and sds: what they leave of values, bounds of P, and samples that really have them."""

import numpy as np
import pytest

from lensim.summaries import extremes
from lensim.summaries.attainable import bounds_of, p_ranges
from lensim.summaries.audit import audit, audit_in_words
from lensim.summaries.matching_samples import find_matching_samples, matches_summary
from lensim.summaries.moments import sd_bounds, within_moments
from lensim.summaries.order import ordered
from lensim.summaries.p_values import p_values
from lensim.summaries.summary import PublishedP, PublishedSummary


def _of(**content: object) -> PublishedSummary:
    return PublishedSummary.model_validate({"name": "a", "n": 4, "scale": "ratio"} | content)


def test_a_mean_and_an_sd_bound_ranks_and_signs():
    """All values of a mean of 2.00 and an sd of 0.10 lie within 2 +- 0.17: four increases, whatever they are."""
    table = audit(_of(mean="2.00", sd="0.10", p={"value": "0.6"}))
    assert set(table["verdict"]) == {"not attainable"}
    two = table[(table["sides"] == "two") & table["test"].isin(["sign", "wilcoxon"])]
    assert two[["lowest_p", "highest_p"]].to_numpy() == pytest.approx(0.125)


def test_a_mean_bounds_what_a_range_leaves_open():
    summary = _of(mean="2.50", minimum="1.0", maximum="3.0", p={"value": "0.20"})
    rng = np.random.default_rng(1)
    low, high = rng.uniform(0.95, 1.05, 200_000), rng.uniform(2.95, 3.05, 200_000)
    x = np.stack([low, high, *rng.uniform(low, high, (2, 200_000))], axis=1)
    x = np.sort(x[np.abs(x.mean(axis=1) - 2.5) <= 0.005], axis=1)
    assert len(x) > 50
    p = p_values(np.log2(x), "t_ratio", "two")
    found = bounds_of(ordered(summary), "t_ratio", "two")
    assert found.low <= p.min()
    assert p.max() <= found.high < 0.065
    table = audit(summary).set_index(["test", "scale", "sides"])
    assert table.loc[("t_ratio", "ratio", "two"), "verdict"] == "not attainable"
    assert (matches_summary(ordered(summary), x)).all()


CASES = {
    "mean and sd": {"mean": [1.6, 1.9], "sd": [0.8, 1.1]},
    "mean, sd and count": {"n": 5, "mean": [1.5, 1.9], "sd": [0.6, 1.1], "increases": 4},
    "mean and range": {"n": 5, "mean": [1.5, 1.8], "minimum": [0.6, 0.9], "maximum": [2.0, 3.0]},
    "sd and median": {"n": 4, "median": [1.2, 1.6], "sd": [0.5, 0.8]},
    "log mean and sem": {"n": 6, "scale": "log2", "mean": [0.4, 0.6], "sem": [0.2, 0.3], "maximum": [1.2, 1.6]},
}


def _matching(summary: PublishedSummary) -> np.ndarray:
    """Random samples in ascending order that have the summary, by no method but drawing them."""
    rng = np.random.default_rng(2)
    z = rng.uniform(-0.5, 1.2, (400_000, 1)) + rng.uniform(0.2, 1.3, (400_000, 1)) * rng.standard_normal(
        (400_000, summary.n)
    )
    x = np.sort(z if summary.is_log else 2.0**z, axis=1)
    wanted = {"mean": x.mean(axis=1), "minimum": x[:, 0], "maximum": x[:, -1], "median": np.median(x, axis=1)}
    fits = np.ones(len(x), dtype=bool)
    for name, values in wanted.items():
        ends = summary.interval(name)
        if ends is not None:
            fits &= (values >= ends[0]) & (values <= ends[1])
    ends = summary.sd_interval()
    if ends is not None:
        fits &= (x.std(axis=1, ddof=1) >= ends[0]) & (x.std(axis=1, ddof=1) <= ends[1])
    if summary.increases is not None:
        fits &= (x > 1).sum(axis=1) == summary.increases
    return x[fits]


@pytest.mark.parametrize("name", CASES)
def test_random_samples_are_never_excluded_and_their_p_is_reached(name):
    summary = _of(**CASES[name])
    values, x = ordered(summary), _matching(summary)
    assert len(x) > 500
    assert (x >= values.low).all()
    assert (x <= values.high).all()
    z = x if summary.is_log else np.log2(x)
    for one in p_ranges(values):
        if one.test.startswith("wilcoxon") and one.scale == "log2":
            continue
        p = p_values(z, one.test, one.sides)
        assert one.low - 1e-12 <= p.min(), one
        assert p.max() <= one.high + 1e-12, one
        for value in np.quantile(p, (0.02, 0.5, 0.98)):
            printed = (value * 0.995, value * 1.005)
            nearest = p[np.abs(p - value).argmin()]
            assert one.verdict((nearest * 0.999, nearest * 1.001) if one.values else printed) == "attainable", one


@pytest.mark.parametrize("name", CASES)
def test_what_is_found_has_the_summary(name):
    summary = _of(**CASES[name])
    x = find_matching_samples(ordered(summary)).samples
    assert len(x) > 100
    mean, sd = summary.interval("mean"), summary.sd_interval()
    if mean is not None:
        assert (np.clip(x.mean(axis=1), *mean) == x.mean(axis=1)).all()
    if sd is not None:
        assert np.clip(x.std(axis=1, ddof=1), *sd) == pytest.approx(x.std(axis=1, ddof=1))
    if summary.increases is not None:
        assert ((x > 1).sum(axis=1) == summary.increases).all()


def test_what_is_neither_excluded_nor_found_is_open():
    """Of a P that no sample at hand has, within bounds that are wider than what is reached, nothing is said."""
    found = [one for one in p_ranges(ordered(_of(n=7, mean="1.60", sd="0.90"))) if one.test == "t_log2"]
    (two,) = (one for one in found if one.sides == "two")
    assert two.low < two.reached_low / 2
    assert two.verdict((two.low, two.low * 1.01)) == "open"
    assert two.verdict((two.reached_low * 0.99, two.reached_low * 1.01)) == "attainable"
    assert two.verdict((two.low * 0.5, two.low * 0.9)) == "not attainable"


def test_no_real_sample_is_cut_away():
    rng = np.random.default_rng(3)
    for n in (2, 3, 5, 12):
        for x in np.sort(rng.standard_t(2, (200, n)), axis=1):
            mean, sd = x.mean(), x.std(ddof=1)
            low, high = np.full(n, x.min() - 1), np.full(n, x.max() + 2)
            within_moments(low, high, (mean, mean + 0.1), (sd * 0.9, sd))
            assert (low <= x + 1e-9).all()
            assert (x <= high + 1e-9).all()
    low, high = np.full(4, -9.0), np.full(4, 9.0)
    within_moments(low, high, (0.0, 0.0), (1.0, 1.0))
    assert high[-1] == pytest.approx(3 / 2)  # Samuelson: (n - 1) / sqrt(n), and it is reached by three alike
    assert np.std([-0.5, -0.5, -0.5, 1.5], ddof=1) == pytest.approx(1.0)


def test_sd_bounds_hold_and_are_close():
    rng = np.random.default_rng(4)
    low = np.array([0.6, 0.8, 1.0, 1.0, 2.0])
    high = np.array([0.9, 1.4, 1.8, 2.5, 3.0])
    x = low + (high - low) * rng.beta(0.4, 0.4, (400_000, 5))
    own = x[(x.mean(axis=1) > 1.45) & (x.mean(axis=1) < 1.5)].std(axis=1, ddof=1)
    least, most = sd_bounds(low, high, (1.45, 1.5))
    assert least <= own.min() < least * 1.05
    assert most * 0.9 < own.max() <= most


def test_chords_bound_the_corners(monkeypatch):
    rng = np.random.default_rng(5)
    for _ in range(40):
        low = np.sort(rng.uniform(-0.5, 2.0, 8))
        high = low + rng.uniform(0.0, 1.0, 8)
        low += max(0.0, -low.mean())
        exact = extremes._least_at_corners(low, high, outer=True)
        bound, reached = (extremes._least_by_chords(low, high, outer=outer) for outer in (True, False))
        assert bound <= exact + 1e-9
        assert exact <= reached + 1e-9
        assert reached - bound < 0.1 * max(bound, 1.0)


def test_a_wide_sd_is_taken():
    values = ordered(_of(scale="log2", mean="0", sd="15"))
    assert values.high[-1] == pytest.approx(0.5 + 15.5 * 1.5)
    assert values.low[0] == pytest.approx(-0.5 - 15.5 * 1.5)


def test_words_leave_open_what_is_open():
    summary = _of(n=7, mean="1.60", sd="0.90", p={"value": "0.001", "test": "t_log2", "sides": "two"})
    said = audit_in_words(summary, audit(summary))
    assert "Left open: two-sided paired t on log2 ratios" in said
    assert "none of" not in said
    several = summary.model_copy(update={"p": PublishedP.model_validate({"value": "0.02"})})
    said = audit_in_words(several, audit(several))
    assert "Left open" in said
    assert "can give it" in said
    assert "only" not in said


def test_an_sd_of_nothing_is_audited():
    table = audit(_of(mean="2.0", sd="0.0", p={"value": "0.6"}))
    assert (table["verdict"] == "not attainable").all()
    assert table["lowest_p"].min() == 0
