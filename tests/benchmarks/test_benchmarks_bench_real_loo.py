import numpy as np
import pytest
import xarray as xr
from scipy import stats

from benchmarks.bench_real_loo import log_densities, run
from lensim import vocabulary as v


def test_density_of_a_well_is_that_of_the_model():
    """Slope 1, an effect that leaves a quarter: at the EC50 5/8 of 800 and a background of 100 are 600."""
    of_culture = (v.CULTURE_LOG10_EC50, 0.0), (v.CULTURE_LOG_HILL, 0.0), (v.CULTURE_EFFECT, np.log(4.0))
    draws = {name: (("chain", "draw", v.CULTURE), np.full((1, 2, 1), value)) for name, value in of_culture}
    draws |= {v.LOG_TOP: (("chain", "draw", v.CULTURE), np.full((1, 2, 1), np.log(800.0)))}
    draws |= {v.BACKGROUND: (("chain", "draw", v.PLATE), np.full((1, 2, 1), 100.0))}
    draws |= {name: (("chain", "draw"), np.full((1, 2), value)) for name, value in ((v.SD_WELL, 0.1), (v.NU_WELL, 5.0))}
    arrays = {
        "culture_of_cell": np.array([0]),
        "cell_of_well": np.array([0, 0]),
        "log_dose_of_cell": np.array([0.0]),
        "plate_of_culture": np.array([0]),
        "inverse_counting_minutes": np.asarray(0.0),
        "log_signal": np.log([600.0, 700.0]),
    }
    found = log_densities(xr.Dataset(draws), arrays)
    assert found.shape == (1, 2, 2)
    assert found[0, 1] == pytest.approx(stats.t.logpdf(np.log([1.0, 700.0 / 600.0]) / 0.1, 5.0) - np.log(0.1))


def test_without_the_data_there_are_no_rows(monkeypatch, tmp_path):
    monkeypatch.setattr("benchmarks.bench_real_loo.FOLDER", tmp_path / "nothing")
    assert run() == []
