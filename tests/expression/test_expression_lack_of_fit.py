"""A gene in a sample that is not where the rest of the study says is told, with the Ct that is expected."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.expression.lack_of_fit import lack_of_fit
from lensim.inference.observations import observations_of
from tests.expression.shifted_studies import shifted


def found_in(*given):
    result = shifted(*given)
    return observations_of(result), lack_of_fit(observations_of(result), result["posterior"].to_dataset())


def test_nothing_is_told_where_nothing_is_off():
    data, found = found_in()
    assert not any(one.is_told for one in found)
    in_samples = [one for one in found if one.plate < 0]
    assert len(in_samples) == data.sizes[v.GENE] * data.sizes[v.SAMPLE]
    assert np.std([one.z for one in in_samples]) == pytest.approx(1.0, abs=0.25)


def test_a_gene_that_comes_three_cycles_late_in_a_sample_is_told_alone():
    _, found = found_in(3.0)
    told = [one for one in found if one.is_told]
    assert [(one.gene, one.sample, one.plate) for one in told] == [(0, 5, -1)]
    assert told[0].observed - told[0].expected == pytest.approx(3.0, abs=1.0)


def test_a_prediction_does_not_know_what_it_predicts():
    expected = [
        next(one for one in found_in(cycles)[1] if (one.gene, one.sample) == (0, 5)).expected for cycles in (3.0, 5.0)
    ]
    assert expected[0] == pytest.approx(expected[1], abs=0.1)


def test_one_outlying_reaction_is_no_lack_of_fit_of_its_gene():
    _, found = found_in(0.0, 3.0)
    assert not any(one.is_told for one in found)


def test_ratios_and_very_large_studies_are_not_judged():
    result = shifted()
    data, posterior = observations_of(result), result["posterior"].to_dataset()
    assert lack_of_fit(data.drop_vars(v.CT), posterior) == ()
    assert lack_of_fit(data, posterior.drop_vars(v.SD_BIOLOGICAL)) == ()
