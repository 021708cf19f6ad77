"""The words of every Dataset: names are used once, and each Dataset says of which assay it is."""

import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.design import lay_out as lay_out_bioassay
from lensim.bioassay.simulate import one_study as one_bioassay
from lensim.bioassay.simulate import simulate as simulate_bioassay
from lensim.bioassay.truth import USUAL_FAULTS
from lensim.cell_cycle.design import lay_out as lay_out_tubes
from lensim.cell_cycle.gated import gate_study
from lensim.cell_cycle.simulate import one_study as one_cell_cycle
from lensim.cell_cycle.simulate import simulate as simulate_tubes
from lensim.cell_cycle.simulate import simulate_events
from lensim.cell_cycle.truth import Cytometer
from lensim.cell_cycle.truth import draw_truth as draw_phases
from lensim.dose_response import NO_FAULTS, DoseResponsePopulation, draw_truth, lay_out, one_study, simulate
from lensim.expression.design import lay_out as lay_out_reactions
from lensim.expression.pairs import pairs_of
from lensim.expression.simulate import one_study as one_expression
from lensim.expression.simulate import simulate as simulate_reactions
from lensim.expression.truth import ReactionFaults
from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin
from lensim.maiga2013.cell_cycle_twin import POPULATION, cell_cycle_design
from lensim.maiga2013.dose_response_twin import dose_response_design, draw_twin
from lensim.maiga2013.expression_twin import draw_expression_twin, expression_design
from lensim.maiga2013.selection_twin import CLONES as CLONE_PAIR
from lensim.maiga2013.selection_twin import published_schedule
from lensim.seeding import stream
from lensim.selection.design import Culture
from lensim.selection.design import lay_out as lay_out_selection
from lensim.selection.simulate import expected, simulate_chunks
from lensim.selection.simulate import simulate as simulate_selection
from lensim.selection.truth import truth_of

RNG = stream(1, "vocabulary")


def dose_response() -> list[xr.Dataset]:
    sheet = lay_out(dose_response_design(1), RNG)
    truth = draw_truth(DoseResponsePopulation(), sheet, RNG, 2)
    data = simulate(sheet, truth, NO_FAULTS, RNG)
    return [sheet, truth, draw_twin(sheet, RNG), data, one_study(data, 1), data.isel({v.STUDY: 0})]


def expression_() -> list[xr.Dataset]:
    sheet = lay_out_reactions(expression_design())
    truth = draw_expression_twin(sheet, RNG, 2, as_stated=False)
    data = simulate_reactions(sheet, truth, ReactionFaults(), RNG)
    return [sheet, truth, data, one_expression(data, 1), data.isel({v.STUDY: 0}), pairs_of(data)]


def bioassay_() -> list[xr.Dataset]:
    sheet = lay_out_bioassay(bioassay_design())
    truth = draw_bioassay_twin(sheet, RNG, 2, as_stated=False)
    data = simulate_bioassay(sheet, truth, USUAL_FAULTS, RNG)
    return [sheet, truth, data, one_bioassay(data, 1), data.isel({v.STUDY: 0})]


def cell_cycle_() -> list[xr.Dataset]:
    sheet = lay_out_tubes(cell_cycle_design())
    truth = draw_phases(POPULATION, sheet, RNG, 2)
    data = simulate_tubes(sheet, truth, Cytometer(), RNG)
    events = simulate_events(sheet, truth, Cytometer(), RNG)
    return [sheet, truth, data, one_cell_cycle(data, 1), data.isel({v.STUDY: 0}), events, gate_study(events).data]


def selection_() -> list[xr.Dataset]:
    sheet, truth = lay_out_selection(published_schedule(), Culture()), truth_of(CLONE_PAIR, 2)
    data = simulate_selection(sheet, truth, RNG)
    return [sheet, truth, data, data.isel({v.STUDY: 0}), expected(sheet, truth), simulate_chunks(sheet, truth, 1)]


@pytest.mark.parametrize(
    ("assay", "make"),
    [
        (v.DOSE_RESPONSE, dose_response),
        (v.EXPRESSION, expression_),
        (v.BIOASSAY, bioassay_),
        (v.CELL_CYCLE, cell_cycle_),
        (v.SELECTION, selection_),
    ],
)
def test_sheet_truth_and_data_say_of_which_assay_they_are(assay, make):
    assert [found.attrs.get(v.ASSAY) for found in make()] == [assay] * len(make())


def test_each_name_is_given_once():
    names = {key: value for key, value in vars(v).items() if key.isupper() and isinstance(value, str)}
    assert len(set(names.values())) == len(names)
    assert set(v.UNITS) <= set(names.values())
