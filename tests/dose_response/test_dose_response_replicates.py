import numpy as np
import pytest
from flagged_panels import as_viability, panel

from lensim import vocabulary as v
from lensim.dose_response.replicates import by_dose, relative_wells


def test_responses_are_fractions_of_the_controls():
    data = panel(3)
    wells = relative_wells(data)
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    for one in range(data.sizes[v.CULTURE]):
        assert np.median(wells.response[(culture == one) & (dose == 0)]) == pytest.approx(1.0)


def test_the_spread_of_replicates_is_found():
    assert relative_wells(panel(3)).spread == pytest.approx(0.08, abs=0.02)


def test_viability_needs_no_controls():
    data = as_viability(panel(3))
    treated = data.isel({v.WELL: np.flatnonzero(data[v.DOSE].to_numpy() > 0)})
    doses = by_dose(relative_wells(treated), 0)
    assert doses.cultures == 3
    assert doses.mean[0] == pytest.approx(1.0, abs=0.15)


def test_signals_without_controls_are_not_judged():
    data = panel(3)
    treated = data.isel({v.WELL: np.flatnonzero(data[v.DOSE].to_numpy() > 0)})
    assert relative_wells(treated) is None


def test_errors_grow_where_there_are_fewer_cultures():
    one, three = panel(3, experiments=1), panel(3)
    assert (by_dose(relative_wells(one), 0).sd > by_dose(relative_wells(three), 0).sd).mean() > 0.5
