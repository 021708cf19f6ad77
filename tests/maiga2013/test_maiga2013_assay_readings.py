"""What is read off simulated bioassays and cell cycles, against truths that leave no doubt."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from lensim.maiga2013.bioassay_twin import POPULATION as BIOASSAY
from lensim.maiga2013.cell_cycle_twin import POPULATION as CELL_CYCLE
from lensim.maiga2013.simulated import bioassay_twins, cell_cycle_twins
from lensim.maiga2013.worlds import parent_does_not_respond, variant_loses_half
from lensim.seeding import stream

FALSE_ALARM = 1e-6


def assert_mean(readings: np.ndarray, expected: float) -> None:
    """Null: readings of studies without other spread than counting scatter around the truth [percentage points]."""
    assert stats.ttest_1samp(readings, expected).pvalue > FALSE_ALARM
    assert stats.ttest_1samp(readings, expected + 0.5).pvalue < FALSE_ALARM  # the check can fail


@pytest.mark.parametrize(("mean", "lines"), [(4.0, 2), (-4.0, 0)])
def test_more_tnf_is_read_as_more(mean, lines):
    sure = replace(BIOASSAY, mu_log2_fold_change=mean, sigma_log2_fold_change=0.0, sd_biological_log10_tnf=0.0)
    found = bioassay_twins(
        20, stream(1, "bioassay"), replace(sure, log10_line_tnf_pg_per_ml={"KMS12-PE": 2, "XG-5": 2})
    )
    assert (found["tnf_activity_increased"] == lines).all()


def test_s_phases_are_read_as_they_are():
    found = cell_cycle_twins(200, stream(1, "cells"), replace(CELL_CYCLE, concentration=np.inf))
    assert_mean(found["lp1_s_phase_untreated_percent"], 51)
    assert_mean(found["lp1_s_phase_treated_percent"], 29)
    assert_mean(found["lp1_lr_s_phase_change_points"], 0)


def test_other_worlds_differ_in_one_thing():
    half = cell_cycle_twins(200, stream(2, "half"), replace(variant_loses_half(), concentration=np.inf))
    assert_mean(half["lp1_lr_s_phase_change_points"], -11)
    assert_mean(half["lp1_s_phase_change_points"], -22)
    none = cell_cycle_twins(200, stream(2, "none"), replace(parent_does_not_respond(), concentration=np.inf))
    assert_mean(none["lp1_s_phase_change_points"], 0)
