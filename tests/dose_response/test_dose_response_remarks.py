import re

import numpy as np
import pytest
from flagged_panels import as_viability, panel

from lensim import vocabulary as v
from lensim.dose_response import assay
from lensim.dose_response.remarks import panel_remarks
from lensim.dose_response.worlds import simulate_panel
from lensim.dose_response.worlds.world import PanelWorld
from lensim.plate_faults import PlateFaults
from lensim.seeding import stream

NO_BLANKS = (
    "the data have no blank wells, so the background is taken as 0: signal that a plate gives without cells counts as "
    "cells that are left"
)


def test_a_clean_panel_has_no_remarks():
    assert panel_remarks(panel(1)) == ()


SEE = (
    "the IC50 is the dose of half the controls: see whether the controls had the vehicle, lie at the edge or on "
    "another plate, or whether the lowest doses act already or stimulate"
)


def test_controls_that_are_off_in_all_lines_are_told_once():
    _, data = simulate_panel(PanelWorld(controls_fold=0.6), stream(1, "off"))
    (said,) = (one for one in panel_remarks(data) if "controls" in one)
    assert re.fullmatch(r"controls (3[5-9]|4[0-5])% below the wells at the lowest doses, over all lines: " + SEE, said)


def test_controls_that_are_off_in_one_line_are_told_with_its_name():
    data = panel(1)
    line = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    factor = np.where((data[v.DOSE].to_numpy() == 0) & (line == 2), 0.5, 1.0)
    said = panel_remarks(data.assign({v.SIGNAL: data[v.SIGNAL] * factor}))
    assert said == (f"L2: the controls are off the wells at the lowest doses, and {SEE}",)


RISES = "the response rises with dose"


@pytest.mark.parametrize(
    ("rising", "end"), [(1, " where that of the other lines does not: "), (4, ", and the model is ")]
)
def test_a_line_that_rises_alone_is_no_column_of_the_other_kind(rising, end):
    data = as_viability(panel(1))
    line = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    turned = np.where(line < rising, 200.0 - data[v.VIABILITY].to_numpy(), data[v.VIABILITY].to_numpy())
    said = panel_remarks(data.assign({v.VIABILITY: (v.WELL, turned)}))
    names = ", ".join(f"L{k}" for k in range(rising))
    assert any(sentence.startswith(f"{names}: {RISES}{end}") for sentence in said), said


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
