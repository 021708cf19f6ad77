"""The Methods as a table, and that what it calls used is what the twins are made of."""

from lensim.maiga2013.bioassay_twin import bioassay_design
from lensim.maiga2013.cell_cycle_twin import cell_cycle_design
from lensim.maiga2013.dose_response_twin import dose_response_design
from lensim.maiga2013.expression_twin import expression_design
from lensim.maiga2013.facts import number, span, text
from lensim.maiga2013.protocol import RECORD, USED, protocol_table
from lensim.maiga2013.selection_twin import published_schedule
from lensim.maiga2013.stated_methods import STATED_METHODS


def test_every_stated_number_of_the_methods_has_its_row():
    table = protocol_table().set_index("key")
    assert list(table.index) == [entry.key for entry in STATED_METHODS]
    assert set(USED) <= set(table.index)
    assert table.loc["qpcr_cycles", "stated"] == "40 cycles"
    assert table.loc["culture_glutamine_mm", "comment"].startswith(RECORD)
    assert not (table["comment"] == "").any()


def test_the_twins_are_made_of_what_is_called_used():
    reactions, wells = expression_design(), dose_response_design()
    assert reactions.experiments == number("qpcr_experiments")
    assert reactions.technical_replicates == number("qpcr_replicate_reactions")
    assert reactions.cycle_limit == number("qpcr_cycles")
    assert reactions.calibrator == text("qpcr_calibrator_line")
    assert text("qpcr_reference_gene") in reactions.references
    ends = span("qpcr_standard_curve_ng")
    assert (min(reactions.dilutions), max(reactions.dilutions)) == (ends.low, ends.high)
    assert len(reactions.dilutions) == number("qpcr_standard_curve_points")
    assert wells.replicates == number("proliferation_replicate_wells")
    assert wells.experiments == number("proliferation_experiments")
    plates, tubes = bioassay_design(), cell_cycle_design()
    ends = span("bioassay_calibration_pg_per_ml")
    assert (min(plates.standards_pg_per_ml), max(plates.standards_pg_per_ml)) == (ends.low, ends.high)
    assert tubes.experiments == number("cell_cycle_experiments_shown")
    assert published_schedule().last_dose_um == number("selection_maintenance_dose_um")
