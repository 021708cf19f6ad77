"""Columns that are exempt by name, and hold the values of a factor or not."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read.tidy import read_tidy

DOSES = (0, 0.1, 1, 10)
SIGNALS = (50000, 40000, 25000, 5000)


def read(folder, head, values, *, by_dose=False):
    rows = [
        f"LP-1,{dose},{value if not by_dose else values[at]},{signal + 10 * at + number + extra}"
        for number, value in enumerate(values)
        for at, (dose, signal) in enumerate(zip(DOSES, SIGNALS, strict=True))
        for extra in (0, 300)
    ]
    path = folder / "wells.csv"
    path.write_text("\n".join([f"cell_line,dose_um,{head},signal", *rows]) + "\n", encoding="utf-8")
    return read_tidy(path)


@pytest.mark.parametrize(
    ("head", "values"),
    [
        ("X", "ab"),
        ("Y", "12"),
        ("position", ("apical", "basal")),
        ("row", ("24h", "72h")),
        ("column", ("collagen", "none")),
        ("col", ("low", "high")),
        ("file", ("24h.xlsx", "72h.xlsx")),
        ("raw", "ab"),
        ("sd", "12"),
        ("index", "12"),
        ("technical_replicate", ("A-24h", "B-72h")),
        ("tech_rep", ("24", "72")),
        ("plate_row", "+-"),
    ],
)
def test_a_factor_under_an_exempt_name_is_refused(tmp_path, head, values):
    with pytest.raises(InputError, match=rf"the column '{head}' has 2 values \(.*, which would be pooled in one curve"):
        read(tmp_path, head, values)


@pytest.mark.parametrize(
    ("head", "values"),
    [
        ("row", "AB"),
        ("row", "ABC"),
        ("row", "12"),
        ("col", "123"),
        ("Column", ("01", "02", "03")),
        ("plate_column", ("23", "24")),
        ("position", ("A1", "B1")),
        ("technical_replicate", "123"),
        ("tech_rep", "ab"),
        ("tech_rep", ("T1", "T2", "T3")),
        ("sd", ("0.12", "0.12")),
    ],
)
def test_places_and_counts_are_let_be(tmp_path, head, values):
    assert read(tmp_path, head, values).sizes["well"] == 8 * len(values)


def test_a_measurement_that_follows_the_dose_is_let_be(tmp_path):
    assert read(tmp_path, "sd", ("1", "2", "3", "4"), by_dose=True).sizes["well"] == 32
