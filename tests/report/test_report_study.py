"""Results folders as sections, and the page of the whole study with what is absent."""

import json

import pandas as pd
import pytest

from experiments import report as experiment
from lensim.checks import InputError
from lensim.report.claims_section import claims_tables, count_inside, count_strong
from lensim.report.figures.style import new_figure, save_figure
from lensim.report.folder import Choice, folder_section, is_results_folder
from lensim.report.html import grid, render
from lensim.report.page import Mark, Span
from lensim.report.study import study_page
from lensim.report.study_contents import CLAIMS, GROUPS

MANIFEST = {
    "seed": 7,
    "commit": "0123456789abcdef with changes",
    "python": "3.13.0",
    "versions": {"numpy": "2.2"},
    "verdicts": {"model_a": "converged: R-hat at most 1.001", "model_b": "NOT converged: R-hat of mu is 1.2"},
    "seconds": {"fit": 1.5, "report": 0.5},
}
CLAIMS_HEAD = (
    "key,claim,where,kind,stated,stated_number,twin_low,twin_median,twin_high,inside,comment,p_if_true,p_if_not,"
    "evidence,ratio_words\n"
)
CLAIMS_CSV = (
    CLAIMS_HEAD
    + """a,lines that are <b>sensitive</b>,Results,number,13 of 23,13,10,12,14,yes,,,,,
b,lowest IC50,Figure 1,number,0.15 uM,0.15,0.2,0.5,0.9,no,below,,,,
c,by design,Methods,number,9,9,,,,not simulated,,,,,
d,TNF rises,Figure 2B,finding,,,,,,,,0.9,0.01,strong,90 (60 to 130)
e,IGF1 rises,Figure 2E,finding,,,,,,,,0.3,0.2,hardly any,1.5 (1.3 to 1.7)
f,p53,Results,statement,,,,,,,nothing shown,,,nothing to test,
"""
)


def filled(folder, *, manifest=MANIFEST):
    folder.mkdir(parents=True)
    (folder / "findings.txt").write_text("12 of 13 lines.\nNOT converged: R-hat of mu is 1.2\n")
    if manifest:
        (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / f"{folder.name}.toml").write_text("seed = 7\n")
    pd.DataFrame({"rule": ["paired_t"], "share": [0.5], "share_mcse": [0.01]}).to_csv(folder / "lines.csv", index=False)
    figure, axes = new_figure(figsize=(2, 2))
    axes[0, 0].plot([0, 1])
    save_figure(figure, folder / "curves.png")
    return folder


def test_a_folder_tells_all_that_is_in_it(tmp_path):
    section = folder_section(filled(tmp_path / "my_run"))
    assert section.state == "no"
    assert section.verdict == "model_a: R-hat at most 1.001; model_b: R-hat of mu is 1.2"
    assert section.findings == ("12 of 13 lines.",)  # the verdict stands above
    assert [table.caption for table in section.tables] == ["Lines"]
    assert section.pictures[0].caption == "Curves."
    assert section.pictures[0].alt
    assert dict(section.facts)["Seed"] == "7"
    assert section.text == ("What was asked: my_run.toml", "seed = 7\n")
    assert [cell.text for cell in grid(section.tables[0]).rows[0]] == ["paired_t", "0.500 ± 0.010"]


