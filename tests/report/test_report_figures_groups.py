"""The figure of groups: a row a group, a circle a subject, ticks at halves and doubles of the control."""

from lensim.expression.groups.exact import draw_exact
from lensim.expression.groups.levels import MODEL
from lensim.expression.priors import LevelPriors
from lensim.inference.observations import attach_observations
from lensim.inference.settings import SamplerSettings
from lensim.report.figures.groups import plot_groups
from tests.expression.groups.group_studies import levels_study


def test_every_subject_is_drawn_in_its_group():
    data = levels_study([0.0, 0.4, 0.2], [1.0, 1.2])
    result = draw_exact(data, MODEL, LevelPriors(), SamplerSettings(draws=200, chains=2), 1)
    attach_observations(result, data)
    (axis,) = plot_groups(result).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["k0 c0", "k0 c1"]
    circles = [line for line in axis.get_lines() if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in circles] == [3, 2]
    assert "1" in [label.get_text() for label in axis.get_xticklabels()]
    assert axis.get_ylim() == (1.5, -0.5)
