"""References that move with a treatment are named."""

import numpy as np
import pytest
from expression_studies import rows_of, written

from lensim.expression.read import read_expression
from lensim.expression.reference_checks import genorm_m, told_of_references

GENES = ("X", "R1", "R2", "R3")


def told(folder, references, shift, **options):
    data = read_expression(written(folder, rows_of(genes=GENES, shift=shift, **options)), references=references)
    return told_of_references(data)


def moves(gene, by):
    return lambda donor, condition, one: by if one == gene and condition == "drug" else 0.0


def test_still_references_are_not_told(tmp_path):
    for seed in range(20):
        assert told(tmp_path, ["R1", "R2", "R3"], moves("R1", 0.0), seed=seed) == []


def test_the_one_of_three_that_moves_is_named(tmp_path):
    (said,) = told(tmp_path, ["R1", "R2", "R3"], moves("R2", -1.5))
    assert said.startswith("the reference R2 moves by -1.")
    assert said.endswith("cycles under drug against R1, R3: leave it out of references=")


def test_of_two_it_is_not_known_which(tmp_path):
    (said,) = told(tmp_path, ["R1", "R2"], moves("R2", 1.5))
    assert said.startswith("references move apart under drug [cycles]: R1 and R2 by 1.")
    assert said.endswith("; which of them holds still is not known")


def test_one_reference_that_comes_later_in_treated_samples_is_told(tmp_path):
    (said,) = told(tmp_path, ["R1"], moves("R1", 2.0))
    assert said.startswith("the reference R1 comes 2.")
    assert said.endswith(
        " cycles later under drug than in the controls of its 3 pairs: either there is less cDNA in these samples, or "
        "it responds to drug and moves all fold changes; equal amounts of RNA, or a second reference, tell which"
    )
    assert " earlier under drug" in told(tmp_path, ["R1"], moves("R1", -2.0))[0]
    assert told(tmp_path, ["R1"], moves("R1", 0.0)) == []
    assert told(tmp_path, ["R1"], moves("R1", 2.0), donors=("D1", "D2")) == []  # too few pairs


def test_one_that_wanders_over_donors_is_unstable(tmp_path):
    (said,) = told(
        tmp_path,
        ["R1", "R2", "R3"],
        lambda donor, condition, gene: {"D1": -2.5, "D2": 0.0, "D3": 2.5}[donor] if gene == "R3" else 0.0,
    )
    assert said.startswith("the reference R3 is unstable over the samples: M 2.")


def test_m_takes_the_samples_that_two_references_share():
    ct = np.array([[20.0, 21.0, 22.0, np.nan], [20.5, 21.5, np.nan, 23.0], [20.0, 22.0, 22.0, 25.0]])
    pairs = [np.std([-0.5, -0.5], ddof=1), np.std([0.0, -1.0, 0.0], ddof=1), np.std([0.5, -0.5, -2.0], ddof=1)]
    expected = [(pairs[0] + pairs[1]) / 2, (pairs[0] + pairs[2]) / 2, (pairs[1] + pairs[2]) / 2]
    assert genorm_m(ct) == pytest.approx(expected)
    assert np.isnan(genorm_m(ct[:1])).all()
