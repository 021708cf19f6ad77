"""What Python offers under the names of the commands."""

import inspect
import subprocess
import sys

import pandas as pd
import pytest
import xarray as xr

import lensim.models
import lensim.plan
import lensim.power
from lensim.face.plan import plan
from lensim.face.power import power
from lensim.face.published import published
from lensim.power.scenario import scenario_of
from tests.cli.test_cli import run
from tests.cli.test_cli_plan import TOML as PLAN
from tests.cli.test_cli_plan import TRUTH, expression_fit
from tests.power.test_power_run import TOML as STUDY
from tests.power.test_power_run import content
from tests.summaries.test_summaries_posterior import PAPER

SMALL = PLAN.split("[size]")[0] + "[scenario.studies]\ncount = 100\n"


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    return path


@pytest.fixture
def question(tmp_path):
    path = tmp_path / "next.toml"
    path.write_text(SMALL)
    return path


def test_packages_can_be_called(study):
    result = lensim.power(str(study))
    assert result.folder is None
    assert list(result.table["quantity"]) == ["power", "power"]
    from lensim.power.sweep import sweep

    assert callable(sweep)


def test_a_call_imports_nothing_until_it_is_made():
    code = "import sys, lensim.power, lensim.plan; print('lensim.face.power' in sys.modules, 'numpy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "False"]


@pytest.mark.parametrize(("package", "function"), [(lensim.power, power), (lensim.plan, plan)])
def test_a_package_shows_the_signature_of_its_function(package, function):
    assert inspect.signature(package) == inspect.signature(function)


def test_models_are_listed():
    table = lensim.models()
    assert list(table.columns) == ["model", "needs", "answers"]
    assert set(table["model"]) == set(lensim.models.CATALOGUE)


def test_power_takes_a_scenario_or_its_file(study):
    pd.testing.assert_frame_equal(power(study).table, power(scenario_of(content())).table)


def test_power_draws_figures_unless_told_not_to(study, tmp_path):
    assert {path.suffix for path in power(study, tmp_path / "with").folder.iterdir()} >= {".png", ".csv", ".txt"}
    assert not list(power(study, tmp_path / "without", figures=False).folder.glob("*.png"))


def test_plan_leaves_what_the_command_leaves(question, tmp_path, capsys):
    fit = expression_fit(tmp_path)
    args = ("plan", str(question), "--from", str(fit), "--out", str(tmp_path / "command"))
    assert run(capsys, *args)[0] == 0
    result = plan(question, fit, tmp_path / "python")
    names = {path.name for path in (tmp_path / "command").iterdir()}
    assert {path.name for path in result.folder.iterdir()} == names
    assert names >= {"manifest.json", "plan.txt", "next.toml"}
    assert (tmp_path / "command" / "plan.txt").read_text() == result.text + "\n"


def test_a_prior_is_a_file_a_tree_or_what_holds_one(question, tmp_path):
    path = expression_fit(tmp_path)
    tree = xr.open_datatree(path, engine="h5netcdf").load()

    class Fit:
        tree = xr.open_datatree(path, engine="h5netcdf").load()

    said = [plan(question, prior).plan.share for prior in (path, str(path), tree, Fit())]
    assert said[1:] == said[:-1]
    assert "averaged over the posterior of the fit that was given" in plan(question, tree).text


def test_a_plan_with_a_tree_is_the_same_with_workers(question, tmp_path):
    tree = xr.open_datatree(expression_fit(tmp_path), engine="h5netcdf").load()
    assert plan(question, tree, workers=2).plan.share == plan(question, tree).plan.share


def test_a_question_made_in_python_is_kept_as_json(tmp_path):
    import tomllib

    from lensim.plan.question import question_of

    result = plan(question_of(tomllib.loads(SMALL + TRUTH)), out=tmp_path / "out", figures=False)
    assert {path.name for path in result.folder.iterdir()} == {"question.json", "plan.txt", "manifest.json"}
    shown = result._repr_html_()
    assert result.text.replace("'", "&#x27;").replace(">", "&gt;") in shown


def test_published_summaries_are_the_prior_of_a_plan(question, tmp_path):
    paper = tmp_path / "paper.toml"
    paper.write_text(PAPER)
    result = published(paper, tmp_path / "out", draws=500)
    assert {path.name for path in result.folder.iterdir()} >= {"posterior.nc", "manifest.json", "implied.png"}
    assert result.text
    assert "<table" in result._repr_html_()
    assert plan(question, result).plan.share.studies == 250
    assert plan(question, result.folder / "posterior.nc").plan.share == plan(question, result).plan.share
