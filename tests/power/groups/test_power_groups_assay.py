"""Plans of groups: numbers in words, resources, dropout, the plate map, and a fit as the truth of the next study."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from group_scenarios import FACTORS, STUDENT, T, groups_scenario
from statsmodels.stats.power import TTestIndPower

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.groups.exact import draw_exact
from lensim.expression.groups.levels import MODEL
from lensim.expression.priors import LevelPriors
from lensim.face.plan import plan
from lensim.inference.settings import SamplerSettings
from lensim.plan.question import default_worlds, question_of
from lensim.power.groups.assay import GROUPS, plate_map, resources_of, subjects_of
from lensim.power.groups.scenario import GroupsScenario
from lensim.power.groups.study import simulate_chunk

EQUAL = {"a": 1, "b": 1}


def asked(groups: dict[str, Any], *rules: dict[str, Any], design: dict[str, Any], **rest: Any) -> Any:
    scenario = groups_scenario(groups, *rules, design={"subjects": 4} | design, change=1.0)
    size = {"field": "design.subjects", "low": 3, "high": 60, "budget": 12_000}
    return question_of({"name": "q", "scenario": scenario, "size": size, "robustness": ()} | rest)


def test_the_number_is_that_of_statsmodels_and_the_sentence_speaks_of_groups():
    exact = TTestIndPower().solve_power(1.0, alpha=0.05, power=0.8)  # 16.7 in each group
    result = plan(asked(EQUAL, STUDENT, design={}))
    assert result.plan.size is not None
    assert result.plan.size.n is not None
    assert abs(result.plan.size.n - 17) <= 1, exact
    n = result.plan.size.n
    assert f"Recommended: {n} subjects in each of 2 groups (a, b; {2 * n} in all)" in result.text


def test_a_ratio_and_dropout_are_in_the_number():
    """Of 2 to 1, with a fifth lost in each group: what statsmodels wants of those analysed, over 0.8."""
    exact = TTestIndPower().solve_power(1.0, alpha=0.05, power=0.8, ratio=0.5)  # of the first group
    result = plan(asked({"a": 2, "b": 1}, STUDENT, design={"dropout": 0.2}))
    assert result.plan.size is not None
    assert result.plan.size.n is not None
    n = result.plan.size.n
    assert abs(n - exact / 2 / 0.8) <= 1.6
    assert f"{n} subjects for each 1 of the ratio of groups (a {2 * n}, b {n}; {3 * n} in all)" in result.text
    assert "20% of the subjects of each group are taken to be lost: of n recruited, 0.8 n (rounded down)" in result.text


def test_resources_are_those_of_all_that_are_recruited():
    scenario = groups_scenario({"a": 10, "b": 6}, T, design={"assay": "groups", "dropout": 0.2, "samples": 2})
    assert subjects_of(scenario) == {"a": 10, "b": 6}
    used = resources_of(scenario, 96)
    assert used == {"subjects": 16, "cultures": 32, "reverse_transcriptions": 32, "wells": 152, "plates": 3}
    with pytest.raises(InputError, match=r"costs.wells_per_plate must hold the 4 reactions of one sample"):
        resources_of(scenario, 3)
    rows = plate_map(scenario)
    assert rows is not None
    assert (rows["task"] == "unknown").sum() == 128
    assert not rows.duplicated(["plate", "well"]).any()
    assert plate_map(groups_scenario({"a": 3, "b": 3})) is None


def test_studies_are_simulated_on_the_plate_of_the_map():
    """Of nine genes the dilution series has 108 reactions, more than a plate of 96 wells."""

    def of_genes(targets: int) -> GroupsScenario:
        names = [f"T{k}" for k in range(targets)]
        design = {"assay": "groups", "targets": names, "references": ["R", "S"]}
        return groups_scenario({"a": 3, "b": 3}, T, design=design, studies={"count": 10, "chunk": 10})

    assert np.isfinite(simulate_chunk(of_genes(7), ("x",), 2).level).all()
    rows = plate_map(of_genes(7))
    assert rows is not None
    assert rows.loc[rows["task"] == "standard", "plate"].value_counts().tolist() == [108]
    assert plate_map(of_genes(31)) is None
    with pytest.raises(InputError, match=r"dilution_replicates must let 396 reactions fit on a plate of 16 x 24 wells"):
        simulate_chunk(of_genes(31), ("x",), 2)


def test_fields_are_said_in_words():
    scenario = groups_scenario(FACTORS)
    assert GROUPS.field_words(scenario, "design.groups.mutant.drug", 5) == "subjects of mutant, drug"
    assert GROUPS.field_words(scenario, "design.technical_replicates", 2) == ""
    assert GROUPS.field_words(groups_scenario(EQUAL, design={"subjects": 1}), "design.subjects", 1) == (
        "subject in each of 2 groups (a, b; 2 in all)"
    )


def test_several_contrasts_are_named_in_the_paragraph():
    scenario = groups_scenario({"control": 4, "early": 4, "late": 4}, T)
    result = plan(question_of({"name": "q", "scenario": scenario, "item": "TNF, late over control"}))
    assert result.text.startswith("Success is: Welch t, 0.05 (TNF, late over control). The design as given: ")


def test_parts_that_groups_do_not_have_are_refused():
    with pytest.raises(InputError, match="an interim look needs a paired design, got levels"):
        plan(asked(EQUAL, T, design={}, interim={"after": [3]}))


def fitted(folder: Path) -> xr.DataTree:
    """A fit of six against six, one log2 apart, with the observations that estimands need."""
    data = xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, [-0.5, -0.2, 0.0, 0.1, 0.2, 0.4, 0.4, 0.7, 0.9, 1.1, 1.3, 1.6]),
            v.TARGET_OF_LEVEL: (v.LEVEL, [0] * 12),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, range(12)),
            v.GROUP_OF_SUBJECT: (v.SUBJECT, [0] * 6 + [1] * 6),
            v.CELL_TYPE_OF_GROUP: (v.GROUP, [0, 0]),
            v.CONDITION_OF_GROUP: (v.GROUP, [0, 1]),
            v.IS_CONTROL: (v.CONDITION, [1, 0]),
        },
        coords={
            v.TARGET: ["TNF"], v.SUBJECT: [f"s{k}" for k in range(12)], v.GROUP: ["control", "drug"],
            v.CELL_TYPE: ["all"], v.CONDITION: ["control", "drug"],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )  # fmt: skip
    drawn = draw_exact(data, MODEL, LevelPriors(), SamplerSettings(draws=500, chains=2), 1)
    return xr.DataTree.from_dict({"/posterior": drawn["posterior"].to_dataset(), "/observations": data})


def test_a_fit_of_groups_is_the_truth_of_the_next_study(tmp_path):
    content = {
        "name": "q",
        "scenario": {
            "design": {"assay": "levels", "groups": {"control": 8, "drug": 8}},
            "rules": [{"rule": "posterior", "above": 0.0, "probability": 0.975}],
            "studies": {"count": 2000, "chunk": 2000},
        },
    }
    result = plan(question_of(content), prior=fitted(tmp_path), trust=True)
    share = result.plan.share
    assert share is not None
    assert 0.6 < share.value < share.ceiling
    assert (
        "averaged over the posterior of the fit that was given, each simulated study from one of its draws."
        in result.text
    )
    other = content | {"scenario": content["scenario"] | {"design": {"assay": "levels", "groups": {"x": 8, "drug": 8}}}}
    with pytest.raises(InputError, match=r"the fit that was given: group of the design must be one of control, drug"):
        plan(question_of(other), prior=fitted(tmp_path), trust=True)


def test_a_target_that_a_group_of_the_fit_lacks_is_refused(tmp_path):
    """Its mean there is a draw of the prior, and assurance would come near its ceiling."""
    fit = fitted(tmp_path)
    data = fit["observations"].to_dataset()
    data = data.isel({v.LEVEL: slice(0, 6)})
    drawn = draw_exact(data, MODEL, LevelPriors(), SamplerSettings(draws=100, chains=2), 1)
    lacking = xr.DataTree.from_dict({"/posterior": drawn["posterior"].to_dataset(), "/observations": data})
    scenario = {"design": {"assay": "levels", "groups": {"control": 8, "drug": 8}}, "rules": [T]}
    with pytest.raises(InputError, match=r"TNF must have been measured in drug, got no subject there: leave the"):
        plan(question_of({"name": "q", "scenario": scenario}), prior=lacking, trust=True)


def test_a_shift_moves_the_difference_by_itself():
    def difference(truth: dict[str, Any]) -> np.ndarray:
        found = simulate_chunk(groups_scenario({"a": 4, "b": 4}, truth=truth), ("x",), 3).true_mean
        return found[..., 1] - found[..., 0]

    assert difference({"shift": {"log2_fold_change": 0.5}}) - difference({}) == pytest.approx(0.5)


def test_the_world_of_a_smaller_effect_is_left_out_where_cell_types_are_compared():
    def worlds(contrast: str) -> list[dict[str, float]]:
        scenario = groups_scenario(FACTORS, T | {"contrasts": [contrast]})
        return [world.scale for world in default_worlds(scenario)]

    wide, small = {"sd_log2_between_subjects": 1.5}, {"log2_fold_change": 0.75}
    assert worlds("drug over vehicle (wild)") == [wide, small]
    assert worlds("wild over mutant (drug over vehicle)") == [wide, small]
    assert worlds("wild over mutant (vehicle)") == [wide]
