import numpy as np
import pytest
from group_studies import levels_study, uncertain_study

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.groups.arrays import level_arrays, level_coordinates


def test_arrays_point_at_groups():
    arrays = level_arrays(uncertain_study())
    assert arrays["group_of_level"].tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2] * 2
    assert arrays["factor_error_sd"].tolist() == [0.02, 0.03, 0.01]
    assert list(level_coordinates(uncertain_study())) == [v.TARGET, v.GROUP, v.GENE]
    assert list(level_coordinates(levels_study([0.0], [1.0]))) == [v.TARGET, v.GROUP]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (v.SUBJECT_LEVEL, np.inf, r"^log2_level_of_subject\[0\] must be finite, got inf$"),
        (v.SUBJECT_LEVEL_SD, -0.1, r"^log2_level_of_subject_sd\[0\] must be finite and 0 or more, got -0\.1$"),
    ],
)
def test_numbers_that_are_none_are_refused(name, value, message):
    data = uncertain_study()
    data[name][0] = value
    with pytest.raises(InputError, match=message):
        level_arrays(data)
