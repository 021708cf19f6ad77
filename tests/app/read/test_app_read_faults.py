"""Faults of files as rows: place, rule, value, remedy."""

import pytest

from lensim.app.read.faults import faults_of
from lensim.checks import FaultReport, InputError

OPTIONS = {"dose_unit": "--dose-unit", "columns": "--column"}


@pytest.mark.parametrize(
    ("message", "cells"),
    [
        ("wells.csv line 14: dose_um must be 0 or more, got -3: correct it",
         ("wells.csv line 14", "dose_um must be 0 or more", "-3", "correct it")),
        ("run.txt: the column 'Ct' is missing: name one, columns={\"ct_cycles\": \"NAME\"}",
         ("run.txt", "the column 'Ct' is missing", "", "name one, --column ct_cycles=NAME")),
        ("dose must have a unit, got 'a: b': choose dose_unit=nM",
         ("", "dose must have a unit", "'a: b'", "choose --dose-unit nM")),
        ("something else", ("", "something else", "", "")),
    ],
)  # fmt: skip
def test_a_line_is_parted(message, cells):
    [one] = faults_of(InputError(message), OPTIONS)
    assert (one.place, one.rule, one.value, one.remedy) == cells


def test_all_faults_of_a_file_are_there_however_many():
    report = FaultReport("wells.csv")
    for line in range(1, 41):
        report.add(f"dose_um must be 0 or more, got -{line}", line=line)
    with pytest.raises(InputError) as caught:
        report.raise_if_any()
    found = faults_of(caught.value, OPTIONS)
    assert [one.place for one in found] == [f"wells.csv line {line}" for line in range(1, 41)]
    assert [one.value for one in found] == [f"-{line}" for line in range(1, 41)]
