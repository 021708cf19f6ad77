import math

import numpy as np
import pytest

import lensim
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response import NO_FAULTS
from lensim.dose_response.design import DoseResponseDesign
from lensim.dose_response.read import read_dose_response, write_tidy
from lensim.dose_response.simulate_growth import CULTURE_DIVISIONS, GrowthDesign

DESIGN = DoseResponseDesign(("A", "B"), ("g", "g"), experiments=2, counting_minutes=math.inf)


USUAL = GrowthDesign()


def simulated(growth=USUAL, seed=1):
    return lensim.simulate.dose_response(DESIGN, None, NO_FAULTS, growth=growth, seed=seed)


def test_a_table_of_wells_of_time_zero_is_read_again_as_it_was(tmp_path):
    _, data = simulated()
    write_tidy(data, tmp_path / "wells.csv")
    again = read_dose_response(tmp_path / "wells.csv", assay_hours=72)
    assert set(again.variables) == set(data.variables)
    for name in data.variables:
        np.testing.assert_array_equal(again[name], data[name], err_msg=str(name))


def test_wells_lie_around_what_untreated_wells_and_divisions_leave():
    truth, data = simulated(GrowthDesign(time_zero_wells=400), seed=3)
    plate = data[v.PLATE_OF_TIME_ZERO].to_numpy()
    background = np.array(
        [np.median(data[v.TIME_ZERO_BLANK_SIGNAL][data[v.PLATE_OF_TIME_ZERO_BLANK] == p]) for p in (0, 1)]
    )
    net = data[v.TIME_ZERO_SIGNAL].to_numpy() - background[plate]
    for culture, seeding in enumerate(data[v.SEEDING_OF_CULTURE].to_numpy()):
        start = np.median(net[data[v.SEEDING_OF_TIME_ZERO].to_numpy() == seeding])
        divisions = float(truth[v.LOG_TOP][culture]) / np.log(2.0) - np.log2(start)
        assert divisions == pytest.approx(float(truth[CULTURE_DIVISIONS][culture]), abs=0.1)


def test_the_panel_is_the_one_without_growth():
    truth, data = simulated()
    usual, wells = lensim.simulate.dose_response(DESIGN, None, NO_FAULTS, seed=1)
    np.testing.assert_array_equal(data[v.SIGNAL], wells[v.SIGNAL])
    np.testing.assert_array_equal(truth[v.LOG10_EC50], usual[v.LOG10_EC50])
    assert not {name for name in wells.variables if "time_zero" in str(name) or "seeding" in str(name)}


def test_counts_of_thymidine_have_no_growth():
    with pytest.raises(InputError, match="growth needs a signal that follows the number of cells, got counts a minute"):
        lensim.simulate.dose_response(
            DoseResponseDesign(("A",), ("g",)), None, NO_FAULTS, growth=GrowthDesign(), seed=1
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [("time_zero_wells", 0), ("assay_hours", 0.0), ("sd_line_divisions", -1.0), ("ratio_sd_well", 0)],
)
def test_designs_that_cannot_be_are_refused(field, value):
    with pytest.raises(InputError, match=field):
        GrowthDesign(**{field: value})
