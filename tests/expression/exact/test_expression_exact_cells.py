"""Compiled cells and pairs say what the closed forms of `lensim.expression.replicates` and Pfaffl's ratio say."""

import numpy as np
import pytest

from lensim.expression.exact.cells import pair_up, weigh_cells
from lensim.expression.replicates import weigh

ONE_COPY, BRIGHT = 37.5, 31.0
GENES, SAMPLES = 3, 6


def reactions(studies: int, replicates: int) -> np.ndarray:
    """Cts of cells, every tenth absent, every twentieth late (study, cell, replicate)."""
    rng = np.random.default_rng(replicates)
    shape = (studies, GENES * SAMPLES, replicates)
    ct = rng.uniform(20, 36, shape[:2])[..., None] + 0.15 * rng.standard_normal(shape)
    ct += 2.0 * (rng.random(shape) < 0.05)
    ct[rng.random(shape) < 0.1] = np.nan
    return ct


@pytest.mark.parametrize("replicates", [1, 2, 3, 5])
def test_cells_are_weighed_as_the_closed_form_weighs_them(replicates):
    ct = reactions(50, replicates)
    place = np.arange(GENES * SAMPLES * replicates).reshape(-1, replicates)
    found = weigh_cells(ct.reshape(50, -1), place, ONE_COPY, BRIGHT)
    there = np.isfinite(ct)
    middle = np.where(there, ct, 0.0).sum(axis=-1) / np.maximum(there.sum(axis=-1), 1)
    copies = np.where(there.any(axis=-1), np.exp2(ONE_COPY - middle), 1.0)
    expected = weigh(ct, 1.0 / (copies * np.log(2.0) ** 2))
    for name in ("mean", "doubt", "inverse"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-7, atol=1e-9)
    bright = np.nan_to_num(expected.mean, nan=np.inf) < BRIGHT
    np.testing.assert_allclose(found.square, (expected.square * bright).sum(axis=1), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.freedom, (expected.freedom * bright).sum(axis=1), rtol=1e-7, atol=1e-9)


def test_a_cell_has_the_reactions_that_its_places_name():
    ct = reactions(20, 3)
    order = np.random.default_rng(1).permutation(GENES * SAMPLES * 3)
    place = np.argsort(order).reshape(-1, 3)
    wide = np.concatenate([place, np.full((len(place), 1), -1)], axis=1)
    one = weigh_cells(ct.reshape(20, -1), np.arange(len(order)).reshape(-1, 3), ONE_COPY, BRIGHT)
    other = weigh_cells(ct.reshape(20, -1)[:, order], wide, ONE_COPY, BRIGHT)
    for name in one._fields:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-14)


def test_pairs_are_those_of_pfaffl_with_the_variance_of_what_is_drawn():
    """Two references: their mean change is taken off, and their variances enter with a quarter."""
    rng = np.random.default_rng(4)
    ct = reactions(10, 2)
    cells = weigh_cells(ct.reshape(10, -1), np.arange(GENES * SAMPLES * 2).reshape(-1, 2), ONE_COPY, BRIGHT)
    d, sd = rng.uniform(0.9, 1.0, (10, GENES)), rng.uniform(0.0, 0.02, (10, GENES))
    control, treated = np.array([0, 2, 4]), np.array([1, 3, 5])
    found = pair_up(cells, d, sd, np.array([True, False, True]), control, treated, ONE_COPY)

    mean, doubt, inverse = (values.reshape(10, GENES, SAMPLES) for values in (cells.mean, cells.doubt, cells.inverse))
    change = mean[..., control] - mean[..., treated]
    drawing = inverse / (np.exp2(d[..., None] * (ONE_COPY - mean)) * np.log(2.0) ** 2) + d[..., None] ** 2 * doubt
    drawn = drawing[..., control] + drawing[..., treated]
    reading = d[..., None] ** 2 * (inverse[..., control] + inverse[..., treated])
    references = [0, 2]
    ratio = d[:, 1, None] * change[:, 1] - (d[..., None] * change)[:, references].mean(axis=1)
    known = drawn[:, 1] + (drawn + (sd[..., None] * change) ** 2)[:, references].sum(axis=1) / 4.0
    whole = np.isfinite(ratio)
    assert 0.5 < whole.mean() < 1.0
    np.testing.assert_allclose(found.change, change)
    np.testing.assert_allclose(found.ratio[:, 0], ratio, rtol=1e-12)
    np.testing.assert_allclose(found.known[:, 0][whole], known[whole], rtol=1e-12)
    np.testing.assert_allclose(found.share[:, 0], reading[:, 1] + reading[:, references].sum(axis=1) / 4.0, rtol=1e-12)
