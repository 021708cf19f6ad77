"""Rows that are there twice, and wells left out by their task."""

import pytest
from expression_studies import rows_of, written

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_expression


def test_a_block_of_rows_pasted_twice(tmp_path):
    rows = rows_of()
    with pytest.raises(InputError) as caught:
        read_expression(written(tmp_path, [*rows, *rows[4:12]]), references=["R"])
    assert str(caught.value) == (
        "cts.csv line 26: lines 6 to 13 are the same as lines 26 to 33: delete the copy, or name wells in a column well"
    )


def test_every_row_twice_in_any_order(tmp_path):
    with pytest.raises(InputError, match="every row with a Ct is there twice, all 48 of them: delete the copies"):
        read_expression(written(tmp_path, sorted(rows_of() * 2)), references=["R"])


def test_replicates_that_agree_by_chance_are_no_copies(tmp_path):
    rows = [",".join([*row.split(",")[:3], f"{float(row.split(',')[3]):.1f}"]) for row in rows_of()]
    assert read_expression(written(tmp_path, rows), references=["R"]).sizes[v.REACTION] == len(rows)


def test_wells_left_out_by_their_task_are_told(tmp_path):
    rows = [f"{row},unknown" for row in rows_of()] + ["D1,ctrl,X,31.2,Positive control", "D1,ctrl,X,,Positive control"]
    data = read_expression(written(tmp_path, rows, "donor,condition,gene,ct,task"), references=["R"])
    assert data.attrs[v.READ_NOTES] == (
        "cts.csv: 2 wells of the task 'Positive control' left out; the earliest comes at Ct 31.2"
    )
