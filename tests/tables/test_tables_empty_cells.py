"""Empty cells of a column: a value of their own, or the look of merged cells; and several spellings of a value."""

import csv

import pytest

from lensim import vocabulary as v
from lensim.bioassay.read import read_bioassay
from lensim.cell_cycle.read import read_cell_cycle
from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.tables.studies import EMPTY

DOSES = ("0", "0.1", "1", "10")


def saved(folder, header, rows, name="t.csv"):
    path = folder / name
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def curves(values, column="time point", untreated=None):
    """Rows of one line with a signal of its own for each value; `untreated` is the value of wells of dose 0."""
    rows = []
    for top, value in enumerate(values, 1):
        for dose in DOSES:
            said = untreated if untreated is not None and dose == "0" else value
            rows += [("L", dose, said, f"{top * 1000 - 100 * float(dose) / 10 + k:g}") for k in range(3)]
    return ("cell_line", "dose_um", column, "signal"), rows


def signals(data):
    return sorted(data[v.SIGNAL].values.tolist())


def test_a_half_filled_column_has_empty_as_a_value(tmp_path):
    path = saved(tmp_path, *curves(("", "IL-6")))
    with pytest.raises(InputError) as caught:
        read_dose_response(path)
    assert str(caught.value) == (
        "t.csv line 17: the column 'time point' has 2 values ((empty), IL-6) in cell line L, which would be pooled "
        'in one curve: keep one with where={"time point": ""}, read each by itself with by="time point", or pool '
        'them with ignore=["time point"]'
    )
    il6, none = (read_dose_response(path, where={"time point": value}) for value in ("IL-6", ""))
    assert (min(signals(il6)), max(signals(none))) == (1900, 1002)
    assert len(signals(il6)) == len(signals(none)) == 12
    by = read_dose_response(path, by="time point")
    assert {name: signals(data) for name, data in by.items()} == {EMPTY: signals(none), "IL-6": signals(il6)}


def test_untreated_wells_without_a_value_are_shared(tmp_path):
    path = saved(tmp_path, *curves(("24", "72"), untreated=""))
    by = read_dose_response(path, by="time point")
    assert [(name, len(signals(data))) for name, data in by.items()] == [("24", 15), ("72", 15)]


def test_standards_go_with_every_value_and_with_none(tmp_path):
    rows = [("standard", tnf, "", "", f"{1.3 / (1 + tnf / 60):.3f}", "") for tnf in (0, 12.5, 50, 200, 800)]
    rows += [
        ("sample", "", "L", name, od, stimulus)
        for stimulus, od in (("", 0.8), ("LPS", 0.5))
        for name in ("DMSO", "len")
    ]
    path = saved(tmp_path, ("role", "tnf_pg_per_ml", "cell_line", "condition", "od", "stimulus"), rows)
    by = read_bioassay(path, by="stimulus")
    assert {name: data[v.OPTICAL_DENSITY].values[5:].tolist() for name, data in by.items()} == {
        EMPTY: [0.8, 0.8],
        "LPS": [0.5, 0.5],
    }


@pytest.mark.parametrize(("one", "other"), [("IL6", "IL-6"), ("72h", "72 h"), ("dex", "Dex")])
def test_spellings_of_a_chosen_value_are_asked_or_joined(tmp_path, one, other):
    header, rows = curves((one, "none"))
    rows = [(*row[:2], other if row[2] == one and k % 3 == 0 else row[2], row[3]) for k, row in enumerate(rows)]
    path = saved(tmp_path, header, rows)
    first, second = sorted((one, other), key=lambda name: name != other)
    for options in ({"where": {"time point": one}}, {"by": "time point"}):
        with pytest.raises(InputError) as caught:
            read_dose_response(path, **options)
        assert str(caught.value) == (
            f"the names '{first}' and '{second}' in the column 'time point' differ by case, blanks, hyphens or "
            "underscores alone: join them with join_names=True, or say that they are different with join_names=False"
        )
    joined = read_dose_response(path, where={"time point": one}, join_names=True)
    assert len(signals(joined)) == 12
    assert sorted(
        len(signals(data)) for data in read_dose_response(path, by="time point", join_names=True).values()
    ) == [
        12,
        12,
    ]


def first_of_blocks(rows, at, length):
    return [tuple("" if k == at and n % length else cell for k, cell in enumerate(row)) for n, row in enumerate(rows)]


@pytest.mark.parametrize(("column", "at", "length"), [("dose_um", 1, 3), ("time point", 2, 12), ("cell_line", 0, 12)])
def test_merged_cells_are_told_once(tmp_path, column, at, length):
    header, rows = curves(("24", "72"))
    path = saved(tmp_path, header, first_of_blocks(rows, at, length))
    for options in ({}, {"where": {"time point": "24"}}):
        with pytest.raises(InputError) as caught:
            read_dose_response(path, **options)
        assert str(caught.value) == (
            f"t.csv: the column '{column}' has a value only in the first row of each block, as merged cells have: fill "
            "down the cells in the file"
        )


def test_merged_cells_of_cultures_are_told_once(tmp_path):
    rows = [
        ("L" * (1 - k), str(e) * (1 - k), c, "60", "25", "15") for e in (1, 2) for k, c in enumerate(("DMSO", "len"))
    ]
    path = saved(tmp_path, ("cell_line", "experiment", "condition", "G0/G1", "S", "G2/M"), rows)
    with pytest.raises(InputError) as caught:
        read_cell_cycle(path, scale="percent", events_per_tube=10000)
    assert str(caught.value) == (
        "t.csv: the columns 'cell_line' and 'experiment' have a value only in the first row of each block, as merged "
        "cells have: fill down the cells in the file"
    )
