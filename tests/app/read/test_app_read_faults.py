"""Faults of files as rows: place, rule, value, remedy."""

import pytest

from lensim.app.read.faults import faults_of
from lensim.checks import FaultReport, InputError


@pytest.mark.parametrize(
    ("message", "cells"),
    [
        ("wells.csv line 14: dose_um must be 0 or more, got -3: correct it",
         ("wells.csv line 14", "dose_um must be 0 or more", "-3", "correct it")),
        ("run.txt: the column 'Ct' is missing: name one, columns={\"ct_cycles\": \"NAME\"}",
         ("run.txt", "the column 'Ct' is missing", "", "name one, “Ct cycles” under “Which column is which”")),
        ("dose must have a unit, got 'a: b': choose dose_unit=nM",
         ("", "dose must have a unit", "'a: b'", "choose “Dose unit”: nM")),
        ("w.csv line 4: signal must be given, got ''; to leave such wells out, say lost='drop'",
         ("w.csv line 4", "signal must be given", "''",
          "to leave such wells out, say “Wells without signal” under “More choices”: leave out")),
        ("something else", ("", "something else", "", "")),
    ],
)  # fmt: skip
def test_a_line_is_parted(message, cells):
    [one] = faults_of(InputError(message), "dose_response")
    assert (one.place, one.rule, one.value, one.remedy) == cells


def test_all_faults_of_a_file_are_there_however_many():
    report = FaultReport("wells.csv")
    for line in range(1, 41):
        report.add(f"dose_um must be 0 or more, got -{line}", line=line)
    with pytest.raises(InputError) as caught:
        report.raise_if_any()
    found = faults_of(caught.value, "dose_response")
    assert [one.place for one in found] == [f"wells.csv line {line}" for line in range(1, 41)]
    assert [one.value for one in found] == [f"-{line}" for line in range(1, 41)]


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (
            "s.csv: one of the conditions pre, post must be the control that the others are compared with, got none: "
            "name it, such as control='pre', or mark it in a column is_control",
            {"condition": ("pre", "post")},
        ),
        (
            "w.csv: one of the conditions in Time (h) (IL-6, none and 2 more) must be the control that the others are "
            "compared with, got no name that says so: name it, control='IL-6'",
            {"condition": ("IL-6", "none")},
        ),
        ("s.csv: control must be one of the conditions pre, post, got 'x'", {"condition": ("pre", "post")}),
        (
            "r.csv: references must name at least one reference gene, got none; the genes are A, B: name it, "
            'references=["B"]',
            {"gene": ("A", "B")},
        ),
        ("w.csv line 14: dose_um must be 0 or more, got -3: correct it", {}),
    ],
)
def test_values_that_a_reader_lists_are_those_to_choose_from(message, asked):
    [one] = faults_of(InputError(message), "dose_response")
    assert one.asked == asked
