import openpyxl
import pytest

from tests.cli.test_cli import run
from tests.plate_blocks import GRID, MAP, block


@pytest.fixture
def filled(tmp_path):
    path = tmp_path / "map.csv"
    path.write_text(MAP, encoding="utf-8")
    return path


def test_an_empty_map_is_written_filled_in_checked_and_used(tmp_path, capsys, filled):
    path, grid = tmp_path / "empty.xlsx", tmp_path / "monday.txt"
    status, said, _ = run(capsys, "plate-map", str(path), "--wells", "96", "--factors", "cell_line,dose (uM)")
    assert status == 0
    assert "empty map with 2 blocks of 96 wells (cell_line, dose (uM)) in" in said
    book = openpyxl.load_workbook(path)
    sheet = book["plate map"]
    for row in range(8):
        for column in range(12):
            sheet.cell(2 + row, 2 + column).value = "LP-1" if row < 4 else "MM1S"
            sheet.cell(12 + row, 2 + column).value = 0 if column == 0 else 20 / 2**column
    book.save(tmp_path / "filled.xlsx")
    picture = tmp_path / "map.png"
    status, said, err = run(capsys, "plate-map", str(tmp_path / "filled.xlsx"), "--picture", str(picture))
    assert status == 0, err
    assert "nothing is odd" in said
    assert picture.read_bytes().startswith(b"\x89PNG")
    grid.write_text(GRID)
    wells = tmp_path / "wells.csv"
    status, _, err = run(
        capsys, "read", "dose-response", str(grid), "--plate-map", str(tmp_path / "filled.xlsx"), "--out", str(wells)
    )
    assert status == 0, err
    assert len(wells.read_text().splitlines()) == 97


def test_what_is_odd_is_told(capsys, filled):
    filled.write_text(MAP.replace("LP-1", "", 1))
    status, said, _ = run(capsys, "plate-map", str(filled))
    assert status == 0
    assert "A1 (first: cell B14)  Cell line is empty in used wells" in said
    assert "nothing is odd" not in said


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
def test_a_filled_map_is_written_in_other_forms(tmp_path, capsys, filled, suffix):
    out = tmp_path / f"out{suffix}"
    assert run(capsys, "plate-map", str(filled), "--out", str(out))[0] == 0
    assert out.stat().st_size > 1000


def test_machines_get_a_file_a_plate(tmp_path, capsys, filled):
    names = ("gene", "subject", "condition")
    filled.write_text("".join(block(f"Plate {n} {name}", lambda row, column: "x") for n in (1, 2) for name in names))
    status, said, err = run(
        capsys, "plate-map", str(filled), "--quantstudio", str(tmp_path / "qs"), "--cfx", str(tmp_path / "cfx")
    )
    assert status == 0, err
    assert "quantstudio_1.txt, quantstudio_2.txt in" in said
    assert (tmp_path / "cfx" / "cfx_2.csv").read_text().startswith("Plate Header,")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--factors", "line", "--picture", "x.png"),
         "--picture must be left out with --factors or --wells, which write an empty map"),
        (("--plates", "2"), "--plates is for an empty map: give --factors or --wells as well"),
        (("--picture", "x.txt"), "--picture suffix must be one of .png, .pdf, .svg, got '.txt'"),
        (("--out", "x.txt"), "--out suffix must be one of .csv, .tsv, got '.txt'"),
        (("--wells", "96"), "path suffix must be one of .xlsx, got '.csv'"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together(capsys, filled, options, message):
    status, _, err = run(capsys, "plate-map", str(filled), *options)
    assert status == 2
    assert message in err
