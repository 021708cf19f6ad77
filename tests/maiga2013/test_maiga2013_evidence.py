"""How strong a finding is: the ratio of two shares, its interval and its name."""

import numpy as np
import pytest
from scipy import stats

from lensim.maiga2013.evidence import EvidenceRatio, evidence_ratio, share_words
from lensim.seeding import stream

FALSE_ALARM = 1e-6


@pytest.mark.parametrize(
    ("true", "false", "strength", "text"),
    [
        (400, 10, "strong", "40 (20 to 90)"),
        (950, 560, "hardly any", "1.7 (1.6 to 1.8)"),
        (830, 260, "positive", "3.2 (2.9 to 3.6)"),
        (999, 0, "very strong", "> 270"),
        (400, 2, "strong", "> 51"),
    ],
)
def test_a_seldom_made_finding_can_be_strong_evidence(true, false, strength, text):
    found = evidence_ratio(true, false, 1000)
    assert (found.strength, found.text) == (strength, text)


def test_evidence_has_the_names_of_its_bars():
    assert [EvidenceRatio(x, x, x).strength for x in (2.99, 3.0, 19.9, 20.0, 149.0, 150.0)] == [
        "hardly any", "positive", "positive", "strong", "strong", "very strong",
    ]  # fmt: skip


@pytest.mark.parametrize(("true", "false"), [(0.4, 0.01), (0.9, 0.05), (0.5, 0.18), (0.4, 0.001), (1.0, 0.002)])
def test_intervals_of_ratios_hold_the_ratio(true, false):
    """Null: at least 95% of intervals hold it, in 3,000 pairs of 2,000 studies."""
    rng = stream(8, "ratios", str(true), str(false))
    counts = rng.binomial(2000, [true, false], (3000, 2))
    found = [evidence_ratio(int(a), int(b), 2000) for a, b in counts]
    held = sum(one.low <= true / false <= one.high for one in found)
    assert stats.binomtest(held, len(found), 0.95, alternative="less").pvalue > FALSE_ALARM
    assert all(np.isnan(one.value) == (b == 0) for one, (_, b) in zip(found, counts, strict=True))


def test_none_or_all_of_the_studies_is_a_limit():
    found = [share_words(share, 2000) for share in (0.0, 0.0005, 0.05, 0.4, 0.95, 1.0)]
    assert found == ["< 0.15%", "0.1%", "5.0%", "40%", "95.0%", "> 99.85%"]
