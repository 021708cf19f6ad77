"""Plates of an export: several in a file, several readings of one, lists of wells; what is asked, and how."""

from pathlib import Path

import numpy as np
import pytest

from lensim.checks import FaultReport, InputError
from lensim.tables.grid_choice import match_plates, named_plate, plates_of
from lensim.tables.source import Source
from lensim.tables.well_lists import Numbering

NUMBERS = np.random.default_rng(1).integers(100, 9999, (8, 12))
HEAD = ",".join(["", *map(str, range(1, 13))]) + "\n"


def grid(numbers=NUMBERS, first="A"):
    return HEAD + "".join(f"{chr(ord(first) + r)},{','.join(map(str, row))}\n" for r, row in enumerate(numbers))


def bare(numbers=NUMBERS):
    return "".join(",".join(map(str, row)) + "\n" for row in numbers)


def source(text, name="run.csv"):
    return Source(Path(name), name, text.encode())


def read(text, number=None, reading=None, numbering=None):
    (plates,) = plates_of([(source(text), number)], reading, numbering)
    return {plate.name: plate.grid.cells[0, 0][0] for plate in plates}


def refused(text, number=None, reading=None):
    with pytest.raises(InputError) as caught:
        read(text, number, reading)
    return str(caught.value)


ENVISION = "".join(
    f'Plate information\nPlate,Repeat,Barcode\n{n},1,"=""BC{n}"""\n\nBackground information\nPlate,Label\n{n},Lum\n\n'
    f"Calculated results\n{grid(NUMBERS + n + 50)}\nResults (CPS)\n{grid(NUMBERS + n)}\n"
    for n in (1, 2)
)


def test_plates_are_named_by_the_export():
    first = int(NUMBERS[0, 0])
    assert read(f"Plate: P7\n{grid()}\nPlate: P8\n{grid(NUMBERS + 1)}") == {"P7": f"{first}", "P8": f"{first + 1}"}
    assert read(f"Plate 1,,,\n{grid()}\nPlate 2,,,\n{grid(NUMBERS + 1)}") == {"1": f"{first}", "2": f"{first + 1}"}
    assert read(f"ID1: x\n{grid()}\nID1: y\n{grid(NUMBERS + 1)}") == {"x": f"{first}", "y": f"{first + 1}"}
    assert read(f"Plate: P7\n{grid()}") == {"run": f"{first}"}
    assert read(ENVISION, reading="CPS") == {"BC1": f"{first + 1}", "BC2": f"{first + 2}"}
    assert read(ENVISION, number=[2, 4]) == {"BC1": f"{first + 1}", "BC2": f"{first + 2}"}
    assert read(ENVISION, number=4) == {"run, grid 4": f"{first + 2}"}


def test_several_readings_of_a_plate_are_asked_about():
    message = refused(ENVISION.replace("Calculated results", "Results for window 2"))
    assert message.startswith("run.csv: 4 grids of numbers found (number 1, plate BC1, 8 x 12 on lines 11 to 18 under")
    assert message.endswith(
        "choose one with reading='Results for window 2'; for one grid of each plate, say grid_number=[1, 3]"
    )
    for raw, corrected in (("450", "620"), ("Label: 1", "Label: 2"), ("0 h", "24 h"), ("450 nm", "450-620 nm")):
        text = f"{raw}\n{grid()}\n{corrected}\n{grid(NUMBERS - 50)}"
        assert f"choose one with reading={raw!r} or grid_number=1" in refused(text)
        assert read(text, reading=corrected) == {"run": f"{NUMBERS[0, 0] - 50}"}
    assert refused(ENVISION, number=[1, 2]).startswith(
        "run.csv: grids of grid_number must be of different plates, got two of plate BC1; 4 grids of numbers found"
    )


