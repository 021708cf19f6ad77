"""Figures of one panel draw into axes of a user, beside whatever else the user draws."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lensim.dose_response.estimands import dose_response_estimands, summarise_lines
from lensim.inference.observations import attach_observations, observations_of
from lensim.maiga2013.expression_twin import PARENTS
from lensim.plan.evaluate import Share
from lensim.plan.frontier import Frontier
from lensim.plan.question import Shift, question_of
from lensim.plan.result import Plan
from lensim.plan.robustness import Trial
from lensim.plan.search import Size
from lensim.report.figures import associations, cell_cycle, claims, dose_response, expression, plan, selection
from tests.report.made_up_fits import made_up_fit

SIZE = Size(6, 5, 7, 5.6, 0.4, Share(0.82, 0.02, 400, 0), 1200, {n: Share(0.1 * n, 0.02, 400, 0) for n in (3, 6, 9)})


def share_rows(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {"schedule": names, "p_is_resistant": 0.5, "p_is_resistant_low": 0.4, "p_is_resistant_high": 0.6}
    )


def forest(ax: Axes | None) -> Figure:
    result = made_up_fit("dose_response")
    return dose_response.plot_ic50_forest(
        result, summarise_lines(dose_response_estimands(result)), {"LP-1": "sensitive"}, ax=ax
    )


def profile(ax: Axes | None) -> Figure:
    return expression.plot_resistant_profile(made_up_fit("expression"), PARENTS, ax=ax)


def fold_changes(ax: Axes | None) -> Figure:
    row = {"log2_effect": 1.0, "log2_effect_lower": 0.5, "log2_effect_upper": 1.5, "log2_effect_verdict": "different"}
    table = pd.DataFrame([{"target": "TNF", "contrast": "drug", "question": "$a$ less $b$", "subjects": 12, **row}])
    return associations.plot_fold_change_effects(table, 0.3, ax)


def effects(ax: Axes | None) -> Figure:
    table = cell_cycle.effects_for_figure(made_up_fit("cell_cycle"))
    return cell_cycle.plot_effects({"one": table, "two": table}, {"LP-1": -20.0}, ax)


def numbers(ax: Axes | None) -> Figure:
    row = {"claim": "a", "inside": "yes", "twin_low": 0.1, "twin_high": 0.3, "twin_percentile": 40.0, "stated": "0.2"}
    return claims.plot_numbers(pd.DataFrame([row, row | {"inside": "no", "twin_percentile": 99.0}]), ax)


def findings(ax: Axes | None) -> Figure:
    return claims.plot_findings(
        pd.DataFrame(
            [{"claim": "a", "p_if_true": 0.9, "p_if_not": 0.05, "evidence": "positive", "ratio_words": "18 (15 to 21)"}]
        ),
        ax,
    )


def search(ax: Axes | None) -> Figure:
    rules = [{"rule": "test", "test": "t_log2"}]
    scenario = {"design": {"assay": "ratios"}, "rules": rules}
    question = {"name": "x", "scenario": scenario, "size": {"field": "design.subjects.line"}}
    return plan.plot_search(Plan(question_of(question), size=SIZE), ax)


def frontier(ax: Axes | None) -> Figure:
    table = pd.DataFrame(
        {
            "design.subjects.line": [4, 8], "design.experiments": [2, 2], "cost": [10.0, 20.0], "share": [0.5, 0.9],
            "share_mcse": [0.02, 0.01], "is_best": [True, True],
        }
    )  # fmt: skip
    return plan.plot_frontier(Frontier(table, [{}, {}], None, False, 0), 0.8, "EUR", "power", ax)


def robustness(ax: Axes | None) -> Figure:
    trials = [Trial(Shift(name="more $spread$"), Share(0.7, 0.02, 400, 0), -1, SIZE)]
    return plan.plot_robustness(trials, 6, 0.8, "power", ax)


def bracketing(ax: Axes | None) -> Figure:
    table = pd.DataFrame({"cell_line": ["a", "a", "b", "b"], "top_dose_um": [1.0, 10.0] * 2, "p_bracketed": 0.5})
    return plan.plot_bracketing(table, ax)


def plate_map(ax: Axes | None) -> Figure:
    wells = [{"plate": "P1", "well": f"A{k + 1}", "cell_line": "a", "dose_um": 10.0**k} for k in range(4)]
    blank = {"plate": "P1", "well": "H12", "cell_line": "blank", "dose_um": np.nan}
    return plan.plot_plate_map(pd.DataFrame([*wells, blank]), "P1", ax=ax)


def worlds(ax: Axes | None) -> Figure:
    table = share_rows(["_slow", "fast"])
    return selection.plot_worlds(table, table.assign(world="no $mutants$"), ax)


SINGLE = (
    forest, profile, fold_changes, effects, numbers, findings, search, frontier, robustness, bracketing, plate_map,
    worlds,
)  # fmt: skip


@pytest.mark.parametrize("draw", SINGLE)
def test_a_figure_of_one_panel_draws_into_axes_of_a_user(draw: Callable[[Axes | None], Figure]):
    figure = Figure(figsize=(12, 6), layout="constrained")
    other, mine = figure.subplots(1, 2)
    other.plot([0, 1], [0, 1])
    before = (figure.get_size_inches().tolist(), figure.get_layout_engine())
    assert draw(mine) is figure
    assert mine.has_data() or mine.patches
    assert len(other.lines) == 1
    assert (figure.get_size_inches().tolist(), figure.get_layout_engine()) == before
    assert (figure.legends, figure.texts, figure._supxlabel) == ([], [], None)
    figure.canvas.draw()


@pytest.mark.parametrize("draw", SINGLE)
def test_it_makes_a_figure_of_its_own_without_them(draw: Callable[[Axes | None], Figure]):
    figure = draw(None)
    figure.canvas.draw()
    assert draw(None) is not figure


def test_numbers_of_patients_are_whole():
    figure = search(None)
    figure.canvas.draw()
    assert all(tick == int(tick) for tick in figure.axes[0].get_xticks())


def test_a_schedule_whose_name_starts_with_a_stroke_is_in_the_legend():
    legend = worlds(None).axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["_slow", "fast"]


def test_doses_of_dose_response_figures_are_in_the_users_unit():
    result = made_up_fit("dose_response")
    data = observations_of(result).assign_attrs(dose_unit="nM")
    attach_observations(result, data)
    summary = summarise_lines(dose_response_estimands(result))
    forest = dose_response.plot_ic50_forest(result, summary, threshold_um=1.0)
    (axis, *_) = forest.axes
    assert axis.get_xlabel().startswith("Absolute IC50 (nM)")
    assert "above 1000 nM" in axis.get_xlabel()
    assert axis.xaxis.get_major_formatter()(10.0, 0) == "10000"
    curves = dose_response.plot_curves(result, summary)
    assert curves.get_supxlabel().startswith(("Dose (nM)", "lenalidomide (nM)"))
    decades = {label.get_text() for axis in curves.axes for label in axis.get_xticklabels()}
    assert f"{1e3 * 10.0 ** np.floor(np.log10(data['dose_um'].max().item()) + 1e-9):g}" in decades
