import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.earlier_results import EARLIER, brought_up_to_date
from lensim.output import load_result, save_result

OF_LINE = ("chain", "draw", v.CELL_LINE)


def draws(*names: str, dims: tuple[str, ...] = OF_LINE) -> xr.Dataset:
    return xr.Dataset({name: (dims, np.arange(2.0 * 3 * 2).reshape(2, 3, 2)) for name in names})


def earlier_panel() -> xr.DataTree:
    """A dose-response result as it was written when signals were called cpm, in small."""
    posterior = draws(v.LOG10_EC50, f"{v.LOG10_EC50}_coordinate", "log_top_cpm", "log_background_cpm_coordinate")
    tree = xr.DataTree.from_dict(
        {
            "posterior": posterior,
            "prior": posterior,
            "log_prior": draws(f"{v.LOG10_EC50}_coordinate", "log_top_cpm"),
            "log_likelihood": draws("log_cpm_observed", "log_blank_cpm_observed"),
            "observations": xr.Dataset(
                {"cpm": (v.WELL, [1.0]), v.DOSE: (v.WELL, [0.0]), "blank_cpm": ("blank", [2.0])}
            ),
        }
    )
    tree.attrs = {"model": "dose_response_hierarchical", "seed": 3}
    return tree


def test_an_earlier_panel_has_the_names_of_today(tmp_path):
    save_result(earlier_panel(), tmp_path / "fit.nc")
    found = load_result(tmp_path / "fit.nc")
    assert set(found["posterior"].data_vars) == set(found["prior"].data_vars) == {v.LOG10_EC50, v.LOG_TOP}
    assert set(found["sampler_coordinates"].data_vars) == {
        f"{v.LOG10_EC50}_coordinate",
        "log_background_signal_coordinate",
    }
    assert set(found["log_likelihood"].data_vars) == {"log_signal_observed", "log_blank_signal_observed"}
    assert set(found["observations"].data_vars) == {v.SIGNAL, v.DOSE, v.BLANK_SIGNAL}
    assert found["posterior"][v.LOG_TOP].to_numpy().tolist() == np.arange(12.0).reshape(2, 3, 2).tolist()
    assert "log_prior" not in found.children
    assert found.attrs[v.ASSAY] == v.DOSE_RESPONSE
    assert found.attrs["seed"] == 3


def test_what_was_changed_is_told():
    assert brought_up_to_date(earlier_panel()).attrs[EARLIER] == (
        "written by an earlier lensim; as it was read: variables of signals renamed (cpm is signal); "
        "coordinates of the sampler moved to sampler_coordinates; log_prior left out: it was of coordinates "
        "and not of the model's variables; fit again to have it"
    )


def test_it_is_done_once():
    once = brought_up_to_date(earlier_panel())
    assert brought_up_to_date(once) is once


def test_a_result_of_today_is_handed_on_as_it_is():
    tree = xr.DataTree.from_dict({"posterior": draws("mu"), "log_prior": draws("mu")})
    assert brought_up_to_date(tree) is tree


@pytest.mark.parametrize(
    ("posterior", "assay"),
    [
        (draws(v.LOG2_FOLD_CHANGE, dims=("chain", "draw", v.TARGET)), v.EXPRESSION),
        (draws(v.LOG2_FOLD_CHANGE, v.LOG10_TNF), v.BIOASSAY),
        (draws(v.PHASE_LOG_RATIO), v.CELL_CYCLE),
    ],
)
def test_the_assay_is_known_by_the_variables(posterior, assay):
    tree = xr.DataTree.from_dict({"posterior": posterior, "log_prior": posterior})
    found = brought_up_to_date(tree)
    assert found.attrs == {v.ASSAY: assay}
    assert "log_prior" in found.children
