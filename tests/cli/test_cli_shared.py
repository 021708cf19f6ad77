import pytest

from lensim.checks import InputError
from lensim.cli.shared import paths_in, time_zero_of
from lensim.tables.source import source_of


def test_paths_among_options_are_also_those_of_open_files(tmp_path):
    path = tmp_path / "cts.csv"
    path.write_text("gene,ct\n", encoding="utf-8")
    assert paths_in({"files": [source_of(path)], "sheet": tmp_path, "by": "gene"}) == [path, tmp_path]


def test_time_zero_is_a_column_with_its_value_or_to_be_left_out():
    assert time_zero_of(None) is None
    assert time_zero_of(["time_h=0", "plate=T0", "plate=T1"]) == {"time_h": ["0"], "plate": ["T0", "T1"]}
    assert time_zero_of(["ignore"]) == "ignore"
    with pytest.raises(InputError, match="--time-zero must be NAME=VALUE, got 'time_h'"):
        time_zero_of(["time_h"])
    with pytest.raises(InputError, match="--time-zero ignore must be given alone"):
        time_zero_of(["ignore", "time_h=0"])
