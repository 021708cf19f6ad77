"""Panels with wells of time zero, and draws around their truth, without a sampler."""

import numpy as np
import xarray as xr

import lensim
from lensim import vocabulary as v
from lensim.dose_response import NO_FAULTS, DoseResponsePopulation
from lensim.dose_response.design import DoseResponseDesign
from lensim.dose_response.simulate_growth import GrowthDesign
from lensim.inference.observations import attach_observations
from lensim.seeding import stream

LINES = ("A", "B", "C")
QUIET = DoseResponsePopulation(
    sd_well=1e-7, nu_well=np.inf, sd_experiment_log10_ec50_um=0.0, sd_experiment_log_hill_slope=0.0,
    sd_experiment_effect_at_saturation=0.0, sd_plate_log_background_signal=0.0,
)  # fmt: skip


def panel(
    growth: GrowthDesign,
    population: DoseResponsePopulation = QUIET,
    experiments: int = 1,
    seed: int = 1,
    lines: tuple[str, ...] = LINES,
) -> tuple[xr.Dataset, xr.Dataset]:
    """Truth and data of a small panel of a signal that follows the number of cells."""
    design = DoseResponseDesign(
        lines, ("g",) * len(lines), replicates=2, experiments=experiments, counting_minutes=np.inf
    )
    return lensim.simulate.dose_response(design, population, NO_FAULTS, growth=growth, seed=seed)


def result_around(truth: xr.Dataset, data: xr.Dataset, spread: float = 0.0, draws: int = 400) -> xr.DataTree:
    """Draws of all parameters within `spread` of the truth, with the wells."""
    rng = stream(1, "draws")

    def drawn(name: str, dim: str) -> xr.DataArray:
        values = np.broadcast_to(truth[name].to_numpy(), (2, draws, data.sizes[dim]))
        return xr.DataArray(values + spread * rng.standard_normal(values.shape), dims=("chain", "draw", dim))

    found = {name: drawn(name, v.CELL_LINE) for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)}
    found |= {
        name: drawn(name, v.CULTURE) for name in (v.CULTURE_LOG10_EC50, v.CULTURE_LOG_HILL, v.CULTURE_EFFECT, v.LOG_TOP)
    }
    found[v.BACKGROUND] = drawn(v.BACKGROUND, v.PLATE)
    numbers = {
        v.SD_WELL: float(truth[v.SD_WELL]),
        v.NU_WELL: 50.0,
        v.SD_EXPERIMENT: 0.15,
        "mu_log_background_signal": float(np.log(truth[v.BACKGROUND].to_numpy()).mean()),
        "sigma_log_background_signal": max(float(truth["sd_plate_log_background_signal"]), 1e-7),
        "sd_blank": float(truth[v.SD_WELL]),
    }
    found |= {name: xr.DataArray(np.full((2, draws), value), dims=("chain", "draw")) for name, value in numbers.items()}
    posterior = xr.Dataset(found).assign_coords({v.CELL_LINE: data[v.CELL_LINE], v.CULTURE: data[v.CULTURE]})
    result = xr.DataTree.from_dict({"posterior": posterior})
    result.attrs[v.ASSAY] = v.DOSE_RESPONSE
    attach_observations(result, data)
    return result
