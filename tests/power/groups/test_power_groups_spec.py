"""Designs and truths of groups: sizes, ratios, dropout, two factors, and what is refused."""

import pytest
from group_scenarios import FACTORS, groups_scenario

from lensim.checks import InputError
from lensim.power.groups.spec import GroupsDesignSpec
from lensim.power.scenario import scenario_of

GOOD = {"name": "x", "design": {"assay": "groups"}, "rules": [{"rule": "unpaired_t"}]}


def sizes(**fields: object) -> list[tuple[int, int]]:
    return [(one.recruited, one.analysed) for one in GroupsDesignSpec(**fields).sizes]  # type: ignore[arg-type]


def test_numbers_are_subjects_or_with_subjects_a_ratio():
    assert sizes(groups={"a": 3, "b": 5}) == [(3, 3), (5, 5)]
    assert sizes(groups={"a": 2, "b": 1}, subjects=4) == [(8, 8), (4, 4)]
    assert sizes(groups={"a": 1.5, "b": 1}, subjects=3) == [(5, 5), (3, 3)]


def test_dropout_is_rounded_down_in_each_group():
    assert sizes(groups={"a": 10, "b": 7}, dropout=0.2) == [(10, 8), (7, 5)]


def test_two_factors_are_compared_as_a_fit_compares_them():
    spec = GroupsDesignSpec(groups=FACTORS)
    assert spec.names == ("wild, vehicle", "wild, drug", "mutant, vehicle", "mutant, drug")
    assert [one.name for one in spec.comparisons] == [
        "drug over vehicle (wild)",
        "drug over vehicle (mutant)",
        "wild over mutant (vehicle)",
        "wild over mutant (drug)",
        "wild over mutant (drug over vehicle)",
    ]


def test_the_control_comes_first_however_cell_types_order_their_groups():
    spec = GroupsDesignSpec(groups={"wild": {"vehicle": 1, "drug": 2}, "mutant": {"drug": 3, "vehicle": 4}})
    assert [one.recruited for one in spec.sizes] == [1, 2, 4, 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"design": {"assay": "groups", "groups": {"a": "6", "b": 3}}}, "design.groups: a must be a number, got '6'"),
        ({"design": {"assay": "groups", "groups": {"a": 0, "b": -1}}}, "a must be above 0, got 0; b must be above 0"),
        ({"design": {"assay": "groups", "groups": {"a": 6.5, "b": 3}}}, "groups.a must be a whole number of subjects"),
        ({"design": {"assay": "groups", "groups": {"a": 6}}}, "groups must be two or more, got a"),
        ({"design": {"assay": "groups", "groups": {"w": {"c": 4, "d": 4}, "m": 5}}}, "got a number for m: with two"),
        ({"design": {"assay": "groups", "groups": {"a": 2, "b": 3}, "dropout": 0.6}}, "at least one subject of a, got"),
        ({"design": {"assay": "groups", "n": 3}}, "groups has the number of subjects of each group, as in groups = {"),
        ({"truth": {"groups": [{"group": "control", "fold_change": 2}]}}, "must be of another group than the control"),
        ({"truth": {"groups": [{"fold_change": 2, "log2_fold_change": 1}]}}, "the change must be given once, got fold"),
        ({"truth": {"groups": [{"group": "trated"}]}}, "truth.groups group must be one of control, treated, got"),
        ({"truth": {"groups": [{"cell_type": "x"}]}}, "truth.groups cell_type must be left out, as groups has no cell"),
        ({"truth": {"groups": [{"fold_change": -2}]}}, "truth.groups.0.fold_change: must be above 0, got -2"),
        ({"rules": [{"rule": "unpaired_t", "contrasts": ["x"]}]}, "must be about one of treated over control, got 'x'"),
        ({"rules": [{"rule": "unpaired_t", "first": "a"}]}, 'contrasts is a list, as in ["drug over control"]'),
        ({"rules": [{"rule": "test", "test": "welch"}]}, "(rules on groups of different subjects), got 'test'"),
    ],
)
def test_what_is_wrong_is_told(change, message):
    with pytest.raises(InputError) as error:
        scenario_of(GOOD | change)
    assert message in str(error.value)


def test_an_entry_overrides_only_what_it_states():
    from lensim import seeding
    from lensim.power.groups.study import CHANGE, draw_figures

    truth = {
        "groups": [
            {"sd_log2_between_subjects": 0.7, "percent_of_control": 50.0},
            {"group": "drug", "fold_change": {"lognormal": (4.0, 0.0)}},
            {"group": "late", "sd_log2_between_subjects": 0.2},
        ]
    }
    scenario = groups_scenario({"control": 3, "drug": 3, "late": 3}, truth=truth)
    found = draw_figures(scenario.truth, scenario.design, seeding.stream(1, "x"), 2)
    assert found[CHANGE].to_numpy()[1, 0] == pytest.approx([0.0, 2.0, -1.0])
    assert found["sd_log2_between_subjects"].to_numpy()[0, 0] == pytest.approx([0.7, 0.7, 0.2])
    assert not scenario.is_conditional
