"""Ratios of groups as draws: they share the control, and factors move them."""

import numpy as np
import pytest
from group_studies import levels_study, uncertain_study

from lensim import vocabulary as v
from lensim.expression.groups.estimands import (
    COMPARISON,
    LOG2_RATIO_OF_GROUPS,
    group_estimands,
    judged_group_estimands,
    summarise_cell_type_ratios,
    summarise_groups,
)
from lensim.expression.groups.exact import draw_exact
from lensim.expression.groups.levels import MODEL
from lensim.expression.priors import LevelPriors
from lensim.inference.observations import attach_observations
from lensim.inference.settings import SamplerSettings


def estimands_of(data):
    result = draw_exact(data, MODEL, LevelPriors(), SamplerSettings(draws=1000, chains=4), 1)
    attach_observations(result, data)
    return group_estimands(result)


def test_ratios_of_one_draw_agree():
    estimands = estimands_of(levels_study([0.0, 0.4], [1.0, 1.2], [2.0, 2.5]))
    ratio = estimands[LOG2_RATIO_OF_GROUPS].to_numpy()[..., 0, :]
    assert estimands[COMPARISON].to_numpy().tolist() == ["c1 over c0", "c2 over c0", "c2 over c1"]
    assert ratio[..., 1] - ratio[..., 0] == pytest.approx(ratio[..., 2])
    assert np.corrcoef(ratio[..., 0].ravel(), ratio[..., 1].ravel())[0, 1] > 0.2


def test_errors_of_factors_are_in_the_ratios():
    data = uncertain_study()
    sure = data.assign({v.FACTOR_SLOPE: 0.0 * data[v.FACTOR_SLOPE]})
    huge = data.assign({v.FACTOR_SLOPE: 100.0 * data[v.FACTOR_SLOPE]})
    spread = [float(estimands_of(one)[LOG2_RATIO_OF_GROUPS].std()) for one in (sure, huge)]
    assert spread[1] > 2 * spread[0]


def test_a_target_that_a_group_lacks_has_no_ratio():
    data = uncertain_study()
    keep = ~((data[v.TARGET_OF_LEVEL].to_numpy() == 1) & (data[v.SUBJECT_OF_LEVEL].to_numpy() > 6))
    estimands = estimands_of(data.isel({v.LEVEL: np.flatnonzero(keep)}))
    known = np.isfinite(estimands[LOG2_RATIO_OF_GROUPS].to_numpy()).all(axis=(0, 1))
    assert known.tolist() == [[True, True, True], [True, False, False]]
    assert judged_group_estimands(estimands)[LOG2_RATIO_OF_GROUPS].sizes["ratio"] == 4
    assert len(summarise_groups(estimands)) == 5


def test_subjects_of_an_interaction_are_those_of_its_cell_types_in_any_order_of_groups():
    groups = [[0.0] * 2 + [0.1], [0.0, 0.2], [1.0, 1.1, 1.2, 1.3], [2.0, 2.1]]
    data = levels_study(*groups, kinds=[0, 1, 0, 1], conditions=[0, 0, 1, 1])
    row = summarise_cell_type_ratios(estimands_of(data)).to_dict("records")[-1]
    assert (row["what"], row["first"], row["second"]) == ("fold change, c1 over c0", "k0", "k1")
    assert (row["first_subjects"], row["second_subjects"]) == (7, 4)
