"""Paraboloids of a culture around many curves at once, against those around one curve at a time."""

import numpy as np

from lensim import vocabulary as v
from lensim.dose_response.laplace.line import KEPT, OF_CELL, PROFILE, START
from lensim.dose_response.laplace.ways import WAYS
from lensim.dose_response.laplace.weighing import weigh
from lensim.dose_response.laplace.wells import sheet_of, wells_of
from lensim.dose_response.priors import WellPriors
from lensim.power.dose_response.spec import CURVE_NAMES
from lensim.seeding import stream
from tests.dose_response.laplace.test_dose_response_laplace_engine import panel


def test_paraboloids_are_those_of_each_curve_alone():
    """A way of size 0 in which places move cells takes the path of one curve at a time."""
    batch = panel(lines=2, experiments=3)
    sheet = sheet_of(batch.data)
    wells = wells_of(sheet, batch.data[v.SIGNAL].to_numpy()[0], batch.data[v.BLANK_SIGNAL].to_numpy()[0], WellPriors())
    alone = wells._replace(doubt=np.zeros((len(wells.log_dose), 1)))
    truth = np.array([batch.truth[name].to_numpy()[0, 0] for name in CURVE_NAMES])
    points = truth + stream(4, "curves").normal(0.0, [0.15, 0.15, 0.2], (150, 3))
    points[7] = [25.0, 0.0, 1.0]
    starts = np.zeros((3, START))
    starts[:, 3] = np.median(wells.log_signal[: wells.edges[1]])
    found = []
    for one in (wells, alone):
        kept = np.zeros((3, KEPT, len(points)))
        work, profiles = np.zeros((40 + WAYS, OF_CELL)), np.zeros((3, PROFILE))
        weigh(one, 0, points, starts, (0.15, 5.0, 0.15, 0.1, 0.1), work, profiles, kept)
        found.append(kept)
    together, each = (np.delete(kept, 7, axis=2) for kept in found)
    size = np.abs(each).max(axis=(0, 2))
    assert (np.abs(together - each).mean(axis=(0, 2)) < 2e-3 * size).all()
    assert np.abs(together[:, 0] - each[:, 0]).mean() < 0.01
    np.testing.assert_allclose(together[:, 0], each[:, 0], atol=0.25)  # searches of few curves do not end
    np.testing.assert_array_equal(found[0][:, 1:, 7], 0.0)  # a curve that no prior has
    assert found[0][0, 0, 7] == found[1][0, 0, 7] < -1e100
