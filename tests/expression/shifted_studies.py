"""A study in which one gene is off in one sample, or on one plate, with a made-up posterior of its spreads."""

from functools import cache

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.worlds import WORLDS, simulate_study
from lensim.inference.observations import attach_observations
from lensim.seeding import stream

SUBJECTS, TARGETS, EXPERIMENTS = 6, 3, 2


@cache
def shifted(cycles: float = 0.0, late: float = 0.0) -> xr.DataTree:
    """Six subjects in two experiments; all reactions of the first gene in sample 5 come later by `cycles`.

    The first reaction of the second gene in sample 3 comes later by `late`.
    """
    _, data = simulate_study(WORLDS["nothing odd"], stream(2, "shifted"))
    gene, sample = data[v.GENE_OF_REACTION].to_numpy(), data[v.SAMPLE_OF_REACTION].to_numpy()
    ct = data[v.CT].to_numpy().copy()
    ct[(gene == 0) & (sample == 5)] += cycles
    ct[np.flatnonzero((gene == 1) & (sample == 3))[0]] += late
    data = data.assign({v.CT: data[v.CT].copy(data=ct)})
    of_draws = ("chain", "draw")
    by_gene, by_target = np.ones((1, 2, data.sizes[v.GENE])), np.ones((1, 2, TARGETS, 1, 1))
    one = np.ones((1, 2))
    fold = np.zeros((1, 2, TARGETS, SUBJECTS, 1))
    posterior = xr.Dataset(
        {
            v.FACTOR: ((*of_draws, v.GENE), 1.93 * by_gene),
            v.ONE_COPY_CT: ((*of_draws, v.GENE), 37.5 * by_gene),
            v.SD_BIOLOGICAL: ((*of_draws, v.GENE), 0.2 * by_gene),
            v.SD_TECHNICAL: (of_draws, 0.12 * one),
            v.SD_INPUT: (of_draws, 0.4 * one),
            v.SD_PLATE: (of_draws, 0.15 * one),
            v.SD_GENE_ON_PLATE: (of_draws, 0.1 * one),
            v.SIGMA_FOLD_CHANGE: ((*of_draws, v.TARGET, v.CELL_TYPE, v.CONTRAST), 0.4 * by_target),
            v.MU_FOLD_CHANGE: ((*of_draws, v.TARGET, v.CELL_TYPE, v.CONTRAST), by_target),
            v.LOG2_FOLD_CHANGE: ((*of_draws, v.TARGET, v.SUBJECT, v.CONTRAST), fold),
        },
        coords={
            v.GENE: data[v.GENE].to_numpy(),
            v.TARGET: data[v.GENE].to_numpy()[data[v.IS_REFERENCE].to_numpy() == 0],
            v.SUBJECT: data[v.SUBJECT].to_numpy(),
            v.CONTRAST: data[v.CONDITION].to_numpy()[data[v.IS_CONTROL].to_numpy() == 0],
            v.CELL_TYPE: data[v.CELL_TYPE].to_numpy(),
        },
    )
    found = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(found, data)
    found.attrs |= {v.ASSAY: v.EXPRESSION, "seed": 1}
    return found
