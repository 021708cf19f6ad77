"""`lensim plan` from the command line: whole runs, and everything that it must refuse."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict
from lensim.output import save_result
from lensim.seeding import stream
from tests.cli.test_cli import run

TOML = """
name = "next"
target = 0.8
[scenario]
seed = 5
rules = [{rule = "test", test = "t_log2"}]
[scenario.design]
assay = "ratios"
subjects = {patient = 4}
targets = ["TNF"]
[size]
field = "design.subjects.patient"
low = 3
high = 30
budget = 6000
"""
TRUTH = """
[[scenario.truth.expression]]
mu_log2_fold_change = {normal = [1.2, 0.3]}
sigma_log2_fold_change = 0.7
"""
COSTS = """
[costs]
subject = 300
culture = 20
reverse_transcription = 8
well = 1.5
plate = 30
[frontier]
studies = 500
[frontier.grid]
"design.subjects.patient" = [4, 6, 8]
"design.experiments" = [1, 2]
"""
REST = """
[[robustness]]
name = "patients differ half as much again"
scale = {sigma_log2_fold_change = 1.5}
[interim]
after = [3]
studies = 20
completions = 50
"""
PANEL = """
name = "panel"
[scenario]
seed = 2
rules = [{rule = "call"}]
[scenario.design]
assay = "dose_response"
groups = {A = 2, B = 2}
experiments = 1
[scenario.analysis]
engine = "laplace"
[scenario.studies]
count = 10
chunk = 5
"""
PASSED = Verdict(True, (), 1.001, 900.0, 800.0, "mu", 0, 0.9, 0.0)
FAILED = Verdict(False, ("R-hat of mu is 1.2, must be below 1.01",), 1.2, 40.0, 30.0, "mu", 3, 0.9, 0.0)


def write(folder: Path, text: str) -> Path:
    path = folder / "plan.toml"
    path.write_text(text)
    return path


def expression_fit(
    folder: Path, verdict: Verdict | None = PASSED, *, of_reactions: bool = False, without: str = ""
) -> Path:
    """As from ratios, or as from reactions."""
    dims, draws = ("chain", "draw"), (2, 100)
    rng = stream(1, "fit")
    of_pair = (*dims, v.TARGET, v.CELL_TYPE, v.CONTRAST)
    posterior = xr.Dataset(
        {
            "mu_log2_fold_change": (of_pair, rng.normal(1.0, 0.3, (*draws, 1, 1, 1))),
            "sigma_log2_fold_change": (of_pair, rng.lognormal(-0.5, 0.2, (*draws, 1, 1, 1))),
            v.SD_PAIR: ((*dims, v.TARGET), rng.lognormal(-1.2, 0.1, (*draws, 1))),
        },
        coords={v.TARGET: ["TNF"], v.CELL_TYPE: ["patient"], v.CONTRAST: ["drug"]},
    )
    if of_reactions:
        posterior = posterior.drop_vars(v.SD_PAIR).assign_coords({v.REFERENCE: ["RPL37A"], v.GENE: ["TNF", "RPL37A"]})

        def around(centre: float, *own: str) -> tuple[tuple[str, ...], np.ndarray]:
            return (*dims, *own), centre * rng.lognormal(0, 0.02, (*draws, *(posterior.sizes[dim] for dim in own)))

        posterior = posterior.assign(
            {
                v.MU_LEVEL: around(2.0, v.TARGET, v.CELL_TYPE),
                v.SIGMA_LEVEL: around(0.7, v.TARGET),
                v.LOG2_REFERENCE_LEVEL: around(6.0, v.REFERENCE),
                v.FACTOR: around(1.95, v.GENE),
                v.ONE_COPY_CT: around(37.5, v.GENE),
                v.SD_BIOLOGICAL: around(0.2, v.GENE),
                v.SD_INPUT: around(0.4),
                v.SD_TECHNICAL: around(0.12),
            }
        )
    tree = xr.DataTree.from_dict({"posterior": posterior.drop_vars(without) if without else posterior})
    if verdict is not None:
        tree.attrs["verdict"] = verdict.to_json()
    path = folder / "fit.nc"
    save_result(tree, path)
    return path


def panel_fit(folder: Path, *, without: str = "") -> Path:
    """Two lines: one halved at 1 uM, surely; one that nothing halves."""
    dims, shape = ("chain", "draw", v.CELL_LINE), (2, 100, 2)
    rng = stream(2, "fit")

    def around(*centres: float) -> tuple[tuple[str, ...], np.ndarray]:
        return dims, np.array(centres) + 0.02 * rng.normal(size=shape)

    posterior = xr.Dataset(
        {v.LOG10_EC50: around(0.0, 0.0), v.LOG_HILL: around(0.0, 0.0), v.EFFECT: around(4.0, 0.1)},
        coords={v.CELL_LINE: ["quick", "deaf"]},
    )
    for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT):
        for part in ("mu", "sigma"):
            posterior[f"{part}_{name}"] = (dims[:2], np.abs(rng.normal(0.5, 0.05, shape[:2])))
    posterior[v.SD_WELL] = (dims[:2], rng.lognormal(-2.0, 0.05, shape[:2]))
    tree = xr.DataTree.from_dict({"posterior": posterior.drop_vars(without) if without else posterior})
    dose = np.tile([0.0, 0.01, 0.1, 1.0, 10.0], 2)
    data = xr.Dataset(
        {
            v.DOSE: (v.WELL, dose),
            v.CULTURE_OF_WELL: (v.WELL, np.repeat([0, 1], 5)),
            v.LINE_OF_CULTURE: (v.CULTURE, [0, 1]),
            v.GROUP_OF_LINE: (v.CELL_LINE, [0, 1]),
        },
        coords={v.CELL_LINE: ["quick", "deaf"], v.MOLECULAR_GROUP: ["A", "B"]},
    )
    attach_observations(tree, data)
    tree.attrs["verdict"] = PASSED.to_json()
    path = folder / "fit.nc"
    save_result(tree, path)
    return path


def test_a_whole_plan_of_pairs(tmp_path, capsys):
    out = tmp_path / "out"
    status, said, err = run(capsys, "plan", str(write(tmp_path, TOML + TRUTH + COSTS + REST)), "--out", str(out))
    assert status == 0
    assert "first answer: " in said
    assert "seconds to each answer: first answer" in err
    text = (out / "plan.txt").read_text()
    for part in ("Recommended: ", " patients", "for assurance of 80%", "heapest design of 6", "fter 3, ", " hold"):
        assert part in text
    names = {path.name for path in out.iterdir()}
    tables = {"size.csv", "frontier.csv", "robustness.csv", "designs_tried.csv", "interim.csv"}
    pictures = {"size.png", "frontier.png", "robustness.png"}
    assert names == tables | pictures | {"plan.toml", "plan.txt", "manifest.json"}
    frontier = pd.read_csv(out / "frontier.csv")
    assert frontier["cost"].is_monotonic_increasing
    assert len(frontier) == 6


def test_workers_do_not_change_a_plan(tmp_path, capsys):
    file = write(tmp_path, TOML + TRUTH)
    for name, workers in (("one", "1"), ("two", "2")):
        status, _, _ = run(
            capsys, "plan", str(file), "--out", str(tmp_path / name), "--workers", workers, "--no-figures"
        )
        assert status == 0
    assert (tmp_path / "one" / "size.csv").read_bytes() == (tmp_path / "two" / "size.csv").read_bytes()


def test_a_plan_from_a_fit_and_a_look_at_the_first_pairs(tmp_path, capsys):
    out, pairs = tmp_path / "out", tmp_path / "so_far.csv"
    pairs.write_text("target,subject,ratio\nTNF,a,2.1\nTNF,b,1.8\nTNF,c,2.6\n")
    status, _, _ = run(
        capsys, "plan", str(write(tmp_path, TOML)), "--from", str(expression_fit(tmp_path)), "--so-far", str(pairs),
        "--out", str(out), "--no-figures",
    )  # fmt: skip
    assert status == 0
    text = (out / "plan.txt").read_text()
    assert "All of it is averaged over the posterior of fit.nc" in text
    assert "After the 3 subjects of so_far.csv, the predictive probability of success with" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "so_far.csv"),
        (
            "target,subject,ratio\nTNF,a,zero\nTNF,b,-1\n",
            "so_far.csv line 2: ratio must be a finite number above 0, got 'zero'",
        ),
        ("target,subject,ratio\nIL6,a,2\n", "the study so far must be of TNF, got 'IL6'"),
        (
            "target,subject,experiment,ratio\nTNF,a,1,2\nTNF,a,2,2\nTNF,a,3,2\n",
            "the study so far must have at most 2 ratios of TNF a subject",
        ),
        (
            "target,subject,ratio\n" + "".join(f"TNF,{k},2\n" for k in range(30)),
            "the study so far must have fewer subjects than are planned (30), got 30",
        ),
    ],
)
def test_a_bad_file_of_first_pairs_is_refused_before_any_work(tmp_path, capsys, monkeypatch, text, message):
    monkeypatch.setattr("lensim.plan.run.answer", lambda *_, **__: pytest.fail("the plan was worked on"))
    out, pairs = tmp_path / "out", tmp_path / "so_far.csv"
    if text is not None:
        pairs.write_text(text)
    status, _, err = run(
        capsys, "plan", str(write(tmp_path, TOML + TRUTH)), "--so-far", str(pairs), "--out", str(out), "--no-figures"
    )
    assert (status, out.exists()) == (2, False)
    assert message in err
    assert "Traceback" not in err


def test_a_look_that_comes_too_late_is_said_to(tmp_path, capsys):
    out, pairs = tmp_path / "out", tmp_path / "so_far.csv"
    pairs.write_text("target,subject,ratio\n" + "".join(f"TNF,{k},2\n" for k in range(4)))
    certain = TOML.split("[size]")[0] + TRUTH.replace("{normal = [1.2, 0.3]}", "9.0")
    size = '[size]\nfield = "design.subjects.patient"\nlow = 3\nhigh = 30\nbudget = 1000\n'
    status, _, err = run(
        capsys, "plan", str(write(tmp_path, certain + size)), "--so-far", str(pairs), "--out", str(out), "--no-figures"
    )
    assert status == 0, err
    assert (
        "There is no look at so_far.csv: the study so far must have fewer subjects than are planned (3), got 4."
        in (out / "plan.txt").read_text()
    )


def test_a_plan_of_a_panel_prints_its_map_and_brackets_the_lines_of_a_fit(tmp_path, capsys):
    out = tmp_path / "out"
    file = write(tmp_path, PANEL + "[bracketing]\ntop_doses_um = [0.3, 10]\n[layouts]\nstudies = 10\n")
    status, _, err = run(capsys, "plan", str(file), "--from", str(panel_fit(tmp_path)), "--out", str(out))
    assert status == 0, err
    names = {path.name for path in out.iterdir()}
    assert {
        "bracketing.csv",
        "layouts.csv",
        "plate_map.csv",
        "plate_map_1.png",
        "bracketing.png",
        "layouts.png",
    } <= names
    table = pd.read_csv(out / "bracketing.csv").set_index(["cell_line", "top_dose_um"])["p_bracketed"]
    assert table["quick", 10.0] == 1.0
    assert table["quick", 0.3] == table["deaf", 0.3] == table["deaf", 10.0] == 0.0
    wells = pd.read_csv(out / "plate_map.csv")
    assert set(wells["cell_line"]) == {"A 1", "A 2", "B 1", "B 2", "blank"}


def test_a_target_out_of_reach_is_an_answer(tmp_path, capsys):
    nothing = TRUTH.replace("{normal = [1.2, 0.3]}", "0.05")
    out = tmp_path / "out"
    status, said, _ = run(capsys, "plan", str(write(tmp_path, TOML + nothing)), "--out", str(out), "--no-figures")
    assert status == 0
    assert "no number of patients up to 30 reaches 80%" in said
    assert "No number of patients up to 30 reaches 80%" in (out / "plan.txt").read_text()
    assert "Recommended" not in (out / "plan.txt").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "must be TOML"),
        (TOML.replace("0.8", "1.0"), "target: Input should be less than 1, got 1.0"),
        (
            TOML.replace('patient"\nlow', 'line"\nlow'),
            "fields must be ones that there are: design.subjects.line has no 'line'; there are patient",
        ),
        (
            TOML + TRUTH + COSTS.replace("well = 1.5", "well = -1.5"),
            "costs.well: Input should be greater than or equal",
        ),
        (
            TOML + TRUTH + COSTS.replace("plate = 30\n", ""),
            "costs.plate must be given, for the design uses 1 plate, got none",
        ),
        (
            TOML + TRUTH + COSTS.split("[frontier]")[1].join(["[frontier]", ""]),
            "costs must be given where a frontier is",
        ),
        (TOML, "plan.toml: scenario.truth must be given, or a fit or a paper named with --from, got neither"),
        (PANEL, "plan.toml: scenario.truth must be given, or a fit or a paper named with --from, got neither"),
        (TOML + TRUTH + "[interim]\nafter = [40]\n", "interim.after must have a look before size.high (30), got 40"),
        (
            TOML + TRUTH + "[bracketing]\n",
            "bracketing needs a dose-response fit: name one with --from, got none",
        ),
        (
            PANEL.replace("experiments = 1", "replicates = 20"),
            "must fit 8 doses x 20 replicates and 3 blanks on one plate",
        ),
    ],
)
def test_bad_questions_are_refused_and_nothing_is_written(tmp_path, capsys, text, message):
    out = tmp_path / "out"
    file = write(tmp_path, text)
    before = sorted(tmp_path.iterdir())
    status, _, err = run(capsys, "plan", str(file), "--out", str(out), "--no-figures")
    assert (status, sorted(tmp_path.iterdir())) == (2, before)
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        (lambda folder: folder / "none.nc", "none.nc"),
        (
            lambda folder: expression_fit(folder, FAILED),
            "must have passed its convergence gate, got: R-hat of mu is 1.2",
        ),
        (lambda folder: expression_fit(folder, None), "must say whether it converged, got no verdict"),
        (lambda folder: expression_fit(folder, without="mu_log2_fold_change"), "mu_log2_fold_change"),
        (
            lambda folder: expression_fit(folder, without="sigma_log2_fold_change"),
            "fit.nc must hold a fit in which subjects were pooled, with sigma_log2_fold_change, got mu_log2_fold_chan",
        ),
        (lambda folder: expression_fit(folder, without=v.SD_PAIR), "pooled, with sd_log2_pair, got mu_log2_fold_chan"),
        (
            lambda folder: expression_fit(folder, of_reactions=True, without=v.SD_BIOLOGICAL),
            "pooled, with sd_log2_biological, got mu_log2_fold_change",
        ),
        (
            lambda folder: expression_fit(folder, of_reactions=True, without=v.FACTOR),
            "pooled, with amplification_factor, got mu_log2_fold_change",
        ),
        (panel_fit, "mu_log2_fold_change"),
    ],
)
def test_a_fit_that_will_not_do_is_refused(tmp_path, capsys, fit, message):
    out = tmp_path / "out"
    status, _, err = run(
        capsys, "plan", str(write(tmp_path, TOML)), "--from", str(fit(tmp_path)), "--out", str(out), "--no-figures"
    )
    assert (status, out.exists()) == (2, False)
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", [f"mu_{v.LOG_HILL}", f"sigma_{v.LOG10_EC50}", f"sigma_{v.EFFECT}", v.SD_WELL])
def test_a_panel_fit_that_lacks_a_figure_is_refused(tmp_path, capsys, name):
    out, fit = tmp_path / "out", panel_fit(tmp_path, without=name)
    status, _, err = run(capsys, "plan", str(write(tmp_path, PANEL)), "--from", str(fit), "--out", str(out))
    assert (status, out.exists()) == (2, False)
    assert f"must hold a dose-response fit in which lines were pooled, with {name}, got" in err
    assert "Traceback" not in err


def test_what_a_fit_cannot_have_is_said_to_be_from_the_plan_file(tmp_path, capsys):
    """Reactions have no spread of pairs, and one plate has no spread of plates."""
    fit = expression_fit(tmp_path, of_reactions=True)
    said = {}
    for assay in ("ratios", "expression"):
        out = tmp_path / assay
        text = TOML.replace('assay = "ratios"', f'assay = "{assay}"').split("[size]")[0]
        text = text.replace("[scenario.design]", "[scenario.studies]\ncount = 20\n[scenario.design]")
        args = ("plan", str(write(tmp_path, text)), "--from", str(fit), "--out", str(out), "--no-figures")
        status, _, err = run(capsys, *args)
        assert status == 0, err
        said[assay] = (out / "plan.txt").read_text()
    told = "Figures that it lacks are those of the plan file, or lensim's: "
    assert f"{told}sd of log2 ratios between pairs of a subject 0." in said["ratios"]
    assert f"{told}ct of unit quantity, sd between plates [cycles] 0.15." in said["expression"]


def test_a_fit_that_did_not_converge_is_taken_when_told(tmp_path, capsys):
    file, fit = write(tmp_path, TOML), expression_fit(tmp_path, FAILED)
    status, _, _ = run(
        capsys, "plan", str(file), "--from", str(fit), "--trust", "--out", str(tmp_path / "out"), "--no-figures"
    )
    assert status == 0
