"""Reactions far from their replicates, and factors above a doubling, are told."""

import numpy as np
import pytest
from expression_studies import rows_of, written

from lensim.expression.read import read_expression
from lensim.expression.well_checks import cell_means, outlying_reactions, told_of_factors, told_of_wells


def read(folder, rows, **options):
    return read_expression(written(folder, rows), references=["R"], **options)


def test_an_outlying_reaction_is_named(tmp_path):
    rows = rows_of(wells=3)
    at = next(k for k, row in enumerate(rows) if row.startswith("D2,drug,X"))
    rows[at] = "D2,drug,X,26.40"
    (said,) = told_of_wells(read(tmp_path, rows))
    assert said == (
        "outlying among their replicates, and so weighed down by the fit: X in D2 under drug at Ct 26.4 beside 23.3 "
        "(probability above 0.99); a reaction whose Ct is emptied is left out"
    )


@pytest.mark.parametrize("wells", [1, 2, 3])
def test_ordinary_replicates_are_not(tmp_path, wells):
    for seed in range(30):
        assert told_of_wells(read(tmp_path, rows_of(wells=wells, seed=seed))) == []


def test_duplicates_that_disagree_are_told_and_not_judged(tmp_path):
    rows = rows_of(wells=2)
    rows[0] = "D1,ctrl,X,27.00"
    (said,) = told_of_wells(read(tmp_path, rows))
    assert said == (
        "replicates that disagree, one of which is outlying: X in D1 under ctrl at Ct 24.1 and 27.0 (probability above "
        "0.99); they do not tell which, so the fit allows for either; repeat the reactions, or empty the Ct of the "
        "wrong one"
    )


def test_late_replicates_differ_by_the_drawing_of_copies(tmp_path):
    rows = rows_of(wells=3)
    rows[0:3] = [f"D1,ctrl,X,{ct}" for ct in ("36.1", "38.4", "36.3")]
    data = read(tmp_path, rows)
    assert told_of_wells(data) == []
    assert np.isnan(outlying_reactions(data)["probability_outlying"].to_numpy()).sum() == 3


def test_factors_above_a_doubling(tmp_path):
    data = read(tmp_path, rows_of(), factors={"X": (2.15, 0.02), "R": (1.98, 0.02)})
    assert told_of_factors(data) == ["stated factors above a doubling a cycle, taken as they are: X 2.15"]
    assert told_of_factors(read(tmp_path, rows_of())) == []


def test_means_of_cells_are_without_outlying_reactions_and_without_late_cells(tmp_path):
    rows = rows_of(wells=3)
    rows[0] = "D1,ctrl,X,29.00"
    late = next(k for k, row in enumerate(rows) if row.startswith("D2,drug,R"))
    rows[late : late + 3] = [f"D2,drug,R,{ct}" for ct in ("36.1", "38.4", "36.3")]
    data = read(tmp_path, rows)
    found = cell_means(data)
    assert len(found.ct) == 11
    assert found.reactions.tolist() == [3] * 11
    first = (found.gene == data["gene_of_reaction"].to_numpy()[0]) & (found.sample == 0)
    assert found.ct[first].item() == pytest.approx(24.0, abs=0.3)
    assert found.inverse[first].item() == pytest.approx(0.5, abs=0.01)


def test_a_single_reaction_is_a_cell_of_its_own(tmp_path):
    data = read(tmp_path, rows_of(wells=1))
    found = cell_means(data)
    assert (
        found.ct.tolist() == data["ct_cycles"].to_numpy()[np.argsort(data["gene_of_reaction"], kind="stable")].tolist()
    )
    assert set(found.inverse) == {1.0}
    assert set(found.doubt) == {0.0}
