"""Files read and checked, as values for the page."""

from pathlib import Path

import pytest

from lensim.app.read.answer import command_parts, faults_table, plate_parts, qc_parts, reading_parts
from lensim.app.read.reading import read_wanted
from lensim.app.read.wanted import Wanted
from lensim.qc.wells import wells_of_study
from lensim.read import dose_response

DATA = Path(__file__).parents[4] / "shared" / "data" / "instruments"
LETTERS = "ABCDEFGH"


def _tell(sentence: str) -> None:
    assert sentence.endswith("…")


def panel(path: Path, lines: int = 2) -> Path:
    """A table of wells with places: a line a row of the plate, seven doses, and untreated wells; one well is odd."""
    rows = ["plate,well,cell_line,role,dose_um,signal"]
    for line in range(lines):
        for column in range(12):
            dose = 0 if column < 3 else 0.01 * 10 ** ((column - 3) / 2)
            signal = 20000 / (1 + dose / (0.3 + line)) + 37 * column + 11 * line
            signal = signal * 9 if (line, column) == (0, 5) else signal
            role = "untreated" if column < 3 else "treated"
            rows.append(f"p1,{LETTERS[line]}{column + 1},line {line + 1},{role},{dose:.6g},{signal:.1f}")
    path.write_text("\n".join(rows) + "\n")
    return path


def time_points(folder: Path) -> tuple[Path, Path]:
    """An export of six patients before and after a drug, and its sample sheet, which has no usual name for that."""
    run, sheet = folder / "run.csv", folder / "sheet.csv"
    rows, samples = [",Well,Fluor,Target,Content,Sample,Cq,Starting Quantity (SQ)"], ["Sample,Patient,Time point"]
    for at in range(12):
        name, shift = f"S{at + 1}", 0.1 * at - 1.3 * (at % 2)
        samples.append(f"{name},P{at // 2 + 1},{('pre', 'post')[at % 2]}")
        for gene, row, ct in (("TNF", "A", 27.0 + shift), ("GAPDH", "B", 18.0)):
            rows += [
                f",{row if wells == 0 else chr(ord(row) + 2)}{at + 1:02d},SYBR,{gene},Unkn-{at + 1},{name},"
                f"{ct + 0.05 * wells + 0.01 * at:.3f},NaN"
                for wells in (0, 1)
            ]
    run.write_text("\r\n".join(rows) + "\r\n")
    sheet.write_text("\n".join(samples) + "\n")
    return run, sheet


def test_what_was_understood_is_told(tmp_path):
    wanted = Wanted((panel(tmp_path / "wells.csv"),))
    reading = read_wanted(wanted, _tell)
    assert reading.key == wanted.key
    assert reading.can_fit
    assert reading.sentence == "Read as Dose-response, as the files show: 24 wells, 2 lines."
    assert reading.kinds == (("wells.csv", "table with a row a well"),)
    assert any(note.startswith("columns used: cell_line") for note in reading.notes)
    assert reading.command == "lensim fit dose-response wells.csv --out fit.nc"
    assert reading.checked is not None
    html = f"{reading_parts(reading)}{qc_parts(reading)}{command_parts(reading.command)}"
    for said in ("wells.csv", "Effect on the result", "columns used", "lensim fit dose-response"):
        assert said in html


def test_plates_are_those_of_the_data_with_marks_where_checks_found_something(tmp_path):
    path = panel(tmp_path / "wells.csv")
    reading = read_wanted(Wanted((path,)), _tell)
    [plate] = reading.plates
    wells = wells_of_study(dose_response(path))
    assert {one.name: one.value for one in plate.wells} == dict(
        zip(wells.name.tolist(), wells.signal.tolist(), strict=True)
    )
    assert reading.checked is not None
    named = {wells.name[at] for one in reading.checked.findings if one.status != "pass" for at in one.wells}
    assert {one.name for one in plate.wells if one.status != "pass"} == named
    html = str(plate_parts(plate))
    assert html.count('class="ring"') + html.count('class="cross"') == len(named)
    assert html.count("<tr>") == 1 + len(plate.wells)


def test_every_fault_of_a_file_is_in_one_table(tmp_path):
    path = tmp_path / "wells.csv"
    path.write_text("cell_line,dose_um,signal\nA,-1,100\nA,x,90\nA,10,-\n")
    reading = read_wanted(Wanted((path,)), _tell)
    assert not reading.can_fit
    assert [one.place for one in reading.faults if one.place.endswith(("2", "3"))]
    html = str(faults_table(reading.faults))
    assert "What is wrong in the files" in html
    assert all(head in html for head in ("Where", "Rule", "Found", "What to do"))


def test_a_remedy_names_the_choice_that_the_form_shows(tmp_path):
    path = tmp_path / "wells.csv"
    path.write_text("cell_line,dose,signal\n" + "".join(f"A,{dose},{100 - dose}\n" for dose in (0, 1, 10)))
    reading = read_wanted(Wanted((path,)), _tell)
    assert any("“Dose unit”" in f"{one.rule} {one.remedy}" for one in reading.faults)
    assert reading.choices == ("dose_unit",)
    assert read_wanted(Wanted((path,), chosen={"dose_unit": "uM"}), _tell).can_fit


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(100), b"hello\n", b"PK\x03\x04broken", b"\x00" * 999]
)
@pytest.mark.parametrize("assay", ["", "dose_response", "expression", "bioassay", "cell_cycle"])
def test_a_wrong_file_is_a_sentence(tmp_path, content, assay):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    reading = read_wanted(Wanted((path,), assay=assay), _tell)
    assert reading.faults
    assert all(one.rule for one in reading.faults)


@pytest.mark.skipif(not DATA.exists(), reason="no export of a real machine was read: they are not here")
def test_an_export_of_a_real_machine_without_a_sheet_says_what_it_needs():
    path = DATA / "appbio_quantstudio" / "appbio_quantstudio_example01.txt"
    reading = read_wanted(Wanted((path,)), _tell)
    assert reading.assay == "expression"
    assert reading.kinds == ((path.name, "export of QuantStudio, ViiA 7, StepOne or 7500"),)
    assert any(
        "“Sample sheet or plate map”" in f"{one.rule} {one.remedy}" or "sheet" in one.rule for one in reading.faults
    )


def test_a_column_of_the_sheet_leaves_the_kind_of_the_export_as_it_is(tmp_path):
    run, sheet = time_points(tmp_path)
    for columns in ({"condition": "Time point"}, {"condition": "Time point", "subject": "no such column"}):
        reading = read_wanted(Wanted((run,), sheet, chosen={"columns": columns}), _tell)
        assert reading.kinds == ((run.name, "export of Bio-Rad CFX"),)
    reading = read_wanted(Wanted((run,), sheet, chosen={"columns": {"condition": "Time point"}}), _tell)
    assert reading.asked == {"condition": ("pre", "post"), "gene": ("TNF", "GAPDH")}
