"""Studies of the simulators: of clean ones few cry, and faults that are planted are found."""

import numpy as np
import pytest
from scipy.stats import binomtest

import lensim
from lensim import seeding
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response import DoseResponseDesign, lay_out
from lensim.dose_response import draw_truth as draw_panel
from lensim.dose_response import one_study as one_panel
from lensim.dose_response import simulate as simulate_panel
from lensim.expression.design import ExpressionDesign
from lensim.expression.design import lay_out as lay_out_run
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import NO_FAULTS, ExpressionPopulation, ReactionFaults, draw_truth
from lensim.maiga2013.dose_response_twin import PAPER_POPULATION
from lensim.plate_faults import NO_FAULTS as NO_PLATE_FAULTS
from lensim.plate_faults import PlateFaults
from lensim.qc.study import check_study

FALSE_ALARM = 1e-6
RUNS = 40


def runs(faults: ReactionFaults) -> list:
    design = ExpressionDesign(
        [f"s{k}" for k in range(6)], ["donor"] * 6, ("TNF", "CXCL8"), ("R1", "R2"), technical_replicates=3
    )
    sheet = lay_out_run(design)
    truth = draw_truth(ExpressionPopulation(), sheet, seeding.stream(1, "truth"), RUNS)
    batch = simulate(sheet, truth, faults, seeding.stream(1, "machine"))
    return [one_study(batch, k) for k in range(RUNS)]


def panels(faults: PlateFaults) -> list:
    design = DoseResponseDesign([f"L{k}" for k in range(9)], ["all"] * 9, blanks_per_plate=6)
    sheet = lay_out(design, seeding.stream(1, "sheet"))
    truth = draw_panel(PAPER_POPULATION, sheet, seeding.stream(1, "truth"), RUNS)
    batch = simulate_panel(sheet, truth, faults, seeding.stream(1, "machine"))
    return [one_panel(batch, k) for k in range(RUNS)]


def cries(studies: list) -> dict[str, int]:
    """In how many studies a check does not pass."""
    counts: dict[str, int] = {}
    for data in studies:
        found = check_study(data)
        for check in {one.check for one in found.findings}:
            own = any(one.status != "pass" for one in found.findings if one.check == check)
            counts[check] = counts.get(check, 0) + own
    return counts


@pytest.mark.parametrize("studies", [lambda: runs(NO_FAULTS), lambda: panels(NO_PLATE_FAULTS)], ids=["run", "panel"])
def test_clean_studies_cry_in_at_most_one_of_twenty(studies):
    for check, number in cries(studies()).items():
        assert binomtest(number, RUNS, 0.05, alternative="greater").pvalue > FALSE_ALARM, check


def test_contamination_and_outlying_wells_are_found():
    assert cries(runs(ReactionFaults(0.0, 0.0, 0.0, 1.0, 300.0)))["no-template margin"] == RUNS
    assert cries(runs(ReactionFaults(0.05, 2.0, 0.0, 0.0, 0.0)))["outlying well"] == RUNS


def test_edges_of_plates_are_found():
    assert cries(panels(PlateFaults(mean_edge_log_loss=0.25)))["edge"] == RUNS


def test_other_assays_are_refused():
    _, data = lensim.simulate.cell_cycle(seed=1)
    with pytest.raises(InputError, match="run QC needs wells of dose-response or Cts of RT-qPCR, got cell_cycle"):
        check_study(data)


def test_percents_are_checked_too():
    _, data = lensim.simulate.dose_response(seed=1)
    percent = data.drop_vars([v.SIGNAL, v.BLANK_SIGNAL, v.PLATE_OF_BLANK]).assign(
        {v.VIABILITY: (v.WELL, 100.0 * data[v.SIGNAL].to_numpy() / np.median(data[v.SIGNAL]))}
    )
    assert "drift between plates: percents have no level" in check_study(percent).not_checked
