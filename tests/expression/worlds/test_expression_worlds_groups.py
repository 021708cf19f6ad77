import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import seeding
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.groups.arrays import level_arrays
from lensim.expression.groups.levels import has_groups
from lensim.expression.read import read_expression, write_study
from lensim.expression.worlds import WORLDS_OF_GROUPS, GroupWorld, simulate_groups

FALSE_ALARM = 1e-6


def rng(name="groups"):
    return seeding.stream(1, "worlds", name)


def away(world, studies=60):
    """Levels less the true mean of their group, of the controls and of the treated."""
    found = ([], [])
    for k in range(studies):
        truth, data = simulate_groups(world, rng(f"study {k}"))
        target, group = data[v.TARGET_OF_LEVEL].to_numpy(), data[v.GROUP_OF_SUBJECT].to_numpy()
        of_level = group[data[v.SUBJECT_OF_LEVEL].to_numpy()]
        left = data[v.SUBJECT_LEVEL].to_numpy() - truth[v.MEAN_LEVEL].to_numpy()[target, of_level]
        for g in (0, 1):
            found[g].append(left[of_level == g])
    return tuple(np.concatenate(one) for one in found)


def test_levels_lie_around_the_mean_of_their_group_with_its_spread():
    controls, treated = away(GroupWorld(sd_controls=0.3, sd_treated=1.2))
    assert stats.kstest(controls / 0.3, "norm").pvalue > FALSE_ALARM
    assert stats.kstest(treated / 1.2, "norm").pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    ("shape", "law"),
    [("heavy", stats.t(3, scale=3.0**-0.5)), ("skewed", stats.expon(-1.0)), ("normal", stats.norm())],
)
def test_subjects_have_the_shape_of_their_world(shape, law):
    values = np.concatenate(away(GroupWorld(sd_controls=1.0, sd_treated=1.0, shape=shape)))
    assert stats.kstest(values, law.cdf).pvalue > FALSE_ALARM
    assert abs(law.mean()) < 1e-9
    assert law.std() == pytest.approx(1.0)


def test_treated_subjects_of_two_kinds_lie_around_their_mean_with_the_spread_that_is_true():
    world = GroupWorld(sd_treated=0.1, shape="two_kinds")
    controls, treated = away(world)
    assert np.allclose(np.abs(treated), 1.0, atol=0.6)
    assert stats.binomtest(int((treated > 0).sum()), len(treated), 0.5).pvalue > FALSE_ALARM
    assert stats.kstest(controls / 0.6, "norm").pvalue > FALSE_ALARM
    truth, _ = simulate_groups(world, rng())
    assert truth[v.SD_SUBJECTS].to_numpy()[0].tolist() == pytest.approx([0.6, np.hypot(0.1, 1.0)])


def test_an_outlying_subject_is_too_low_in_every_target():
    plain, outlying = (simulate_groups(GroupWorld(outlying=number), rng())[1] for number in (0, 1))
    less = (plain[v.SUBJECT_LEVEL] - outlying[v.SUBJECT_LEVEL]).to_numpy().reshape(3, 10)
    assert np.allclose(less, 3.0 * (np.arange(10) == 5))


def test_most_of_each_group_are_of_a_day_of_their_own():
    plain, days = (simulate_groups(GroupWorld(sd_day=sd), rng())[1] for sd in (0.0, 0.7))
    shift = (days[v.SUBJECT_LEVEL] - plain[v.SUBJECT_LEVEL]).to_numpy().reshape(3, 10)
    assert np.allclose(shift, shift[:, :1] * np.array([1, 0, 0, 0, 0, 0, 1, 1, 1, 1]))
    assert np.abs(shift[:, 0]).min() > 0.01


def test_low_levels_are_lacking_and_no_other():
    world = GroupWorld(undetected=0.4, controls=400, treated=400)
    (_, whole), (truth, data) = (simulate_groups(one, rng()) for one in (GroupWorld(controls=400, treated=400), world))
    there = set(
        zip(data[v.TARGET_OF_LEVEL].to_numpy().tolist(), data[v.SUBJECT_OF_LEVEL].to_numpy().tolist(), strict=True)
    )
    limit = truth[v.MEAN_LEVEL].to_numpy()[:, 0] + 0.6 * stats.norm.ppf(0.4)
    rows = zip(
        *(whole[name].to_numpy() for name in (v.TARGET_OF_LEVEL, v.SUBJECT_OF_LEVEL, v.SUBJECT_LEVEL)), strict=True
    )
    assert all(((int(t), int(s)) in there) == (level >= limit[t]) for t, s, level in rows)
    assert data.attrs["rows_without_ratio"] == whole.sizes[v.LEVEL] - data.sizes[v.LEVEL]
    controls = sum(s < 400 for _, s in there)
    assert stats.binomtest(controls, 1200, 0.6).pvalue > FALSE_ALARM


@pytest.mark.parametrize("name", WORLDS_OF_GROUPS)
def test_data_are_those_that_a_reader_gives(tmp_path, name):
    truth, data = simulate_groups(WORLDS_OF_GROUPS[name], rng(name))
    assert has_groups(data)
    level_arrays(data)
    write_study(data, tmp_path / "levels.csv")
    back = read_expression(tmp_path / "levels.csv", unpaired="groups", control="control")
    assert sorted(back[v.SUBJECT_LEVEL].to_numpy()) == pytest.approx(sorted(data[v.SUBJECT_LEVEL].to_numpy()))
    xr.testing.assert_equal(back[v.TARGET], data[v.TARGET])
    ratio = truth["log2_ratio_of_groups"].to_numpy()[:, 0]
    assert np.allclose(np.diff(truth[v.MEAN_LEVEL].to_numpy(), axis=1)[:, 0], ratio)


def test_worlds_that_cannot_be_are_refused():
    with pytest.raises(InputError, match=r"GroupWorld\.shape must be"):
        GroupWorld(shape="odd")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"GroupWorld\.controls must be at least 1, got 0"):
        GroupWorld(controls=0)
