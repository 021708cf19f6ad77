"""`lensim report` from the command line: fits and folders in, one page out, one message for what is wrong."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict, carry_verdict
from lensim.output import save_result
from lensim.ownership import sign
from tests.cli.test_cli import run
from tests.dose_response.test_dose_response_estimands import result as dose_response
from tests.models.test_models_fold_change_hierarchical import ratios
from tests.report.made_up_fits import made_up_fit
from tests.report.test_report_study import filled

VERDICT = Verdict(True, (), 1.001, 900.0, 800.0, "mu", 0, 0.9, 0.0)
FAILED = Verdict(False, ("R-hat of mu is 1.2, must be at most 1.01",), 1.2, 30.0, 20.0, "mu", 3, 0.9, 0.0)


def saved(path, tree: xr.DataTree, verdict: Verdict = VERDICT):
    carry_verdict(tree, verdict)
    tree.attrs |= {
        "seed": 7,
        "model": "a_model",
        "settings": json.dumps({"sampler": {"draws": 200}, "prior_draws": 500}),
    }
    save_result(tree, path)
    return path


def expression() -> xr.DataTree:
    """A fit of ratios, as far as its tables and its forest need it."""
    data, rng = ratios(), np.random.default_rng(3)
    names = (v.TARGET, v.SUBJECT, v.CONTRAST)
    sizes = tuple(data.sizes[name] for name in names)
    coords = {name: data[name].to_numpy() for name in names}
    draws = {v.LOG2_FOLD_CHANGE: (("chain", "draw", *names), 1 + 0.1 * rng.normal(size=(2, 100, *sizes)))}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords=coords)})
    attach_observations(tree, data)
    return tree


def other() -> xr.DataTree:
    """A fit of a model that no view knows."""
    rng = np.random.default_rng(1)
    draws = {"slope_<i>": (("chain", "draw", "arm"), rng.normal(size=(2, 100, 2))), "many": (("chain", "draw", "w"), rng.normal(size=(2, 100, 99)))}  # fmt: skip  # noqa: E501
    return xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords={"arm": ["<b>", "drug"]})})


def test_fits_of_every_kind_and_folders_go_on_one_page(capsys, tmp_path):
    files = [
        saved(tmp_path / "panel.nc", dose_response()),
        saved(tmp_path / "cts.nc", expression()),
        saved(tmp_path / "other.nc", other()),
        filled(tmp_path / "power", manifest=None),
    ]
    out = tmp_path / "page.html"
    status, said, error = run(capsys, "report", *files, "--out", out, "--title", "Ours & <theirs>", "--no-figures")
    assert status == 0, error
    assert f"page of 0.1 MB in {out}" in " ".join(said.split()) or "MB in" in said
    text = out.read_text(encoding="utf-8")
    assert "<h1>Ours &amp; &lt;theirs&gt;</h1>" in text
    for name in ("panel.nc", "cts.nc", "other.nc", "power"):
        assert f">{name}</h2>" in text
    assert "NCI-H929" in text
    assert "fold change [%]" in text
    assert "slope_&lt;i&gt;" in text
    assert "&lt;b&gt;" in text
    assert ">many<" not in text  # one value a well is data, not an answer
    assert "R-hat at most 1.001, ESS at least 800" in text
    assert "200" in text
    assert text.count("<img") == 1  # the folder's


def test_a_fit_that_did_not_converge_is_on_the_page_and_in_the_exit_status(capsys, tmp_path):
    out = tmp_path / "page.html"
    fit = saved(tmp_path / "fit.nc", other(), FAILED)
    status, _, error = run(capsys, "report", fit, "--out", out)
    assert status == 3
    assert "a fit on it has not converged" in error
    text = " ".join(out.read_text(encoding="utf-8").split())
    assert "Not converged, so not to be read as an answer: fit.nc." in text
    assert "R-hat of mu is 1.2, must be at most 1.01" in text


def test_independent_draws_need_no_verdict(capsys, tmp_path):
    exact, out = other(), tmp_path / "page.html"
    exact["posterior"].attrs["inference_library"] = "lensim, exact"
    save_result(exact, tmp_path / "posterior.nc")
    status, _, error = run(capsys, "report", tmp_path / "posterior.nc", "--out", out)
    assert status == 0, error
    text = out.read_text(encoding="utf-8")
    assert "Independent draws of an exact posterior" in text
    assert "fits passed the convergence gate" not in text


def test_a_fit_that_lacks_what_its_figures_need_shows_its_parameters(capsys, tmp_path):
    out = tmp_path / "page.html"
    status, _, error = run(capsys, "report", saved(tmp_path / "fit.nc", dose_response()), "--out", out)
    assert status == 0, error
    text = out.read_text(encoding="utf-8")
    assert "so its parameters are shown as they are" in text
    assert v.LOG10_EC50 in text


@pytest.mark.parametrize(
    ("names", "options", "expected"),
    [
        (("nothing.nc",), (), "nothing.nc: must be a fit (.nc) or a results folder, got nothing there"),
        (("notes.txt",), (), "notes.txt: must be a netCDF file written by lensim, got something else"),
        (("empty",), (), "empty: must be a results folder with findings, tables or figures, got a folder without them"),
        (("fit.nc", "fit.nc"), (), "fit.nc: must be named once, got it twice"),
        (("bare.nc",), (), "bare.nc: result must carry the verdict of a convergence gate, got none"),
        (("fit.nc",), ("--ci", "1.5"), "--ci must be a number from 0.01 to 0.999, got '1.5'"),
        (("fit.nc",), ("--out", "page.pdf"), "--out suffix must be one of .html, .htm, got '.pdf'"),
    ],
)
def test_bad_input_is_one_message_and_no_page(capsys, tmp_path, names, options, expected):
    saved(tmp_path / "fit.nc", other())
    save_result(other(), tmp_path / "bare.nc")
    (tmp_path / "notes.txt").write_text("no result")
    (tmp_path / "empty").mkdir()
    out = tmp_path / "page.html"
    status, _, error = run(capsys, "report", *(tmp_path / name for name in names), "--out", out, *options)
    assert status == 2
    assert expected in error
    assert error.count("error:") == 1
    assert not out.exists()


def test_all_faults_are_told_together_and_nothing_is_overwritten(capsys, tmp_path):
    out = tmp_path / "page.html"
    status, _, error = run(capsys, "report", tmp_path / "a.nc", tmp_path / "b.nc", "--out", out)
    assert status == 2
    assert error.count("got nothing there") == 2
    fit = saved(tmp_path / "fit.nc", other())
    out.write_text("mine")
    for force in ((), ("--force",)):
        status, _, error = run(capsys, "report", fit, "--out", out, *force)
        assert status == 2
        assert "page.html must be free or a file that lensim wrote there, got another, or one that was changed" in error
        assert out.read_text() == "mine"
    out.write_text("")
    assert run(capsys, "report", fit, "--out", out, "--force")[0] == 0
    status, _, error = run(capsys, "report", fit, "--out", out)
    assert status == 2
    assert "page.html must not exist yet, got a file of that name: add --force to replace it" in error
    assert run(capsys, "report", fit, "--out", out, "--force")[0] == 0


def test_a_page_among_the_results_is_passed_over_and_made_again(capsys, tmp_path):
    fit, out, older = saved(tmp_path / "fit.nc", other()), tmp_path / "page.html", tmp_path / "older.html"
    assert run(capsys, "report", fit, "--out", out)[0] == 0
    assert run(capsys, "report", fit, "--out", older)[0] == 0
    status, _, error = run(capsys, "report", fit, older, out, "--out", out, "--force")
    assert status == 0, error
    for page in (out, older):
        assert f"note: {page} is a page of lensim report, so it is passed over" in error
    status, _, error = run(capsys, "report", out, "--out", tmp_path / "new.html")
    assert status == 2
    assert "results must name at least one fit (.nc) or results folder, got pages of lensim report alone" in error


def test_a_changed_table_of_a_folder_is_told_at_the_terminal(capsys, tmp_path):
    folder = filled(tmp_path / "paper")
    sign(folder)
    (folder / "lines.csv").write_text("rule,share\npaired_t,0.7\n")
    _, _, error = run(capsys, "report", folder, "--out", tmp_path / "page.html", "--no-figures")
    assert "note: paper: lines.csv was changed since lensim wrote it; the page says so" in error
    assert "lines.csv was changed since lensim wrote it." in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_figures_of_a_result_without_what_they_show_are_refused_in_a_sentence(capsys, tmp_path):
    fit = made_up_fit("dose_response")
    draws = fit["posterior"].to_dataset()
    lost = next(name for name in ("log_top_signal", "log_top_share") if name in draws)
    fit["posterior"] = xr.DataTree(draws.drop_vars(lost))
    path = saved(tmp_path / "fit.nc", fit)
    status, _, error = run(capsys, "summarize", path, "--figures", tmp_path / "figures")
    assert status == 2
    assert f"--figures needs {lost}, got a result that lacks it: leave out --figures, or fit again" in error
    assert not (tmp_path / "figures").exists()


def test_a_table_and_figures_of_one_name_are_refused_before_the_work(capsys, tmp_path):
    path = saved(tmp_path / "fit.nc", dose_response())
    for figures in ("z.csv", "z.csv/more"):
        status, said, error = run(
            capsys, "summarize", path, "--csv", tmp_path / "z.csv", "--figures", tmp_path / figures
        )
        assert (status, said) == (2, "")
        assert "--figures must be a folder beside the table of --csv, got " in error
        assert not (tmp_path / "z.csv").exists()


def test_levels_are_on_the_page_in_the_table_and_in_csv_files(capsys, tmp_path):
    path = saved(tmp_path / "fit.nc", made_up_fit("dose_response"))
    asked = ("--level", "50", "--level", "90")
    status, said, _ = run(capsys, "summarize", path, *asked, "--csv", tmp_path / "tables")
    assert status == 0
    assert "Doses by level x of effect" in said
    assert pd.read_csv(tmp_path / "tables" / "levels.csv")["level_percent"].tolist()[:2] == [50.0, 90.0]
    assert {"ic90", "ec90_um"} <= set(pd.read_csv(tmp_path / "tables" / "lines.csv"))
    other = saved(tmp_path / "other.nc", made_up_fit("bioassay"))
    status, _, _ = run(capsys, "report", path, other, *asked, "--no-figures", "--out", tmp_path / "page.html")
    assert status == 0
    assert "Doses by level x of effect" in (tmp_path / "page.html").read_text()


def test_inhibition_at_a_dose_is_in_the_table(capsys, tmp_path):
    path = saved(tmp_path / "fit.nc", made_up_fit("dose_response"))
    at_dose = "inhibition_at_dose_percent"
    for asked, there in (((), False), (("--dose-um", "1"), True)):
        folder = tmp_path / f"tables {len(asked)}"
        status, _, _ = run(capsys, "summarize", path, *asked, "--csv", folder)
        assert status == 0
        assert (at_dose in pd.read_csv(folder / "lines.csv")) is there


def test_a_dose_that_is_none_or_of_another_assay_is_told(capsys, tmp_path):
    path = saved(tmp_path / "fit.nc", made_up_fit("dose_response"))
    status, _, error = run(capsys, "summarize", path, "--dose-um", "0")
    assert status == 2
    assert "--dose-um" in error
    other = saved(tmp_path / "other.nc", made_up_fit("bioassay"))
    status, _, error = run(capsys, "summarize", other, "--dose-um", "1")
    assert status == 2
    assert "--dose-um must go with a result of the assay dose_response, got one of bioassay" in " ".join(error.split())


def test_a_level_that_is_none_is_told_with_what_it_takes(capsys, tmp_path):
    path = saved(tmp_path / "fit.nc", made_up_fit("dose_response"))
    status, _, error = run(capsys, "summarize", path, "--level", "120")
    assert status == 2
    assert error.strip().endswith("error: --level must be a number from 1 to 99, got '120'")
    other = saved(tmp_path / "other.nc", made_up_fit("bioassay"))
    status, _, error = run(capsys, "summarize", other, "--level", "90")
    assert status == 2
    assert "--level must go with a result of the assay dose_response, got one of bioassay" in " ".join(error.split())


def test_a_figure_of_a_user_is_told_before_any_table(capsys, tmp_path):
    path = saved(tmp_path / "fit.nc", made_up_fit("dose_response"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "curves.png").write_text("mine")
    options = ("--figures", mine, "--csv", tmp_path / "z.csv", "--force")
    status, said, error = run(capsys, "summarize", path, *options)
    assert (status, said) == (2, "")
    assert "curves.png must be free or a file that lensim wrote there, got another" in " ".join(error.split())
    assert not (tmp_path / "z.csv").exists()
