"""Dose-response of a panel of lines from percent viabilities, pooled: for data without raw signals."""

import pymc as pm
import xarray as xr

from lensim.dose_response.panel_arrays import panel_coords
from lensim.dose_response.panel_checks import require_for
from lensim.dose_response.priors import DoseResponsePriors
from lensim.models import dose_response_components as parts
from lensim.models import dose_response_curves as curves
from lensim.models import dose_response_panel as panel


def build_dose_response_hierarchical_normalised(data: xr.Dataset, priors: DoseResponsePriors | None = None) -> pm.Model:
    """IC50 per line, partially pooled in molecular groups, from signals that were divided by their controls.

    viability / 100 ~ StudentT(nu_well, E, sqrt((sd_well E)^2 + sd_floor^2)),  E = exp(log_top_share) * residual(d)
    log_top_share(culture) ~ Normal(0, 0.1): the error of the control mean that was divided by

    Curves and pooling as in `build_dose_response_hierarchical`. A well spreads in proportion to its signal, and
    by sd_floor on the scale of percent where no signal is left: the background was subtracted, and values at or below 0
    are data. Nothing is clipped. Untreated wells are not needed.

    Needs     viability_percent (well) [percent of untreated], dose_um (well) [uM], culture_of_well (well),
              line_of_culture, plate_of_culture (culture), group_of_line (cell_line)
    Declares  log10_ec50_um, log_hill_slope, effect_at_saturation (cell_line), their mu_, sigma_, sigma_group_ () and
              group_ (molecular_group); culture_ and the name of each, log_top_share (culture); sd_well, sd_floor
              [fraction of untreated], nu_well, and spreads and shares of days as dose_response_hierarchical
    Raises    InputError if a variable is absent or has other dims, a line has fewer than two doses above 0, or there is
              only one line
    Source    ours
    """
    priors = priors or DoseResponsePriors()
    require_for(data, "dose_response_hierarchical_normalised")
    with pm.Model(coords=panel_coords(data)) as model:
        held = parts.register(panel.normalised_arrays(data))
        residual = parts.residual_of_cells(held, curves.pooled_curves(data, held, priors.curves))
        parts.normalised_wells(held, residual, priors.wells)
    return model
