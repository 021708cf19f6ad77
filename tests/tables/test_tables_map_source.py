import pytest
import xarray as xr

from lensim.bioassay.read import read_bioassay
from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.expression.read.sample_sheet import read_sheet
from lensim.input_digests import FILES_READ
from lensim.tables.map_source import map_source_of
from tests.plate_blocks import GRID, MAP, TIDY, block, dose, line
from tests.workbooks import workbook_bytes


@pytest.fixture
def saved(tmp_path):
    def save(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


def cells(text):
    return [row.split(",") for row in text.splitlines()]


BOOK = workbook_bytes({"read me": [["fill in every block"]], "Map": cells(MAP)})


def same(one, other):
    drop = ("source", "columns_used", FILES_READ)
    xr.testing.assert_identical(one.assign_attrs(dict.fromkeys(drop)), other.assign_attrs(dict.fromkeys(drop)))


@pytest.mark.parametrize(("name", "content"), [("map.csv", MAP), ("map.xlsx", BOOK)])
def test_blocks_are_read_as_the_same_map_with_a_row_a_well(saved, name, content):
    grid, blocks, tidy = saved("monday.txt", GRID), saved(name, content), saved("tidy.csv", TIDY)
    same(read_dose_response(grid, plate_map=blocks), read_dose_response(grid, plate_map=tidy))
    by = {"by": "Cell line"}
    for name_of, data in read_dose_response(grid, plate_map=blocks, **by).items():
        same(data, read_dose_response(grid, plate_map=tidy, **by)[name_of])
    chosen = {"where": {"cell_line": "LP-1"}}
    same(read_dose_response(grid, plate_map=blocks, **chosen), read_dose_response(grid, plate_map=tidy, **chosen))


@pytest.mark.parametrize("worksheet", ["Mapp", "Ma?p", ["Map", "Plate 1"], "Mapp!A1:B5"])
def test_a_sheet_that_the_map_alone_could_have_must_be_there(saved, worksheet):
    grid, book = saved("monday.txt", GRID), saved("map.xlsx", BOOK)
    assert read_dose_response(grid, plate_map=book, worksheet="M*p").sizes["well"] == 96
    wrong = worksheet[-1] if isinstance(worksheet, list) else worksheet
    with pytest.raises(InputError, match="it has 'read me', 'Map': name one of these") as told:
        read_dose_response(grid, plate_map=book, worksheet=worksheet)
    assert str(told.value).startswith(f"map.xlsx must have a sheet {wrong!r}")


def test_blocks_of_several_plates_find_their_grids(saved):
    grids = [saved(f"{name}.txt", GRID) for name in ("1", "2")]
    plates = "".join(f"{block(f'Plate {n} dose_um', dose)}\n{block(f'Plate {n} line', line)}\n" for n in (1, 2))
    data = read_dose_response(grids, plate_map=saved("map.csv", plates), repeats="keep")
    assert (data["plate"].values.tolist(), data.sizes["well"]) == (["Plate 1", "Plate 2"], 192)


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [("map.csv", "csv", "map.csv cell C4"), ("map.xlsx", "book", "map.xlsx sheet 'Map', cell C4")],
)
def test_a_fault_names_block_and_cell(saved, name, change, place):
    text = MAP.replace("10,5,", "ten,5,", 2).replace("ten,5,", "10,5,", 1)
    content = text if change == "csv" else workbook_bytes({"Map": cells(text)})
    with pytest.raises(InputError) as caught:
        read_dose_response(saved("monday.txt", GRID), plate_map=saved(name, content))
    assert str(caught.value) == (f"{place} (well B2, block 'Dose (uM)'): Dose (uM) must be a number, got 'ten'")


def test_blocks_are_a_sample_sheet(saved):
    sheet = "".join(
        f"{block(factor, lambda row, column, text=text: text[column], 1, 2)}\n"
        for factor, text in {
            "gene": ("TNF", "RPL37A"), "subject": ("LP-1", "LP-1"), "condition": ("untreated", "treated"),
        }.items()
    )  # fmt: skip
    read = read_sheet(map_source_of(saved("sheet.csv", sheet)))
    assert [(row.well, row.gene, row.condition) for row in read.rows] == [
        ("A1", "TNF", "untreated"), ("A2", "RPL37A", "treated"),
    ]  # fmt: skip


def test_blocks_are_the_map_of_a_bioassay(saved):
    concentrations = ("0", "12.5", "50", "200", "800", "", "", "")
    blocks = {
        "role": ("standard",) * 5 + ("sample", "sample", "blank"),
        "concentration_pg_per_ml": concentrations,
        "cell_line": ("",) * 5 + ("x", "x", ""),
        "condition": ("",) * 5 + ("control", "drug", ""),
    }
    text = "".join(f"{block(name, lambda row, at, own=own: own[at], 1, 8)}\n" for name, own in blocks.items())
    values = ("1.2", "1.1", "0.9", "0.5", "0.2", "0.8", "0.6", "0.06")
    tidy = "well," + ",".join(blocks) + "\n" + "".join(
        ",".join([f"A{at + 1}", *(own[at] for own in blocks.values())]) + "\n" for at in range(8)
    )  # fmt: skip
    grid = saved("od.txt", block("", lambda row, at: values[at], 1, 8))
    read = [read_bioassay(grid, plate_map=saved(name, one)) for name, one in (("b.csv", text), ("t.csv", tidy))]
    same(*read)


def test_other_maps_stay_as_they_are(saved):
    source = map_source_of(saved("tidy.csv", TIDY))
    assert (source.is_own, source.table.header[0]) == (False, "well")
    again = map_source_of(saved("map.csv", MAP))
    assert map_source_of(again) is again
