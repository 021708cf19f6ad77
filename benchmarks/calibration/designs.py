"""Small studies on which models are calibrated: a design a model, so small that a fit takes a second or less.

A design gives the sheet, and signals by which a model's few data-dependent numbers (the level of untreated wells) are
set. A simulation keeps the sheet and replaces everything that is observed.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import dose_response as dr
from lensim import plate_faults, seeding
from lensim import vocabulary as v
from lensim.bioassay import design as bioassay_design
from lensim.bioassay import simulate as bioassay_simulate
from lensim.bioassay import truth as bioassay_truth
from lensim.cell_cycle import design as cell_cycle_design
from lensim.expression import design as expression_design
from lensim.expression import pairs
from lensim.expression import simulate as expression_simulate
from lensim.expression import truth as expression_truth

ROOT: Final = 18
"""Of the signals that come with a design."""
DOSES_UM: Final = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


def panel() -> xr.Dataset:
    """4 lines of 2 molecular groups in 2 experiments, 6 doses and an untreated one in duplicate, 3 blanks a plate."""
    names = [f"line {k}" for k in range(1, 5)]
    design = dr.DoseResponseDesign(names, ["A", "A", "B", "B"], DOSES_UM, 2, 2)
    sheet = dr.lay_out(design, seeding.stream(ROOT, "sheet"))
    truth = dr.draw_truth(dr.DoseResponsePopulation(), sheet, seeding.stream(ROOT, "truth"))
    return dr.one_study(dr.simulate(sheet, truth, plate_faults.NO_FAULTS, seeding.stream(ROOT, "machine")), 0)


def percents() -> xr.Dataset:
    """The same as percent viabilities."""
    data = panel()
    kept = data.drop_vars([name for name in (v.SIGNAL, v.BLANK_SIGNAL, v.PLATE_OF_BLANK, v.COUNTING_MINUTES)])
    kept = kept.drop_dims([dim for dim in (v.BLANK,) if dim in kept.dims])
    level = data[v.SIGNAL].to_numpy()
    culture = data[v.CULTURE_OF_WELL].to_numpy()
    untreated = data[v.DOSE].to_numpy() == 0
    top = np.array([level[untreated & (culture == c)].mean() for c in range(data.sizes[v.CULTURE])])
    return kept.assign({v.VIABILITY: (v.WELL, 100.0 * level / top[culture])})


def reactions() -> xr.Dataset:
    """5 lines, a target and a reference in duplicate, 2 experiments, a dilution series."""
    design = expression_design.ExpressionDesign(
        [f"line {k}" for k in range(1, 6)], ["line"] * 5, ("TNF",), ("RPL37A",), dilutions=(20.0, 4.0, 0.8, 0.16)
    )
    return _reactions(design)


def two_references() -> xr.Dataset:
    """4 lines, a target and two references in duplicate, 2 experiments, a dilution series."""
    design = expression_design.ExpressionDesign(
        [f"line {k}" for k in range(1, 5)], ["line"] * 4, ("TNF",), ("RPL37A", "GAPDH"), dilutions=(20.0, 4.0, 0.8)
    )
    return _reactions(design)


def _reactions(design: expression_design.ExpressionDesign) -> xr.Dataset:
    sheet = expression_design.lay_out(design)
    population = expression_truth.ExpressionPopulation(
        assays={gene: expression_truth.GeneAssay(1.93, 26.0) for gene in design.genes},
        expression={("TNF", "line"): expression_truth.CellTypeExpression(0.0, 1.0, 0.5, 0.5)},
    )
    truth = expression_truth.draw_truth(population, sheet, seeding.stream(ROOT, "truth"), 1)
    rng = seeding.stream(ROOT, "machine")
    return expression_simulate.one_study(expression_simulate.simulate(sheet, truth, expression_truth.NO_FAULTS, rng), 0)


def ratios() -> xr.Dataset:
    """Pairs of 6 lines and 2 targets in 2 experiments, with replicates and uncertain factors."""
    design = expression_design.ExpressionDesign(
        [f"line {k}" for k in range(1, 7)], ["line"] * 6, ("TNF", "IGF1"), ("RPL37A",)
    )
    sheet = expression_design.lay_out(design)
    genes = {gene: expression_truth.GeneAssay(1.93, 24.0) for gene in design.genes}
    cells = {(gene, "line"): expression_truth.CellTypeExpression(0.0, 1.0, 0.5, 0.5) for gene in design.targets}
    population = expression_truth.ExpressionPopulation(assays=genes, expression=cells)
    truth = expression_truth.draw_truth(population, sheet, seeding.stream(ROOT, "truth"), 1)
    rng = seeding.stream(ROOT, "machine")
    data = expression_simulate.simulate(sheet, truth, expression_truth.NO_FAULTS, rng)
    return pairs.one_study_of_pairs(pairs.pairs_of(data), 0)


def levels_of_groups() -> xr.Dataset:
    """Levels of 2 targets in 2 cell types under control and a drug, 3 to 5 subjects each, factors uncertain."""
    number = (3, 4, 5, 3)
    subject = np.arange(sum(number))
    return _levels(
        subject, np.repeat(np.arange(4), number), {v.GROUP_OF_SUBJECT: (v.SUBJECT, np.repeat(range(4), number))}
    )


def levels_of_repeated_subjects() -> xr.Dataset:
    """The same targets and groups with 8 subjects: 5 are in both groups of their cell type, the others in one."""
    cells = [(s, g) for s in range(8) for g in range(4) if (g < 2) == (s % 2 == 0) and not (s > 4 and g % 2 == s // 6)]
    subject, group = np.array(cells).T
    return _levels(subject, group, {v.GROUP_OF_LEVEL: (v.LEVEL, np.tile(group, 2))})


def _levels(subject: np.ndarray, group: np.ndarray, of_group: Mapping[str, tuple[str, np.ndarray]]) -> xr.Dataset:
    """Levels of two targets of these subjects in these groups, with errors of reading and of factors."""
    rng = seeding.stream(ROOT, "levels")
    number = len(subject)
    return xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, np.zeros(2 * number)),
            v.SUBJECT_LEVEL_SD: (v.LEVEL, rng.uniform(0.05, 0.25, 2 * number)),
            v.TARGET_OF_LEVEL: (v.LEVEL, np.repeat([0, 1], number)),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, np.tile(subject, 2)),
            **of_group,
            v.CELL_TYPE_OF_GROUP: (v.GROUP, [0, 0, 1, 1]),
            v.CONDITION_OF_GROUP: (v.GROUP, [0, 1, 0, 1]),
            v.IS_CONTROL: (v.CONDITION, [1, 0]),
            v.FACTOR_ERROR_SD: (v.GENE, [0.03, 0.03, 0.03]),
            v.FACTOR_SLOPE: ((v.TARGET, v.GROUP, v.GENE), rng.normal(0.0, 1.0, (2, 4, 3))),
        },
        coords={
            v.TARGET: ["TNF", "IGF1"],
            v.GENE: ["TNF", "IGF1", "RPL37A"],
            v.SUBJECT: [f"subject {k}" for k in range(1, int(subject.max()) + 2)],
            v.CELL_TYPE: ["line", "donor"],
            v.CONDITION: ["control", "drug"],
            v.GROUP: ["line, control", "line, drug", "donor, control", "donor, drug"],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )


def media() -> xr.Dataset:
    """2 lines under 2 conditions in 2 experiments, standards in duplicate."""
    design = bioassay_design.BioassayDesign(
        ["line 1", "line 2"], experiments=2, standard_replicates=2, zero_standards=4, sample_replicates=2
    )
    sheet = bioassay_design.lay_out(design)
    truth = bioassay_truth.draw_truth(bioassay_truth.BioassayPopulation(), sheet, seeding.stream(ROOT, "truth"), 1)
    data = bioassay_simulate.simulate(sheet, truth, plate_faults.NO_FAULTS, seeding.stream(ROOT, "machine"))
    return bioassay_simulate.one_study(data, 0)


def tubes() -> xr.Dataset:
    """2 lines under 2 conditions in 3 experiments, 10,000 events a tube."""
    sheet = cell_cycle_design.lay_out(cell_cycle_design.CellCycleDesign(experiments=3))
    shares = np.array([0.5, 0.35, 0.15])
    events = np.rint(sheet[v.EVENTS_RECORDED].to_numpy()[..., None] * shares).astype(np.int64)
    events = np.broadcast_to(events, (sheet.sizes[v.TUBE], len(shares)))
    return sheet.assign({v.EVENTS: ((v.TUBE, v.PHASE), events)}).assign_attrs({v.ASSAY: v.CELL_CYCLE})


DESIGNS: Final[Mapping[str, Callable[[], xr.Dataset]]] = {
    "dose_response_hierarchical": panel,
    "dose_response_separate": panel,
    "dose_response_plate_position": panel,
    "dose_response_separate_plate_position": panel,
    "dose_response_hierarchical_normalised": percents,
    "dose_response_separate_normalised": percents,
    "expression_hierarchical": reactions,
    "expression_hierarchical_responding": two_references,
    "expression_separate": reactions,
    "fold_change_hierarchical": ratios,
    "level_groups": levels_of_groups,
    "level_repeated_measures": levels_of_repeated_subjects,
    "bioassay_calibration": media,
    "cell_cycle_phases": tubes,
}
