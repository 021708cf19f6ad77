import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.bioassay.assay import notes
from lensim.bioassay.assemble import write_bioassay
from lensim.bioassay.design import BioassayDesign, lay_out
from lensim.bioassay.read import read_bioassay
from lensim.bioassay.simulate import one_study, simulate
from lensim.bioassay.truth import USUAL_FAULTS, BioassayPopulation, draw_truth
from lensim.checks import InputError
from lensim.seeding import stream
from lensim.tables.well_names import well_name

HEADER = "well,role,concentration_pg_per_ml,cell_line,condition,dilution,od\n"
STANDARDS = [
    f"A{1 + at},standard,{tnf},,,,{od}\n"
    for at, (tnf, od) in enumerate(((0, 1.2), (12.5, 1.1), (50, 0.9), (200, 0.5), (800, 0.2)))
]
SAMPLES = ["B1,sample,,x,control,1,0.8\n", "B2,sample,,x,drug,1,0.6\n"]
BLANKS = ["C1,blank,,,,,0.06\n"]
GOOD = [*STANDARDS, *SAMPLES, *BLANKS]


def saved(folder, text, name="plate.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def simulated():
    sheet = lay_out(BioassayDesign(("x", "y"), experiments=2, dilution_factors=(1, 4)))
    truth = draw_truth(BioassayPopulation(), sheet, stream(1, "truth"))
    return one_study(simulate(sheet, truth, USUAL_FAULTS, stream(1, "machine")), 0)


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_what_is_written_is_read_again(tmp_path, suffix):
    data, path = simulated(), tmp_path / f"wells{suffix}"
    write_bioassay(data, path)
    again = read_bioassay(path)
    assert set(data.data_vars) == set(again.data_vars)
    for name in data.data_vars:
        np.testing.assert_array_equal(data[name].values, again[name].values, err_msg=name)
    for dim in (v.CELL_LINE, v.CONDITION, v.EXPERIMENT, v.PLATE, v.MEDIUM):
        assert data[dim].values.tolist() == again[dim].values.tolist()


def test_a_small_table_with_a_zero_standard_and_decimal_commas(tmp_path):
    data = read_bioassay(saved(tmp_path, (HEADER + "".join(GOOD)).replace(",", ";").replace(".", ",")))
    assert data[v.CONCENTRATION].values[:5].tolist() == [0, 12.5, 50, 200, 800]
    assert data[v.CONDITION].values.tolist() == ["control", "drug"]
    assert data[v.IS_CONTROL].values.tolist() == [1, 0]
    assert data[v.MEDIUM].values.tolist() == ["x, control, plate 1", "x, drug, plate 1"]
    assert data.attrs["wells_lost"] == 0


def test_roles_may_be_left_to_what_a_row_holds_and_units_to_the_header(tmp_path):
    text = "concentration_ng_per_ml,sample,absorbance\n"
    text += "".join(f"{tnf},,{od}\n" for tnf, od in ((0, 1.2), (0.0125, 1.1), (0.05, 0.9), (0.2, 0.5), (0.8, 0.2)))
    data = read_bioassay(saved(tmp_path, text + ",serum 1,0.7\n,serum 2,\n,serum 2,0.9\n"))
    assert data[v.CONCENTRATION].values[:5].tolist() == [0, 12.5, 50, 200, 800]
    assert data[v.CELL_LINE].values.tolist() == ["serum 1", "serum 2"]
    assert data[v.CONDITION].values.tolist() == ["as measured"]
    assert (data.attrs["wells_lost"], data.attrs["is_undiluted_assumed"]) == (1, 1)


def test_words_of_roles_and_a_stated_control(tmp_path):
    rows = "".join(GOOD).replace("A1,standard,0,", "A1,untreated,,").replace("control", "PBS")
    text = HEADER + rows + "D1,empty,,,,,0.05\n"
    data = read_bioassay(saved(tmp_path, text), control="PBS")
    assert data[v.CONCENTRATION].values[0] == 0
    assert data.attrs["wells_ignored"] == 1
    with pytest.raises(InputError, match="control must be one of the conditions PBS, drug, got 'DMSO'"):
        read_bioassay(tmp_path / "plate.csv", control="DMSO")
    with pytest.raises(
        InputError,
        match=r"one of the conditions PBS, drug must be the control .* got none: name it, such as control='PBS'",
    ):
        read_bioassay(tmp_path / "plate.csv")


BAD = {
    "no standards": ([*SAMPLES, *BLANKS], "there must be standards of known concentration, got none"),
    "too few standards": (
        [*STANDARDS[:4], *SAMPLES],
        "plate plate 1 has samples and must have at least 4 different concentrations of standards above 0, got 3 "
        "(12.5, 50, 200)",
    ),
    "no dilution": ([*GOOD, "B3,sample,,x,drug,,0.6\n"], "line 10: dilution of a sample must be a number of 1 or more"),
    "a dilution as a ratio": ([*GOOD, "B3,sample,,x,drug,1:4,0.6\n"], "4 for one part in four), got '1:4'"),
    "no role": ([*GOOD, "B3,,,x,drug,1,0.6\n"], "line 10: role must be standard, untreated, sample, blank or ignored"),
    "an unknown role": ([*GOOD, "B3,serum,,x,drug,1,0.6\n"], "got 'serum'"),
    "no line": ([*GOOD, "B3,sample,,,drug,1,0.6\n"], "line 10: cell_line must not be empty for a sample"),
    "no condition": ([*GOOD, "B3,sample,,x,,1,0.6\n"], "line 10: condition must not be empty for a sample"),
    "negative reading": (
        [*GOOD, "B3,sample,,x,drug,1,-0.02\n"],
        "line 10: od must be 0 or more, got -0.02: give readings and their blank wells, not readings with the blank",
    ),
    "far below the blank": (
        [*STANDARDS, *SAMPLES, "C1,blank,,,,,0.16\n", "B3,sample,,x,drug,1,0.02\n"],
        "well B3 of plate plate 1 must not lie far below the blanks, got -0.14 after the mean blank of 0.16",
    ),
    "blanks above the cells": (
        [*STANDARDS, *SAMPLES, "C1,blank,,,,,1.6\n"],
        "cells on plate plate 1 must have an optical density above the blanks', got 1.15",
    ),
    "wrong direction": (
        [row.replace(",1.2\n", ",0.1\n").replace(",1.1\n", ",0.2\n").replace(",0.2\n", ",1.3\n") for row in GOOD],
        "optical density must fall as TNF rises on plate plate 1",
    ),
    "unknown well": ([*GOOD, "Z99,sample,,x,drug,1,0.6\n"], "line 10: well must be a letter and a number, such as A1"),
    "a well twice": (
        [*GOOD, "B2,sample,,x,drug,1,0.6\n"],
        "line 10: well B2 of plate 1 must appear once, got it in line 8",
    ),
    "no number": ([*GOOD, "B3,sample,,x,drug,1,word\n"], "line 10: od must be a number (empty where a well was lost)"),
    "saturated": (
        [*GOOD, "B3,sample,,x,drug,1,OVER\n"],
        "line 10: od is saturated, got 'OVER'; to leave saturated wells out, say saturated='drop'",
    ),
    "no optical density": (
        [*GOOD, "B3,sample,,x,drug,1,20000\n"],
        "od must be an optical density, at most 10, got 20000",
    ),
    "negative standard": (
        [*GOOD, "B3,standard,-1,,,,0.6\n"],
        "concentration_pg_per_ml of a standard must be a number of 0 or more",
    ),
    "a standard without concentration": ([*GOOD, "B3,standard,,,,,0.6\n"], "must be a number of 0 or more, got ''"),
    "TNF in an untreated well": (
        [*GOOD, "B3,untreated,5,,,,0.6\n"],
        "concentration_pg_per_ml of an untreated well must be 0, got 5",
    ),
    "no samples": ([*STANDARDS, *BLANKS], "there must be at least one sample, got none"),
    "no readings": (["A1,standard,0,,,,\n"], "there must be at least one well with a reading, got none"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told(tmp_path, name):
    rows, message = BAD[name]
    with pytest.raises(InputError) as error:
        read_bioassay(saved(tmp_path, HEADER + "".join(rows)))
    assert message in str(error.value)
    assert "plate.csv" in str(error.value)


def test_all_faults_are_told_together(tmp_path):
    rows = [*GOOD, "B3,serum,,x,drug,1,0.6\n", "B4,sample,,x,drug,,-1\n", "B1,blank,,,,,0.06\n"]
    with pytest.raises(InputError) as error:
        read_bioassay(saved(tmp_path, HEADER + "".join(rows)))
    assert [f"line {n}" in str(error.value) for n in (10, 11, 12)] == [True] * 3
    assert str(error.value).count("\n") == 3


@pytest.mark.parametrize("name", ["TNF (pg/ml)", "Conc. [pg/mL]", "Standard pg/ml", "TNF-alpha (pg/ml)"])
def test_spellings_of_the_concentration(tmp_path, name):
    text = HEADER.replace("concentration_pg_per_ml", name) + "".join(GOOD)
    assert read_bioassay(saved(tmp_path, text))[v.CONCENTRATION].values[1] == 12.5


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("well,role,level,cell_line,condition,dilution,od\n", "concentration"),
        ("well,role,tnf_pg_per_ml,x,y,z,od\n", "cell_line"),
    ],
)
def test_a_column_that_roles_need_is_told_once(tmp_path, header, missing):
    with pytest.raises(InputError) as error:
        read_bioassay(saved(tmp_path, header + "".join(GOOD)))
    assert str(error.value).startswith(f"plate.csv line 1: the column '{missing}' is missing; there are 'well'")
    assert str(error.value).count("\n") == 0


def test_a_column_that_is_missing_and_a_unit_that_contradicts(tmp_path):
    with pytest.raises(InputError, match="the column 'od' is missing"):
        read_bioassay(saved(tmp_path, "well,role\nA1,blank\n"))
    text = "concentration_ng_per_ml,sample,od\n0,,1\n"
    with pytest.raises(InputError, match="has ng/ml, but the unit was stated as pg/ml"):
        read_bioassay(saved(tmp_path, text), unit="pg/ml")
    with pytest.raises(InputError, match="unit must be one of pg/ml, ng/ml, got 'g'"):
        read_bioassay(saved(tmp_path, text), unit="g")


# --- grids ---


def grid_and_map(folder, data, plate, columns=12):
    """A reader's lettered and numbered grid of one plate, and the rows of its map."""
    own = data.isel({v.WELL: np.flatnonzero(data[v.PLATE_OF_WELL].values == plate)})
    readings = np.full((8, columns), "", dtype=object)
    rows = []
    for at in range(own.sizes[v.WELL]):
        well = own.isel({v.WELL: at})
        place = int(well[v.PLATE_ROW]), int(well[v.PLATE_COLUMN])
        readings[place] = f"{float(well[v.OPTICAL_DENSITY]):.4f}"
        medium, role = int(well[v.MEDIUM_OF_WELL]), str(well[v.ROLE].values)
        names = ["", "", ""]
        if role == "sample":
            pointers = (v.LINE_OF_MEDIUM, v.CONDITION_OF_MEDIUM, v.EXPERIMENT_OF_MEDIUM)
            dims = (v.CELL_LINE, v.CONDITION, v.EXPERIMENT)
            names = [str(data[d].values[int(data[p][medium])]) for d, p in zip(dims, pointers, strict=True)]
        tnf = f"{float(well[v.CONCENTRATION]):g}" if role == "standard" else ""
        rows.append([well_name(*place), role, tnf, *names, f"{float(well[v.DILUTION]):g}"])
    lines = ["\t".join(["", *map(str, range(1, columns + 1))])]
    lines += ["\t".join(["ABCDEFGH"[r], *readings[r]]) for r in range(8)]
    name = str(data[v.PLATE].values[plate])
    saved(folder, "Reader 5\n\n" + "\n".join(lines) + "\n", f"{name}.txt")
    return folder / f"{name}.txt", [[name, *row] for row in rows]


MAP_HEADER = ["plate", "well", "role", "concentration_pg_per_ml", "line", "condition", "experiment", "dilution"]


def as_table(rows):
    return "\n".join(",".join(row) for row in rows) + "\n"


def test_grids_with_a_map_are_the_table(tmp_path):
    data = simulated()
    files, rows = zip(*(grid_and_map(tmp_path, data, plate) for plate in (0, 1)), strict=True)
    plate_map = saved(tmp_path, as_table([MAP_HEADER, *rows[0], *rows[1]]), "map.csv")
    again = read_bioassay(files, plate_map=plate_map)
    assert again[v.OPTICAL_DENSITY].values == pytest.approx(data[v.OPTICAL_DENSITY].values, abs=6e-5)
    for name in (v.ROLE, v.MEDIUM_OF_WELL, v.PLATE_OF_WELL, v.DILUTION, v.WELL_NAME):
        assert data[name].values.tolist() == again[name].values.tolist()
    alone = read_bioassay(files[:1], plate_map=saved(tmp_path, as_table([MAP_HEADER, *rows[0]]), "one.csv"))
    assert alone.sizes[v.PLATE] == 1
    with pytest.raises(InputError, match="plate 'experiment 2' has no grid of that name; there are experiment 1"):
        read_bioassay(files[:1], plate_map=plate_map)


def test_grids_of_one_file_are_the_table(tmp_path):
    data = simulated()
    files, rows = zip(*(grid_and_map(tmp_path, data, plate) for plate in (0, 1)), strict=True)
    plate_map = saved(tmp_path, as_table([MAP_HEADER, *rows[0], *rows[1]]), "map.csv")
    both = "\n".join(f"Plate: {file.stem}\n{file.read_text()}" for file in files)
    again = read_bioassay(saved(tmp_path, both, "both.txt"), plate_map=plate_map)
    assert again[v.OPTICAL_DENSITY].values == pytest.approx(data[v.OPTICAL_DENSITY].values, abs=6e-5)
    assert data[v.PLATE_OF_WELL].values.tolist() == again[v.PLATE_OF_WELL].values.tolist()
    first = files[0].stem
    part = read_bioassay(tmp_path / "both.txt", plate_map=plate_map, where={"plate": first})
    assert part[v.PLATE].values.tolist() == [first]


def test_saturated_wells_are_left_out_only_by_choice_and_told(tmp_path):
    file = saved(tmp_path, HEADER + "".join(GOOD) + "B3,sample,,x,drug,1,OVER\nB4,sample,,x,drug,1,Invalid\n")
    with pytest.raises(
        InputError, match=r"od is saturated, got 'OVER'; to leave saturated wells out, say saturated='drop'"
    ):
        read_bioassay(file)
    data = read_bioassay(file, saturated="drop")
    assert (data.attrs["wells_saturated"], data.attrs["wells_lost"]) == (1, 1)
    assert notes(data)[-1].startswith("wells in which the reader was saturated are left out (1)")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda rows: [*rows, ["experiment 1", "Z99", "sample", "", "x", "control", "1", "1"]],
            "must be a letter and a",
        ),
        (
            lambda rows: [*rows, ["experiment 1", "P24", "sample", "", "x", "control", "1", "1"]],
            "is not in the grid",
        ),
        (lambda rows: [*rows, rows[3]], "must appear once, got it in line 5"),
        (lambda rows: [row for row in rows if row[2] != "standard"], "there must be standards"),
        (
            lambda rows: [["other", *row[1:]] if at % 2 else ["another", *row[1:]] for at, row in enumerate(rows)],
            "the map has no plate 'experiment 1', which is in experiment 1.txt",
        ),
    ],
)
def test_a_spoilt_map_is_told(tmp_path, spoil, message):
    file, rows = grid_and_map(tmp_path, simulated(), 0)
    plate_map = saved(tmp_path, as_table([MAP_HEADER, *spoil(rows)]), "map.csv")
    with pytest.raises(InputError) as error:
        read_bioassay([file], plate_map=plate_map)
    assert message in str(error.value)


