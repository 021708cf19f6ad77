"""Lines whose doses are not those of one curve are told, others are not; a dose that is off in all lines is."""

import numpy as np
import pytest

from lensim.dose_response.lack_of_fit import ENOUGH_LINES, lack_of_fit
from lensim.dose_response.spreads import spreads_of
from lensim.inference.observations import observations_of
from tests.dose_response.shaped_panels import LINES, ODD, controls_above, falls_at_the_top, hormesis, one_curve, shaped

ALL = tuple(f"line {1 + k}" for k in range(LINES))


def found_in(factor=one_curve, odd=ODD, **kinds):
    result = shaped(factor, odd, **kinds)
    data = observations_of(result)
    return lack_of_fit(data, spreads_of(result["posterior"].to_dataset(), data, {}))


def told(found):
    return tuple(name for k, name in enumerate(ALL) if found.is_told(k))


@pytest.mark.parametrize("as_percent", [False, True])
def test_nothing_is_told_of_lines_of_one_curve(as_percent):
    found = found_in(as_percent=as_percent)
    assert told(found) == ()
    assert found.worst_of_all_lines is None
    assert [one.dose for one in found.of_all_lines] == found.doses[0][:-1].tolist()


@pytest.mark.parametrize("as_percent", [False, True])
@pytest.mark.parametrize("factor", [hormesis, controls_above])
def test_lines_of_another_shape_are_told(factor, as_percent):
    assert told(found_in(factor, as_percent=as_percent)) == ODD


def test_controls_that_are_off_in_all_lines_are_told_of_the_panel():
    worst = found_in(controls_above, ALL).worst_of_all_lines
    assert worst is not None
    assert (worst.dose, worst.lines) == (0.0, LINES)
    assert worst.off == pytest.approx(0.4, abs=0.15)
    assert found_in(controls_above, ALL).shared_by(0) is not None


def test_runs_are_each_dose_and_neighbours_that_are_no_controls():
    runs = found_in().runs[0]
    assert [(run.first, run.last) for run in runs[:8]] == [(k, k) for k in range(8)]
    assert [(run.first, run.last) for run in runs[8:]] == [(k, k + 1) for k in range(1, 7)]
    assert all(run.wells == 9 * (1 + run.last - run.first) for run in runs)


def test_lines_of_few_or_of_very_many_doses_are_not_judged():
    result = shaped()
    data = observations_of(result)
    doses = np.unique(data["dose_um"].to_numpy())
    few = data.isel(well=np.isin(data["dose_um"].to_numpy(), doses[:3]))
    found = lack_of_fit(few, spreads_of(result["posterior"].to_dataset(), few, {}))
    assert found.runs == ((),) * LINES
    assert np.all(found.adjusted_p == 1.0)
    assert found.of_all_lines == ()


def test_few_lines_have_no_doses_over_all_lines():
    result = shaped()
    data = observations_of(result)
    cultures = np.flatnonzero(data["line_of_culture"].to_numpy() < ENOUGH_LINES - 1)
    wells = np.flatnonzero(np.isin(data["culture_of_well"].to_numpy(), cultures))
    place = np.full(data.sizes["culture"], -1)
    place[cultures] = np.arange(len(cultures))
    few = data.isel(well=wells, culture=cultures, cell_line=slice(ENOUGH_LINES - 1))
    few["culture_of_well"] = ("well", place[few["culture_of_well"].to_numpy()])
    posterior = result["posterior"].to_dataset().isel(cell_line=slice(ENOUGH_LINES - 1))
    assert lack_of_fit(few, spreads_of(posterior, few, {})).of_all_lines == ()


def test_a_fall_that_begins_at_the_top_dose_is_not_judged_by_that_dose():
    found = found_in(falls_at_the_top)
    for line in (1, 4):
        top = next(run for run in found.runs[line] if run.first == run.last == len(found.doses[line]) - 1)
        assert top.p == 1.0
