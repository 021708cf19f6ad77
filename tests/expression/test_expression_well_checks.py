"""Wells far from their replicates, and factors above a doubling, are told."""

from expression_studies import rows_of, written

from lensim.expression.read import read_expression
from lensim.expression.well_checks import told_of_factors, told_of_wells


def read(folder, rows, **options):
    return read_expression(written(folder, rows), references=["R"], **options)


def test_a_wild_well_is_named(tmp_path):
    rows = rows_of(wells=3)
    at = next(k for k, row in enumerate(rows) if row.startswith("D2,drug,X"))
    rows[at] = "D2,drug,X,26.40"
    (said,) = told_of_wells(read(tmp_path, rows))
    assert said.startswith("wells far from their replicates: X in D2 under drug at Ct 26.4 beside 23.")
    assert said.endswith("; a well whose Ct is emptied is left out")


def test_ordinary_replicates_are_not(tmp_path):
    for seed in range(30):
        assert told_of_wells(read(tmp_path, rows_of(wells=3, seed=seed))) == []


def test_duplicates_do_not_tell_which_is_wild(tmp_path):
    rows = rows_of(wells=2)
    rows[0] = "D1,ctrl,X,27.00"
    assert told_of_wells(read(tmp_path, rows)) == []


def test_factors_above_a_doubling(tmp_path):
    data = read(tmp_path, rows_of(), factors={"X": (2.15, 0.02), "R": (1.98, 0.02)})
    assert told_of_factors(data) == ["stated factors above a doubling a cycle, taken as they are: X 2.15"]
    assert told_of_factors(read(tmp_path, rows_of())) == []
