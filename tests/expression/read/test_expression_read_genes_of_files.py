"""Exports of LightCycler 480, which name no gene: files that are named after genes."""

import pytest

from lensim.checks import InputError
from lensim.expression.read import read_expression

SHEET = "sample,subject,condition\na0,d1,control\na1,d1,drug\nb0,d2,control\nb1,d2,drug\n"


def export(folder, gene, base):
    rows = ["Experiment: x  Selected Filter: SYBR", "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus"]
    for at, name in enumerate(("a0", "a1", "b0", "b1")):
        rows += [f"True\t255\tA{2 * at + rep + 1}\t{name}\t{base + at + 0.01 * rep:.2f}\t\t0\t" for rep in range(2)]
    path = folder / f"{gene}.txt"
    path.write_text("\n".join([*rows, "True\t255\tB1\tNTC\t\t\t0\t"]) + "\n")
    return path


@pytest.fixture
def files(tmp_path):
    (tmp_path / "samples.csv").write_text(SHEET)
    return [export(tmp_path, "ACTB", 18.0), export(tmp_path, "TNF", 26.0)]


def test_each_file_is_the_gene_that_it_is_named_after(files, tmp_path):
    data = read_expression(files, sheet=tmp_path / "samples.csv", references=["ACTB"])
    assert data["gene"].values.tolist() == ["ACTB", "TNF"]
    assert data["is_reference"].values.tolist() == [1, 0]
    assert data["plate"].values.tolist() == ["ACTB, TNF"]
    genes = data["gene"].values[data["gene_of_reaction"].values]
    assert data["ct_cycles"].values[genes == "TNF"].min() == 26.0
    assert "each file is read as the gene that it is named after (ACTB, TNF)" in data.attrs["read_notes"]


def test_not_where_the_reference_is_no_file(files, tmp_path):
    with pytest.raises(InputError, match="has no gene, as 17 others: name it in the sheet's column gene, or name each"):
        read_expression(files, sheet=tmp_path / "samples.csv", references=["GAPDH"])


def test_not_where_the_sheet_names_genes(files, tmp_path):
    plates = ("ACTB", "TNF")
    rows = [f"{row},{plate},{'MYC' if plate == 'TNF' else plate}" for row in SHEET.split()[1:] for plate in plates]
    (tmp_path / "genes.csv").write_text("\n".join(["sample,subject,condition,plate,gene", *rows]))
    with pytest.raises(InputError, match="has no gene, as 1 others: name it"):  # the wells without template
        read_expression(files, sheet=tmp_path / "genes.csv", references=["ACTB"], columns={"plate": "plate"})
