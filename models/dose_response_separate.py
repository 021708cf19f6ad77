"""Dose-response of each line from raw signals, on its own: the pooled model's baseline, and the model of one line."""

import pymc as pm
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.priors import DoseResponsePriors
from lensim.models import dose_response_components as parts
from lensim.models import dose_response_panel as panel


def build_dose_response_separate(data: xr.Dataset, priors: DoseResponsePriors | None = None) -> pm.Model:
    """IC50 per line without pooling of curves; only the noise of plates and wells is shared.

    As `build_dose_response_hierarchical`, but x(line) ~ Normal(m_x, s_x) with fixed m_x and s_x for x = log10_ec50_um,
    log_hill_slope, effect_at_saturation; s_x^2 is the variance of the population's mean plus that of a line's deviation
    under the hierarchical priors.

    Needs     as dose_response_hierarchical; one line is enough
    Declares  log10_ec50_um, log_hill_slope, effect_at_saturation (cell_line); culture_log10_ec50_um, log_top_signal
              (culture); background_signal (plate); sd_well, nu_well, sd_experiment_log10_ec50_um ()
    Raises    InputError as dose_response_hierarchical, except for one line
    Source    ours
    """
    priors = priors or DoseResponsePriors()
    panel.require_panel(data, v.SIGNAL, "dose_response_separate")
    panel.require_untreated(data, v.SIGNAL)
    with pm.Model(coords=panel.panel_coords(data)) as model:
        held = parts.register(panel.raw_arrays(data))
        sd_experiment = parts.experiment_spread(data, priors.curves)
        log10_ec50, log_hill, effect = parts.separate_curves(data, held, sd_experiment, priors.curves)
        midpoint = parts.culture_midpoints(data, held, log10_ec50, sd_experiment)
        residual = parts.residual_of_cells(data, held, midpoint, log_hill, effect)
        parts.raw_wells(data, held, residual, parts.culture_tops(held, priors.wells), priors.wells)
    return model
