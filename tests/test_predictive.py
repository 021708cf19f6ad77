"""Groups by well that a fit did not make are made on demand, with the same numbers."""

import numpy as np
import pytest
import xarray as xr

from lensim.checks import InputError
from lensim.face.fit import Fit
from lensim.fit_study import fit_study
from lensim.inference.densities import BY_WELL
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.output import load_result, save_result
from lensim.predictive import add_predictive, can_have_predictive, with_predictive
from tests.expression.test_expression_fold_change_density import pairs

SAMPLER = SamplerSettings(draws=50, chains=4)


def fitted(*, by_well: bool) -> xr.DataTree:
    return fit_study(pairs(full=True), FitSettings(SAMPLER, predictive_draws=70, by_well=by_well), 3)


def test_groups_that_are_made_later_have_the_numbers_of_those_that_a_fit_makes(tmp_path):
    at_once, without = fitted(by_well=True), fitted(by_well=False)
    assert not set(BY_WELL) & set(without.children)
    save_result(without, tmp_path / "fit.nc")
    later = Fit(load_result(tmp_path / "fit.nc"))
    assert later.predictive() is later.tree
    for name in BY_WELL:
        xr.testing.assert_allclose(later.tree[name].to_dataset(), at_once[name].to_dataset(), rtol=1e-12)
    assert later.tree["posterior_predictive"].sizes["draw"] == 17
    assert later.predictive() is later.tree


def test_a_figure_makes_replicates_alone_and_leaves_the_result_as_it_is():
    result = fitted(by_well=False)
    assert can_have_predictive(result)
    assert set(with_predictive(result).children) - set(result.children) == {"posterior_predictive"}
    assert with_predictive(fitted(by_well=True)).children


def test_a_result_without_a_way_to_them_names_the_remedy():
    result = fitted(by_well=False)
    del result["prior"]
    assert not can_have_predictive(result)
    with pytest.raises(
        InputError,
        match=r"^predictive groups need prior, got a result of fold_change_hierarchical that lacks it: fit the data "
        r'again with engine="nuts" to have them$',
    ):
        add_predictive(result)
    other = fitted(by_well=False)
    other.attrs["model"] = "own_model"
    with pytest.raises(
        InputError, match=r"^predictive groups need a model whose density lensim knows, got a result of"
    ):
        add_predictive(other)


def test_replicates_lie_around_the_data():
    tree = Fit(fitted(by_well=False)).predictive()
    replicated = tree["posterior_predictive"]["ct_change_observed"]
    observed = tree["observed_data"]["ct_change_observed"]
    share = (replicated < observed).mean(("chain", "draw"))
    assert np.all((share > 0.001) & (share < 0.999))
