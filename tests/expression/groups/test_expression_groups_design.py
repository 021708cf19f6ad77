"""The sheet of a study of groups: one condition a subject, and groups alternate over the plates."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.evidence import compares_groups
from lensim.expression.groups.design import GroupDesign, GroupOfSubjects, lay_out_groups
from lensim.expression.groups.levels import groups_of, has_groups


def two(control: int, drug: int, **further: object) -> GroupDesign:
    groups = [GroupOfSubjects("all", "control", control), GroupOfSubjects("all", "drug", drug)]
    return GroupDesign(groups, "control", **further)  # type: ignore[arg-type]


def test_each_subject_is_under_one_condition():
    sheet = lay_out_groups(two(3, 5, samples=2))
    assert compares_groups(sheet)
    assert list(sheet[v.SUBJECT].to_numpy()) == [f"control {k}" for k in (1, 2, 3)] + [f"drug {k}" for k in range(1, 6)]
    of_subject, pairs = groups_of(sheet)
    assert of_subject.tolist() == [0] * 3 + [1] * 5
    assert pairs.tolist() == [[0, 0], [0, 1]]
    assert np.bincount(sheet[v.SUBJECT_OF_SAMPLE].to_numpy()).tolist() == [2] * 8
    assert has_groups(sheet.assign({v.CT: (v.REACTION, np.full(sheet.sizes[v.REACTION], 20.0))}))


def test_groups_alternate_over_plates_and_a_sample_is_on_one():
    sheet = lay_out_groups(two(30, 30, technical_replicates=3))
    sample, plate = sheet[v.SAMPLE_OF_REACTION].to_numpy(), sheet[v.PLATE_OF_REACTION].to_numpy()
    for one in np.unique(sample):
        assert len(np.unique(plate[sample == one])) == 1
    condition = sheet[v.CONDITION_OF_SAMPLE].to_numpy()[sample]
    for one in np.unique(plate):
        assert condition[plate == one].mean() == pytest.approx(0.5, abs=0.07)
        names = sheet[v.WELL_NAME].to_numpy()[plate == one]
        assert len(set(names)) == len(names)
    assert sheet[v.PLATE].to_numpy()[-1] == "dilution series"


def test_the_control_of_each_cell_type_comes_first():
    groups = [GroupOfSubjects(kind, condition, 2) for kind in ("wild", "mutant") for condition in ("vehicle", "drug")]
    sheet = lay_out_groups(GroupDesign(groups, "vehicle"))
    of_subject, _ = groups_of(sheet)
    assert of_subject.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert sheet[v.SUBJECT].to_numpy()[4] == "mutant, vehicle 1"


@pytest.mark.parametrize(
    ("further", "message"),
    [
        ({"technical_replicates": 60}, "GroupDesign.technical_replicates must let 120 reactions fit on a plate"),
        ({"samples": 0}, "GroupDesign.samples must be at least 1, got 0"),
        ({"targets": ("A", "A")}, "GroupDesign.targets and references"),
    ],
)
def test_designs_that_there_are_not_are_refused(further, message):
    with pytest.raises(InputError, match=message):
        two(2, 2, **further)
    with pytest.raises(InputError, match=r"GroupOfSubjects\.subjects must be at least 1, got 0"):
        two(0, 2)
