"""`run_power` in Python leaves what the command leaves, and says what was found."""

import json
import os
import re
import signal
from pathlib import Path

import pandas as pd
import pytest

from lensim import placing, unfinished
from lensim.checks import InputError
from lensim.ownership import require_replaceable
from lensim.power.run import run_power
from lensim.power.scenario import scenario_of
from lensim.report.power_folder import draw_power
from tests.cli.test_cli import run
from tests.cli.test_cli_plan import TOML as PLAN_WITHOUT_TRUTH
from tests.cli.test_cli_plan import TRUTH

PLAN = PLAN_WITHOUT_TRUTH.split("[size]")[0] + TRUTH
TOML = """
name = "small"
seed = 5
rules = [{rule = "test", test = "t_log2"}]
[design]
assay = "ratios"
[studies]
count = 200
[audit]
studies = 0
[grid]
"design.subjects.line" = [3, 8]
"truth.expression.0.mu_log2_fold_change" = [0.5]
"""


def content() -> dict:
    import tomllib

    return tomllib.loads(TOML)


def test_python_leaves_what_the_command_leaves(tmp_path, capsys):
    path = tmp_path / "study.toml"
    path.write_text(TOML)
    assert run(capsys, "power", str(path), "--out", str(tmp_path / "command"))[0] == 0
    run_power(scenario_of(content()), tmp_path / "python", draw=draw_power, asked_in=path)
    files = {
        name: {str(one.relative_to(tmp_path / name)): one for one in (tmp_path / name).rglob("*") if one.is_file()}
        for name in ("command", "python")
    }
    assert set(files["command"]) == set(files["python"])
    same = [name for name in files["command"] if name.endswith((".csv", ".txt", ".parquet", ".toml", "scenario.json"))]
    assert len(same) == 6
    for name in same:
        assert files["command"][name].read_bytes() == files["python"][name].read_bytes(), name


def test_manifest_has_seed_versions_and_seconds(tmp_path):
    run_power(scenario_of(content()), tmp_path / "out")
    made = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert made["seed"] == 5
    assert made["versions"]["lensim"]
    assert made["seconds"]["studies"] > 0


def test_seconds_of_a_run_that_goes_on_are_those_of_all_its_parts(tmp_path):
    manifest = tmp_path / "out" / "manifest.json"
    run_power(scenario_of(content()), tmp_path / "out")
    made = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(made | {"seconds": {"studies": 1000.0}}))
    run_power(scenario_of(content()), tmp_path / "out")
    assert json.loads(manifest.read_text())["seconds"]["studies"] >= 1000.0


def test_nothing_is_kept_without_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run_power(scenario_of(content()))
    assert result.folder is None
    assert list(tmp_path.iterdir()) == []
    pd.testing.assert_frame_equal(result.table, run_power(scenario_of(content()), tmp_path / "out").table)


def test_sentences_say_where_power_is_least_and_largest():
    result = run_power(scenario_of(content()))
    low, high = result.table["share"]
    said = result.text.splitlines()
    (low_mcse, high_mcse) = result.table["share_mcse"]
    assert said[0] == (
        "Simulated: 200 studies at each of 2 points of the grid. ± is one standard error of the simulation."
    )
    assert said[1] == (
        f"t on log ratios, 0.05, TNF: power is lowest at subjects, line = 3 ({100 * low:.0f} ± {100 * low_mcse:.0f}%) "
        f"and highest at subjects, line = 8 ({100 * high:.0f} ± {100 * high_mcse:.0f}%)."
    )
    assert said[-1] == "No study was audited by NUTS."
    shown = result._repr_html_()
    assert said[1] in shown
    assert "<table" in shown


def test_verdicts_are_a_sentence_each_rule_and_target():
    asked = content() | {"studies": {"count": 40, "chunk": 20, "decide_at": 0.99}}
    said = run_power(scenario_of(asked | {"grid": {}})).text
    assert "t on log ratios, 0.05, TNF: power of 99% is surely missed (99.9% interval " in said
    grid = {"design.subjects.line": [30], "truth.expression.0.mu_log2_fold_change": [0.0, 3.0]}
    said = run_power(scenario_of(asked | {"studies": {"count": 40, "chunk": 20, "decide_at": 0.5}, "grid": grid})).text
    assert (
        "t on log ratios, 0.05, TNF: power of 50% is surely reached at "
        "(true mean fold change [log2] = 3); surely missed at (true mean fold change [log2] = 0) (by 99.9% intervals)."
        in said
    )
    many = {"design.subjects.line": list(range(3, 11)), "truth.expression.0.mu_log2_fold_change": [0.0]}
    said = run_power(scenario_of(asked | {"grid": many})).text
    assert "power of 99% is surely missed at 8 points (by 99.9% intervals)." in said


def test_failed_studies_are_told():
    asked = content() | {
        "design": {"subjects": {"line": 4}},
        "truth": {"expression": [{"mu_log2_level": -14.0}]},
        "rules": [{"rule": "posterior", "above": 0.0}],
        "analysis": {"engine": "exact"},
        "studies": {"count": 20, "chunk": 20},
        "grid": {},
    }
    said = run_power(scenario_of(asked)).text.splitlines()
    assert said[1] == "P(mean > 0) > 0.95, TNF: power is not known, as no study could be analysed."
    assert said[2] == "P(mean > 0) > 0.95, TNF: no study could be analysed, so there is no power."


