"""Levels of many studies at once are those of each study alone, lost wells and all."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.expression.groups.design import GroupDesign, GroupOfSubjects, lay_out_groups
from lensim.expression.groups.levels import groups_of, levels_of
from lensim.expression.groups.measured import measured_levels
from lensim.expression.pair_factors import PairSettings
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import ExpressionPopulation, ReactionFaults, draw_truth


@pytest.mark.parametrize("samples", [1, 2])
def test_levels_of_a_batch_are_those_of_each_study(samples):
    groups = [GroupOfSubjects("all", "control", 3), GroupOfSubjects("all", "drug", 4)]
    sheet = lay_out_groups(GroupDesign(groups, "control", ("TNF", "IL6"), ("R1", "R2"), samples, 3))
    rng = np.random.default_rng(5)
    faults = ReactionFaults(0.05, 2.0, 0.1, 0.0, 0.0)
    data = simulate(sheet, draw_truth(ExpressionPopulation(), sheet, rng, 4), faults, rng)
    of_subject, pairs = groups_of(sheet)
    ct = np.where(data["is_lost"], np.nan, data[v.CT])
    found = measured_levels(data.assign({v.CT: (data[v.CT].dims, ct)}), of_subject, len(pairs), PairSettings())
    for study in range(4):
        alone = levels_of(one_study(data, study))
        place = alone[v.TARGET_OF_LEVEL].to_numpy(), alone[v.SUBJECT_OF_LEVEL].to_numpy()
        assert found.level[study][place] == pytest.approx(alone[v.SUBJECT_LEVEL].to_numpy(), abs=1e-9)
        assert found.sd[study][place] == pytest.approx(alone[v.SUBJECT_LEVEL_SD].to_numpy(), abs=1e-9)
        assert np.isfinite(found.level[study]).sum() == len(place[0])
        assert found.factor_sd[study] == pytest.approx(alone[v.FACTOR_ERROR_SD].to_numpy(), abs=1e-9)
        assert found.slope[study] == pytest.approx(alone[v.FACTOR_SLOPE].to_numpy(), abs=1e-9)


def test_a_sample_that_was_not_read_lowers_no_error():
    """A subject with one of two samples read has the error of that one: the variances of both are 4 of their mean."""
    groups = [GroupOfSubjects("all", "control", 3), GroupOfSubjects("all", "drug", 3)]
    sheet = lay_out_groups(GroupDesign(groups, "control", ("TNF",), ("R1",), 2, 3))
    rng = np.random.default_rng(5)
    data = simulate(sheet, draw_truth(ExpressionPopulation(), sheet, rng, 1), ReactionFaults(0, 0, 0, 0, 0), rng)
    of_subject, pairs = groups_of(sheet)
    own = int(data[v.SUBJECT_OF_SAMPLE][0])

    def variance(*lost: int) -> float:
        ct = np.where(np.isin(data[v.SAMPLE_OF_REACTION], lost), np.nan, data[v.CT])
        one = data.assign({v.CT: (data[v.CT].dims, ct)})
        return float(measured_levels(one, of_subject, len(pairs), PairSettings()).sd[0, 0, own] ** 2)

    samples = np.flatnonzero(data[v.SUBJECT_OF_SAMPLE] == own).tolist()
    assert sum(variance(sample) for sample in samples) / 4 == pytest.approx(variance(), rel=0.15)
