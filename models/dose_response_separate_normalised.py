"""Dose-response of each line from percent viabilities, on its own: the baseline of the pooled model."""

import pymc as pm
import xarray as xr

from lensim.dose_response.panel_arrays import panel_coords
from lensim.dose_response.panel_checks import require_for
from lensim.dose_response.priors import DoseResponsePriors
from lensim.models import dose_response_components as parts
from lensim.models import dose_response_curves as curves
from lensim.models import dose_response_panel as panel


def build_dose_response_separate_normalised(data: xr.Dataset, priors: DoseResponsePriors | None = None) -> pm.Model:
    """IC50 per line without pooling of curves, from signals that were divided by their controls.

    Curves as in `build_dose_response_separate`, wells as in `build_dose_response_hierarchical_normalised`.

    Needs     as dose_response_hierarchical_normalised; one line is enough
    Declares  log10_ec50_um, log_hill_slope, effect_at_saturation (cell_line), culture_ and the name of each,
              log_top_share (culture); sd_well, sd_floor [fraction of untreated], nu_well, and spreads and shares of
              days as dose_response_hierarchical
    Raises    InputError as dose_response_hierarchical_normalised, except for one line
    Source    ours
    """
    priors = priors or DoseResponsePriors()
    require_for(data, "dose_response_separate_normalised")
    with pm.Model(coords=panel_coords(data)) as model:
        held = parts.register(panel.normalised_arrays(data))
        residual = parts.residual_of_cells(held, curves.separate_curves(data, held, priors.curves))
        parts.normalised_wells(held, residual, priors.wells)
    return model
