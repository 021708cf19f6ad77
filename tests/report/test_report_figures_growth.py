import numpy as np
import pytest
from matplotlib.figure import Figure

from lensim import vocabulary as v
from lensim.dose_response import growth as gr
from lensim.dose_response.estimands import dose_response_estimands
from lensim.dose_response.simulate_growth import GrowthDesign
from lensim.dose_response.time_zero import without_time_zero
from lensim.inference.observations import attach_observations
from lensim.report.figures.growth import growth_figures, plot_growth
from tests.dose_response.growth_panels import panel, result_around

TRUTH, DATA = panel(GrowthDesign(mu_divisions=3.0, sd_line_divisions=0.0))


def drawn(result) -> Figure:
    return plot_growth(result, gr.with_growth(dose_response_estimands(result), result))


def test_each_line_has_its_curve_between_its_own_doses():
    figure = drawn(result_around(TRUTH, DATA, spread=0.01))
    assert len(figure.axes) == 3
    for axis, effect in zip(figure.axes, TRUTH[v.EFFECT].to_numpy(), strict=True):
        curve = next(line for line in axis.lines if len(line.get_xdata()) > 2)
        dose, rate = curve.get_data()
        assert (dose[0], dose[-1]) == (pytest.approx(0.01), pytest.approx(10.0))
        assert rate[0] <= 1.01
        assert (np.diff(rate) < 1e-6).all() == (effect > 0)
    figure.canvas.draw()


def test_a_line_without_growth_has_an_empty_panel_that_says_so():
    truth, data = panel(GrowthDesign(mu_divisions=-1.0, sd_line_divisions=0.0))
    figure = drawn(result_around(truth, data))
    assert all("GR not defined" in axis.get_title() for axis in figure.axes)
    assert not any(len(line.get_xdata()) > 2 for axis in figure.axes for line in axis.lines)


def test_the_figure_is_there_where_wells_of_time_zero_are():
    result = result_around(TRUTH, DATA)
    (figure,) = growth_figures(result, 0.9)
    assert figure.name == "growth_rates"
    assert "3 panels" in figure.alt
    attach_observations(result, without_time_zero(DATA))
    assert growth_figures(result, 0.9) == ()
