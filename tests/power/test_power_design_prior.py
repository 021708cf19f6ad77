"""A posterior is found once and read once, and what a study cannot use of it is refused."""

import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.output import save_result
from lensim.power import design_prior
from lensim.power.chunk import run_chunk
from lensim.power.design_prior import design_prior_at, posterior_of, saved_design_prior
from lensim.power.scenario import read_scenario, scenario_of
from tests.cli.test_cli import run
from tests.cli.test_cli_plan import TOML as PLAN
from tests.cli.test_cli_plan import expression_fit, panel_fit
from tests.summaries.test_summaries_posterior import PAPER

STUDY = """
name = "next"
rules = [{rule = "test", test = "t_log2"}]
[design]
assay = "ratios"
subjects = {patient = 4}
[truth]
posterior = "paper.toml"
[studies]
count = 20
"""
PANEL = {
    "name": "panel",
    "design": {"assay": "dose_response", "groups": {"A": 2, "B": 2}, "experiments": 1},
    "rules": [{"rule": "call"}],
    "analysis": {"engine": "laplace"},
}


@pytest.fixture
def counted(monkeypatch) -> list[int]:
    """How often published summaries are sampled, from an empty shelf."""
    posterior_of.cache_clear()
    calls: list[int] = []
    sample = design_prior.summary_posterior

    def counting(*args: object, **kwargs: object) -> xr.DataTree:
        calls.append(1)
        return sample(*args, **kwargs)

    monkeypatch.setattr(design_prior, "summary_posterior", counting)
    return calls


def test_a_plan_from_a_relative_file_of_summaries_samples_it_once(tmp_path, capsys, monkeypatch, counted):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "paper.toml").write_text(PAPER)
    (tmp_path / "plan.toml").write_text(PLAN.split("[size]")[0] + "[scenario.studies]\ncount = 20\n")
    written = {}
    for place, path in ((tmp_path, "papers/paper.toml"), (tmp_path / "papers", "paper.toml")):
        monkeypatch.chdir(place)
        out = tmp_path / f"out of {place.name}"
        status, _, err = run(
            capsys, "plan", str(tmp_path / "plan.toml"), "--from", path, "--out", str(out), "--no-figures"
        )
        assert status == 0, err
        written[path] = (out / "plan.txt").read_text()
    assert len(counted) == 1
    assert len(set(written.values())) == 1


def test_a_scenario_from_another_working_folder_is_the_same(tmp_path, monkeypatch, counted):
    (tmp_path / "paper.toml").write_text(PAPER)
    (tmp_path / "study.toml").write_text(STUDY)
    (tmp_path / "below").mkdir()
    found = []
    for place, path in ((tmp_path, "study.toml"), (tmp_path / "below", "../study.toml")):
        monkeypatch.chdir(place)
        scenario = read_scenario(Path(path))
        found.append((scenario.digest(), run_chunk(scenario, {}, 0, 20)))
    assert found[0][0] == found[1][0]
    assert found[0][1].equals(found[1][1])
    assert len(counted) == 1


def test_a_file_that_was_changed_on_the_way_is_refused(tmp_path):
    path = tmp_path / "paper.toml"
    path.write_text(PAPER)
    found = design_prior_at(path)
    path.write_text(PAPER.replace("292", "293"))
    with pytest.raises(InputError) as error:
        posterior_of(found)
    assert str(error.value) == (
        f"{path} must stay as it is while studies are simulated from it, got one that was changed: "
        "begin again, in another folder"
    )


def test_a_posterior_in_memory_is_the_one_that_workers_read(tmp_path):
    tree = xr.open_datatree(expression_fit(tmp_path), engine="h5netcdf").load()
    found = saved_design_prior(tree, tmp_path / "kept", "the fit that was given")
    assert found.name == "the fit that was given"
    xr.testing.assert_identical(posterior_of(found)["posterior"].to_dataset(), tree["posterior"].to_dataset())


