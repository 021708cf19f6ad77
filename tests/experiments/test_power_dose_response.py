import pandas as pd
import pytest

from experiments import power_dose_response as experiment
from lensim.checks import InputError
from lensim.output import load_result, save_result
from lensim.power.design_prior import design_prior_at
from lensim.power.dose_response.study import simulate_chunk
from tests.cli.test_cli_plan import FAILED, panel_fit

SMALL = "seed = 2013\nstudies = 2\ngroup_studies = 2\naudit = 0\nworkers = 1\n"


def test_panel_and_differences_are_asked_and_the_findings_are_told(tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(SMALL)
    experiment.run(config, out)
    names = {path.name for path in out.iterdir()}
    questions = {"panel", "midpoint", "effect"}
    assert names == questions | {"small.toml", "findings.txt", "manifest.json", "group_differences.png"}
    for name in questions:
        table = pd.read_csv(out / name / "summary.csv")
        assert (table["studies"] == 2).all()
    found = (out / "findings.txt").read_text()
    for part in (
        "Of lines that are resistant",
        "A difference in log10 EC50 between the 5 MMSET lines",
        "80% assurance",
        "of 8 studies were doubtful",
        "averaged over assumed distributions",
    ):
        assert part in found
    assert "nan" not in found


def config_of(tmp_path, **change) -> experiment.Config:
    return experiment.Config(seed=1, studies=2, group_studies=2, audit=0, workers=1, **change)


def test_differences_are_asked_of_the_populations_of_a_fit(tmp_path):
    """And of no other difference in that quantity; without the fit, of assumed distributions. Both are assurances."""
    fit = panel_fit(tmp_path)
    for posterior in (fit, tmp_path / "none.nc"):
        asked = experiment.scenarios(config_of(tmp_path, posterior=posterior))
        assert asked["panel"].is_conditional
        for name, (quantity, *_) in experiment.ASKED.items():
            truth = asked[name].truth
            assert not asked[name].is_conditional
            assert truth.posterior == (design_prior_at(fit) if posterior == fit else None)
            point = asked[name].at({f"truth.groups.0.{quantity}": 1.0})
            drawn = simulate_chunk(point, ("x",), 4).truth
            assert (drawn[f"sigma_group_{quantity}"] == 0).all()
            assert len(set(drawn[f"mu_{quantity}"].to_numpy().tolist())) == 4


def test_a_fit_that_did_not_converge_is_refused(tmp_path):
    tree = load_result(panel_fit(tmp_path))
    tree.attrs["verdict"] = FAILED.to_json()
    save_result(tree, tmp_path / "failed.nc")
    with pytest.raises(InputError, match=r"failed\.nc must have passed its convergence gate"):
        experiment.scenarios(config_of(tmp_path, posterior=tmp_path / "failed.nc"))


def test_an_unknown_key_is_refused(tmp_path):
    config = tmp_path / "odd.toml"
    config.write_text(SMALL + "colour = 1\n")
    with pytest.raises(InputError, match=r"odd\.toml: colour: there is no such key here; the keys are "):
        experiment.run(config, tmp_path / "out")
