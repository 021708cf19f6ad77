import pytest
from typer.testing import CliRunner

from lensim.cli.main import app
from lensim.expression.read import read_expression
from lensim.output import save_result
from tests.report.made_up_fits import made_up_fit


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fits")
    for assay in ("expression", "dose_response", "bioassay"):
        save_result(made_up_fit(assay), folder / f"{assay}.nc", force=False)
    return folder


def run(*words):
    return CliRunner().invoke(app, ["miqe", *map(str, words)])


def test_a_checklist_is_counted_listed_and_written(folder):
    out = folder / "miqe.xlsx"
    found = run(folder / "expression.nc", "--out", out)
    assert found.exit_code == 0, found.output
    text = " ".join(found.output.split())
    assert "blank, known at the bench alone: Experimental design 2, Sample 7" in text
    assert "89 items: " in text
    assert "58 that the bench alone knows" in text
    assert out.exists()


def test_answers_fill_what_was_blank(folder):
    answers = folder / "bench.toml"
    answers.write_text('sample.storage = "-80 C"\n', encoding="utf-8")
    found = run(folder / "expression.nc", "--answers", answers)
    assert found.exit_code == 0, found.output
    assert "1 answered by you" in " ".join(found.output.split())


def test_a_fit_of_another_assay_is_refused(folder):
    found = run(folder / "bioassay.nc")
    assert found.exit_code != 0
    assert "lensim miqe takes fits of expression and of dose_response, got one of 'bioassay'" in str(found.exception)


def test_a_dose_response_fit_gets_its_methods_sheet(folder):
    out = folder / "methods.xlsx"
    answers = folder / "bench.csv"
    answers.write_text("item,answer\nplates.method,CellTiter-Glo\n", encoding="utf-8")
    found = run(folder / "dose_response.nc", "--out", out, "--answers", answers)
    assert found.exit_code == 0, found.output
    assert "20 items: " in " ".join(found.output.split())
    assert "1 answered by you" in " ".join(found.output.split())
    assert out.exists()


def test_a_dose_response_fit_has_no_rdml(folder):
    found = run(folder / "dose_response.nc", "--rdml", folder / "dose.rdml")
    assert found.exit_code != 0
    assert "RDML and RDES are of fits of expression, got one of 'dose_response'" in str(found.exception)


def test_a_file_that_is_not_ours_is_kept(folder):
    mine = folder / "mine.xlsx"
    mine.write_bytes(b"mine")
    found = run(folder / "expression.nc", "--out", mine, "--force")
    assert found.exit_code != 0
    assert mine.read_bytes() == b"mine"
    assert "must be free or a file that lensim wrote there" in str(found.exception)


def test_another_suffix_is_refused(folder):
    found = run(folder / "expression.nc", "--out", folder / "miqe.pdf")
    assert found.exit_code != 0
    assert "--out suffix" in str(found.exception)


def test_rdml_and_rdes_are_written_beside(folder):
    pytest.importorskip("rdmlpython")
    found = run(folder / "expression.nc", "--rdml", folder / "run.rdml", "--rdes", folder / "rdes")
    assert found.exit_code == 0, found.output
    text = " ".join(found.output.split())
    assert f"RDML in {folder / 'run.rdml'}" in text
    assert "tables of RDES and their sample sheet samples.csv in" in text
    tables = sorted((folder / "rdes").glob("*.tsv"))
    assert tables[0].read_text(encoding="utf-8").startswith("Well\tSample\tSample Type\t")
    sheet = folder / "rdes" / "samples.csv"
    again = read_expression(tables, sheet=sheet, references=["RPL37A"], cycle_limit=40.0)
    assert again.sizes["reaction"] == made_up_fit("expression")["observations"].sizes["reaction"]
    assert "Cq or raw data submitted as RDML: blank" not in text
