import pytest

from lensim.checks import InputError
from lensim.miqe.answers import read_answers, template_of
from lensim.miqe.fill import checklist_of
from lensim.miqe.sheets import workbook_of_checklist
from lensim.workbook_file import SheetTable, write_workbook
from tests.report.made_up_fits import made_up_fit


def test_a_table_of_answers_is_read(tmp_path):
    path = tmp_path / "bench.csv"
    path.write_text("item,answer\nsample.storage,-80 C\nsample.frozen,\n", encoding="utf-8")
    assert read_answers(path) == {"sample.storage": "-80 C"}


def test_toml_is_read(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text('sample.storage = "-80 C"\n[protocol]\ncycling = "95 C 15 s, 60 C 60 s"\n', encoding="utf-8")
    assert read_answers(path) == {"sample.storage": "-80 C", "protocol.cycling": "95 C 15 s, 60 C 60 s"}


def test_the_workbook_that_was_written_is_filled_and_read(tmp_path):
    fit = made_up_fit("expression")
    path = tmp_path / "miqe.xlsx"
    sheets = workbook_of_checklist(checklist_of(fit))
    of_answers = next(sheet for sheet in sheets if sheet.name == "answers").table
    of_answers.loc[of_answers["item"] == "sample.amount", "answer"] = "2 million cells"
    write_workbook(path, sheets)
    assert read_answers(path) == {"sample.amount": "2 million cells"}


def test_answers_are_kept_in_the_next_template():
    table = template_of(checklist_of(made_up_fit("expression"), answers={"sample.amount": "2 million cells"}))
    assert table.set_index("item").loc["sample.amount", "answer"] == "2 million cells"
    assert "design.groups" not in set(table["item"])
    assert "analysis.cq" in set(table["item"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "sample.colour,red",
            "bench.csv row 2: item must be one of the checklist, got 'sample.colour': take sample.description, "
            "sample.amount, sample.dissection, sample.processing, sample.frozen, sample.fixed, sample.storage",
        ),
        (
            "colour,red",
            "bench.csv row 2: item must be one of the checklist, got 'colour': fill the sheet answers of a workbook "
            "that lensim miqe wrote",
        ),
        (
            "sample.fixed,no\nsample.fixed,yes",
            "bench.csv row 3: item must be answered once, got sample.fixed again",
        ),
    ],
)
def test_wrong_answers_are_refused_with_their_row(tmp_path, rows, message):
    path = tmp_path / "bench.csv"
    path.write_text(f"item,answer\n{rows}\n", encoding="utf-8")
    with pytest.raises(InputError) as fault:
        read_answers(path)
    assert message in str(fault.value)


def test_a_table_without_the_columns_is_refused(tmp_path):
    path = tmp_path / "bench.csv"
    path.write_text("what,said\nx,y\n", encoding="utf-8")
    with pytest.raises(InputError) as fault:
        read_answers(path)
    assert str(fault.value) == "bench.csv: answers must have columns item and answer, got none with these names"
    book = tmp_path / "book.xlsx"
    import pandas as pd

    write_workbook(book, [SheetTable("one", pd.DataFrame({"a": [1]}))])
    with pytest.raises(InputError, match="must have columns item and answer"):
        read_answers(book)


def test_an_answer_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text("sample.storage = 80\n", encoding="utf-8")
    with pytest.raises(InputError) as fault:
        read_answers(path)
    assert str(fault.value) == (
        'bench.toml: an answer must be text, got 80 for sample.storage: write sample.storage = "..."'
    )
