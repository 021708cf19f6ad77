import subprocess
import sys

import pandas as pd
import pytest

import lensim
from lensim.miqe import checklist_of, workbook_of_checklist
from tests.report.made_up_fits import made_up_fit


def test_the_checklist_is_that_of_the_command(tmp_path):
    fit = lensim.Fit(made_up_fit("expression"))
    found = fit.miqe(ci_prob=0.5)
    own = checklist_of(fit.tree, ci_prob=0.5)
    pd.testing.assert_frame_equal(found.table, own.table)
    assert found.sentence == own.sentence
    assert found.counts == own.counts
    assert len(found.blank) == len(own.blank)
    assert list(found.tables) == [sheet.name for sheet in workbook_of_checklist(own)]
    found.to_excel(tmp_path / "miqe.xlsx")
    sheets = pd.read_excel(tmp_path / "miqe.xlsx", sheet_name=None)
    assert list(sheets) == list(found.tables)
    assert len(sheets["quantities"]) > 1
    with pytest.raises(lensim.InputError, match=r"miqe\.xlsx"):
        found.to_excel(tmp_path / "miqe.xlsx")
    found.to_excel(tmp_path / "miqe.xlsx", force=True)
    assert repr(found) == f"<lensim.MiqeChecklist: {found.sentence}>"
    assert "Cq of no-template controls" in found._repr_html_()
    assert any("bench alone" in note for note in found.notes)


def test_a_panel_has_its_methods_sheet():
    found = lensim.Fit(made_up_fit("dose_response")).miqe()
    assert next(iter(found.tables)) == "methods"
    assert len(found.table) == 20


def test_answers_are_a_mapping_or_a_file(tmp_path):
    fit = lensim.Fit(made_up_fit("expression"))
    path = tmp_path / "bench.toml"
    path.write_text('sample.storage = "-80 C"\n', encoding="utf-8")
    for answers in ({"sample.storage": "-80 C", "sample.fixed": " "}, path):
        table = fit.miqe(answers=answers).table.set_index("item")
        assert table.loc["sample.storage", "answer"] == "-80 C"
        assert (table["status"] == "answered").sum() == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"answers": {"sample.storge": "x"}}, "item must be one of the checklist, got 'sample.storge': take"),
        ({"answers": {"sample.storage": 3}}, "answers must be a mapping of names to texts or a path, got"),
        ({"ci_prob": 2.0}, "ci_prob must lie between 0.01 and 0.999, got 2"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(lensim.InputError) as fault:
        lensim.Fit(made_up_fit("expression")).miqe(**options)
    assert said in str(fault.value)


def test_results_of_power_fill_the_item(tmp_path):
    (tmp_path / "findings.txt").write_text("Simulated: 100 studies.\nt_log2: 81%\n", encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"seed": 7}', encoding="utf-8")
    table = lensim.Fit(made_up_fit("expression")).miqe(power=tmp_path).table.set_index("item")
    assert table.loc["analysis.power", "value"] == "lensim power, seed 7: Simulated: 100 studies. t_log2: 81%"
    assert table.loc["analysis.power", "status"] == "filled"
    with pytest.raises(lensim.InputError, match="must be a folder of results of lensim power or lensim plan"):
        lensim.Fit(made_up_fit("expression")).miqe(power=tmp_path / "none")


def test_a_fit_of_another_assay_has_none():
    with pytest.raises(lensim.InputError, match="lensim miqe takes fits of expression and of dose_response"):
        lensim.Fit(made_up_fit("bioassay")).miqe()


def test_nothing_of_it_is_imported_before_it_is_asked_for():
    code = "import lensim; lensim.Fit; import sys; print([name for name in sys.modules if 'miqe' in name])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
