import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.classical import classical_fold_changes
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.expression.pairs import PairSettings, one_study_of_pairs, pairs_of
from lensim.expression.simulate import one_study, simulate
from lensim.expression.standard_curve import amplification_factors
from lensim.expression.truth import (
    NO_FAULTS,
    CellTypeExpression,
    ExpressionPopulation,
    GeneAssay,
    ReactionFaults,
    draw_truth,
)
from lensim.seeding import stream

DESIGN = ExpressionDesign(["a", "b", "c"], ["line"] * 3, ("TNF", "IGF1"), ("RPL37A", "GAPDH"), technical_replicates=3)
BRIGHT = ExpressionPopulation(
    assays={
        "TNF": GeneAssay(1.9, 27.0),
        "IGF1": GeneAssay(1.95, 26.0),
        "RPL37A": GeneAssay(1.97, 22.0),
        "GAPDH": GeneAssay(1.93, 21.0),
    },
    expression={("TNF", "line"): CellTypeExpression(1.0, 0.5, 1.0, 0.5)},
)


def batch(population=BRIGHT, faults=NO_FAULTS, studies=4, design=DESIGN):
    sheet = lay_out(design)
    truth = draw_truth(population, sheet, stream(5, "truth"), studies)
    return simulate(sheet, truth, faults, stream(5, "machine")), truth


def test_plug_in_pairs_are_pfaffls_ratio():
    data, _ = batch()
    pairs = pairs_of(data, PairSettings("plug_in"))
    for study in range(4):
        table = classical_fold_changes(one_study(data, study))
        ratio = pairs[v.LOG2_RATIO].to_numpy()[study].reshape(2, 2, 3).mean(axis=1)  # target, experiment, subject
        np.testing.assert_allclose(ratio.ravel(), table["log2_ratio"], rtol=1e-10, atol=1e-10)


def test_doublings_are_those_of_the_standard_curve():
    data, _ = batch()
    pairs = pairs_of(data, PairSettings("plug_in"))
    factors = amplification_factors(one_study(data, 2))
    for target in ("TNF", "IGF1"):
        found = float(pairs[v.DOUBLINGS].sel(target=target)[2])
        assert found == pytest.approx(np.log2(factors[target].value), rel=1e-12)
    assert (pairs[v.DOUBLINGS_SD] == 0).all()


def test_uncertain_doublings_lie_between_series_and_prior_and_err_as_much_as_they_say():
    data, truth = batch(
        studies=400,
        design=ExpressionDesign(["a"] * 1, ["line"], ("TNF",), dilutions=(4.0, 1.0, 0.25), dilution_replicates=1),
    )
    pairs = pairs_of(data)
    true = np.log2(truth[v.FACTOR].to_numpy()[:, :1])
    z = (pairs[v.DOUBLINGS].to_numpy() - true) / pairs[v.DOUBLINGS_SD].to_numpy()
    assert 0.5 < np.sqrt((z**2).mean()) < 1.5  # the true factor is 1.9 throughout, half an sd below the prior's mean
    assert (pairs[v.DOUBLINGS_SD] > 0).all()


def test_what_pairs_say_of_their_error_is_so():
    """Without biology, log2 ratios differ from the truth by reading and copies alone; the errors given are theirs."""
    silent = ExpressionPopulation(
        assays={
            g: GeneAssay(a.amplification_factor, a.ct_of_unit_quantity, 37.5, 0.0) for g, a in BRIGHT.assays.items()
        }
    )
    data, truth = batch(silent, studies=2000)
    data[v.CT] = data[v.CT]
    pairs = pairs_of(data, PairSettings("plug_in"))
    technical = float(truth[v.SD_TECHNICAL][0])
    fold = truth[v.LOG2_FOLD_CHANGE].to_numpy()[..., 0][:, :, None, :]  # study, target, experiment, subject
    error = pairs[v.LOG2_RATIO].to_numpy().reshape(2000, 2, 2, 3) - fold
    said = pairs[v.TECHNICAL_SHARE].to_numpy() * technical**2 + pairs[v.LOG2_RATIO_SD].to_numpy() ** 2
    ratio = (error**2).mean() / said.mean()
    assert 0.97 < ratio < 1.08  # the factors' error, a little, is on top


def test_lost_wells_are_not_undetected_ones():
    data, _ = batch(faults=ReactionFaults(0.0, 0.0, 0.3, 0.0, 0.0))
    pairs = pairs_of(data)
    assert pairs[v.IS_GAUSSIAN].all()
    assert (pairs[v.TECHNICAL_SHARE] > pairs_of(batch()[0])[v.TECHNICAL_SHARE].min()).any()


def test_few_copies_and_missing_cts_are_seen():
    dim = ExpressionPopulation(
        expression={("TNF", "line"): CellTypeExpression(-8.0, 0.1, 0.0, 0.1)}, assays=BRIGHT.assays
    )
    assert not pairs_of(batch(dim)[0])[v.IS_GAUSSIAN].any()


def test_replicates_of_a_study_enter_with_their_sum_of_squares():
    pairs = pairs_of(batch()[0])
    alone = one_study_of_pairs(pairs, 1)
    contrasts = alone[v.REPLICATE_CONTRAST].to_numpy()
    assert len(contrasts) == int(pairs[v.FREEDOM][1])
    assert (contrasts**2).sum() == pytest.approx(float(pairs[v.SUM_OF_SQUARES][1]))


def test_without_a_reference_there_are_no_pairs():
    data, _ = batch()
    with pytest.raises(InputError, match="reference genes must be at least 1, got 0"):
        pairs_of(data.assign({v.IS_REFERENCE: data[v.IS_REFERENCE] * 0}))
    with pytest.raises(
        InputError, match=r"PairSettings\.factors must be one of uncertain, plug_in, perfect, got 'best'"
    ):
        PairSettings("best")
