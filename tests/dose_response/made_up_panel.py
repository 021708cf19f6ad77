"""A fit of a panel without a sampler."""

import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response import NO_FAULTS, lay_out, one_study, simulate
from lensim.inference.observations import attach_observations
from lensim.maiga2013.dose_response_twin import dose_response_design, draw_twin
from lensim.seeding import stream


def made_up_panel(spread: float = 0.01, draws: int = 500) -> xr.DataTree:
    """Draws that lie close around the true curves of a twin, with its wells."""
    sheet = lay_out(dose_response_design(experiments=1), stream(1, "sheet"))
    truth = draw_twin(sheet, stream(1, "truth"))
    data = one_study(simulate(sheet, truth, NO_FAULTS, stream(1, "machine")), 0)
    rng = stream(1, "draws")
    posterior = xr.Dataset(
        {
            name: (
                ("chain", "draw", v.CELL_LINE),
                truth[name].to_numpy()[0] + spread * rng.standard_normal((2, draws, data.sizes[v.CELL_LINE])),
            )
            for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)
        },
        coords={v.CELL_LINE: data[v.CELL_LINE]},
    )
    found = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(found, data)
    return found
