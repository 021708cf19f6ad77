"""Simulated data and the truth behind them, one function an assay: `truth, data = lensim.simulate.expression(seed=1)`.

Without a design each gives the twin of that assay in Maïga et al. (2013), the same numbers as `lensim simulate` at the
same seed. Truth and data have the same names of variables; both carry attrs["assay"].
"""

from typing import TYPE_CHECKING, Any, Final

import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.arguments import checked
from lensim.assay import assay_names, find_assay

if TYPE_CHECKING:
    from lensim.bioassay.design import BioassayDesign
    from lensim.bioassay.truth import BioassayPopulation
    from lensim.cell_cycle.design import CellCycleDesign
    from lensim.cell_cycle.truth import CellCyclePopulation, Cytometer
    from lensim.dose_response.design import DoseResponseDesign
    from lensim.dose_response.simulate_growth import GrowthDesign
    from lensim.dose_response.truth import DoseResponsePopulation
    from lensim.expression.design import ExpressionDesign
    from lensim.expression.truth import ExpressionPopulation, ReactionFaults
    from lensim.plate_faults import PlateFaults

__all__ = ["bioassay", "cell_cycle", "cell_cycle_events", "dose_response", "expression"]

Simulated = tuple[xr.Dataset, xr.Dataset]

CELL_CYCLE_EXPERIMENTS: Final = 3
"""Of a cell cycle without a design: the paper shows one, from which no spread between experiments can be learned."""


@checked
def dose_response(
    design: "DoseResponseDesign | None" = None,
    population: "DoseResponsePopulation | None" = None,
    faults: "PlateFaults | None" = None,
    *,
    growth: "GrowthDesign | None" = None,
    seed: int = 1,
) -> Simulated:
    """Signals of the wells of a panel.

    Parameters
    ----------
    design
        Lines, doses, plates; the 23 lines of the paper where not given.
    population
        Where lines, cultures and plates are drawn from. Without it, a design of the paper's lines gives each its
        published call, and any other design takes the population of the paper.
    faults
        Of plates; the usual ones where not given, `NO_FAULTS` for none.
    growth
        Wells of time zero, and how lines grow (`lensim.dose_response.simulate_growth.GrowthDesign`); none where not
        given. The signal is then no count a minute: a design needs counting_minutes=inf, and the paper's has it.
    seed
        Root seed.

    Returns
    -------
    tuple of xarray.Dataset
        Truth, data.

    Raises
    ------
    InputError
        If the design does not suit the population.

    Examples
    --------
    >>> truth, data = lensim.simulate.dose_response(DoseResponseDesign(["a", "b"], ["g", "g"]), seed=1)
    """
    from dataclasses import replace
    from math import inf

    from lensim.dose_response import PlateFaults, draw_truth, lay_out, one_study, simulate
    from lensim.maiga2013.dose_response_twin import PAPER_POPULATION, dose_response_design, draw_twin
    from lensim.maiga2013.lines import CELL_LINES

    usual = dose_response_design() if growth is None else replace(dose_response_design(), counting_minutes=inf)
    sheet = lay_out(design or usual, seeding.stream(seed, "sheet"))
    rng = seeding.stream(seed, "truth")
    if population is None and set(sheet[v.CELL_LINE].to_numpy()) <= set(CELL_LINES):
        truth = draw_twin(sheet, rng)
    else:
        truth = draw_truth(population or PAPER_POPULATION, sheet, rng)
    batch = simulate(sheet, truth, faults or PlateFaults(), seeding.stream(seed, "machine"))
    truth, data = _told(truth, one_study(batch, 0), "dose_response")
    if growth is None:
        return truth, data
    from lensim.dose_response.simulate_growth import with_simulated_growth

    return with_simulated_growth(truth, data, growth, seeding.stream(seed, "growth"))


@checked
def expression(
    design: "ExpressionDesign | None" = None,
    population: "ExpressionPopulation | None" = None,
    faults: "ReactionFaults | None" = None,
    *,
    seed: int = 1,
) -> Simulated:
    """Ct, or none, of every reaction of an RT-qPCR study; parameters and errors as for `dose_response`.

    Examples
    --------
    >>> design = ExpressionDesign(("s1", "s2", "s3"), ("donor",) * 3, experiments=3)
    >>> truth, data = lensim.simulate.expression(design, seed=1)
    """
    from lensim.expression.design import lay_out
    from lensim.expression.simulate import one_study, simulate
    from lensim.expression.truth import ExpressionPopulation, ReactionFaults, draw_truth
    from lensim.maiga2013.expression_twin import draw_expression_twin, expression_design

    paper = expression_design()
    sheet, rng = lay_out(design or paper), seeding.stream(seed, "truth")
    if population is None and set(sheet[v.SUBJECT].to_numpy()) <= set(paper.subjects):
        truth = draw_expression_twin(sheet, rng)
    else:
        truth = draw_truth(population or ExpressionPopulation(), sheet, rng)
    batch = simulate(sheet, truth, faults or ReactionFaults(), seeding.stream(seed, "machine"))
    return _told(truth, one_study(batch, 0), "expression")


