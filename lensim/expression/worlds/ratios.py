"""A study of one world as a table of ratios, treated over control, as it is worked out by hand from Cts."""

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.design import lay_out
from lensim.expression.worlds.folds import draw_fold_changes
from lensim.expression.worlds.world import StudyWorld


def simulate_ratios(world: StudyWorld, rng: np.random.Generator) -> tuple[xr.Dataset, xr.Dataset]:
    """Truth as of `simulate_study`, and one log2 ratio of each target, subject and experiment.

        log2_ratio = log2_fold_change + sqrt(2) * sd_log2_sample * Normal, less late_cycles where a reaction was late

    Its standard error is not known (0), as in most tables.
    """
    of_folds, of_samples, of_faults = rng.spawn(3)
    truth = draw_fold_changes(world, lay_out(world.design), of_folds)
    fold = truth[v.LOG2_FOLD_CHANGE].to_numpy()[..., 0]
    target, subject, experiment = np.indices((world.targets, world.subjects, world.experiments)).reshape(3, -1)
    ratio = fold[target, subject] + np.sqrt(2.0) * world.sd_log2_sample * of_samples.standard_normal(len(target))
    late = of_faults.random(len(target)) < world.late_share
    late[of_faults.choice(len(target), world.late_wells, replace=False)] = True
    data = xr.Dataset(
        {
            v.LOG2_RATIO: (v.PAIR, ratio - world.late_cycles * late, {"units": v.UNITS[v.LOG2_RATIO]}),
            v.LOG2_RATIO_SD: (v.PAIR, np.zeros(len(target)), {"units": v.UNITS[v.LOG2_RATIO_SD]}),
            v.TARGET_OF_PAIR: (v.PAIR, target),
            v.SUBJECT_OF_PAIR: (v.PAIR, subject),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.zeros(len(target), dtype=int)),
            v.EXPERIMENT_OF_PAIR: (v.PAIR, experiment),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, np.zeros(world.subjects, dtype=int)),
        },
        coords={name: truth[name].to_numpy() for name in (v.TARGET, v.SUBJECT, v.CONTRAST, v.CELL_TYPE)},
        attrs={v.ASSAY: v.EXPRESSION},
    )
    return truth, data