@pytest.mark.parametrize(
    ("raw", "computed"),
    [
        ("Raw Data (485/520)", "Blank corrected based on Raw Data (485/520)"),
        ("Results for Lum - channel 0 (CPS)", "Calculated results: Calc 1: Crosstalk = Crosstalk correction"),
        ("450", "Blank 450"),
        ("Absorbance 450 nm", "Mean"),
        ("Rohdaten (450)", "Normalisiert (450)"),
        ("Luminescence", "% CV"),
    ],
)
def test_the_only_raw_read_is_taken_and_told(raw, computed):
    for text in (
        f"{raw}\n{grid()}\n{computed}\n{grid(NUMBERS - 50)}",
        f"{computed}\n{grid(NUMBERS - 50)}\n{raw}\n{grid()}",
    ):
        faults = FaultReport("plates")
        ((plate,),) = plates_of([(source(text), None)], faults=faults)
        assert plate.grid.cells[0, 0][0] == str(NUMBERS[0, 0])
        assert faults.notes == [
            f"run.csv: the reading {raw!r} is taken, the only raw one of the plate; the others are computed "
            f"({computed!r}): for one of these say reading="
        ]


@pytest.mark.parametrize(
    "titles",
    [
        ("450", "620", "Blank 450"),
        ("Raw data (450)", "450-620 corrected"),
        ("Results for X - channel 1", "Calculated results of channel 1 and channel 2"),
        ("Blank 450", "Average 450"),
        ("450", "K562"),
        ("Test name: blank correction", "620"),
    ],
)
def test_any_doubt_of_the_raw_read_is_asked_about(titles):
    text = "\n".join(f"{title}\n{grid(NUMBERS + 7 * at)}" for at, title in enumerate(titles))
    assert "grids of numbers found" in refused(text)


def test_each_of_several_plates_has_its_raw_read():
    assert read(ENVISION.replace("Results (CPS)", "Results for Lum")) == {
        "BC1": f"{NUMBERS[0, 0] + 1}",
        "BC2": f"{NUMBERS[0, 0] + 2}",
    }
    lacking = ENVISION.replace("Results (CPS)", "Results for Lum", 1).replace("Results (CPS)", "Calculated results 2")
    assert "for one grid of each plate" in refused(lacking)


def test_the_same_numbers_twice_are_one_reading():
    text = f"Calculated\n{grid(NUMBERS.astype(float))}\nRaw\n{grid()}"
    assert read(text) == {"run": str(NUMBERS[0, 0])}  # as the raw one is written


def test_grids_without_a_plate_are_a_plate_each_only_by_choice():
    text = f"K562\n{grid()}\nMM1S\n{grid(NUMBERS + 1)}"
    assert refused(text).endswith("where each is a plate of its own, say grid_number=[1, 2]")
    assert list(read(text, number=[1, 2])) == ["run, grid 1", "run, grid 2"]
    assert refused(text, number=[1, 1]) == "grid_number must name at least one grid, each once, got [1, 1]"
    assert refused(text, number=1, reading="K562") == (
        "run.csv: grid_number= and reading= both choose grids, give one of them"
    )
    assert refused(text, reading="450") == "run.csv: reading must be a part of 'K562', 'MM1S', got '450'"


def test_plates_of_one_name_in_several_files_have_the_files_name_before():
    text = f"Plate: 1\n{grid()}\nPlate: 2\n{grid(NUMBERS + 1)}"
    found = plates_of([(source(text, "a.csv"), None), (source(text, "b.csv"), None)])
    assert [plate.name for of_file in found for plate in of_file] == ["a, 1", "a, 2", "b, 1", "b, 2"]


