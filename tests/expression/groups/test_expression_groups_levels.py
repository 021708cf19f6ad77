"""Levels of subjects from reactions: Pfaffl's ratio between groups, several samples, and what is refused."""

import numpy as np
import pytest
from group_studies import rtpcr_table

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.groups.levels import has_groups, levels_of, why_no_levels
from lensim.expression.pair_factors import PairSettings
from lensim.expression.read import read_expression

PLUG_IN = PairSettings(factors="plug_in")


def test_the_ratio_of_groups_is_that_which_rtpcr_prints(tmp_path):
    data = read_expression(rtpcr_table(tmp_path), unpaired="groups")
    levels = levels_of(data, PLUG_IN)
    group = levels[v.GROUP_OF_SUBJECT].to_numpy()[levels[v.SUBJECT_OF_LEVEL].to_numpy()]
    level = levels[v.SUBJECT_LEVEL].to_numpy()
    assert 2.0 ** (level[group == 1].mean() - level[group == 0].mean()) == pytest.approx(0.4090246, abs=2e-6)
    assert levels[v.GROUP].to_numpy().tolist() == ["control", "treatment"]
    assert levels_of(levels) is levels


def test_the_error_of_factors_moves_groups_by_their_difference_in_ct(tmp_path):
    data = read_expression(rtpcr_table(tmp_path), unpaired="groups")
    levels = levels_of(data)
    assert levels[v.FACTOR_ERROR_SD].to_numpy() == pytest.approx(0.04 / np.array([1.88, 1.67]) / np.log(2.0))
    slope = levels[v.FACTOR_SLOPE].to_numpy()[0]
    ct = data[v.CT].to_numpy().reshape(2, 3, 2).mean(axis=1)  # (group, gene)
    assert slope[1] - slope[0] == pytest.approx([-(ct[1, 0] - ct[0, 0]), ct[1, 1] - ct[0, 1]])


def test_several_samples_of_a_subject_are_one_level(tmp_path):
    rows = ["subject,condition,experiment,gene,ct,is_reference"]
    for name, condition, cts in (("a", "control", (24.0, 26.0)), ("b", "control", (25.0,)), ("c", "drug", (22.0,))):
        for number, ct in enumerate(cts):
            rows += [f"{name},{condition},{number},X,{ct},0", f"{name},{condition},{number},R,20.0,1"]
    (tmp_path / "cts.csv").write_text("\n".join(rows), encoding="utf-8")
    levels = levels_of(read_expression(tmp_path / "cts.csv", unpaired="keep"), PairSettings(factors="perfect"))
    assert levels[v.SUBJECT_LEVEL].to_numpy() == pytest.approx([-5.0, -5.0, -2.0])
    known = levels[v.SUBJECT_LEVEL_SD].to_numpy()
    assert known[0] == pytest.approx(known[1] / np.sqrt(2.0), rel=0.02)


def test_a_subject_in_two_groups_or_a_ct_that_is_missing_is_refused(tmp_path):
    path = rtpcr_table(tmp_path)
    paired = read_expression(path, unpaired="keep")
    assert not has_groups(paired)
    with pytest.raises(InputError) as caught:
        levels_of(paired)
    assert str(caught.value) == (
        "level_groups needs subjects that are under one condition each, got 1 under control and treatment: take "
        "the model level_repeated_measures or expression_hierarchical for pairs, or read the study with "
        'unpaired="groups" where these are two subjects of one name'
    )
    data = read_expression(path, unpaired="groups")
    assert has_groups(data)
    assert why_no_levels(data) == ""
    data[v.CT][3] = np.nan
    assert why_no_levels(data) == "1 reaction has no Ct, which a level cannot say"
    with pytest.raises(InputError) as caught:
        levels_of(data)
    assert str(caught.value) == (
        "level_groups needs a Ct of every reaction: 1 reaction has no Ct, which a level cannot say; take "
        "the model expression_hierarchical, which knows that a gene without a Ct is below what can be seen"
    )
