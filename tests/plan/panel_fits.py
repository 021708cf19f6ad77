"""Small fits of panels for tests of plans: simulated wells, and the posterior of the Laplace engine."""

from functools import cache

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response import NO_FAULTS, DoseResponseDesign, lay_out, one_study, simulate
from lensim.dose_response.laplace.engine import analyse_panel
from lensim.dose_response.laplace.wells import sheet_of
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.truth import CURVE, DoseResponsePopulation, draw_truth
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict, carry_verdict
from lensim.seeding import stream

PASSED = Verdict(True, (), 1.001, 900.0, 800.0, "mu", 0, 0.9, 0.0)


@cache
def panel_fit(a: int = 3, b: int = 3, experiments: int = 2) -> xr.DataTree:
    """A fit of lines of groups A and B, drawn from the default population."""
    names = [f"A{k}" for k in range(a)] + [f"B{k}" for k in range(b)]
    design = DoseResponseDesign(names, [name[0] for name in names], experiments=experiments)
    sheet = lay_out(design, stream(3, "sheet"))
    truth = draw_truth(DoseResponsePopulation(), sheet, stream(3, "truth"))
    return fit_of(one_study(simulate(sheet, truth, NO_FAULTS, stream(3, "machine")), 0))


def fit_of(data: xr.Dataset) -> xr.DataTree:
    """The fit of one study by the Laplace engine, with a verdict."""
    wells = data[v.SIGNAL].to_numpy(), data[v.BLANK_SIGNAL].to_numpy()
    found = analyse_panel(sheet_of(data), *wells, DoseResponsePriors(), stream(3, "laplace"))
    draws = found.curves.shape[0]
    of = ("chain", "draw")
    variables = {name: ((*of, v.CELL_LINE), found.curves[None, ..., k]) for k, name in enumerate(CURVE)}
    for k, name in enumerate(CURVE):
        variables[f"group_{name}"] = ((*of, v.MOLECULAR_GROUP), found.group[None, ..., k])
        for what in ("mu", "sigma", "sigma_group", "sd_experiment"):
            variables[f"{what}_{name}"] = (of, getattr(found, what)[None, :, k])
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    top = [np.log(wells[0][(culture == c) & (dose == 0)]).mean() for c in range(data.sizes[v.CULTURE])]
    variables[v.LOG_TOP] = ((*of, v.CULTURE), np.broadcast_to(top, (1, draws, len(top))).copy())
    variables[v.BACKGROUND] = ((*of, v.PLATE), np.full((1, draws, data.sizes[v.PLATE]), 50.0))
    variables[v.SD_WELL] = (of, np.full((1, draws), found.sd_well))
    variables[v.NU_WELL] = (of, np.full((1, draws), found.nu_well))
    variables[v.DAY_SHARE] = (of, found.day_share[None])
    coords = {name: data[name] for name in (v.CELL_LINE, v.MOLECULAR_GROUP)}
    result = xr.DataTree.from_dict({"posterior": xr.Dataset(variables, coords=coords)})
    attach_observations(result, data)
    result.attrs |= {v.ASSAY: v.DOSE_RESPONSE, "model": "dose_response_hierarchical", "seed": 3}
    carry_verdict(result, PASSED)
    return result
