"""Several studies in the same files, one for each value of a column."""

import inspect

import pytest

from lensim.bioassay.read import read_bioassay
from lensim.cell_cycle.read import read_cell_cycle
from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.expression.read import read_expression
from tests.tables.splitting_files import saved


def wells(*times):
    return [
        {"cell_line": "A", "time_h": time, "dose_um": str(dose), "signal": str(100 - dose)}
        for time in times
        for dose in range(4)
    ]


def test_numbers_are_in_order_and_words_as_in_the_file(tmp_path):
    studies = read_dose_response(saved(tmp_path, wells("72", "8", "24")), by="time_h")
    assert list(studies) == ["8", "24", "72"]
    assert [data.attrs["by"] for data in studies.values()] == ["time_h = 8", "time_h = 24", "time_h = 72"]
    assert list(read_dose_response(saved(tmp_path, wells("late", "early")), by="Time H")) == ["late", "early"]


def test_rows_that_are_not_kept_are_in_no_study(tmp_path):
    rows = [{**row, "serum": serum} for serum in ("5", "10") for row in wells("24", "72")]
    studies = read_dose_response(saved(tmp_path, rows), by="time_h", where={"serum": "10"})
    assert {value: data.sizes["well"] for value, data in studies.items()} == {"24": 4, "72": 4}


def test_a_column_that_is_not_there_or_empty_is_told(tmp_path):
    path = saved(tmp_path, [{**row, "serum": ""} for row in wells("24")])
    with pytest.raises(
        InputError, match=r"^by must name a column, got 'tim'; there are 'cell_line', 'time_h', .*closest"
    ):
        read_dose_response(path, by="tim")
    with pytest.raises(InputError, match=r"^by must name a column with values, the column 'serum' is empty$"):
        read_dose_response(path, by="serum")


@pytest.mark.parametrize("read", [read_dose_response, read_expression, read_bioassay, read_cell_cycle])
def test_every_reader_has_the_choices(read):
    parameters = inspect.signature(read).parameters
    assert {"where", "by", "ignore", "join_names"} <= set(parameters)
    about = (inspect.getdoc(read) or "").splitlines()
    assert all(name in about for name in ("where", "by", "ignore", "join_names"))


def test_compounds_that_cannot_be_fitted_are_told_together(tmp_path):
    rows = [
        {"cell_line": "A", "drug": drug, "dose_um": dose, "signal": "50"}
        for drug, dose in (("", "0"), ("x", "1"), ("y", "1"), ("z", "1"), ("z", "2"))
    ]
    with pytest.raises(InputError) as error:
        read_dose_response(saved(tmp_path, rows), by="drug")
    assert str(error.value).splitlines() == [
        f"cell line A with {drug}: a curve needs at least 2 different doses above 0, got only 1" for drug in "xy"
    ]
