"""Efficiencies as fractions, percents, folds and slopes; tables of factors and columns of Cts alike."""

import math

import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_cts, read_expression, read_factors


def factors(folder, text, **options):
    path = folder / "factors.csv"
    path.write_text(text, encoding="utf-8")
    return read_factors(path, **options)


@pytest.mark.parametrize(
    ("header", "cell", "scale"),
    [
        ("efficiency", "0.94", "fraction"),
        ("efficiency", "94", "percent"),
        ("Efficiency", "1.94", "fold"),
        ("amplification_factor", "1.94", None),
        ("amplification_factor", "0.94", "fraction"),
        ("Amplification factor", "94", "percent"),
        ("Efficiency (%)", "94", None),
        ("efficiency_percent", "94.0", None),
        ("efficiency", "94%", None),
    ],
)
def test_one_factor_in_every_writing(tmp_path, header, cell, scale):
    found = factors(tmp_path, f"gene,{header}\nX,{cell}\n", efficiency_scale=scale)
    assert found["X"][0] == pytest.approx(1.94)
    assert math.isnan(found["X"][1])


def test_a_slope_and_its_error(tmp_path):
    found = factors(tmp_path, "gene,slope,amplification_factor_sd\nX,-3.321928,0.1\n")
    assert found["X"][0] == pytest.approx(2.0)
    assert math.isnan(found["X"][1])
    assert factors(tmp_path, "gene,efficiency_percent,efficiency_percent_sd\nX,95,2\n")["X"] == pytest.approx(
        (1.95, 0.02)
    )


@pytest.mark.parametrize("cell", ["0.97", "1.04"])
def test_a_column_of_efficiency_alone_is_asked(tmp_path, cell):
    with pytest.raises(InputError) as caught:
        factors(tmp_path, f"gene,efficiency\nX,{cell}\n")
    assert str(caught.value) == (
        "factors.csv line 1: the column 'efficiency' may hold fractions (0.97), percents (97) or folds a cycle (1.97), "
        f'got {cell!r}: state efficiency_scale="fraction", efficiency_scale="percent" or efficiency_scale="fold"'
    )


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("1.04", '; with efficiency_scale="fraction" it is 2.04 fold'),
        ("0.97", '; with efficiency_scale="fraction" it is 1.97 fold'),
        ("104", '; with efficiency_scale="percent" it is 2.04 fold'),
        ("1.3", ""),
        ("2.6", ""),
    ],
)
def test_a_factor_that_is_of_no_assay(tmp_path, cell, hint):
    with pytest.raises(InputError) as caught:
        factors(tmp_path, f"gene,amplification_factor\nX,{cell}\n")
    assert str(caught.value) == (
        f"factors.csv line 2: amplification_factor must give 1.5 to 2.2 fold a cycle (2 = doubling), got {cell!r}{hint}"
    )


def test_a_table_without_any(tmp_path):
    with pytest.raises(InputError) as caught:
        factors(tmp_path, "gene,r2\nX,0.99\n")
    assert str(caught.value) == (
        "factors.csv line 1: one of the columns amplification_factor, efficiency_percent, slope, efficiency is needed; "
        "there are 'gene', 'r2'"
    )


def test_a_column_of_a_table_of_cts(tmp_path):
    path = tmp_path / "cts.csv"
    rows = [
        f"D1,{condition},{gene},{ct},{efficiency}"
        for condition in ("ctrl", "drug")
        for gene, ct, efficiency in (("X", 24.1, "0.91"), ("R", 18.2, "0.99"))
    ]
    path.write_text("\n".join(["donor,condition,gene,ct,efficiency", *rows]), encoding="utf-8")
    with pytest.raises(InputError, match="the column 'efficiency' may hold fractions"):
        read_cts(path, references=["R"])
    data = read_cts(path, references=["R"], efficiency_scale="fraction")
    assert data[v.STATED_FACTOR].values.tolist() == pytest.approx([1.91, 1.99])


@pytest.mark.parametrize(
    ("names", "texts", "options"),
    [
        (("E_R", "E_T"), ("0.9", "0.98"), {"efficiency_scale": "fraction"}),
        (("Eff R", "Eff T"), ("90", "98"), {}),
        (("R efficiency", "T efficiency"), ("1.9", "1.98"), {}),
    ],
)
def test_efficiencies_beside_columns_of_genes(tmp_path, names, texts, options):
    path = tmp_path / "wide.csv"
    path.write_text(
        f"Subject,Condition,Ct_R,Ct_T,{','.join(names)}\nA,ctrl,18.1,25.1,{','.join(texts)}\n"
        f"A,drug,18.1,23.1,{','.join(texts)}\n",
        encoding="utf-8",
    )
    data = read_expression(path, references=["R"], **options)
    assert data["stated_amplification_factor"].values == pytest.approx([1.9, 1.98])
    if options:
        with pytest.raises(InputError, match="may hold fractions"):
            read_expression(path, references=["R"])


@pytest.mark.parametrize(("column", "texts"), [("E", ("97", "92")), ("Eff", ("1.97", "1.92"))])
def test_a_scale_that_can_be_no_other_is_not_asked(tmp_path, column, texts):
    path = tmp_path / "long.csv"
    rows = [f"A,{c},{g},2{k}.5,{texts[g == 'T']}" for c in ("ctrl", "drug") for k, g in enumerate("RT")]
    path.write_text(f"Subject,Condition,Gene,Ct,{column}\n" + "\n".join(rows) + "\n", encoding="utf-8")
    factors = read_expression(path, references=["R"])["stated_amplification_factor"].values
    assert factors == pytest.approx([1.97, 1.92])


def test_a_slope_without_its_sign(tmp_path):
    path = tmp_path / "factors.csv"
    path.write_text("gene,slope\nR,3.32\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_factors(path)
    assert str(error.value) == (
        "factors.csv line 2: slope must give 1.5 to 2.2 fold a cycle (2 = doubling), got '3.32' as a slope; write -3.32"
    )
