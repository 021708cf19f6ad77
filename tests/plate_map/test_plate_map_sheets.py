import pytest

from lensim.checks import InputError
from lensim.plate_map.contents import read_plate_map
from lensim.plate_map.sheets import block_sheets, empty_map
from lensim.tables.map_source import blocks_of
from lensim.tables.source import source_of
from lensim.tables.workbook import read_workbook
from lensim.workbook_file import write_workbook
from tests.plate_blocks import MAP

PLATES = "Plate 1\n\n{0}\nPlate 2\n\n{0}"


@pytest.mark.parametrize("text", [MAP, PLATES.format(MAP)])
def test_a_map_is_the_same_as_a_workbook(tmp_path, text):
    (tmp_path / "map.csv").write_text(text)
    before = read_plate_map(tmp_path / "map.csv")
    write_workbook(tmp_path / "map.xlsx", block_sheets(before))
    after = read_plate_map(tmp_path / "map.xlsx")
    assert (after.plates, after.factors) == (before.plates, before.factors)


@pytest.mark.parametrize(("wells", "shape"), [(6, (2, 3)), (24, (4, 6)), (48, (6, 8)), (96, (8, 12)), (384, (16, 24))])
def test_an_empty_map_has_a_block_a_factor(tmp_path, wells, shape):
    write_workbook(tmp_path / "map.xlsx", empty_map(("line", "dose (uM)", "role"), wells, plates=2))
    blocks = blocks_of(source_of(tmp_path / "map.xlsx", whole=True))
    assert [(one.title, one.plate, max(one.cells)) for one in blocks.blocks] == [
        (name, plate, (shape[0] - 1, shape[1] - 1))
        for plate in ("Plate 1", "Plate 2")
        for name in ("line", "dose (uM)", "role")
    ]


def test_an_empty_map_says_what_to_write(tmp_path):
    write_workbook(tmp_path / "map.xlsx", empty_map(("line", "colour")))
    sheet = read_workbook(tmp_path / "map.xlsx").sheets[-1]
    assert sheet.name == "how to fill in"
    assert [row[:2] for row in sheet.rows[1:3]] == [
        ["line", "name of the line, the same in every well of it"],
        ["colour", "any text; no reader of lensim knows this name, so say what the column is"],
    ]


@pytest.mark.parametrize(
    ("factors", "wells", "message"),
    [
        ((), 96, "factors must name 1 to 20 factors, got 0"),
        (("Plate 2 dose",), 96, "factors must be names of at most 60 characters, such as cell_line or dose (uM), and "
         "name no plate, got 'Plate 2 dose'"),
        (("row",), 96, "factors must be names of at most 60 characters, such as cell_line or dose (uM), and "
         "name no plate, got 'row'"),
        (("line", "Line"), 96, "factors must not name anything twice, got line"),
        (("line",), 95, "wells must be one of 6, 12, 24, 48, 96, 384, 1536, got '95'"),
    ],
)  # fmt: skip
def test_empty_maps_that_cannot_be(factors, wells, message):
    with pytest.raises(InputError) as caught:
        empty_map(factors, wells)
    assert str(caught.value) == message
