"""From a file to tables of groups: rtpcr's published answer with Welch's test beside it, and an interaction."""

import numpy as np
import pytest
from group_studies import levels_study, rtpcr_table

import lensim
from lensim.assay import read_result
from lensim.checks import InputError
from lensim.expression.assay import ASSAY, default_model
from lensim.expression.estimands import expression_estimands
from lensim.expression.groups.levels import MODEL
from lensim.expression.groups.tables import _is_unlike
from lensim.expression.read import read_expression
from lensim.expression.worlds import GroupWorld, simulate_groups
from lensim.fit_study import fit_study
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of
from lensim.report.figures.expression import figures_of_fit

SETTINGS = FitSettings(sampler=SamplerSettings(draws=1000, chains=4))


def test_three_against_three_is_fitted_as_groups(tmp_path):
    data = read_expression(rtpcr_table(tmp_path), unpaired="groups")
    assert default_model(data) == MODEL
    result = fit_study(data, SETTINGS, 1)
    assert result.attrs["engine"] == "exact"
    assert verdict_of(result).passed
    read = read_result(result)
    assert [table.name for table in read.tables] == ["group_ratios", "groups"]
    (row,) = read.tables[0].frame.to_dict("records")
    assert (row["target"], row["group"], row["against"]) == ("target", "treatment", "control")
    assert (row["subjects"], row["against_subjects"], row["note"]) == (3, 3, "")
    assert row["ratio"] == pytest.approx(0.409, abs=0.02)
    assert row["welch_ratio"] == pytest.approx(0.409, abs=0.001)
    assert row["ratio_lower"] == pytest.approx(row["welch_ratio_lower"], abs=0.04)
    assert row["ratio_upper"] == pytest.approx(row["welch_ratio_upper"], abs=0.06)
    assert row["mann_whitney_p"] == pytest.approx(0.1)
    assert read.remarks == ("groups of different subjects are compared: no subject has a fold change of its own",)
    assert [figure.name for figure in figures_of_fit(result, 0.9, None)] == ["groups"]
    with pytest.raises(InputError, match=r"^an expression result with fold changes of subjects is needed, got one of "):
        expression_estimands(result)


def test_a_ct_that_is_missing_goes_to_the_model_of_reactions(tmp_path):
    data = read_expression(rtpcr_table(tmp_path), unpaired="groups")
    data["ct_cycles"][3] = np.nan
    assert default_model(data) == "expression_hierarchical"
    assert ASSAY.model_reason(data) == (
        "1 reaction has no Ct, which a level cannot say: so expression_hierarchical was taken, and not level_groups, "
        "which compares levels of subjects"
    )


def test_two_factors_have_a_table_of_cell_types_with_the_interaction():
    rng = np.random.default_rng(2)
    groups = [rng.normal(mean, 0.1, 6) for mean in (0.0, 2.0, 0.0, 0.0)]
    data = levels_study(*groups, kinds=[0, 0, 1, 1], conditions=[0, 1, 0, 1])
    result = fit_study(data, SETTINGS, 1)
    tables = {table.name: table for table in read_result(result).tables}
    assert list(tables) == ["group_ratios", "cell_type_ratios", "groups"]
    row = tables["cell_type_ratios"].frame.to_dict("records")[-1]
    assert row["what"] == "fold change, c1 over c0"
    assert (row["first"], row["second"], row["first_subjects"], row["second_subjects"]) == ("k0", "k1", 12, 12)
    assert row["ratio_lower"] < 4.0 < row["ratio_upper"]
    assert row["welch_p"] < 1e-6
    assert np.isnan(row["mann_whitney_p"])


def test_groups_of_one_subject_and_of_none_are_told():
    data = levels_study([0.0, 0.3, 0.1], [1.0])
    read = read_result(fit_study(data, SETTINGS, 1))
    (row,) = read.tables[0].frame.to_dict("records")
    assert row["note"] == "one subject of k0 c1: its spread is that of the others and of the prior"
    assert np.isnan(row["welch_p"])
    assert read.remarks[1] == "measured in one subject alone of the group: TNF, k0 c1"


def test_a_small_group_that_varies_more_than_a_large_one_is_told():
    rng = np.random.default_rng(7)

    def said(small_sd: float, small: int) -> list[str]:
        spread = [np.linspace(-1.0, 1.0, n) / np.linspace(-1.0, 1.0, n).std(ddof=1) for n in (small, 12)]
        data = levels_study(small_sd * spread[0], 1.0 + 0.3 * rng.permutation(spread[1]))
        return [one for one in read_result(fit_study(data, SETTINGS, 1)).remarks if "too narrow" in one]

    assert said(1.0, 3) == [
        "TNF: k0 c0 has fewer subjects and varies more than k0 c1: the interval may be too narrow; see Welch's, or fit "
        "with log_sd_sd_log2_between_subjects = 1.0 among the priors as well"
    ]
    assert said(0.4, 3) == said(0.5, 12) == []
    assert said(1.0, 7) == [
        "TNF: k0 c0 varies 3.3 times as much as k0 c1: the interval may be too narrow; see Welch's, or fit with "
        "log_sd_sd_log2_between_subjects = 1.0 among the priors as well"
    ]


def test_unlike_spreads_are_told_by_chance_in_a_twentieth_of_comparisons_and_found_where_they_are():
    def share(freedom: int, ratio: float) -> float:
        drawn = np.sqrt(np.random.default_rng(freedom).chisquare(freedom, (4000, 2)) / freedom) * [1.0, ratio]
        pairs = [(float(max(pair)), float(min(pair))) for pair in drawn]
        return np.mean([_is_unlike(wide, narrow, freedom, freedom) for wide, narrow in pairs])

    assert all(share(freedom, 1.0) < 0.06 for freedom in (1, 2, 4, 11, 30))
    assert share(4, 4.0) > 0.6
    assert share(11, 4.0) > 0.95
    assert not _is_unlike(1.0, 0.0, 1, 0)
    assert _is_unlike(1.0, 0.0, 3, 3)


def test_targets_that_some_subjects_lack_are_told():
    whole, lacking = (
        simulate_groups(GroupWorld(undetected=share), np.random.default_rng(3))[1] for share in (0.0, 0.4)
    )
    assert not any("lacking" in one for one in read_result(fit_study(whole, SETTINGS, 1)).remarks)
    [said] = [one for one in read_result(fit_study(lacking, SETTINGS, 1)).remarks if "lacking" in one]
    group = lacking["group_of_subject"].to_numpy()[lacking["subject_of_level"].to_numpy()]
    number = np.array([[np.sum((lacking["target_of_level"] == t) & (group == g)) for g in (0, 1)] for t in range(3)])
    for t, g in np.argwhere(number < number.max(axis=0)):
        subjects = f"{number[t, g]} subject{'s' * int(number[t, g] != 1)}"
        assert (
            f"target {t + 1} in {('control', 'treated')[g]} ({subjects}, another target {number.max(axis=0)[g]})"
            in said
        )
    assert said.endswith(
        "where a target was too low to be detected, the mean of its group is too high and the ratio is off; the model "
        "expression_hierarchical knows this from Cts"
    )


def test_it_is_reached_from_python(tmp_path):
    fit = lensim.fit(lensim.read.expression(rtpcr_table(tmp_path), unpaired="groups"), seed=1)
    assert list(fit.tables) == ["group_ratios", "groups"]
