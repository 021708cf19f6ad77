"""A fit that takes longer than two seconds has a preliminary table first; a shorter one has none."""

import time

from lensim.assay import find_assay
from lensim.cli.first_table import first_table
from lensim.dose_response.read import read_compounds
from tests.screen.made_up_screen import table_of

PATIENCE, WHILE = 0.0, 20.0


def until(capsys, word):
    """What was printed until a word is there."""
    said, ends = "", time.monotonic() + WHILE
    while word not in said and time.monotonic() < ends:
        time.sleep(0.05)
        said += capsys.readouterr().err
    return said


def test_a_long_fit_has_a_preliminary_table(capsys, tmp_path):
    data = read_compounds(table_of(tmp_path, ["A", "B", "C"]))["A"]
    with first_table(find_assay("dose_response"), data, 1, "time_h = 24: ", patience_seconds=PATIENCE):
        said = until(capsys, "L2")
    assert said.startswith("time_h = 24: preliminary, each row by itself")
    assert [line in said for line in ("L0", "L1", "L2")] == [True] * 3


def test_a_short_fit_has_none(capsys, tmp_path):
    data = read_compounds(table_of(tmp_path, ["A", "B", "C"]))["A"]
    with first_table(find_assay("dose_response"), data, 1):
        pass
    time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_an_assay_without_a_first_answer_prints_nothing(capsys, tmp_path):
    with first_table(
        find_assay("bioassay"), read_compounds(table_of(tmp_path, ["A", "B", "C"]))["A"], 1, patience_seconds=0.0
    ):
        time.sleep(0.2)
    assert capsys.readouterr().err == ""
