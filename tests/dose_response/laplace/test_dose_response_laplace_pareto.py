"""Pareto shapes of weights, against those of ArviZ."""

import numpy as np
import pytest
from arviz_stats.base import array_stats

from lensim.dose_response.laplace.pareto import pareto_shapes
from lensim.seeding import stream


@pytest.mark.parametrize("draws", [100, 256, 2048])
def test_shapes_are_those_of_arviz(draws):
    rng = stream(7, "weights", draws)
    light = np.exp(rng.normal(0.0, rng.uniform(0.1, 4.0, (40, 1)), (40, draws)))
    weights = np.vstack([light, rng.pareto(1.2, (40, draws))])
    _, expected = array_stats.psislw(-np.log(weights), axis=-1)
    np.testing.assert_allclose(pareto_shapes(weights), expected, atol=1e-6)


def test_too_few_draws_have_no_tail():
    with pytest.raises(ValueError, match="a tail needs 25 draws, got 20"):
        pareto_shapes(np.ones((1, 20)))
