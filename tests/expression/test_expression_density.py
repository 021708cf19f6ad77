import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.expression import density, reactions
from lensim.expression.density import CELLS, DENSITIES, FEW, SERIES
from lensim.expression.laws import BIOLOGICAL_OF_SLOT, COORDINATE_OF_SLOT
from lensim.expression.reaction_arrays import expression_arrays
from lensim.inference import by_draw
from lensim.inference.catalogue import catalogue, find_model
from lensim.seeding import stream
from tests.densities_of_models import prior_draws, require_equal
from tests.expression.reaction_studies import CASES, study

FALSE_ALARM = 1e-6
LIMIT = 40.0
FEWEST = 100


@pytest.mark.sampling
@pytest.mark.parametrize("case", CASES)
def test_prior_and_likelihood_are_those_of_the_pymc_model(case):
    name, data, priors = CASES[case]
    require_equal(DENSITIES[name], name, data(), priors)


@pytest.mark.sampling
def test_draws_of_the_prior_are_of_the_law_of_the_pymc_model():
    data, name = study(-5.0), "expression_hierarchical"
    theirs = prior_draws(find_model(name).build(data), 800)
    ours = DENSITIES[name].prior(data, None, 4000, stream(84, "prior"))
    pvalues = {
        str(one): stats.ks_2samp(
            values.to_numpy().reshape(4000, -1)[:, 0], theirs[one].to_numpy().reshape(800, -1)[:, 0]
        ).pvalue
        for one, values in ours.items()
        if one in theirs and values.size
    }
    assert min(pvalues.values()) > FALSE_ALARM, pvalues


def test_every_model_of_reactions_has_a_density():
    assert set(DENSITIES) == {name for name in catalogue() if name.startswith("expression")}


RARE = study(-4.0)


def one_draw_many_times(data: xr.Dataset, times: int, name: str = "expression_hierarchical") -> xr.Dataset:
    """A draw of the prior, repeated; with many outlying reactions and a plain spread."""
    found = DENSITIES[name].prior(data, None, 1, stream(84, "one draw"))
    found[v.SHARE_OUTLYING][:] = 0.2
    return found.isel(draw=np.zeros(times, dtype=int)).assign_coords(draw=np.arange(times))


def test_the_rare_target_has_slots_reactions_that_are_not_detected_and_series():
    arrays = expression_arrays(RARE)
    assert len(arrays["gene_of_slot"]) > 2
    assert (arrays["dim_ct"] == LIMIT).any()
    assert (arrays["dim_ct"] < LIMIT).any()
    assert len(arrays["standard_ct"])


def test_replicates_have_the_distribution_of_which_the_likelihood_is_the_density():
    """Shares of Cts below some, against the integral of the density over a fine grid of them."""
    name, times = "expression_hierarchical", 4000
    drawn = one_draw_many_times(RARE, times)
    made = DENSITIES[name].predictive(RARE, drawn, None, stream(84, "replicates")).isel(chain=0)
    its_study = density._study(RARE, None, density.ReactionModel())
    x = density._values(its_study, drawn.isel(draw=slice(0, 1)))
    of, quantity = density._expected(its_study, x)
    few = reactions.few_copies(x, its_study.arrays, of, quantity)
    of_series = reactions.series(its_study.arrays, of)
    for observed, log_density in (
        (FEW, lambda ct: reactions.log_density_of_few(ct, few, LIMIT)),
        (SERIES, lambda ct: reactions.log_density_of_series(ct, of_series, of)),
    ):
        for at in (0, made[observed].shape[1] - 1):
            replicates = made[observed].to_numpy()[:, at]
            highest = LIMIT - 1e-9 if observed == FEW else replicates.max() + 8.0
            grid = np.linspace(replicates.min() - 8.0, highest, 4000)
            mass = np.exp([log_density(ct)[at, 0] for ct in grid])
            reached = np.concatenate([[0.0], np.cumsum(0.5 * (mass[1:] + mass[:-1]) * np.diff(grid))])
            seen = replicates < LIMIT if observed == FEW else np.ones(times, dtype=bool)
            assert stats.binomtest(int(seen.sum()), times, min(reached[-1], 1.0)).pvalue > FALSE_ALARM
            if seen.sum() > FEWEST:
                inside = np.interp(replicates[seen], grid, reached / reached[-1])
                assert stats.kstest(inside, "uniform").pvalue > FALSE_ALARM, observed
            if observed == FEW:
                none = np.exp(reactions.log_density_of_few(np.array([LIMIT]), few, LIMIT)[at, 0])
                assert none + reached[-1] == pytest.approx(1.0, abs=1e-3)


