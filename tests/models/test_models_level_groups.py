from lensim.expression.groups.levels import MODEL
from lensim.inference.catalogue import find_model
from lensim.models.level_groups import build_level_groups
from tests.expression.groups.group_studies import levels_study, uncertain_study


def test_it_is_in_the_catalogue_with_its_variables():
    assert find_model(MODEL).question == "difference of groups of different subjects, from their levels or reactions"
    names = ["typical_sd_log2_between_subjects", "sd_log2_between_subjects", "mean_log2_level_coordinate"]
    assert [one.name for one in build_level_groups(levels_study([0.0, 1.0], [2.0])).free_RVs] == names
    with_factors = build_level_groups(uncertain_study())
    assert [one.name for one in with_factors.free_RVs] == [*names, "factor_error_coordinate"]
