"""Sentences of the room: right, and in the words of the field."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.app.plan.asked import Asked
from lensim.app.plan.found import Found, Gain
from lensim.app.plan.look import Look
from lensim.app.plan.said import (
    brief,
    design_in_words,
    effect_in_words,
    gain_rows,
    gains_in_words,
    headline,
    look_in_words,
    nouns,
    percent,
    progress_in_words,
    word_of,
)
from lensim.plan.evaluate import Share

SHARE = Share(0.835, 0.011, 4000, 0)


PLAIN = Asked()


def found(asked: Asked = PLAIN) -> Found:
    return Found(asked.digest(), asked.question(), asked.number, asked.steps, {asked.number: SHARE})


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(effect=200.0), "200% of the control is a fold change of 2, an increase of 100%."),
        (Asked(effect=0.4, unit="fold"), "40% of the control is a fold change of 0.4, a decrease of 60%."),
        (Asked(effect=100.0), "100% of the control is a fold change of 1, no change."),
        (Asked(design="dose_response"), "200% of the IC50 under the first condition is a fold change of 2"),
    ],
)
def test_an_effect_is_said_in_percent_and_as_a_fold_change(asked, said):
    assert effect_in_words(asked).startswith(said)


def test_a_spread_is_said_as_what_two_thirds_have():
    assert effect_in_words(Asked(effect=200.0, spread=1.0)).endswith("two thirds of patients have 100% to 400%.")
    words = effect_in_words(Asked(design="groups", subject="mouse", spread=1.0))
    assert words.endswith("In two thirds of mice the level is within a factor of 2 of the mean of their group.")


@given(st.floats(-10, 15))
def test_percent_is_that_of_the_log_ratio(log2):
    assert float(percent(log2).rstrip("%")) == pytest.approx(100 * 2**log2, rel=0.06)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(number=6), "6 patients, 2 experiments, 2 replicates"),
        (Asked(design="ratios", number=6, experiments=1), "6 patients, 1 experiment"),
        (Asked(design="groups", number=8, subject="mouse"), "8 mice in each group, 2 replicates"),
        (Asked(design="dose_response", number=4), "4 lines, 2 experiments, 2 replicates, 7 doses up to 10 µM"),
    ],
)
def test_a_design_is_said_with_its_numbers(asked, words):
    assert design_in_words(asked) == words


def test_the_headline_has_share_and_price():
    assert headline(found(), Asked()) == (
        "With 6 patients, 2 experiments, 2 replicates, 84% of studies find the effect, for 2,742 EUR."
    )
    assert brief(found(), Asked()) == "6 patients: 83.5% ± 2.2, 2,742 EUR"


CALLS = Asked(design="calls", experiments=1, goal=0.3)


def test_calls_are_said_as_shares_of_lines():
    share = replace(SHARE, value=0.35, ceiling=0.5)
    known = Found(CALLS.digest(), CALLS.question(), CALLS.chosen, CALLS.steps, {1: share})
    assert headline(known, CALLS) == (
        "With 6 lines, 1 experiment, 2 replicates, 7 doses up to 10 µM, 35% of lines are called resistant (50% are), "
        "for 2,133 EUR."
    )
    assert brief(known, CALLS) == "1 experiment: 35.0% ± 2.2, 2,133 EUR"
    assert word_of(known) == "share of lines called resistant"
    assert nouns(CALLS) == "experiments"


def test_the_form_says_how_many_lines_can_be_called():
    assert effect_in_words(CALLS) == (
        "A line is resistant where 1 µM inhibits it by less than half. Two thirds of lines have an IC50 of 0.4 to "
        "2.5 µM. About 50% of lines are resistant: no study can call more of them rightly."
    )
    assert effect_in_words(replace(CALLS, goal=0.6)).endswith(" The goal of 60% is above that.")


def test_power_of_an_uncertain_effect_is_assurance():
    assert word_of(found()) == "power"
    assert word_of(found(Asked(doubt=0.3))) == "assurance"


def test_the_best_value_is_that_with_most_points_for_the_money():
    gains = [Gain("patient", 6.0, 1.0, 400.0), Gain("experiment", 3.0, 1.0, 100.0), Gain("replicate", 9.0, 9.5, 1.0)]
    assert gains_in_words(gains, "EUR") == (
        "The best value is one more experiment: +3.0 points for 100 EUR, 3.0 points for 100 EUR."
    )
    assert gain_rows(gains, "EUR")[0] == ("one more patient", "+6.0 ± 1.0", "+400 EUR")


def test_gains_within_their_error_are_none():
    said = gains_in_words([Gain("patient", 1.0, 2.0, 400.0)], "EUR")
    assert said == "None of these changes the share by more than its error."
    assert gains_in_words([Gain("patient", 3.0, 2.0, math.nan)], "EUR") == "One more patient helps most: +3.0 points."


def test_a_study_is_said_with_its_truth():
    look = Look((), "percent", True, 1.0, 0.5, 1.5)
    assert look_in_words(look, 2, Asked()) == (
        "Simulated study 3 is a find: its mean is 200% of control, interval 141% to 283%. The truth behind it is 200%."
    )
    nothing = Look((), "percent", False, math.nan, math.nan, math.nan)
    assert look_in_words(nothing, 0, Asked()) == "Simulated study 1 is not a find."


def test_progress_says_when_the_numbers_are_those_of_lensim_plan():
    assert progress_in_words(found()) == "First curve, from few studies; more are simulated."


def test_numbers_of_groups_are_of_each():
    assert nouns(Asked(design="groups")) == "patients in each group"
