"""The face of a fit: what it says comes from its tree alone, and names are never read as HTML or formulas."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from python_calamine import CalamineWorkbook

import lensim
from lensim import vocabulary as v
from lensim.assay import Asked, read_result
from lensim.dose_response import assay as assay_of_dose_response
from lensim.face.fit import Fit, fit
from lensim.face.load import load
from lensim.inference.verdict import carry_verdict
from lensim.report.fits import fit_section
from tests.cli.test_cli import run
from tests.cli.test_cli_report import FAILED, VERDICT
from tests.dose_response.test_dose_response_estimands import result as dose_response
from tests.test_assay import RESULTS


def made_up(name: str = "dose_response", *, passed: bool = True) -> Fit:
    tree = RESULTS[name]()
    carry_verdict(tree, VERDICT if passed else FAILED)
    tree.attrs |= {v.ASSAY: name, "model": "a_model", "seed": 3}
    return Fit(tree)


@pytest.mark.parametrize("name", RESULTS)
def test_summary_is_the_main_table_of_the_page_and_the_command(name):
    one = made_up(name)
    tables = read_result(one.tree).tables
    pd.testing.assert_frame_equal(one.summary(), tables[0].frame)
    assert list(one.tables) == [table.name for table in tables]
    assert one.assay == name
    assert one.verdict == VERDICT


def test_intervals_and_threshold_are_those_that_are_asked():
    one = made_up()
    narrow, wide = (one.summary(ci_prob=p)["inhibition_at_top_dose_percent_lower"] for p in (0.5, 0.95))
    assert (narrow >= wide).all()
    asked = read_result(one.tree, Asked(0.5, 0.1)).tables[0].frame
    pd.testing.assert_frame_equal(one.summary(ci_prob=0.5, threshold_um=0.1), asked)
    with pytest.raises(lensim.InputError, match="threshold_um= must go with a result of the assay dose_response"):
        made_up("bioassay").summary(threshold_um=1.0)


def test_levels_are_columns_of_the_main_table_and_rows_of_their_own():
    one = made_up()
    table = one.summary(levels=[10, 90])
    assert {"ic10", "ic90", "ec10", "p_ic90_above_top"} <= set(table)
    levels = one.tables_at(levels=[10, 90])["levels"]
    assert levels["level_percent"].tolist() == [10.0, 90.0] * len(table)
    with pytest.raises(lensim.InputError, match=r"^levels must lie between 1 and 99 percent, got 100: write levels=90"):
        one.summary(levels=[100])


def test_a_workbook_has_every_table_and_the_verdict(tmp_path):
    one, path = made_up(), tmp_path / "fit.xlsx"
    one.to_excel(path, ci_prob=0.5, levels=[90])
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == [*one.tables_at(levels=[90]), "about"]
    header, first, *_ = book.get_sheet_by_name("lines").to_python()
    shown = dict(zip(header, first, strict=True))
    table = one.summary(ci_prob=0.5, levels=[90])
    assert shown["ic50 [µM]"] == table["ic50"].iloc[0]
    assert {"ic50_number [µM]", "ic50_flag", "ic90_number [µM]", "ic50_um_lower [µM]"} <= set(header)
    rows = {(row[0], row[1]): row[2] for row in book.get_sheet_by_name("about").to_python()}
    assert rows["verdict", "sentence"] == one.verdict.sentence()
    assert rows["fit", "seed"] == 3.0
    assert rows["tables", "probability inside intervals"] == 0.5
    with pytest.raises(lensim.InputError, match="add force=True to replace it"):
        one.to_excel(path)


def test_a_fit_comes_back_from_its_file(tmp_path):
    one = made_up()
    one.save(tmp_path / "fit.nc")
    again = load(tmp_path / "fit.nc")
    pd.testing.assert_frame_equal(again.summary(), one.summary())
    assert again.verdict == one.verdict
    with pytest.raises(lensim.InputError, match="must not exist yet"):
        one.save(tmp_path / "fit.nc")
    one.save(tmp_path / "fit.nc", force=True)
    with pytest.raises(lensim.InputError, match=r"^suffix of a result must be one of \.nc, got '\.csv'$"):
        one.save(tmp_path / "fit.csv")


def test_the_notebook_shows_verdict_and_main_table():
    text = made_up()._repr_html_()
    assert "converged: R-hat at most 1.001" in text
    assert "IC50" in text
    assert "NOT converged" in made_up(passed=False)._repr_html_()
    assert "a_model" in repr(made_up())


def test_names_are_not_read_as_html_or_formulas():
    tree = dose_response()
    names = ["<script>alert(1)</script>", "$x_1$", *map(str, range(tree["posterior"].sizes[v.CELL_LINE] - 2))]
    for group in ("posterior", "observations"):
        tree[group] = xr.DataTree(tree[group].to_dataset().assign_coords({v.CELL_LINE: names}))
    carry_verdict(tree, VERDICT)
    text = Fit(tree)._repr_html_()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "$x_1$" in text
    assert text.startswith('<div class="tex2jax_ignore mathjax_ignore">')


@pytest.mark.parametrize("name", RESULTS)
def test_every_figure_that_is_listed_is_drawn(name):
    one = made_up(name)
    for figure in one.figures:
        if figure not in ("posterior_predictive", "curves", "levels", "calibration"):  # of draws that are not made up
            assert one.plot(figure).axes
    expected = "name of a figure must be one of" if one.figures else "plot needs a fit of an assay with figures"
    with pytest.raises(lensim.InputError, match=expected):
        one.plot("nothing")


def test_a_fit_of_no_known_assay_shows_its_parameters():
    rng = np.random.default_rng(1)
    draws = {"slope": (("chain", "draw", "arm"), rng.normal(size=(2, 100, 2)))}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords={"arm": ["control", "drug"]})})
    carry_verdict(tree, VERDICT)
    one = Fit(tree)
    assert list(one.tables) == ["parameters"]
    assert one.summary()["of"].tolist() == ["control", "drug"]
    assert one.figures == ()


def test_settings_are_refused_before_any_sampling(monkeypatch):
    monkeypatch.setattr("lensim.face.fit.fit_study", lambda *_, **__: pytest.fail("a fit was begun"))
    data = xr.Dataset({v.DOSE: (v.WELL, [0.0]), v.SIGNAL: (v.WELL, [1.0])}, attrs={v.ASSAY: "dose_response"})
    with pytest.raises(
        lensim.InputError, match=r"^engine must be one of auto, laplace, exact, kernel, nuts, got 'hmc'$"
    ):
        fit(data, engine="hmc")  # type: ignore[arg-type]
    with pytest.raises(lensim.InputError, match=r"^SamplerSettings\.draws must be at least 1, got 0$"):
        fit(data, draws=0)


def test_a_new_estimand_reaches_table_page_command_and_csv_from_the_file_that_computes_it(
    tmp_path, capsys, monkeypatch
):
    """A column of `summarise_lines` and a quantity of `dose_response_estimands` need no line elsewhere."""
    lines, estimands = assay_of_dose_response.summarise_lines, assay_of_dose_response.dose_response_estimands

    def more_estimands(result: xr.DataTree, threshold_um: float | None) -> xr.Dataset:
        found = estimands(result, threshold_um)
        return found.assign(steepest_line=found["hill_slope"].max(v.CELL_LINE))

    monkeypatch.setattr(assay_of_dose_response, "dose_response_estimands", more_estimands)
    monkeypatch.setattr(assay_of_dose_response, "summarise_lines", lambda e, ci: lines(e, ci).assign(days_to_half=1.5))
    one = made_up()
    assert (one.summary()["days_to_half"] == 1.5).all()
    assert "steepest line" in one.tables["panel"]["quantity"].tolist()
    section = fit_section(one.tree, "fit", "fit", figures=False)
    assert "days_to_half" in section.tables[0].frame
    assert "steepest line" in section.tables[1].frame["quantity"].tolist()
    one.save(tmp_path / "fit.nc")
    status, said, error = run(capsys, "summarize", tmp_path / "fit.nc", "--csv", tmp_path / "tables")
    assert status == 0, error
    assert "steepest line" in said
    assert "days_to_half" in pd.read_csv(tmp_path / "tables" / "lines.csv")
    assert "steepest line" in pd.read_csv(tmp_path / "tables" / "panel.csv")["quantity"].tolist()