def changed_fit(path, name: str, dims: tuple[str, ...]):
    """A copy of a fit in which one figure has other dims."""
    tree = xr.open_datatree(path, engine="h5netcdf").load()
    posterior = tree["posterior"].to_dataset()
    shape = tuple({"chain": 2, "draw": 100, v.CELL_LINE: 2}.get(dim, 1) for dim in dims)
    posterior = posterior.drop_vars(name).assign({name: (dims, np.ones(shape))})
    out = path.with_name("changed.nc")
    save_result(xr.DataTree.from_dict({"posterior": posterior}), out)
    return out


@pytest.mark.parametrize(
    ("name", "dims", "message"),
    [
        (
            "sigma_log2_fold_change",
            ("chain", "draw", v.TARGET, v.CELL_TYPE, v.CONTRAST, v.SUBJECT),
            "must have sigma_log2_fold_change by chain and draw, and none but target, cell_type, contrast besides, "
            "got it by chain, draw, target, cell_type, contrast, subject",
        ),
        (
            "mu_log2_fold_change",
            (v.TARGET, v.CELL_TYPE, v.CONTRAST),
            "must have mu_log2_fold_change of its posterior by chain and draw, got it by target, cell_type, contrast",
        ),
    ],
)
def test_a_figure_with_other_dims_is_refused(tmp_path, name, dims, message):
    path = changed_fit(expression_fit(tmp_path), name, dims)
    scenario = scenario_of(
        {
            "name": "next",
            "design": {"assay": "ratios", "subjects": {"patient": 4}},
            "truth": {"posterior": path},
            "rules": [{"rule": "test", "test": "t_log2"}],
        }
    )
    with pytest.raises(InputError) as error:
        run_chunk(scenario, {}, 0, 2)
    assert str(error.value) == f"{path} {message}"


def test_a_figure_of_a_panel_with_other_dims_is_refused(tmp_path):
    path = changed_fit(panel_fit(tmp_path), v.SD_WELL, ("chain", "draw", v.CELL_LINE))
    with pytest.raises(InputError) as error:
        run_chunk(scenario_of(PANEL | {"truth": {"posterior": path}}), {}, 0, 2)
    assert str(error.value) == f"{path} must have sd_well by chain and draw alone, got it by chain, draw, cell_line"


def test_a_fit_stored_under_former_names_is_the_same_truth(tmp_path):
    """The level of cultures was called log_top_cpm: else the level of the scenario would be taken, untold."""
    tree = xr.open_datatree(panel_fit(tmp_path), engine="h5netcdf").load()
    level = (("chain", "draw", v.CULTURE), np.full((2, 100, 3), 8.5))
    posterior = tree["posterior"].to_dataset()
    for name in ("log_top_signal", "log_top_cpm"):
        save_result(
            xr.DataTree.from_dict({"posterior": posterior.assign({name: level})}), tmp_path / f"{name}.nc", force=True
        )
    found = [
        run_chunk(scenario_of(PANEL | {"truth": {"posterior": tmp_path / f"{name}.nc"}}), {}, 0, 2)
        for name in ("log_top_signal", "log_top_cpm")
    ]
    assert found[0].equals(found[1])
    without = run_chunk(scenario_of(PANEL | {"truth": {"posterior": tmp_path / "fit.nc"}}), {}, 0, 2)
    assert not found[0].equals(without)


def test_a_posterior_that_will_not_do_leaves_no_folder(tmp_path, capsys):
    (tmp_path / "paper.toml").write_text(PAPER.replace('scale = "percent_of_control"\n', ""))
    (tmp_path / "study.toml").write_text(STUDY)
    status, _, err = run(capsys, "power", str(tmp_path / "study.toml"), "--out", str(tmp_path / "out"))
    assert (status, (tmp_path / "out").exists()) == (2, False)
    assert "paper.toml: summary 1 (TNF, patients): scale: Field required" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_or_a_device_is_no_posterior(tmp_path):
    os.mkfifo(tmp_path / "pipe.nc")
    kept = "save what comes out of it to a file, and name that"
    with pytest.raises(InputError) as refused:
        design_prior_at(tmp_path / "pipe.nc")
    assert str(refused.value) == f"{tmp_path / 'pipe.nc'} must be a result file, got a pipe: {kept}"
    with pytest.raises(InputError, match=r"^/dev/zero must be a result file, got a device: save what it gives"):
        design_prior_at(Path("/dev/zero"))
