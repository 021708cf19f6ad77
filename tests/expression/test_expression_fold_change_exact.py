"""The exact engine of ratios: what it takes, all variables of the model, and moments that can be computed otherwise."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import find_assay
from lensim.checks import InputError
from lensim.expression.fold_change_density import DENSITY, MODEL
from lensim.expression.fold_change_exact import ENGINE, draw_exact
from lensim.expression.priors import FoldChangePriors
from lensim.fit_study import fit_study
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of
from tests.expression.test_expression_fold_change_density import PRIORS, pairs

SETTINGS = SamplerSettings(draws=5000, chains=4)


def drawn(data: xr.Dataset, seed: int = 1, priors: FoldChangePriors = PRIORS) -> xr.Dataset:
    return draw_exact(data, MODEL, priors, SETTINGS, seed)["posterior"].to_dataset()


@pytest.mark.parametrize("full", [False, True])
def test_the_posterior_has_every_variable_of_the_model(full):
    data = pairs(full=full)
    posterior = drawn(data)
    of_model = DENSITY.prior(data, PRIORS, 1, np.random.default_rng(1))
    assert set(posterior.data_vars) == set(of_model.data_vars)
    for name, values in of_model.data_vars.items():
        assert posterior[name].dims == values.dims
        assert np.isfinite(posterior[name]).all()
    assert (posterior.sizes["chain"], posterior.sizes["draw"]) == (4, 5000)
    assert posterior.attrs["inference_library"] == "lensim, exact"
    xr.testing.assert_identical(posterior.drop_vars(("chain", "draw")), drawn(data).drop_vars(("chain", "draw")))


@pytest.mark.parametrize("full", [False, True])
def test_draws_are_those_of_the_density_of_the_model(full):
    """The mean of a score over a posterior is 0: of the log density with respect to a shift of each variable."""
    data = pairs(full=full)
    posterior = drawn(data)

    def log_density(at: xr.Dataset) -> np.ndarray:
        parts = [*DENSITY.log_prior(data, at, PRIORS).values(), *DENSITY.log_likelihood(data, at, PRIORS).values()]
        return sum(one.sum([d for d in one.dims if d not in ("chain", "draw")]).to_numpy() for one in parts)  # type: ignore[return-value]

    step = 1e-4
    for name, values in posterior.data_vars.items():
        is_spread = str(name).startswith(("sd_", "sigma_"))
        for place in np.ndindex(values.shape[2:]):
            found = []
            for sign in (1.0, -1.0):
                moved = values.copy()
                own = moved[(slice(None), slice(None), *place)]
                moved[(slice(None), slice(None), *place)] = (
                    own * np.exp(sign * step) if is_spread else own + sign * step
                )
                at = posterior.assign({name: moved})
                jacobian = np.log(moved[(slice(None), slice(None), *place)]).to_numpy() if is_spread else 0.0
                found.append(log_density(at) + jacobian)
            score = (found[0] - found[1]) / (2.0 * step)
            assert abs(score.mean()) < 4.5 * score.std() / np.sqrt(score.size), (name, place)


def test_without_data_of_a_target_its_variables_have_their_prior():
    data = pairs(full=False)
    alone = data.isel({v.PAIR: data[v.TARGET_OF_PAIR].to_numpy() == 0})
    posterior = drawn(alone)
    spread = np.log(posterior[v.SD_PAIR].sel(target="B"))
    assert float(spread.mean()) == pytest.approx(np.log(PRIORS.median_sd_log2_pair), abs=0.02)
    assert float(spread.std()) == pytest.approx(PRIORS.log_sd_sd_log2_pair, rel=0.03)
    mean = posterior[v.MU_FOLD_CHANGE].sel(target="B")
    assert float(mean.std()) == pytest.approx(PRIORS.sd_mu_log2_fold_change, rel=0.03)


def test_other_models_and_faulty_pairs_are_refused():
    data = pairs(full=False)
    assert ENGINE.refuses(data, MODEL, None) == ""
    assert not ENGINE.is_of("expression_hierarchical")
    faulty = data.assign({v.LOG2_RATIO: data[v.LOG2_RATIO].where(data[v.LOG2_RATIO] != data[v.LOG2_RATIO][3])})
    with pytest.raises(InputError, match=r"^log2_ratio\[3\] must be finite, got nan$"):
        ENGINE.refuses(faulty, MODEL, None)


def test_a_fit_of_ratios_is_drawn_exactly_and_has_all_groups():
    told: list[str] = []
    result = fit_study(pairs(full=False), FitSettings(), 1, tell=told.append)
    assert (result.attrs["engine"], result.attrs["engines_passed_over"], told) == ("exact", "{}", [])
    assert verdict_of(result).kind == "independent"
    groups = {"prior", "prior_predictive", "posterior", "posterior_predictive", "log_likelihood", "log_prior"}
    assert groups | {"sample_stats", "observed_data", "constant_data", "observations"} <= set(result.children)
    assert "prior_sensitivity" in result.children
    assert find_assay(v.EXPRESSION).tables


def test_an_engine_that_is_named_says_why_it_does_not_take_the_data():
    with pytest.raises(InputError, match=r"^engine must be one of auto, exact, .*nuts, got 'laplace'$"):
        fit_study(pairs(full=False), FitSettings(), 1, engine="laplace")
