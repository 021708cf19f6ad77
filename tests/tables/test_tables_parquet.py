"""Parquet files: their values as text, and bounds that hold before they are unpacked."""

import io
import tracemalloc

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lensim import limits
from lensim.checks import InputError
from lensim.tables import parquet
from lensim.tables.parquet import parse_parquet


def written(columns, **how):
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, **how)
    return buffer.getvalue()


@pytest.mark.parametrize("how", [{}, {"use_dictionary": False}, {"row_group_size": 2}])
def test_values_are_text_however_they_are_kept(how):
    columns = {
        "text": ["a", None, "a", "ü"],
        "number": [0.1, float("nan"), None, 1e-7],
        "whole": [1, 2, None, 4],
        "kind": pa.array(["x", "y", None, "x"]).dictionary_encode(),
        "bytes": [b"q", None, b"q", b"r"],
        "yes": [True, False, None, True],
    }
    table = parse_parquet(written(columns, **how), "t.parquet")
    assert table.header == tuple(columns)
    assert table.rows == [
        ["a", "0.1", "1", "x", "b'q'", "True"],
        ["", "", "2", "y", "", "False"],
        ["a", "", "", "", "b'q'", ""],
        ["ü", "1e-07", "4", "x", "b'r'", "True"],
    ]
    assert table.lines == [1, 2, 3, 4]


def test_categories_of_pandas_are_text(tmp_path):
    pd.DataFrame({"dose": pd.Categorical([1.5, None, 1.5]), "s": [1, 2, 3]}).to_parquet(tmp_path / "c.parquet")
    assert parse_parquet((tmp_path / "c.parquet").read_bytes(), "c").rows == [["1.5", "1"], ["", "2"], ["1.5", "3"]]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"a": pa.array([1], pa.int8()).take(pa.array([0] * 2_000_001))},
            "t.parquet must have at most 2,000,000 lines, got 2,000,001: divide it into several files",
        ),
        (
            {f"c{number}": [1] for number in range(2_001)},
            "t.parquet must have at most 2,000 cells in a line, got 2,001: keep the columns that are needed; a table "
            "so wide often has its lines as columns",
        ),
        (
            {"a": ["x" * 40_000], "b": [1]},
            "t.parquet: a cell must have at most 32,767 characters, got 40,000 in the column a: shorten it, or leave "
            "the column out",
        ),
        (
            {"a": [[1, 2]], "b": [1]},
            "t.parquet: the column a must hold one value in a cell, got list<element: int64>: leave it out, or give "
            "each value a column of its own",
        ),
    ],
)
def test_more_than_a_table_can_have_is_refused(columns, said):
    with pytest.raises(InputError) as refused:
        parse_parquet(written(columns), "t.parquet")
    assert str(refused.value) == said


def test_a_small_file_that_unpacks_to_much_is_refused_before(monkeypatch):
    raw = written({"a": [bytes(2_000_000)]}, compression="zstd", use_dictionary=False)
    assert len(raw) < 10_000
    monkeypatch.setattr(limits, "PARQUET_BYTES", 1_000_000)
    before = pa.total_allocated_bytes()
    with pytest.raises(InputError) as refused:
        parse_parquet(raw, "t.parquet")
    assert str(refused.value).startswith("t.parquet must unpack to at most 1,000,000 bytes, got 2,0")
    assert pa.total_allocated_bytes() == before


def test_a_text_that_recurs_takes_its_memory_once():
    raw = written({"a": pa.array(["x" * 30_000] * 20_000).dictionary_encode(), "b": [1] * 20_000})
    tracemalloc.start()
    table = parse_parquet(raw, "t.parquet")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(table.rows) == 20_000
    assert peak < 20_000_000  # 600 MB where each is a text of its own


def test_a_value_outside_the_words_of_its_column_is_damage():
    words = pa.DictionaryArray.from_arrays(pa.array([0, 5], pa.int8()), pa.array(["a"]), safe=False)
    with pytest.raises(ValueError, match="points outside the words of its column"):
        parquet._cells([words])
