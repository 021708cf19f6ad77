import numpy as np
import pytest
import xarray as xr
from scipy import stats

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

FALSE_ALARM = 1e-6
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
        np.testing.assert_allclose(ratio.ravel(), table["log2_ratio"], atol=0.02)  # but for weights of outlying ones


def test_doublings_are_those_of_the_standard_curve():
    data, _ = batch()
    pairs = pairs_of(data, PairSettings("plug_in"))
    factors = amplification_factors(one_study(data, 2))
    for target in ("TNF", "IGF1"):
        found = float(pairs[v.DOUBLINGS].sel(target=target)[2])
        assert found == pytest.approx(np.log2(factors[target].value), rel=1e-12)
    assert (pairs[v.DOUBLINGS_SD] == 0).all()


def test_uncertain_doublings_lie_between_series_and_prior():
    short = ExpressionDesign(["a"], ["line"], ("TNF",), dilutions=(4.0, 1.0, 0.25), dilution_replicates=1)
    data, _ = batch(studies=400, design=short)
    vague = PairSettings(sd_factor=100.0)
    uncertain, series = (pairs_of(data, settings)[v.DOUBLINGS] for settings in (PairSettings(), vague))
    prior = np.log2(PairSettings().mean_factor)
    assert ((uncertain - prior) * (series - uncertain) > 0).all()
    assert (pairs_of(data)[v.DOUBLINGS_SD] > 0).all()


def test_doublings_err_as_much_as_they_say():
    """Null: with factors from the prior and a series of many copies, errors over their sd are standard normal."""
    settings, names = PairSettings(), [f"line {k}" for k in range(10)]
    series = {"dilutions": (64.0, 16.0, 4.0, 1.0, 0.25), "dilution_replicates": 3}
    sheet = lay_out(ExpressionDesign(names, ["line"] * 10, ("TNF",), technical_replicates=3, **series))
    many_copies = ExpressionPopulation(
        assays={"TNF": GeneAssay(1.9, 18.0), "RPL37A": GeneAssay(1.97, 18.0)}, expression=BRIGHT.expression
    )
    truth = draw_truth(many_copies, sheet, stream(5, "truth"), 2000)
    sd = settings.sd_factor / settings.mean_factor / np.log(2)
    doublings = np.log2(settings.mean_factor) + sd * stream(5, "factor").standard_normal(truth[v.FACTOR].shape)
    truth[v.FACTOR] = (truth[v.FACTOR].dims, 2.0**doublings)
    truth[v.LOG2_COPIES_PER_UNIT] = (truth[v.ONE_COPY_CT] - truth[v.UNIT_CT]) * np.log2(truth[v.FACTOR])
    pairs = pairs_of(simulate(sheet, truth, NO_FAULTS, stream(5, "machine")), settings)
    z = ((pairs[v.DOUBLINGS].to_numpy() - doublings[:, :1]) / pairs[v.DOUBLINGS_SD].to_numpy()).ravel()
    assert stats.kstest(z, "norm").pvalue > FALSE_ALARM
    assert stats.kstest(1.3 * z, "norm").pvalue < FALSE_ALARM  # the check can fail


def test_what_pairs_say_of_their_error_is_so():
    """Without biology, log2 ratios differ from the truth by reading and copies alone; the errors given are theirs.

    Null: with factors of 2, known, the error of a pair over its sd is standard normal.
    """
    silent = ExpressionPopulation(
        assays={gene: GeneAssay(2.0, assay.ct_of_unit_quantity, 37.5, 0.0) for gene, assay in BRIGHT.assays.items()}
    )
    data, truth = batch(silent, studies=2000)
    pairs = pairs_of(data, PairSettings("perfect"))
    technical = float(truth[v.SD_TECHNICAL][0])
    fold = truth[v.LOG2_FOLD_CHANGE].to_numpy()[..., 0][:, :, None, :]  # study, target, experiment, subject
    error = pairs[v.LOG2_RATIO].to_numpy().reshape(2000, 2, 2, 3) - fold
    said = pairs[v.TECHNICAL_SHARE].to_numpy() * technical**2 + pairs[v.LOG2_RATIO_SD].to_numpy() ** 2
    z = error / np.sqrt(said.reshape(error.shape))
    for target in range(2):
        for subject in range(3):
            assert stats.kstest(z[:, target, 0, subject], "norm").pvalue > FALSE_ALARM
            assert stats.kstest(1.3 * z[:, target, 0, subject], "norm").pvalue < FALSE_ALARM  # the check can fail


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


def test_a_stated_factor_takes_the_place_of_the_prior():
    data, _ = batch(design=ExpressionDesign(["a"], ["line"], ("TNF",), dilutions=()))
    stated = data.assign({v.STATED_FACTOR: (v.GENE, [1.8, 1.9]), v.STATED_FACTOR_SD: (v.GENE, [0.01, np.nan])})
    pairs = pairs_of(stated)
    np.testing.assert_allclose(pairs[v.DOUBLINGS], np.log2(1.8), rtol=1e-12)
    np.testing.assert_allclose(pairs[v.DOUBLINGS_SD], 0.01 / 1.8 / np.log(2.0), rtol=1e-12)


def test_references_that_disagree_widen_every_fold_change_and_one_alone_does_not():
    one = ExpressionDesign(["a", "b"], ["line"] * 2, ("TNF",), ("RPL37A",))
    assert (pairs_of(batch(design=one)[0])[v.REFERENCE_RESPONSE_SD] == 0).all()
    data, _ = batch()
    genes, treated = data[v.GENE_OF_REACTION].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy() == 1
    is_moved = (data[v.GENE].to_numpy()[genes] == "GAPDH") & treated[data[v.SAMPLE_OF_REACTION].to_numpy()]
    apart = data.assign({v.CT: data[v.CT] - 1.0 * xr.DataArray(is_moved, dims=v.REACTION)})
    still, moved = (pairs_of(one)[v.REFERENCE_RESPONSE_SD].to_numpy() for one in (data, apart))
    assert still.shape == (4, 1)
    assert (still < 0.2).all()
    assert (moved > 0.3).all()


def test_without_a_reference_there_are_no_pairs():
    data, _ = batch()
    with pytest.raises(InputError, match="reference genes must be at least 1, got 0"):
        pairs_of(data.assign({v.IS_REFERENCE: data[v.IS_REFERENCE] * 0}))
    with pytest.raises(
        InputError, match=r"PairSettings\.factors must be one of uncertain, plug_in, perfect, got 'best'"
    ):
        PairSettings("best")
