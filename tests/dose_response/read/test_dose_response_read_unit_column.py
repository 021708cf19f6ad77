"""A column of units is obeyed row by row."""

import random

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.dose_response.read.units import UM_PER_UNIT
from tests.tables.splitting_files import saved

FILES = 100


def rows_of(cells, column="unit", dose="dose"):
    return [
        {"cell_line": "A", dose: text, column: unit, "signal": str(100 - k)} for k, (text, unit) in enumerate(cells)
    ]


def refused(tmp_path, rows, **options):
    with pytest.raises(InputError) as error:
        read_dose_response(saved(tmp_path, rows), **options)
    return str(error.value)


def test_random_files_of_mixed_units_give_the_doses(tmp_path):
    for seed in range(FILES):
        rng = random.Random(seed)
        doses = sorted({float(f"{10 ** rng.uniform(-3, 2):.3g}") for _ in range(rng.randint(4, 8))})
        units = [rng.choice(("uM", "nM", "\u00b5M", "mM", "nmol/l", "micromolar")) for _ in doses]
        factors = [UM_PER_UNIT[{"\u00b5M": "uM", "nmol/l": "nM", "micromolar": "uM"}.get(unit, unit)] for unit in units]
        cells = [("0", rng.choice(("", "uM")))]
        cells += [(f"{dose / factor:.10g}", unit) for dose, unit, factor in zip(doses, units, factors, strict=True)]
        name = rng.choice(("unit", "Dose unit", "Conc. Units", "concentration_unit"))
        data = read_dose_response(saved(tmp_path, rows_of(cells, name)), dose_scale="linear")
        np.testing.assert_allclose(data["dose_um"].values, [0.0, *doses], rtol=1e-9)
        assert "dose_unit" in data.attrs["columns_used"]


MIXED = (("0", ""), ("10", "nM"), ("100", "nM"), ("1", "uM"), ("10", "uM"))


def test_a_unit_that_is_not_known_is_told(tmp_path):
    cells = [*MIXED[:3], ("1", "mg/ml")]
    assert refused(tmp_path, rows_of(cells)) == (
        "t.csv line 5: unit must be one of M, mM, uM, nM, pM, got 'mg/ml': say dose_unit=\"as-is:mg/ml\" if all doses "
        'are in it, or columns={"dose_unit": "=uM"} if the column is of something else'
    )
    own = [("0", "mg/ml"), ("1", "mg/ml"), ("3", "mg/ml"), ("9", "mg/ml")]
    data = read_dose_response(saved(tmp_path, rows_of(own)), dose_unit="as-is:mg/ml")
    assert data["dose_um"].attrs["units"] == "mg/ml"


def test_a_unit_that_contradicts_is_told(tmp_path):
    assert refused(tmp_path, rows_of(MIXED), dose_unit="nM") == (
        "t.csv line 5: unit has 'uM', but dose_unit was stated as 'nM': correct one of them"
    )
    assert refused(tmp_path, rows_of(MIXED, dose="dose_um")) == (
        "t.csv line 3: unit has 'nM', but the column 'dose_um' has uM in its name: correct one of them"
    )
    in_cells = [("0", ""), ("10 uM", "nM"), ("20", "nM"), ("40", "nM")]
    assert "t.csv line 3: dose has '10 uM', but unit has 'nM': correct one of them" in refused(
        tmp_path, rows_of(in_cells)
    )


def test_a_unit_that_agrees_is_no_matter(tmp_path):
    cells = [("0", ""), ("10", "nM"), ("30", "nM"), ("90", "nM")]
    stated = read_dose_response(saved(tmp_path, rows_of(cells)), dose_unit="nM")
    assert stated["dose_um"].values.tolist() == [0, 0.01, 0.03, 0.09]
    assert read_dose_response(saved(tmp_path, rows_of(cells, dose="dose_nM")))["dose_um"].values.tolist() == [
        0, 0.01, 0.03, 0.09,
    ]  # fmt: skip


def test_a_row_without_its_unit_is_told(tmp_path):
    cells = [*MIXED[:3], ("1", "")]
    assert "dose has a unit in some cells and none in 1, such as '1'" in refused(tmp_path, rows_of(cells))
