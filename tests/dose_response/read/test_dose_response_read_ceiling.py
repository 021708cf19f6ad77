"""A reader's ceiling written as a number."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read.study import read_dose_response


def saved(folder, top, *, low=(39161, 39050, 21044, 20877, 4012, 3998)):
    signals = [top, top, top, top, *low]
    doses = (0, 0, 0.01, 0.01, 0.1, 0.1, 1, 1, 10, 10)
    rows = [f"LP-1,{dose},{signal}" for dose, signal in zip(doses, signals, strict=True)]
    path = folder / "wells.csv"
    path.write_text("\n".join(["cell_line,dose_um,signal", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("top", ["65535", "99999"])
def test_wells_at_a_number_at_which_readers_stop_are_refused(tmp_path, top):
    path = saved(tmp_path, top)
    with pytest.raises(InputError) as caught:
        read_dose_response(path)
    assert str(caught.value) == (
        f"wells.csv line 2: 4 of 10 wells have exactly the highest signal, {top}, at which readers stop: leave these "
        'wells out with saturated="drop", or read them as they are with saturated="keep"'
    )
    data = read_dose_response(path, saturated="keep")
    assert data.sizes["well"] == 10
    assert f"4 of 10 wells have exactly the highest signal, {top}: where the reader" in data.attrs["notes"]


def test_an_absorbance_at_the_ceiling_is_dropped_and_counted(tmp_path):
    path = saved(tmp_path, "4.0", low=(3.1, 3.2, 1.5, 1.6, 0.2, 0.3))
    with path.open("a", encoding="utf-8") as table:
        table.write("LP-1,0,3.9\n")
    data = read_dose_response(path, saturated="drop")
    assert (data.sizes["well"], data.attrs["wells_saturated"], data.attrs["wells_saturated_untreated"]) == (7, 4, 2)


def test_another_highest_number_is_told(tmp_path):
    data = read_dose_response(saved(tmp_path, "40000"))
    assert (
        "4 of 10 wells have exactly the highest signal, 40000: where the reader cannot measure more"
        in (data.attrs["notes"])
    )


def test_a_ceiling_in_a_grid_is_refused(tmp_path):
    grid, plate_map = tmp_path / "grid.csv", tmp_path / "map.csv"
    grid.write_text(",1,2,3,4\nA,65535,65535,21044,4012\nB,65535,65535,20877,3998\n", encoding="utf-8")
    rows = [f"{row}{at},LP-1,{dose}" for row in "AB" for at, dose in enumerate((0, 0.1, 1, 10), 1)]
    plate_map.write_text("\n".join(["well,cell_line,dose_um", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="4 of 8 wells have exactly the highest"):
        read_dose_response(grid, plate_map=plate_map)
