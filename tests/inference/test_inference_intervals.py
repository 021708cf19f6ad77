import re

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.inference.intervals import equal_tails, interval_of, named_interval
from lensim.seeding import stream

DRAWS = stream(3, "intervals").normal(size=(2, 500, 4))


def test_tails_lie_evenly_around_the_median():
    assert equal_tails(0.9) == ((1 - 0.9) / 2, 0.5, (1 + 0.9) / 2)
    assert equal_tails(0.5) == (0.25, 0.5, 0.75)


def test_an_interval_is_of_all_draws_or_along_axes():
    whole = interval_of(DRAWS, 0.9)
    assert whole.tolist() == np.quantile(DRAWS, equal_tails(0.9)).tolist()
    each = interval_of(DRAWS, 0.9, axis=(0, 1))
    assert each.shape == (3, 4)
    assert each[:, 2].tolist() == interval_of(DRAWS[..., 2], 0.9).tolist()


def test_infinite_draws_have_ends_among_the_draws():
    values = np.array([0.0, 1.0, 2.0, np.inf, np.inf])
    assert interval_of(values, 0.9, method="inverted_cdf").tolist() == [0.0, 2.0, np.inf]
    assert np.isinf(interval_of(-values, 0.9, method="inverted_cdf")[0])


def test_an_interval_of_a_draw_that_is_none_is_none():
    assert np.isnan(interval_of([0.0, np.nan, 1.0], 0.9)).all()


def test_columns_are_median_lower_upper():
    assert list(named_interval("percent", np.array([1.0, 2.0, 3.0])).items()) == [
        ("percent", 2.0),
        ("percent_lower", 1.0),
        ("percent_upper", 3.0),
    ]


@pytest.mark.parametrize("ci_prob", [0.0, 1.0, 90.0, np.nan])
def test_a_probability_out_of_range_is_refused(ci_prob):
    message = f"ci_prob must lie between 0.01 and 0.999, got {ci_prob:g}"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        interval_of(DRAWS, ci_prob)
