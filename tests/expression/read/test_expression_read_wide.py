import random

import pytest

from lensim.checks import InputError
from lensim.expression.read import read_expression, read_reactions
from lensim.expression.read.wide import columns_of_genes, columns_of_replicates

WIDE = (
    "condition,rep,PAL,Ct_PAL,EF1a,Ct_EF1a\n"
    "control,1,1.93,29.72,1.96,20.91\ncontrol,2,1.93,29.33,1.96,21.02\n"
    "drug,1,1.93,27.91,1.96,20.97\ndrug,2,1.93,Undetermined,1.96,21.06\n"
)


def saved(folder, text):
    path = folder / "wide.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_column_for_each_gene(tmp_path):
    data = read_expression(saved(tmp_path, WIDE), references=["EF1a"], columns={"subject": "rep"})
    assert data["gene"].values.tolist() == ["PAL", "EF1a"]
    assert data["ct_cycles"].fillna(0).values.tolist() == [29.72, 20.91, 29.33, 21.02, 27.91, 20.97, 0, 21.06]
    assert data["subject_of_sample"].values.tolist() == [0, 1, 0, 1]
    assert data["stated_amplification_factor"].values.tolist() == [1.93, 1.96]
    assert data.attrs["read_notes"].splitlines()[:2] == [
        "wide.csv: each row has the Cts of 2 genes: PAL, EF1a",
        "wide.csv: amplification factors [fold a cycle] are those of the columns PAL (1.93), EF1a (1.96)",
    ]


def test_a_wide_table_without_subjects_says_what_is_missing(tmp_path):
    with pytest.raises(InputError) as caught:
        read_expression(saved(tmp_path, WIDE), references=["EF1a"])
    assert str(caught.value) == (
        "sheet must say which sample is which, got none: wide.csv names no subject; the columns are 'condition', "
        "'rep', 'PAL', 'Ct_PAL', 'EF1a', 'Ct_EF1a': if one of them is meant, name it, columns={\"subject\": \"NAME\"}"
    )


def test_a_column_for_each_replicate(tmp_path):
    text = "Sample,Target,Ct1,Ct2,Ct 3\ns1,T,29.1,29.2,Undetermined\ns1,R,18.1,18.2,18.3\n"
    found = read_reactions(saved(tmp_path, text))
    assert [(one.sample, one.gene, one.ct_cycles, one.line_number) for one in found.reactions] == [
        ("s1", "T", 29.1, 2), ("s1", "T", 29.2, 2), ("s1", "T", None, 2),
        ("s1", "R", 18.1, 3), ("s1", "R", 18.2, 3), ("s1", "R", 18.3, 3),
    ]  # fmt: skip
    assert found.notes == ("wide.csv: each row has 3 replicates: Ct1, Ct2, Ct 3",)


@pytest.mark.parametrize(
    ("header", "genes"),
    [
        (("sample", "Ct_A", "Cq B", "cp.C"), ["A", "B", "C"]),
        (("A_Ct", "B Cq", "C-Cp"), ["A", "B", "C"]),
        (("A (Ct)", "Ct [B]", "C(t) (C)"), ["A", "B", "C"]),
        (("gene", "Ct_A", "Ct_B"), []),
        (("sample", "Ct", "Ct_mean", "Ct_SD"), []),
        (("Ct mean", "Delta Ct", "ddCt", "Ct Threshold", "Mean Cq", "Cq Std. Dev"), []),
        (("sample", "ct_A", "A_ct"), []),  # one gene twice
    ],
)
def test_columns_that_are_genes(header, genes):
    assert list(columns_of_genes(header).values()) == genes


def test_columns_that_are_replicates():
    assert columns_of_replicates(("gene", "Ct1", "Cq_2", "Cp rep 3", "Ct mean")) == [1, 2, 3]
    assert columns_of_replicates(("gene", "Ct", "Ct1", "Ct2")) == []  # Ct is the column, the others go unused
    assert columns_of_replicates(("sample", "Ct1", "Ct2")) == []


def test_wide_tables_hold_what_the_long_ones_hold(tmp_path):
    rng = random.Random(3)
    for _ in range(100):
        genes = rng.sample(["TNF", "B2M", "18S", "IL-6", "EF1a"], rng.randrange(2, 5))
        rows = [(f"d{at // 2}", "control" if at % 2 else "drug") for at in range(2 * rng.randrange(1, 5))]
        cts = {(row, gene): f"{rng.uniform(14, 38):.2f}" for row in rows for gene in genes}
        long = ["subject,condition,gene,ct", *(f"{s},{c},{g},{cts[(s, c), g]}" for s, c in rows for g in genes)]
        named = rng.choice(("Ct_{}", "{} Cq", "Cp ({})"))
        wide = [",".join(["subject,condition", *(named.format(gene) for gene in genes)])]
        wide += [",".join([*row, *(cts[row, gene] for gene in genes)]) for row in rows]
        of_long, of_wide = (
            read_expression(saved(tmp_path, "\n".join(text)), references=genes[:1], control="control")
            for text in (long, wide)
        )
        assert of_wide.equals(of_long)


def test_a_long_name_of_a_column_takes_no_time():
    assert columns_of_genes(["subject", " " * 20_000 + "x"]) == {}