def test_what_a_user_puts_into_the_folder_is_not_lensims(tmp_path, capsys):
    study, out = tmp_path / "study.toml", tmp_path / "out"
    study.write_text(TOML)
    assert run(capsys, "power", str(study), "--out", str(out))[0] == 0
    (out / "notes.txt").write_text("mine")
    assert run(capsys, "power", str(study), "--out", str(out))[0] == 0
    assert "notes.txt" not in json.loads((out / "manifest.json").read_text())["files"]
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    status, _, err = run(capsys, "plan", str(plan), "--out", str(out), "--force")
    assert status == 2
    assert "got one with what lensim did not write, or what was changed since (notes.txt)" in err
    assert (out / "notes.txt").read_text() == "mine"


def go_on(out, **options):
    return run_power(scenario_of(content()), out, **options)


def test_what_someone_changed_is_not_overwritten_and_studies_are_kept(tmp_path):
    out = tmp_path / "out"
    go_on(out)
    go_on(out)
    (out / "findings.txt").write_text("annotated")
    message = (
        f"{out / 'findings.txt'} must be free or a file that lensim wrote there, got another, or one that was changed "
        "since: move it away, or choose another name"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        go_on(out)
    assert (out / "findings.txt").read_text() == "annotated"
    (out / "findings.txt").rename(tmp_path / "mine.txt")
    go_on(out)
    assert (out / "findings.txt").read_text().startswith("Simulated: ")


def test_figures_of_an_earlier_run_go_where_none_are_asked_for(tmp_path):
    out = tmp_path / "out"
    go_on(out, draw=draw_power)
    figures = sorted(path.name for path in out.glob("*.png"))
    assert figures
    (out / "mine.png").write_text("mine")
    go_on(out)
    assert [path.name for path in out.glob("*.png")] == ["mine.png"]


def test_the_scenario_of_a_user_in_the_folder_stays_the_users(tmp_path):
    out = tmp_path / "out"
    go_on(out)
    (out / "study.toml").write_text(TOML)
    go_on(out, asked_in=out / "study.toml")
    assert "study.toml" not in json.loads((out / "manifest.json").read_text())["files"]


@pytest.mark.parametrize(
    ("path", "got"),
    [
        (".", "the working folder: name another folder"),
        ("..", "a folder that holds the working folder: name another folder"),
        ("link", "a link to TMP/other: name another folder"),
        ("other", "a folder with other files: name another folder"),
    ],
)
def test_a_sweep_begins_in_no_folder_of_someone(tmp_path, monkeypatch, path, got):
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    if path != ".":
        (work / "other").mkdir()
        (work / "other" / "mine.csv").write_text("mine")
        (work / "notes.txt").write_text("mine")
        (work / "link").symlink_to("other")
    before = sorted(tmp_path.rglob("*"))
    message = f"{Path(path)} must be a new folder or one that lensim power began, got {got.replace('TMP', str(work))}"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        go_on(Path(path))
    assert sorted(tmp_path.rglob("*")) == before


def test_two_runs_in_one_folder_are_refused(tmp_path):
    out = tmp_path / "out"
    go_on(out)
    with (
        unfinished.held(unfinished.inside(out), out),
        pytest.raises(InputError, match=r"out must not be written by two runs at once, got another one at work there"),
    ):
        go_on(out)


def test_a_folder_in_which_a_sweep_works_is_not_replaced(tmp_path):
    out = tmp_path / "out"
    go_on(out)
    with (
        unfinished.held(unfinished.inside(out), out),
        pytest.raises(
            InputError, match=r"got one in which another run works: wait until it has ended, or name another"
        ),
    ):
        require_replaceable(out, force=True)
    require_replaceable(out, force=True)


def test_parquet_of_a_user_beside_chunks_is_not_lensims(tmp_path):
    out = tmp_path / "out"
    go_on(out)
    (out / "chunks" / "mine.parquet").write_text("mine")
    go_on(out)
    with pytest.raises(InputError, match=r"\(chunks/mine\.parquet\): move that away"):
        require_replaceable(out, force=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_sweep_goes_on_after_every_kill_with_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(placing, "_flush_one", lambda path: None)
    go_on(tmp_path / "whole")
    out, replace = tmp_path / "out", os.replace
    for _ in range(40):
        child = os.fork()
        if child == 0:

            def killed(*paths):
                replace(*paths)
                os.kill(os.getpid(), signal.SIGKILL)

            os.replace = killed
            go_on(out)
            os._exit(0)
        os.waitpid(child, 0)
        if (out / "summary.csv").exists():
            break
    go_on(out)
    of_run = {"manifest.json"}
    files = {
        folder: {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name not in of_run
        }
        for folder in (out, tmp_path / "whole")
    }
    assert files[out] == files[tmp_path / "whole"]


def test_a_manifest_of_someone_is_told_before_the_studies(tmp_path):
    scenario = scenario_of(content())
    run_power(scenario, tmp_path / "out")
    chunk = next((tmp_path / "out").rglob("*.parquet"))
    chunk.unlink()
    (tmp_path / "out" / "summary.csv").unlink()
    (tmp_path / "out" / "manifest.json").write_text('{"name": "web app"}')
    with pytest.raises(InputError, match=r"manifest\.json must be the list of what lensim wrote there, got something"):
        run_power(scenario, tmp_path / "out")
    assert not chunk.exists()
