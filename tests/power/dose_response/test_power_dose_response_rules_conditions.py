"""Rules on conditions of lines: verdicts on posteriors and wells made by hand, and designs that they do not take."""

import dataclasses

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.truth import SHIFT_OF_CONDITION
from lensim.power.chunk import run_audit, run_chunk
from lensim.power.diagnosands import EXACT, FAILED, LAPLACE
from lensim.power.dose_response.rule import PanelDraws, PanelEvidence
from lensim.power.dose_response.rules_conditions import RatioRule, RatioTestRule
from lensim.power.dose_response.spec import DoseResponseDesignSpec
from lensim.power.scenario import scenario_of
from lensim.seeding import stream

DESIGN = DoseResponseDesignSpec(groups={"A": 3}, experiments=2, conditions=("none", "IL-6"))  # 0.01 to 10 uM
APART = np.array([0.3, 0.6, 0.0])
"""True log10 ratios of the three lines."""


def evidence(apart: np.ndarray = APART, sd: float = 0.05, middle: float = -1.0) -> PanelEvidence:
    """One study whose curves have their IC50 at `middle` and so far above, known with `sd` each."""
    true = np.zeros((6, 3))
    true[:, 0], true[:, 2] = middle, 8.0
    true[1::2, 0] += apart
    curves = np.broadcast_to(true, (4000, 6, 3)).copy()
    curves[..., 0] += sd * stream(1, "conditions").standard_normal((4000, 6))
    group, spread = curves.mean(axis=1, keepdims=True), np.full((1, 4000, 3), 1.0)
    truth = xr.Dataset(
        {
            v.LOG10_IC50: ((v.STUDY, v.CELL_LINE), log10_ic50_um(*true.T)[None]),
            SHIFT_OF_CONDITION: ((v.STUDY, "condition"), [[0.0, 0.3]]),
        }
    )
    return PanelEvidence(DESIGN, PanelDraws(curves[None], group[None], spread, spread), truth)


def test_a_line_is_found_where_its_ratio_is_surely_above_the_fold():
    found = RatioRule().apply(evidence())
    assert found.decided.tolist() == [[True, True, False]]
    assert found.is_null.tolist() == [[False, False, True]]
    np.testing.assert_allclose(found.estimate, APART[None], atol=0.01)
    np.testing.assert_allclose(found.truth, APART[None], atol=1e-12)
    np.testing.assert_allclose(found.high - found.low, 2 * 1.645 * 0.05 * np.sqrt(2), rtol=0.1)
    above_3 = RatioRule(above=3.0).apply(evidence())
    assert above_3.decided.tolist() == [[False, True, False]]
    assert above_3.is_null.tolist() == [[True, False, True]]
    below = RatioRule(below=0.5).apply(evidence(-APART))
    assert below.decided.tolist() == [[False, True, False]]


def test_an_ic50_beyond_the_doses_bounds_the_ratio():
    """The second line is beyond 10 uM under the condition; all of them are, and under both, where the middle is."""
    found = RatioRule(above=10.0).apply(evidence(np.array([0.3, 3.0, 0.0]), middle=-0.5))
    assert found.decided.tolist() == [[False, True, False]]
    assert np.isnan(found.estimate[0, 1])
    assert not RatioRule().apply(evidence(middle=2.0)).decided.any()


def test_over_lines_there_is_one_verdict_a_study():
    median = RatioRule(of="median").apply(evidence())
    assert (median.decided.tolist(), median.truth.tolist()) == ([True], [pytest.approx(0.3)])
    assert median.estimate[0] == pytest.approx(0.3, abs=0.01)
    mean = RatioRule(of="mean", probability=0.8).apply(evidence())
    assert mean.decided.tolist() == [True]
    assert mean.truth.tolist() == [0.3]
    assert mean.low[0] < 0.1 < 0.5 < mean.high[0]  # three lines that differ say little of their population
    unknown = RatioRule(of="mean").apply(evidence(np.array([0.3, 3.0, 0.6])))
    assert not unknown.decided.any()
    assert np.isnan(unknown.estimate).all()


def wells() -> tuple[PanelEvidence, np.ndarray]:
    """An evidence whose classical log10 IC50s (study, experiment, curve) are made by hand."""
    known = stream(2, "conditions").normal(-1.0, 0.2, (1, 2, 6))
    one = evidence()
    object.__setattr__(one, "__dict__", {**vars(one), "classical_log10_ic50": known})
    return one, known


def test_the_paired_t_test_of_lines_is_that_of_scipy():
    one, known = wells()
    pairs = known.mean(axis=1)[0]
    expected = stats.ttest_rel(pairs[1::2], pairs[::2])
    found = RatioTestRule().apply(one)
    assert found.probability[0] == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.9)
    assert (found.low[0], found.high[0]) == pytest.approx((interval.low, interval.high))
    greater = stats.ttest_rel(pairs[1::2] - np.log10(2), pairs[::2], alternative="greater")
    assert RatioTestRule(above=2.0).apply(one).probability[0] == pytest.approx(greater.pvalue)
    less = stats.ttest_rel(pairs[1::2] - np.log10(0.5), pairs[::2], alternative="less")
    assert RatioTestRule(below=0.5).apply(one).probability[0] == pytest.approx(less.pvalue)


def test_the_paired_t_test_of_a_line_is_over_its_days():
    one, known = wells()
    found = RatioTestRule(of="line").apply(one)
    expected = [stats.ttest_rel(known[0, :, 2 * k + 1], known[0, :, 2 * k]).pvalue for k in range(3)]
    np.testing.assert_allclose(found.probability[0], expected)


