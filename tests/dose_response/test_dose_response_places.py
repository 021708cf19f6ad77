"""What replicates tell of places on the plate, and when that is part of the model."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.assay import ASSAY
from lensim.dose_response.design import DoseResponseDesign, lay_out
from lensim.dose_response.places import (
    COLUMN,
    EDGE,
    ROW,
    doses_have_places,
    expected_shift,
    place_effects,
    place_in_words,
    places_of,
    shift_of,
)
from lensim.dose_response.worlds import simulate_panel
from lensim.dose_response.worlds.world import PanelWorld
from lensim.seeding import stream

BY_COLUMN = PanelWorld(plate_map="by_column", lines=4, experiments=3)
EDGES = replace(BY_COLUMN, edge_loss=0.15)
RANDOMISED = replace(EDGES, plate_map="randomised")


def wells(world: PanelWorld, seed: int = 1) -> xr.Dataset:
    return simulate_panel(world, stream(seed, "places"))[1]


def effects_of(data: xr.Dataset):
    places = places_of(data)
    return places, place_effects(places, np.log(data[v.SIGNAL].to_numpy()), 0.2)


def test_edge_wells_are_found_from_replicates():
    _, found = effects_of(wells(EDGES))
    assert found.mu_edge == pytest.approx(np.log(0.85), abs=4.0 * found.sd_mu_edge)
    assert found.sd_mu_edge < 0.06
    assert (found.covariance[:, EDGE, EDGE] < 0.06**2).all()


def test_rows_tell_how_large_a_gradient_along_columns_may_be():
    _, steep = effects_of(wells(replace(BY_COLUMN, sd_gradient=0.2)))
    _, flat = effects_of(wells(replace(BY_COLUMN, lines=12)))
    assert steep.gradient > 2.0 * flat.gradient
    assert (steep.covariance[:, COLUMN, COLUMN] > 1.5 * flat.covariance[:, COLUMN, COLUMN].mean()).all()
    assert (steep.covariance[:, COLUMN, COLUMN] > steep.covariance[:, ROW, ROW]).all()


def test_without_replicates_all_is_open_but_the_prior():
    data = wells(replace(BY_COLUMN, replicates=1))
    _, found = effects_of(data)
    np.testing.assert_allclose(found.mean, 0.0, atol=1e-9)
    assert found.sd_mu_edge == pytest.approx(0.2, rel=0.05)


def test_one_odd_well_is_not_taken_for_an_edge():
    data = wells(BY_COLUMN)
    signal = data[v.SIGNAL].to_numpy().copy()
    signal[0] *= 30.0
    before, after = effects_of(data)[1], effects_of(data.assign({v.SIGNAL: (v.WELL, signal)}))[1]
    np.testing.assert_allclose(after.mean, before.mean, atol=0.03)


def test_what_plates_have_in_common_is_part_of_the_doubt():
    _, found = effects_of(wells(BY_COLUMN))
    common = found.shared @ found.shared.transpose(0, 2, 1)
    assert (np.linalg.eigvalsh(found.covariance - common) > -1e-6).all()


@pytest.mark.parametrize("seed", range(20))
def test_randomised_wells_are_not_in_order(seed):
    for lines, experiments, doses in ((6, 3, (0.0, 0.1, 1.0, 10.0)), (1, 1, (0.0, 0.1, 1.0, 10.0)), (2, 2, (0.0, 1.0))):
        design = DoseResponseDesign([f"L{k}" for k in range(lines)], ["g"] * lines, doses, experiments=experiments)
        assert not doses_have_places(places_of(lay_out(design, stream(seed, "map"))))


@pytest.mark.parametrize(("replicates", "lines"), [(3, 4), (2, 1), (1, 2), (6, 2)])
def test_a_column_for_each_dose_is_in_order(replicates, lines):
    world = replace(BY_COLUMN, replicates=replicates, lines=lines, experiments=1)
    assert doses_have_places(places_of(wells(world)))


def test_a_few_wells_have_no_order():
    world = replace(BY_COLUMN, replicates=1, lines=1, experiments=1)
    assert not doses_have_places(places_of(wells(world)))


def test_controls_on_both_sides_are_in_order_at_the_edge():
    data = wells(EDGES)
    row, column, dose = (data[name].to_numpy() for name in (v.PLATE_ROW, v.PLATE_COLUMN, v.DOSE))
    both = np.where((dose == 0) & (row % 2 == 1), 11, column)
    assert doses_have_places(places_of(data.assign({v.PLATE_COLUMN: (v.WELL, both)})))


def test_a_shift_is_that_of_doses_against_controls():
    data = wells(replace(EDGES, lines=12))
    places, found = effects_of(data)
    size = expected_shift(places, found, data[v.LINE_OF_CULTURE].to_numpy())
    assert size == pytest.approx(0.15, abs=0.05)  # controls lie at the edge, most doses do not


@pytest.mark.parametrize(
    ("world", "model"),
    [
        (EDGES, "dose_response_plate_position"),
        (replace(EDGES, lines=1), "dose_response_separate_plate_position"),
        (RANDOMISED, "dose_response_hierarchical"),
        (replace(RANDOMISED, lines=1), "dose_response_separate"),
        (replace(EDGES, as_percent=True), "dose_response_hierarchical_normalised"),
    ],
)
def test_the_model_has_places_where_doses_have_theirs(world, model):
    assert ASSAY.default_model(wells(world)) == model


def test_the_model_has_no_places_where_no_position_is_known():
    data = wells(EDGES).drop_vars([v.PLATE_ROW, v.PLATE_COLUMN])
    assert shift_of(data) is None
    assert ASSAY.default_model(data) == "dose_response_hierarchical"
    gone = wells(EDGES)
    lost = gone.assign({v.PLATE_ROW: gone[v.PLATE_ROW].where(gone[v.DOSE] > 0)})
    assert places_of(lost) is None


def test_the_reason_says_what_places_do_and_how_to_leave_them_out():
    data = wells(EDGES)
    shift = shift_of(data)
    size, edge = f"{100 * shift.size:.0f}", f"{-100 * np.expm1(shift.effects.mu_edge):.0f}"
    assert ASSAY.model_reason(data) == (
        "model dose_response_plate_position, chosen because there are 4 lines or conditions: each borrows from the "
        "others what its own wells leave open; the model dose_response_separate_plate_position fits each on its own; "
        f"doses have places of their own on the plates, which may move a response by {size}% (edge wells give {edge}% "
        "less than the inner ones), so places are in the model; the model dose_response_hierarchical leaves them out"
    )
    one = wells(replace(BY_COLUMN, lines=1))
    assert ASSAY.model_reason(one).startswith(
        "model dose_response_separate_plate_position, chosen because there is one line, which has none to be pooled "
        "with; doses have places of their own on the plates, which may move a response by "
    )
    assert ASSAY.model_reason(one).endswith(
        "so places are in the model; the model dose_response_separate leaves them out"
    )


def test_an_edge_that_gives_more_is_told_as_such():
    data = wells(BY_COLUMN)
    row, column = data[v.PLATE_ROW].to_numpy(), data[v.PLATE_COLUMN].to_numpy()
    factor = np.where((row == 0) | (row == 7) | (column == 0) | (column == 11), 1.3, 1.0)
    assert "% more than the inner ones)" in place_in_words(shift_of(data.assign({v.SIGNAL: data[v.SIGNAL] * factor})))