@checked
def bioassay(
    design: "BioassayDesign | None" = None,
    population: "BioassayPopulation | None" = None,
    faults: "PlateFaults | None" = None,
    *,
    seed: int = 1,
) -> Simulated:
    """Optical density of every well of a TNF bioassay; parameters and errors as for `dose_response`.

    Examples
    --------
    >>> truth, data = lensim.simulate.bioassay(seed=1)
    """
    from lensim.bioassay.design import lay_out
    from lensim.bioassay.simulate import one_study, simulate
    from lensim.bioassay.truth import USUAL_FAULTS, draw_truth
    from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin

    sheet, rng = lay_out(design or bioassay_design()), seeding.stream(seed, "truth")
    truth = draw_bioassay_twin(sheet, rng) if population is None else draw_truth(population, sheet, rng)
    batch = simulate(sheet, truth, faults or USUAL_FAULTS, seeding.stream(seed, "machine"))
    return _told(truth, one_study(batch, 0), "bioassay")


@checked
def cell_cycle(
    design: "CellCycleDesign | None" = None,
    population: "CellCyclePopulation | None" = None,
    cytometer: "Cytometer | None" = None,
    *,
    seed: int = 1,
) -> Simulated:
    """Events by phase of every tube, as perfect gates would count them; parameters and errors as for `dose_response`.

    A design of other lines or conditions than the paper's needs a population that has them. `cytometer` says what the
    machine adds to the events; a usual one where not given.

    Examples
    --------
    >>> truth, data = lensim.simulate.cell_cycle(seed=1)
    """
    from lensim.cell_cycle import Cytometer, one_study, simulate

    sheet, truth = _cell_cycle_truth(design, population, seed)
    batch = simulate(sheet, truth, cytometer or Cytometer(), seeding.stream(seed, "machine"))
    return _told(truth, one_study(batch, 0), "cell_cycle")


@checked
def cell_cycle_events(
    design: "CellCycleDesign | None" = None,
    population: "CellCyclePopulation | None" = None,
    cytometer: "Cytometer | None" = None,
    *,
    seed: int = 1,
) -> Simulated:
    """Every event of every tube, BrdU and DNA, before any gate; else as `cell_cycle`, with its `cytometer`.

    Examples
    --------
    >>> truth, events = lensim.simulate.cell_cycle_events(seed=1)
    >>> lensim.fit(events, seed=1)  # gates them first
    """
    from lensim.cell_cycle import Cytometer, simulate_events

    sheet, truth = _cell_cycle_truth(design, population, seed)
    events = simulate_events(sheet, truth, cytometer or Cytometer(), seeding.stream(seed, "machine"))
    return _told(truth, events, "cell_cycle")


def _cell_cycle_truth(
    design: "CellCycleDesign | None", population: "CellCyclePopulation | None", seed: int
) -> Simulated:
    from lensim.cell_cycle import draw_truth, lay_out
    from lensim.maiga2013.cell_cycle_twin import POPULATION, cell_cycle_design

    sheet = lay_out(design or cell_cycle_design(CELL_CYCLE_EXPERIMENTS))
    return sheet, draw_truth(population or POPULATION, sheet, seeding.stream(seed, "truth"))


def _told(truth: xr.Dataset, data: xr.Dataset, assay: str) -> Simulated:
    """Truth and data of one study, with the name of their assay."""
    truth = truth.isel({v.STUDY: 0}) if v.STUDY in truth.dims else truth
    return truth.assign_attrs({v.ASSAY: assay}), data.assign_attrs({v.ASSAY: assay})


def __getattr__(name: str) -> Any:
    """The simulator of an assay of another package."""
    if name not in assay_names():
        raise AttributeError(f"lensim.simulate has no {name!r}: the assays are {', '.join(assay_names())}")
    found = find_assay(name).simulate
    if found is None:
        raise AttributeError(f"lensim.simulate has no {name!r}: this assay has no simulator")
    return checked(found)


def __dir__() -> list[str]:
    return [*__all__, *(name for name in assay_names() if name not in __all__ and find_assay(name).simulate)]
