from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_expression
from lensim.expression.read.ratios import is_ratio_table, read_ratios
from lensim.tables.source import source_of


def table(tmp_path, text, name="ratios.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("column", "cells"),
    [("ratio", ("2", "0.5")), ("percent_of_control", ("200%", "50")), ("log2_ratio", ("1", "-1"))],
)
def test_each_scale_comes_out_as_log2(tmp_path, column, cells):
    path = table(tmp_path, f"gene,cell_line,{column}\nTNF,A,{cells[0]}\nTNF,B,{cells[1]}\n")
    assert is_ratio_table(source_of(path))
    data = read_ratios(path)
    assert data[v.LOG2_RATIO].values.tolist() == [1.0, -1.0]
    assert data[v.SUBJECT].values.tolist() == ["A", "B"]
    assert data[v.CONTRAST].values.tolist() == ["treated"]
    assert (data[v.LOG2_RATIO_SD] == 0).all()


FOLDS = st.lists(st.floats(0.1, 9.9).map(lambda fold: round(fold, 2)), min_size=1, max_size=6)


@given(FOLDS, st.sampled_from(("percent_of_control", "fold change percent", "fold change (%)", "percent")))
def test_percents_that_may_be_folds_are_asked_and_either_answer_is_read(folds, column):
    rows = "".join(f"TNF,P{at},{fold}\n" for at, fold in enumerate(folds))
    with TemporaryDirectory() as name:
        path = table(Path(name), f"gene,subject,{column}\n{rows}")
        with pytest.raises(InputError, match="has no value of 10 or more; are these ratios") as caught:
            read_expression(path)
        for meaning, unit in (("ratio", 1.0), ("percent_of_control", 100.0)):
            assert f'columns={{"{meaning}": "{column}"}}' in str(caught.value)
            data = read_expression(path, columns={meaning: column})
            np.testing.assert_allclose(data[v.LOG2_RATIO], np.log2(np.array(folds) / unit))
        table(Path(name), f"gene,subject,{column}\n{rows}TNF,Q,85\n")
        data = read_expression(path)
        np.testing.assert_allclose(data[v.LOG2_RATIO], np.log2(np.array([*folds, 85]) / 100))
        table(Path(name), f"gene,subject,{column}\n" + rows.replace("\n", "%\n"))
        np.testing.assert_allclose(read_expression(path)[v.LOG2_RATIO], np.log2(np.array(folds) / 100))


def test_cell_types_experiments_errors_and_decimal_commas(tmp_path):
    text = (
        "target;subject;cell type;experiment;condition;ratio;log2_ratio_sd\n"
        "TNF;A;line;1;LEN;1,79;0,1\nTNF;A;line;2;LEN;;0,1\nTNF;P1;donor;1;LEN;2,92;0,2\n"
    )
    data = read_ratios(table(tmp_path, text))
    assert data.attrs["rows_without_ratio"] == 1
    np.testing.assert_allclose(data[v.LOG2_RATIO], np.log2([1.79, 2.92]))
    assert data[v.LOG2_RATIO_SD].values.tolist() == [0.1, 0.2]
    assert data[v.CELL_TYPE].values[data[v.CELL_TYPE_OF_SUBJECT].values].tolist() == ["line", "donor"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gene,subject,ratio\nTNF,A,-1\n", "line 2: ratio must be a finite number above 0, got '-1'"),
        ("gene,subject,ratio\nTNF,A,0\n", "line 2: ratio must be a finite number above 0, got '0'"),
        ("gene,subject,ratio\nTNF,A,up\n", "line 2: ratio must be a finite number above 0, got 'up'"),
        ("gene,subject,ratio\nTNF,,2\n", "line 2: subject must not be empty"),
        (
            "gene,subject,ratio\nTNF,A,2\nTNF,A,3\n",
            "line 3: TNF, A, treated, experiment 1 must appear once, got it in line 2 as well; "
            "repeats need a column experiment",
        ),
        (
            "gene,subject,cell_type,experiment,ratio\nTNF,A,x,1,2\nTNF,A,y,2,3\n",
            "line 3: cell_type of A must be the same in all rows, got x and y",
        ),
        ("gene,subject,ratio,log2_ratio_sd\nTNF,A,2,-1\n", "line 2: log2_ratio_sd must be a number of 0 or more"),
        ("gene,subject,ratio,log2_ratio\nTNF,A,2,1\n", "exactly one column of log2_ratio, ratio, percent_of_control"),
        ("gene,subject,ratio\nTNF,A,\n", "there must be at least one ratio, got none"),
        ("gene,ratio\nTNF,2\n", "the column 'subject' is missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, message):
    with pytest.raises(InputError) as error:
        read_ratios(table(tmp_path, text))
    assert message in str(error.value)
    assert "ratios.csv" in str(error.value)


def test_a_table_of_cts_is_no_table_of_ratios(tmp_path):
    assert not is_ratio_table(source_of(table(tmp_path, "gene,subject,ct,ratio\nTNF,A,20,1\n")))


@pytest.mark.parametrize(
    ("text", "log2"),
    [
        ("gene,donor,RQ\nX,a,2\nX,b,0.5\n", [1.0, -1.0]),
        ("Sample,Gene,Fold Change\na,X,2\nb,X,0.5\n", [1.0, -1.0]),
        ("gene,donor,Fold change (%)\nX,a,200\nX,b,50\n", [1.0, -1.0]),
        ("gene,donor,fold_change\nX,a,200%\nX,b,50.0%\n", [1.0, -1.0]),
    ],
)
def test_ratios_as_people_name_them(tmp_path, text, log2):
    path = tmp_path / "ratios.csv"
    path.write_text(text, encoding="utf-8")
    assert read_expression(path)[v.LOG2_RATIO].values.tolist() == pytest.approx(log2)


def test_a_negative_ratio_has_its_remedy(tmp_path):
    path = tmp_path / "ratios.csv"
    path.write_text("gene,donor,fold_change\nX,a,-2\nX,b,1.5\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_expression(path)
    assert str(caught.value) == (
        "ratios.csv line 2: fold_change must be a finite number above 0, got '-2'; write a halving as 0.5, not as -2, "
        'and if the column holds log2 ratios, name it, columns={"log2_ratio": "NAME"}'
    )
