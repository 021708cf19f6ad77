from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from experiments import plan_follow_up as experiment
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.inference.verdict import Verdict
from lensim.output import save_result
from lensim.seeding import stream

SMALL = "seed = 2013\nposterior = '{}'\ntarget = 0.8\nbudget = 1000\nstudies = 100\nworlds = 20\nworkers = 1\n"


def fit(folder: Path, *, passed: bool = True) -> Path:
    """A posterior like the twin's: IGF1 up in primary cells, and well detected."""
    rng, dims, shape = stream(1, "fit"), ("chain", "draw"), (2, 50)
    of_pair = (*dims, v.TARGET, v.CELL_TYPE, v.CONTRAST)
    posterior = xr.Dataset(
        {
            "mu_log2_fold_change": (of_pair, rng.normal(1.2, 0.2, (*shape, 1, 1, 1))),
            "sigma_log2_fold_change": (of_pair, rng.lognormal(-0.7, 0.2, (*shape, 1, 1, 1))),
            v.SD_TECHNICAL: (dims, rng.lognormal(-2.0, 0.1, shape)),
        },
        coords={
            v.TARGET: ["IGF1"],
            v.CELL_TYPE: [experiment.PRIMARY],
            v.CONTRAST: ["LEN"],
            v.REFERENCE: ["RPL37A"],
            v.GENE: ["IGF1", "RPL37A"],
        },
    )
    for name, centre, own in (
        (v.MU_LEVEL, 1.0, (v.TARGET, v.CELL_TYPE)),
        (v.SIGMA_LEVEL, 1.0, (v.TARGET,)),
        (v.LOG2_REFERENCE_LEVEL, 4.3, (v.REFERENCE,)),
        (v.FACTOR, 1.93, (v.GENE,)),
        (v.UNIT_CT, 26.0, (v.GENE,)),
        (v.ONE_COPY_CT, 37.5, (v.GENE,)),
        (v.SD_BIOLOGICAL, 0.2, (v.GENE,)),
        (v.SD_INPUT, 0.4, ()),
        (v.SD_PLATE, 0.15, ()),
    ):
        values = centre * rng.lognormal(0, 0.01, (*shape, *(posterior.sizes[dim] for dim in own)))
        posterior[name] = ((*dims, *own), values)
    tree = xr.DataTree.from_dict({"posterior": posterior})
    reasons = () if passed else ("R-hat of mu is 1.2, must be below 1.01",)
    tree.attrs["verdict"] = Verdict(passed, reasons, 1.001, 900.0, 800.0, "mu", 0, 0.9, 0.0).to_json()
    path = folder / "fit.nc"
    save_result(tree, path)
    return path


def test_the_next_patients_are_planned_from_a_posterior(tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(SMALL.format(fit(tmp_path)))
    experiment.run(config, out)
    names = {path.name for path in out.iterdir()}
    assert {"frontier.csv", "robustness.csv", "detection.csv", "nuisance.csv", "worlds.csv", "findings.txt"} <= names
    worlds = pd.read_csv(out / "worlds.csv")
    assert len(worlds) == 20
    assert worlds.stack().between(0, 1).all()
    found = (out / "findings.txt").read_text()
    for part in ("Recommended: ", "unless", "each simulated study from one of its draws", "worlds"):
        assert part in found
    assert np.isfinite(pd.read_csv(out / "nuisance.csv")).all().all()


def test_what_does_not_suit_is_refused(tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(SMALL.format(tmp_path / "none.nc"))
    with pytest.raises(InputError, match=r"posterior must be a result of experiments\.fig2_expression or of"):
        experiment.run(config, out)
    config.write_text(SMALL.format(fit(tmp_path, passed=False)))
    with pytest.raises(InputError, match=r"must have passed its convergence gate, got: R-hat of mu is 1\.2"):
        experiment.run(config, out)
    assert not out.exists()
