import numpy as np
from flagged_panels import changed, panel

from lensim import vocabulary as v
from lensim.dose_response import assay
from lensim.dose_response.remarks import panel_remarks

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
