"""Figures of doses and lines: every design, world and choice is drawn, with its number."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from lensim.plan.doses import FEWER, FOUND, FREE, PLANNED, DosesFound
from lensim.plan.doses_check import SAME
from lensim.plan.doses_search import Series
from lensim.plan.lines import AGAIN, BEST, IN_PROPORTION, NEW, NONE, LinesFound
from lensim.report.figures.plan_panels import plot_doses, plot_lines


def row(design: str, doses: str, wells: int, error: float, **more) -> dict:
    return {
        "design": design, "doses_um": doses, "wells": wells, "untreated_wells": 6, "replicates": 3.0,
        "expected_error": error, "expected_right": 1 - error, **more,
    }  # fmt: skip


def doses(goal: str = "ic50", *, checked: bool = True) -> DosesFound:
    table = pd.DataFrame(
        [
            row(PLANNED, "0.1, 1, 10", 24, 0.3),
            row(FOUND, "0.4, 2, 10", 24, 0.2),
            row(FEWER, "0.4, 2", 18, 0.29),
            row(FREE, "0.5 (x 7), 10 (x 9)", 24, 0.18, replicates=np.nan),
        ]
    )
    worlds = pd.DataFrame(
        [
            {"world": world, "design": design, "error": 0.2, "error_mcse": 0.01, "right": 0.8, "right_mcse": 0.02}
            for world in (SAME, "outlying wells")
            for design in (PLANNED, FOUND)
        ]
    )
    by_wells = table[table["design"].isin([FOUND, FEWER])]
    return DosesFound(goal, table, table, by_wells, worlds if checked else None, Series(10, 5, 3, 3, 6), 9, 2, 3)


def words(figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("goal", ["ic50", "calls"])
def test_doses_are_drawn_with_their_wells_and_worlds(goal):
    figure = plot_doses(doses(goal))
    series, wells, worlds = figure.axes
    drawn = {tuple(line.get_xdata()) for line in series.get_lines()}
    assert {(0.1, 1.0, 10.0), (0.4, 2.0, 10.0), (0.4, 2.0), (0.5, 10.0)} <= drawn
    numbers = [text.get_text() for text in series.texts]
    assert sorted(numbers) == ["3"] * 8 + ["7", "9"]
    assert wells.get_ylabel().startswith("expected lines called" if goal == "calls" else "expected error")
    assert [label.get_text() for label in worlds.get_yticklabels()] == ["outlying wells", "the plan's own world"]


def test_without_a_check_there_is_no_panel_of_worlds():
    assert len(plot_doses(doses(checked=False)).axes) == 2


@pytest.mark.parametrize("checked", [True, False])
def test_lines_are_drawn_by_what_they_buy(checked):
    table = pd.DataFrame(
        [
            {"kind": NEW, "name": "a new line of A", "group": "A", "variance_less": 0.06},
            {"kind": AGAIN, "name": "LP-1", "group": "B", "variance_less": 0.01},
        ]
    )
    ways = [NONE, IN_PROPORTION, BEST]
    groups = pd.DataFrame({"way": ways, "sd": [0.17, 0.16, 0.14]})
    check = pd.DataFrame(
        {"way": ways, **{f"{name}{end}": [0.1] * 3 for name in ("sd_simulated", "error") for end in ("", "_mcse")}}
    )
    figure = plot_lines(LinesFound("A less B in log10 EC50", table, groups, check if checked else None, 0.17, 0.13, 6))
    said = words(figure)
    for word in ("new: A", "LP-1 (B)", "best 6 tests", "no test", "difference of A less B in log10 EC50"):
        assert word in said
    assert ("posterior, simulated" in said) == checked
