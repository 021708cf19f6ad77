import numpy as np
from flagged_panels import changed, panel

from lensim import vocabulary as v
from lensim.dose_response import assay
from lensim.dose_response.remarks import panel_remarks
from lensim.plate_faults import PlateFaults

NO_BLANKS = (
    "the data have no blank wells, so the background is taken as 0: signal that a plate gives without cells counts as "
    "cells that are left"
)


def test_a_clean_panel_has_no_remarks():
    assert panel_remarks(panel(1)) == ()


def test_remarks_name_the_lines_and_what_to_look_at():
    low_controls = changed(panel(1), lambda dose: np.where(dose == 0, 0.6, 1.0))
    assert panel_remarks(low_controls) == (
        "L0, L1, L2, L3: the controls are off the wells at the lowest doses, and the IC50 is the dose of half the "
        "controls: see whether the controls had the vehicle, lie at the edge or on another plate, or whether low doses "
        "stimulate",
    )


def test_what_is_assumed_without_blanks_is_told():
    data = panel(1)
    assert panel_remarks(data.isel({v.BLANK: slice(0, 0)})) == (NO_BLANKS,)


def test_notes_before_a_fit_are_those_of_the_reader_and_of_the_wells():
    data = panel(1).isel({v.BLANK: slice(0, 0)}).assign_attrs({v.NOTES: "doses were given in nM"})
    assert assay.ASSAY.notes(data) == ("doses were given in nM", NO_BLANKS)


def test_a_map_in_which_doses_have_places_of_their_own_is_told():
    assert panel_remarks(panel(1, plate_map="by_column")) == (
        "doses have places of their own on the plates: a fault of the same wells on every plate looks like an effect "
        "of the dose, and no model tells them apart; wells that are randomised, or every other plate turned round, do",
    )


def test_edge_wells_are_told_with_the_models_that_have_a_term_for_them():
    faults = PlateFaults(
        mean_edge_log_loss=0.3, sd_edge_log_loss=0.0, sd_row_log_gradient=0.0, sd_column_log_gradient=0.0
    )
    (said,) = panel_remarks(panel(1, faults=faults))
    assert said.endswith(
        "% below the inner ones, over all plates: an IC50 moves where edge wells are of some doses alone; the models "
        "dose_response_plate_position and dose_response_separate_plate_position have a term for the edge"
    )
