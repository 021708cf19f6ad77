from dataclasses import replace

import numpy as np

from lensim.qc.odd_wells import check_odd_wells
from tests.qc_runs import plate_of


def found_of(wells, check: str) -> dict:
    return {one.place: one for one in check_odd_wells(wells).findings if one.check == check}


def test_clean_plates_pass():
    assert check_odd_wells(plate_of(np.random.default_rng(1))).status == "pass"


def test_wells_at_the_end_of_a_reader():
    wells = plate_of(np.random.default_rng(1))
    capped = replace(wells, signal=np.where(wells.plate == 1, np.minimum(wells.signal, 1000.0), wells.signal))
    found = found_of(capped, "saturated wells")
    assert [place for place, one in found.items() if one.status == "look"] == ["plate 2"]
    assert found["plate 2"].reason.startswith("the highest number, 1000, is that of ")
    assert found_of(replace(wells, saturated=2), "saturated wells")["all plates"].value == 2.0


def test_counts_that_are_small_whole_numbers_are_no_end():
    wells = plate_of(np.random.default_rng(1))
    assert set(np.unique(np.rint(wells.signal / 200.0))) == {2.0, 3.0, 4.0, 5.0, 6.0, 7.0}
    assert check_odd_wells(replace(wells, signal=np.rint(wells.signal / 200.0))).findings[0].status == "pass"


def test_a_well_below_the_blanks_is_named():
    wells = plate_of(np.random.default_rng(1))
    signal = wells.signal.copy()
    signal[100] = 5.0
    found = found_of(replace(wells, signal=signal), "negative wells")["plate 2"]
    assert (found.status, found.value) == ("look", 1.0)
    assert found.reason.endswith(", the least that blanks explain: A5")


def test_percents_below_zero():
    wells = replace(plate_of(np.random.default_rng(1)), is_percent=True)
    signal = wells.signal.copy()
    signal[:8] = -20.0
    found = found_of(replace(wells, signal=signal), "negative wells")["plate 1"]
    assert found.reason == "below -10 percent of untreated: A1, A2, A3, A4, A5, A6 and 2 more"
