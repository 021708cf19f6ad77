import numpy as np
import pytest
import xarray as xr
from scipy import stats

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
from lensim.dose_response.density import DENSITIES
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors, WellPriors
from lensim.inference import by_draw
from lensim.inference.catalogue import catalogue, find_model
from lensim.seeding import stream
from tests.densities_of_models import prior_draws, require_equal

FALSE_ALARM = 1e-6
DOSES = (0.0, 0.1, 1.0, 10.0)


def panel(lines: str = "ab", groups: str = "gg", experiments: int = 2) -> xr.Dataset:
    design = DoseResponseDesign(tuple(lines), tuple(groups), doses_um=DOSES, experiments=experiments, replicates=2)
    sheet = lay_out(design, stream(83, "sheet"))
    truth = draw_truth(DoseResponsePopulation(), sheet, stream(83, "truth"))
    data = simulate(sheet, truth, NO_FAULTS, stream(83, "machine")).isel(study=0, drop=True)
    return data.assign({v.VIABILITY: (v.WELL, 100.0 * data[v.SIGNAL].to_numpy() / float(data[v.SIGNAL].max()))})


def two_conditions(data: xr.Dataset) -> xr.Dataset:
    return data.assign_coords(
        {v.LINE_OF_CURVE: (v.CELL_LINE, ["a", "a"]), v.CONDITION_OF_CURVE: (v.CELL_LINE, ["none", "IL-6"])}
    )


OWN_PRIORS = DoseResponsePriors(
    CurvePriors(sd_mu_log10_ec50_um=0.7, mean_mu_log_hill_slope=0.2, sd_sigma_effect_at_saturation=0.4),
    WellPriors(sd_log_top_signal=1.1, shape_nu_well=3.0, median_sd_floor=0.05, mean_log_background_share=-4.0),
)
CASES = {
    "several groups, days that all lines share, counts and blanks": (
        "dose_response_hierarchical",
        lambda: panel("abc", "ggh"),
        None,
    ),
    "two conditions of a line, light units, no blank well": (
        "dose_response_separate_plate_position",
        lambda: two_conditions(panel()).drop_vars([v.COUNTING_MINUTES, v.BLANK_SIGNAL]),
        None,
    ),
    "one culture a line, one group, percents": (
        "dose_response_hierarchical_normalised",
        lambda: panel(experiments=1),
        OWN_PRIORS,
    ),
    "days of its own for each culture, and priors of a user": (
        "dose_response_separate",
        lambda: (lambda x: x.assign({v.EXPERIMENT_OF_CULTURE: (v.CULTURE, np.arange(x.sizes[v.CULTURE]))}))(panel()),
        OWN_PRIORS,
    ),
    "places on the plates, pooled, one culture a line": (
        "dose_response_plate_position",
        lambda: panel("abc", "ghh", experiments=1),
        None,
    ),
    "conditions in percents, each on its own": (
        "dose_response_separate_normalised",
        lambda: two_conditions(panel(experiments=1)),
        None,
    ),
}


@pytest.mark.sampling
@pytest.mark.parametrize("case", CASES)
def test_prior_and_likelihood_are_those_of_the_pymc_model(case):
    name, data, priors = CASES[case]
    require_equal(DENSITIES[name], name, data(), priors)


@pytest.mark.sampling
def test_draws_of_the_prior_are_of_the_law_of_the_pymc_model():
    data, name = panel(), "dose_response_hierarchical"
    theirs = prior_draws(find_model(name).build(data), 1000)
    ours = DENSITIES[name].prior(data, DoseResponsePriors(), 4000, stream(83, "prior"))
    names = [str(one) for one in ours]
    pvalues = {
        one: stats.ks_2samp(ours[one].stack(s=("chain", "draw"))[..., :].to_numpy().reshape(-1, 4000)[0],
                            theirs[one].stack(s=("chain", "draw")).to_numpy().reshape(-1, 1000)[0]).pvalue
        for one in names
    }  # fmt: skip
    assert min(pvalues.values()) > FALSE_ALARM, pvalues


def test_every_dose_response_model_of_the_catalogue_has_a_density():
    assert set(DENSITIES) == {name for name in catalogue() if name.startswith("dose_response")}


def one_draw_many_times(name: str, data: xr.Dataset, times: int) -> xr.Dataset:
    """A draw of the prior, repeated."""
    found = DENSITIES[name].prior(data, DoseResponsePriors(), 1, stream(83, "one draw"))
    return found.isel(draw=np.zeros(times, dtype=int)).assign_coords(draw=np.arange(times))


