"""Posterior calibration of many fits from ratios: how often a right fit is believed, and a narrow one is not.

Null: a right fit is believed in at least 95% of studies.
"""

import pytest
import xarray as xr
from scipy import stats

import lensim
from lensim.calibrate.run import calibrate
from tests.calibrate.test_calibrate_run import ratios, shrunk

pytestmark = pytest.mark.calibrate

FALSE_ALARM = 1e-6
STUDIES = 100
SIMULATIONS = 50
SHARE = 0.4
"""Of their width that draws of a narrow fit have."""


def test_right_fits_are_believed_and_narrow_ones_are_not():
    believed, narrow_ones = 0, 0
    for study in range(STUDIES):
        tree = lensim.fit(ratios(study + 1), seed=study + 1).tree
        believed += bool(calibrate(tree, simulations=SIMULATIONS).judged.is_believable)
        tree["posterior"] = xr.DataTree(shrunk(tree["posterior"].to_dataset(), SHARE))
        narrow_ones += bool(calibrate(tree, simulations=SIMULATIONS).judged.is_believable)
    print(f"believed: {believed} of {STUDIES} right fits, {narrow_ones} of those of {SHARE} times their width")
    assert stats.binomtest(believed, STUDIES, 0.95, alternative="less").pvalue > FALSE_ALARM
    assert stats.binomtest(narrow_ones, STUDIES, 0.5, alternative="less").pvalue < FALSE_ALARM
