r"""Text of a user as people see it: every sign can be seen, none acts, and what is long is cut."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lensim import plain_text
from lensim.checks import FaultReport, InputError, told_of
from lensim.plain_text import message_text, on_one_line, one_line, short, shown, shown_name, visible

ACTING = [
    ("\x1b[2J", r"\x1b[2J"),
    ("a\rb", r"a\rb"),
    ("a\tb", r"a\tb"),
    ("a\0b", r"a\x00b"),
    ("\u202egnp.exe", r"\u202egnp.exe"),
    ("K-562\u200b", r"K-562\u200b"),
    ("\ufeffdose", r"\ufeffdose"),
    ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
    ("a\x85b\x9bc", r"a\x85b\x9bc"),
    ("\ud800", r"\ud800"),
    ("\ufffe\U0001ffff\ufdd0", r"\ufffe\U0001ffff\ufdd0"),
    ("a\u3164b\u115fc\u2800", r"a\u3164b\u115fc\u2800"),
    ("a\ufe0e\u034f\U000e0100", r"a\ufe0e\u034f\U000e0100"),
    ("\U000e0041", r"\U000e0041"),
]
PLAIN = [
    "NCI-H929",
    "[/x]",
    "$\\frac{1}{2}$",
    ":smile:",
    "<b>",
    "{0}",
    "%s",
    "µM",
    "Å",
    "骨髄腫",
    "多发性",
    "😀",
    "é",
    "e\u0301",
]


@pytest.mark.parametrize(("text", "seen"), ACTING)
def test_a_sign_that_acts_or_cannot_be_seen_is_written_as_its_escape(text, seen):
    assert visible(text) == seen
    assert one_line(text) == seen
    assert message_text(text) == seen


@pytest.mark.parametrize("text", PLAIN)
def test_what_can_be_seen_stays_as_it_is(text):
    assert visible(text) == one_line(text) == message_text(text) == text


def test_line_ends_stay_where_they_are_asked_for():
    assert visible("a\nb\tc") == "a\nb\\tc"
    assert visible("a\nb\tc", keep="\n\t") == "a\nb\tc"
    assert one_line("a\nb\r\nc") == r"a\nb\r\nc"
    assert on_one_line("a\nb\r\nc") == r"a\nb\r\nc"


def test_a_pile_of_marks_is_cut_down():
    assert visible("e" + 4 * "\u0301") == "e" + 4 * "\u0301"
    assert visible("e" + 6 * "\u0301") == "e" + 4 * "\u0301" + 2 * r"\u0301"


def test_a_long_text_keeps_both_ends_and_tells_its_length():
    assert short("a" * 80) == "a" * 80
    assert short("a" * 40 + "b" * 41) == "a" * 24 + "...(81 characters)..." + "b" * 24
    assert short("ab" * 10, 3) == "a...(20 characters)...b"
    assert one_line(12_345) == "12345"
    assert one_line("\x1b" * 30) == r"\x1b\x1b\x1b\x1b\x1b\x1b" + "...(30 characters)..." + r"\x1b\x1b\x1b\x1b\x1b\x1b"


def test_a_value_is_quoted_on_one_line_and_cut():
    assert shown("a") == "'a'"
    assert shown("it's\n\x1b[1m\udcff") == r'''"it's\n\x1b[1m\udcff"'''
    assert shown("a" * 132) == repr("a" * 132)
    assert shown("a" * 12_345) == f"'{'a' * 50}...(12,345 characters)...{'a' * 50}'"
    assert shown([1, 2]) == "[1, 2]"
    assert (
        shown(list(range(1000)))
        == f"{str(list(range(1000)))[:50]}...(4,890 characters)...{str(list(range(1000)))[-50:]}"
    )
    assert shown(10**6000) == "a value of the type int that is too long to be written"


def test_a_path_is_written_without_quotes_and_has_more_room():
    assert shown_name("a b\t\udcff") == r"a b\t\udcff"
    assert shown_name("a" * 300) == "a" * 300
    assert shown_name("a" * 301) == f"{'a' * 134}...(301 characters)...{'a' * 134}"


def test_a_message_has_short_words_short_lines_and_few_of_them():
    assert message_text("x: " + "a" * 400) == "x: " + "a" * 400
    assert message_text("x: " + "a" * 401) == f"x: {'a' * 134}...(401 characters)...{'a' * 134}"
    long = message_text("place: " + "ab " * 1000 + "remedy")
    assert (long[:9], long[-9:], len(long)) == ("place: ab", "ab remedy", 2 * 734 + len("...(3,013 characters)..."))
    assert message_text("\n".join("a" * 100)) == "\n".join("a" * 100)
    assert message_text("\n".join("a" * 103)).split("\n")[98:] == ["a", "and 4 more lines"]


def test_an_error_and_its_report_show_the_text_so():
    assert str(InputError("a\x1b[2J\nb")) == "a\\x1b[2J\nb"
    report = FaultReport("a\nb.csv")
    report.add("dose must be a number, got 'x\ny'", line=3)
    report.tell("read x\ny")
    assert report.notes == [r"a\nb.csv: read x\ny"]
    with pytest.raises(InputError) as caught:
        report.raise_if_any()
    assert str(caught.value) == r"a\nb.csv line 3: dose must be a number, got 'x\ny'"
    with pytest.raises(InputError) as caught, told_of("a\u2028"):
        raise InputError("b\u2028\nc")
    assert str(caught.value) == "a\\u2028: b\\u2028\na\\u2028: c"


@given(
    st.text(max_size=60) | st.text("\x1b\u202e\U000e0041", min_size=300, max_size=900) | st.text("a \n", max_size=3000)
)
@example("\U000e0041" * 400)
def test_a_message_is_the_same_when_it_is_shown_again(text):
    once = message_text(text)
    assert message_text(once) == once
    assert all(len(line) <= plain_text.LONGEST_LINE for line in once.split("\n"))
    assert not {unicodedata.category(letter) for letter in once.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(), st.integers(40, 100))
def test_a_cell_is_never_longer_than_its_room(text, most):
    assert len(one_line(text, most)) <= most
    assert visible(one_line(text, most), keep="") == one_line(text, most)


def test_a_huge_text_is_shown_at_once():
    start = time.perf_counter()
    for text in ("a" * 10_000_000, "\x1b" * 10_000_000, "a " * 5_000_000, "\n" * 10_000_000):
        for way in (short, one_line, shown, shown_name, message_text):
            assert len(way(text)) <= 2_000
    assert time.perf_counter() - start < 20
