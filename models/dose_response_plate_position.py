"""Dose-response of a panel from raw signals, pooled, with the place of a well on its plate as part of its mean."""

import pymc as pm
import xarray as xr

from lensim.dose_response.panel_arrays import panel_coords
from lensim.dose_response.panel_checks import require_for
from lensim.dose_response.priors import DoseResponsePriors
from lensim.models import dose_response_components as parts
from lensim.models import dose_response_curves as curves
from lensim.models import dose_response_panel as panel


def build_dose_response_plate_position(data: xr.Dataset, priors: DoseResponsePriors | None = None) -> pm.Model:
    """`build_dose_response_hierarchical`, plus an edge effect and a gradient along rows and columns of each plate.

    log E[signal] of a well gains  edge_log_effect(plate) * on_edge + row_log_gradient(plate) * row
                                + column_log_gradient(plate) * column,  row and column from -0.5 to 0.5
    edge_log_effect(plate)   ~ Normal(mu_edge_log_effect, sigma_edge_log_effect)
    row_log_gradient(plate)  ~ Normal(mu_row_log_gradient, sigma_log_gradient sqrt(1 - share_of_log_gradient))
    mu_row_log_gradient      ~ Normal(0, sigma_log_gradient sqrt(share_of_log_gradient));  columns alike

    Lensim chooses it where doses have places of their own on the plates and these may move a response by more than 2%
    (`lensim.dose_response.places`). Where wells are randomised, places are part of the spread of wells.

    Needs     as dose_response_hierarchical, and plate_row, plate_column (well), 0 = A and 0 = column 1
    Declares  as dose_response_hierarchical, and edge_log_effect, row_log_gradient, column_log_gradient (plate),
              mu_edge_log_effect, sigma_edge_log_effect, mu_row_log_gradient, mu_column_log_gradient,
              sigma_log_gradient, share_of_log_gradient ()
    Raises    InputError as dose_response_hierarchical
    Source    ours
    """
    priors = priors or DoseResponsePriors()
    require_for(data, "dose_response_plate_position")
    with pm.Model(coords=panel_coords(data)) as model:
        held = parts.register(panel.position_arrays(data))
        residual = parts.residual_of_cells(held, curves.pooled_curves(data, held, priors.curves))
        position = parts.position_on_plate(held, priors.wells)
        parts.raw_wells(data, held, residual, parts.culture_tops(held, priors.wells), priors.wells, position)
    return model
