"""Dose-response of each line from raw signals, on its own: the pooled model's baseline, and the model of one line."""

import pymc as pm
import xarray as xr

from lensim.dose_response.panel_arrays import panel_coords
from lensim.dose_response.panel_checks import require_for
from lensim.dose_response.priors import DoseResponsePriors
from lensim.models import dose_response_components as parts
from lensim.models import dose_response_curves as curves
from lensim.models import dose_response_panel as panel


def build_dose_response_separate(data: xr.Dataset, priors: DoseResponsePriors | None = None) -> pm.Model:
    """IC50 per line without pooling of curves; only days and the noise of plates and wells are shared.

    As `build_dose_response_hierarchical`, but x(line) ~ Normal(m_x, s_x) with fixed m_x and s_x for x = log10_ec50_um,
    log_hill_slope, effect_at_saturation; s_x^2 is the variance of the population's mean plus that of a line's deviation
    under the hierarchical priors.

    Needs     as dose_response_hierarchical; one line is enough
    Declares  log10_ec50_um, log_hill_slope, effect_at_saturation (cell_line), culture_ and the name of each,
              log_top_signal (culture); background_signal (plate); sd_well, nu_well, and spreads and shares of days as
              dose_response_hierarchical
    Raises    InputError as dose_response_hierarchical, except for one line
    Source    ours
    """
    priors = priors or DoseResponsePriors()
    require_for(data, "dose_response_separate")
    with pm.Model(coords=panel_coords(data)) as model:
        held = parts.register(panel.raw_arrays(data))
        residual = parts.residual_of_cells(held, curves.separate_curves(data, held, priors.curves))
        parts.raw_wells(data, held, residual, parts.culture_tops(held, priors.wells), priors.wells)
    return model
