"""Slopes of dilution series with standards of few copies."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.pair_factors import line_of_copies, moments_of_copies, straight_line
from lensim.seeding import stream

ONE_COPY = 37.5
FACTOR = 1.9
SLOPE = -np.log(10.0) / np.log(FACTOR)


def series(copies: list[float], studies: int, late: bool = False) -> xr.Dataset:
    """Duplicates of each number of copies; with `late` one reaction of each study comes three cycles late."""
    rng = stream(3, "series")
    expected = np.repeat(copies, 2)
    drawn = rng.poisson(expected, (studies, len(expected))).astype(float)
    with np.errstate(divide="ignore"):
        ct = ONE_COPY - np.log(drawn) / np.log(FACTOR) + 0.1 * rng.standard_normal(drawn.shape)
    ct[:, 0] += 3.0 * late
    return xr.Dataset(
        {
            v.STANDARD_CT: ((v.STUDY, v.STANDARD), np.where(np.isfinite(ct), ct, np.nan)),
            v.STANDARD_QUANTITY: (v.STANDARD, expected / 60.0),
            v.GENE_OF_STANDARD: (v.STANDARD, np.zeros(len(expected), dtype=int)),
        }
    )


def both(data: xr.Dataset):
    spread = np.full(data.sizes[v.STUDY], 0.1)
    straight = straight_line(data, 0, spread)
    return straight, line_of_copies(data, 0, spread, ONE_COPY, straight)


def test_standards_of_few_copies_bend_a_straight_line_and_not_this_one():
    straight, line = both(series([1200, 240, 48, 9.6, 1.92, 0.384], 2000))
    error = (line.slope - SLOPE) / np.sqrt(line.variance)
    assert abs(error.mean()) < 0.15
    assert error.std() == pytest.approx(1.0, abs=0.1)
    of_straight = (straight.slope - SLOPE) / np.sqrt(straight.variance)
    assert abs(of_straight.mean()) > 2.0
    assert of_straight.std() > 3.0


def test_one_late_standard_hardly_moves_the_slope():
    straight, line = both(series([12000, 1200, 240, 48], 500, late=True))
    assert abs((line.slope - SLOPE).mean()) < 0.03
    assert abs((straight.slope - SLOPE).mean()) > 0.3


def test_a_series_without_slope_stays_without():
    straight, line = both(series([60.0], 2))
    assert np.isnan(straight.slope).all()
    assert np.isnan(line.slope).all()
    assert np.isinf(line.variance).all()


def test_moments_of_copies_are_those_of_a_poisson_without_0():
    n = np.arange(1, 400)
    for copies in (0.7, 5.0, 30.0, 200.0):
        weight = np.exp(n * np.log(copies) - np.cumsum(np.log(n)))
        weight /= weight.sum()
        mean = (weight * np.log(n)).sum()
        found = moments_of_copies(np.array([np.log(copies)]))
        assert found[0][0] == pytest.approx(mean, abs=2e-3)
        assert found[1][0] == pytest.approx((weight * np.log(n) ** 2).sum() - mean**2, rel=0.02)
