"""Points that part thousands, in doses, signals and maps."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read.study import read_dose_response
from lensim.dose_response.read.tidy import read_tidy

DOSES = ("0", "300", "1.000", "3.000", "10.000")
SIGNALS = ("50305", "40211", "25117", "8244", "2500")


def table(doses, signals, head="cell_line;dose_nM;signal"):
    rows = [f"LP-1;{dose};{signal}" for dose, signal in zip(doses, signals, strict=True)]
    return "\n".join([head, *rows]) + "\n"


def saved(folder, text):
    path = folder / "wells.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_doses_with_points_are_asked_for_and_read_as_said(tmp_path):
    path = saved(tmp_path, table(DOSES, SIGNALS))
    with pytest.raises(InputError) as caught:
        read_tidy(path)
    assert str(caught.value) == (
        'wells.csv: \'1.000\' may mean 1000 or 1: say decimal="," for the first, decimal="." for the second'
    )
    assert read_tidy(path, decimal=",")["dose_um"].values.tolist() == [0, 0.3, 1, 3, 10]


def test_points_of_percent_are_decimal_points(tmp_path):
    percent = ("100.512", "98.765", "45.321", "20.123", "10.456")
    path = saved(tmp_path, table(("0", "3", "10", "30", "100"), percent, "cell_line;dose_nM;viability_percent"))
    assert read_tidy(path)["viability_percent"].values.tolist() == [float(one) for one in percent]
    path = saved(tmp_path, table(DOSES, percent, "cell_line;dose_nM;viability_percent"))
    with pytest.raises(InputError, match=r"'1\.000' stands in one column with whole numbers and may mean 1000"):
        read_tidy(path)


def test_points_beside_decimal_commas_are_read_and_told(tmp_path):
    path = saved(tmp_path, table(("0", "0,3", "1", "3", "10"), ("50.305", "40.211", "25.117", "8.244", "2.500")))
    data = read_tidy(path)
    assert data["signal"].values.tolist() == [50305, 40211, 25117, 8244, 2500]
    assert "'0,3' has a decimal comma, so points part thousands: '50.305' is read as 50305" in data.attrs["notes"]


def test_a_map_with_points_in_its_doses_is_asked_for(tmp_path):
    grid = tmp_path / "grid.csv"
    grid.write_text(",1,2,3,4,5\nA,50305,40211,25117,8244,2500\nB,50411,40102,25021,8101,2402\n", encoding="utf-8")
    rows = [f"{row}{at};LP-1;{dose}" for row in "AB" for at, dose in enumerate(DOSES, 1)]
    path = tmp_path / "map.csv"
    path.write_text("\n".join(["well;cell_line;dose_nM", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"map\.csv: '1\.000' may mean 1000 or 1: say decimal"):
        read_dose_response(grid, plate_map=path)
    assert read_dose_response(grid, plate_map=path, decimal=",")["dose_um"].max() == 10
