"""Fold changes against sensitivity, as effects: made-up draws with a known answer."""

import numpy as np
import pytest
from scipy import stats

from lensim.checks import InputError
from lensim.expression.associations import associate_fold_changes
from tests.expression.test_expression_sensitivity import CALLS, GROUPS, ic50, result

FALSE_ALARM = 1e-6
SHIFTS = np.array([0.0, 0.5])


def test_effects_are_those_that_were_put_in_with_the_spread_of_a_sample():
    table = associate_fold_changes(result(), CALLS, GROUPS, ic50()).set_index("question")
    contrast, slope = table.loc["sensitive less resistant"], table.loc["per tenfold IC50"]
    fold = 1.0 - 0.8 * np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5])
    test, effect, draws = stats.ttest_ind(fold[:3], fold[3:]), 1.2, 1000
    law = stats.t(test.df, effect, effect / test.statistic)
    for column, probability in (("log2_effect_lower", 0.05), ("log2_effect", 0.5), ("log2_effect_upper", 0.95)):
        # null: so many of the draws of Student's t lie below their quantile
        below = [stats.binomtest(round(draws * law.cdf(x)), draws, probability) for x in contrast[column] + SHIFTS]
        assert below[0].pvalue > FALSE_ALARM
        assert below[1].pvalue < FALSE_ALARM  # the check can fail
    assert contrast["log2_effect_verdict"] == "different"
    assert slope["log2_effect"] == pytest.approx(-0.8, abs=0.02)
    assert slope["log2_effect_verdict"] == "different"
    assert (contrast["first_increased"], contrast["second_increased"]) == (3, 2)
    assert contrast["fisher_p"] == pytest.approx(1.0)
    assert np.isnan(slope["fisher_p"])


def test_a_wide_region_makes_them_equivalent():
    table = associate_fold_changes(result(), CALLS, GROUPS, equivalent_log2=4.0)
    assert table["log2_effect_verdict"].tolist() == ["equivalent"]


def test_a_target_that_was_never_detected_in_a_line_leaves_it_out():
    assert associate_fold_changes(result(missing="a"), CALLS, GROUPS)["first_subjects"].tolist() == [2]


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(InputError, match=r"sensitive in which TNF was detected under drug must be at least 2, got 1$"):
        associate_fold_changes(result(), {"a": "sensitive", "d": "resistant", "e": "resistant"}, GROUPS)
    with pytest.raises(InputError, match="equivalent_log2 must be above 0, got 0"):
        associate_fold_changes(result(), CALLS, GROUPS, equivalent_log2=0.0)
