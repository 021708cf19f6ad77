import string

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import PlateFiles, Roles, read_plate, read_plates
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


TWO = "Raw\n" + numbered() + lettered(NUMBERS) + "\nCorrected\n" + numbered() + lettered(NUMBERS - 50)
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
        "plate.txt: 2 grids of numbers found (number 1, 8 x 12 on lines 3 to 10 under 'Raw'; number 2, 8 x 12 on lines "
        "14 to 21 under 'Corrected'): choose one with reading='Raw' or grid_number=1; where each is a plate of its "
        "own, say grid_number=[1, 2]"
    )


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
        "control, dmso), blank (blank, background), ignored (ignored, empty, excluded), got 'strange'",
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
