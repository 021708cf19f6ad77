"""`lensim published` from the command line, and a plan that starts from a paper."""

import pandas as pd
import pytest

from lensim.output import load_result
from tests.cli.test_cli import run
from tests.cli.test_cli_plan import TOML
from tests.summaries.test_summaries_posterior import PAPER


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "paper.toml"
    path.write_text(PAPER + "p = { value = 0.012 }\n")
    return path


def test_a_paper_is_read_audited_and_drawn(capsys, tmp_path, paper):
    status, out, err = run(capsys, "published", paper, "--out", tmp_path / "out", "--draws", "500")
    assert status == 0, err
    assert "of the analyses considered only" in out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "paper.toml", "posterior.nc", "posterior.csv", "audit.csv", "findings.txt", "implied.png", "attainable.png",
        "manifest.json",
    }  # fmt: skip
    assert pd.read_csv(tmp_path / "out" / "posterior.csv")["cell_type"].tolist() == ["patient"]
    assert load_result(tmp_path / "out" / "posterior.nc")["posterior"].sizes["draw"] == 500
    status, _, err = run(capsys, "published", paper, "--out", tmp_path / "out")
    assert status == 2
    assert "must not exist yet" in err


def test_without_a_folder_it_only_tells(capsys, tmp_path, paper):
    before = set(tmp_path.iterdir())
    status, out, err = run(capsys, "published", paper, "--draws", "200")
    assert status == 0, err
    assert "P(mean" in out
    assert set(tmp_path.iterdir()) == before


def test_faults_are_told_and_nothing_is_written(capsys, tmp_path, paper):
    paper.write_text(PAPER.replace("median = 292", "median = 600"))
    status, _, err = run(capsys, "published", paper, "--out", tmp_path / "out")
    assert status == 2
    assert "paper.toml: summary 1 (TNF, patients): median must not lie above maximum, got 600 and 509" in err
    assert not (tmp_path / "out").exists()


def test_warnings_are_told(capsys, tmp_path, paper):
    paper.write_text(PAPER.replace("percent_of_control", "percent_change").replace("increases = 4\n", ""))
    status, _, err = run(capsys, "published", paper, "--draws", "200")
    assert status == 0, err
    assert "warning: TNF, patients: a minimum of 170 percent change" in err


def test_a_p_that_cannot_be_is_warned_of_and_left_out(capsys, tmp_path, paper):
    paper.write_text(PAPER + 'p = { value = 0.012, test = "t_ratio", sides = "two" }\n')
    status, out, err = run(capsys, "published", paper, "--draws", "200", "--no-figures", "--out", tmp_path / "out")
    assert status == 0, err
    assert "warning: TNF, patients: P = 0.012 is left out of the posterior, as no 4 values with this summary" in err
    assert "none of the named analyses can give it" in out
    assert "left out of the posterior" in out
    assert "left out" in (tmp_path / "out" / "findings.txt").read_text()
    assert "left out" in load_result(tmp_path / "out" / "posterior.nc").attrs["p_left_out"]


def test_a_posterior_that_fails_comes_after_the_audit_and_names_the_file(capsys, paper):
    paper.write_text(PAPER + 'p = { value = 0.0700001, test = "t_ratio", sides = "two" }\n')
    status, out, err = run(capsys, "published", paper, "--draws", "200")
    assert status == 2
    assert "all of the named analyses can give it" in out
    assert "paper.toml: TNF, patients: 0 of" in " ".join(err.split())


def test_large_summaries_are_not_audited(capsys, tmp_path, paper):
    paper.write_text(PAPER.replace("n = 4", "n = 300").replace("increases = 4", "p = { value = 0.01 }"))
    status, out, err = run(capsys, "published", paper, "--draws", "200", "--out", tmp_path / "out")
    assert status == 0, err
    assert "TNF, patients: its P values are not audited, as n is 300 and an audit takes 200 values at most." in out
    assert "attainable.png" not in {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize("form", ["toml", "nc"])
def test_a_plan_starts_from_a_paper(capsys, tmp_path, paper, form):
    start = paper
    if form == "nc":
        assert run(capsys, "published", paper, "--out", tmp_path / "paper", "--no-figures")[0] == 0
        start = tmp_path / "paper" / "posterior.nc"
    (tmp_path / "next.toml").write_text(TOML.replace("high = 30", "high = 40"))
    status, out, err = run(
        capsys, "plan", tmp_path / "next.toml", "--from", start, "--out", tmp_path / "plan", "--no-figures"
    )
    assert status == 0, err
    assert f"averaged over the posterior of {start.name}" in " ".join(out.split())
