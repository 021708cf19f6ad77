import pytest

from lensim.checks import InputError
from lensim.tables.map_blocks import MapSheet, blocks_in_text, find_map_blocks
from tests.plate_blocks import MAP, TIDY, block, dose, line


def small(corner, fill="x", rows=2, columns=3):
    return block(corner, lambda row, column: f"{fill}{row}{column}", rows, columns)


def said(found):
    return [(one.title, one.plate, one.corner, len(one.cells)) for one in found.blocks]


def cells_of(text):
    return [row.split(",") for row in text.splitlines()]


def test_blocks_below_each_other_are_factors_of_one_plate():
    found = blocks_in_text(MAP, "map.csv")
    assert said(found) == [("Dose (uM)", "", "A2", 96), ("Cell line", "", "A13", 96)]
    table = found.table()
    assert table.header == ("well", "Dose (uM)", "Cell line")
    assert (table.rows[0], table.rows[13], len(table.rows)) == (["A1", "0", "LP-1"], ["B2", "10", "LP-1"], 96)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_decimal_commas_and_names_in_the_corner(separator):
    text = block("Dose (uM)", lambda row, column: "0,5", 4, 6, separator) if separator != "," else small("Dose (uM)")
    [one] = blocks_in_text(text, "map.csv").blocks
    assert (one.title, one.cells[0, 0]) == ("Dose (uM)", "x00" if separator == "," else "0,5")


@pytest.mark.parametrize(("rows", "columns"), [(2, 3), (3, 4), (4, 6), (6, 8), (8, 12), (16, 24)])
def test_every_size_of_plate(rows, columns):
    [one] = blocks_in_text(small("dose", rows=rows, columns=columns), "map.csv").blocks
    assert max(one.cells) == (rows - 1, columns - 1)


def test_a_part_of_a_plate_keeps_its_places():
    [one] = blocks_in_text("Dose,11,12\nG,1,2\nH,3,\n", "map.csv").blocks
    assert one.cells == {(6, 10): "1", (6, 11): "2", (7, 10): "3", (7, 11): ""}
    assert one.cell((7, 10)) == "B3"


def test_blocks_side_by_side():
    left, right = cells_of(small("", "1")), cells_of(small("", "2"))
    rows = [["Dose", "", "", "", "", "Line"], *([*a, "", *b] for a, b in zip(left, right, strict=True))]
    found = find_map_blocks([MapSheet("", rows)], "map.csv")
    assert said(found) == [("Dose", "", "A2", 6), ("Line", "", "F2", 6)]


def test_a_title_in_merged_cells_counts_once():
    rows = [["Dose"] * 4, *cells_of(small(""))]
    assert said(find_map_blocks([MapSheet("", rows)], "map.csv")) == [("Dose", "", "A2", 6)]


@pytest.mark.parametrize(
    "text",
    [
        f"{small('Plate 1 dose')}\n{small('Plate 2 dose')}",
        f"Plate 1\n\n{small('dose')}\nPlate 2\n\n{small('dose')}",
        f"Plate 1\n{small('dose')}Plate 2\n{small('dose')}",
        f"dose (Plate 1)\n{small('')}\n\ndose (Plate 2)\n{small('')}",
        f"My experiment\n\nPlate 1: dose\n{small('Row')}\nPlate 2: dose\n{small('Row')}",
    ],
)
def test_plates_are_named_with_the_factor_or_above_it(text):
    found = blocks_in_text(text, "map.csv")
    assert [(one.title, one.plate) for one in found.blocks] == [("dose", "Plate 1"), ("dose", "Plate 2")]
    assert found.table().header == ("plate", "well", "dose")


def test_two_spellings_of_a_plate_are_one():
    found = blocks_in_text(f"{small('Plate 1 dose')}\n{small('line, plate 1')}", "map.csv")
    assert found.plates == ("Plate 1",)


def test_sheets_are_plates_where_they_have_the_same_factors():
    sheets = [MapSheet(name, cells_of(f"{small('dose')}\n{small('line')}")) for name in ("monday", "tuesday")]
    found = find_map_blocks([*sheets, MapSheet("read me", [["fill in", "1"]])], "map.xlsx")
    assert [(one.title, one.plate) for one in found.blocks] == [
        ("dose", "monday"), ("line", "monday"), ("dose", "tuesday"), ("line", "tuesday"),
    ]  # fmt: skip


def test_sheets_are_factors_where_their_blocks_have_no_name():
    sheets = [MapSheet(name, cells_of(small(""))) for name in ("Dose (uM)", "Line")]
    assert said(find_map_blocks(sheets, "map.xlsx")) == [("Dose (uM)", "", "A1", 6), ("Line", "", "A1", 6)]


def test_wells_without_any_text_are_none():
    found = blocks_in_text("Dose,1,2\nA,1,\nB,,\n", "map.csv")
    assert found.table().rows == [["A1", "1"]]


@pytest.mark.parametrize("text", [TIDY, "well,cell_line,dose\nA1,K562,1\n", "a,b\n", "x", "A,1,2\nB,1,2\n"])
def test_other_tables_have_no_blocks(text):
    assert blocks_in_text(text, "map.csv") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"{small('', '1')}",
            "map.csv: cell A1: the block needs the name of its factor in this cell or above it, such as cell_line or "
            "dose (uM), got none; a reader's grid is no map",
        ),
        (
            f"Plate 1\n{small('')}",
            "map.csv: cell A2: the block needs the name of its factor in this cell or above it, such as cell_line or "
            "dose (uM), got none",
        ),
        (
            f"{small('Dose')}\n{small('dose')}",
            "map.csv: cell A5: the factor 'dose' is there twice, also in cell A1: name the plate of each block, such "
            "as 'Plate 2 Dose'",
        ),
        (
            f"{small('line')}\n{small('Plate 2 dose')}",
            "map.csv: the block 'line' (cell A1) names no plate, and others do (Plate 2): name the plate of each "
            "block, such as 'Plate 2 Dose'",
        ),
        (
            "Dose,1,2\nA,1,2\nC,3,4\n",
            "map.csv: cell A3: the rows of the block 'Dose' must be lettered one after the other, got C after A",
        ),
    ],
)
def test_blocks_that_leave_a_doubt_are_refused(text, message):
    with pytest.raises(InputError) as caught:
        blocks_in_text(text, "map.csv")
    assert str(caught.value) == message


def test_a_fault_in_a_sheet_names_the_sheet():
    sheets = [MapSheet(name, cells_of(small("", "1"))) for name in ("Sheet1", "Line")]
    with pytest.raises(InputError, match=r"^map.xlsx: sheet 'Sheet1', cell A1: the block needs the name of its factor"):
        find_map_blocks(sheets, "map.xlsx")


def test_rows_say_their_well_and_cells():
    table = blocks_in_text(MAP, "map.csv").table()
    place = table.lines[13]
    assert str(place) == "well B2 (cells C4 'Dose (uM)', C15 'Cell line')"
    assert place.of("Cell line must not be empty") == "cell C15 (well B2, block 'Cell line')"
    two = blocks_in_text(f"{block('Plate 1 dose', dose)}\n{block('Plate 2 dose', line)}", "map.csv").table()
    assert str(two.lines[-1]) == "well H12 of plate 2 (cells M19 'dose')"