def test_a_line_without_an_ic50_is_no_pair():
    one, known = wells()
    known[0, :, 0] = np.nan
    pairs = known.mean(axis=1)[0]
    found = RatioTestRule().apply(one)
    assert found.probability[0] == pytest.approx(stats.ttest_rel(pairs[[3, 5]], pairs[[2, 4]]).pvalue)
    known[0, :, 2] = np.nan
    assert np.isnan(RatioTestRule().apply(one).probability).all()


SMALL = {
    "name": "small",
    "seed": 4,
    "design": {"assay": "dose_response", "groups": {"A": 3}, "experiments": 2, "conditions": ["none", "IL-6"]},
    "truth": {"conditions": [{"condition": "IL-6", "fold": 2.0, "sd_log2_fold": 0.3}], "faults": "none"},
    "rules": [{"rule": "ratio"}, {"rule": "ratio_test"}],
    "analysis": {"engine": "laplace"},
    "studies": {"count": 4, "chunk": 4},
    "audit": {"studies": 0},
}


def test_studies_have_a_row_a_line_for_a_ratio_and_one_for_a_test():
    truth = SMALL["truth"] | {"population": {"mu_effect_at_saturation": 4.0}}  # every line has an IC50
    rows = run_chunk(scenario_of(SMALL | {"truth": truth}), {}, 0, 4)
    assert (rows["rule"].value_counts().to_dict()) == {0: 12, 1: 4}
    assert set(rows["answered_by"][rows["rule"] == 0]) <= {LAPLACE, FAILED}
    assert set(rows["answered_by"][rows["rule"] == 1]) <= {EXACT, FAILED}


def test_a_test_alone_needs_no_posterior(monkeypatch):
    def never(*arguments):
        raise AssertionError("no engine is needed")

    monkeypatch.setattr("lensim.power.dose_response.engine_laplace.answer", never)
    alone = scenario_of(SMALL | {"rules": [{"rule": "ratio_test", "above": 1.0}]})
    assert set(run_chunk(alone, {}, 0, 4)["answered_by"]) <= {EXACT, FAILED}
    assert run_audit(alone, {}, 0, 4, [0, 1]).empty


def test_labels_say_what_is_asked():
    labels = {
        "P(ratio of IC50s > 1) > 0.95": RatioRule(),
        "P(median ratio of IC50s under IL-6 > 2) > 0.9": RatioRule(
            of="median", condition="IL-6", above=2, probability=0.9
        ),
        "P(mean ratio of IC50s < 0.5) > 0.95": RatioRule(of="mean", below=0.5),
        "paired t on log IC50s of lines, 0.05": RatioTestRule(),
        "paired t on log IC50s of the days of a line, ratio > 1, 0.05": RatioTestRule(of="line", above=1),
    }
    assert [rule.label for rule in labels.values()] == list(labels)
    assert [RatioRule().about(), RatioRule(of="mean").about()] == ["lines", "study"]
    assert [RatioTestRule().about(), RatioTestRule(of="line").about()] == ["study", "lines"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"design": {"conditions": []}},
            'needs conditions in the design, as in conditions = ["none", "IL-6"], got none',
        ),
        ({"design": {"conditions": ["none"]}}, "conditions must be at least 2, or none, got 'none' alone"),
        ({"design": {"conditions": ["a", "a"]}}, "conditions must differ, got a, a"),
        ({"rules": [{"rule": "ratio", "condition": "IL-7"}]}, "must be about IL-6, got 'IL-7'"),
        ({"rules": [{"rule": "ratio", "above": 1, "below": 2}]}, "must have one of above and below, got both"),
        ({"design": {"conditions": ["none", "a", "IL-6"]}}, "must name its condition, one of a, IL-6, got none"),
        (
            {"rules": [{"rule": "ratio_test", "of": "line"}], "design": {"experiments": 1}},
            "needs at least 2 experiments in the design, got 1",
        ),
        (
            {"truth": {"conditions": [{"condition": "IL-7"}]}},
            "truth.conditions condition must be one of IL-6, got 'IL-7'",
        ),
        (
            {"design": {"conditions": []}, "rules": [{"rule": "call"}]},
            'truth.conditions needs conditions in the design, as in conditions = ["none", "IL-6"], got none',
        ),
        (
            {"truth": {"conditions": [{"condition": "IL-6", "fold": 0.0}]}},
            "must be above 0, got 0",
        ),
        (
            {"truth": {"conditions": [{"condition": "IL-6", "fold": {"normal": [2.0, 1.0]}}]}},
            "a ratio must have a distribution above 0, such as lognormal",
        ),
        (
            {"rules": [{"rule": "variance_share"}], "design": {"groups": {"A": 2, "B": 2}}},
            "needs a design without conditions, got 2",
        ),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    whole = SMALL | {key: (value if isinstance(value, list) else SMALL[key] | value) for key, value in change.items()}
    with pytest.raises(InputError) as error:
        scenario_of(whole)
    assert message in str(error.value)


def test_designs_without_conditions_have_the_json_of_before():
    plain = DoseResponseDesignSpec(groups={"A": 3})
    assert "conditions" not in plain.model_dump(mode="json")
    assert plain.plates.cell_lines == ("A 1", "A 2", "A 3")
    assert DESIGN.plates.cell_lines[:2] == ("A 1, none", "A 1, IL-6")
    assert dataclasses.asdict(DESIGN.plates)["group_of_line"] == ("A",) * 6
