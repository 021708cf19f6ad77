import numpy as np
import pytensor
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response import (
    NO_FAULTS,
    DoseResponseDesign,
    DoseResponsePopulation,
    draw_truth,
    lay_out,
    panel_arrays,
    simulate,
)
from lensim.inference.catalogue import find_model
from lensim.seeding import stream

QUICK_MODE = "FAST_COMPILE"
DESIGN = DoseResponseDesign(("a", "b"), ("g", "g"), doses_um=(0.0, 0.1, 1.0, 10.0), experiments=2)


def panel() -> xr.Dataset:
    sheet = lay_out(DESIGN, stream(20, "sheet"))
    truth = draw_truth(DoseResponsePopulation(), sheet, stream(20, "truth"))
    return simulate(sheet, truth, NO_FAULTS, stream(20, "machine")).isel(study=0, drop=True)


DATA = panel()


# --- plates without blanks ---


@pytest.mark.parametrize("name", ["dose_response_hierarchical", "dose_response_separate"])
def test_without_blanks_the_background_is_nothing_and_no_parameter(name):
    """Nothing tells a background from cells that are left, and sampling it without blanks does not converge."""
    data = DATA.isel({v.BLANK: slice(0, 0)})
    model = find_model(name).build(data)
    assert not [variable.name for variable in model.free_RVs if "background" in variable.name]
    assert not {"sd_blank", "log_blank_signal_observed"} & set(model.named_vars)
    assert model.named_vars_to_dims[v.BACKGROUND] == (v.PLATE,)
    with pytensor.config.change_flags(mode=QUICK_MODE):
        background = model[v.BACKGROUND].eval()
        assert np.isfinite(list(model.point_logps().values())).all()
    untreated = data[v.SIGNAL].to_numpy()[data[v.DOSE].to_numpy() == 0]
    assert (background < 1e-6 * np.median(untreated)).all()


def test_blanks_that_were_not_read_are_none():
    lost = DATA.assign({v.BLANK_SIGNAL: DATA[v.BLANK_SIGNAL] * np.nan})
    assert not panel_arrays.has_blanks(lost)
    assert panel_arrays.has_blanks(DATA)
