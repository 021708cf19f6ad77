import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.cell_cycle.density import DENSITIES, EVENTS
from lensim.cell_cycle.design import CellCycleDesign, lay_out
from lensim.cell_cycle.phases import shares_of_log_ratios
from lensim.cell_cycle.priors import CellCyclePriors
from lensim.cell_cycle.simulate import one_study, simulate
from lensim.cell_cycle.truth import CellCyclePopulation, Cytometer, draw_truth
from lensim.seeding import stream
from tests.densities_of_models import require_equal

FALSE_ALARM = 1e-6
NAME = "cell_cycle_phases"
PERCENT = {(line, c): (35.0, 51.0, 14.0) for line in ("a", "b") for c in ("control", "drug", "other")}


def study(tubes: int = 2) -> xr.Dataset:
    """With the control in the middle."""
    sheet = lay_out(CellCycleDesign(("a", "b"), ("control", "drug", "other"), 2, tubes, 500))
    truth = draw_truth(CellCyclePopulation(PERCENT), sheet, stream(85, "truth"))
    data = one_study(simulate(sheet, truth, Cytometer(), stream(85, "machine")), 0).isel({v.CONDITION: [1, 0, 2]})
    data[v.CONDITION_OF_CULTURE] = (v.CULTURE, np.array([1, 0, 2])[data[v.CONDITION_OF_CULTURE].to_numpy()])
    return data


@pytest.mark.sampling
@pytest.mark.parametrize("priors", [None, CellCyclePriors(mean_s_log_ratio=0.3, median_concentration=20.0)])
def test_prior_and_likelihood_are_those_of_the_pymc_model(priors):
    require_equal(DENSITIES[NAME], NAME, study(), priors)


def test_replicates_have_the_moments_of_a_dirichlet_multinomial():
    data, times = study(), 4000
    drawn = DENSITIES[NAME].prior(data, None, 1, stream(85, "one draw"))
    drawn[v.PHASE_LOG_RATIO][:] = [0.2, -0.9]
    drawn[v.PHASE_LOG_RATIO_CHANGE][:] = [-0.5, 0.4]
    drawn[v.DIRICHLET][:] = 30.0
    drawn = drawn.isel(draw=np.zeros(times, dtype=int)).assign_coords(draw=np.arange(times))
    events = DENSITIES[NAME].predictive(data, drawn, None, stream(85, "replicates"))[EVENTS].isel(chain=0).to_numpy()
    total = DENSITIES[NAME].observed(data)[EVENTS].to_numpy().sum(axis=1)
    np.testing.assert_array_equal(events.sum(axis=-1), np.broadcast_to(total, events.shape[:2]))
    is_control = data[v.IS_CONTROL].to_numpy()[data[v.CONDITION_OF_CULTURE].to_numpy()] == 1
    for culture in (0, int(np.flatnonzero(is_control)[0])):
        ratio = np.array([0.2, -0.9]) + (0.0 if is_control[culture] else np.array([-0.5, 0.4]))
        weight = 30.0 * shares_of_log_ratios(ratio)
        for phase in range(3):  # each alone is beta-binomial
            law = stats.betabinom(total[culture], weight[phase], weight.sum() - weight[phase])
            below = (events[:, culture, phase] <= law.median()).sum()
            assert stats.binomtest(int(below), times, law.cdf(law.median())).pvalue > FALSE_ALARM
            z = (events[:, culture, phase].mean() - law.mean()) / (law.std() / np.sqrt(times))
            assert stats.norm.sf(abs(z)) > FALSE_ALARM
