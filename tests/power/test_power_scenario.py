from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.output import save_result
from lensim.power.expression.chunk import run_chunk
from lensim.power.expression.rules_posterior import CustomRule
from lensim.power.expression.study import _sheet, draw_parameters
from lensim.power.scenario import scenario_of
from lensim.power.spec import Distribution
from lensim.seeding import stream
from tests.cli.test_cli import run

TEST = {"rule": "test", "test": "t_log2"}
GOOD = {"name": "x", "rules": [TEST]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": 1}, "colour: there is no such key here; the keys are "),
        (
            {"design": {"lines": 3}},
            "design.lines: there is no such key here: subjects says how many of each cell type there are, ",
        ),
        ({"rules": []}, "rules must have at least one rule, got none"),
        ({"rules": [TEST, TEST]}, "rules must differ in name, got t on log ratios, 0.05 twice: give them names"),
        ({"rules": [{"rule": "posterior"}]}, "a posterior rule must have exactly one of above and below [log2]"),
        ({"rules": [TEST | {"cell_type": "donor"}]}, "must be about one of line, got 'donor'"),
        (
            {"rules": [{"rule": "posterior", "of": "difference", "above": 0, "first": "line", "second": "donor"}]},
            "must be about two of line, got 'donor'",
        ),
        (
            {"design": {"subjects": {"line": 4, "donor": 4}}},
            "must say its cell_type where there are several (line, donor), got none",
        ),
        (
            {
                "rules": [{"rule": "posterior", "of": "difference", "above": 0, "second": "line"}],
                "design": {"subjects": {"line": 4, "donor": 4}},
            },
            "rule 'P((first) less line > 0) > 0.95' must be about two of line, donor, as first and second, got no f",
        ),
        ({"rules": [{"rule": "posterior", "of": "difference", "above": 0}]}, "got no first and no second"),
        (
            {"rules": [{"rule": "mann_whitney", "first": "line", "second": ""}]},
            "rule 'Mann-Whitney line against (second), 0.05' must be about two of line, as first and second, got no",
        ),
        (
            {"rules": [{"rule": "call"}]},
            "rules.0: rule must be one of test, unpaired_t, mann_whitney, posterior, interval, width, discovery, "
            "custom (rules on paired studies), got 'call'",
        ),
        (
            {"rules": [{"rule": "posterior"}], "design": {"assay": "dose_response", "groups": {"A": 3}}},
            "variance_share, ratio, ratio_test, custom (rules on dose-response panels), got 'posterior'",
        ),
        (
            {"design": {"assay": "proliferation"}},
            "scenario: design.assay 'proliferation' is now called 'dose_response'",
        ),
        ({"design": {"assay": "qpcr"}}, "scenario: design.assay 'qpcr' is now called 'expression'"),
        ({"grid": {"design.assay": ["qpcr", "ratios"]}}, "scenario: design.assay 'qpcr' is now called 'expression'"),
        (
            {"design": {"assay": "elisa"}},
            "scenario: design.assay must be one of expression, ratios, groups, levels, dose_response, got 'elisa'",
        ),
        (
            {"truth": {"population": {"background_cpm": 40.0}}},
            "scenario: truth.population.background_cpm is now called background_signal",
        ),
        ({"rules": [{"name": "x"}]}, "rules.0: must have the key rule, which says of which kind it is, got none"),
        ({"truth": {"sd_log2_input": -0.1}}, "truth.sd_log2_input: must be 0 or more, got -0.1"),
        (
            {"truth": {"sd_log2_input": {"normal": [0.4, 0.2]}}},
            "a spread must have a distribution without negative values, such as lognormal",
        ),
        ({"truth": {"expression": [{"target": "IL6"}]}}, "truth.expression target must be one of TNF, got 'IL6'"),
        ({"studies": {"count": 0}}, "studies.count: Input should be greater than or equal to 1, got 0"),
        ({"grid": {"design.subjects.line": []}}, "grid.design.subjects.line must have at least one value, got none"),
        ({"grid": {"seed": [1, 2]}}, "grid must be over design, truth, analysis or rules, got seed"),
    ],
)
def test_what_is_wrong_is_told(change, message):
    with pytest.raises(InputError) as error:
        scenario_of(GOOD | change)
    assert message in str(error.value)
    assert str(error.value).startswith("scenario")


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({"design.lines": [1]}, "design.lines has no 'lines'; there are assay, subjects, targets"),
        ({"truth.expression.4.mu_log2_fold_change": [1]}, "needs a position of 0 to 0, got '4'"),
        ({"design.experiments.first": [1]}, "goes below a plain value at 'first'"),
        ({"design.experiments": [1, -2]}, "design.experiments: Input should be greater than or equal to 1, got -2"),
    ],
)
def test_a_grid_over_what_is_not_there_is_told(grid, message):
    with pytest.raises(InputError) as error:
        list(scenario_of(GOOD | {"grid": grid}).points())
    assert message in str(error.value)


