import pandas as pd
import pytest

from lensim.checks import InputError
from lensim.plate_map.contents import factors_of, map_of_table, read_plate_map, text_of
from tests.plate_blocks import MAP, TIDY


@pytest.fixture
def saved(tmp_path):
    def save(text, name="map.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return save


def test_a_map_of_blocks_and_one_with_a_row_a_well_are_the_same(saved):
    blocks, tidy = read_plate_map(saved(MAP)), read_plate_map(saved(TIDY, "tidy.csv"))
    assert blocks.plates == tidy.plates
    assert blocks.shape == tidy.shape == (8, 12)
    assert blocks.cells["", (1, 1), "Dose (uM)"] == "cell C4"
    pd.testing.assert_frame_equal(blocks.table(), tidy.table())
    assert (blocks.factor("dose"), blocks.factor("cell_line"), blocks.factor("gene")) == ("Dose (uM)", "Cell line", "")


def test_faults_of_a_map_with_a_row_a_well(saved):
    with pytest.raises(InputError) as caught:
        read_plate_map(saved("well,line\nA1,x\nA1,y\n7,z\n"))
    assert str(caught.value).splitlines() == [
        "map.csv line 3: the well A1 is there twice: give each a row of its own, or name its plate",
        "map.csv line 4: well must be a letter and a number, such as A1, got '7'",
    ]
    with pytest.raises(InputError, match=r"map.csv line 1: the column 'well' is missing; there are 'a', 'b'"):
        read_plate_map(saved("a,b\n1,2\n"))


def test_a_table_becomes_a_map():
    table = pd.DataFrame({"plate": ["P", "P"], "well": ["A1", "B2"], "dose_um": [0.1, float("nan")], "n": [1, 2]})
    assert map_of_table(table, "plan").plates == {
        "P": {(0, 0): {"dose_um": "0.1", "n": "1"}, (1, 1): {"dose_um": "", "n": "2"}}
    }
    with pytest.raises(InputError, match="plan: well must be a letter and a number, such as A1, got 'x'"):
        map_of_table(table.assign(well="x"), "plan")


def test_texts_and_names_of_factors():
    assert [text_of(value) for value in (None, float("nan"), 0.3, 2, "x")] == ["", "", "0.3", "2", "x"]
    assert factors_of("line, dose  (uM),,role ") == ("line", "dose (uM)", "role")
