"""Names that say what a well holds."""

import pytest
from expression_studies import rows_of, written

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_cts, read_expression
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


LATE = [("control", "GAPDH"), ("control", "TNF"), ("drug", "GAPDH"), ("drug", "TNF")]
SAY = (
    "delete such rows, or write ignored, no_template or no_rt for them in a column task; if all rows are samples, "
    'state columns={"task": "=unknown"}'
)


def with_subject(folder, name, first_gene="GAPDH", ct=35.12):
    rows = [
        f"P1,{condition},{gene},{18.13 + 7 * (gene == 'TNF') + at / 9:.2f}" for at, (condition, gene) in enumerate(LATE)
    ]
    rows += [f"{name},{condition},{gene},{ct + at / 7:.2f}" for at, (condition, gene) in enumerate(LATE)]
    path = folder / "cts.csv"
    path.write_text("\n".join(["Subject,Condition,Gene,Ct", *rows, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "task"),
    [
        *[
            (name, "no template")
            for name in ("Aqua dest", "Leerwert", "H20", "RNase free H2O", "eau", "agua", "MilliQ")
        ],
        *[(name, "no rt") for name in ("P1 -RT", "P1_noRT", "NRT", "-RT P1", "P1 (no RT)", "P1 RT-")],
    ],
)
def test_late_wells_of_the_laboratory_are_no_subject(tmp_path, name, task):
    data = read_cts(with_subject(tmp_path, name), references=["GAPDH"], control="control")
    assert list(data["subject"].values) == ["P1"]
    words = {"no template": "without template", "no rt": "without reverse transcriptase"}[task]
    assert f"cts.csv: 4 wells of '{name}' are read as {words}, by that name" in data.attrs["read_notes"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *[
            (name, "a control of the laboratory")
            for name in ("neg. control", "Negativkontrolle", "-ve", "Positive control", "pos ctrl 1", "P1-RT")
        ],
        *[(name, "a summary of other rows") for name in ("Mean", "Average P1", "Mittelwert")],
    ],
)
def test_names_in_doubt_are_asked_for(tmp_path, name, said):
    path = with_subject(tmp_path, name)
    with pytest.raises(InputError) as caught:
        read_cts(path, references=["GAPDH"], control="control")
    assert str(caught.value) == f"cts.csv line 6: {name!r} may be {said}: {SAY}"
    data = read_cts(path, {"task": "=unknown"}, references=["GAPDH"], control="control")
    assert list(data["subject"].values) == ["P1", name]


def test_an_early_well_without_transcriptase_is_asked_for(tmp_path):
    path = with_subject(tmp_path, "P1 -RT", ct=20.13)
    with pytest.raises(InputError, match="'P1 -RT' may be a control of the laboratory"):
        read_cts(path, references=["GAPDH"], control="control")


@pytest.mark.parametrize("name", ["PC-3", "SD 1", "NC1", "Meaney", "Positano", "ART", "Nort1"])
def test_names_of_subjects_stay(tmp_path, name):
    data = read_cts(with_subject(tmp_path, name, ct=20.13), references=["GAPDH"], control="control")
    assert list(data["subject"].values) == ["P1", name]