def test_a_file_is_checked_before_anything_runs(tmp_path, capsys):
    path, out = tmp_path / "s.toml", tmp_path / "out"
    for text, message in (
        (
            'name = "x"\nrules = [{rule = "test", test = "t_log2"}]\n[grid]\n"design.lines" = [3]\n',
            "s.toml: grid: fields must be ones that there are: design.lines has no 'lines'",
        ),
        (
            'name = "x"\nrules = [{rule = "test", test = "t_log2"}]\n[grid]\n"design.experiments" = [1, -2]\n',
            "s.toml: grid: scenario at {'design.experiments': -2}: design.experiments: Input should be greater than",
        ),
        ("name = ", "must be TOML"),
        ('name = "x"\nrules = [{rule = "magic"}]\n', "magic"),
    ):
        path.write_text(text)
        status, _, err = run(capsys, "power", str(path), "--out", str(out))
        assert (status, out.exists()) == (2, False)
        assert message in err
        assert "Traceback" not in err
    status, _, err = run(capsys, "power", str(tmp_path), "--out", str(out))
    assert (status, f"{tmp_path} must be a scenario file, got a folder" in err) == (2, True)
    status, _, err = run(capsys, "power", str(tmp_path / "none.toml"), "--out", str(out))
    assert (status, "must be a scenario file, got nothing there" in err) == (2, True)


def test_a_whole_run_from_the_command_line(tmp_path, capsys):
    path, out = tmp_path / "s.toml", tmp_path / "out"
    path.write_text(
        'name = "x"\nrules = [{rule = "test", test = "t_log2"}, {rule = "test", test = "sign"}]\n'
        '[design]\nassay = "ratios"\n[studies]\ncount = 200\n[audit]\nstudies = 0\n'
        '[grid]\n"design.subjects.line" = [4, 8]\n"truth.expression.0.mu_log2_fold_change" = [0.0, 1.0]\n'
    )
    status, said, _ = run(capsys, "power", str(path), "--out", str(out))
    assert status == 0
    assert "No study was audited by NUTS." in said
    names = {file.name for file in out.iterdir()}
    tables = {"scenario.json", "chunks", "summary.csv", "findings.txt", "manifest.json", "s.toml"}
    assert names == tables | {"power_curves.png", "heat_maps.png", "sign_and_size.png"}


def test_a_disk_that_fills_up_as_figures_are_drawn_is_told_with_its_path(tmp_path, capsys, monkeypatch):
    from lensim.report.figures import style as figures

    def full(figure: object, path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figures, "save_figure", full)
    path, out = tmp_path / "s.toml", tmp_path / "out"
    path.write_text(
        'name = "x"\nrules = [{rule = "test", test = "t_log2"}]\n[design]\nassay = "ratios"\n[studies]\ncount = 20\n'
    )
    status, _, err = run(capsys, "power", str(path), "--out", str(out))
    assert status == 2
    assert " ".join(err.split()).endswith(
        f"error: {out} cannot be used: No space left on device: make room there, or name a place on another disk"
    )
    assert {file.name for file in out.iterdir()} == {"scenario.json", "chunks"}  # what was found, whole or not at all


def test_a_posterior_that_is_not_there_is_told(tmp_path, capsys):
    path, out = tmp_path / "s.toml", tmp_path / "out"
    path.write_text('name = "x"\nrules = [{rule = "test", test = "t_log2"}]\n[truth]\nposterior = "none.nc"\n')
    status, _, err = run(capsys, "power", str(path), "--out", str(out))
    assert (status, out.exists()) == (2, False)
    missing = f"{tmp_path / 'none.nc'} must be a result file, got nothing there"
    assert f"s.toml: truth.posterior: {missing}" in err


