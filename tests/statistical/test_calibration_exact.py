"""The exact engine against long NUTS runs of the model that it integrates, over studies of several shapes.

Null: the engine's mean and sd are those of the posterior, so they differ from NUTS's by its Monte Carlo error alone
(ESS from the draws; of an sd, that of the squared deviations), and decisions are the same unless NUTS's own probability
is within that error of the bar.
"""

import arviz as az
import numpy as np
import pytest

from lensim import seeding
from lensim import vocabulary as v
from lensim.expression.exact.engine import Questions, analyse
from lensim.expression.pairs import one_study_of_pairs
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import compile_model, sample
from lensim.inference.settings import SamplerSettings
from lensim.power.expression.study import simulate_chunk
from lensim.power.scenario import scenario_of

pytestmark = [pytest.mark.calibrate, pytest.mark.sampling]

STUDIES = 50
ROOT = 71
FAR = 4.0  # Monte Carlo errors; of some 900 comparisons 0.06 are expected beyond it
BAR = 0.95
SETTINGS = SamplerSettings(draws=4000, tune=1000, chains=2, target_accept=0.95)
SHAPES = {
    "12 lines, 2 experiments, 2 genes": {
        "design": {"subjects": {"line": 12}, "targets": ("TNF", "IGF1")},
    },
    "4 patients once in triplicate, plug-in": {
        "design": {"subjects": {"donor": 4}, "experiments": 1, "technical_replicates": 3},
        "analysis": {"factors": "plug_in"},
    },
    "lines and patients, poor series": {
        "design": {"subjects": {"line": 6, "donor": 4}, "dilutions": (4.0, 1.0, 0.25), "dilution_replicates": 1},
        "rules": [{"rule": "posterior", "of": "difference", "first": "line", "second": "donor", "above": 0.0}],
    },
    "lost wells": {
        "design": {"subjects": {"line": 5}, "experiments": 3},
        "truth": {"faults": {"lost_probability": 0.15}},
    },
}


@pytest.mark.parametrize("name", list(SHAPES))
def test_exact_is_what_nuts_converges_to(name):
    rules = {
        "rules": [{"rule": "posterior", "above": 0.0, "cell_type": next(iter(SHAPES[name]["design"]["subjects"]))}]
    }
    truth = {"expression": [{"mu_log2_fold_change": 0.5, "sigma_log2_fold_change": 0.4}]}
    shape = SHAPES[name]
    scenario = scenario_of({"name": name, "seed": ROOT} | rules | shape | {"truth": truth | shape.get("truth", {})})
    pairs = simulate_chunk(scenario, (name,), STUDIES).pairs
    groups = pairs.sizes[v.CELL_TYPE]
    exact = analyse(pairs, None, Questions((0.0,), (0.05, 0.95), [(0, 1)] if groups > 1 else []))
    entry = find_model("fold_change_hierarchical")
    compiled = compile_model(entry.build(one_study_of_pairs(pairs, 0)))
    z_mean, z_sd, apart, undecided = [], [], 0, 0
    for study in range(STUDIES):
        if not np.isfinite(pairs[v.LOG2_RATIO].to_numpy()[study]).any():
            continue
        arrays = entry.arrays(one_study_of_pairs(pairs, study))
        drawn = sample(compiled.with_data(arrays), SETTINGS, seeding.sampler_seed(ROOT, name, study))
        mu = drawn["posterior"][f"mu_{v.LOG2_FOLD_CHANGE}"].to_numpy()[..., 0]  # chain, draw, target, cell type
        of = exact.isel(study=study)
        shown = [(mu[..., t, k], "", {"target": t, "group": k}) for t in range(mu.shape[2]) for k in range(groups)]
        if groups > 1:
            shown += [
                (mu[..., t, 0] - mu[..., t, 1], "difference_", {"target": t, "difference": 0})
                for t in range(mu.shape[2])
            ]
        for draws, prefix, place in shown:
            own = of.isel(place)
            square = (draws - draws.mean()) ** 2
            z_mean.append((float(own[f"{prefix}mean"]) - draws.mean()) / (draws.std() / np.sqrt(az.ess(draws))))
            error = square.std() / np.sqrt(az.ess(square)) / (2 * draws.std())
            z_sd.append((float(own[f"{prefix}sd"]) - draws.std()) / error)
            p = (draws > 0).mean()
            mcse = np.sqrt(max(p * (1 - p), 1e-4) / az.ess((draws > 0).astype(float) + 1e-9 * draws))
            if (p > BAR) != (float(own[f"{prefix}p_above"][0]) > BAR):
                apart += 1
                undecided += abs(p - BAR) < FAR * mcse
    z_mean, z_sd = np.abs(z_mean), np.abs(z_sd)
    rms = [float(np.sqrt((z**2).mean())) for z in (z_mean, z_sd)]
    print(f"{name}: {len(z_mean)} posteriors, z of means up to {z_mean.max():.1f} (rms {rms[0]:.2f})", end=", ")
    print(f"of sds up to {z_sd.max():.1f} (rms {rms[1]:.2f})", end="; ")
    print(f"{apart} decisions differ, {undecided} of them where NUTS is undecided")
    assert z_mean.max() < FAR
    assert z_sd.max() < FAR
    assert apart == undecided
