import numpy as np
import pytest
from scipy.stats import ttest_1samp

from lensim.maiga2013 import CONTRADICTIONS, GAPS, fact, number, recompute, span

BY_KEY = {entry.key: entry for entry in CONTRADICTIONS}


def test_contradictions_are_whole_and_point_at_facts():
    assert len(BY_KEY) == len(CONTRADICTIONS)
    for entry in CONTRADICTIONS:
        assert entry.readings
        assert entry.chosen
        assert entry.why
        assert all(place and reading for place, reading in entry.readings)
        for key in entry.facts:
            fact(key)


def test_gaps_point_at_assumptions_and_invent_nothing_else():
    assert len({gap.key for gap in GAPS}) == len(GAPS)
    for gap in GAPS:
        assert {fact(key).kind for key in gap.filled_by} <= {"assumed"}
    (panel,) = (gap for gap in GAPS if gap.key == "qpcr_panel")
    assert not panel.filled_by


def test_shares_in_words_are_not_the_counts():
    assert not recompute("sensitive_lines_if_two_thirds").is_integer()
    assert not recompute("resistant_lines_if_40_percent").is_integer()
    assert not recompute("stimulated_lines_if_of_resistant").is_integer()
    assert not recompute("stimulated_lines_if_of_panel").is_integer()


def _p_values_of_four(name: str, log: bool) -> np.ndarray:
    """P of the t-test on every set of four ratios with the published median, minimum and maximum."""
    median, ends = number(f"{name}_median_percent") / 100, span(f"{name}_range_percent")
    low, high = ends.low / 100, ends.high / 100
    second = np.linspace(max(low, 2 * median - high), median, 2001)  # the third follows from the median
    ratios = np.stack([np.full_like(second, low), second, 2 * median - second, np.full_like(second, high)])
    return ttest_1samp(np.log2(ratios) if log else ratios, 0.0 if log else 1.0).pvalue


@pytest.mark.parametrize("log", [False, True])
def test_p_of_tnf_in_primary_cells_is_not_attainable(log):
    attainable = _p_values_of_four("tnf_primary", log)
    assert attainable.min() > number("tnf_primary_p") + 5e-4
    assert f"{attainable.min():.3f}" in str(BY_KEY["tnf_primary_p_value"].readings)


@pytest.mark.parametrize("log", [False, True])
def test_p_of_igf1_in_primary_cells_is_attainable_on_ratios_and_not_on_logs(log):
    attainable = _p_values_of_four("igf1_primary", log)
    published = number("igf1_primary_p")
    assert (attainable.min() <= published <= attainable.max()) != log
    for end in (attainable.min(), attainable.max()):
        assert f"{end:.3f}" in str(BY_KEY["igf1_primary_significance"].readings)


def test_both_p_values_in_primary_cells_are_attainable_on_levels():
    """Untreated levels that a search finds: four positive numbers by which the paired t of levels has the printed P."""
    for name, other in (("tnf_primary", "tnf_primary_p_value"), ("igf1_primary", "igf1_primary_significance")):
        median, ends = number(f"{name}_median_percent") / 100, span(f"{name}_range_percent")
        ratio = np.array([ends.low / 100, median, median, ends.high / 100])
        weight = np.exp(np.random.default_rng(3).uniform(0.0, np.log(4.0), (100_000, 4)))
        p = ttest_1samp(weight * (ratio - 1.0), 0.0, axis=1).pvalue
        assert p.min() < number(f"{name}_p") < p.max()
        assert "0.39" in str(BY_KEY[other].readings)
