"""The figures that a plan takes for granted are in its paragraph, in words."""

import pytest

from lensim.plan.assumed import assumed_in_words
from lensim.power.scenario import scenario_of

RULES = {"expression": {"rule": "test", "test": "t_log2"}, "groups": {"rule": "unpaired_t"}}


def said(assay, design, truth):
    rule = RULES.get(assay, {"rule": "ratio", "of": "mean", "above": 1.0, "probability": 0.975})
    return assumed_in_words(
        scenario_of({"name": "next", "design": {"assay": assay, **design}, "truth": truth, "rules": [rule]})
    )


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ({}, ""),
        ({"expression": [{"mu_log2_fold_change": -1.0}]}, "mean log2 fold change -1 (50% of control)"),
        (
            {"expression": [{"target": "TNF", "cell_type": "patient", "mu_log2_fold_change": {"normal": [1.0, 0.3]}}]},
            "TNF in patient: mean log2 fold change 1 ± 0.3 (normal, mean ± sd) (200% of control)",
        ),
        ({"sd_technical_cycles": 0.2}, "sd technical cycles 0.2"),
        ({"scale": {"sigma_log2_fold_change": 1.5}}, ""),
    ],
)
def test_figures_of_pairs(truth, words):
    assert said("expression", {"subjects": {"patient": 6}, "targets": ["TNF"]}, truth) == words


def test_figures_of_groups_and_of_panels():
    groups = {"groups": {"control": 1, "treated": 1}, "subjects": 5, "targets": ["TNF"]}
    truth = {"groups": [{"sd_log2_between_subjects": 0.7}, {"group": "treated", "log2_fold_change": 1.0}]}
    assert said("groups", groups, truth) == (
        "sd of log2 levels between subjects 0.7; treated: log2 fold change 1 (200% of control)"
    )
    panel = {"groups": {"line": 4}, "conditions": ["first", "second"], "experiments": 2}
    truth = {"conditions": [{"condition": "second", "fold": {"lognormal": [2.0, 0.2]}}]}
    assert said("dose_response", panel, truth) == (
        "second: ratio of IC50s 2 (lognormal, median; sd 0.2 of its logarithm)"
    )


def test_many_figures_are_cut():
    entries = [{"target": f"gene {k}", "mu_log2_fold_change": 1.0} for k in range(12)]
    words = said(
        "expression",
        {"subjects": {"patient": 6}, "targets": [one["target"] for one in entries]},
        {"expression": entries},
    )
    assert words.endswith("; and 4 more")
