"""Remarks that say that a row should not count."""

from lensim.tables.remarks import set_aside
from lensim.tables.unused import Column, PooledRow


def test_a_remark_that_sets_a_row_aside_is_told_with_its_line():
    row = PooledRow("t.csv", 7, "A", "A", ("1", "1"), 0.0, is_control=False, words="cell line A")
    assert set_aside([Column("comment", [(row, "outlier", "outlier")])]) == "comment says 'outlier' on line 7"
    assert set_aside([Column("comment", [(row, "fine", "fine")])]) == ""
    assert set_aside([Column("serum", [(row, "outlier", "outlier")])]) == ""