def test_plates_are_matched_with_the_names_of_a_map():
    (plates,) = plates_of([(source(ENVISION), [2, 4])])
    assert match_plates(plates, ["bc1", "BC2"], "map.csv") == {"bc1": plates[0], "BC2": plates[1]}
    assert match_plates(plates, ["plate 1", "Plate 02"], "map.csv") == {"plate 1": plates[0], "Plate 02": plates[1]}
    assert named_plate(plates, "2") is plates[1]
    with pytest.raises(InputError, match=r"^run\.csv: plate must be one of BC1, BC2, got 'BC3'$"):
        named_plate(plates, "BC3")
    for names, message in (
        (
            ["BC1"],
            "the map has no plate 'BC2' (or 2), which is in run.csv; it has BC1: name the plates in the map as the "
            "files do",
        ),
        (
            ["BC1", "1", "2"],
            "the plates 'BC1' and '1' of the map are one plate of run.csv, BC1: give it one name",
        ),
    ):
        with pytest.raises(InputError) as caught:
            match_plates(plates, names, "map.csv")
        assert str(caught.value) == f"map.csv: {message}"
    assert match_plates(plates, ["BC1"], "map.csv", is_part=True) == {"BC1": plates[0]}


def listed(head, row):
    return head + "\n" + "".join(row(r, c) + "\n" for r in range(8) for c in range(12))


@pytest.mark.parametrize(
    "text",
    [
        listed("Run x\n\nPlate\tPos\tCPM1\tError%", lambda r, c: f"1\t{'ABCDEFGH'[r]}{c + 1:02d}\t{NUMBERS[r, c]}\t1"),
        listed("Well Row,Well Col,Content,Raw Data", lambda r, c: f"{'ABCDEFGH'[r]},{c + 1},Sample X1,{NUMBERS[r, c]}"),
        listed("Row;Column;Signal", lambda r, c: f"{r + 1};{c + 1};{NUMBERS[r, c]}"),
        listed("Well positions\tRaw data", lambda r, c: f"{'ABCDEFGH'[r]}{c + 1}\t{NUMBERS[r, c]}"),
        "\tTemp\t" + "\t".join(f"{'ABCDEFGH'[r]}{c + 1}" for r in range(8) for c in range(12)) + "\n\t23.5\t"
        + "\t".join(map(str, NUMBERS.ravel())) + "\n",
    ],
)  # fmt: skip
def test_lists_of_wells_are_plates(text):
    (plates,) = plates_of([(source(text), None)])
    (plate,) = plates
    assert {place: int(cell) for place, (cell, _) in plate.grid.cells.items()} == dict(np.ndenumerate(NUMBERS))


def test_lists_of_numbered_wells_need_their_order():
    text = listed("Pos\tCPM", lambda r, c: f"{12 * r + c + 1}\t{NUMBERS[r, c]}")
    assert refused(text) == (
        'run.csv: a list numbers its wells: say well_order="rows" (1, 2, 3 along the first row) or '
        'well_order="columns", and plate_wells= where it has not all wells of a plate'
    )
    (plates,) = plates_of([(source(text), None)], numbering=Numbering("rows"))
    assert plates[0].grid.cells[7, 0][0] == str(NUMBERS[7, 0])
    (plates,) = plates_of([(source(text), None)], numbering=Numbering("columns", 96))
    assert plates[0].grid.cells[0, 1][0] == str(NUMBERS[0, 8])


def test_several_columns_and_times_of_a_list_are_asked_about():
    two = listed("Well\tCPM1\tCPM2", lambda r, c: f"{'ABCDEFGH'[r]}{c + 1}\t{NUMBERS[r, c]}\t{NUMBERS[r, c] + 1}")
    assert "choose one with reading='CPM1' or grid_number=1" in refused(two)
    one = listed("Well\tTime\tRLU", lambda r, c: f"{'ABCDEFGH'[r]}{c + 1}\t0\t{NUMBERS[r, c]}")
    again = listed("", lambda r, c: f"{'ABCDEFGH'[r]}{c + 1}\t1\t{NUMBERS[r, c] + 1}").lstrip("\n")
    assert "reading='RLU, reading 1'" in refused(one + again)


