"""A control at time 0 or dose 0 goes with every value that is chosen; a choice without the control is refused."""

import pytest

from lensim.checks import InputError
from lensim.expression.read import read_expression

HEADER = "Subject,Condition,Dose,Gene,Ct"


def study(tmp_path, doses=(("control", "0"), ("drug", "1"), ("drug", "10"))):
    rows = [
        f"{subject},{condition},{dose},{gene},{ct}"
        for subject in ("P1", "P2")
        for condition, dose in doses
        for gene, ct in (("R", 18.1), ("T", 25.0 if condition == "control" else 24.0 - len(dose)))
    ]
    path = tmp_path / "cts.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def read(path, **options):
    return read_expression(path, references=["R"], **options)


@pytest.mark.parametrize("zero", ["0", "", "0 uM"])
def test_a_control_at_none_is_kept(tmp_path, zero):
    path = study(tmp_path, (("control", zero), ("drug", "1"), ("drug", "10")))
    data = read(path, where={"Dose": "10"})
    assert sorted(data["condition"].values) == ["control", "drug"]
    assert data.sizes["reaction"] == 8
    studies = read(path, by="Dose")
    assert list(studies) == ["1", "10"]
    assert all(one.sizes["reaction"] == 8 for one in studies.values())


@pytest.mark.parametrize("control", [None, "control"])
def test_the_only_condition_left_is_not_the_control(tmp_path, control):
    path = study(tmp_path, (("control", "5"), ("drug", "1"), ("drug", "10")))
    with pytest.raises(InputError) as error:
        read(path, where={"Dose": "10"}, control=control)
    assert str(error.value) == (
        "where must keep rows of the control and of another condition, got drug alone with Dose 10; the other "
        "conditions have 5 there: give such a value as well"
    )


def test_a_control_that_is_measured_at_every_value_is_kept_at_the_chosen_one(tmp_path):
    path = study(tmp_path, (("control", "0"), ("control", "10"), ("drug", "10")))
    assert read(path, where={"Dose": "10"}).sizes["reaction"] == 8


def test_a_sheet_keeps_its_control_too(tmp_path):
    (tmp_path / "run.csv").write_text(
        "Sample,Gene,Ct\n" + "".join(f"S{k},{gene},{20 + k}\n" for k in range(3) for gene in "RT"), encoding="utf-8"
    )
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,subject,condition,Dose\nS0,A,ctrl,0\nS1,A,drug,1\nS2,A,drug,10\n", encoding="utf-8")
    data = read(tmp_path / "run.csv", sheet=sheet, where={"Dose": "10"})
    assert data.attrs["control"] == "ctrl"
    assert data.sizes["condition"] == 2
