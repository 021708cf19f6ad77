import numpy as np
import pytensor
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response import NO_FAULTS, DoseResponseDesign, DoseResponsePopulation, draw_truth, lay_out, simulate
from lensim.inference.catalogue import find_model
from lensim.models import dose_response_components as parts
from lensim.models import dose_response_panel as panel_of_models
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
    assert not panel_of_models.has_blanks(lost)
    assert panel_of_models.has_blanks(DATA)


def test_a_mean_far_from_the_few_lines_keeps_what_they_know_of_the_effect():
    """A population's mean beyond the doses would make a large effect of each known one."""
    held = {
        "information_on_log10_ec50_of_line": np.array([900.0, 0.0]),
        "estimate_of_log10_ec50_of_line": np.array([0.0, 0.0]),
    }
    few = parts._where_lines_are_known(DATA, held, 3.0)
    assert few == pytest.approx([0.3, 3.0])
    many = xr.Dataset(coords={v.CELL_LINE: np.arange(parts.FEW_LINES + 1)})
    assert parts._where_lines_are_known(many, held, 3.0) == 3.0


# --- conditions of a line ---


def with_conditions(data: xr.Dataset) -> xr.Dataset:
    """The two lines of the panel as two conditions of one."""
    return data.assign_coords(
        {v.LINE_OF_CURVE: (v.CELL_LINE, ["a", "a"]), v.CONDITION_OF_CURVE: (v.CELL_LINE, ["none", "IL-6"])}
    )


def test_conditions_of_a_line_share_the_deviations_of_its_experiments():
    data = with_conditions(DATA)
    days = panel_of_models.days_of_lines(data)
    experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    assert days.day_of_culture.tolist() == experiment.tolist()
    assert [name.split(", ")[0] for name in days.names] == ["a", "a"]
    model = find_model("dose_response_hierarchical").build(data)
    assert model.named_vars_to_dims[v.DAY_LOG10_EC50] == (panel_of_models.LINE_DAY,)
    assert v.SHARED_SHARE in model.named_vars
    with pytensor.config.change_flags(mode=QUICK_MODE):
        assert np.isfinite(list(model.point_logps().values())).all()


def test_lines_without_conditions_share_none():
    assert panel_of_models.days_of_lines(DATA) is None
    assert v.SHARED_SHARE not in find_model("dose_response_hierarchical").build(DATA).named_vars
    apart = with_conditions(DATA).assign({v.EXPERIMENT_OF_CULTURE: (v.CULTURE, np.arange(DATA.sizes[v.CULTURE]))})
    assert panel_of_models.days_of_lines(apart.drop_vars(v.EXPERIMENT, errors="ignore")) is None
