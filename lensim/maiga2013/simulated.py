"""Whole studies simulated and read as the laboratory would."""

from typing import Final

import numpy as np

from lensim.bioassay.design import lay_out as lay_out_bioassay
from lensim.bioassay.simulate import simulate as simulate_bioassay
from lensim.bioassay.truth import USUAL_FAULTS as BIOASSAY_FAULTS
from lensim.bioassay.truth import BioassayPopulation
from lensim.cell_cycle.design import lay_out as lay_out_tubes
from lensim.cell_cycle.simulate import simulate as simulate_tubes
from lensim.cell_cycle.truth import CellCyclePopulation, Cytometer
from lensim.cell_cycle.truth import draw_truth as draw_phases
from lensim.dose_response import PlateFaults
from lensim.dose_response import lay_out as lay_out_panel
from lensim.dose_response import simulate as simulate_panel
from lensim.dose_response.truth import DoseResponsePopulation, draw_truth
from lensim.expression.design import lay_out
from lensim.expression.pairs import PairSettings, pairs_of
from lensim.expression.simulate import simulate
from lensim.expression.truth import ExpressionPopulation, ReactionFaults
from lensim.maiga2013.assay_readings import bioassay_readings, cell_cycle_readings
from lensim.maiga2013.bioassay_twin import POPULATION as BIOASSAY_POPULATION
from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin
from lensim.maiga2013.cell_cycle_twin import POPULATION as CELL_CYCLE_POPULATION
from lensim.maiga2013.cell_cycle_twin import cell_cycle_design
from lensim.maiga2013.dose_response_twin import dose_response_design
from lensim.maiga2013.expression_twin import ABSENT, AS_STATED, World, draw_expression_twin, expression_design
from lensim.maiga2013.populations import DOSE_RESPONSE, EXPRESSION
from lensim.maiga2013.readings import change_readings, level_readings, panel_readings
from lensim.maiga2013.statements import expression_statements

BATCH: Final = 100


def panel_twins(
    studies: int, rng: np.random.Generator, population: DoseResponsePopulation = DOSE_RESPONSE
) -> dict[str, np.ndarray]:
    """Readings (study) of simulated panels of new lines, drawn without regard to the published calls."""
    sheet = lay_out_panel(dose_response_design(), rng)
    found = []
    for size in _batches(studies):
        truth = draw_truth(population, sheet, rng, size)
        found.append(panel_readings(simulate_panel(sheet, truth, PlateFaults(), rng)))
    return _joined(found)


def study_twins(
    studies: int, rng: np.random.Generator, population: ExpressionPopulation = EXPRESSION, world: World = AS_STATED
) -> dict[str, np.ndarray]:
    """Readings (study) of simulated RT-qPCR studies of new lines, patients and stromal cultures.

    Beside what `readings` reads off, whether each statement about expression could be made; see `statements`.
    """
    sheet = lay_out(expression_design())
    found = []
    for size in _batches(studies):
        truth = draw_expression_twin(sheet, rng, size, population, world, as_stated=False)
        data = simulate(sheet, truth, ReactionFaults(), rng)
        pairs = pairs_of(data, PairSettings("plug_in"))
        found.append(change_readings(pairs, ABSENT) | level_readings(data, ABSENT) | expression_statements(data, pairs))
    return _joined(found)


def bioassay_twins(
    studies: int, rng: np.random.Generator, population: BioassayPopulation = BIOASSAY_POPULATION
) -> dict[str, np.ndarray]:
    """Readings (study) of simulated bioassays of KMS12-PE and XG-5."""
    sheet = lay_out_bioassay(bioassay_design())
    truth = draw_bioassay_twin(sheet, rng, studies, population, as_stated=False)
    return bioassay_readings(simulate_bioassay(sheet, truth, BIOASSAY_FAULTS, rng))


def cell_cycle_twins(
    studies: int, rng: np.random.Generator, population: CellCyclePopulation = CELL_CYCLE_POPULATION
) -> dict[str, np.ndarray]:
    """Readings (study) of simulated cell cycles of LP-1 and LP1-LR, one experiment each as in the paper."""
    sheet = lay_out_tubes(cell_cycle_design())
    truth = draw_phases(population, sheet, rng, studies)
    return cell_cycle_readings(simulate_tubes(sheet, truth, Cytometer(), rng))


def _batches(studies: int) -> list[int]:
    return [min(BATCH, studies - start) for start in range(0, studies, BATCH)]


def _joined(found: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([one[name] for one in found]) for name in found[0]}
