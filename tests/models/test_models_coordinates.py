from collections.abc import Callable

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from lensim.models.coordinates import COORDINATE_SUFFIX, normal_by_information, normal_non_centred
from lensim.seeding import stream

FALSE_ALARM = 1e-6
SEED = 20
QUICK_MODE = "FAST_COMPILE"  # compiles at once; the numbers are the same


def law_of(declare: Callable[[], object]) -> float:
    """p of the null that prior draws of what `declare` makes are Normal(1.3, 0.7)."""
    with pm.Model(coords={"line": range(2)}):
        x = declare()
    draws = pm.draw(x, 2000, random_seed=stream(SEED, "law"), mode=QUICK_MODE)
    return float(stats.kstest(draws.ravel(), stats.norm(1.3, 0.7).cdf).pvalue)


@pytest.mark.parametrize("information", [0.0, 0.5, 4.0, 1e4])
@pytest.mark.parametrize("estimate", [0.0, -5.0])
def test_information_leaves_the_law_unchanged(information, estimate):
    """Null: x ~ Normal(mu, sigma), whatever the information and the estimate."""
    p = law_of(
        lambda: normal_by_information("x", mu=1.3, sigma=0.7, information=information, estimate=estimate, dims="line")
    )
    assert p > FALSE_ALARM


def test_information_that_depends_on_another_variable_leaves_the_law_unchanged():
    """Null: x ~ Normal(mu, sigma), where the information is itself random."""

    def declare():
        other = pm.Normal("other", 0.0, 2.0)
        return normal_by_information("x", mu=1.3, sigma=0.7, information=pt.exp(other), estimate=other, dims="line")

    assert law_of(declare) > FALSE_ALARM


def test_non_centred_leaves_the_law_unchanged():
    """Null: x ~ Normal(mu, sigma)."""
    assert law_of(lambda: normal_non_centred("x", mu=1.3, sigma=0.7, dims="line")) > FALSE_ALARM


@pytest.mark.parametrize("fault", ["mean of the coordinate forgotten", "sd of the coordinate forgotten"])
def test_a_wrong_coordinate_is_rejected(fault):
    """The test of the law must be able to fail: two slips of the pen that still sample well."""

    def declare():
        mu, sigma, information = 1.3, 0.7, 4.0
        precision = information + sigma**-2
        centre, scale = mu / (sigma**2 * precision), np.sqrt(precision)
        if fault.startswith("mean"):
            coordinate = pm.Normal(f"x{COORDINATE_SUFFIX}", 0.0, sigma * scale, dims="line")
        else:
            coordinate = pm.Normal(f"x{COORDINATE_SUFFIX}", (mu - centre) * scale, 1.0, dims="line")
        return pm.Deterministic("x", centre + coordinate / scale, dims="line")

    assert law_of(declare) < FALSE_ALARM


def test_no_information_is_non_centred_and_much_is_centred():
    def mean_and_sd(information):
        with pm.Model(coords={"line": range(2)}) as model:
            normal_by_information("x", mu=1.3, sigma=0.7, information=information, estimate=0.0, dims="line")
        inputs = model[f"x{COORDINATE_SUFFIX}"].owner.inputs[-2:]
        return [float(np.mean(part.eval(mode=QUICK_MODE))) for part in inputs]

    assert mean_and_sd(0.0) == pytest.approx([0.0, 1.0])
    mean, sd = mean_and_sd(1e8)
    assert (mean / 1e4, sd / 1e4) == pytest.approx((1.3, 0.7), rel=1e-3)
