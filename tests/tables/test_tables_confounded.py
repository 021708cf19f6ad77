"""What differs over the subjects of one contrast, or between its arms, is chosen or refused."""

import itertools

import pytest

from lensim.checks import InputError
from lensim.expression.read import read_expression
from lensim.tables.confounded import is_zero


def study(tmp_path, column, value, subjects=("P1", "P2"), unpaired=False):
    """A table of Cts; `value(subject, condition)` is the cell of one more column."""
    lines = [f"Subject,Condition,{column},Gene,Ct"]
    for number, (subject, condition) in enumerate(itertools.product(subjects, ("control", "drug"))):
        if unpaired and (number // 2 + number) % 2:
            continue
        for gene, ct in (("GAPDH", 18.1), ("TNF", 25.0 - 2 * (condition == "drug"))):
            lines.append(f"{subject},{condition},{value(subject, condition)},{gene},{ct + 0.1 * number:.2f}")
    path = tmp_path / "cts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path, **options):
    return read_expression(path, references=["GAPDH"], control="control", **options)


@pytest.mark.parametrize("column", ["Time (h)", "Tissue", "Genotype", "Compound", "Dose (uM)", "Seeding density"])
def test_treated_samples_of_two_subjects_that_differ(tmp_path, column):
    path = study(tmp_path, column, lambda subject, condition: 0 if condition == "control" else int(subject[1:]))
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value) == (
        f"cts.csv line 8: the column {column!r} has 2 values (1, 2) in GAPDH under drug, and so in 1 more, which would "
        f'be pooled in one contrast: keep one with where={{"{column}": "2"}}, read each by itself with by="{column}", '
        f'or pool them with ignore=["{column}"]'
    )
    assert read(path, ignore=[column]).sizes["subject"] == 2


@pytest.mark.parametrize("column", ["Time", "Tissue", "Strain", "Group", "Medium"])
def test_a_pair_that_differs(tmp_path, column):
    path = study(tmp_path, column, lambda subject, condition: {"control": "a", "drug": "b"}[condition])
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value) == (
        f"cts.csv line 4: the column {column!r} has 2 values (a, b) in GAPDH of P1 under drug and its control, and so "
        f'in 3 more, which would be pooled in one contrast: pool them with ignore=["{column}"]'
    )


@pytest.mark.parametrize("column", ["Time", "Tissue", "Sex"])
def test_groups_of_different_subjects_that_are_parted_by_another_column(tmp_path, column):
    subjects = ("M1", "M2", "M3", "M4")
    path = study(tmp_path, column, lambda _, condition: "x" if condition == "drug" else "y", subjects, unpaired=True)
    with pytest.raises(InputError, match=rf"the column '{column}' has 2 values \(y, x\) in GAPDH under drug and its"):
        read(path, unpaired="keep")


@pytest.mark.parametrize("zero", ["0", "0 h", "0h", "", "none", "d0"])
def test_a_control_at_none_goes_with_every_treated_sample(tmp_path, zero):
    assert is_zero(zero)
    path = study(tmp_path, "Time", lambda subject, condition: zero if condition == "control" else "24 h")
    assert read(path)["sample_of_reaction"].max() == 3


@pytest.mark.parametrize("column", ["Sex", "Age", "Passage", "RIN", "Operator"])
def test_what_describes_a_subject_is_told_alone(tmp_path, column):
    path = study(tmp_path, column, lambda subject, condition: f"1{subject[1:]}")
    assert column in read(path).attrs["columns_not_used"]


@pytest.mark.parametrize("text", ["24", "10", "0.5 h", "liver", "d10"])
def test_what_is_not_none(text):
    assert not is_zero(text)
