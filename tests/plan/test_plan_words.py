"""What a plan says of an assurance that cannot reach its target."""

from lensim.plan.evaluate import Evaluator, Share
from lensim.plan.question import question_of
from lensim.plan.search import Size
from lensim.plan.words import field_in_words, size_in_words

SIZE = {"field": "design.subjects.line", "low": 2, "high": 40}
PAIRS = {
    "design": {"assay": "ratios", "subjects": {"line": 6}},
    "truth": {"expression": [{"mu_log2_fold_change": {"normal": [0.3, 0.5]}, "sigma_log2_fold_change": 0.5}]},
    "rules": [{"rule": "test", "test": "t_log2", "sides": "greater"}],
}


def test_an_assurance_is_told_with_its_ceiling_and_whether_the_target_is_beyond_it():
    question = question_of({"name": "q", "scenario": PAIRS, "size": SIZE})
    low, high = (Share(0.6, 0.01, 4000, 0, ceiling) for ceiling in (0.7, 0.9))
    said = [size_in_words(Size(9, 9, 10, 8.9, 0.2, one, 9000, {9: one}), question) for one in (low, high)]
    assert said[0].endswith(
        "; there is an effect to find in 70% of the simulated truths: no assurance is higher, so 80% is out of reach "
        "without false finds"
    )
    assert said[1].endswith("; there is an effect to find in 90% of the simulated truths: no assurance is higher")
    none = size_in_words(Size(None, None, None, 99.0, 9.0, low, 9000, {30: low}), question)
    assert "no number of lines" in none
    assert none.endswith("so 80% is out of reach without false finds")
    assert "ceiling" not in Share(0.6, 0.01, 4000, 0).columns
    assert low.columns["ceiling"] == 0.7


def test_the_ceiling_of_a_plan_is_that_of_its_truths():
    question = question_of({"name": "q", "scenario": PAIRS, "size": SIZE})
    share = Evaluator(question.scenario).share({}, 4000)
    assert abs(share.ceiling - 0.7257) < 0.03  # P(Normal(0.3, 0.5) > 0)
    certain = {**PAIRS, "truth": {"expression": [{"mu_log2_fold_change": 0.3}]}}
    power = Evaluator(question_of({"name": "q", "scenario": certain, "size": SIZE}).scenario).share({}, 500)
    assert power.ceiling != power.ceiling


def test_subjects_of_a_table_without_cell_types_are_called_subjects():
    assert field_in_words("design.subjects.all") == "subjects"
    assert field_in_words("design.subjects.all", 1) == "subject"
    assert field_in_words("design.subjects.patient") == "patients"
