"""Mixtures of normals against sums of SciPy's normal distribution."""

import numpy as np
import pytest
from scipy import optimize, stats

from lensim.expression.exact.normal_mixture import describe
from lensim.seeding import stream


@pytest.mark.parametrize("apart", [0.01, 0.3, 3.0, 30.0])
def test_moments_tails_and_quantiles_are_those_of_the_mixture(apart):
    rng = stream(6, "mixture", apart)
    for _ in range(20):
        weight, mean = rng.dirichlet(np.full(40, 0.3)), apart * rng.standard_normal(40)
        variance, out = np.exp(rng.normal(-2.0, 1.0, 40)), np.empty(6)
        describe(weight, mean, variance, np.array([0.4]), np.array([0.025, 0.5, 0.95]), out)
        sd = np.sqrt(variance)

        def above(x: float, weight=weight, mean=mean, sd=sd) -> float:
            return float(weight @ stats.norm.sf(x, mean, sd))

        centre = weight @ mean
        spread = np.sqrt(weight @ (variance + (mean - centre) ** 2))
        assert out[0] == pytest.approx(centre, abs=1e-5 * spread)
        assert out[1] == pytest.approx(spread, rel=1e-5)
        assert out[2] == pytest.approx(above(0.4), abs=1e-5)
        for found, p in zip(out[3:], (0.025, 0.5, 0.95), strict=True):
            assert above(found) == pytest.approx(1 - p, abs=2e-5)
            exact = optimize.brentq(lambda x, p=p: above(x) - 1 + p, centre - 50 * spread, centre + 50 * spread)
            assert abs(found - exact) < 1e-3 * spread or abs(above(found) - 1 + p) < 1e-6