TOO_MANY = (
    "rows have more or fewer numbers than there are columns: does one sign part fields and mark decimals, or is a cell "
    "missing?"
)
NOT_WHOLE = "rows do not make a whole plate: is one spoilt or missing, or does one sign part fields and mark decimals?"
SPOILT = {
    "decimal commas": (
        HEAD + "".join(f"{'ABCDEFGH'[r]},{','.join(f'{n},5' for n in row)}\n" for r, row in enumerate(NUMBERS)),
        f"run.csv line 2: in the grid, 8 x 12 on lines 2 to 9, {TOO_MANY}",
    ),
    "one decimal comma": (
        HEAD + "".join(f"{'ABCDEFGH'[r]},{','.join(map(str, row))},{r}5\n" for r, row in enumerate(NUMBERS)),
        f"run.csv line 2: in the grid, 8 x 12 on lines 2 to 9, {TOO_MANY}",
    ),
    "a head too wide": (
        f"777,{grid()}",
        f"run.csv line 2: in the grid, 8 x 12 on lines 2 to 9, {TOO_MANY}",
    ),
    "a row too wide": (
        HEAD[1:] + bare().replace("\n", ",7\n", 1),
        f"run.csv line 2: in the grid, 8 x 12 on lines 2 to 9, {TOO_MANY}",
    ),
    "nine rows": (
        bare() + bare(NUMBERS[:1]),
        f"run.csv line 1: in the grid, 8 x 12 on lines 1 to 9, {NOT_WHOLE}",
    ),
    "a row of words, and a second plate": (
        bare(NUMBERS[:7]) + ",".join(["word"] * 12) + "\n" + bare(),
        f"run.csv line 1: in the grid, 7 x 12 on lines 1 to 7, {NOT_WHOLE}; for another grid of the file, say "
        "grid_number=",
    ),
    "a spoilt plate before another": (
        f"Plate 1\n{bare(NUMBERS[:7])}\nPlate 2\n{bare()}",
        f"run.csv line 2: in the grid, 7 x 12 on lines 2 to 8 under 'Plate 1', {NOT_WHOLE}; for another grid of the "
        "file, say grid_number=",
    ),
    "seven rows": (
        HEAD[1:] + bare(NUMBERS[:7]),
        f"run.csv line 1: in the grid, 8 x 12 on lines 1 to 8, {NOT_WHOLE}",
    ),
    "rows that may be two": (
        HEAD + "".join(f"A{'abcd'[r]},{','.join(map(str, row))}\n" for r, row in enumerate(NUMBERS[:4])),
        "run.csv line 2: in the grid, 4 x 12 on lines 2 to 5, rows are lettered Aa to Af alone, which may be two "
        "rows of a plate each: letter them A, B, or AA, AB",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_grid_that_cannot_be_read_without_doubt_is_told(name):
    text, message = SPOILT[name]
    assert refused(text) == message


def test_another_grid_of_a_file_with_a_spoilt_one_can_be_chosen():
    text = SPOILT["a spoilt plate before another"][0]
    assert read(text, number=2) == {"run, grid 2": str(NUMBERS[0, 0])}
    assert NOT_WHOLE in refused(text, number=1)


def test_a_layout_is_no_reading():
    assert "run.csv: no grid of numbers was found" in refused("Layout\n" + grid())


def test_rows_of_statistics_below_a_grid_do_not_count():
    assert read(grid() + "Mean," + ",".join(["5"] * 12) + "\n") == {"run": str(NUMBERS[0, 0])}


def test_columns_printed_below_each_other_are_one_grid():
    wide = np.random.default_rng(2).integers(1, 99, (16, 24))
    parts = [
        ",".join(["", *map(str, range(start + 1, start + 13))])
        + "\n"
        + "".join(f"{chr(65 + r)},{','.join(map(str, row[start : start + 12]))}\n" for r, row in enumerate(wide))
        for start in (0, 12)
    ]
    (plates,) = plates_of([(source("\n".join(parts)), None)])
    assert {place: int(cell) for place, (cell, _) in plates[0].grid.cells.items()} == dict(np.ndenumerate(wide))


def test_a_row_of_a_list_with_other_fields_than_its_head_gives_no_number():
    rows = ["Well,CPM,Error", "A1,5", "B1,7,20,1", "C1,30,2", "D1,40,", "E1,50,1"]
    (plates,) = plates_of([(source("\n".join(rows)), None)])
    assert [text for text, _ in plates[0].grid.cells.values()] == [
        "a row of 2 fields, not 3",
        "a row of 4 fields, not 3",
        "30",
        "40",
        "50",
    ]


def test_the_only_row_that_lacks_a_field_gives_no_numbers():
    rows = grid().splitlines()
    short = [*rows[:4], rows[4].rsplit(",", 1)[0], *rows[5:]]
    (plates,) = plates_of([(source("\n".join(short)), None)])
    texts = {plates[0].grid.cells[3, column][0] for column in range(12)}
    assert texts == {"a row of 12 fields, where others have 13"}
    ends = [*rows[:7], *(row.rsplit(",", 2)[0] for row in rows[7:])]
    (plates,) = plates_of([(source("\n".join(ends)), None)])
    assert [plates[0].grid.cells[row, 11][0] for row in (6, 7)] == ["", ""]
    assert plates[0].grid.cells[7, 0][0] == str(NUMBERS[7, 0])


def test_rows_of_a_grid_may_stand_in_any_order():
    head, *rows = grid().splitlines()
    assert read("\n".join([head, *reversed(rows)])) == {"run": str(NUMBERS[0, 0])}
    ((plate,),) = plates_of([(source("\n".join([head, *rows[4:], *rows[:4]])), None)])
    assert {place: int(cell) for place, (cell, _) in plate.grid.cells.items()} == dict(np.ndenumerate(NUMBERS))


def test_times_that_a_program_computed_do_not_end_a_grid():
    rows = [f"{row},600\n,{','.join(['0:12:30'] * 12)},t at Max V\n" for row in grid().splitlines()[1:]]
    ((plate,),) = plates_of([(source(HEAD + "".join(rows)), None)])
    assert {place: int(cell) for place, (cell, _) in plate.grid.cells.items()} == dict(np.ndenumerate(NUMBERS))


def test_settings_below_a_plate_are_no_spoilt_plate():
    rest = "\n".join(f",Corner {n},{n}.5,{n},,,,,,,,,," for n in range(4))
    assert read(f"{grid()}\nCoordinates,,,,,,,,,,,,\n{rest}\n") == {"run": str(NUMBERS[0, 0])}


def test_a_plate_beside_its_list_is_one_plate():
    wells = listed("Plate,Well,CPM", lambda r, c: f"7,{'ABCDEFGH'[r]}{c + 1},{NUMBERS[r, c]}")
    assert read(f"{grid()}\n{wells}") == {"run": str(NUMBERS[0, 0])}


def test_bars_and_line_ends_written_twice():
    assert read(grid().replace(",", "|")) == {"run": str(NUMBERS[0, 0])}
    assert read(grid().replace("\n", "\r\r\n")) == {"run": str(NUMBERS[0, 0])}


def test_a_line_of_settings_that_a_spreadsheet_made_longer_is_no_row():
    above = "1,BCA at 562,0,289468,156,De=1st" + "," * 6 + "\n" + "," * 11 + "\n"
    assert read(above + bare()) == {"run": str(NUMBERS[0, 0])}


def test_a_plate_that_is_named_in_some_rows_of_a_list_is_one():
    rows = [
        f"{'P7' if at % 5 == 1 else ''},{'ABCDEFGH'[r]}{c + 1},{NUMBERS[r, c]}"
        for at, (r, c) in enumerate(np.ndindex(8, 12))
    ]
    ((plate,),) = plates_of([(source("\n".join(["Plate,Well,CPM", *rows])), None)])
    assert (plate.grid.plates, len(plate.grid.cells)) == (("P7",), 96)
