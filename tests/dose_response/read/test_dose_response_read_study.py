import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.models.dose_response_panel import position_arrays
from tests.dose_response.read.test_dose_response_read_tidy import BELOW_ZERO

TABLE = "cell_line,dose_um,signal\na,0,100\na,1,50\na,2,20\n"
MAP = "well,cell_line,dose_um\nA1,a,0\nA2,a,1\nA3,a,2\n"
GRID = "\t" + "\t".join(map(str, range(1, 13))) + "\n" + "".join(
    f"{row}\t" + "\t".join(str(100 + 12 * at + column) for column in range(12)) + "\n"
    for at, row in enumerate("ABCDEFGH")
)  # fmt: skip


def saved(folder, text, name="wells.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(files, **options):
    with pytest.raises(InputError) as error:
        read_dose_response(files, **options)
    return str(error.value)


def test_several_tables_without_names_are_a_plate_and_an_experiment_each(tmp_path):
    files = [saved(tmp_path, TABLE, f"day {day}.csv") for day in (10, 9)]
    data = read_dose_response(files)
    assert data[v.PLATE].values.tolist() == data[v.EXPERIMENT].values.tolist() == ["day 9", "day 10"]
    assert data[v.SIGNAL].values.tolist() == [100, 50, 20, 100, 50, 20]
    assert data.attrs["source"] == "day 10.csv, day 9.csv"
    assert data.attrs[v.ASSAY] == v.DOSE_RESPONSE
    assert read_dose_response(files[0])[v.PLATE].values.tolist() == ["plate 1"]


def test_several_tables_keep_their_names_and_may_write_them_differently(tmp_path):
    one = saved(tmp_path, "cell_line,dose_um,signal,plate\na,0,100.5,p\na,1,50,p\na,2,20,p\n", "one.csv")
    two = saved(tmp_path, "Luminescence;Conc. (nM);Line;Barcode\n99,5;0;b;p\n50;1000;b;p\n20;2000;b;p\n", "two.csv")
    data = read_dose_response([one, two])
    assert data[v.CELL_LINE].values.tolist() == ["a", "b"]
    assert data[v.PLATE].values.tolist() == ["p"]
    assert data[v.DOSE].values.tolist() == [0, 1, 2, 0, 1, 2]
    assert data[v.SIGNAL].values.tolist()[3] == 99.5


def test_faults_of_several_files_are_told_with_their_file(tmp_path):
    one = saved(tmp_path, TABLE.replace("50", "x"), "one.csv")
    two = saved(tmp_path, TABLE.replace("20", "-1"), "two.csv")
    assert refused([one, two]).splitlines() == [
        "one.csv line 3: signal must be a number, got 'x'",
        f"two.csv line 4: signal must be 0 or more, got -1: {BELOW_ZERO}",
    ]


def test_files_that_are_no_one_study_are_refused(tmp_path):
    one = saved(tmp_path, TABLE, "one.csv")
    two = saved(tmp_path, TABLE.replace("signal", "viability"), "two.csv")
    assert refused([one, two]) == (
        "two.csv: all files must have one of signal, viability and inhibition, got viability, and signal in one.csv"
    )
    own = saved(tmp_path, "cell_line,dose,signal\na,0,100\na,1,50\na,2,20\n", "own.csv")
    assert "say dose_unit=" in refused([one, own])


def test_a_well_that_stands_in_two_files_is_told(tmp_path):
    text = "cell_line,dose_um,signal,plate,well\na,0,100,p,A1\na,1,50,p,A2\na,2,20,p,A3\n"
    one, two = saved(tmp_path, text, "one.csv"), saved(tmp_path, text, "two.csv")
    assert refused([one, two]).splitlines()[0] == "two.csv line 2: well A1 of plate p is also on one.csv line 2"


def test_several_grids_with_one_map(tmp_path):
    grids = [saved(tmp_path, GRID, f"p{n}.txt") for n in (1, 2)]
    alike = saved(tmp_path, MAP, "map.csv")
    data = read_dose_response(grids, plate_map=alike)
    assert data[v.PLATE].values.tolist() == ["p1", "p2"]
    assert (data.attrs[v.PLATE_ROWS], data.attrs[v.PLATE_SIZE_FROM]) == (8, "the reader's grid")
    assert data.attrs["source"] == "p1.txt, map.csv, p2.txt"
    rows = "".join(f"A{w},{line},{w - 1},{p}\n" for p, line in (("p1", "a"), ("p2", "b")) for w in (1, 2, 3))
    named = saved(tmp_path, f"well,cell_line,dose_um,plate\n{rows}", "named.csv")
    assert read_dose_response(grids, plate_map=named)[v.CELL_LINE].values.tolist() == ["a", "b"]
    assert refused(grids[:1], plate_map=named) == "named.csv: plate 'p2' has no grid of that name; there are p1"
    assert refused(saved(tmp_path, GRID, "p3.txt"), plate_map=named) == (
        "named.csv: the map has no plate 'p3', which is in p3.txt; it has p1, p2: name the plates in the map as the "
        "files do"
    )


def test_a_fault_of_a_shared_map_is_told_once(tmp_path):
    grids = [saved(tmp_path, GRID, f"p{n}.txt") for n in (1, 2)]
    odd = saved(tmp_path, MAP + "A4,a,much\n", "map.csv")
    assert refused(grids, plate_map=odd) == "map.csv line 5: dose_um must be a number, got 'much'"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grid_number": 2}, "grid_number is for what plate readers wrote, and needs plate_map= as well, got none"),
        ({"scale": "parts"}, "scale must be one of percent, fraction, got 'parts'"),
        ({"lost": "keep"}, "lost must be one of refuse, drop, got 'keep'"),
        ({"decimal": ";"}, "decimal must be one of ., ,, got ';'"),
        ({"plate_wells": 48}, "plate_wells must be one of 96, 384, 1536, got 48"),
        ({"compound": "x"}, "compound needs a file with a column of compounds, got 'x' and no such column"),
        (
            {"columns": {"response": "signal"}},
            "column must say which is cell_line, dose, dose_unit, signal, viability, inhibition, molecular_group, "
            "experiment, plate, well, compound, condition, parent, role, got 'response'",
        ),
    ],
)
def test_options_that_do_not_suit(tmp_path, options, message):
    assert refused(saved(tmp_path, TABLE), **options) == message