def test_replicates_of_bright_cells_are_normal_around_what_the_equation_says():
    data, times = study(0.0, dilutions=()), 3000
    drawn = one_draw_many_times(data, times)
    made = DENSITIES["expression_hierarchical"].predictive(data, drawn, None, stream(84, "cells"))[CELLS]
    at, arrays = drawn.isel(chain=0, draw=0), expression_arrays(data)
    for cell in (0, len(arrays["cell_ct"]) - 1):
        gene, sample = arrays["gene_of_cell"][cell], arrays["sample_of_cell"][cell]
        subject, condition = (int(data[one][sample]) for one in (v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE))
        is_reference = bool(data[v.IS_REFERENCE][gene])
        quantity = float(at[v.LOG2_INPUT][sample])
        if is_reference:
            quantity += float(at[v.LOG2_REFERENCE_LEVEL][0])
        else:
            quantity += float(at[v.LOG2_LEVEL][0, subject]) + condition * float(at[v.LOG2_FOLD_CHANGE][0, subject, 0])
        doublings = np.log2(float(at[v.FACTOR][gene]))
        expected = float(at[v.UNIT_CT][gene]) - quantity / doublings
        copies = 2.0 ** (doublings * (float(at[v.ONE_COPY_CT][gene]) - arrays["cell_ct"][cell]))
        reading = float(at[v.SD_TECHNICAL]) ** 2 + 1.0 / (copies * (np.log(2.0) * doublings) ** 2)
        sd = np.sqrt((float(at[v.SD_BIOLOGICAL][gene]) / doublings) ** 2 + reading / 2.0)
        replicates = made.isel(chain=0).to_numpy()[:, cell]
        assert stats.kstest(replicates, stats.norm(expected, sd).cdf).pvalue > FALSE_ALARM


# --- deviations of slots, which a posterior may lack ---


def test_deviations_may_come_as_coordinates():
    name = "expression_hierarchical"
    drawn = DENSITIES[name].prior(RARE, None, 5, stream(84, "coordinates"))
    gene = xr.DataArray(expression_arrays(RARE)["gene_of_slot"], dims="slot")
    by_spread = drawn[BIOLOGICAL_OF_SLOT] / drawn[v.SD_BIOLOGICAL].isel({v.GENE: gene}).drop_vars(v.GENE)
    other = drawn.drop_vars(BIOLOGICAL_OF_SLOT).assign({COORDINATE_OF_SLOT: by_spread})
    for say in (DENSITIES[name].log_likelihood, DENSITIES[name].log_prior):
        xr.testing.assert_allclose(say(RARE, other, None), say(RARE, drawn, None), rtol=1e-12)


def test_deviations_that_a_posterior_lacks_are_drawn_given_all_else():
    """Against the density of one of them, by the product of prior and likelihood over a fine grid."""
    name, times, slot = "expression_hierarchical", 3000, 0
    drawn = one_draw_many_times(RARE, times)
    drawn[v.SD_BIOLOGICAL][:] = 0.7
    drawn[v.SD_TECHNICAL][:] = 0.3
    its_study = density._study(RARE, None, density.ReactionModel())
    found = density._values(its_study, drawn.drop_vars(BIOLOGICAL_OF_SLOT))[BIOLOGICAL_OF_SLOT][slot]
    grid = np.linspace(-6.0, 6.0, 4001)
    one = drawn.isel(draw=np.zeros(len(grid), dtype=int)).assign_coords(draw=np.arange(len(grid)))
    one[BIOLOGICAL_OF_SLOT][0, :, slot] = grid
    log_likelihood = DENSITIES[name].log_likelihood(RARE, one, None)
    total = stats.norm(0.0, 0.7).logpdf(grid)
    for values in log_likelihood.values():
        total = total + values.isel(chain=0).to_numpy().sum(axis=1)
    mass = np.exp(total - total.max())
    reached = np.concatenate([[0.0], np.cumsum(0.5 * (mass[1:] + mass[:-1]))])
    inside = np.interp(found, grid, reached / reached[-1])
    assert stats.kstest(inside, "uniform").pvalue > FALSE_ALARM


def test_the_same_deviations_are_drawn_each_time():
    name = "expression_hierarchical"
    drawn = DENSITIES[name].prior(RARE, None, 5, stream(84, "again")).drop_vars(BIOLOGICAL_OF_SLOT)
    first, again = (DENSITIES[name].log_likelihood(RARE, drawn, None) for _ in range(2))
    xr.testing.assert_identical(first, again)


def test_the_prior_of_deviations_is_left_out_where_a_posterior_lacks_them():
    name = "expression_hierarchical"
    drawn = DENSITIES[name].prior(RARE, None, 5, stream(84, "left out"))
    whole = DENSITIES[name].log_prior(RARE, drawn, None)
    less = DENSITIES[name].log_prior(RARE, drawn.drop_vars(BIOLOGICAL_OF_SLOT), None)
    xr.testing.assert_identical(less, whole.drop_vars([BIOLOGICAL_OF_SLOT, "slot"]))


def test_cells_are_taken_a_few_draws_at_a_time_and_it_shows_in_nothing(monkeypatch):
    name = "expression_hierarchical"
    drawn = DENSITIES[name].prior(RARE, None, 7, stream(84, "parts"))
    whole = DENSITIES[name].log_likelihood(RARE, drawn, None)
    monkeypatch.setattr(by_draw, "VALUES_AT_A_TIME", 1)
    xr.testing.assert_allclose(DENSITIES[name].log_likelihood(RARE, drawn, None), whole, rtol=1e-13)


def test_a_study_without_rare_genes_has_no_slots():
    data = study(3.0, dilutions=())
    drawn = DENSITIES["expression_separate"].prior(data, None, 3, stream(84, "bright"))
    assert drawn[BIOLOGICAL_OF_SLOT].shape == (1, 3, 0)
    said = DENSITIES["expression_separate"].log_likelihood(data, drawn, None)
    assert {str(name): one.sizes[f"{name}_dim_0"] for name, one in said.items()} == {
        CELLS: len(expression_arrays(data)["cell_ct"]),
        FEW: 0,
    }
