import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.cell_cycle.cultures import events_of_cultures, require_tubes
from lensim.cell_cycle.design import lay_out
from lensim.cell_cycle.phases import shares_of_log_ratios
from lensim.cell_cycle.simulate import one_study, simulate
from lensim.cell_cycle.truth import Cytometer, draw_truth
from lensim.maiga2013 import number
from lensim.maiga2013.cell_cycle_twin import (
    POPULATION,
    cell_cycle_design,
    one_experiment,
    representative_experiment,
    stated_study,
)
from lensim.seeding import stream


def test_the_twins_truth_has_the_stated_s_phases():
    truth = draw_truth(POPULATION, lay_out(cell_cycle_design(3)), stream(51, "t"), studies=2)
    base, change = truth[v.PHASE_LOG_RATIO].values, truth[v.PHASE_LOG_RATIO_CHANGE].values[:, :, 0]
    before, after = 100 * shares_of_log_ratios(base)[..., 1], 100 * shares_of_log_ratios(base + change)[..., 1]
    np.testing.assert_allclose(before[:, 0], number("lp1_s_phase_untreated_percent"))
    np.testing.assert_allclose(after[:, 0], number("lp1_s_phase_treated_percent"))
    np.testing.assert_allclose(after[:, 1], before[:, 1])


def test_the_stated_study_is_the_shown_experiment():
    data = stated_study()
    require_tubes(data, "test")
    assert data.sizes[v.EXPERIMENT] == 1
    assert data[v.EVENTS].values[:, 1].tolist() == [5100, 2900, 5100, 5100]


def test_the_representative_experiment_is_nearest_to_the_mean_and_stands_alone():
    sheet = lay_out(cell_cycle_design(3, tubes=2))
    data = one_study(simulate(sheet, draw_truth(POPULATION, sheet, stream(52, "t")), Cytometer(), stream(52, "m")), 0)
    shown = representative_experiment(data)
    events = events_of_cultures(data)
    share = (events[:, 1] / events.sum(axis=1)).reshape(3, 4)
    assert shown == int(np.argmin(((share - share.mean(axis=0)) ** 2).sum(axis=1)))
    one = one_experiment(data, shown)
    require_tubes(one, "test")
    np.testing.assert_array_equal(events_of_cultures(one), events.reshape(3, 4, 3)[shown])
    assert one.sizes[v.EXPERIMENT] == 1
    assert data[v.EXPERIMENT].values[shown] == one[v.EXPERIMENT].values[0]


@pytest.mark.parametrize("experiments", [0, -1])
def test_no_experiment_is_no_design(experiments):
    with pytest.raises(ValueError, match=r"CellCycleDesign\.experiments must be at least 1"):
        cell_cycle_design(experiments)
