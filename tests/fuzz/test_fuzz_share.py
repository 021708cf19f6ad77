"""A short share of `make fuzz`: the same inputs in every run, at every door; and what was found before."""

import pytest

from tests.fuzz import judge
from tests.fuzz.doors import DOORS
from tests.fuzz.lineage import Lineage, case_of, door_bases

ROOT = 7
INPUTS = {
    "dose_response": 120, "expression": 120, "bioassay": 80, "cell_cycle": 120, "expression_exports": 60, "plate_exports": 20,
    "rdml": 100, "parquet_dose_response": 30, "parquet_expression": 30, "parquet_bioassay": 30, "parquet_cell_cycle": 60,
    "fcs": 100, "toml_selection": 60, "folder_replaced": 60, "results_folder": 20, "options": 40, "workbooks": 16, "exclusions": 120,
}  # fmt: skip
"""Inputs by door: a second or less of each."""
PATIENCE = 120
"""Seconds that an input may take here, where other tests may have the processors."""


@pytest.mark.parametrize("name", INPUTS)
def test_no_input_of_the_share_does_harm(name, tmp_path):
    door = DOORS[name]
    bases = [base for base in door_bases(door) if not base.startswith("shared")]
    found = []
    for number in range(INPUTS[name]):
        lineage = Lineage(name, ROOT, bases[number % len(bases)], (number, number + 1)[: 1 + number % 2])
        outcome = judge.entered(door, case_of(lineage, door), tmp_path / "in", seconds=PATIENCE)
        if outcome.finding is not None:
            found.append(
                f"python -m tests.fuzz --again '{lineage}'\n{outcome.finding.kind} {outcome.finding.told[-600:]}"
            )
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("name", DOORS)
def test_sound_inputs_are_read_or_refused(name, tmp_path):
    door = DOORS[name]
    for base, case in door_bases(door).items():
        if not base.startswith("shared"):
            outcome = judge.entered(door, case, tmp_path / "in", seconds=PATIENCE)
            assert outcome.finding is None, (base, outcome.finding)
