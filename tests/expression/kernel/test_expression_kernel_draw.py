import numpy as np
import pytest
from scipy import stats

from lensim.expression.density import DENSITIES
from lensim.expression.kernel.draw import draw_reactions
from lensim.expression.reaction_arrays import expression_arrays
from lensim.inference.catalogue import find_model
from lensim.inference.densities import SAMPLER_COORDINATES, with_coordinates
from lensim.inference.settings import SamplerSettings
from tests.expression.reaction_studies import CASES, study

SHORT = SamplerSettings(draws=150, tune=150, chains=2, cores=2)


@pytest.mark.sampling
@pytest.mark.parametrize("case", CASES)
def test_the_posterior_has_the_variables_dims_and_coordinates_of_the_pymc_model(case):
    name, data, priors = CASES[case]
    found = draw_reactions(data(), name, priors, SamplerSettings(draws=5, tune=20, chains=1), 3)["posterior"]
    model = find_model(name).build(data(), priors) if priors is not None else find_model(name).build(data())
    own = {one.name for one in model.unobserved_RVs if not one.name.endswith("_coordinate")}
    assert set(found.data_vars) == own
    for one in own:
        assert found[one].dims == ("chain", "draw", *model.named_vars_to_dims.get(one, ()))
    for dim in set(found.dims) - {"chain", "draw"}:
        assert found[dim].to_numpy().tolist() == list(model.coords[dim])
    assert found.attrs["inference_library"] == "lensim, kernel"


@pytest.mark.sampling
def test_the_same_seed_gives_the_same_draws_on_any_number_of_cores():
    data = study(-3.5)
    one, two = (
        draw_reactions(
            data, "expression_hierarchical", None, SamplerSettings(draws=20, tune=50, chains=2, cores=cores), 7
        )["posterior"].to_dataset()
        for cores in (1, 2)
    )
    assert one.equals(two)


@pytest.mark.sampling
def test_a_fold_change_of_many_bright_reactions_is_found():
    """Null: the fold change of each subject lies within 6 posterior sds and a tenth of a doubling of its estimate."""
    data = study(3.0, kinds=("line",) * 4)
    drawn = draw_reactions(data, "expression_hierarchical", None, SHORT, 1)
    stats = drawn["sample_stats"]
    assert float(stats["diverging"].mean()) < 0.02  # a few of four thousand diverge in studies of four subjects
    assert {"energy", "maxdepth_reached", "n_steps"} <= set(stats.data_vars)
    change = drawn["posterior"]["log2_fold_change"]
    held = find_model("expression_hierarchical").arrays(data)
    away = change.mean(("chain", "draw")) - held["estimate_of_fold_change"]
    assert (np.abs(away) < 6 * change.std(("chain", "draw")) + 0.1).all()


@pytest.mark.sampling
def test_deviations_of_genes_with_few_copies_are_kept_beside_the_posterior():
    """And so the density of the model need not draw them."""
    drawn = draw_reactions(study(-4.0), "expression_hierarchical", None, SHORT, 2)
    deviations = drawn[SAMPLER_COORDINATES]["log2_biological_of_slot"]
    slots = expression_arrays(study(-4.0))["gene_of_slot"]
    assert deviations.dims == ("chain", "draw", "slot")
    assert deviations.sizes["slot"] == len(slots)
    assert "slot" not in drawn["posterior"].dims
    said = DENSITIES["expression_hierarchical"].log_prior(study(-4.0), with_coordinates(drawn), None)
    spread = drawn["posterior"]["sd_log2_biological"].to_numpy()[..., slots]
    expected = stats.norm(0.0, spread).logpdf(deviations.to_numpy())
    np.testing.assert_allclose(said["log2_biological_of_slot"], expected)
    bright = draw_reactions(
        study(3.0, dilutions=()), "expression_hierarchical", None, SamplerSettings(draws=5, tune=20, chains=1), 2
    )
    assert SAMPLER_COORDINATES not in bright.children
