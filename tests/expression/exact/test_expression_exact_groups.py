"""Comparisons of groups by quadrature: those of exact draws and of closed forms, and where there is none."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.expression.exact.groups import compare_groups
from lensim.expression.groups.exact import draw_exact
from lensim.expression.groups.levels import MODEL
from lensim.expression.priors import LevelPriors
from lensim.inference.settings import SamplerSettings

TWO = np.array([[-1.0, 1.0]])
FOUR = np.array([[-1.0, 1.0, 0.0, 0.0], [1.0, -1.0, -1.0, 1.0], [0.0, -1.0, 0.0, 1.0]])
AT, ENDS = np.array([0.0, 0.5]), np.array([0.05, 0.95])
WIDE = {"sd_mean_log2_level": 1000.0, "log_sd_typical_sd_log2_between_subjects": 4.0}


def compared(groups, weights, priors=None, known=0.0, further=0.0):
    level = np.concatenate(groups)[None, None]
    number = np.repeat(np.arange(len(groups)), [len(one) for one in groups])
    more = np.full((1, 1, len(weights)), further)
    return compare_groups(level, np.full(level.shape, known), number, weights, more, priors or LevelPriors(), AT, ENDS)[
        0, 0
    ]


def drawn(groups, weights, priors, known):
    number = np.repeat(np.arange(len(groups)), [len(one) for one in groups])
    data = xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, np.concatenate(groups)),
            v.SUBJECT_LEVEL_SD: (v.LEVEL, np.full(len(number), known**0.5)),
            v.TARGET_OF_LEVEL: (v.LEVEL, np.zeros(len(number), dtype=int)),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, np.arange(len(number))),
            v.GROUP_OF_SUBJECT: (v.SUBJECT, number),
        },
        coords={v.TARGET: ["TNF"], v.GROUP: [f"g{k}" for k in range(len(groups))]},
    )
    settings = SamplerSettings(draws=50_000, chains=4)
    mean = draw_exact(data, MODEL, priors, settings, 11)["posterior"][v.MEAN_LEVEL].to_numpy()[:, :, 0]
    return mean.reshape(-1, len(groups)) @ weights.T


@pytest.mark.parametrize(
    ("sizes", "weights", "known"),
    [((3, 3), TWO, 0.0), ((2, 2), TWO, 0.04), ((1, 4), TWO, 0.01), ((8, 20), TWO, 0.0), ((4, 3, 5, 4), FOUR, 0.02)],
)
def test_numbers_are_those_of_exact_draws(sizes, weights, known):
    rng = np.random.default_rng(sum(sizes))
    groups = [rng.normal(0.6 * k, 0.3 + 0.3 * k, n) for k, n in enumerate(sizes)]
    found, draws = compared(groups, weights, known=known), drawn(groups, weights, LevelPriors(), known)
    for own, ratio in zip(found, draws.T, strict=True):
        sd, size = ratio.std(), len(ratio)
        assert own[0] == pytest.approx(ratio.mean(), abs=5.0 * sd / size**0.5)
        assert own[1] == pytest.approx(sd, rel=0.02)
        for p, at in zip(own[2:4], AT, strict=True):
            assert p == pytest.approx((ratio > at).mean(), abs=5.0 * 0.5 / size**0.5)
        assert own[4:] == pytest.approx(np.quantile(ratio, ENDS), abs=0.02 * sd)


def test_with_wide_priors_and_one_spread_it_is_students():
    rng = np.random.default_rng(7)
    groups = [rng.normal(0.0, 0.5, 8), rng.normal(0.4, 0.5, 6)]
    priors = LevelPriors(**WIDE, log_sd_sd_log2_between_subjects=0.05)
    test = stats.ttest_ind(groups[1], groups[0])
    found = compared(groups, TWO, priors)[0]
    assert 1.0 - found[2] == pytest.approx(test.pvalue / 2, abs=0.003)
    assert found[4:] == pytest.approx(list(test.confidence_interval(0.9)), abs=0.01)


def test_further_variance_is_added():
    groups = [np.array([0.0, 0.4, 0.1]), np.array([1.0, 1.5, 0.8])]
    less, more = compared(groups, TWO)[0], compared(groups, TWO, further=0.5)[0]
    assert more[0] == pytest.approx(less[0], abs=1e-6)
    assert more[1] ** 2 == pytest.approx(less[1] ** 2 + 0.5, rel=1e-3)


def test_a_group_without_levels_has_no_comparison_and_the_others_have():
    three = np.array([[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    groups = [np.array([0.0, 0.4, 0.1]), np.array([np.nan, np.nan]), np.array([1.0, np.nan, 2.0])]
    found = compared(groups, three)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()
    alone = compared([groups[0], np.zeros(0), groups[2][[0, 2]]], three)
    assert found[1] == pytest.approx(alone[1])


def test_a_prior_that_the_grid_is_too_coarse_for_has_no_answer():
    narrow = LevelPriors(log_sd_sd_log2_between_subjects=0.001)
    assert np.isnan(compared([np.array([0.0, 1.0]), np.array([2.0, 3.0])], TWO, narrow)).all()
