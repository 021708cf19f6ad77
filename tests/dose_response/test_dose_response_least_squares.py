"""IC50s of many cultures by least squares, against the truth without noise and against a search of another kind."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response import NO_FAULTS, DoseResponseDesign, DoseResponsePopulation, draw_truth, lay_out, simulate
from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.least_squares import log10_ic50_of_cultures
from lensim.seeding import stream

SHEET = lay_out(DoseResponseDesign([f"line {k}" for k in range(6)], ["A"] * 6), stream(1, "least squares", "sheet"))


def wells(sd_well: float, studies: int = 4) -> tuple[xr.Dataset, np.ndarray]:
    """Wells of some studies, and the true log10 IC50 of each culture."""
    population = DoseResponsePopulation(sd_well=sd_well, nu_well=np.inf, background_signal=50.0, mu_log_top_signal=14.0)
    truth = draw_truth(population, SHEET, stream(1, "least squares", "truth"), studies)
    names = (v.CULTURE_LOG10_EC50, v.CULTURE_LOG_HILL, v.CULTURE_EFFECT)
    true = log10_ic50_um(*(truth[name].to_numpy() for name in names))
    return simulate(SHEET, truth, NO_FAULTS, stream(1, "least squares", "machine")), true


def test_without_noise_it_is_the_true_ic50_or_nan_beyond_the_doses():
    data, true = wells(0.0)
    found = log10_ic50_of_cultures(data)
    inside = (true > -2 + 0.02) & (true < 1 - 0.02)
    outside = (true > 1 + 0.02) | (true < -2 - 0.02)
    assert inside.sum() > 20
    assert outside.sum() > 5
    np.testing.assert_allclose(found[inside], true[inside], atol=0.01)
    assert np.isnan(found[outside]).all()


def test_lost_wells_and_absent_blanks_are_taken_as_they_are():
    data, true = wells(0.05)
    lost = data.copy(deep=True)
    lost[v.SIGNAL][:, ::9] = np.nan
    inside = (true > -1.5) & (true < 0.7)
    for one in (lost, data.drop_vars([v.BLANK_SIGNAL, v.PLATE_OF_BLANK])):
        apart = (log10_ic50_of_cultures(one) - true)[inside]
        assert np.nanmedian(np.abs(apart)) < 0.05


def test_two_doses_are_too_few():
    sheet = lay_out(DoseResponseDesign(["a", "b"], ["A", "A"], (0.0, 1.0, 10.0)), stream(1, "few"))
    truth = draw_truth(DoseResponsePopulation(), sheet, stream(1, "few", "truth"))
    assert np.isnan(log10_ic50_of_cultures(simulate(sheet, truth, NO_FAULTS, stream(2, "few")))).all()


def test_wells_without_signal_are_refused():
    with pytest.raises(InputError, match="log10_ic50_of_cultures needs"):
        log10_ic50_of_cultures(SHEET)
