"""Further runs of an expression study: other samples of the same subjects, other pairs."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.expression.new_run import moved_by_new_run, new_run, with_new_run
from lensim.expression.pairs import one_study_of_pairs, pairs_of
from lensim.expression.priors import ExpressionPriors, FoldChangePriors
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import NO_FAULTS, CellTypeExpression, ExpressionPopulation, GeneAssay, draw_truth
from lensim.seeding import stream

FALSE_ALARM = 1e-6
MODEL = "expression_hierarchical"


def study(dilutions=(20.0, 4.0, 0.8)):
    design = ExpressionDesign(["a", "b", "c"], ["line"] * 3, ("TNF",), ("RPL37A",), dilutions=dilutions)
    sheet = lay_out(design)
    population = ExpressionPopulation(
        assays={gene: GeneAssay(1.95, 24.0) for gene in design.genes},
        expression={("TNF", "line"): CellTypeExpression(0.0, 0.5, 1.0, 0.3)},
    )
    truth = draw_truth(population, sheet, stream(1, "truth"))
    return simulate(sheet, truth, NO_FAULTS, stream(1, "machine"))


def draw_of(data, **changed):
    values = {
        v.FACTOR: (v.GENE, [1.9, 2.0]),
        v.ONE_COPY_CT: (v.GENE, [37.5, 37.5]),
        v.UNIT_CT: (v.GENE, [24.0, 22.0]),
        v.SD_BIOLOGICAL: (v.GENE, [0.1, 0.1]),
        v.SD_INPUT: 0.3,
        v.SD_TECHNICAL: 0.1,
        v.SHARE_OUTLYING: 0.0,
        v.PLATE_SHIFT: (v.PLATE, np.zeros(data.sizes[v.PLATE])),
        v.LOG2_LEVEL: ((v.TARGET, v.SUBJECT), [[0.0, 1.0, 2.0]]),
        v.LOG2_REFERENCE_LEVEL: (v.REFERENCE, [0.5]),
        v.LOG2_FOLD_CHANGE: ((v.TARGET, v.SUBJECT, v.CONTRAST), [[[1.0], [0.5], [2.0]]]),
        v.LOG2_INPUT: (v.SAMPLE, np.full(data.sizes[v.SAMPLE], 9.0)),
    }
    return xr.Dataset(values | changed)


def test_without_spreads_a_pair_shows_its_fold_change():
    data = one_study(study(), 0)
    still = {v.SD_BIOLOGICAL: (v.GENE, [0.0, 0.0]), v.SD_TECHNICAL: 0.0}
    run = new_run(data, draw_of(data, **still), MODEL, ExpressionPriors(), stream(1, "run"))
    ct, gene = run[v.CT].to_numpy(), data[v.GENE_OF_REACTION].to_numpy()
    sample = data[v.SAMPLE_OF_REACTION].to_numpy()
    mean = np.array([[ct[(gene == g) & (sample == s)].mean() for s in range(data.sizes[v.SAMPLE])] for g in (0, 1)])
    quantity = (np.array([24.0, 22.0])[:, None] - mean) * np.log2([1.9, 2.0])[:, None]
    subject, treated = data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy() == 1
    expected = np.array([0.0, 1.0, 2.0])[subject] + treated * np.array([1.0, 0.5, 2.0])[subject] - 0.5
    assert quantity[0] - quantity[1] == pytest.approx(expected, abs=0.05)  # what is left is the drawing of copies
    assert np.abs(quantity[1] - 0.5).max() < 2.0  # inputs are new, not those of the draw


def test_outlying_reactions_are_as_many_as_the_draw_says():
    """Null: of cells of two, n s / (1 + s (n - 1)) have one outlying reaction."""
    data, share = one_study(study(), 0), 0.2
    far, cells = 0, 0
    for number in range(40):
        draw = draw_of(data, **{v.SHARE_OUTLYING: share, v.SD_TECHNICAL: 1e-6})
        run = new_run(data, draw, MODEL, ExpressionPriors(sd_outlying_cycles=500.0), stream(1, "outlying", number))
        ct = np.where(np.isnan(run[v.CT]), 1e3, run[v.CT]).reshape(-1, 2)
        far += int((np.abs(np.diff(ct, axis=1)) > 5.0).sum())
        cells += len(ct)
    p = 2 * share / (1 + share)
    assert stats.binomtest(far, cells, p).pvalue > FALSE_ALARM


def test_both_runs_are_a_study_with_twice_the_samples_of_the_same_subjects():
    data = one_study(study(), 0)
    joined = with_new_run(data, new_run(data, draw_of(data), MODEL, ExpressionPriors(), stream(1, "run")))
    for dim in (v.REACTION, v.SAMPLE, v.STANDARD, v.EXPERIMENT):
        assert joined.sizes[dim] == 2 * data.sizes[dim]
    for dim in (v.SUBJECT, v.GENE, v.PLATE):
        assert joined.sizes[dim] == data.sizes[dim]
    sample = joined[v.SAMPLE_OF_REACTION].to_numpy()
    assert sorted(set(sample)) == list(range(joined.sizes[v.SAMPLE]))


def test_levels_without_a_dilution_series_mean_something_else_in_both_runs():
    assert moved_by_new_run(one_study(study(), 0)) == ()
    assert v.LOG2_LEVEL in moved_by_new_run(one_study(study(()), 0))
    assert moved_by_new_run(one_study_of_pairs(pairs_of(study()), 0)) == ()


def test_new_pairs_lie_around_their_fold_changes():
    """Null: ratios less fold changes over their sd are standard normal."""
    data = one_study_of_pairs(pairs_of(study()), 0)
    draw = xr.Dataset(
        {
            v.LOG2_FOLD_CHANGE: ((v.TARGET, v.SUBJECT, v.CONTRAST), [[[1.0], [0.5], [2.0]]]),
            v.SD_PAIR: (v.TARGET, [0.3]),
            v.SD_TECHNICAL: 0.2,
            v.DOUBLINGS: (v.TARGET, data[v.DOUBLINGS].to_numpy()),
        }
    )
    z, squares = [], []
    for number in range(300):
        run = new_run(data, draw, "fold_change_hierarchical", FoldChangePriors(), stream(1, "pairs", number))
        sd = np.sqrt(0.09 + data[v.LOG2_RATIO_SD].to_numpy() ** 2 + 0.04 * data[v.TECHNICAL_SHARE].to_numpy())
        z.append((run[v.LOG2_RATIO].to_numpy() - np.array([1.0, 0.5, 2.0])[data[v.SUBJECT_OF_PAIR].to_numpy()]) / sd)
        squares.append(run[v.REPLICATE_CONTRAST].to_numpy() / 0.2)
    assert stats.kstest(np.concatenate(z), "norm").pvalue > FALSE_ALARM
    assert stats.kstest(np.concatenate(squares), "norm").pvalue > FALSE_ALARM
    joined = with_new_run(data, run)
    assert joined.sizes[v.PAIR] == 2 * data.sizes[v.PAIR]
    assert float(joined[v.SUM_OF_SQUARES]) == pytest.approx(float((joined[v.REPLICATE_CONTRAST] ** 2).sum()))