def posterior_file(folder: Path) -> Path:
    """A fit of two draws that differ in everything, so that a study's figures tell which draw it is of."""
    dims = ("chain", "draw")
    coords = {
        v.TARGET: ["TNF"],
        v.CELL_TYPE: ["line"],
        v.CONTRAST: ["drug"],
        v.GENE: ["TNF", "RPL37A"],
        v.REFERENCE: ["RPL37A"],
    }
    of_pair = (*dims, v.TARGET, v.CELL_TYPE, v.CONTRAST)
    posterior = xr.Dataset(
        {
            "mu_log2_fold_change": (of_pair, np.array([1.0, 2.0]).reshape(1, 2, 1, 1, 1)),
            "sigma_log2_fold_change": (of_pair, np.array([0.1, 0.2]).reshape(1, 2, 1, 1, 1)),
            v.FACTOR: ((*dims, v.GENE), np.array([[1.8, 1.85], [1.9, 1.95]])[None]),
            v.SD_TECHNICAL: (dims, np.array([[0.11, 0.22]])),
        },
        coords=coords,
    )
    for name, own in (
        (v.MU_LEVEL, (v.TARGET, v.CELL_TYPE)),
        (v.SIGMA_LEVEL, (v.TARGET,)),
        (v.LOG2_REFERENCE_LEVEL, (v.REFERENCE,)),
        (v.ONE_COPY_CT, (v.GENE,)),
        (v.SD_BIOLOGICAL, (v.GENE,)),
        (v.SD_INPUT, ()),
    ):
        shape = tuple(len(coords[dim]) for dim in own)
        values = np.array([0.3, 0.6]).reshape(1, 2, *[1] * len(own)) * np.ones((1, 2, *shape))
        posterior[name] = ((*dims, *own), values)
    path = folder / "fit.nc"
    save_result(xr.DataTree.from_dict({"posterior": posterior}), path)
    return path


def test_every_figure_of_a_study_is_of_one_draw(tmp_path):
    scenario = scenario_of(GOOD | {"truth": {"posterior": posterior_file(tmp_path), "sd_plate_cycles": 0.33}})
    found = draw_parameters(scenario.truth, scenario.design, _sheet(scenario.design), stream(1, "posterior"), 200)
    mu, sigma = (found[f"{what}_log2_fold_change"].to_numpy().ravel() for what in ("mu", "sigma"))
    assert set(mu) == {1.0, 2.0}
    np.testing.assert_allclose(sigma, mu / 10)
    np.testing.assert_allclose(found[v.SD_TECHNICAL], 0.11 * mu)
    np.testing.assert_allclose(found[v.FACTOR], np.where(mu[:, None] == 1, [[1.8, 1.85]], [[1.9, 1.95]]))
    np.testing.assert_allclose(found[v.SD_INPUT], 0.3 * mu)
    assert (found[v.SD_PLATE] == 0.33).all()  # which a fit of one plate does not have
    assert not scenario.is_conditional


def test_a_posterior_without_a_target_of_the_design_is_refused(tmp_path):
    scenario = scenario_of(GOOD | {"design": {"targets": ["IL6"]}, "truth": {"posterior": posterior_file(tmp_path)}})
    with pytest.raises(InputError, match="target of the design must be one of TNF, got 'IL6'"):
        run_chunk(scenario, {}, 0, 2)


def test_power_is_conditional_and_assurance_is_not():
    assert scenario_of(GOOD).is_conditional
    believed = {"truth": {"expression": [{"mu_log2_fold_change": {"normal": [1, 0.5]}}]}}
    assert not scenario_of(GOOD | believed).is_conditional


def test_streams_of_a_point_do_not_depend_on_the_grid():
    narrow = scenario_of(GOOD | {"grid": {"design.subjects.line": [4, 6]}})
    wide = scenario_of(GOOD | {"grid": {"design.subjects.line": [3, 4, 6, 9]}})
    found = [
        run_chunk(point, setting, 0, 5)
        for scenario in (narrow, wide)
        for setting, point in scenario.points()
        if setting["design.subjects.line"] == 6
    ]
    assert found[0].equals(found[1])


def test_distributions_draw_what_they_say():
    rng = stream(3, "draws")
    assert Distribution(uniform=(2, 3)).draw(rng, 1000).min() >= 2
    lognormal = np.log(Distribution(lognormal=(2.0, 0.5)).draw(rng, 100_000))
    assert abs(lognormal.mean() - np.log(2)) < 5 * 0.5 / np.sqrt(100_000)


def test_a_users_own_rule_is_asked(tmp_path):
    rule = CustomRule(
        name="twice its sd", function=lambda posterior: (posterior["mean"] > 2 * posterior["sd"]).isel(group=0)
    )
    built_in = {"rule": "posterior", "above": 0.0, "probability": 0.977}
    scenario = scenario_of({"name": "x", "rules": [rule, built_in]})
    rows = run_chunk(scenario, {}, 0, 200)
    own, other = (rows[rows["rule"] == n]["decided"].to_numpy() for n in (0, 1))
    assert 0 < own.sum() < 200
    assert (own == other).mean() > 0.95
