"""Labels of lines from a user's table, and all its faults."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read.labels import read_labels

LINES = ["LP-1", "XG-1"]


def read(folder, text, **options):
    path = folder / "p53.csv"
    path.write_text(text)
    return read_labels(path, LINES, **options)


def test_every_column_beside_the_lines_is_a_label(tmp_path):
    text = "Cell_Line,p53,history,\nlp1,mutated,treated,\n XG 1,,new,\n"
    both = {"p53": {"LP-1": "mutated"}, "history": {"LP-1": "treated", "XG-1": "new"}}
    assert read(tmp_path, text) == both
    assert read(tmp_path, text, only=["p53"]) == {"p53": both["p53"]}
    assert read(tmp_path, text.replace(",", ";")) == both


def test_lines_that_differ_by_a_hyphen_are_told_apart(tmp_path):
    path = tmp_path / "p53.csv"
    path.write_text("line,p53\nXG-1,a\nxg1,b\n")
    assert read_labels(path, ["XG-1", "XG1"]) == {"p53": {"XG-1": "a", "XG1": "b"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cell_line,p53\nLP-1,a\nABC,b\n", "p53.csv line 3: cell_line must be one of LP-1, XG-1, got 'ABC'"),
        ("cell_line,p53\nLP-1,a\nLP1,b\n", "p53.csv line 3: cell_line must appear once, got LP-1 again"),
        ("name,p53\nLP-1,a\n", "p53.csv line 1: the column 'cell_line' is missing; there are 'name', 'p53'"),
        ("cell_line,p53,p53\nLP-1,a,b\n", "p53.csv: columns must have names that differ, got p53 again"),
        ("cell_line,p53,\nLP-1,a,b\n", "p53.csv: column 3 must have a name, got none"),
        ("cell_line,\nLP-1,\n", "p53.csv: the table must have a column beside cell_line, got none"),
        ("cell_line,p53\nLP-1\n", "p53.csv line 2: the row must have 2 fields"),
        ("cell_line,p53\n", "p53.csv: the file has a header (cell_line, p53) but no rows"),
    ],
)
def test_faults_are_told(tmp_path, text, message):
    with pytest.raises(InputError) as refused:
        read(tmp_path, text)
    assert message in str(refused.value)


def test_all_faults_are_told_together_and_a_wanted_label_must_be_there(tmp_path):
    with pytest.raises(InputError, match=r"(?s)line 2: cell_line must be one of.*line 3: cell_line must be one of"):
        read(tmp_path, "cell_line,p53\nABC,a\nDEF,b\n")
    with pytest.raises(InputError, match=r"p53\.csv: the label must be one of p53, got 'p35'"):
        read(tmp_path, "cell_line,p53\nLP-1,a\n", only=["p35"])
