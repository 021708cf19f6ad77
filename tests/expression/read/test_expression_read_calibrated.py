"""Ratio tables that hold ratios of the control: divided, refused or asked."""

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.expression.read import read_expression, read_ratios, write_study


def rq(tmp_path, rows, header="Gene,Patient,Condition,RQ"):
    path = tmp_path / "rq.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["control", "Ctrl", "DMSO", "0.1% DMSO", "vehicle", "untreated", "WT", "PBS"])
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_a_ratio_is_divided_by_that_of_the_control_of_its_subject(tmp_path, name, scale):
    rows = [(1, "P1", name), (4, "P1", "drug"), (1.8, "P2", name), (3.6, "P2", "drug")]
    path = rq(tmp_path, [f"TNF,{subject},{condition},{ratio * scale}" for ratio, subject, condition in rows])
    data = read_expression(path)
    assert data["log2_ratio"].values == pytest.approx([2.0, 1.0])
    assert list(data["contrast"].values) == ["drug"]
    assert data.attrs["read_notes"] == (
        f"ratios are divided by that of {name} of the same subject, so that they are treated over control"
    )


def test_errors_of_both_ratios_add_up(tmp_path):
    path = rq(tmp_path, ["T,A,ctrl,1.1,0.3", "T,A,x,2.2,0.4"], "Gene,Patient,Condition,RQ,log2_ratio_sd")
    assert float(read_ratios(path)["log2_ratio_sd"][0]) == pytest.approx(0.5)


def test_a_stated_control_is_taken_and_absent_leaves_the_table_as_it_is(tmp_path):
    path = rq(tmp_path, ["T,A,x,1", "T,A,y,4", "T,B,x,2", "T,B,y,4"])
    assert read_expression(path, control="X")["log2_ratio"].values == pytest.approx([2.0, 1.0])
    assert read_expression(path, control="absent").sizes["pair"] == 4
    with pytest.raises(InputError) as error:
        read_expression(path, control="z")
    assert str(error.value) == (
        'rq.csv: control must be one of the conditions x, y, or control="absent" where the table does not have it, '
        "got 'z'"
    )


@pytest.mark.parametrize("ratios", [("0.9", "1.1"), ("0.5", "2")])
def test_a_condition_whose_mean_is_1_is_asked(tmp_path, ratios):
    path = rq(tmp_path, [f"T,A,x,{ratios[0]}", "T,A,y,4", f"T,B,x,{ratios[1]}", "T,B,y,3"])
    with pytest.raises(InputError) as error:
        read_expression(path)
    assert str(error.value) == (
        'rq.csv: x may be the control that ratios were divided by: their mean is 1; state control="x", or '
        'control="absent" if each ratio is already against a control that is not in the table'
    )


def test_groups_of_different_subjects_are_refused(tmp_path):
    path = rq(tmp_path, ["T,M1,vehicle,0.9", "T,M2,vehicle,1.1", "T,M3,drug,4", "T,M4,drug,3.5"])
    with pytest.raises(InputError) as error:
        read_expression(path)
    assert str(error.value) == (
        "rq.csv line 4: no subject has a ratio under both vehicle and another condition: vehicle has M1, M2; drug has "
        'M3, M4. Compare groups of different subjects with unpaired="groups"; if each ratio is against a '
        'control that is not in the table, state control="absent"'
    )


def test_a_subject_without_control_is_refused_or_left_out(tmp_path):
    path = rq(tmp_path, ["T,A,ctrl,1.1", "T,A,drug,2.2", "T,B,drug,3", "T,C,ctrl,1"])
    with pytest.raises(InputError) as error:
        read_expression(path)
    assert str(error.value) == (
        "rq.csv line 4: T of B under drug in experiment 1 has no ratio under the control (ctrl): leave such ratios "
        'out with unpaired="drop", or compare all subjects, with or without a partner, with unpaired="keep"'
    )
    data = read_expression(path, unpaired="drop")
    assert data["log2_ratio"].values == pytest.approx([1.0])
    assert data.attrs["read_notes"].splitlines()[:2] == [
        "ratios without one under ctrl left out: T of B under drug",
        "ctrl without a treated ratio, so of no fold change: T of C under ctrl",
    ]


