"""A whole run of a plan: what it writes, and what it refuses before any work."""

import json
import tomllib

import pandas as pd
import pytest

from lensim.checks import InputError
from lensim.plan.question import question_of, read_question
from lensim.plan.run import run_plan
from lensim.plan.tables import tables_of
from tests.cli.test_cli_plan import COSTS, PANEL, REST, TOML, TRUTH, expression_fit

SMALL = TOML.split("[size]")[0]
PANEL_TRUTH = "[scenario.truth.population]\nsigma_effect_at_saturation = 0.5\n"


def question(text: str):
    return question_of(tomllib.loads(text))


def test_tables_are_written_and_handed_back(tmp_path):
    result = run_plan(question(TOML + TRUTH + COSTS + REST), tmp_path / "out")
    assert list(result.tables) == ["size", "frontier", "robustness", "designs_tried", "interim"]
    for name, table in result.tables.items():
        written = pd.read_csv(tmp_path / "out" / f"{name}.csv")
        assert list(written.columns) == list(table.columns)
        assert len(written) == len(table)
    assert (tmp_path / "out" / "plan.txt").read_text() == result.text + "\n"


def test_the_map_to_pipette_is_a_table_of_a_panel():
    result = run_plan(question(PANEL + PANEL_TRUTH))
    assert set(tables_of(result.plan)) == {"plate_map"}
    assert {"plate", "well", "cell_line", "dose_um"} <= set(result.tables["plate_map"])


def test_manifest_has_the_seconds_of_each_answer(tmp_path):
    run_plan(question(TOML + TRUTH), tmp_path / "out")
    made = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert made["seed"] == 5
    assert list(made["seconds"]) == ["first answer", "size", "robustness"]


def test_a_folder_that_is_there_is_refused_before_any_work(tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    monkeypatch.setattr("lensim.plan.run.answer", lambda *_, **__: pytest.fail("the plan was worked on"))
    with pytest.raises(InputError, match="must be a new folder or one that lensim wrote, got one without lensim's"):
        run_plan(question(SMALL + TRUTH), tmp_path / "out", force=True)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scenario = 'x'", "next.toml: scenario must be a table, got 'x'"),
        ("[scenario]\ntruth = [1]", "next.toml: scenario: truth must be a table, got [1]"),
    ],
)
def test_a_scenario_or_truth_that_is_no_table_is_told(tmp_path, text, message):
    (tmp_path / "next.toml").write_text(text)
    with pytest.raises(InputError) as error:
        read_question(tmp_path / "next.toml")
    assert str(error.value) == message


def test_a_fit_that_did_not_converge_is_refused_unless_trusted(tmp_path):
    (tmp_path / "next.toml").write_text(SMALL + "[scenario.studies]\ncount = 20\n")
    asked = read_question(tmp_path / "next.toml", expression_fit(tmp_path, None))
    with pytest.raises(InputError) as error:
        run_plan(asked)
    assert str(error.value) == ("fit.nc must say whether it converged, got no verdict; trust=True takes it as it is")
    assert run_plan(asked, trust=True).plan.share is not None


def test_a_former_name_of_an_assay_is_told(tmp_path):
    (tmp_path / "next.toml").write_text(PANEL.replace("dose_response", "proliferation") + PANEL_TRUTH)
    with pytest.raises(InputError) as error:
        read_question(tmp_path / "next.toml")
    assert str(error.value) == ("next.toml scenario: design.assay 'proliferation' is now called 'dose_response'")
