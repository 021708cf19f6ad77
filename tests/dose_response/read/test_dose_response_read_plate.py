import string

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.assay import notes
from lensim.dose_response.read import PlateFiles, Roles, read_dose_response, read_plate, read_plates
from lensim.tables.grid import find_grids
from lensim.tables.well_names import parse_well_name, smallest_plate, well_name
from tests.dose_response.read.test_dose_response_read_tidy import BELOW_ZERO

NUMBERS = 100 + np.arange(96).reshape(8, 12)
LETTERS = string.ascii_uppercase
COLUMNS = [str(n + 1) for n in range(12)]


def lines_of(numbers, separator="\t", before="", after="", decimals=""):
    return "".join(before + separator.join(f"{n}{decimals}" for n in row) + after + "\n" for row in numbers)


def lettered(numbers, separator="\t", after=""):
    return "".join(separator.join([LETTERS[r], *map(str, row)]) + after + "\n" for r, row in enumerate(numbers))


def numbered(separator="\t", before=1):
    return separator.join([""] * before + COLUMNS) + "\n"


WIDE = np.arange(384).reshape(16, 24)
FORMATS = {
    "bare": lines_of(NUMBERS),
    "bare under a header": "Reader 7\nCounting time\t1.00\n\n06/11/2020\t11:06:04\n" + lines_of(NUMBERS),
    "trailing separators": lines_of(NUMBERS, ",", after=",,"),
    "decimal commas": lines_of(NUMBERS, ";", decimals=",0"),
    "blanks": lines_of(NUMBERS, "   ", before=" ", decimals=",0"),
    "letters": lettered(NUMBERS),
    "letters and numbers": numbered() + lettered(NUMBERS),
    "letters and numbers, a corner": "<>" + numbered() + lettered(NUMBERS),
    "numbers alone": numbered(before=0) + lines_of(NUMBERS),
    "zeros before numbers, commas": ",01,02,03,04,05,06,07,08,09,10,11,12,\n" + lettered(NUMBERS, ",", after=","),
    "wavelength behind each row": numbered() + lettered(NUMBERS, after="\t450"),
    "letters on both sides": numbered() + "".join(
        "\t".join([LETTERS[r], *map(str, row), LETTERS[r]]) + "\n" for r, row in enumerate(NUMBERS)
    ),
    "temperature beside the first row": (
        "Plate:\tP1\n\tTemperature(¡C)" + numbered() + "\t23.5" + lines_of(NUMBERS, before="\t\t")[1:] + "\n~End\n"
    ),
    "a layout of names first": (
        numbered() + lettered(np.full((8, 12), "SPL1")) + "\nResults\n" + numbered() + lettered(NUMBERS)
    ),
    "empty lines between": "\n\n".join(lines_of(NUMBERS).splitlines()),
    "quotes": lines_of(NUMBERS, '","', before='"', after='"'),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_grid_is_found_whatever_stands_around_it(text, end):
    (grid,) = find_grids(text.replace("\n", end))
    assert grid.shape == (8, 12)
    numbers = {place: float(text.replace(",", ".")) for place, (text, _) in grid.cells.items()}
    assert numbers == {(r, c): NUMBERS[r, c] for r in range(8) for c in range(12)}


def test_larger_plates_and_parts_of_plates():
    (wide,) = find_grids(lines_of(WIDE))
    assert (wide.shape, wide.cells[15, 23]) == ((16, 24), ("383", 16))
    (part,) = find_grids("x\n<>\t2\t3\nB\t5\tOVER\nC\t6\t7\n")
    assert part.cells == {(1, 1): ("5", 3), (1, 2): ("OVER", 3), (2, 1): ("6", 4), (2, 2): ("7", 4)}


MAP = "well,cell_line,dose_um,role\nA1,a,0,untreated\nA2,a,1,treated\nA3,a,10,treated\nH12,,,blank\nB1,,,empty\n"


@pytest.fixture
def files(tmp_path):
    def write(grid=FORMATS["letters and numbers"], plate_map=MAP, name="plate"):
        (tmp_path / f"{name}.txt").write_text(grid, encoding="utf-8")
        (tmp_path / f"{name}_map.csv").write_text(plate_map, encoding="utf-8")
        return tmp_path / f"{name}.txt", tmp_path / f"{name}_map.csv"

    return write


def test_a_plate_with_its_map(files):
    data = read_plate(*files(), counting_minutes=1.0)
    assert data["signal"].values.tolist() == [100, 101, 102]
    assert data["blank_signal"].values.tolist() == [195]
    assert data["dose_um"].values.tolist() == [0, 1, 10]
    assert data["plate"].values.tolist() == ["plate"]
    assert data.attrs["wells_ignored"] == 92
    assert (data.attrs["plate_rows"], data.attrs["plate_columns"]) == (8, 12)
    assert data.attrs["source"] == "plate.txt, plate_map.csv"
    assert data["signal"].attrs["units"] == "counts/min"


def test_plates_are_joined(files):
    one, two = files(name="p1"), files(name="p2", grid=lines_of(NUMBERS * 2))
    data = read_plates([PlateFiles(*two), PlateFiles(*one)])
    assert data["plate"].values.tolist() == ["p1", "p2"]
    assert data["signal"].values.tolist() == [200, 202, 204, 100, 101, 102]
    assert data["plate_of_culture"].values.tolist() == [1, 0]
    named = read_plates([PlateFiles(*one, "1", "day 1"), PlateFiles(*two, "1", "day 2")])
    assert named["experiment"].values.tolist() == ["day 1", "day 2"]
    assert named["plate"].values.tolist() == ["day 1, plate 1", "day 2, plate 1"]
    with pytest.raises(InputError, match=r"^plates: the plate 'p1' appears twice: give each a name"):
        read_plates([PlateFiles(*one), PlateFiles(*one)])
    with pytest.raises(InputError, match="plates must hold at least one plate, got none"):
        read_plates([])


def test_one_map_of_several_plates(files):
    rows = "".join(f"A{w},{line},{w - 1},{p}\n" for p, line in (("p1", "a"), ("p2", "b")) for w in (1, 2, 3))
    grid, plate_map = files(plate_map=f"well,cell_line,dose_um,plate\n{rows}")
    data = read_plates([PlateFiles(grid, plate_map, plate) for plate in ("p1", "p2")])
    assert data["cell_line"].values.tolist() == ["a", "b"]
    with pytest.raises(
        InputError, match=r"the map has no plate 'plate', which is in plate\.txt; it has p1, p2: name the"
    ):
        read_plate(grid, plate_map)
    with pytest.raises(InputError, match="plate must be one of p1, p2, as the map has, got 'p3'"):
        read_plate(grid, plate_map, plate="p3")
    only = files(plate_map="well,cell_line,dose_um,plate\nA1,a,0,x\nA2,a,1,x\nA3,a,2,x\n")
    assert read_plate(*only)["plate"].values.tolist() == ["x"]


TWO = "First\n" + numbered() + lettered(NUMBERS) + "\nSecond\n" + numbered() + lettered(NUMBERS - 50)
SIDE_BY_SIDE = (
    "\t"
    + "\t".join([*COLUMNS, "", *COLUMNS])
    + "\n"
    + lettered(np.hstack([NUMBERS, np.full((8, 1), ""), NUMBERS - 50]))
)
BY_TURNS = numbered() + "".join(
    f"{LETTERS[r]}\t" + "\t".join(map(str, row)) + "\t450\n\t" + "\t".join(map(str, row - 50)) + "\t600\n"
    for r, row in enumerate(NUMBERS)
)


@pytest.mark.parametrize("text", [TWO, SIDE_BY_SIDE, BY_TURNS, lines_of(NUMBERS) + lines_of(NUMBERS - 50)])
def test_several_grids_are_a_choice(files, text):
    with pytest.raises(
        InputError, match=r"^plate\.txt: 2 grids of numbers found .*: choose one with .*grid_number=1; where"
    ):
        read_plate(*files(text))
    assert read_plate(*files(text), grid_number=1)["signal"].values.tolist() == [100, 101, 102]
    assert read_plate(*files(text), grid_number=2)["signal"].values.tolist() == [50, 51, 52]
    with pytest.raises(InputError, match=r"grid_number must lie between 1 and 2, got 3; 2 grids of numbers found"):
        read_plate(*files(text), grid_number=3)


def test_the_choice_says_what_stands_where(files):
    with pytest.raises(InputError) as caught:
        read_plate(*files(TWO))
    assert str(caught.value) == (
        "plate.txt: 2 grids of numbers found (number 1, 8 x 12 on lines 3 to 10 under 'First'; number 2, 8 x 12 on "
        "lines 14 to 21 under 'Second'): choose one with reading='First' or grid_number=1; where each is a plate of "
        "its own, say grid_number=[1, 2]"
    )


def test_the_only_raw_grid_is_read_and_told(files):
    text = TWO.replace("First", "Raw data (450)").replace("Second", "Blank corrected (450)")
    data = read_plate(*files(text))
    assert data["signal"].values.tolist() == [100, 101, 102]
    assert data.attrs["notes"] == (
        "plate.txt: the reading 'Raw data (450)' is taken, the only raw one of the plate; the others are computed "
        "('Blank corrected (450)'): for one of these say reading="
    )
    assert "notes" not in read_plate(*files(text), reading="blank").attrs


def test_no_grid_says_what_comes_nearest(files):
    with pytest.raises(InputError) as caught:
        read_plate(*files("Reader\n" + lines_of(NUMBERS[:, :11])))
    assert str(caught.value) == (
        "plate.txt: no grid of numbers was found (8 x 12, 16 x 24, 32 x 48, or any part of a plate with its letters "
        "and numbers beside it), and no list of wells with a head such as Well or Pos; the line "
        "with most numbers is line 2, with 11"
    )
    with pytest.raises(InputError, match="no line has a number of its own"):
        read_plate(*files("Reader\n"))


def test_faults_of_grid_and_map_are_told_together(files):
    grid = FORMATS["letters and numbers"].replace("101", "OVER").replace("102", "-1")
    plate_map = MAP.replace("H12", "P12") + "17,a,1,treated\nA1,a,ten,treated\nA4,a,1,strange\n"
    with pytest.raises(InputError) as caught:
        read_plate(*files(grid, plate_map))
    assert str(caught.value).splitlines() == [
        "plate.txt line 2: the reading of well A2 is saturated, got 'OVER'; to leave saturated wells out, say "
        "saturated='drop'",
        f"plate.txt line 2: the reading of well A3 must be 0 or more, got -1: {BELOW_ZERO}",
        "plate_map.csv line 5: well P12 is not in the grid of plate.txt, 8 x 12 on lines 2 to 9",
        "plate_map.csv line 7: well must be a letter and a number, such as A1, got '17'; where wells are numbered, say "
        'well_order="rows" or well_order="columns"',
        "plate_map.csv line 8: dose_um must be a number, got 'ten'",
        "plate_map.csv line 8: well A1 of plate is also on line 2",
        "plate_map.csv line 9: role must match one of treated (treated, sample), untreated (untreated, vehicle, "
        "control, ctrl, dmso, negative control, solvent), time_zero (t0, time zero), "
        "blank (blank, background), ignored (ignored, empty, "
        "excluded), got 'strange'; say "
        "what every word means with roles=",
    ]


def test_lost_wells_of_a_grid(files):
    grid = FORMATS["letters and numbers"].replace("\t103\t", "\t\t")
    plate_map = MAP + "A4,a,10,treated\n"
    with pytest.raises(
        InputError,
        match=r"^plate\.txt line 2: the reading of well A4 must be given, got ''; to leave such wells out, say lost=",
    ):
        read_plate(*files(grid, plate_map))
    assert read_plate(*files(grid, plate_map), lost="drop").attrs["wells_lost"] == 1


def test_units_roles_and_columns_of_a_map(files):
    plate_map = "Position;line;conc;tag\nA1;a;;N\nA2;a;0,5;S1\nA3;a;1;S2\n"
    roles = Roles(untreated=("N",), treated=("S*",))
    data = read_plate(*files(plate_map=plate_map), "nM", columns={"well": "Position", "role": "tag"}, roles=roles)
    assert data["dose_um"].values.tolist() == [0, 0.0005, 0.001]
    one, other = files(name="p1"), files(name="p2", plate_map=MAP.replace("dose_um", "dose"))
    with pytest.raises(InputError, match="the column 'dose' does not say its unit"):
        read_plates([PlateFiles(*one), PlateFiles(*other)])
    with pytest.raises(InputError, match="the column 'well' is missing"):
        read_plate(*files(plate_map="cell_line,dose_um\na,1\n"))


@pytest.mark.parametrize("shape", [(8, 12), (16, 24), (32, 48)])
def test_names_of_wells_are_inverse_to_places(shape):
    places = [(r, c) for r in range(shape[0]) for c in range(shape[1])]
    assert [parse_well_name(well_name(*place)) for place in places] == places
    assert smallest_plate(places) == shape
    assert parse_well_name("b07") == (1, 6)
    assert [parse_well_name(name) for name in ("A0", "A49", "AG1", "7", "", "A1B")] == [None] * 6


PLATES = f"Plate: P1\n{FORMATS['letters and numbers']}\nPlate: P2\n{numbered()}{lettered(NUMBERS * 2)}"


def test_plates_of_one_file(files):
    data = read_plate(*files(PLATES))
    assert data["plate"].values.tolist() == ["P1", "P2"]
    assert data["signal"].values.tolist() == [100, 101, 102, 200, 202, 204]
    rows = "".join(f"A{w},{line},{w - 1},{p}\n" for p, line in ((" p1", "a"), ("Plate P2", "b")) for w in (1, 2, 3))
    named = read_plate(*files(PLATES, f"well,cell_line,dose_um,plate\n{rows}"))
    assert (named["plate"].values.tolist(), named["signal"].values.tolist()) == (
        ["p1", "Plate P2"],
        [100, 101, 102, 200, 202, 204],
    )
    assert read_plate(*files(PLATES), plate="P2")["signal"].values.tolist() == [200, 202, 204]
    with pytest.raises(InputError, match=r"^plate\.txt: plate must be one of P1, P2, got 'P3'$"):
        read_plate(*files(PLATES), plate="P3")


def test_a_reading_is_chosen_by_its_text(files):
    assert read_plate(*files(TWO), reading="second")["signal"].values.tolist() == [50, 51, 52]
    assert read_plate(*files(BY_TURNS), reading="600")["signal"].values.tolist() == [50, 51, 52]


def test_saturated_wells_are_left_out_only_by_choice_and_told(files):
    text = FORMATS["letters and numbers"].replace("\t100\t", "\tOVER\t").replace("\t102\t", "\t>99999\t")
    plate_map = MAP + "B2,a,0,untreated\nB3,a,5,treated\n"
    with pytest.raises(InputError) as caught:
        read_plate(*files(text, plate_map), lost="drop")
    assert str(caught.value).splitlines() == [
        f"plate.txt line 2: the reading of well {well} is saturated, got '{word}'; to leave saturated wells out, say "
        "saturated='drop'"
        for well, word in (("A1", "OVER"), ("A3", ">99999"))
    ]
    data = read_plate(*files(text, plate_map), saturated="drop")
    assert data["signal"].values.tolist() == [101, 113, 114]
    assert (data.attrs["wells_saturated"], data.attrs["wells_saturated_untreated"], data.attrs["wells_lost"]) == (
        2,
        1,
        0,
    )
    assert notes(data)[-1].startswith("wells in which the reader was saturated are left out (2, 1 of them untreated)")
    assert not any("saturated" in note for note in notes(read_plate(*files())))


def test_words_of_lost_wells(files):
    text = FORMATS["letters and numbers"].replace("\t100\t", "\tPath?\t").replace("\t102\t", "\tMasked\t")
    plate_map = MAP + "B2,a,0,untreated\nB3,a,5,treated\n"
    with pytest.raises(
        InputError, match=r"well A1 must be given, got 'Path\?'; to leave such wells out, say lost='drop'"
    ):
        read_plate(*files(text, plate_map))
    assert read_plate(*files(text, plate_map), lost="drop").attrs["wells_lost"] == 2


def test_a_map_may_number_its_wells(files):
    numbered_map = MAP.replace("A1,", "1,").replace("A2,", "2,").replace("A3,", "3,").replace("H12", "96")
    numbered_map = numbered_map.replace("B1,", "13,")
    assert read_plate(*files(plate_map=numbered_map), well_order="rows")["signal"].values.tolist() == [100, 101, 102]
    down = read_plate(*files(plate_map=numbered_map), well_order="columns")
    assert down["signal"].values.tolist() == [100, 112, 124]
    assert down["well_name"].values.tolist() == ["A1", "B1", "C1"]
    with pytest.raises(InputError, match="well must be at most 96 on this plate, got '97'"):
        read_plate(*files(plate_map=numbered_map + "97,a,1,treated\n"), well_order="rows")
    part = "\t1\t2\nA\t5\t6\nB\t7\t8\n"
    with pytest.raises(InputError, match="'1' needs the size of the plate: say plate_wells=96, plate_wells=384 or"):
        read_plate(*files(part, numbered_map), well_order="rows")
    with pytest.raises(InputError, match="well_order must be one of rows, columns, got 'down'"):
        read_plate(*files(), well_order="down")


def test_1536_wells_lettered_as_the_reader_does(files):
    large = np.arange(32 * 48).reshape(32, 48) + 100
    small = [*LETTERS, *"abcdef"]
    quarters = [f"{a}{b}" for a in "ABCDEFGH" for b in "abcd"]
    head = "\t" + "\t".join(str(n + 1) for n in range(48)) + "\n"
    for letters, rows in ((small, "Aab"), (quarters, ("Aa", "Ga", "Gc"))):
        text = head + "".join(f"{a}\t" + "\t".join(map(str, row)) + "\n" for a, row in zip(letters, large, strict=True))
        doses = "".join(f"{row}48,a,{dose},treated\n" for dose, row in enumerate(rows))
        data = read_plate(*files(text, f"well,cell_line,dose_um,role\n{doses}"))
        places = [letters.index(row) for row in rows]
        assert data["signal"].values.tolist() == large[places, 47].tolist()
        assert data["plate_row"].values.tolist() == places
        assert data.attrs["plate_rows"] == 32
    with pytest.raises(InputError) as caught:
        read_plate(*files(text))
    assert str(caught.value).splitlines()[0] == (
        "plate_map.csv: the letters of rows in the column well may mean two rows each of the grid of plate.txt: letter "
        "rows Aa, Ab, Ac, Ad, Ba ... Hd"
    )


def test_a_table_that_says_its_doses_needs_no_map(files, tmp_path):
    (tmp_path / "tidy.csv").write_text("well,cell_line,dose_um,signal\nA1,a,0,5\nA2,a,1,4\nA3,a,2,3\n")
    with pytest.raises(InputError) as caught:
        read_dose_response(tmp_path / "tidy.csv", plate_map=files()[1])
    assert str(caught.value) == (
        "tidy.csv: the table says in its own columns what is in its wells: leave out the map, or these columns"
    )


def test_rows_of_a_map_may_be_chosen_by_plate(files):
    rows = "".join(f"A{w},{line},{w - 1},{p}\n" for p, line in (("P1", "a"), ("P2", "b")) for w in (1, 2, 3))
    grid, plate_map = files(PLATES, f"well,cell_line,dose_um,plate\n{rows}")
    data = read_dose_response(grid, plate_map=plate_map, where={"plate": "P2"})
    assert (data["plate"].values.tolist(), data["signal"].values.tolist()) == (["P2"], [200, 202, 204])
    alone, _ = files(name="P1")
    with pytest.raises(InputError, match="plate 'P2' has no grid of that name; there are P1"):
        read_dose_response(alone, plate_map=plate_map, where={"plate": "P2"})


@pytest.mark.parametrize(
    ("plate_map", "remark"),
    [
        (FORMATS["letters and numbers"], "; a reader's grid is no map"),
        ("\t1\t2\nA\tK562\tMM1S\nB\tK562\tMM1S\n", ""),
    ],
)
def test_a_map_that_is_a_grid_is_told(files, plate_map, remark):
    with pytest.raises(InputError) as caught:
        read_plate(*files(plate_map=plate_map))
    assert str(caught.value) == (
        "plate_map.csv: cell A1: the block needs the name of its factor in this cell or above it, such as cell_line or "
        f"dose (uM), got none{remark}"
    )


def test_a_map_that_is_a_grid_without_letters_is_told(files):
    with pytest.raises(InputError) as caught:
        read_plate(*files(plate_map="\n".join("\t".join("1" for _ in range(12)) for _ in range(8))))
    assert str(caught.value) == (
        "plate_map.csv: a plate map must be a table with one row a well (well, cell_line, ...), or blocks with "
        "lettered rows, numbered columns and the factor's name above each, got a grid without these"
    )
