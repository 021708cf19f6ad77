"""Probabilities are told with the digits that draws know."""

import numpy as np
import pytest

from lensim.inference.probability_text import probability_text
from lensim.seeding import stream


@pytest.mark.parametrize(
    ("p", "draws", "text"),
    [
        (0.95321, 4000, "0.95"), (0.5, 4000, "0.50"), (0.9997, 4000, "> 0.999"), (1.0, 4000, "> 0.999"),
        (0.0, 4000, "< 0.001"), (0.0, 400, "< 0.01"), (1.0, 20, "> 0.9"), (0.0025, 4000, "0.003"), (0.97, 100, "> 0.9"),
    ],
)  # fmt: skip
def test_digits_follow_the_number_of_draws(p, draws, text):
    assert probability_text(p, draws) == text


def test_no_share_of_draws_is_told_as_0_or_1():
    rng = stream(1, "text")
    for draws, p in zip(rng.integers(10, 10_000, 2000), rng.beta(0.05, 0.05, 2000), strict=True):
        share = rng.binomial(draws, p) / draws
        text = probability_text(float(share), int(draws))
        assert 0.0 < float(text.lstrip("<> ")) < 1.0
        if text[0] not in "<>":
            assert abs(float(text) - share) <= 5 * np.sqrt(share * (1 - share) / draws)
