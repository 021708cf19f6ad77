"""Figures of a bioassay: every reading is inside the axes, whichever plate is the brightest."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.design import lay_out
from lensim.bioassay.simulate import one_study, simulate
from lensim.inference.observations import attach_observations
from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin
from lensim.plate_faults import NO_FAULTS
from lensim.report.figures.bioassay import plot_calibration
from lensim.seeding import stream


@pytest.mark.parametrize("dimmest", [0, 2])
def test_no_reading_is_cut_off(dimmest):
    """On draws at the truth, a fit without a sampler."""
    sheet = lay_out(bioassay_design())
    truth = draw_bioassay_twin(sheet, stream(1, "truth"))
    truth[v.LOG_TOP_OD].to_numpy()[0, dimmest] -= 0.7
    data = one_study(simulate(sheet, truth, NO_FAULTS, stream(1, "machine")), 0)
    names = (v.LOG10_TNF, v.LOG_TOP_OD, v.LOG10_EC50_TNF, v.LOG_HILL, v.EFFECT, v.BACKGROUND_OD)
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *truth[name].dims[1:]), np.tile(truth[name].to_numpy()[0], (2, 50, 1)))
            for name in names
        },
        coords={name: data[name] for name in (v.MEDIUM, v.PLATE)},
    )
    result = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(result, data)
    figure = plot_calibration(result)
    od, plate = data[v.OPTICAL_DENSITY].to_numpy(), data[v.PLATE_OF_WELL].to_numpy()
    for at, axis in enumerate(figure.axes):
        low, high = axis.get_ylim()
        assert low == 0
        assert od[plate == at].max() < high
