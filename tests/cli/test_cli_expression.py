from pathlib import Path

import pytest

from lensim.checks import InputError
from lensim.expression.read import amplified_without_template, read_cts, read_factors, read_reactions
from lensim.maiga2013.expression_twin import expression_design
from tests.cli.test_cli import run

SHEET = "sample,subject,cell_type,condition,experiment\nc1,a,line,untreated,1\nt1,a,line,drug,1\n"
EXPORT = (
    "Well\tWell Name\tWell Type\tReplicate\tThreshold (dRn)\tCt (dRn)\t\r\n"
    "A1\tc1\tUnknown\t1\t0.2\t22.50\t\r\n"
    "A2\tt1\tUnknown\t1\t0.2\tNo Ct\t\r\n"
)
TIDY = "gene,is_reference,subject,condition,is_control,ct_cycles\n"
ROWS = ["R,1,a,untreated,1,22\n", "R,1,a,drug,0,22.1\n", "T,0,a,untreated,1,27\n", "T,0,a,drug,0,26\n"]


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_twin_is_written_once(tmp_path, capsys):
    path = tmp_path / "cts.csv"
    status, said, _ = run(capsys, "simulate", "expression", "--out", str(path), "--seed", "3")
    assert status == 0
    assert "22 subjects" in said
    rows = path.read_text().count("\n") - 1
    assert rows > len(expression_design().subjects) * 4 * 2 * 2 * 2 * 0.95
    status, _, err = run(capsys, "simulate", "expression", "--out", str(path))
    assert status == 2
    assert "--force" in err


def test_an_export_becomes_a_tidy_table(tmp_path, capsys):
    export, out = saved(tmp_path, "run1.txt", EXPORT), tmp_path / "cts.csv"
    status, said, _ = run(capsys, "read", "expression", str(export), "--out", str(out))
    assert status == 0
    assert "not detected" in said
    assert out.read_text().count("\n") == 3


def test_a_tidy_table_keeps_what_it_says_of_samples_and_genes(tmp_path, capsys):
    """What was read is the same study: subjects, cell types, conditions, control, references, experiments, factors."""
    cts, again = tmp_path / "cts.csv", tmp_path / "again.tsv"
    assert run(capsys, "simulate", "expression", "--out", str(cts), "--experiments", "1")[0] == 0
    factors = saved(tmp_path, "factors.csv", "gene,amplification_factor,amplification_factor_sd\nTNF,1.9,0.03\n")
    assert run(capsys, "read", "expression", str(cts), "--factors", str(factors), "--out", str(again))[0] == 0
    before, after = read_cts(cts, factors=read_factors(factors)), read_cts(again)
    assert after.drop_attrs().equals(before.drop_attrs())
    assert (after.sizes["cell_type"], after.attrs["genes_without_factor"]) == (4, before.attrs["genes_without_factor"])
    header = again.read_text().splitlines()[0].split("\t")
    kept = {"subject", "cell_type", "condition", "is_control", "is_reference", "experiment", "amplification_factor"}
    assert kept <= set(header)


def test_amplified_controls_without_template_are_told(tmp_path, capsys, monkeypatch):
    head, rows = TIDY.replace("gene,", "task,plate,gene,"), [f"unknown,p,{row}" for row in ROWS]
    late = [f"no_template,p {k},T,0,,,,{39 - k}\n" for k in range(7)] + ["no_template,p,R,1,,,,\n"]
    file = saved(tmp_path, "cts.csv", head + "".join(rows + late))
    told = (
        "note: amplified without template: T (plate p 6) at Ct 33.0, T (plate p 5) at Ct 34.0, T (plate p 4) at Ct "
        "35.0, T (plate p 3) at Ct 36.0, T (plate p 2) at Ct 37.0, 2 more; the fit takes no account of it"
    )
    status, _, err = run(capsys, "read", "expression", str(file))
    assert (status, told in err) == (0, True)

    def no_fit(*_: object, **__: object) -> None:
        raise InputError("no fit today")

    monkeypatch.setattr("lensim.face.fit.fit_study", no_fit)
    status, _, err = run(capsys, "fit", "expression", str(file), "--out", str(tmp_path / "fit.nc"))
    assert (status, told in err, "no fit today" in err) == (2, True, True)
    clean = saved(tmp_path, "clean.csv", head + "".join(rows))
    assert "without template" not in run(capsys, "read", "expression", str(clean))[2]
    same = read_reactions(file).amplified_without_template()
    assert amplified_without_template(read_cts(file)) == same
    assert len(same) == 7


