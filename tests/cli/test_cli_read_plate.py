"""`lensim read plate`: every number of a reader's file."""

from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from lensim.cli.main import app
from tests.workbooks import workbook_bytes

GRID = [[None, *range(1, 13)], *([row, *range(12)] for row in "ABCDEFGH")]


def test_readings_are_counted_and_written(tmp_path):
    reader, out, book = tmp_path / "run.xlsx", tmp_path / "readings.csv", tmp_path / "readings.xlsx"
    reader.write_bytes(workbook_bytes({"450 nm": GRID, "650 nm": GRID}))
    result = CliRunner().invoke(
        app, ["read", "plate", str(reader), "--reading", "650", "--out", str(out), "--xlsx", str(book)]
    )
    assert result.exit_code == 0, result.output
    assert "650 nm" in result.output
    assert "450 nm" not in result.output
    lines = out.read_text().splitlines()
    assert (len(lines), lines[2]) == (97, "run.xlsx,run,A2,650 nm,1.0,")
    rows = CalamineWorkbook.from_path(book).get_sheet_by_name("readings").to_python()
    assert (len(rows), rows[2][:5]) == (97, ["run.xlsx", "run", "A2", "650 nm", 1.0])
    again = CliRunner().invoke(app, ["read", "plate", str(reader), "--out", str(out)])
    assert again.exit_code != 0
