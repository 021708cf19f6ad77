"""A line whose replicates scatter more than those of the others is told."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.dose_response.cells import cells_of
from lensim.dose_response.scatter import scatter_of
from lensim.dose_response.spreads import spreads_of
from lensim.inference.observations import observations_of
from tests.dose_response.shaped_panels import LINES, shaped


def scatter(line=None, sd=0.3, lines=LINES):
    result = shaped()
    data = observations_of(result)
    signal = data[v.SIGNAL].to_numpy().copy()
    own = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()] == line
    signal[own] *= np.exp(sd * np.random.default_rng(1).standard_normal(own.sum()))
    data = data.assign({v.SIGNAL: data[v.SIGNAL].copy(data=signal)})
    return scatter_of(cells_of(data, spreads_of(result["posterior"].to_dataset(), data, {})), lines)


def test_none_is_told_where_all_scatter_alike():
    found = scatter()
    assert not any(found.is_told(k) for k in range(LINES))
    assert np.allclose(found.ratio, 1.0, atol=0.35)
    assert np.all(found.variance_factors == 1.0)


def test_a_line_that_scatters_more_is_told_with_its_ratio():
    found = scatter(3)
    assert [k for k in range(LINES) if found.is_told(k)] == [3]
    assert found.ratio[3] == pytest.approx(np.hypot(0.3, 0.12) / 0.12, rel=0.35)
    assert found.variance_factors[3] == found.ratio[3] ** 2


def test_few_lines_tell_nothing():
    result = shaped()
    data = observations_of(result)
    cells = cells_of(data, spreads_of(result["posterior"].to_dataset(), data, {}))
    found = scatter_of(cells, 3)
    assert np.isnan(found.ratio).all()
    assert np.array_equal(found.adjusted_p, np.ones(3))
