import numpy as np
from scipy import stats

from lensim import seeding
from lensim import vocabulary as v
from lensim.expression.design import lay_out
from lensim.expression.worlds import StudyWorld
from lensim.expression.worlds.folds import KINDS_APART, draw_fold_changes

FALSE_ALARM = 1e-6


def rng(name):
    return seeding.stream(1, "worlds", name)


def folds(count=300, **changed):
    """Population means, subjects' fold changes and those of a new subject, of many studies of a world."""
    world = StudyWorld(**changed)
    sheet = lay_out(world.design)
    each = [draw_fold_changes(world, sheet, rng(f"fold {k}")) for k in range(count)]
    return tuple(
        np.stack([one[name].to_numpy() for one in each]).squeeze()
        for name in (v.MU_FOLD_CHANGE, v.LOG2_FOLD_CHANGE, "new_subject_log2_fold_change")
    )


def test_subjects_and_a_new_one_lie_around_the_population_mean():
    mean, subjects, new = folds()
    assert stats.kstest((subjects - mean[..., None]).ravel() / 0.4, "norm").pvalue > FALSE_ALARM
    assert stats.kstest((new - mean).ravel() / 0.4, "norm").pvalue > FALSE_ALARM
    assert stats.pearsonr((new - mean).ravel(), (subjects - mean[..., None])[..., 0].ravel()).pvalue > FALSE_ALARM


def test_fold_changes_are_as_strong_as_their_world_says():
    strong, rising, one = (folds(100, fold_changes=kind)[0] for kind in ("strong", "rising", "one_strong"))
    assert stats.kstest(strong.ravel(), stats.uniform(2, 10).cdf).pvalue > FALSE_ALARM
    assert stats.kstest(rising.ravel(), stats.uniform(2, 5).cdf).pvalue > FALSE_ALARM
    assert (one[:, 0] == 9.0).all()
    assert one[:, 1:].max() < 2.5
    mean, subjects, _ = folds(100, fold_changes="two_kinds", sd_subject=0.0)
    assert np.allclose(np.abs(subjects - mean[..., None]), KINDS_APART)
