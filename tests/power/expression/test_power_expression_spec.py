"""What people ask for in the field's words: supported, or told what to write instead."""

import pytest

from lensim.checks import InputError
from lensim.power.expression.assay import remark_of, resources_of
from lensim.power.expression.study import simulate_chunk
from lensim.power.run import run_power
from lensim.power.scenario import scenario_of

RATIOS = {
    "name": "ratios",
    "design": {"assay": "ratios", "subjects": {"patient": 4}},
    "rules": [{"rule": "test", "test": "t_log2"}],
    "studies": {"count": 40, "chunk": 20},
    "audit": {"studies": 0},
}
REACTIONS = RATIOS | {"design": {"subjects": {"patient": 4}}}
KEYS = "target, cell_type, mu_log2_fold_change, sigma_log2_fold_change, mu_log2_level, sigma_log2_level"


def with_(**changes: object) -> dict[str, object]:
    return RATIOS | {name: {**RATIOS.get(name, {}), **value} for name, value in changes.items()}  # type: ignore[dict-item]


def test_fields_that_came_later_do_not_change_the_digest_of_scenarios_without_them():
    for content in (RATIOS, REACTIONS):
        said = scenario_of(content).model_dump(mode="json")
        assert "dropout" not in said["design"]
        assert "contrast" not in said["truth"]
    assert scenario_of(with_(design={"dropout": 0.0})).digest() == scenario_of(RATIOS).digest()
    assert scenario_of(with_(design={"dropout": 0.25})).digest() != scenario_of(RATIOS).digest()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"design": {"conditions": ["vehicle", "low", "high"]}},
            "design.conditions: there is no such key here: a study has a control and one treatment; ask for each of "
            "several treatments in a scenario of its own, with alpha divided by their number (0.05 / 2 for two), and "
            "for one against another as if the other were the control; the keys are ",
        ),
        (
            {"truth": {"expression": [{"fold_change": 2.0}]}},
            "truth.expression.0.fold_change: there is no such key here: mu_log2_fold_change is the mean log2 of the "
            "fold change: 1.0 is a fold change of 2, -1.0 one of a half; the keys are mu_log2_fold_change, ",
        ),
        (
            {"truth": {"expression": [{"sd": 0.8}]}},
            "truth.expression.0.sd: there is no such key here: sigma_log2_fold_change is the sd between subjects of "
            f"the log2 fold change; the keys are {KEYS}; got 0.8",
        ),
        (
            {"design": {"technical_replicate": 3}},
            "design.technical_replicate: there is no such key here; the keys are technical_replicates, ",
        ),
        (
            {"analysis": {"priors": {"sd_mu": 1.0}}},
            "analysis.priors.sd_mu: there is no such key here; the keys are sd_mu_log2_fold_change, ",
        ),
        ({"alpha": {}}, 'alpha: there is no such key here: alpha belongs to a rule, as in rules = [{ rule = "test", '),
    ],
)
def test_a_key_that_is_none_is_told_in_the_words_of_the_field(change, message):
    with pytest.raises(InputError) as error:
        scenario_of(with_(**change))
    assert str(error.value).startswith(f"scenario: {message}")


def test_an_unpaired_test_is_told_where_it_is():
    asked = RATIOS | {"rules": [{"rule": "test", "test": "unpaired_t"}]}
    said = (
        "scenario: rules.0.test.test: must be one of t_ratio, t_log2, wilcoxon, sign, got 'unpaired_t': groups of "
        'different subjects are compared by a rule of its own, as in { rule = "unpaired_t", first = "patient", '
        'second = "healthy" }, or by rule = "mann_whitney"'
    )
    with pytest.raises(InputError) as error:
        scenario_of(asked)
    assert str(error.value) == said


def test_two_unequal_groups_without_pairs_have_the_power_of_welch_s_test():
    """Null: the share is that of the noncentral t at the pooled variance, here the same in both groups."""
    from scipy import stats

    asked = RATIOS | {
        "design": {"assay": "ratios", "subjects": {"patient": 12, "healthy": 6}, "experiments": 1},
        "truth": {
            "expression": [
                {"cell_type": "patient", "mu_log2_fold_change": 1.0, "sigma_log2_fold_change": 0.8},
                {"cell_type": "healthy", "mu_log2_fold_change": 0.0, "sigma_log2_fold_change": 0.8},
            ],
            "sd_log2_pair": 0.0,
        },
        "rules": [{"rule": "unpaired_t", "first": "patient", "second": "healthy"}],
        "studies": {"count": 4000, "chunk": 2000},
    }
    row = run_power(scenario_of(asked)).table.iloc[0]
    shift, freedom = 1.0 / (0.8 * (1 / 12 + 1 / 6) ** 0.5), 16
    limit = stats.t.isf(0.025, freedom)
    student = stats.nct.sf(limit, freedom, shift) + stats.nct.cdf(-limit, freedom, shift)
    assert abs(row["share"] - student) < 0.05  # Welch's is a little below Student's
    assert row["coverage"] == pytest.approx(0.95, abs=6 * 0.0035)


def test_those_who_drop_out_are_recruited_and_not_analysed():
    content = with_(design={"subjects": {"patient": 12, "healthy": 5}, "dropout": 0.25})
    asked = scenario_of(content | {"rules": [{"rule": "unpaired_t", "first": "patient", "second": "healthy"}]})
    batch = simulate_chunk(asked, ("a",), 3)
    kinds = batch.pairs["cell_type"].to_numpy()[batch.pairs["cell_type_of_subject"].to_numpy()].tolist()
    assert (kinds.count("patient"), kinds.count("healthy")) == (9, 3)
    assert resources_of(asked, 96)["subjects"] == 17
    said = (
        "25% of the subjects are taken to give no pair: of n recruited, 0.75 n (rounded down) are analysed, so m with "
        "a pair need m / 0.75 recruited. Numbers of subjects are those recruited."
    )
    assert remark_of(asked) == said
    assert run_power(asked).text.endswith(said)
    assert remark_of(scenario_of(RATIOS)) == ""


def test_a_study_that_loses_everyone_is_refused():
    said = r"design: dropout must leave at least one subject of patient, got 0.9 of 4$"
    with pytest.raises(InputError, match=said):
        scenario_of(with_(design={"dropout": 0.9}))
