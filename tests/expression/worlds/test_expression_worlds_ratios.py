import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import seeding
from lensim import vocabulary as v
from lensim.expression.read import read_expression, write_study
from lensim.expression.worlds import WORLDS, StudyWorld, simulate_study

FALSE_ALARM = 1e-6


def rng(name="ratios"):
    return seeding.stream(1, "worlds", name)


def errors(**changed):
    """Ratios less the fold changes of their subjects."""
    truth, data = simulate_study(StudyWorld(has_ratios=True, subjects=40, **changed), rng())
    fold = truth[v.LOG2_FOLD_CHANGE].to_numpy()[..., 0]
    place = (data[name].to_numpy() for name in (v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR))
    return data[v.LOG2_RATIO].to_numpy() - fold[tuple(place)]


def test_ratios_lie_around_the_fold_changes_of_their_subjects():
    assert stats.kstest(errors(sd_log2_sample=0.2) / np.hypot(0.2, 0.2), "norm").pvalue > FALSE_ALARM


def test_an_outlying_ratio_is_too_low():
    late = errors(sd_log2_sample=0.0, late_wells=1, late_cycles=3.0)
    assert sorted(np.round(late, 9))[:2] == [-3.0, 0.0]


@pytest.mark.parametrize("name", ["ratios", "strong and uniform ratios"])
def test_data_are_those_that_a_reader_gives(tmp_path, name):
    _, data = simulate_study(WORLDS[name], rng(name))
    write_study(data, tmp_path / "ratios.csv")
    back = read_expression(tmp_path / "ratios.csv")
    xr.testing.assert_equal(back.drop_vars(set(back.variables) - set(data.variables)), data)
