from lensim.expression.priors import ExpressionPriors
from lensim.inference.priors import carry_priors
from lensim.miqe.fill import checklist_of
from lensim.miqe.sheets import settings_sheet, workbook_of_checklist
from lensim.workbook_file import write_workbook
from tests.report.made_up_fits import made_up_fit


def test_the_workbook_has_what_its_items_point_to(tmp_path):
    import openpyxl

    fit = made_up_fit("expression")
    path = tmp_path / "miqe.xlsx"
    write_workbook(path, workbook_of_checklist(checklist_of(fit)))
    book = openpyxl.load_workbook(path)
    assert {"miqe", "blank", "answers", "quantities", "standards", "populations", "settings"} <= set(book.sheetnames)
    sheet = book["miqe"]
    assert [cell.value for cell in sheet[1]] == [
        *("item", "section", "asked", "importance", "source", "status", "value", "lacks", "answer"),
    ]
    assert sheet.cell(sheet.max_row, 1).value.startswith("Items after table 1 of MIQE (Bustin et al. 2009")
    assert not any(cell.data_type == "f" for one in book for row in one.iter_rows() for cell in row)
    assert book["blank"].max_row == len(checklist_of(fit).blank) + 1


def test_settings_hold_version_seed_priors_and_verdict():
    fit = made_up_fit("expression")
    carry_priors(fit, ExpressionPriors())
    fit.attrs["settings"] = '{"sampler": {"draws": 1000}}'
    table = settings_sheet(fit).table.set_index("what")["value"]
    assert table["seed"] == "1"
    assert table["settings sampler draws"] == "1000"
    assert table["prior sd_mu_log2_fold_change"] == "5.0"
    assert table["verdict"].startswith("converged")
