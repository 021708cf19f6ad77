import pytest

from lensim.tables.reader_words import is_lost, is_reader_word, is_saturated

SATURATED = ("OVER", "OVRFLW", "Overflow", "overflow", "#SAT", "SAT", "Saturated", ">>>>", ">99999", "> 4.000", "+++")
LOST = ("", "NA", "Path?", "Range?", "Masked", "*", "*****", "Invalid", "INVALID", "#N/A", "#VALUE!", "ERROR", "?????")
LOST += ("#LOW", "<0.000", "NaN", "-", "n.d.", "#####")


@pytest.mark.parametrize("word", SATURATED)
def test_words_of_saturated_wells(word):
    assert (is_saturated(word), is_lost(word), is_reader_word(word)) == (True, False, True)


@pytest.mark.parametrize("word", LOST)
def test_words_of_lost_wells(word):
    assert (is_saturated(word), is_lost(word), is_reader_word(word)) == (False, True, True)


@pytest.mark.parametrize("word", ["12", "1.5", "0", "SPL1", "K562", "Saturday", "Overnight", "x", "A1", "-3", "DMSO"])
def test_other_words_are_neither(word):
    assert not is_reader_word(word)