def test_several_tables_are_a_plate_each_unless_they_name_theirs(tmp_path):
    one = saved(tmp_path, HEADER + "".join(GOOD), "day 1.csv")
    two = saved(tmp_path, HEADER.replace("od", "Absorbance") + "".join(GOOD), "day 2.csv")
    data = read_bioassay([one, two])
    assert data[v.PLATE].values.tolist() == data[v.EXPERIMENT].values.tolist() == ["day 1", "day 2"]
    assert data.attrs["source"] == "day 1.csv, day 2.csv"
    assert read_bioassay(one)[v.PLATE].values.tolist() == ["plate 1"]
    text = "".join(row.replace(",", ",p,", 1) for row in (HEADER, *GOOD)).replace("well,p", "well,plate", 1)
    both = [saved(tmp_path, text, "a.csv"), saved(tmp_path, text, "b.csv")]
    with pytest.raises(InputError) as error:
        read_bioassay(both)
    assert str(error.value).splitlines()[0] == (
        "b.csv line 2: well A1 of p must appear once, got it in line 2 of a.csv too"
    )


def test_faults_of_several_tables_name_their_file(tmp_path):
    one = saved(tmp_path, HEADER + "".join(GOOD) + "B3,sample,,x,drug,1,word\n", "one.csv")
    two = saved(tmp_path, HEADER + "".join(GOOD) + "B3,serum,,x,drug,1,0.6\n", "two.csv")
    with pytest.raises(InputError) as error:
        read_bioassay([one, two])
    assert str(error.value).splitlines() == [
        "one.csv line 10: od must be a number (empty where a well was lost), got 'word'",
        "two.csv line 10: role must be standard, untreated, sample, blank or ignored, got 'serum'",
    ]


