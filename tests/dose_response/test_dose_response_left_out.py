"""What a curve predicts for cells that it has not seen."""

import numpy as np

from lensim import vocabulary as v
from lensim.dose_response.cells import cells_of
from lensim.dose_response.left_out import line_curve, without
from lensim.dose_response.spreads import spreads_of
from lensim.inference.observations import observations_of
from tests.dose_response.shaped_panels import shaped


def curve_of(line=0, moved=None):
    result = shaped()
    data = observations_of(result)
    spreads = spreads_of(result["posterior"].to_dataset(), data, {})
    cells = cells_of(data, spreads)
    if moved is not None:
        cells.value[moved] += 1.0
    own = np.flatnonzero(cells.line == line)
    return cells, line_curve(cells, own, spreads, data[v.PLATE_OF_CULTURE].to_numpy())


def left_out(cells, curve, left):
    return without([curve], cells.value[curve.own[left]][None], left[None])


def test_the_curve_follows_its_cells():
    cells, curve = curve_of()
    away = (cells.value[curve.own] - curve.expected) / np.sqrt(cells.variance[curve.own])
    assert np.sqrt(np.mean(away**2)) < 1.3
    assert np.all(np.linalg.eigvalsh(curve.curvature) > 0)


def test_a_prediction_does_not_depend_on_the_cells_that_are_left_out():
    cells, curve = curve_of()
    left = np.flatnonzero(cells.dose[curve.own] == np.unique(cells.dose[curve.own])[3])
    (expected,), (covariance,) = left_out(cells, curve, left)
    moved_cells, moved = curve_of(moved=curve.own[left][:1])
    (again,), _ = left_out(moved_cells, moved, left)
    assert np.abs(again - expected).max() < 0.5 * np.sqrt(np.diag(covariance)).max()
    assert np.abs(moved.expected[left] - curve.expected[left]).max() > np.abs(again - expected).max()


def test_where_nothing_else_tells_it_a_prediction_is_wide():
    cells, curve = curve_of()
    doses = np.unique(cells.dose[curve.own])
    is_left = (cells.dose[curve.own] == doses[3], cells.dose[curve.own] >= doses[5])
    of_middle, of_top = (left_out(cells, curve, np.flatnonzero(one))[1][0] for one in is_left)
    assert np.diag(of_top).max() > 4.0 * np.diag(of_middle).max()


def test_sets_of_cells_are_left_out_side_by_side():
    cells, curve = curve_of()
    left = np.array([[0, 1], [3, 5]])
    expected, covariance = without([curve, curve], cells.value[curve.own[left]], left)
    for at, own in enumerate(left):
        one, of_one = left_out(cells, curve, own)
        np.testing.assert_allclose(expected[at], one[0])
        np.testing.assert_allclose(covariance[at], of_one[0])
