import csv
import io

import pandas as pd
import pytest

from lensim.checks import InputError
from lensim.plate_map.contents import map_of_table
from lensim.plate_map.machines import setup_files, takes_plate

ROWS = [
    ("A1", "x", "untreated", "TNF", "unknown", ""),
    ("A2", "x", "treated", "TNF", "unknown", ""),
    ("B1", "", "", "TNF", "standard", "0.5"),
    ("B2", "", "", "TNF", "no_template", ""),
    ("H12", "x", "treated", "TNF", "no_rt", ""),
]


def made(rows=ROWS, plates=("P, 1",)):
    columns = ["well", "subject", "condition", "gene", "task", "quantity"]
    return map_of_table(
        pd.concat([pd.DataFrame(rows, columns=columns).assign(plate=plate) for plate in plates]), "map.csv"
    )


def test_quantstudio_has_the_table_of_its_own_exports():
    [text] = setup_files(made(), "quantstudio").values()
    lines = [line.split("\t") for line in text.split("\r\n")]
    assert lines[0] == ["[Sample Setup]"]
    assert lines[1] == [
        "Well", "Well Position", "Sample Name", "Sample Color", "Biogroup Name", "Biogroup Color", "Target Name",
        "Target Color", "Task", "Reporter", "Quencher", "Quantity", "Comments",
    ]  # fmt: skip
    red = '"RGB(176,23,31)"'
    assert lines[2] == ["1", "A1", "x untreated", red, "", "", "TNF", red, "UNKNOWN", "SYBR", "None", "", ""]
    assert lines[4] == ["13", "B1", "", "", "", "", "TNF", red, "STANDARD", "SYBR", "None", "0.5", ""]
    assert lines[5][8] == "NTC"
    assert lines[6][:3] == ["96", "H12", "x treated"]
    assert text.endswith("\r\n")


def test_cfx_has_the_fields_of_its_lims_files():
    [text] = setup_files(made(), "cfx", "ng").values()
    rows = list(csv.reader(io.StringIO(text)))
    assert {len(row) for row in rows} == {30}
    assert [row[:2] for row in rows[:13]] == [
        ["Plate Header", ""], ["Field", "Data"], ["Version", "1"], ["Plate Size", "96"], ["Plate Type", "BR White"],
        ["Scan Mode", "SYBR/FAM Only"], ["Units", "nanograms"], ["Run ID", "P 1"], ["Run Notes", ""],
        ["Run Protocol", ""], ["Data File", ""], ["TBD", ""], ["Plate Data", ""],
    ]  # fmt: skip
    wells = [dict(zip(rows[13], row, strict=True)) for row in rows[14:]]
    assert [(w["Well"], w["Sample Type"], w["Sample Name"], w["Ch1 Quantity"]) for w in wells] == [
        ("A01", "Unknown", "x untreated", ""), ("A02", "Unknown", "x treated", ""), ("B01", "Standard", "", "0.5"),
        ("B02", "NTC", "", ""), ("H12", "NRT", "x treated", ""),
    ]  # fmt: skip
    assert {(w["Ch1 Dye"], w["Ch1 Target Name"]) for w in wells} == {("SYBR", "TNF")}


def test_each_plate_has_a_file():
    assert list(setup_files(made(plates=("P1", "P2")), "quantstudio")) == ["quantstudio_1.txt", "quantstudio_2.txt"]
    assert list(setup_files(made(), "cfx")) == ["cfx_1.csv"]


def test_cfx_takes_96_wells_alone():
    large = made([*ROWS, ("P24", "x", "treated", "TNF", "unknown", "")])
    assert takes_plate(large, "quantstudio")
    assert not takes_plate(large, "cfx")
    assert setup_files(large, "quantstudio")["quantstudio_1.txt"].splitlines()[-1].startswith("384\tP24")
    with pytest.raises(InputError, match=r"map.csv: cfx takes plates of 96 wells, got one of 16 x 24"):
        setup_files(large, "cfx")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({3: ""}, "map.csv: well A1 of P, 1: gene must not be empty, got nothing"),
        ({1: "", 2: ""}, "map.csv: well A1 of P, 1: a sample needs a name, or a subject and a condition, got neither"),
        ({4: "banana"}, "map.csv: well A1 of P, 1: task must be unknown, standard, no_template, no_rt or ignored, got "
         "'banana'"),
    ],
)  # fmt: skip
def test_wells_that_no_machine_takes(change, message):
    first = [change.get(at, text) for at, text in enumerate(ROWS[0])]
    with pytest.raises(InputError) as caught:
        setup_files(made([tuple(first)]), "quantstudio")
    assert str(caught.value) == message


def test_a_map_without_genes_and_an_unknown_machine():
    with pytest.raises(InputError, match=r"needs a factor gene \(or target\), there are 'dose'"):
        setup_files(map_of_table(pd.DataFrame({"plate": ["P"], "well": ["A1"], "dose": ["1"]}), "map.csv"), "cfx")
    with pytest.raises(InputError, match="machine must be one of quantstudio, cfx, got 'mxpro'"):
        setup_files(made(), "mxpro")


def test_names_lose_the_signs_that_part_fields():
    rows = [("A1", 'a\tb"c,d', "untreated", "TNF", "unknown", "")]
    assert "a b c d untreated" in setup_files(made(rows), "quantstudio")["quantstudio_1.txt"]
