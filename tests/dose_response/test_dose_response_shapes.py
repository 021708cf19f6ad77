"""Each shape gets its name, and what comes near to none is said to be not one curve."""

import numpy as np
import pytest

from lensim.dose_response.read.units import ShownUnit
from lensim.dose_response.shapes import Profile, dose_in_words, percent_in_words, shape_of

UNIT = ShownUnit("uM", 1.0, "um", True)
DOSES = np.r_[0.0, 10.0 ** np.arange(-2.0, 1.1, 0.5)]
LOG = np.log10(np.where(DOSES > 0, DOSES, 1e-9))


def falls(middle=0.0, left=0.1, slope=1.5):
    return left + (1.0 - left) / (1.0 + 10.0 ** (slope * (LOG - middle)))


def shape(share):
    return shape_of(Profile(DOSES, np.asarray(share), np.full(len(DOSES), 0.02), np.array([0.0, 0.4, 2.0])), UNIT)


CASES = {
    "hormesis": (
        falls(0.5) * (1.0 + 0.4 * np.exp(-(((LOG + 1.0) / 0.6) ** 2))),
        "hormesis: rises to 139% at 0.1 uM, then falls",
    ),
    "controls": (falls() * np.where(DOSES == 0, 1.3, 1.0), "controls 30% above the curve of the doses"),
    "two steps": (
        0.5 * falls(-1.5, 0.0, 3.0) + 0.5 * falls(0.5, 0.0, 3.0),
        "two steps: falls to 50%, then to 0%, near 0.031 uM and 3.2 uM",
    ),
    "rises again": (
        falls(-1.0) + np.where(DOSES > 5.0, 0.5, 0.0),
        "rises again, from 10% to 60% at 10 uM",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_shape_has_its_name(kind):
    share, words = CASES[kind]
    found = shape(share)
    assert (found.kind, found.words) == (kind, words)


def test_a_single_dose_that_is_off_is_not_one_curve():
    share = falls()
    share[3] -= 0.3
    found = shape(share)
    assert found.kind == "not one curve"
    assert found.words == "not one curve: 30% below it at 0.1 uM"


def test_doses_and_shares_are_told_in_the_users_unit():
    assert dose_in_words(0.25, ShownUnit("nM", 1e-3, "nM", True)) == "250 nM"
    assert dose_in_words(0.0314, UNIT) == "0.031 uM"
    assert percent_in_words(1.316) == "132%"