def test_a_tidy_table_without_its_roles_asks_for_them(tmp_path, capsys):
    plain = "gene,subject,condition,ct_cycles\nR,a,untreated,22\nR,a,drug,22\nT,a,untreated,27\nT,a,drug,26\n"
    file, out = saved(tmp_path, "cts.csv", plain), tmp_path / "o.csv"
    status, _, err = run(capsys, "read", "expression", str(file), "--out", str(out))
    assert (status, out.exists()) == (2, False)
    assert "references must name at least one reference gene, got none; the genes are R, T" in err
    options = ("--reference", "R", "--control", "untreated", "--out", str(out))
    assert run(capsys, "read", "expression", str(file), *options)[0] == 0
    assert read_cts(out)["is_reference"].sum() == 1
    two, both = saved(tmp_path, "more.csv", plain.replace(",a,", ",b,")), tmp_path / "both.csv"
    assert run(capsys, "read", "expression", str(file), str(two), *options[:4], "--out", str(both))[0] == 0
    assert read_cts(both)["subject"].to_numpy().tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (TIDY + "".join(ROWS[2:]), (), "reference"),
        (TIDY + "".join(ROWS), ("--calibrator", "z"), "calibrator must be one of a, got 'z'"),
        (TIDY + ROWS[1] + ROWS[3], (), "control"),
        (TIDY + "".join(ROWS) + "T,0,a,drug,0,41\n", (), "line 6"),
        (TIDY + "".join(ROWS) + "T,0,a,drug,0,late\n", (), "line 6"),
        ("", (), "empty"),
        (EXPORT, (), "sheet must say which sample is which, got none: cts.csv is of the format mxpro"),
    ],
)
def test_a_faulty_file_is_one_message(tmp_path, capsys, text, options, message):
    file, out = saved(tmp_path, "cts.csv", text), tmp_path / "fit.nc"
    status, _, err = run(capsys, "fit", "expression", str(file), "--out", str(out), *options)
    assert (status, out.exists()) == (2, False)
    assert message in err
    assert "Traceback" not in err


def test_exports_need_a_reference_and_a_control(tmp_path, capsys):
    export, sheet = saved(tmp_path, "run1.txt", EXPORT), saved(tmp_path, "samples.csv", SHEET)
    arguments = ("fit", "expression", str(export), "--sheet", str(sheet), "--out", str(tmp_path / "fit.nc"))
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert "references must name at least one" in err
    odd = saved(tmp_path, "odd.csv", SHEET.replace("untreated", "arm 1"))
    status, _, err = run(capsys, *arguments[:4], str(odd), *arguments[5:], "--reference", "R")
    assert status == 2
    assert "control" in err
    status, _, err = run(capsys, *arguments, "--reference", "R", "--control", "untreated")
    assert status == 2
    assert "gene" in err


def test_compare_wants_a_result(tmp_path, capsys):
    status, _, err = run(capsys, "compare", str(saved(tmp_path, "cts.csv", TIDY)))
    assert (status, "must be a netCDF file written by lensim" in err) == (2, True)


def test_a_column_that_is_named_shows_what_a_file_is(tmp_path, capsys):
    ratios = saved(tmp_path, "ratios.csv", "Gene,Patient,2^-ddCt\nTNF,P1,4.0\nTNF,P2,3.5\n")
    status, said, _ = run(capsys, "read", "expression", str(ratios), "--column", "ratio=2^-ddCt")
    assert status == 0
    assert "2 ratios of 1 target in 2 subjects" in said
    cts = saved(tmp_path, "cts.csv", TIDY.replace("gene", "Primer") + "".join(ROWS))
    status, said, _ = run(capsys, "read", "expression", str(cts), "--column", "gene=Primer")
    assert status == 0
    assert "4 reactions of 2 genes" in said


@pytest.mark.sampling
def test_a_table_of_ratios_goes_through_whole(tmp_path, capsys):
    """500 draws of two short chains: the gate may refuse them, which is status 3 and no fault."""
    path, out = Path(tmp_path / "ratios.csv"), tmp_path / "fit.nc"
    rows = "".join(f"TNF,line {k},{1 + 0.2 * k}\n" for k in range(6))
    path.write_text("gene,subject,ratio\n" + rows)
    short = ("--draws", "250", "--tune", "300", "--chains", "2", "--figures", str(tmp_path / "figures"))
    status, said, _ = run(capsys, "fit", "expression", str(path), "--out", str(out), *short)
    assert status in (0, 3)
    assert out.exists()
    assert "line 5" in said
    assert [figure.name for figure in (tmp_path / "figures").glob("*.png")] == ["forest.png"]
    status, said, _ = run(capsys, "compare", str(out))
    assert (status, "paired t P" in " ".join(said.split())) == (0, True)
