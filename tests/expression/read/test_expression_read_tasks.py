import pytest

from lensim.expression.read.tasks import holds_roles, task_of


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (
            "unknown",
            "|UNKNOWN|Unkn|Unkn-01|Unkn 12|unkn_3|Unknown|Sample|Target|ENDOGENOUS CONTROL|Endo|Calibrator|U3",
        ),
        ("standard", "STANDARD|Std|Std-3|Std-03|std 1|Standard 4|S1|s-2|Standard (1000)"),
        (
            "no_template",
            "NTC|NTC-1|Neg Ctrl|Neg Ctrl-2|Negative Control|Negative|No Template Control|no_template|Water",
        ),
        ("plate_calibrator", "IPC|Inter-plate calibrator|IPC 2"),
        ("no_rt", "NRT|NRT-1|No RT|no_rt|NoRT|No RT Control|minus RT"),
        (
            "ignored",
            "Pos Ctrl|Pos Ctrl-1|Positive Control|Positive|IPC+|IPC-|Blocked_IPC|BlockedIPC|NAC|Not in Use|Empty|"
            "Buffer|PC_ALLELE_1|PC_ALLELE_BOTH|ignored",
        ),
    ],
)
def test_words_of_machines_for_what_a_well_holds(task, words):
    assert {word: task_of(word) for word in words.split("|")} == dict.fromkeys(words.split("|"), task)


@pytest.mark.parametrize("word", ["maybe", "target?", "X1", "control", "1", "-", "liver", "Unkn-a", "S", "none"])
def test_another_word_is_not_known(word):
    assert task_of(word) is None


def test_a_column_holds_roles_if_all_its_words_are_roles():
    assert holds_roles(["Unkn-1", "Std-1", "", "NTC"])
    assert holds_roles(["Unknown", "Positive control"])
    assert holds_roles(["Unkn", "Neg Ctrl-1"])
    assert not holds_roles(["Unkn-1", "Unkn-2"])  # as good as no column
    assert not holds_roles(["Positive", "Negative"])  # a call, perhaps
    assert not holds_roles(["Unkn-1", "NTC", "liver"])
    assert not holds_roles(["Unknown", "Positive", "Negative", "neg"])  # of a patient
    assert not holds_roles(["Unknown", "excluded"])
