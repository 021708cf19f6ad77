"""`lensim compare` of groups: the posterior beside Welch's, analysis of variance, ranks; of pairs the mixed model."""

import numpy as np
import pandas as pd
import pytest
from group_studies import levels_study, repeated_study

from lensim.expression.classical_comparison import comparison_tables
from lensim.expression.groups.classical_tables import pooled_estimate
from lensim.expression.groups.comparisons import as_ratios
from lensim.fit_study import fit_study
from lensim.inference.adjusted_p import holm
from lensim.inference.settings import FitSettings, SamplerSettings

SETTINGS = FitSettings(sampler=SamplerSettings(draws=500, chains=2))


def compared(data):
    (table,) = comparison_tables(fit_study(data, SETTINGS, 1))
    return table


def test_groups_have_classical_answers_and_p_for_their_number():
    rng = np.random.default_rng(4)
    groups = [rng.normal(mean, 0.3, 5) for mean in (0.0, 2.0, 0.0, 0.2)]
    table = compared(levels_study(*groups, kinds=[0, 0, 1, 1], conditions=[0, 1, 0, 1]))
    frame = table.frame
    assert frame["comparison"].tolist() == [
        "c1 over c0 (k0)",
        "c1 over c0 (k1)",
        "k0 over k1, level under c0",
        "k0 over k1, level under c1",
        "k0 over k1, fold change of c1 over c0",
    ]
    assert frame["posterior"].to_numpy() == pytest.approx(frame["welch_ratio"].to_numpy(), rel=0.15)
    assert frame["anova_ratio"].to_numpy() == pytest.approx(frame["welch_ratio"].to_numpy())
    assert frame["welch_p_holm"].tolist() == holm(frame["welch_p"].to_numpy()).tolist()
    assert "Welch's test" in table.caption


def test_one_spread_of_all_groups_is_least_squares_with_interaction():
    anova = pytest.importorskip("statsmodels.formula.api")
    rng = np.random.default_rng(5)
    number = np.array([3, 5, 4, 6])
    cell = np.repeat(np.arange(4), number)
    frame = pd.DataFrame({"kind": cell // 2, "drug": cell % 2, "level": rng.normal(0.5 * cell, 0.7)})
    fitted = anova.ols("level ~ kind * drug", frame).fit()
    mean, sd = (frame.groupby(cell)["level"].agg(how).to_numpy() for how in ("mean", "std"))
    found = pooled_estimate(np.array([1.0, -1.0, -1.0, 1.0]), mean, sd, number)
    assert found.p_value == pytest.approx(fitted.pvalues["kind:drug"])
    assert found.interval(0.95) == pytest.approx(tuple(fitted.conf_int().loc["kind:drug"]))


def test_repeated_subjects_have_the_mixed_model_and_paired_tests():
    frame = compared(repeated_study()).frame
    assert frame["comparison"].tolist() == ["c1 over c0", "c2 over c0", "c2 over c1"] * 2
    assert (frame["in_all"] >= 2).all()
    assert np.isfinite(frame[["mixed_p", "mixed_p_holm", "paired_t_p", "wilcoxon_p"]]).all(axis=None)
    assert np.log2(frame["posterior"]).to_numpy() == pytest.approx(np.log2(frame["mixed_ratio"]).to_numpy(), abs=0.3)


def test_a_group_of_one_subject_has_its_reason():
    (row,) = compared(levels_study([0.0, 0.3, 0.1], [1.0])).frame.to_dict("records")
    assert np.isnan(row["welch_p"])
    assert row["reasons"].startswith("a group of one subject")
    assert row["anova_p"] < 1


def test_levels_that_do_not_differ_have_their_own_reason():
    (row,) = compared(levels_study([0.5, 0.5, 0.5], [1.0, 1.0, 1.0])).frame.to_dict("records")
    assert row["reasons"] == "no classical interval: no subject has two levels of the target, or levels do not differ"


def test_an_interval_beyond_what_a_number_holds_has_an_end():
    ratios = as_ratios([-1e5, 0.0, 1e5, np.nan])
    assert np.isfinite(ratios[:3]).all()
    assert ratios[1] == 1.0
    assert np.isnan(ratios[3])
