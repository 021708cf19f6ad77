import numpy as np
import pandas as pd
import pytest

import lensim
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.exclude import exclude_wells, places_of
from lensim.tables.excluded_record import told_of_excluded


@pytest.fixture
def panel(tmp_path):
    rng = np.random.default_rng(1)
    rows = []
    for hours in (0, 72):
        for row, dose in enumerate([0, 0.01, 0.1, 1, 10]):
            for column in range(3):
                level = 200.0 if hours == 0 else 1000.0 / (1.0 + dose)
                signal = level * np.exp(0.02 * rng.standard_normal())
                rows.append(("P1", f"{'ABCDE'[row]}{column + 1}", "K562", 0 if hours == 0 else dose, signal, hours))
    path = tmp_path / "wells.csv"
    names = ["plate", "well", "cell_line", "dose_um", "signal", "time_h"]
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    return lensim.read.dose_response(path, time_zero={"time_h": 0})


def test_a_well_of_time_zero_is_excluded_by_its_task(panel):
    line = {"plate": "P1", "well": "A2", "reason": "tip"}
    with pytest.raises(InputError, match=r"wells of time zero and of others \(sample; time_zero\): say which in the"):
        exclude_wells(panel, pd.DataFrame([line]))
    left = exclude_wells(panel, pd.DataFrame([line | {"task": "time_zero"}]))
    assert left.sizes[v.TIME_ZERO] == panel.sizes[v.TIME_ZERO] - 1
    assert left.sizes[v.WELL] == panel.sizes[v.WELL]
    assert len(told_of_excluded(left)) == 1
    left = exclude_wells(panel, pd.DataFrame([line | {"task": "sample"}]))
    assert left.sizes[v.TIME_ZERO] == panel.sizes[v.TIME_ZERO]
    assert left.sizes[v.WELL] == panel.sizes[v.WELL] - 1
    assert places_of(left)[-1].columns["task"][0] == "time_zero"


def test_each_seeding_keeps_a_well_of_time_zero(panel):
    with pytest.raises(InputError, match="must leave at least one well of time zero"):
        exclude_wells(panel, pd.DataFrame([{"plate": "P1", "task": "time_zero", "reason": "fire"}]))
