import re

import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response, write_tidy

DOSES = (0.1, 1.0, 10.0)


def table(parents=("", "LP-1", ""), lines=("LP-1", "LP1-LR", "H929"), column="parent"):
    """Wells of lines with their parents, on two days."""
    rows = [f"cell_line,{column},experiment,dose_uM,signal"]
    rows += [
        f"{line},{parent},e{day},{dose},{(900 + 41 * day + 130 * j) / (1 + dose):.0f}"
        for j, (line, parent) in enumerate(zip(lines, parents, strict=True))
        for day in range(2)
        for dose in (0.0, *DOSES)
    ]
    return "\n".join(rows) + "\n"


def read(folder, text, **options):
    (folder / "wells.csv").write_text(text)
    return read_dose_response(folder / "wells.csv", **options)


def refused(folder, text, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read(folder, text)


@pytest.mark.parametrize("column", ["parent", "parental_line", "derived_from"])
def test_a_line_has_the_parent_that_its_rows_name(tmp_path, column):
    data = read(tmp_path, table(column=column))
    assert data[v.PARENT_OF_CURVE].to_numpy().tolist() == ["", "LP-1", ""]
    assert data[v.CELL_LINE].to_numpy().tolist() == ["LP-1", "LP1-LR", "H929"]
    own = read(tmp_path, table(("LP-1", "LP-1", "H929"), column=column))
    assert own[v.PARENT_OF_CURVE].to_numpy().tolist() == ["", "LP-1", ""]


def test_parents_come_back_from_a_tidy_table(tmp_path):
    data = read(tmp_path, table())
    write_tidy(data, tmp_path / "tidy.csv")
    again = read_dose_response(tmp_path / "tidy.csv")
    assert again[v.PARENT_OF_CURVE].to_numpy().tolist() == ["", "LP-1", ""]
    assert v.PARENT_OF_CURVE not in read(tmp_path, table(("", "", ""))).coords


def test_a_parent_is_a_line_of_the_study(tmp_path):
    refused(
        tmp_path,
        table(("", "LP1", "")),
        "wells.csv line 10: parent of LP1-LR must be a cell line of the study (LP-1, LP1-LR, H929), got LP1: write "
        "LP-1, if that is meant, or leave the cell empty",
    )
    refused(
        tmp_path,
        table(("", "LP-1", "XYZ")),
        "wells.csv line 18: parent of H929 must be a cell line of the study (LP-1, LP1-LR, H929), got XYZ: leave the "
        "cell empty",
    )


def test_a_line_has_one_parent_and_is_not_its_own_ancestor(tmp_path):
    two = table().replace("LP1-LR,LP-1,e1", "LP1-LR,H929,e1")
    refused(
        tmp_path,
        two,
        "wells.csv line 14: parent of LP1-LR must be one line, got LP-1 (line 10) and H929: write one of them in all "
        "rows of LP1-LR",
    )
    refused(
        tmp_path,
        table(("LP1-LR", "LP-1", "")),
        "wells.csv line 2: parent must lead to the line that a line was made from, got LP-1 among its own ancestors: "
        "leave the cells of the oldest line empty",
    )


def test_a_column_parent_of_something_else_is_told(tmp_path):
    data = read(tmp_path, table(("donor 7", "donor 7", "donor 7")))
    assert v.PARENT_OF_CURVE not in data.coords
    assert "the column parent (donor 7) names no cell line of the study, so it is not used" in data.attrs[v.NOTES]
