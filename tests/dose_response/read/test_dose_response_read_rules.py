"""Untreated wells on other plates."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_tidy

HEADER = "cell_line,plate,well,dose_um,signal\n"
WELLS = f"{HEADER}a,P0,A1,0,90\na,P0,A2,0,110\na,P1,A1,1,60\na,P1,A2,2,40\na,P2,A1,4,20\na,P2,A2,8,10\n"


def read(folder, text, **options):
    path = folder / "wells.csv"
    path.write_text(text, encoding="utf-8")
    return read_tidy(path, **options)


def test_controls_on_another_plate_count_by_choice(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, WELLS)
    way = (
        "; those of plate P0 count where both plates are of one experiment and of one level, which no data show: say "
        'columns={"experiment": "=1"} and controls="experiment"'
    )
    assert str(caught.value).splitlines() == [
        f"wells.csv line {line}: cell line a on plate {plate} has no untreated well (dose 0), so nothing to measure "
        f"its 2 wells against{way}"
        for line, plate in ((4, "P1"), (6, "P2"))
    ]
    data = read(tmp_path, WELLS, columns={"experiment": "=1"}, controls="experiment")
    assert data["culture"].values.tolist() == ["a, 1"]
    assert data["plate"].values.tolist() == ["P0 + P1 + P2"]
    assert data["dose_um"].values.tolist() == [0, 0, 1, 2, 4, 8]
    assert data.attrs["notes"] == (
        "wells.csv: no well with a dose on P0: if these wells were read when the drug was added, say "
        'time_zero={"plate": "P0"}\n'
        "wells.csv: plates P0, P1, P2 of experiment 1 count as one, for their untreated wells"
    )


def test_controls_of_one_experiment_are_named_with_one_choice(tmp_path):
    header, *rows = WELLS.splitlines()
    text = "\n".join([f"{header},experiment", *(f"{row},e1" for row in rows)]) + "\n"
    with pytest.raises(InputError, match=r'which no data show: say controls="experiment"'):
        read(tmp_path, text)
    assert read(tmp_path, text, controls="experiment")["plate"].values.tolist() == ["P0 + P1 + P2"]


def test_plates_with_controls_of_their_own_stay_apart(tmp_path):
    rows = "".join(f"a,{plate},{dose},{9 - dose}{plate[1]}\n" for plate in ("P1", "P2") for dose in (0, 1, 2))
    data = read(tmp_path, f"cell_line,plate,dose_um,signal\n{rows}", controls="experiment")
    assert data["plate"].values.tolist() == ["P1", "P2"]
    assert "each of the 2 plates (P1, P2) is taken as an independent experiment" in data.attrs["notes"]
    with pytest.raises(InputError, match="controls must be one of plate, experiment"):
        read(tmp_path, WELLS, controls="study")


def test_an_untreated_well_of_no_plate_of_the_line_is_no_way_out(tmp_path):
    text = WELLS.replace("a,P0", "b,P0")
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert "controls=" not in str(caught.value)
