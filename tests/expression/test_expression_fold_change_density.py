"""The density of `fold_change_hierarchical` in numpy is that of the PyMC model."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_density import DENSITY, MODEL
from lensim.expression.priors import FoldChangePriors
from tests.densities_of_models import require_every_number_equal

PRIORS = FoldChangePriors(sd_mu_log2_fold_change=2.0, median_sd_log2_pair=0.5)


def pairs(*, full: bool) -> xr.Dataset:
    """Two targets in three subjects of two cell types under two contrasts; with all that a laboratory may know."""
    rng = np.random.default_rng(3)
    target, subject, contrast = (one.ravel() for one in np.meshgrid(range(2), range(3), range(2), indexing="ij"))
    of_pair = {
        v.LOG2_RATIO: rng.normal(1.0, 1.0, len(target)),
        v.TARGET_OF_PAIR: target,
        v.SUBJECT_OF_PAIR: subject,
        v.CONTRAST_OF_PAIR: contrast,
        v.LOG2_RATIO_SD: rng.uniform(0.0, 0.3, len(target)),
    }
    data = xr.Dataset(
        {name: (v.PAIR, values) for name, values in of_pair.items()} | {v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, [0, 1, 1])},
        coords={
            v.TARGET: ["A", "B"],
            v.SUBJECT: ["P1", "P2", "P3"],
            v.CONTRAST: ["drug", "heat"],
            v.CELL_TYPE: ["line", "primary"],
        },
        attrs={v.ASSAY: v.EXPRESSION},
    )
    if not full:
        return data
    return data.assign(
        {
            v.TECHNICAL_SHARE: (v.PAIR, rng.uniform(0.5, 2.0, len(target))),
            v.REPLICATE_CONTRAST: (v.REPLICATE, rng.normal(0.0, 0.2, 5)),
            v.CT_CHANGE: (v.PAIR, data[v.LOG2_RATIO].to_numpy() + rng.normal(0.0, 0.1, len(target))),
            v.DOUBLINGS: (v.TARGET, [0.95, 1.02]),
            v.DOUBLINGS_SD: (v.TARGET, [0.03, 0.05]),
            v.REFERENCE_RESPONSE_SD: (v.CONTRAST, [0.1, 0.3]),
        }
    )


@pytest.mark.parametrize("full", [False, True])
def test_densities_are_those_of_the_model(full):
    require_every_number_equal(DENSITY, MODEL, pairs(full=full), PRIORS)


def test_replicates_of_the_data_have_the_mean_and_the_spread_of_the_likelihood():
    data = pairs(full=True)
    one = DENSITY.prior(data, PRIORS, 1, np.random.default_rng(4))
    many = one.isel(draw=np.zeros(40_000, dtype=int)).assign_coords(draw=np.arange(40_000))
    replicated = DENSITY.predictive(data, many, PRIORS, np.random.default_rng(5))
    at = {step: _log_likelihood_moved(data, one, step) for step in (-1.0, 0.0, 1.0)}
    variance = -1.0 / (at[1.0] + at[-1.0] - 2.0 * at[0.0])
    mean = data[v.CT_CHANGE].to_numpy() + variance * (at[1.0] - at[-1.0]) / 2.0
    found = replicated["ct_change_observed"]
    assert found.std(("chain", "draw")).to_numpy() == pytest.approx(np.sqrt(variance), rel=0.02)
    assert found.mean(("chain", "draw")).to_numpy() == pytest.approx(mean, abs=5 * np.sqrt(variance.max() / 40_000))
    spread = float(replicated["replicate_contrast_observed"].std())
    assert spread == pytest.approx(one[v.SD_TECHNICAL].item(), rel=0.02)


def _log_likelihood_moved(data: xr.Dataset, draws: xr.Dataset, step: float) -> np.ndarray:
    """Log likelihood of each pair where its Ct change is larger by a step, and the references' is as it was."""
    moved = step * data[v.DOUBLINGS].to_numpy()[data[v.TARGET_OF_PAIR].to_numpy()]
    other = data.assign({v.CT_CHANGE: data[v.CT_CHANGE] + step, v.LOG2_RATIO: data[v.LOG2_RATIO] + moved})
    return DENSITY.log_likelihood(other, draws, PRIORS)["ct_change_observed"].to_numpy()[0, 0]
