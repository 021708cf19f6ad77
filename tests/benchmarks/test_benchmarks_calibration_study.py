import numpy as np
import pytest
import xarray as xr

from benchmarks.calibration import __main__ as command
from benchmarks.calibration.designs import DESIGNS
from benchmarks.calibration.simulated import OBSERVED
from benchmarks.calibration.study import thinned
from benchmarks.calibration.twins import RIGHT, WRONG, priors_of_twin, words_of_twin
from lensim.checks import InputError
from lensim.inference.catalogue import catalogue, find_model


def test_every_model_of_the_catalogue_has_a_design_and_a_wrong_twin():
    assert set(DESIGNS) == set(OBSERVED) == set(WRONG)
    assert set(catalogue()) - set(DESIGNS) == {"published_summary"}


@pytest.mark.parametrize("model", list(DESIGNS))
def test_a_wrong_twin_differs_in_one_number(model):
    right, wrong = priors_of_twin(model, RIGHT), priors_of_twin(model, "wrong")
    assert right == find_model(model).priors()
    assert wrong != right
    assert " in place of " in words_of_twin(model)


@pytest.mark.parametrize("design", sorted({design.__name__ for design in DESIGNS.values()}))
def test_designs_are_studies_that_their_assay_takes(design):
    from lensim.assay import assay_of

    (own,) = {one for one in DESIGNS.values() if one.__name__ == design}
    data = own()
    assert assay_of(data).recognises(data)
    assert own().identical(data)


def test_draws_are_thinned_evenly_over_chains():
    draws = xr.Dataset({"x": (("chain", "draw"), np.arange(1000.0).reshape(2, 500))})
    kept = thinned(draws)["x"].to_numpy().ravel()
    assert len(kept) == 99
    assert (kept[0], kept[-1]) == (0.0, 999.0)


def test_names_that_are_none_are_told():
    with pytest.raises(InputError) as error:
        command.tasks_of(["expresion"], [], 1, 0, 1)
    assert str(error.value).startswith("--model must be one of ")
    assert str(error.value).endswith("got 'expresion'") or "got expresion" in str(error.value)
