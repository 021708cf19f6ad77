from dataclasses import replace

import numpy as np
import pytest

from lensim.qc.plate_places import check_drift, check_places
from tests.qc_runs import plate_of


def test_clean_plates_pass():
    wells = plate_of(np.random.default_rng(1))
    assert check_places(wells).status == check_drift(wells).status == "pass"
    assert {one.check for one in check_drift(wells).findings} == {"drift between plates", "plate level"}


@pytest.mark.parametrize(("edge", "status"), [(-0.15, "look"), (-0.4, "fail")])
def test_an_edge_is_found_with_its_size(edge, status):
    found = [one for one in check_places(plate_of(np.random.default_rng(1), edge=edge)).findings if one.check == "edge"]
    assert len(found) == 7
    assert found[0].place == "mean of 6 plates"
    assert found[0].status == status
    off = f"{found[0].value:+.0f}%"
    assert (
        found[0].effect
        == f"wells there are off by {off}: doses that are laid along it show an effect that is not there"
    )
    assert found[0].low < 100.0 * np.expm1(edge) < found[0].high


def test_a_gradient_is_told_from_end_to_end():
    found = check_places(plate_of(np.random.default_rng(1), row=0.15)).findings
    (mean,) = [one for one in found if one.check == "gradient of rows" and one.place.startswith("mean")]
    assert mean.status == "fail"
    assert mean.value == pytest.approx(100.0 * np.expm1(0.3), abs=5.0)
    assert {one.status for one in found if one.check == "gradient of columns"} == {"pass"}


def test_a_drift_and_a_plate_far_off():
    wells = plate_of(np.random.default_rng(1))
    drifted = replace(wells, signal=50.0 + (wells.signal - 50.0) * np.exp(-0.15 * wells.plate))
    found = {one.check: one for one in check_drift(drifted).findings}
    assert found["drift between plates"].status == "look"
    assert found["drift between plates"].value == pytest.approx(100.0 * np.expm1(-0.75), abs=8.0)
    far = replace(wells, signal=np.where(wells.plate == 2, 50.0 + 0.2 * (wells.signal - 50.0), wells.signal))
    assert [one.place for one in check_drift(far).findings if one.check == "plate level" and one.status == "look"] == [
        "plate 3"
    ]


def test_what_plates_lack_is_said():
    wells = plate_of(np.random.default_rng(1), plates=2)
    assert check_drift(wells).not_checked == ("drift between plates: fewer than 4 plates share lines",)
    assert check_drift(replace(wells, is_percent=True)).not_checked == ("drift between plates: percents have no level",)
    nowhere = np.empty(0, dtype=int)
    assert check_places(replace(wells, row=nowhere, column=nowhere)).not_checked == (
        "edge and gradients: wells have no places like B7 or 19",
    )


def test_a_gradient_of_one_plate_of_three_is_told_of_that_plate():
    wells = plate_of(np.random.default_rng(1), plates=3)
    own, signal = wells.plate == 1, wells.signal.copy()
    signal[own] = 50.0 + (signal[own] - 50.0) * np.exp(0.2 * (2 * wells.row[own] / 7 - 1))
    odd = [one for one in check_places(replace(wells, signal=signal)).findings if one.status != "pass"]
    assert [(one.check, one.place, one.status) for one in odd] == [("gradient of rows", "plate 2", "fail")]
    assert odd[0].low < 100.0 * np.expm1(0.4) < odd[0].high


@pytest.mark.parametrize("gradient", [0.0, 0.3])
def test_where_each_column_has_one_dose_a_gradient_of_columns_is_not_told(gradient):
    wells = plate_of(np.random.default_rng(1), plates=3)
    dose = np.where(wells.column == 0, 0.0, 10.0 ** (wells.column - 8.0))
    noise = np.exp(0.08 * np.random.default_rng(2).standard_normal(len(dose)))
    signal = 50.0 + 1000.0 / (1.0 + dose) * noise * np.exp(gradient * (2 * wells.column / 11 - 1))
    found = check_places(replace(wells, dose_um=dose, signal=signal))
    assert found.status == "pass"
    assert {one.check for one in found.findings} == {"edge", "gradient of rows"}
    assert found.not_checked == (
        "gradient of columns: wells of one culture and dose lie in one column, so it cannot be told from the effect of "
        "the dose (all plates)",
    )


def test_what_the_layout_moves_together_is_told_of_neither():
    """Of each dose one well at the left edge and one in the middle."""
    wells = plate_of(np.random.default_rng(1), plates=1)
    kept = np.flatnonzero(((wells.column == 0) | (wells.column == 5)) & (wells.row > 0) & (wells.row < 7))
    names = ("signal", "dose_um", "plate", "line", "culture", "experiment", "compound", "name", "row", "column")
    part = replace(wells, **{name: getattr(wells, name)[kept] for name in names})
    part = replace(part, dose_um=1e-6 * (1.0 + part.row))
    found = check_places(part)
    assert found.findings == ()
    assert any("edge and gradient of columns: wells of one culture and dose lie so" in one for one in found.not_checked)


def test_wells_too_few_for_a_gradient_give_no_pass():
    wells = plate_of(np.random.default_rng(1), plates=1, sd=1.0)
    found = check_places(wells)
    assert all(one.high < 150.0 for one in found.findings)
    assert any("too few wells of one culture and dose to tell it within 50%" in one for one in found.not_checked)
