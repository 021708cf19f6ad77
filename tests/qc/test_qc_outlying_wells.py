from dataclasses import replace

import numpy as np
import pytest

from lensim.qc.outlying_wells import check_outlying
from tests.qc_runs import plate_of


def with_signal(wells, at, fold):
    signal = wells.signal.copy()
    signal[at] = 50.0 + fold * (signal[at] - 50.0)
    return replace(wells, signal=signal)


def test_clean_wells_pass():
    [found] = check_outlying(plate_of(np.random.default_rng(1))).findings
    assert (found.status, found.value) == ("pass", 0.0)


@pytest.mark.parametrize("fold", [0.0, 0.2, 5.0])
def test_a_well_far_from_its_replicates_is_named(fold):
    wells = plate_of(np.random.default_rng(1))
    [found] = check_outlying(with_signal(wells, 100, fold)).findings
    assert (found.status, found.wells) == ("look", (100,))
    assert found.place.startswith(f"plate 2 {wells.name[100]}, K562, ")


def test_an_edge_of_a_plate_is_no_outlying_well():
    assert check_outlying(plate_of(np.random.default_rng(1), edge=-0.7)).status == "pass"


def test_of_two_replicates_both_are_named():
    wells = plate_of(np.random.default_rng(1))
    pairs = np.repeat(np.arange(48.0), 2) + 1.0  # each dose twice on a plate
    wells = replace(wells, dose_um=np.tile(pairs / 1e6, 6), signal=np.full(576, 1000.0))
    wells = replace(wells, signal=wells.signal * np.exp(0.08 * np.random.default_rng(2).standard_normal(576)))
    [found] = check_outlying(with_signal(wells, 10, 0.1)).findings
    assert found.wells == (10, 11)
    assert "they do not tell which is off" in found.reason


def test_wells_without_replicates_are_not_checked():
    wells = plate_of(np.random.default_rng(1))
    alone = replace(wells, dose_um=np.arange(len(wells.signal)) / 1e9 + 1e-9)
    assert check_outlying(alone).not_checked == ("outlying wells: no two wells of a culture have one dose",)


def test_percents_without_untreated_wells_have_no_outlying_well_near_zero():
    wells = plate_of(np.random.default_rng(1))
    treated = wells.dose_um > 0.0
    own = {
        name: getattr(wells, name)[treated]
        for name in ("dose_um", "plate", "line", "culture", "experiment", "compound", "name")
    }
    signal = 100.0 * wells.signal[treated] / 5000.0
    of_one = (own["plate"] == 0) & (own["dose_um"] == own["dose_um"].max())
    signal[np.flatnonzero(of_one)[:2]] = [0.1, 2.0]
    signal[np.flatnonzero(of_one)[2:]] = 0.6
    nowhere = np.empty(0, dtype=int)
    wells = replace(wells, **own, signal=signal, is_percent=True, row=nowhere, column=nowhere)
    assert not {at for one in check_outlying(wells).findings for at in one.wells} & set(np.flatnonzero(of_one))


def test_a_place_has_the_unit_of_doses_and_the_names_that_there_are():
    wells = with_signal(plate_of(np.random.default_rng(1)), 100, 0.2)
    wells = replace(wells, dose_unit="U/ml", name=np.full(len(wells.signal), "", dtype=object))
    [found] = check_outlying(wells).findings
    assert found.place.startswith("plate 2, K562, ")
    assert found.place.endswith(" U/ml")
