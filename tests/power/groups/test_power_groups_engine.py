"""The fast engine has the posterior that a fit of the same reactions has; a reaction without a Ct has none."""

import numpy as np
import pytest
from group_scenarios import POSTERIOR, T, groups_scenario

from lensim import vocabulary as v
from lensim.expression.groups.estimands import LOG2_RATIO_OF_GROUPS, group_estimands
from lensim.expression.simulate import one_study
from lensim.face.fit import fit
from lensim.power.diagnosands import EXACT, FAILED
from lensim.power.groups.answer import questions_of
from lensim.power.groups.chunk import run_chunk
from lensim.power.groups.engine import by_quadrature
from lensim.power.groups.engine_nuts import levels_dataset
from lensim.power.groups.study import GroupBatch, simulate_chunk

FACTORS = {"wild": {"vehicle": 3, "drug": 4}, "mutant": {"vehicle": 4, "drug": 3}}


def reactions_batch(studies: int, **further: object) -> GroupBatch:
    design = {"assay": "groups", "targets": ["TNF", "IL6"], "references": ["R1", "R2"], "samples": 2}
    faults = {"lost_probability": 0.05, "outlier_probability": 0.02}
    truth = {"groups": [{"group": "drug", "fold_change": 3.0}], "faults": faults} | further
    scenario = groups_scenario(FACTORS, POSTERIOR, design=design, truth=truth)
    return simulate_chunk(scenario, ("x",), studies)


def test_the_posterior_is_that_of_a_fit_of_the_reactions():
    batch = reactions_batch(1)
    assert batch.is_whole.all()
    assert batch.reactions is not None
    found = by_quadrature(batch, questions_of(batch.scenario))
    assert (found.answered_by == EXACT).all()
    data = one_study(batch.reactions, 0)
    result = fit(data, seed=2)
    estimands = group_estimands(result.tree)
    assert [one.name for one in estimands.attrs["comparisons"]] == [
        one.name for one in batch.scenario.design.comparisons
    ]
    draws = estimands[LOG2_RATIO_OF_GROUPS].stack(sample_=("chain", "draw")).to_numpy()  # (target, comparison, draw)
    of_items = draws.reshape(-1, draws.shape[-1])
    error = of_items.std(axis=1) / of_items.shape[1] ** 0.5
    assert np.abs(found.posterior["mean"].to_numpy()[0] - of_items.mean(axis=1)).max() < 5.0 * error.max()
    assert found.posterior["sd"].to_numpy()[0] == pytest.approx(of_items.std(axis=1), rel=0.06)
    above = found.posterior["p_above"].to_numpy()[0, :, 0]
    assert above == pytest.approx((of_items > 0.0).mean(axis=1), abs=5.0 * 0.5 / of_items.shape[1] ** 0.5)


def test_levels_for_an_audit_are_those_that_the_quadrature_has():
    batch = reactions_batch(2)
    data = levels_dataset(batch, 1)
    place = data[v.TARGET_OF_LEVEL].to_numpy(), data[v.SUBJECT_OF_LEVEL].to_numpy()
    assert data[v.SUBJECT_LEVEL].to_numpy() == pytest.approx(batch.level[1][place])
    assert data[v.FACTOR_SLOPE].shape == (2, 4, 4)
    assert batch.part(np.array([1])).level == pytest.approx(batch.level[1:])


def test_a_gene_without_ct_in_one_group_is_no_find_of_the_fast_engine_and_counted():
    scenario = groups_scenario(
        {"a": 4, "b": 4}, POSTERIOR, T, design={"assay": "groups"}, analysis={"engine": "exact"},
        truth={"groups": [{"group": "b", "fold_change": 1e-6}]},
    )  # fmt: skip
    batch = simulate_chunk(scenario, ("x",), 20)
    assert not batch.is_whole.any()
    assert np.isfinite(batch.level[:, :, :4]).all()
    rows = run_chunk(scenario, {}, 0, 20)
    assert (rows["answered_by"] == FAILED).all()
    assert not rows["decided"].any()


def test_a_lost_well_is_no_reaction_without_ct():
    truth = {"groups": [{"group": "drug", "fold_change": 3.0}], "faults": {"lost_probability": 0.3}}
    batch = reactions_batch(10, **truth)
    assert batch.is_whole.all()
