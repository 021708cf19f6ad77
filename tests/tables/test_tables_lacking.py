"""Columns that one file has and another lacks."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read.tidy import read_tidy

WELLS = ((0, 50000), (0, 50300), (0.1, 40000), (1, 25000), (10, 5000))


def saved(folder, name, extra):
    head = "cell_line,dose_um,signal" + (",time_h" if extra else "")
    rows = [f"LP-1,{dose},{signal}{extra}" for dose, signal in WELLS]
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_time_in_one_file_alone_is_refused(tmp_path):
    files = [saved(tmp_path, "a.csv", ",24"), saved(tmp_path, "b.csv", "")]
    with pytest.raises(InputError) as caught:
        read_tidy(files)
    assert str(caught.value) == (
        "b.csv: the column 'time_h' is missing or empty, while a.csv has it for cell line LP-1: fill it in every file, "
        'or pool them with ignore=["time_h"]'
    )