def test_a_column_marks_the_control(tmp_path):
    rows = ["T,A,x,1,yes", "T,A,y,4,no", "T,B,x,2,yes", "T,B,y,4,no"]
    data = read_expression(rq(tmp_path, rows, "Gene,Patient,Condition,RQ,is_control"))
    assert data["log2_ratio"].values == pytest.approx([2.0, 1.0])


def test_ratios_that_may_be_percents_are_asked(tmp_path):
    path = rq(tmp_path, ["T,A,292", "T,B,170"], "gene,patient,ratio")
    with pytest.raises(InputError) as error:
        read_expression(path)
    assert str(error.value) == (
        "rq.csv line 2: the column 'ratio' may hold percents of the control (292 is 2.92 fold): state "
        'columns={"percent_of_control": "ratio"} if so, else columns={"ratio": "ratio"}'
    )
    percents = read_expression(path, columns={"percent_of_control": "ratio"})
    folds = read_expression(path, columns={"ratio": "ratio"})
    assert (folds["log2_ratio"] - percents["log2_ratio"]).values == pytest.approx(np.log2([100, 100]))


@pytest.mark.parametrize(
    ("name", "stated", "rule"),
    [
        (
            "ddCt",
            "log2_ratio",
            "the column 'ddCt' holds -log2_ratio by its name: write a column log2_ratio with the values of 'ddCt' and "
            "the other sign",
        ),
        (
            "log10FC",
            "log2_ratio",
            "the column 'log10FC' holds log10 ratios by its name: write a column log2_ratio with its values divided by "
            "0.30103",
        ),
        ("logFC", "ratio", "the column 'logFC' holds logarithms by its name: write a column log2_ratio, or ratio"),
    ],
)
def test_a_column_is_not_what_its_name_denies(tmp_path, name, stated, rule):
    path = rq(tmp_path, ["T,A,2", "T,B,1.7"], f"gene,patient,{name}")
    with pytest.raises(InputError) as error:
        read_expression(path, columns={stated: name})
    assert str(error.value) == f"rq.csv line 1: {rule}"


@pytest.mark.parametrize("name", ["2^-ddCt", "2^(-ΔΔCt)", "2^-ddCq", "Fold induction", "RQ"])
def test_a_ratio_by_its_formula(tmp_path, name):
    assert read_expression(rq(tmp_path, ["T,A,2"], f"gene,patient,{name}"))["log2_ratio"].values == pytest.approx([1.0])


def test_ratios_that_are_written_are_read_again(tmp_path):
    rows = ["T,A,1,c,x,2.5,0.1", "U,B,2,d,y,0.3,0", "T,B,1,d,x,7,0.2"]
    path = rq(tmp_path, rows, "gene,patient,experiment,cell_type,treatment,ratio,log2_ratio_sd")
    data = read_expression(path)
    write_study(data, tmp_path / "own.tsv")
    again = read_expression(tmp_path / "own.tsv")
    assert again.drop_attrs().identical(data.drop_attrs())


def test_a_group_of_ratios_is_not_pooled(tmp_path):
    path = rq(tmp_path, ["T,M1,WT,0.9", "T,M2,WT,1.1", "T,M3,KO,4"], "Gene,Mouse,Group,Fold change")
    with pytest.raises(InputError) as error:
        read_expression(path)
    assert str(error.value) == (
        "rq.csv line 4: the column 'Group' has 2 values (WT, KO) in the ratios of T, which would be pooled in one "
        'contrast: compare them with columns={"contrast": "Group"}, keep one with where={"Group": "WT"}, read each by '
        'itself with by="Group", or pool them with ignore=["Group"]'
    )
    with pytest.raises(InputError, match="no subject has a ratio under both WT and another condition"):
        read_expression(path, columns={"contrast": "Group"})