def test_a_grid_asks_for_its_map(tmp_path):
    assert refused(saved(tmp_path, GRID, "p1.txt")) == (
        "p1.txt: the file is what a plate reader wrote, and does not say what is in the wells: say plate_map= with a "
        "table of one row a well (well, cell_line, ...), or with a block of the plate's shape for each factor"
    )
    assert refused(saved(tmp_path, GRID, "p1.txt"), plate_map=saved(tmp_path, MAP, "map.csv"), scale="percent") == (
        "scale is for viability or inhibition in a table, got 'percent' for readers' grids"
    )


def test_several_compounds_need_a_choice(tmp_path):
    rows = "".join(f"a,{dose},{100 - dose},{drug}\n" for drug in ("x", "y") for dose in (1, 2))
    path = saved(tmp_path, f"cell_line,dose_um,signal,drug\na,0,100,\n{rows}")
    assert refused(path) == (
        'compound must be one of the 2 of the file (x, y), got none: choose one with compound="x", or read each by '
        'itself with by="compound"'
    )
    assert read_dose_response(path, compound="x").attrs["compound"] == "x"


FULL_96 = "cell_line,dose_um,signal,well\n" + "".join(
    f"a,{column},{100 - column},{row}{column + 1}\n" for row in "ABCDEFGH" for column in range(12)
)


def test_a_plate_of_384_wells_filled_in_a1_to_h12_has_its_own_edges(tmp_path):
    """The largest well would make it one of 96, whose row H and column 12 lie on the edge."""
    path = saved(tmp_path, FULL_96)
    stated = position_arrays(read_dose_response(path, plate_wells=384))
    guessed_data = read_dose_response(path)
    guessed = position_arrays(guessed_data)
    assert guessed_data.attrs[v.PLATE_SIZE_FROM] == "guessed from the largest well"
    assert int(guessed["edge_of_well"].sum()) == 36
    assert int(stated["edge_of_well"].sum()) == 8 + 12 - 1
    assert stated["row_of_well"].max() == pytest.approx(7 / 15 - 0.5)
    assert stated["column_of_well"].max() == pytest.approx(11 / 23 - 0.5)


def test_a_grid_of_384_wells_says_its_size(tmp_path):
    rows = "ABCDEFGHIJKLMNOP"
    lines = ["\t".join(["", *map(str, range(1, 25))])]
    lines += ["\t".join([row, *(str(100 + at) if at < 12 and row < "I" else "" for at in range(24))]) for row in rows]
    grid = saved(tmp_path, "\n".join(lines) + "\n", "p1.txt")
    data = read_dose_response(grid, plate_map=saved(tmp_path, MAP, "map.csv"))
    assert (data.attrs[v.PLATE_ROWS], data.attrs[v.PLATE_COLUMNS]) == (16, 24)
    assert position_arrays(data)["column_of_well"].max() == pytest.approx(2 / 23 - 0.5)
