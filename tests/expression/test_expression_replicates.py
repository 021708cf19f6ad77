"""Cells of which one reaction may be outlying, weighed for many studies at once."""

import numpy as np
import pytest
from scipy import special, stats

from lensim.expression import replicates
from lensim.expression.replicates import weigh

RNG = np.random.default_rng(11)


def cells(studies: int, number: int, sd: float = 0.15) -> np.ndarray:
    """Replicates of 16 cells about 25 (study, cell, replicate)."""
    return 25.0 + sd * RNG.standard_normal((studies, 16, number))


@pytest.mark.parametrize("number", [2, 3, 4])
def test_clean_replicates_keep_their_mean_and_spread(number):
    ct = cells(2000, number)
    found = weigh(ct, np.zeros(ct.shape[:2]))
    error = found.mean - ct.mean(axis=-1)
    assert np.sqrt((error**2).mean()) < 0.01
    assert np.sqrt((found.square.sum(axis=1) / found.freedom.sum(axis=1)).mean()) == pytest.approx(0.15, abs=0.006)
    assert (found.probability.sum(axis=-1) > 0.9).mean() < 0.001


def test_the_weights_are_those_of_the_mixture():
    """Of one cell, given the reading variance at which they were made: the level has no prior."""
    ct = np.array([25.1, 24.9, 25.7])
    many = np.concatenate([np.tile([24.9, 25.1, 25.0], (400, 1)), ct[None]])[None]
    found = weigh(many, np.zeros(many.shape[:2]))
    reading = (replicates.PRIOR_SD**2 + found.square.sum()) / (1.0 + found.freedom.sum())
    level = np.linspace(15, 35, 40_001)

    def over_level(values: np.ndarray) -> np.ndarray:
        return stats.norm.logpdf(values[:, None], level, np.sqrt(reading)).sum(axis=0)

    parts = [np.log1p(-replicates.SHARE_OUTLYING) + special.logsumexp(over_level(ct))]
    for i in range(3):
        others = np.delete(ct, i)
        sd = np.sqrt(reading * 1.5 + replicates.SD_OUTLYING**2)
        out = stats.norm.logpdf(ct[i], others.mean(), sd)
        parts.append(np.log(replicates.SHARE_OUTLYING) + special.logsumexp(over_level(others)) + out)
    expected = special.softmax(parts)[1:]
    assert found.probability[0, -1] == pytest.approx(expected, rel=0.02, abs=1e-6)


def test_one_of_three_is_left_out():
    ct = cells(200, 3)
    ct[:, 0, 0] += 2.0
    found = weigh(ct, np.zeros(ct.shape[:2]))
    assert (found.probability[:, 0, 0] > 0.95).mean() > 0.98
    assert found.mean[:, 0] == pytest.approx(ct[:, 0, 1:].mean(axis=-1), abs=0.1)
    assert np.median(found.inverse[:, 0]) == pytest.approx(0.5, abs=0.01)


def test_two_that_disagree_are_in_doubt():
    """Half the distance between them is the sd of the doubt."""
    ct = cells(200, 2)
    ct[:, 0, 0] += 2.0
    found = weigh(ct, np.zeros(ct.shape[:2]))
    assert (found.probability[:, 0].sum(axis=-1) > 0.9).mean() > 0.98
    assert found.probability[:, 0, 0] == pytest.approx(found.probability[:, 0, 1])
    assert found.mean[:, 0] == pytest.approx(ct[:, 0].mean(axis=-1))
    distance = np.abs(ct[:, 0, 0] - ct[:, 0, 1])
    assert np.median(np.sqrt(found.doubt[:, 0]) / distance) == pytest.approx(0.5, abs=0.01)


def test_places_without_a_reaction_are_as_if_they_were_not_there():
    ct = cells(5, 3)
    wide = np.concatenate([ct, np.full((5, 16, 1), np.nan)], axis=-1)
    one, other = (weigh(values, np.zeros((5, 16))) for values in (ct, wide))
    for name in ("mean", "doubt", "square", "freedom", "inverse"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-15)
    gone = ct.copy()
    gone[:, 3] = np.nan
    assert np.isnan(weigh(gone, np.zeros((5, 16))).mean[:, 3]).all()
