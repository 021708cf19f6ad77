import pytest

from lensim.units_in_names import part_with_unit, unit_of


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("ic50_um_lower", "µM"),
        ("inhibition_at_top_dose_percent", "%"),
        ("inhibition_difference_percent_points", "percentage points"),
        ("ct_cycles", "cycles"),
        ("p_resistant", ""),
        ("um", ""),
        ("summary", ""),
    ],
)
def test_a_unit_is_read_off_a_name(name, unit):
    assert unit_of(name) == unit


def test_the_part_with_a_unit_is_a_word_of_its_own():
    assert part_with_unit("volume_um_per_l") == "um"
    assert part_with_unit("volume") == ""
