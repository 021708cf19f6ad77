"""Folders of every command on a page: their sentences and the seed."""

import pytest

from lensim.face.plan import plan
from lensim.face.power import power
from lensim.face.published import published
from lensim.power.scenario import scenario_of
from lensim.report.own_results import results_page
from lensim.selection.run import run_selection
from tests.cli.test_cli_plan import TOML as PLAN
from tests.cli.test_cli_plan import TRUTH
from tests.cli.test_cli_selection import TOML as SELECTION
from tests.power.test_power_run import TOML as STUDY
from tests.power.test_power_run import content
from tests.summaries.test_summaries_posterior import PAPER


def power_folder(folder):
    (folder / "study.toml").write_text(STUDY)
    return power(folder / "study.toml", folder / "out"), "5"


def plan_folder(folder):
    (folder / "next.toml").write_text(PLAN.split("[size]")[0] + TRUTH)
    return plan(folder / "next.toml", out=folder / "out"), "5"


def published_folder(folder):
    (folder / "paper.toml").write_text(PAPER)
    return published(folder / "paper.toml", folder / "out", draws=500, seed=7), "7"


def selection_folder(folder):
    (folder / "selection.toml").write_text(SELECTION)
    return run_selection(folder / "selection.toml", folder / "out", seed=3), "3"


@pytest.mark.parametrize("make", [power_folder, plan_folder, published_folder, selection_folder])
def test_a_page_shows_sentences_seed_and_what_was_asked(tmp_path, make):
    result, seed = make(tmp_path)
    section = results_page([tmp_path / "out"], "Ours").sections[0]
    assert list(section.findings) == result.text.splitlines()
    assert ("Seed", seed) in section.facts
    assert section.tables or make is plan_folder
    title, text = section.text
    assert title.startswith("What was asked: ")
    assert text


def test_what_was_asked_in_python_is_shown_too(tmp_path):
    power(scenario_of(content()), tmp_path / "out", figures=False)
    title, text = results_page([tmp_path / "out"], "Ours").sections[0].text
    assert title == "What was asked: scenario.json"
    assert '"assay": "ratios"' in text
