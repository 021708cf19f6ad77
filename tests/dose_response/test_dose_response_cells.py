"""Where most wells of a cell lie, and how well that is known."""

import numpy as np

from lensim import vocabulary as v
from lensim.dose_response.cells import cells_of
from lensim.dose_response.spreads import spreads_of
from lensim.inference.observations import observations_of
from tests.dose_response.shaped_panels import shaped


def cells(data=None):
    result = shaped()
    data = observations_of(result) if data is None else data
    return data, cells_of(data, spreads_of(result["posterior"].to_dataset(), data, {}))


def test_cells_are_in_the_order_of_culture_and_dose_and_hold_all_wells():
    data, found = cells()
    assert found.wells.sum() == data.sizes[v.WELL]
    assert np.all(np.diff(found.culture) >= 0)
    assert np.array_equal(found.dose[found.cell_of_well], data[v.DOSE].to_numpy())


def test_the_location_is_near_the_mean_of_log_signals_and_known_to_the_spread_over_the_root_of_their_number():
    data, found = cells()
    log = np.log(data[v.SIGNAL].to_numpy())
    mean = np.bincount(found.cell_of_well, log) / found.wells
    assert np.abs(found.value - mean).max() < 0.03
    least = 0.02**2
    assert np.allclose(found.variance, (0.12**2 / found.wells) + least, rtol=0.3)


def test_an_outlying_well_hardly_moves_the_location_of_three():
    data, before = cells()
    at = int(np.flatnonzero(before.cell_of_well == 3)[0])
    signal = data[v.SIGNAL].to_numpy().copy()
    signal[at] *= 8.0
    _, after = cells(data.assign({v.SIGNAL: data[v.SIGNAL].copy(data=signal)}))
    assert abs(after.value[3] - before.value[3]) < 0.15
    assert after.away[at] > 10.0
