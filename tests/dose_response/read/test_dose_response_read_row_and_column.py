import pandas as pd
import pytest

from lensim import vocabulary as v
from lensim.dose_response.read import read_dose_response


def table(**more) -> pd.DataFrame:
    rows = [
        {"cell_line": f"line {r}", "dose_um": (0.0, 0.1, 1.0, 10.0)[c], "signal": 1000.0 - 90.0 * c + r}
        | {"row": "ABC"[r], "column": c + 1}
        for r in range(3)
        for c in range(4)
    ]
    return pd.DataFrame(rows).assign(**more)


def read(tmp_path, frame, **options):
    frame.to_csv(tmp_path / "wells.csv", index=False)
    return read_dose_response(tmp_path / "wells.csv", **options)


@pytest.mark.parametrize("names", [("row", "column"), ("Plate Row", "Plate column"), ("Well row", "Col")])
@pytest.mark.parametrize("numbers", [False, True])
def test_wells_are_named_by_row_and_column(tmp_path, names, numbers):
    frame = table()
    if numbers:
        frame["row"] = frame["row"].map({"A": 1, "B": 2, "C": 3})
    data = read(tmp_path, frame.rename(columns=dict(zip(("row", "column"), names, strict=True))))
    assert data[v.WELL_NAME].to_numpy().tolist() == [f"{r}{c}" for r in "ABC" for c in range(1, 5)]
    assert data[v.PLATE_ROW].to_numpy().tolist() == [r for r in range(3) for _ in range(4)]


def test_a_column_of_wells_comes_first(tmp_path):
    data = read(tmp_path, table(well=[f"H{k + 1}" for k in range(12)]))
    assert data[v.WELL_NAME].to_numpy()[0] == "H1"


def test_what_is_no_place_names_no_well(tmp_path):
    data = read(tmp_path, table().assign(row="top"))
    assert v.WELL_NAME not in data
