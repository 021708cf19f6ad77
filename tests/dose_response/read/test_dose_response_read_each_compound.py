"""A table of many compounds is read once; what is wrong with one of them is its own."""

import pytest
import xarray as xr

from lensim.checks import InputError
from lensim.dose_response.read import read_compounds, read_dose_response
from tests.screen.made_up_screen import rows_of, table_of

NAMES = ["A", "B", "C"]


def test_each_compound_is_as_it_is_read_by_itself(tmp_path):
    path = table_of(tmp_path, NAMES)
    found = read_compounds(path)
    assert list(found) == NAMES
    assert len(found) == 3
    for name in NAMES:
        xr.testing.assert_identical(found[name], read_dose_response(path, compound=name))


def test_options_are_those_of_the_reader(tmp_path):
    path = table_of(tmp_path, NAMES)
    path.write_text(path.read_text().replace("dose_um", "dose").replace("luminescence", "RLU"))
    found = read_compounds(path, {"dose_unit": "nM", "columns": {"signal": "RLU"}})
    assert found["A"].attrs["dose_unit"] == "nM"
    with pytest.raises(InputError, match="by must be left out where every compound is read: each is a study by itself"):
        read_compounds(path, {"by": "plate"})


def test_faulty_rows_of_a_compound_are_its_own_fault(tmp_path):
    path = table_of(tmp_path, NAMES)
    text = path.read_text().replace("B,L1,E0,B-0,1,", "B,L1,E0,B-0,one,").replace("B,L2,E0,B-0,1,", "B,L2,E0,B-0,-1,")
    path.write_text(text)
    found = read_compounds(path)
    assert list(found) == NAMES
    with pytest.raises(InputError) as told:
        found["B"]
    assert str(told.value) == (
        "screen.csv line 32: dose_um must be a number, got 'one'; "
        "screen.csv line 36: dose_um must be 0 or more (a dose, not its logarithm), got -1"
    )
    table_of(tmp_path, ["A", "C"])
    assert found["A"].sizes == read_compounds(path)["A"].sizes


def test_faults_of_untreated_wells_are_of_all(tmp_path):
    path = table_of(tmp_path, NAMES)
    path.write_text(path.read_text().replace(",L1,E0,B-0,0,", ",L1,E0,B-0,zero,"))
    with pytest.raises(InputError, match="line 30: dose_um must be"):
        read_compounds(path)


def test_too_few_doses_are_the_fault_of_one(tmp_path):
    path = table_of(tmp_path, NAMES)
    rows = [row for row in path.read_text().splitlines() if not row.startswith(("B,L1,E0,B-0,1", "B,L1,E1,B-1,1"))]
    path.write_text("\n".join(rows) + "\n")
    found = read_compounds(path)
    assert found["A"].sizes["cell_line"] == 3
    with pytest.raises(InputError, match=r"cell line L1 with B: a curve needs at least 2 different doses above 0"):
        found["B"]


def test_a_name_that_is_not_there_is_told_with_the_closest(tmp_path):
    found = read_compounds(table_of(tmp_path, ["CPD-1", "CPD-2", *NAMES]))
    with pytest.raises(InputError, match=r"got 'CPD-3' \(closest: 'CPD-[12]'\)"):
        found["CPD-3"]


def test_a_table_without_compounds_is_refused(tmp_path):
    path = tmp_path / "screen.csv"
    rows = rows_of("A", 1).splitlines()
    path.write_text("cell_line,experiment,plate,dose_um,luminescence\n" + "\n".join(r.split(",", 1)[1] for r in rows))
    with pytest.raises(InputError) as told:
        read_compounds(path)
    assert str(told.value) == (
        "screen.csv: every compound is to be read, so the table needs a column that names them, got none: say "
        'columns={"compound": "NAME"}'
    )
