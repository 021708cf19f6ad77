"""Programs are known by what they write."""

import pytest

from lensim.tables.instruments.programs import program_of_text, program_of_workbook
from lensim.tables.source import Source
from lensim.tables.workbook import workbook_of
from tests.workbooks import workbook_bytes


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("##BLOCKS= 1\n", "SoftMax Pro"),
        ("Plate information\nPlate,Repeat\n", "EnVision"),
        ("Result for Luminescence 1\n\nExported with Kaleido 3.0\n", "Kaleido"),
        ("\n\nSoftware Version\t3.12.08\n", "Gen5"),
        ("User: USER,Path: C,Test run no.: 4\nRaw Data (No filter)\n", "MARS"),
        ("* Chemistry = TAQMAN\n[Results]\nWell\tCT\n", "QuantStudio"),
        (",Well,Fluor,Target,Content,Cq\n", "CFX Maestro"),
        ("well,dose_um,signal\nA1,1,2\n", ""),
    ],
)
def test_a_text_names_its_program(tmp_path, text, name):
    program = program_of_text(Source(tmp_path / "export.dat", "export.dat", text.encode()))
    assert (program.name if program else "") == name


@pytest.mark.parametrize(
    ("sheets", "name"),
    [
        ({"Microplate End point": [[1]], "Protocol Information": [[1]]}, "Smart Control"),
        ({"Absorbance 1_01": [["Measurement results"]]}, "SkanIt"),
        ({"Sheet 1": [["Raw data", "Well positions"]]}, "Magellan"),
        ({"Results": [["Well", "Well Position", "Cq"]]}, "Design & Analysis"),
        ({"Sheet1": [["well", "dose"]]}, ""),
    ],
)
def test_a_workbook_names_its_program(sheets, name):
    program = program_of_workbook(workbook_of(workbook_bytes(sheets), "book.xlsx"))
    assert (program.name if program else "") == name
