import numpy as np
import pytest
from flagged_panels import LINES, changed, panel

from lensim import vocabulary as v
from lensim.dose_response import estimands as e
from lensim.dose_response.flags import BUMP, CONTROLS, DIRECTION, RISES_AGAIN, Flag, flags_of
from lensim.dose_response.replicates import by_dose, relative_wells
from lensim.dose_response.stimulation import stimulated_by_wells
from lensim.inference.observations import attach_observations
from tests.dose_response.test_dose_response_estimands import LINES as NAMES
from tests.dose_response.test_dose_response_estimands import RESULT


def hormesis(dose: np.ndarray) -> np.ndarray:
    return 1.0 + 0.9 * np.exp(-0.5 * ((np.log10(np.maximum(dose, 1e-9)) + 1.2) / 0.25) ** 2)


def test_a_bump_of_the_wells_is_stimulation_at_some_dose():
    data = changed(panel(3), hormesis)
    flags = flags_of(data)
    told = {flag.line for flag in flags if flag.kind == BUMP}
    found = stimulated_by_wells(data, flags)
    assert told
    assert (found[sorted(told)] > 0.95).all()
    assert np.isnan(np.delete(found, sorted(told))).all()


def test_lines_without_a_flag_have_none_however_high_a_dose_lies_by_chance():
    data = panel(3)
    means = [by_dose(relative_wells(data), line).mean for line in range(LINES)]
    assert max(map(max, means)) > 1.0
    assert np.isnan(stimulated_by_wells(data, ())).all()
    assert np.isnan(stimulated_by_wells(data, [Flag(DIRECTION, 0, "", 1.0), Flag(CONTROLS, 1, "", 0.3)])).all()
    assert np.isnan(stimulated_by_wells(data.drop_vars(v.SIGNAL), [Flag(BUMP, 0, "", 1.0)])).all()


def test_a_rise_behind_a_fall_is_told_by_the_dose_that_it_reaches():
    data = panel(3)
    up, down = (changed(data, lambda dose, by=by: np.where(dose > 5, by, 1.0)) for by in (30.0, 3.0))
    flag = [Flag(RISES_AGAIN, 0, "", 1.0)]
    assert stimulated_by_wells(up, flag)[0] > 0.99
    assert stimulated_by_wells(down, flag)[0] < 0.01


def test_of_a_curve_stimulation_at_any_dose_is_that_at_the_top():
    table = e.summarise_lines(e.dose_response_estimands(RESULT))
    assert table["p_stimulated_at_any_dose"].tolist() == table["p_stimulated"].tolist()


def test_the_table_tells_stimulation_that_no_curve_can_show():
    tree = RESULT.copy(deep=True)
    attach_observations(tree, changed(panel(3), hormesis).assign_coords({v.CELL_LINE: NAMES}))
    estimands = e.dose_response_estimands(tree)
    table = e.summarise_lines(estimands)
    by_wells = estimands[e.BY_WELLS].to_numpy()
    assert table["p_stimulated"].iloc[0] == 0.0
    assert table["p_stimulated_at_any_dose"].to_numpy() == pytest.approx(
        np.fmax(table["p_stimulated"].to_numpy(), by_wells)
    )
    assert (table["p_stimulated_at_any_dose"] > 0.9).any()
