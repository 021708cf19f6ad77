"""A look at the pairs so far is at one contrast, never at two of them as if they were experiments."""

import pytest

from lensim.checks import InputError
from lensim.expression.read.ratios import read_ratios
from lensim.plan.interim import require_look
from lensim.power.scenario import scenario_of

ROWS = """gene,donor,treatment,fold_change
TNF,d1,low,2
TNF,d1,high,8
TNF,d2,low,2
TNF,d2,high,8
"""
SCENARIO = {
    "name": "next",
    "design": {"assay": "ratios", "subjects": {"donor": 6}, "targets": ["TNF"], "experiments": 2},
    "rules": [{"rule": "test", "test": "t_log2"}],
}


def test_pairs_of_two_contrasts_are_refused(tmp_path):
    path = tmp_path / "so_far.csv"
    path.write_text(ROWS)
    said = (
        r"^the study so far must be of one contrast, got low, high: keep the rows of one, or name it as truth.contrast "
        r"where the truth is a posterior that has it$"
    )
    with pytest.raises(InputError, match=said):
        require_look(scenario_of(SCENARIO), read_ratios(path))


def test_pairs_of_one_contrast_are_taken(tmp_path):
    path = tmp_path / "so_far.csv"
    path.write_text("\n".join(row for row in ROWS.splitlines() if "high" not in row))
    assert require_look(scenario_of(SCENARIO), read_ratios(path)) == [((0, 0, 0), 1.0), ((0, 0, 1), 1.0)]
