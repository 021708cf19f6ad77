"""Exports of machines that the real ones lack, written as their programs write them: the raw read, or a question."""

from pathlib import Path

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.tables.grid_choice import plates_of
from lensim.tables.source import Source
from tests.other_workbooks import ods_bytes, xls_bytes, xlsb_bytes
from tests.workbooks import workbook_bytes

RNG = np.random.default_rng(5)
RAW = np.round(RNG.uniform(0.05, 3.5, (8, 12)), 4)
OTHER = np.round(RAW * 0.02 + 0.04, 4)
COLUMNS = list(range(1, 13))
LETTERS = "ABCDEFGH"


def grid(values, corner="", behind=()):
    rows = zip(LETTERS, values.tolist(), strict=True)
    return [[corner, *COLUMNS], *[[letter, *row, *behind] for letter, row in rows]]


def listed(head, row):
    return [head, *[row(LETTERS[r], c + 1, float(RAW[r, c])) for r in range(8) for c in range(12)]]


def text(rows, separator):
    return "\r\n".join(separator.join(map(str, row)) for row in rows).encode()


def icontrol(*reads, word="Label"):
    rows = [
        ["Application: Tecan i-control", "", "", "", "Tecan i-control , 2.0.10.0"],
        ["Device: infinite 200Pro", "", "", "", "Serial number: 1"],
        [],
        ["Plate", "", "", "", "Corning 96 Flat Bottom Transparent Polystyrol [COR96ft.pdfx]"],
        ["Plate-ID (Stacker)"],
    ]
    for number, (wavelength, values) in enumerate(reads, 1):
        rows += [
            [],
            [f"{word}: Label{number}"],
            ["Mode", "", "", "", "Absorbance"],
            ["Wavelength", "", "", "", wavelength, "nm"],
            ["Bandwidth", "", "", "", 9, "nm"],
            ["Number of Flashes", "", "", "", 25],
            ["Part of Plate", "", "", "", "A1-H12"],
            [],
            ["", "Temperature: 25.3 \xb0C"],
            *grid(values, "<>"),
            [],
            ["End Time:", "", "", "", "01/03/2026 14:05:40"],
        ]
    return rows


def gen5(wavelengths, *results):
    rows = [
        ["Software Version", "3.11.19"],
        ["Plate Number", "Plate 1"],
        ["Procedure Details"],
        ["Read", "Absorbance Endpoint"],
        ["", f"Wavelengths:  {wavelengths}"],
        ["Results"],
        ["Actual Temperature:", 25.1],
    ]
    for label, values in results:
        rows += [[], *[["", *row] for row in grid(values, "", [label])]]
    return rows


def mars(*results):
    rows = [["User: USER", "Path: C:\\x", "Test run no.: 12"], ["ID1: P7"], ["Absorbance"]]
    return [*rows, *[row for name, values in results for row in ([], [name], [], *grid(values))]]


def skanit(step, values):
    rows = [["Measurement results"], ["ELISA.skax"], ["3/1/2026 10:00:00 AM"], [], [step], [], ["Wavelength: 450 nm"]]
    return [*rows, ["Plate 1"], [], *grid(values, "Abs")]


def softmax_sheet():
    head = ["Plate:", "Plate1", "1.3", "PlateFormat", "Endpoint", "Absorbance", "Raw", "FALSE", 1, *[""] * 5, 1]
    rows = [["##BLOCKS= 1"], [*head, "450 ", 1, 12, 96, 1, 8, "", ""], ["", "Temperature(\xb0C)", *COLUMNS]]
    values = RAW.tolist()
    return [*rows, ["", 25.1, *values[0]], *[["", "", *row] for row in values[1:]], [], ["~End"]]


