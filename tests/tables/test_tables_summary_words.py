"""Names that are words for a mean, a spread, a test or a sum, and names that are of samples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.tables.summary_words import is_mean, is_surely_summary, names_a_summary, summaries_among

LONG = (
    "mean", "Mean", "average", "avg", "median", "geomean", "geometric mean", "geo. mean", "St. Dev.", "std dev",
    "standard deviation", "Standard error of the mean", "P value", "p-value", "t-test", "Mittelwert",
    "Standardabweichung", "STABW", "Durchschnitt", "p-Wert", "Moyenne", "m\u00e9diane", "\u00e9cart-type", "Mediana",
    "promedio", "desviaci\u00f3n est\u00e1ndar", "deviazione standard", "\u00d8", "\u00b1", "n=3", "n = 6", "p < 0.05",
    "mean \u00b1 SD", "Average of all lines", "total", "Summe",
)  # fmt: skip
SHORT = ("SD", "sem", "SE", "CV", "%CV", "MW", "all", "all lines", "sum")
SAMPLES = st.lists(
    st.from_regex(r"(P|mouse |LP-|donor_)[1-9][0-9]?", fullmatch=True), min_size=2, max_size=6, unique=True
)


@given(SAMPLES, st.sampled_from(LONG + SHORT))
def test_a_word_beside_names_of_samples_is_a_summary(names, word):
    assert summaries_among([*names, word]) == {word}


@given(
    SAMPLES,
    st.sampled_from(("mean", "MW", "SD", "\u00d8", "avg", "Mittelwert", "SEM", "\u00e9cart-type", "(%CV)")),
    st.data(),
)
def test_a_name_with_a_word_is_a_summary_of_that_name(names, word, data):
    name = data.draw(st.sampled_from(names))
    for summary in (f"{name} {word}", f"{word} {name}", f"{name}_{word}", f"{name} ({word})"):
        assert summaries_among([*names, summary]) == {summary}
    behind = f"{name} {word}"
    assert summaries_among([behind], known=names) == {behind}


@pytest.mark.parametrize(
    "names",
    [
        ["SDHA", "SDHB", "MEANDER", "ALL-SIL", "SEMA3A"],
        ["AB", "CD", "MW"],
        ["MW", "XY", "KL", "PO"],
        ["ABC", "ALL", "CLL"],
        ["all"],
        ["SD"],
        ["N1", "N2", "N3"],
        ["P1", "P1 normalised", "P1 total", "Max", "Min"],
        ["K562", "K562 media", "media"],
    ],
)
def test_names_of_samples_are_none(names):
    assert summaries_among(names) == set()


@given(st.lists(st.from_regex(r"[A-Z]{2}[0-9]{1,4}", fullmatch=True), min_size=1, max_size=8, unique=True))
def test_names_with_numbers_are_never_summaries(names):
    assert summaries_among(names) == set()


@pytest.mark.parametrize(
    ("names", "found"), [(["AB", "CD", "MW", "SD"], {"MW", "SD"}), (["AB", "CD", "MW", "mean"], {"MW", "mean"})]
)
def test_several_short_words_are_no_initials(names, found):
    assert summaries_among(names) == found


@pytest.mark.parametrize("name", ["RLU SD", "RLU \u00b1", "mean fold change", "Ct (MW)", "%CV"])
def test_columns_of_summaries_are_known(name):
    assert names_a_summary(name)
    assert not names_a_summary("signal")


def test_means_are_told_from_spreads():
    assert [word for word in ("Mittelwert", "\u00d8", "SD", "mean fold change") if is_mean(word)] == [
        "Mittelwert",
        "\u00d8",
    ]


def test_a_word_before_a_name_that_is_not_there_is_a_summary_and_a_short_word_alone_is_not():
    assert is_surely_summary("Average P1")
    assert not is_surely_summary("SD")
