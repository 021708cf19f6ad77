"""Truths from a posterior with several contrasts: the one that is named, and never the first unasked."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.output import save_result
from lensim.power.expression.study import not_in_posterior, simulate_chunk
from lensim.power.scenario import read_scenario
from lensim.power.sweep import sweep
from lensim.seeding import stream

SCENARIO = """
name = "next"
rules = [{rule = "test", test = "t_log2"}]
[design]
assay = "ratios"
subjects = {donor = 6}
targets = ["ICAM1"]
experiments = 1
[truth]
posterior = "fit.nc"
CONTRAST
[studies]
count = 20
[audit]
studies = 0
"""
MEANS = {"stimulus": 3.0, "stimulus + inhibitor": 1.0}


def scenario_file(
    folder: Path, contrast: str = "", contrasts: dict[str, float] | None = None, cell_type: str = "donor"
) -> Path:
    """A scenario beside a fit whose contrasts have the means of `contrasts` [log2]."""
    means = MEANS if contrasts is None else contrasts
    rng, dims = stream(15, "fit"), ("chain", "draw", v.TARGET, v.CELL_TYPE, v.CONTRAST)
    shape = (2, 100, 1, 1, len(means))
    posterior = xr.Dataset(
        {
            v.MU_FOLD_CHANGE: (dims, np.array(list(means.values())) + 0.01 * rng.standard_normal(shape)),
            v.SIGMA_FOLD_CHANGE: (dims, np.full(shape, 0.1)),
            v.SD_PAIR: (dims[:3], np.full(shape[:3], 0.1)),
        },
        {v.TARGET: ["ICAM1"], v.CELL_TYPE: [cell_type], v.CONTRAST: list(means)},
    )
    save_result(xr.DataTree.from_dict({"posterior": posterior}), folder / "fit.nc", force=True)
    path = folder / "study.toml"
    path.write_text(SCENARIO.replace("CONTRAST", f'contrast = "{contrast}"' if contrast else ""))
    return path


@pytest.mark.parametrize(("contrast", "mean"), list(MEANS.items()))
def test_truths_are_those_of_the_contrast_that_is_named(tmp_path, contrast, mean):
    batch = simulate_chunk(read_scenario(scenario_file(tmp_path, contrast)), ("a",), 20)
    assert batch.true_mu.mean() == pytest.approx(mean, abs=0.05)


def test_without_a_name_a_posterior_of_several_is_refused_before_there_is_a_folder(tmp_path):
    scenario = read_scenario(scenario_file(tmp_path))
    said = (
        "truth.contrast must name one of the 2 contrasts of fit.nc (stimulus, stimulus + inhibitor), got none: write "
        'contrast = "stimulus" into the table truth (scenario.truth in a plan)'
    )
    with pytest.raises(InputError) as error:
        sweep(scenario, tmp_path / "out")
    assert str(error.value) == said
    assert not (tmp_path / "out").exists()


def test_a_name_that_is_none_of_them_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(
        InputError, match=r"^truth.contrast must be one of stimulus, stimulus \+ inhibitor, got 'drug'$"
    ):
        not_in_posterior(read_scenario(scenario_file(tmp_path, "drug")))


def test_a_posterior_with_one_contrast_needs_no_name_and_its_digest_is_as_before(tmp_path):
    scenario = read_scenario(scenario_file(tmp_path, contrasts={"drug": 2.0}))
    assert simulate_chunk(scenario, ("a",), 20).true_mu.mean() == pytest.approx(2.0, abs=0.05)
    assert "contrast" not in scenario.model_dump(mode="json")["truth"]
    named = read_scenario(scenario_file(tmp_path, "drug", {"drug": 2.0}))
    assert named.digest() != scenario.digest()


def test_the_one_cell_type_of_a_fit_without_names_is_that_of_the_design(tmp_path):
    scenario = read_scenario(scenario_file(tmp_path, contrasts={"drug": 2.0}, cell_type="all"))
    assert simulate_chunk(scenario, ("a",), 20).true_mu.mean() == pytest.approx(2.0, abs=0.05)
    other = read_scenario(scenario_file(tmp_path, contrasts={"drug": 2.0}, cell_type="mouse"))
    with pytest.raises(InputError, match="cell_type of the design must be one of mouse, got 'donor'"):
        simulate_chunk(other, ("a",), 20)


def test_contrasts_can_be_a_grid(tmp_path):
    path = scenario_file(tmp_path, "stimulus")
    path.write_text(path.read_text() + '[grid]\n"truth.contrast" = ["stimulus", "stimulus + inhibitor"]\n')
    table = sweep(read_scenario(path), tmp_path / "out").table
    assert table["truth.contrast"].tolist() == list(MEANS)


def test_a_contrast_without_a_posterior_is_refused(tmp_path):
    path = scenario_file(tmp_path, "stimulus")
    path.write_text(path.read_text().replace('posterior = "fit.nc"', ""))
    said = r"truth: contrast must come with a posterior that has it, got 'stimulus' alone$"
    with pytest.raises(InputError, match=said):
        read_scenario(path)
