"""The figure of ratios of IC50s: intervals within its axis, arrows for bounds, and which fits have it."""

import numpy as np
import pytest

from lensim.dose_response.estimands import dose_response_estimands
from lensim.report.figures.catalogue import figures_of
from lensim.report.figures.conditions import plot_condition_ratios
from tests.dose_response.test_dose_response_conditions import as_parents, fit


def drawn(tree):
    axis = plot_condition_ratios(dose_response_estimands(tree)).axes[0]
    return axis, [text.get_text() for text in axis.texts], [label.get_text() for label in axis.get_yticklabels()]


def test_every_line_has_its_interval_words_and_probability():
    axis, texts, labels = drawn(fit(apart=[0.3, 0.5, 0.1], own=0.05))
    assert labels == ["A", "B", "C", "mean of lines"]
    assert axis.get_xlabel() == "Ratio of IC50s, IL-6 against none: median and 90% interval"
    assert any(text.startswith("2 (1.5") for text in texts)
    points = [line for line in axis.lines if line.get_marker() in "oD" and len(line.get_xdata()) == 1]
    assert [line.get_marker() for line in points] == ["o", "o", "o", "D"]
    assert [float(line.get_xdata()[0]) for line in points[:3]] == pytest.approx(
        10 ** np.array([0.3, 0.5, 0.1]), rel=0.05
    )
    low, high = axis.get_xlim()
    assert all(low < x < high for line in axis.lines[1:] for x in np.ravel(line.get_xdata()))


def test_a_bound_is_an_arrow():
    axis, texts, labels = drawn(fit(apart=[0.3, 0.5, 3.0], own=0.05))
    assert labels == ["A", "B", "C", "median of these lines"]
    assert [line.get_marker() for line in axis.lines].count(">") == 1
    assert any(text.startswith("> ") for text in texts)


def test_lines_against_their_parents_are_named_with_them():
    axis, _, labels = drawn(as_parents(fit()))
    assert labels == ["A-R against A", "B-R against B", "C-R against C", "mean of lines"]
    assert axis.get_xlabel() == "Ratio of IC50s, lines against their parents: median and 90% interval"


def test_a_fit_with_conditions_offers_the_figure():
    tree = fit()
    tree.attrs["assay"] = "dose_response"
    assert [one.name for one in figures_of(tree)] == ["curves", "ic50_forest", "condition_ratios"]