def test_the_control_and_the_assay_are_told(tmp_path):
    data = read_bioassay(saved(tmp_path, HEADER + "".join(GOOD)), control="Control", plate_wells=384)
    assert (data.attrs[v.ASSAY], data.attrs[v.CONTROL]) == (v.BIOASSAY, "control")
    assert data.attrs[v.CONTROL_KNOWN_BY] == "stated as Control"
    assert (data.attrs[v.PLATE_ROWS], data.attrs[v.PLATE_COLUMNS], data.attrs[v.PLATE_SIZE_FROM]) == (16, 24, "stated")


def test_columns_may_be_named_and_a_grid_asks_for_its_map(tmp_path):
    text = HEADER.replace("od\n", "reading\n").replace("condition", "group") + "".join(GOOD)
    data = read_bioassay(saved(tmp_path, text), columns={"od": "Reading", "condition": "group"})
    assert data[v.CONDITION].values.tolist() == ["control", "drug"]
    lines = ["\t".join(["", *map(str, range(1, 13))])]
    lines += ["\t".join([row, *["0.5"] * 12]) for row in "ABCDEFGH"]
    grid = saved(tmp_path, "\n".join(lines), "p.txt")
    with pytest.raises(InputError, match=r"^p\.txt: the file is what a plate reader wrote, and does not say what"):
        read_bioassay(grid)
    with pytest.raises(InputError, match=r"^grid_number is for what plate readers wrote, and needs"):
        read_bioassay(grid, grid_number=1)
