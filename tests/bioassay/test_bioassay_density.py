import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.bioassay.density import DENSITIES, OD
from lensim.bioassay.design import BioassayDesign, lay_out
from lensim.bioassay.priors import BioassayPriors
from lensim.bioassay.roles import BLANK
from lensim.bioassay.simulate import one_study, simulate
from lensim.bioassay.truth import USUAL_FAULTS, BioassayPopulation, draw_truth
from lensim.seeding import stream
from tests.densities_of_models import require_equal

FALSE_ALARM = 1e-6
NAME = "bioassay_calibration"


def media(conditions: tuple[str, ...] = ("none", "drug", "both")) -> xr.Dataset:
    sheet = lay_out(BioassayDesign(cell_lines=("a", "b"), experiments=1, conditions=conditions))
    truth = draw_truth(BioassayPopulation({"b": 0.3}), sheet, stream(86, "media"))
    return one_study(simulate(sheet, truth, USUAL_FAULTS, stream(86, "reader")), 0)


def without_blanks(data: xr.Dataset) -> xr.Dataset:
    return data.isel({v.WELL: np.flatnonzero(data[v.ROLE].to_numpy() != BLANK)})


CASES = {
    "two contrasts": (media, None),
    "one condition, no blank well": (
        lambda: without_blanks(media(("none",))),
        BioassayPriors(mean_mu_log_hill_slope=0.1, sd_mu_log10_ec50_pg_per_ml=0.3, median_sd_od=0.02),
    ),
}


@pytest.mark.sampling
@pytest.mark.parametrize("case", CASES)
def test_prior_and_likelihood_are_those_of_the_pymc_model(case):
    data, priors = CASES[case]
    require_equal(DENSITIES[NAME], NAME, data(), priors)


def test_replicates_have_the_distribution_of_which_the_likelihood_is_the_density():
    data, times = media(), 2000
    drawn = DENSITIES[NAME].prior(data, None, 1, stream(86, "one draw"))
    drawn = drawn.isel(draw=np.zeros(times, dtype=int)).assign_coords(draw=np.arange(times))
    made = DENSITIES[NAME].predictive(data, drawn, None, stream(86, "replicates"))[OD].isel(chain=0).to_numpy()
    at, nu = drawn.isel(chain=0, draw=0), float(drawn[v.NU_WELL][0, 0])
    for well in (0, int(np.flatnonzero(data[v.ROLE].to_numpy() == BLANK)[0]), data.sizes[v.WELL] - 1):
        plate = int(data[v.PLATE_OF_WELL][well])
        medium, concentration = int(data[v.MEDIUM_OF_WELL][well]), float(data[v.CONCENTRATION][well])
        if medium >= 0:
            concentration = 10.0 ** float(at[v.LOG10_TNF][medium]) / float(data[v.DILUTION][well])
        slope, ec50 = np.exp(float(at[v.LOG_HILL][plate])), 10.0 ** float(at[v.LOG10_EC50_TNF][plate])
        share = 1.0 / (1.0 + (ec50 / concentration) ** slope) if concentration > 0 else 0.0
        residual = 1.0 - (1.0 - np.exp(-float(at[v.EFFECT][plate]))) * share
        is_blank = str(data[v.ROLE].to_numpy()[well]) == BLANK
        signal = 0.0 if is_blank else np.exp(float(at[v.LOG_TOP_OD][plate])) * residual
        scale = np.hypot(float(at[v.SD_LOG_OD]) * signal, float(at[v.SD_OD]))
        law = stats.t(nu, loc=float(at[v.BACKGROUND_OD][plate]) + signal, scale=scale)
        assert stats.kstest(made[:, well], law.cdf).pvalue > FALSE_ALARM


def test_curves_are_given_by_their_parameters_too():
    drawn = DENSITIES[NAME].prior(media(), None, 3, stream(86, "curves"))
    for at, name in enumerate((v.LOG_TOP_OD, v.LOG10_EC50_TNF, v.LOG_HILL)):
        np.testing.assert_array_equal(drawn[name], drawn["curve"].isel({v.CURVE_PARAMETER: at}))
    np.testing.assert_allclose(np.log(drawn[v.EFFECT]), drawn["curve"].isel({v.CURVE_PARAMETER: 3}))
