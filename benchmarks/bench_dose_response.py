"""Parametrization of the hierarchical dose-response model: the model of the catalogue against a fully non-centred one.

Same priors, same likelihood, same wells, same settings, one process. Sampling alone is timed. ESS is the smallest of
bulk and tail over every scalar parameter that all parametrizations have in common, not their own coordinates.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response import PlateFaults, lay_out, one_study, simulate
from lensim.dose_response.panel_arrays import panel_coords
from lensim.dose_response.priors import DoseResponsePriors
from lensim.inference.engine_nutpie import compile_model, sample
from lensim.inference.gate import convergence_table
from lensim.inference.settings import SamplerSettings
from lensim.maiga2013.dose_response_twin import dose_response_design, draw_twin
from lensim.models import dose_response_components as parts
from lensim.models import dose_response_panel as panel
from lensim.models.coordinates import COORDINATE_SUFFIX, normal_non_centred
from lensim.models.dose_response_curves import Curves
from lensim.models.dose_response_hierarchical import build_dose_response_hierarchical

ROOT = 2013
SETTINGS = SamplerSettings(draws=1000, tune=1000, chains=4)


def twin() -> xr.Dataset:
    """Wells of one twin of the 23-line panel."""
    sheet = lay_out(dose_response_design(), seeding.stream(ROOT, "sheet"))
    truth = draw_twin(sheet, seeding.stream(ROOT, "truth"))
    return one_study(simulate(sheet, truth, PlateFaults(), seeding.stream(ROOT, "machine")), 0)


def _scalar_non_centred(name: str, mu: Any, sigma: float) -> Any:
    return pm.Deterministic(name, mu + sigma * pm.Normal(f"{name}{COORDINATE_SUFFIX}", 0.0, 1.0))


def build_non_centred(data: xr.Dataset, *, per_well: bool) -> pm.Model:
    """`dose_response_hierarchical` with every normal effect as mean + sd * Normal(0, 1).

    With `per_well` the curve is evaluated for every well and not for every culture and dose.
    """
    priors = DoseResponsePriors()
    curves, wells = priors.curves, priors.wells
    arrays = panel.raw_arrays(data)
    if per_well:
        cell = arrays["cell_of_well"]
        arrays["culture_of_cell"] = arrays["culture_of_cell"][cell]
        arrays["log_dose_of_cell"] = arrays["log_dose_of_cell"][cell]
        arrays["cell_of_well"] = np.arange(len(cell))
    group_of_line, line_of_culture = data[v.GROUP_OF_LINE].to_numpy(), data[v.LINE_OF_CULTURE].to_numpy()
    experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    with pm.Model(coords=panel_coords(data)) as model:
        held = parts.register(arrays)
        means = {
            v.LOG10_EC50: (held["log10_middle_dose_um"], curves.sd_mu_log10_ec50_um),
            v.LOG_HILL: (curves.mean_mu_log_hill_slope, curves.sd_mu_log_hill_slope),
            v.EFFECT: (curves.mean_mu_effect_at_saturation, curves.sd_mu_effect_at_saturation),
        }
        of_group = {
            v.LOG10_EC50: curves.sd_sigma_group_log10_ec50_um,
            v.LOG_HILL: curves.sd_sigma_group_log_hill_slope,
            v.EFFECT: curves.sd_sigma_group_effect_at_saturation,
        }
        of_line = {
            v.LOG10_EC50: pm.HalfNormal(f"sigma_{v.LOG10_EC50}", curves.sd_sigma_log10_ec50_um),
            v.LOG_HILL: pm.LogNormal(
                f"sigma_{v.LOG_HILL}", np.log(curves.median_sigma_log_hill_slope), curves.log_sd_sigma_log_hill_slope
            ),
            v.EFFECT: pm.HalfNormal(f"sigma_{v.EFFECT}", curves.sd_sigma_effect_at_saturation),
        }
        lines = {}
        for name, (mean, sd) in means.items():
            mu = _scalar_non_centred(f"mu_{name}", mean, sd)
            sigma_group = pm.HalfNormal(f"sigma_group_{name}", of_group[name])
            group = normal_non_centred(f"group_{name}", mu=mu, sigma=sigma_group, dims=v.MOLECULAR_GROUP)
            lines[name] = normal_non_centred(name, mu=group[group_of_line], sigma=of_line[name], dims=v.CELL_LINE)
        share = pm.Uniform(v.DAY_SHARE)
        shown = {}
        for name in means:
            sd = pm.LogNormal(
                f"sd_experiment_{name}",
                np.log(getattr(curves, f"median_sd_experiment_{name}")),
                getattr(curves, f"log_sd_sd_experiment_{name}"),
            )
            middle = lines[name][line_of_culture]
            if name == v.LOG10_EC50:
                day = normal_non_centred(v.EXPERIMENT_LOG10_EC50, mu=0.0, sigma=sd * pt.sqrt(share), dims=v.EXPERIMENT)
                middle, sd = middle + day[experiment], sd * pt.sqrt(1.0 - share)
            shown[name] = normal_non_centred(f"culture_{name}", mu=middle, sigma=sd, dims=v.CULTURE)
        log_top = normal_non_centred(
            v.LOG_TOP, mu=held["log_untreated_signal"], sigma=wells.sd_log_top_signal, dims=v.CULTURE
        )
        residual = parts.residual_of_cells(held, Curves(*(shown[name] for name in means)))
        parts.raw_wells(data, held, residual, log_top, wells)
    return model


def _measure(name: str, build: Callable[[], pm.Model]) -> tuple[dict[str, object], xr.Dataset]:
    compiled = compile_model(build())
    started = time.perf_counter()
    result = sample(compiled, SETTINGS, seeding.sampler_seed(ROOT, "benchmark"))
    seconds = time.perf_counter() - started
    divergences = int(result["sample_stats"]["diverging"].sum())
    return {"model": name, "seconds": round(seconds, 1), "divergences": divergences}, result["posterior"].to_dataset()


def run() -> list[dict[str, object]]:
    """One row a parametrization; `ratio` is worst ESS a second over that of the model non-centred throughout."""
    data = twin()
    measured = [
        _measure("as in the catalogue", lambda: build_dose_response_hierarchical(data)),
        _measure("non-centred throughout", lambda: build_non_centred(data, per_well=False)),
        _measure("non-centred, curve per well", lambda: build_non_centred(data, per_well=True)),
    ]
    common = set.intersection(*({str(name) for name in draws.data_vars} for _, draws in measured))
    common = {name for name in common if not name.endswith(COORDINATE_SUFFIX)}
    reference = measured[0][1][v.LOG10_EC50]
    for row, draws in measured:
        table = convergence_table(draws[sorted(common)]).dropna()
        worst = table[["ess_bulk", "ess_tail"]].min(axis=1)
        seconds = float(str(row["seconds"]))
        row |= {"largest_r_hat": round(float(table["r_hat"].max()), 4), "worst_ess": round(float(worst.min()))}
        row |= {"worst_variable": str(worst.idxmin()), "worst_ess_a_second": round(float(worst.min()) / seconds, 2)}
        difference = (draws[v.LOG10_EC50].mean(("chain", "draw")) - reference.mean(("chain", "draw"))).to_numpy()
        ess = table.loc[[name for name in table.index if name.startswith(f"{v.LOG10_EC50}[")], "ess_bulk"].to_numpy()
        error = draws[v.LOG10_EC50].std(("chain", "draw")).to_numpy() / np.sqrt(ess)
        row["largest_z_of_log10_ec50"] = round(float(np.abs(difference / (np.sqrt(2) * error)).max()), 2)
    baseline = float(str(measured[1][0]["worst_ess_a_second"]))
    return [row | {"ratio": round(float(str(row["worst_ess_a_second"])) / baseline, 1)} for row, _ in measured]


if __name__ == "__main__":
    for line in run():
        print(line)
