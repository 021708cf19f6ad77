import pytest

from lensim.checks import FaultReport
from lensim.tables.control import Control, find_control
from lensim.tables.flags import flags_of, parse_flag

AT = ("t.csv", 2)


def told(conditions, stated=None):
    """The control and the faults; conditions with their word in is_control."""
    said = {
        (name, word): ("t.csv", 2 + at)
        for at, (name, word) in enumerate(conditions.items() if isinstance(conditions, dict) else conditions)
    }
    faults = FaultReport("t.csv")
    return find_control(said, stated, faults), [(line, rule) for _, line, rule in faults.faults]


@pytest.mark.parametrize(
    ("conditions", "stated", "name", "known_by"),
    [
        ({"a": "", "b": ""}, "b", "b", "stated"),
        ({"DMSO": "", "b": ""}, "dmso", "DMSO", "stated as dmso"),
        ({"a": "", "A": ""}, "a", "a", "stated"),
        ({"a": "1", "b": "0"}, "b", "b", "stated"),
        ({"a": "0", "b": "yes"}, None, "b", "is_control"),
        ({"untreated": "0", "b": "x"}, None, "b", "is_control"),
        ({"No drug": "", "b": ""}, None, "No drug", "its name"),
        ({"b": "", "DMSO": ""}, "", "DMSO", "its name"),
        ({"b": ""}, None, "b", "being the only condition"),
    ],
)
def test_which_condition_is_the_control(conditions, stated, name, known_by):
    assert told(conditions, stated) == (Control(name, known_by), [])


@pytest.mark.parametrize(
    ("conditions", "stated", "faults"),
    [
        ({"a": "", "b": ""}, "c", [(None, "control must be one of the conditions a, b, got 'c'")]),
        ({"Ab": "", "aB": ""}, "ab", [(None, "control must be one of the conditions Ab, aB, got 'ab'")]),
        (
            {"a": "", "b": ""},
            None,
            [
                (
                    None,
                    "one of the conditions a, b must be the control that the others are compared with, got none: name "
                    "it, such as control='a', or mark it in a column is_control",
                )
            ],
        ),
        (
            {"dmso": "", "control": ""},
            None,
            [
                (
                    None,
                    "one of the conditions dmso, control must be the control that the others are compared with, got "
                    "dmso and control: name it, such as control='dmso', or mark it in a column is_control",
                )
            ],
        ),
        ({"a": "1", "b": "1"}, None, [(None, "is_control must mark exactly one of the conditions a, b, got a and b")]),
        ({"a": "0", "b": "0"}, None, [(None, "is_control must mark exactly one of the conditions a, b, got none")]),
        (
            {"a": "1", "b": "perhaps"},
            None,
            [(3, "is_control must be 1 or 0, true or false, yes or no, got 'perhaps'")],
        ),
        (
            [("a", "1"), ("b", "0"), ("a", "no")],
            None,
            [(4, "is_control must be the same in all rows of a, got 'no'")],
        ),
    ],
)  # fmt: skip
def test_a_control_that_cannot_be_told(conditions, stated, faults):
    assert told(conditions, stated) == (None, faults)


def test_nothing_is_said_of_no_conditions():
    assert told({}) == (None, [])


def test_an_empty_cell_says_nothing_beside_a_word():
    said = {("a", "1"): AT, ("a", ""): AT, ("b", ""): AT}
    assert flags_of(said, "is_reference", FaultReport("t.csv")) == {"a": True, "b": False}


@pytest.mark.parametrize(
    ("word", "flag"), [("1.0", True), (" Yes ", True), ("wahr", True), ("0,0", False), ("", False), ("2", None)]
)
def test_words_for_yes_and_no(word, flag):
    assert parse_flag(word) is flag
