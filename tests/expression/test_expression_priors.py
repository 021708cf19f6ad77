import pytest

from lensim.checks import InputError
from lensim.expression.priors import ExpressionPriors


def test_a_share_of_outlying_reactions_above_a_half_is_refused():
    with pytest.raises(InputError, match=r"^ExpressionPriors\.mean_share_of_outlying_reactions must lie between 0 and"):
        ExpressionPriors(mean_share_of_outlying_reactions=1.0)
    with pytest.raises(InputError, match=r"^ExpressionPriors\.sd_outlying_cycles must be above 0, got 0"):
        ExpressionPriors(sd_outlying_cycles=0.0)
    assert ExpressionPriors(sd_log2_reference_fold_change=0.0).mean_share_of_outlying_reactions == 0.01