@pytest.mark.parametrize("name", DENSITIES)
def test_replicates_have_the_distribution_of_which_the_likelihood_is_the_density(name):
    """The probability transform of each replicate, by the Student t that the equations state, is uniform."""
    data = panel()
    drawn = one_draw_many_times(name, data, 1500)
    made = DENSITIES[name].predictive(data, drawn, DoseResponsePriors(), stream(83, "replicates"))
    assert set(made.data_vars) == set(DENSITIES[name].observed(data).data_vars)
    at = drawn.isel(chain=0, draw=0)
    cells = panel_arrays.cells_of_wells(data)
    culture, nu = data[v.CULTURE_OF_WELL].to_numpy(), float(at[v.NU_WELL])
    dose = data[v.DOSE].to_numpy()
    shown = {key: at[f"culture_{key}"].to_numpy()[culture] for key in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)}
    share = dose ** np.exp(shown[v.LOG_HILL])
    ec50 = 10.0 ** (shown[v.LOG10_EC50] * np.exp(shown[v.LOG_HILL]))
    residual = 1.0 - (1.0 - np.exp(-shown[v.EFFECT])) * share / (ec50 + share)
    if "normalised" in name:
        expected = np.exp(at["log_top_share"].to_numpy())[culture] * residual
        location, scale = expected, np.hypot(float(at[v.SD_WELL]) * expected, float(at[v.SD_FLOOR]))
        replicates = made["viability_observed"].isel(chain=0).to_numpy()
    else:
        plate = data[v.PLATE_OF_CULTURE].to_numpy()[culture]
        expected = at[v.BACKGROUND].to_numpy()[plate] + np.exp(at[v.LOG_TOP].to_numpy())[culture] * residual
        location = np.log(expected)
        if "position" in name:
            place = panel_arrays.places_of_wells(data)
            location = location + at["edge_log_effect"].to_numpy()[plate] * place["edge_of_well"]
            location += at["row_log_gradient"].to_numpy()[plate] * place["row_of_well"]
            location += at["column_log_gradient"].to_numpy()[plate] * place["column_of_well"]
        scale = np.sqrt(float(at[v.SD_WELL]) ** 2 + 1.0 / (expected * float(data[v.COUNTING_MINUTES])))
        replicates = made["log_signal_observed"].isel(chain=0).to_numpy()
    assert len(cells["cell_of_well"]) == replicates.shape[1]
    transformed = stats.t.cdf((replicates - location) / scale, nu)
    pvalues = [stats.kstest(transformed[:, well], "uniform").pvalue for well in range(transformed.shape[1])]
    assert min(pvalues) > FALSE_ALARM
    # wells are independent of each other
    assert np.abs(np.corrcoef(transformed[:, :8].T) - np.eye(8)).max() < 0.2


def test_blanks_of_a_plate_lie_around_its_background():
    data, name = panel(), "dose_response_hierarchical"
    drawn = one_draw_many_times(name, data, 1500)
    made = DENSITIES[name].predictive(data, drawn, DoseResponsePriors(), stream(83, "blanks"))
    at = drawn.isel(chain=0, draw=0)
    background = at[v.BACKGROUND].to_numpy()[data[v.PLATE_OF_BLANK].to_numpy()]
    scale = np.sqrt(float(at["sd_blank"]) ** 2 + 1.0 / (background * float(data[v.COUNTING_MINUTES])))
    away = (made["log_blank_signal_observed"].isel(chain=0).to_numpy() - np.log(background)) / scale
    assert stats.kstest(away[:, 0], stats.t(4.0).cdf).pvalue > FALSE_ALARM


def test_wells_are_taken_a_few_draws_at_a_time_and_it_shows_in_nothing(monkeypatch):
    data, name = panel(), "dose_response_plate_position"
    drawn = DENSITIES[name].prior(data, None, 7, stream(83, "parts"))
    whole = DENSITIES[name].log_likelihood(data, drawn, None)
    monkeypatch.setattr(by_draw, "VALUES_AT_A_TIME", 2 * data.sizes[v.WELL])
    xr.testing.assert_identical(DENSITIES[name].log_likelihood(data, drawn, None), whole)
    assert whole["log_signal_observed"].dims == ("chain", "draw", v.WELL)


def test_draws_of_several_chains_stay_with_their_chain():
    data, name = panel(), "dose_response_separate"
    drawn = DENSITIES[name].prior(data, None, 6, stream(83, "chains"))
    chains = xr.concat([drawn.isel(draw=slice(0, 3)), drawn.isel(draw=slice(3, 6)).assign_coords(draw=[0, 1, 2])],
                       "chain")  # fmt: skip
    for say in (DENSITIES[name].log_likelihood, DENSITIES[name].log_prior):
        one, two = say(data, drawn, None), say(data, chains, None)
        for key in one:
            np.testing.assert_array_equal(two[key].to_numpy().reshape(one[key].shape), one[key])
