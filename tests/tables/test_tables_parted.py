"""Columns that part the conditions that are compared."""

import pytest

from lensim.bioassay.read import read_bioassay
from lensim.cell_cycle.read import read_cell_cycle
from lensim.checks import InputError

PARTED = ("hours", "time (h)", "cells per well", "seeding density", "FBS", "temperature", "wavelength")
OF_CULTURES = ("sample id", "medium", "culture no", "passage", "comment")


def cultures(folder, column, values):
    rows = [
        f"L,{condition},{experiment},60,25,15,{values[condition]}"
        for experiment in (1, 2)
        for condition in ("DMSO", "len")
    ]
    path = folder / "cells.csv"
    path.write_text("\n".join([f"cell_line,condition,experiment,G0/G1,S,G2/M,{column}", *rows]))
    return path


def media(folder, column, values):
    rows = [f"standard,{tnf},,,{1.3 / (1 + tnf / 60):.3f}," for tnf in (0, 12.5, 50, 200, 800)]
    rows += [f"sample,,L,{name},{0.5 + at / 50:g},{values[name]}" for name in ("DMSO", "len") for at in range(2)]
    path = folder / "wells.csv"
    path.write_text("\n".join([f"role,tnf_pg_per_ml,cell_line,condition,od,{column}", *rows]))
    return path


def read_cells(path, **options):
    return read_cell_cycle(path, scale="percent", events_per_tube=10000, **options)


READERS = {cultures: read_cells, media: read_bioassay}


@pytest.mark.parametrize("write", READERS, ids=["cell cycle", "bioassay"])
@pytest.mark.parametrize("column", PARTED)
def test_a_column_that_parts_a_treatment_from_its_control_is_refused(tmp_path, write, column):
    path, read = write(tmp_path, column, {"DMSO": "24", "len": "72"}), READERS[write]
    with pytest.raises(InputError) as caught:
        read(path)
    line = {cultures: 3, media: 9}[write]
    assert str(caught.value) == (
        f"{path.name} line {line}: the column '{column}' is 24 in L under DMSO and 72 in L under len, and these are "
        "compared: give a treatment and its control the same value, or compare them in spite of it with "
        f'ignore=["{column}"]'
    )
    read(path, ignore=[column])
    read(write(tmp_path, column, {"DMSO": "24", "len": "24"}))
    read(write(tmp_path, column, {"DMSO": "", "len": "24"}))


@pytest.mark.parametrize("write", READERS, ids=["cell cycle", "bioassay"])
@pytest.mark.parametrize("column", OF_CULTURES)
def test_a_name_of_each_culture_goes_through(tmp_path, write, column):
    READERS[write](write(tmp_path, column, {"DMSO": "24", "len": "72"}))


def test_an_operator_of_each_condition_is_refused(tmp_path):
    with pytest.raises(InputError, match="the column 'operator' has 2 values"):
        read_cells(cultures(tmp_path, "operator", {"DMSO": "A", "len": "B"}))
    with pytest.raises(InputError, match="the column 'operator' is A in L under DMSO and B in L under len"):
        read_bioassay(media(tmp_path, "operator", {"DMSO": "A", "len": "B"}))