def test_a_choice_leaves_out_and_puts_first(tmp_path):
    folder = filled(tmp_path / "run")
    for name in ("a", "b", "z"):
        pd.DataFrame({name: [1]}).to_csv(folder / f"{name}.csv", index=False)
    pd.DataFrame({"x": range(1000)}).to_csv(folder / "wells.csv", index=False)
    (folder / "point").mkdir()
    pd.DataFrame({"x": [1]}).to_csv(folder / "point" / "summary.csv", index=False)
    choice = Choice("run", "Run", "", left_out=("b.csv", "point/"))
    section = folder_section(folder, choice)
    assert [table.source for table in section.tables] == ["run/a.csv", "run/lines.csv", "run/z.csv"]
    assert [table.source for table in folder_section(folder).tables][-1] == "run/point/summary.csv"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("manifest.json", b"[1, 2", "manifest.json must be a manifest written by lensim"),
        ("manifest.json", b"[1, 2]", "manifest.json must be a manifest written by lensim"),
        ("findings.txt", b"\xff\xfe\x00", "findings.txt must be text in UTF-8"),
        ("lines.csv", b'a,b\n1,2\n1,2,3,4\n"', "lines.csv must be a table"),
    ],
)
def test_a_faulty_file_is_told_by_its_name(tmp_path, name, content, message):
    folder = filled(tmp_path / "run")
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        folder_section(folder)


def test_what_is_no_results_folder_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    assert not is_results_folder(tmp_path / "empty")
    with pytest.raises(
        InputError, match="must be a results folder with findings, tables or figures, got a folder without"
    ):
        folder_section(tmp_path / "empty")
    with pytest.raises(InputError, match="got nothing there"):
        folder_section(tmp_path / "none")


def test_claims_are_three_tables_that_count(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(CLAIMS_CSV)
    claims = pd.read_csv(path)
    numbers, findings, statements = claims_tables(claims, "claims/claims.csv")
    assert [len(table.frame) for table in (numbers, findings, statements)] == [3, 2, 1]
    assert numbers.frame["among twins"].tolist() == [Span(10, 12, 14, 13), Span(0.2, 0.5, 0.9, 0.15), None]
    assert numbers.frame.loc[1, "inside"] == Mark("no", "no")
    assert "model" not in numbers.frame
    assert findings.frame["power: made where true"].tolist() == ["90%", "30%"]
    assert findings.frame["evidence when made"].tolist() == [Mark("yes", "strong"), Mark("no", "hardly any")]
    assert findings.frame["ratio (95%)"].tolist() == ["90 (60 to 130)", "1.5 (1.3 to 1.7)"]
    assert count_inside(claims) == (1, 2)
    assert count_strong(claims) == (1, 2)
    # a table of fewer columns is taken as well
    few = claims[["claim", "stated"]]
    assert len(claims_tables(few, "")[0].frame) == 6
    assert (count_inside(few), count_strong(few)) == ((0, 0), (0, 0))


def test_the_page_of_the_study_has_every_part_or_says_that_it_is_absent(tmp_path, capsys):
    filled(tmp_path / "results" / "fig1_dose_response")
    filled(tmp_path / "results" / "claims", manifest=None)
    (tmp_path / "results" / "claims" / "claims.csv").write_text(CLAIMS_CSV)
    page = study_page(tmp_path / "results")
    assert [section.key for section in page.sections[:2]] == ["summary", "claims"]
    assert [tile.value for tile in page.tiles] == ["1 of 2", "1 of 2", "1 of 2", "2"]
    text = render(page)
    assert "lines that are &lt;b&gt;sensitive&lt;/b&gt;" in text
    parts = [CLAIMS, *(part for group in GROUPS for part in group.parts)]
    assert text.count("<strong>Not here.</strong>") == len(parts) - 2
    assert "python -m experiments.fig2_expression --out results/fig2_expression" in text
    assert "0123456789 with changes" in text
    config = tmp_path / "report.toml"
    config.write_text(f"results = '{(tmp_path / 'results').as_posix()}'\nlargest_bytes = 5_000_000\n")
    experiment.run(config, tmp_path / "out")
    assert (tmp_path / "out" / "index.html").read_text() == text
    assert "index.html" in capsys.readouterr().out.replace("\n", "")


def test_a_study_without_results_is_told(tmp_path):
    with pytest.raises(
        InputError, match="must hold the results of an experiment, got none of claims, fig1_dose_response"
    ):
        study_page(tmp_path)
    with pytest.raises(InputError, match="must be a folder of results, got nothing there"):
        study_page(tmp_path / "none")
