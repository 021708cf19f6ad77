"""Names that say what a well holds."""

import pytest
from expression_studies import rows_of, written

from lensim import vocabulary as v
from lensim.expression.read import read_expression
from lensim.expression.read.role_names import roles_by_name


@pytest.mark.parametrize("name", ["water", "H2O", "NTC", "NTC 2", "no template control", "blank", "dH2O"])
def test_water_is_no_subject(tmp_path, name):
    rows = [*rows_of(), f"{name},{name},X,38.1", f"{name},{name},R,"]
    data = read_expression(written(tmp_path, rows), references=["R"], control="ctrl")
    assert data[v.SUBJECT].values.tolist() == ["D1", "D2", "D3"]
    assert data.sizes[v.NO_TEMPLATE] == 2
    assert data.attrs[v.READ_NOTES] == f"cts.csv: 2 wells of {name!r} are read as without template, by that name"


def test_a_control_sirna_called_ntc_is_a_condition(tmp_path):
    rows = [row.replace("ctrl", "NTC") for row in rows_of()]
    data = read_expression(written(tmp_path, rows), references=["R"], control="NTC")
    assert data.sizes[v.NO_TEMPLATE] == 0
    assert data[v.CONDITION].values.tolist() == ["NTC", "drug"]


def test_names_of_roles():
    assert roles_by_name([("IPC", 25.1), ("water", 38.0), ("NTC", 17.0), ("NRT", None), ("D1", 30.0)]) == {
        "IPC": "plate_calibrator",
        "water": "no_template",
        "NRT": "no_rt",
    }


def test_genomic_dna_is_told(tmp_path):
    rows = [f"{row},unknown" for row in rows_of()] + ["D1,ctrl,X,26.5,NRT"]
    data = read_expression(written(tmp_path, rows, "donor,condition,gene,ct,task"), references=["R"])
    assert data.attrs[v.READ_NOTES].startswith(
        "amplified without reverse transcriptase, so from genomic DNA: X at Ct 26.5, samples at Ct 23."
    )
