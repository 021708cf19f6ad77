"""Rules on dose-response panels, on posteriors made by hand."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.curve import log10_ic50_um
from lensim.power.chunk import run_chunk
from lensim.power.dose_response.rule import PanelDraws, PanelEvidence
from lensim.power.dose_response.rules import (
    BracketRule,
    CallRule,
    CustomRule,
    DiscoveryRule,
    GroupDifferenceRule,
    TopRule,
    VarianceShareRule,
    WithinRule,
)
from lensim.power.dose_response.spec import CURVE_NAMES, DoseResponseDesignSpec
from lensim.power.scenario import scenario_of

DESIGN = DoseResponseDesignSpec(groups={"A": 2, "B": 2})  # 0.01 to 10 uM
LINES, DRAWS = 4, 1000
X = np.array([-1.0, 0.0, 0.5, 1.5])
"""log10 EC50 of the four lines; with these effects the last has its IC50 beyond 10 uM."""
EFFECT = np.array([2.0, 2.0, 2.0, 2.0])
AWAY = np.array([0.2, 0.4, 0.0, 0.0])


def evidence(curves: np.ndarray | None = None, *, sigma_group: float = 0.5, sigma: float = 0.5) -> PanelEvidence:
    """One study whose truth is X, and whose posterior is `curves` (draw, line, 3), or the truth itself."""
    true = np.stack([X, np.zeros(LINES), EFFECT], axis=-1)
    if curves is None:
        curves = np.broadcast_to(true, (DRAWS, LINES, 3)).copy()
    group = np.stack([curves[:, :2].mean(axis=1), curves[:, 2:].mean(axis=1)], axis=1)
    spread = np.ones((1, DRAWS, 3))
    dims = (v.STUDY, v.CELL_LINE)
    truth = xr.Dataset({name: (dims, true[None, :, k]) for k, name in enumerate(CURVE_NAMES)})
    truth["log10_ic50_um"] = (dims, log10_ic50_um(*true.T)[None])
    for k, name in enumerate(CURVE_NAMES):
        truth[f"group_{name}"] = ((v.STUDY, v.MOLECULAR_GROUP), true[None, :, k].reshape(1, 2, 2).mean(axis=2))
        truth[f"sigma_group_{name}"] = (v.STUDY, [0.5])
        truth[f"sigma_{name}"] = (v.STUDY, [0.5])
    return PanelEvidence(DESIGN, PanelDraws(curves[None], group[None], sigma_group * spread, sigma * spread), truth)


def uncertain(p_resistant: list[float]) -> np.ndarray:
    """Draws in which each line is beyond 10 uM so often."""
    curves = np.zeros((DRAWS, LINES, 3))
    curves[..., 2] = 2.0
    for line, p in enumerate(p_resistant):
        curves[:, line, 0] = np.where(np.arange(DRAWS) < p * DRAWS, 2.0, 0.0)
    return curves


def test_calls_are_by_probability_and_know_which_are_so():
    found = CallRule(probability=0.9).apply(evidence(uncertain([0.05, 0.5, 0.91, 0.95])))
    np.testing.assert_allclose(found.probability[0], [0.05, 0.5, 0.91, 0.95])
    assert found.decided[0].tolist() == [False, False, True, True]
    assert found.is_null[0].tolist() == [True, True, True, False]
    sensitive = CallRule(call="sensitive").apply(evidence(uncertain([0.05, 0.5, 0.91, 0.95])))
    assert sensitive.decided[0].tolist() == [True, False, False, False]
    assert sensitive.is_null[0].tolist() == [False, False, False, True]


def test_a_line_that_is_never_halved_is_resistant_at_any_dose():
    curves = uncertain([0.0] * 4)
    curves[:, 0, 2] = 0.5  # leaves exp(-0.5), more than half
    found = CallRule(threshold_um=1e6).apply(evidence(curves))
    assert found.probability[0].tolist() == [1.0, 0.0, 0.0, 0.0]


def test_discovery_takes_as_many_as_keep_the_rate():
    """Wrong with 0.02, 0.05, 0.2, 0.5: means 0.02, 0.035, 0.09, 0.1925."""
    of = evidence(uncertain([0.05, 0.02, 0.5, 0.2]))
    found = DiscoveryRule(call="sensitive", rate=0.1).apply(of)
    assert found.decided[0].tolist() == [True, True, False, True]
    assert DiscoveryRule(call="sensitive", rate=0.03).apply(of).decided[0].tolist() == [False, True, False, False]
    counted = DiscoveryRule(call="sensitive", rate=0.1, at_least=2).apply(of)
    assert counted.decided.tolist() == [True]  # the last is called wrongly, two rightly
    assert counted.estimate.tolist() == [2.0]
    assert counted.truth.tolist() == [3.0]
    assert not DiscoveryRule(call="sensitive", rate=0.1, at_least=3).apply(of).decided[0]


def test_top_lines_are_those_of_the_truth():
    assert TopRule(count=2).apply(evidence()).decided[0]
    turned = np.broadcast_to(np.stack([X[::-1], np.zeros(4), EFFECT], axis=-1), (DRAWS, 4, 3))
    found = TopRule(count=2).apply(evidence(turned))
    assert not found.decided[0]
    assert found.estimate[0] == 0.0


def test_ic50_within_a_factor_counts_lines_within_the_doses():
    curves = np.broadcast_to(np.stack([X + AWAY, np.zeros(4), EFFECT], axis=-1), (DRAWS, 4, 3))
    found = WithinRule(factor=2.0).apply(evidence(curves))
    assert found.counts[0].tolist() == [True, True, True, False]
    assert found.decided[0, :3].tolist() == [True, False, True]  # 10^0.2 = 1.6, 10^0.4 = 2.5
    spread = curves + np.array([0.5, 0.0, 0.0]) * np.linspace(-1, 1, DRAWS)[:, None, None]
    assert not WithinRule(of="interval").apply(evidence(spread)).decided.any()
    assert WithinRule(of="interval").apply(evidence(curves)).decided[0, :3].all()


def test_bracketed_wants_both_ends():
    found = BracketRule().apply(evidence(uncertain([0.0, 0.05, 0.2, 1.0])))
    np.testing.assert_allclose(found.probability[0], [1.0, 0.95, 0.8, 0.0])
    assert found.decided[0].tolist() == [True, True, False, False]
    assert found.is_null[0].tolist() == [False, False, False, True]


def test_groups_differ_by_their_means():
    found = GroupDifferenceRule(first="A").apply(evidence())
    assert found.decided[0]
    assert found.estimate[0] == pytest.approx(found.truth[0]) == pytest.approx(-1.5)
    assert not GroupDifferenceRule(first="A", second="B", at_least=1.6).apply(evidence()).decided[0]
    percent = GroupDifferenceRule(first="A", quantity="inhibition_at_top_percent").apply(evidence())
    assert percent.estimate[0] == pytest.approx(percent.truth[0])
    assert percent.estimate[0] > 10


def test_share_of_variance():
    found = VarianceShareRule(above=0.25).apply(evidence(sigma_group=1.0, sigma=0.5))
    assert found.estimate[0] == pytest.approx(0.8)
    assert found.truth[0] == pytest.approx(0.5)
    assert found.decided[0]
    assert not VarianceShareRule(above=0.25).apply(evidence(sigma_group=0.1, sigma=0.5)).decided[0]


def test_a_users_own_rule_says_one_thing_a_study():
    own = CustomRule(name="mine", function=lambda draws, design: draws.curves[..., 0].mean(axis=(1, 2)) < 1)
    assert own.apply(evidence()).decided.tolist() == [True]
    with pytest.raises(ValueError, match=r"rule 'bad' must give \(1,\), got \(2,\)"):
        CustomRule(name="bad", function=lambda draws, design: [True, False]).apply(evidence())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"design": {"assay": "elisa"}}, "design.assay must be one of"),
        ({"design": {"assay": "dose_response", "groups": {"A": 1}}}, "groups must hold at least 2 lines, got 1"),
        ({"design": {"assay": "dose_response", "groups": {"A": 10**9}}}, "groups must hold at most 10,000 lines, got"),
        (
            {"design": {"assay": "dose_response", "replicates": 13}},
            "must fit 8 doses x 13 replicates and 3 blanks on one plate, got 8 x 12 usable wells",
        ),
        ({"rules": [{"rule": "top", "count": 23}]}, "must ask of fewer than all 23 lines, got 23"),
        ({"rules": [{"rule": "discovery", "at_least": 24}]}, "must ask of at most 23 lines, got 24"),
        ({"rules": [{"rule": "group_difference", "first": "X"}]}, "must be about MMSET, MAF/MAFB, CCND1, CCND3"),
        ({"rules": [{"rule": "posterior", "above": 0.0}]}, "'posterior'"),
        ({"truth": {"groups": [{"group": "X"}]}}, "truth.groups group must be one of MMSET"),
        ({"truth": {"population": {"sigma_log10_ec50_um": -1}}}, "sigma_log10_ec50_um: must be 0 or more, got -1"),
        ({"truth": {"scale": {"no_such": 2.0}}}, "no_such"),
    ],
)
def test_what_is_wrong_with_a_panel_is_told(change, message):
    good = {"name": "x", "design": {"assay": "dose_response"}, "rules": [{"rule": "call"}]}
    with pytest.raises(InputError) as error:
        run_chunk(scenario_of(good | change), {}, 0, 1)
    assert message in str(error.value)
