"""Stores that an earlier lensim began go on, where they are of the same scenario."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from lensim.checks import InputError
from lensim.power.scenario import scenario_of
from lensim.power.sweep import sweep
from tests.summaries.test_summaries_posterior import PAPER

RATIOS = {
    "name": "ratios",
    "design": {"assay": "ratios", "subjects": {"patient": 4}},
    "rules": [{"rule": "test", "test": "t_log2"}],
    "studies": {"count": 40, "chunk": 20},
    "audit": {"studies": 0},
}
REACTIONS = RATIOS | {"design": {"assay": "expression", "subjects": {"patient": 4}}}
PANEL = {
    "name": "panel",
    "design": {"assay": "dose_response", "groups": {"A": 2, "B": 2}, "experiments": 1},
    "rules": [{"rule": "call"}],
    "analysis": {"engine": "laplace"},
    "studies": {"count": 4, "chunk": 2},
    "audit": {"studies": 0},
}


def as_formerly(folder: Path, posterior: Path | None = None) -> None:
    """Rewrite scenario.json as it was written before names changed: other names, the path, another digest."""
    path = folder / "scenario.json"
    said = json.loads(path.read_text())
    text = json.dumps(said["scenario"]).replace('"expression", "subjects"', '"qpcr", "subjects"')
    text = text.replace('"dose_response"', '"proliferation"').replace("_signal", "_cpm")
    former = json.loads(text)
    content = dict(former)
    if posterior is not None:
        former["truth"]["posterior"] = str(posterior)
        content = former | {"posterior_digest": hashlib.sha256(posterior.read_bytes()).hexdigest()}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(said | {"scenario": former, "digest": digest}))


@pytest.mark.parametrize("content", [RATIOS, REACTIONS, PANEL], ids=["ratios", "reactions", "panel"])
def test_a_store_under_former_names_goes_on(tmp_path, content):
    sweep(scenario_of(content), tmp_path / "out")
    as_formerly(tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    sweep(scenario_of(content), tmp_path / "out")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == before


def test_a_store_of_another_scenario_under_former_names_is_refused(tmp_path):
    sweep(scenario_of(REACTIONS), tmp_path / "out")
    as_formerly(tmp_path / "out")
    with pytest.raises(InputError, match="must hold results of this very scenario, got those of another"):
        sweep(scenario_of(REACTIONS | {"seed": 9}), tmp_path / "out")


def test_a_store_under_former_names_goes_on_from_the_same_posterior_alone(tmp_path):
    paper = tmp_path / "paper.toml"
    paper.write_text(PAPER)
    content = RATIOS | {"truth": {"posterior": paper}}
    sweep(scenario_of(content), tmp_path / "out")
    as_formerly(tmp_path / "out", paper)
    sweep(scenario_of(content), tmp_path / "out")
    paper.write_text(PAPER.replace("292", "293"))
    with pytest.raises(InputError, match="must hold results of this very scenario, got those of another"):
        sweep(scenario_of(content), tmp_path / "out")


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "", '{"digest": 3}', '{"digest": "a", "scenario": 3}'])
def test_a_record_that_is_none_is_refused(tmp_path, text):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "scenario.json").write_text(text)
    with pytest.raises(InputError, match=r"scenario\.json must say which scenario the folder is of, got something"):
        sweep(scenario_of(RATIOS), tmp_path / "store")


def test_a_pipe_in_the_place_of_a_record_is_not_waited_for(tmp_path):
    (tmp_path / "store").mkdir()
    os.mkfifo(tmp_path / "store" / "scenario.json")
    with pytest.raises(InputError, match=r"scenario\.json must say which scenario the folder is of, got something"):
        sweep(scenario_of(RATIOS), tmp_path / "store")
