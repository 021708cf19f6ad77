import numpy as np
import pytest

from lensim.checks import InputError
from lensim.expression.read import kind_of, read_expression, read_reactions
from lensim.tables.source import source_of

ROW_A_REACTION = "write one row a reaction, with the columns gene"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "tissue,c_myc,GAPDH\nbrain,30.49,23.63\nbrain,31.1,23.5\n",
            "no columns are named gene and ct_cycles; if 'c_myc', 'GAPDH' hold the Cts of a gene each, name them so "
            f"(Ct_GAPDH), or {ROW_A_REACTION} and ct_cycles",
        ),
        (
            "group,ref,target\ncontrol,19.7,23.1\ncontrol,19.5,22.9\n",  # target is a gene here, not the gene
            "no columns are named gene and ct_cycles; if 'ref', 'target' hold the Cts of a gene each, name them so "
            f"(Ct_GAPDH), or {ROW_A_REACTION} and ct_cycles",
        ),
        (
            "gene,control,drug\nTNF,30.49,27.63\nB2M,18.1,18.25\n",
            "no column is named ct_cycles, Ct, Cq or Cp; if 'control', 'drug' hold the Cts of a sample each, "
            f"{ROW_A_REACTION}, sample and ct_cycles",
        ),
        (
            "gene,sample,cycles at threshold\nTNF,a,30.49\nB2M,a,18.1\n",
            "no column is named ct_cycles, Ct, Cq or Cp; if 'cycles at threshold' holds the Ct, state "
            'columns={"ct_cycles": "cycles at threshold"}',
        ),
        (
            "primer,sample,Ct\nTNF,a,30.49\nB2M,a,18.1\n",
            "no column is named gene; there are 'primer', 'sample', 'Ct': name one, columns={\"gene\": \"NAME\"}, or "
            "write one",
        ),
        (
            "sample,threshold\na,30.49\nb,18.1\n",
            "no columns are named gene and ct_cycles; if 'threshold' holds the Ct, name it so, and write a column gene",
        ),
        (
            "[Results]\nWell\tWell Position\tSNP Assay Name\tTask\tAllele1 Ct\n1\tA1\tx\tNTC\t30.1\n",
            "the file has genotypes (alleles of a SNP), not Cts of genes",
        ),
    ],
)
def test_a_table_that_no_reader_takes_has_a_way_out(tmp_path, text, said):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_reactions(path)
    assert str(caught.value) == f"t.csv: {said}"


@pytest.mark.parametrize("text", ["sample,subject\na,b\nc,d\n", "line,dose,signal\na,0,1000\na,1,900\n"])
def test_another_table_is_told_what_is_read(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"^t.csv: the file must be an export of ABI SDS, QuantStudio, Bio-Rad CFX"):
        read_reactions(path)


RATIOS = "a table of ratios has one column of ratio (RQ, fold change, 2^-ddCt), percent_of_control or log2_ratio; for "


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ddCt", f"{RATIOS}'ddCt' write a column log2_ratio with the values of 'ddCt' and the other sign"),
        ("ΔΔCt", f"{RATIOS}'ΔΔCt' write a column log2_ratio with the values of 'ΔΔCt' and the other sign"),
        ("log10FC", f"{RATIOS}'log10FC' write a column log2_ratio with its values divided by 0.30103"),
        *(
            (name, f'{RATIOS}{name!r} state columns={{"log2_ratio": "{name}"}}')
            for name in ("-ddCt", "-\u0394\u0394Ct", "\u2212\u0394\u0394Cq", "minus ddCt")
        ),
    ],
)
def test_what_is_nearly_a_ratio(tmp_path, name, message):
    path = tmp_path / "r.csv"
    path.write_text(f"Gene,Patient,{name}\nTNF,A,-2.1\nTNF,B,-1.8\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        kind_of(source_of(path))
    assert str(error.value) == f"r.csv: {message}"
    if "state" in message:
        data = read_expression(path, columns={"log2_ratio": name})
        assert data["log2_ratio"].values.tolist() == [-2.1, -1.8]


@pytest.mark.parametrize(
    ("name", "scale", "first"),
    [
        ("fold change (log2)", "log2_ratio", 1.5),
        ("log2 FC (LEN/ctrl)", "log2_ratio", 1.5),
        ("logFC", "log2_ratio", 1.5),
        ("% of control", "percent_of_control", np.log2(0.015)),
        ("percent control", "percent_of_control", np.log2(0.015)),
        ("ratio (treated/control)", "ratio", np.log2(1.5)),
        ("mean fold change", "ratio", np.log2(1.5)),
        ("RQ value", "ratio", np.log2(1.5)),
        ("2^-\u0394\u0394Ct (mean)", "ratio", np.log2(1.5)),
        ("2^-\u0394Ct (x1000)", "relative_level", None),
    ],
)
def test_a_ratio_under_another_name_is_named_with_a_choice_that_works(tmp_path, name, scale, first):
    path = tmp_path / "r.csv"
    rows = "".join(f"TNF,P{at},{condition},{at + 1.5}\n" for at in range(3) for condition in ("LEN",))
    path.write_text(f"gene,subject,condition,{name}\n{rows}", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_expression(path)
    assert f'{name!r} may be it: state columns={{"{scale}": "{name}"}}' in str(error.value)
    if first is not None:
        data = read_expression(path, columns={scale: name})
        assert data["log2_ratio"].values[0] == pytest.approx(first)
