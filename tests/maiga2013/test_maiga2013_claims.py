"""Claims of the paper as data, the worlds in which they are false, and the tables beside twins."""

import numpy as np
import pytest
from scipy import stats

from lensim.maiga2013.claims import (
    FINDINGS,
    NUMBER_COMMENTS,
    NUMBER_WORDS,
    UNTESTABLE,
    Finding,
    findings_table,
    numbers_table,
    stated_value,
    stated_words,
    untestable_table,
)
from lensim.maiga2013.fact import CountOf, StatedRange
from lensim.maiga2013.stated_results import STATED_RESULTS
from lensim.maiga2013.worlds import CALIBRATED, readings_of_worlds
from lensim.report.figures.claims import plot_findings, plot_numbers

STUDIES = 60
FALSE_ALARM = 1e-6


@pytest.fixture(scope="module")
def worlds():
    return readings_of_worlds(STUDIES, 5)


def test_every_number_of_the_results_has_its_words():
    needed = set()
    for entry in STATED_RESULTS:
        match entry.value:
            case StatedRange(low=low, high=high):
                needed |= {f"{entry.key}.{end}" for end, value in (("low", low), ("high", high)) if np.isfinite(value)}
            case CountOf() | float() | int():
                needed.add(entry.key)
    assert set(NUMBER_WORDS) == needed
    assert set(NUMBER_COMMENTS) <= needed
    assert len(needed) >= 30


def test_every_word_of_the_results_has_its_row():
    texts = {entry.key for entry in STATED_RESULTS if isinstance(entry.value, str)}
    rows = {one.key for one in (*FINDINGS, *UNTESTABLE)}
    assert texts <= rows
    assert len(rows) == len(FINDINGS) + len(UNTESTABLE)


def test_stated_numbers_and_their_words():
    assert stated_value("sensitive_ic50_um.high") == 7
    assert stated_value("tnf_lines_increased") == 10
    assert stated_words("tnf_lines_increased") == "10 of 12"
    assert stated_words("tnf_lines_median_percent") == "179% of control"
    assert stated_words("tnf_lines_p") == "0.006"


def test_a_number_is_placed_among_twins():
    table = numbers_table({"tnf_lines_median_percent": np.linspace(100, 200, 1001), "panel_lines": np.full(9, 23.0)})
    rows = table.set_index("key")
    assert rows.loc["tnf_lines_median_percent", "twin_percentile"] == pytest.approx(79, abs=0.2)
    assert rows.loc["tnf_lines_median_percent", "inside"] == "yes"
    assert rows.loc["panel_lines", "twin_percentile"] == 50
    assert rows.loc["tnf_lines_p", "inside"] == "not simulated"
    far = numbers_table({"tnf_lines_median_percent": np.linspace(10, 20, 11)}).set_index("key")
    assert far.loc["tnf_lines_median_percent", "inside"] == "no"


def test_twins_read_nearly_every_number(worlds):
    table = numbers_table(worlds[CALIBRATED])
    assert (table["inside"] != "not simulated").all()
    plot_numbers(table)


def test_a_test_without_an_effect_finds_one_at_its_level(worlds):
    table = findings_table(worlds, FINDINGS, CALIBRATED).set_index("key")
    for key in ("tnf_lines_up", "igf1_lines_up"):  # one-sided at 2.5%, by a t test on skewed ratios
        finds = round(table.loc[key, "p_if_not"] * STUDIES)
        assert stats.binomtest(finds, STUDIES, 0.08, alternative="greater").pvalue > FALSE_ALARM
    assert table.loc["tnf_absent_line", "p_if_true"] > table.loc["tnf_absent_line", "p_if_not"]
    for key in ("lp1_lr_raised_genes", "tnf_whatever_call", "no_group_difference", "igf1_primary_over_lines"):
        true, false = (round(table.loc[key, f"p_if_{name}"] * STUDIES) for name in ("true", "not"))
        assert true > false, key
    plot_findings(table.reset_index())


def test_a_finding_that_is_always_made_is_no_evidence(worlds):
    always = Finding("always", "something", "nowhere", lambda found: np.ones(STUDIES, dtype=bool), CALIBRATED)
    row = findings_table(worlds, [always], CALIBRATED).iloc[0]
    assert (row["p_if_true"], row["p_if_not"], row["ratio"], row["evidence"]) == (1.0, 1.0, 1.0, "hardly any")


def test_findings_are_in_order_of_their_ratio_with_their_power_beside(worlds):
    table = findings_table(worlds, FINDINGS, CALIBRATED)
    at = table["ratio"].fillna(table["ratio_low"])
    assert at.is_monotonic_decreasing
    known = table[table["ratio"].notna()]
    np.testing.assert_allclose(known["ratio"], known["p_if_true"] / known["p_if_not"])
    assert (known["ratio_low"] <= known["ratio"]).all()
    assert (table["p_if_true_mcse"] > 0).all()


def test_what_cannot_be_tested_is_said():
    table = untestable_table()
    assert (table["evidence"] == "nothing to test").all()
    assert "p53_and_sensitivity" in set(table["key"])
