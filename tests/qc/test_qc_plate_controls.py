from dataclasses import replace

import numpy as np
import pytest

from lensim.qc.plate_controls import check_controls, check_plateau
from tests.qc_runs import plate_of


def statuses(wells, check: str) -> set:
    return {
        one.status for one in (*check_controls(wells).findings, *check_plateau(wells).findings) if one.check == check
    }


def test_clean_plates_pass():
    wells = plate_of(np.random.default_rng(1))
    found = check_controls(wells)
    assert found.status == "pass"
    assert found.not_checked == ()
    z_prime = found.findings[0]
    assert (z_prime.check, z_prime.place) == ("Z'", "typical of 6 cultures")
    assert z_prime.value == pytest.approx(1.0 - 3.0 * (0.08 * 1000.0 + 0.05 * 50.0) / 1000.0, abs=0.06)
    assert check_plateau(wells).status == "pass"


@pytest.mark.parametrize(("sd", "status"), [(0.3, "look"), (0.6, "fail")])
def test_spread_wells_are_told(sd, status):
    wells = plate_of(np.random.default_rng(1), sd=sd)
    assert status in statuses(wells, "Z'")
    assert status in statuses(wells, "CV of untreated")
    assert {one.effect for one in check_controls(wells).findings if one.check == "CV of untreated"} >= {
        "the untreated level, and so each percent, is uncertain by the CV over the root of the number of wells"
    }


def test_a_signal_near_the_background():
    wells = plate_of(np.random.default_rng(1))
    assert statuses(replace(wells, blank=wells.blank * 10.0), "signal to background") == {"look"}
    assert statuses(replace(wells, blank=wells.blank * 100.0), "Z'") == {"fail"}


def test_untreated_wells_below_the_plateau():
    wells = plate_of(np.random.default_rng(1))
    low = replace(wells, signal=np.where(wells.dose_um == 0.0, 50.0 + 0.6 * (wells.signal - 50.0), wells.signal))
    found = check_plateau(low).findings
    assert {one.status for one in found} == {"fail"}
    assert found[0].place.startswith("mean of ")
    assert found[0].value == pytest.approx(-35.0, abs=5.0)


def test_percents_have_no_window():
    wells = plate_of(np.random.default_rng(1))
    assert check_controls(
        replace(wells, is_percent=True, blank=np.empty(0), plate_of_blank=np.empty(0))
    ).not_checked == ("Z' and signal to background: percents have no background",)
    few = replace(wells, dose_um=np.where(np.arange(len(wells.dose_um)) % 96 > 1, 1.0, wells.dose_um))
    assert check_controls(few).not_checked[0] == "untreated wells: 6 cultures have fewer than 3"
    assert check_plateau(few).not_checked == (
        "plateau: no culture has three doses, of which the lowest two do the same, beside untreated wells",
    )
