"""One engine by the name exact, for two models."""

import pytest

from lensim.expression.independent_draws import ENGINE, draw_exact, refuses
from lensim.expression.priors import FoldChangePriors, LevelPriors
from lensim.inference.settings import SamplerSettings
from tests.expression.groups.group_studies import levels_study
from tests.expression.test_expression_fold_change_density import pairs


@pytest.mark.parametrize(
    ("model", "data", "priors", "variable"),
    [
        ("fold_change_hierarchical", pairs(full=False), FoldChangePriors(), "log2_fold_change"),
        ("level_groups", levels_study([0.0, 1.0], [2.0, 2.5]), LevelPriors(), "mean_log2_level"),
    ],
)
def test_each_model_is_drawn_by_its_own(model, data, priors, variable):
    assert ENGINE.is_of(model)
    assert refuses(data, model, None) == ""
    result = draw_exact(data, model, priors, SamplerSettings(draws=50, chains=2), 1)
    assert variable in result["posterior"]
