"""A whole run on published summaries."""

import json

import numpy as np

from lensim.output import load_result
from lensim.summaries.run import run_published
from tests.cli.test_cli import run
from tests.summaries.test_summaries_posterior import PAPER

IMPOSSIBLE = PAPER + 'p = { value = 0.5, test = "t_log2", sides = "two" }\n'


def test_python_leaves_what_the_command_leaves(tmp_path, capsys):
    paper = tmp_path / "paper.toml"
    paper.write_text(PAPER)
    assert run(capsys, "published", str(paper), "--out", str(tmp_path / "command"), "--no-figures")[0] == 0
    result = run_published(paper, tmp_path / "python")
    names = {path.name for path in (tmp_path / "command").iterdir()}
    assert names == {path.name for path in result.folder.iterdir()}
    for name in names - {"manifest.json", "posterior.nc"}:
        assert (tmp_path / "command" / name).read_bytes() == (result.folder / name).read_bytes()
    both = [load_result(tmp_path / name / "posterior.nc")["posterior"].to_dataset() for name in ("command", "python")]
    assert both[0].equals(both[1])
    assert json.loads((result.folder / "manifest.json").read_text())["seed"] == 1


def test_warnings_and_sentences_are_told_before_the_posterior(tmp_path, monkeypatch):
    paper, told = tmp_path / "paper.toml", []
    paper.write_text(IMPOSSIBLE)
    from lensim.summaries import run as module

    sample = module.summary_posterior

    def sampling(*args, **kwargs):
        told.append("posterior")
        return sample(*args, **kwargs)

    monkeypatch.setattr(module, "summary_posterior", sampling)
    result = run_published(
        paper, draws=200, tell=lambda said: told.append(f"said: {said}"), warn=lambda said: told.append(f"warn: {said}")
    )
    assert told[-1] == "posterior"
    assert told[0].startswith("warn: ")
    assert [f"said: {line}" for line in result.text.splitlines()] == [one for one in told if one.startswith("said")]


def test_nothing_is_kept_without_a_folder(tmp_path, monkeypatch):
    paper = tmp_path / "paper.toml"
    paper.write_text(PAPER)
    monkeypatch.chdir(tmp_path)
    result = run_published(paper, draws=200)
    assert result.folder is None
    assert [path.name for path in tmp_path.iterdir()] == ["paper.toml"]
    assert np.isfinite(result.table["tau"]).all()
