"""The reads that the procedure of Gen5 lists, and the results that are computed from them."""

import pytest

from lensim.tables.export_lines import lines_of
from lensim.tables.instruments.gen5 import reads_of_procedure, without_number

HEAD = "Software Version\t3.12.08\n\nPlate Number\tPlate 1\n\nProcedure Details\n\nPlate Type\t96 WELL PLATE\n"


def reads(procedure, separator="\t"):
    return [set(one) for one in reads_of_procedure(lines_of(HEAD.replace("\t", separator) + procedure, separator))]


@pytest.mark.parametrize(
    ("procedure", "found"),
    [
        ("Read\tAbsorbance Endpoint\n\tWavelengths:  280, 325\n", [{"280"}, {"325"}]),
        ("Read\tOD\n\tAbsorbance Endpoint\n\tWavelengths:  600\n", [{"OD:600"}]),
        (
            "Read\tF\n\tFluorescence Endpoint\n\tFilter Set 1 (Blue)\n\t    Excitation: 360/40,  Emission: 460/40\n",
            [{"F:360/40,460/40", "F:360,460"}],
        ),
        ("Read\tLuminescence Endpoint\n\tFilter Set 1\n\t    Emission: Full light\n", [{"Lum"}]),
        ("Read\tLuminescence Endpoint\n\tFilter Set 1\n\t    Emission: 460/40\n", [{"460/40", "460"}]),
        ("Read\tAlpha Endpoint\n\tExcitation time: 80 msec\n", [{"Alpha", ":Alpha"}]),
        ("Read\tOD\n\tWavelengths:  600\nRead\tL\n\tEmission: Hole\n\nLayout\nRead\tX\n", [{"OD:600"}, {"L:Lum"}]),
    ],
)
def test_reads_of_a_procedure(procedure, found):
    assert reads(procedure) == found


def test_a_procedure_parted_by_commas():
    assert reads("Read,OD\n,Wavelengths:  280, 325\n", ",") == [{"OD:280"}, {"OD:325"}]


def test_another_export_has_no_procedure():
    assert reads_of_procedure(lines_of("Read\tOD\n\tWavelengths: 600\n", "\t")) == []


def test_a_number_of_a_read_is_no_part_of_its_label():
    assert [without_number(one) for one in ("Read 1:450", "OD:450", "Blank Read 2:450")] == [
        "450",
        "OD:450",
        "Blank Read 2:450",
    ]