VICTOR = listed(
    ["Plate", "Repeat", "Well", "Type", "Time", "450nm (1.0s) (A)"], lambda a, c, v: [1, 1, f"{a}{c:02d}", "M", 5.1, v]
)
MARS = mars(("Raw Data (450)", RAW), ("Blank corrected based on Raw Data (450)", RAW - 0.05))
TAKEN = {
    "i-control.xlsx": workbook_bytes({"Sheet2": icontrol((450, RAW))}),
    "i-control.xls": xls_bytes({"Sheet2": icontrol((450, RAW), word="Beschriftung")}),
    "Gen5.xlsx": workbook_bytes({"Sheet1": gen5("450", ("450", RAW), ("Blank 450", RAW - 0.04), ("mine", RAW + 1))}),
    "Gen5.csv": text(gen5("450", ("450", RAW), ("mine", RAW + 1)), ","),
    "VICTOR Nivo.csv": text([["Plate type", "96 General"], ["Operation 1 - ABS 450 nm"], *grid(RAW)], ","),
    "Victor 1420.xls": xls_bytes({"List": VICTOR, "Plate": [["450nm (1.0s) (A)"], *grid(RAW)], "Protocol": [["x", 5]]}),
    "GloMax.csv": text([["GloMax Discover"], ["Date", "3/1/2026"], [], ["Luminescence RLU"], *grid(RAW)], ","),
    "CLARIOstar.csv": text(MARS, ","),
    "CLARIOstar.ods": ods_bytes({"Microplate": MARS}),
    "CLARIOstar.xlsb": xlsb_bytes({"Microplate": MARS}),
    "CLARIOstar list.xlsx": workbook_bytes(
        {
            "Table End point": listed(
                ["Well\nRow", "Well\nCol", "Content", "Raw Data\n(450)", "Blank corrected based on Raw Data\n(450)"],
                lambda a, c, v: [a, c, "Sample X1", v, v - 0.05],
            )
        }
    ),
    "MicroBeta.txt": text(
        listed(["P", "Pos", "CTIME1", "CPM1", "Error"], lambda a, c, v: [1, f"{a}{c:02d}", 60, v, 1.2]), "\t"
    ),
    "Magellan.xlsx": workbook_bytes(
        {
            "Sheet1": listed(
                ["Well positions", "Raw data", "Layout", "Mean"], lambda a, c, v: [f"{a}{c}", v, "SM1", 1.0 + c]
            )
        }
    ),
    "SkanIt.xlsx": workbook_bytes(
        {
            "Absorbance 1_01": skanit("Absorbance 1", RAW),
            "Blank subtraction 1_02": skanit("Blank subtraction 1", RAW - 0.05),
        }
    ),
    "SoftMax.xlsx": workbook_bytes({"Sheet1": softmax_sheet()}),
    "EnSpire.csv": text([["Plate information"], ["Results for Meas A"], *grid(RAW), ["Exported with EnSpire"]], ","),
    "TopCount.txt": text(RAW.tolist(), "\t"),
}
ASKED = {
    "i-control.xlsx": (
        workbook_bytes({"S": icontrol((450, RAW), (620, OTHER))}),
        "reading='Label1, Absorbance, 450 nm'",
    ),
    "Gen5.xlsx": (workbook_bytes({"S": gen5("450, 620", ("450", RAW), ("620", OTHER))}), "reading='450'"),
    "Gen5 delta.xlsx": (
        workbook_bytes({"S": gen5("450, 620", ("450", RAW), ("Delta 450-620", RAW - OTHER))}),
        "reading='450'",
    ),
    "CLARIOstar.csv": (text([*MARS, *mars(("Raw Data (620)", OTHER))[3:]], ","), "reading='Raw Data (450)'"),
    "list.txt": (
        text(listed(["Well", "Abs 450nm", "Abs 620nm"], lambda a, c, v: [f"{a}{c}", v, v / 50]), "\t"),
        "reading='Abs 450nm'",
    ),
}


def source(name, raw):
    return Source(Path(name), name, raw)


@pytest.mark.parametrize("name", TAKEN)
def test_the_raw_read_is_taken(name):
    ((plate,),) = plates_of([(source(name, TAKEN[name]), None)])
    assert {place: float(cell) for place, (cell, _) in plate.grid.cells.items()} == dict(np.ndenumerate(RAW))


@pytest.mark.parametrize("name", ASKED)
def test_two_raw_reads_are_asked_about(name):
    raw, choice = ASKED[name]
    with pytest.raises(InputError) as caught:
        plates_of([(source(name, raw), None)])
    assert f"choose one with {choice}" in str(caught.value)


@pytest.mark.parametrize("name", [name for name in TAKEN if name.endswith((".csv", ".txt"))])
def test_an_export_that_is_cut_off_gives_no_other_number(name):
    raw = TAKEN[name]
    for share in (0.3, 0.6, 0.9):
        try:
            plates = plates_of([(source(name, raw[: int(share * len(raw))].rpartition(b"\r\n")[0]), None)])[0]
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017
            continue
        for place, (cell, _) in plates[0].grid.cells.items():
            assert cell == "" or float(cell) == RAW[place]
