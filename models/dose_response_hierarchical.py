"""Dose-response of a panel of lines from raw signals, pooled: line in molecular group in population."""

import pymc as pm
import xarray as xr

from lensim.dose_response.panel_arrays import panel_coords
from lensim.dose_response.panel_checks import require_for
from lensim.dose_response.priors import DoseResponsePriors
from lensim.models import dose_response_components as parts
from lensim.models import dose_response_curves as curves
from lensim.models import dose_response_panel as panel


def build_dose_response_hierarchical(data: xr.Dataset, priors: DoseResponsePriors | None = None) -> pm.Model:
    """Absolute and relative IC50 per line, partially pooled in molecular groups.

    E[signal]  = background_signal + exp(log_top_signal) * residual(d; curve of the culture)
    log signal ~ StudentT(nu_well, log E[signal], sqrt(sd_well^2 + 1 / (E[signal] * counting_minutes)))
    culture_x  ~ x(line) + what all lines of a day share (EC50 alone) + Normal(0, sd_experiment_x)
    x(line)    ~ Normal(group_x, sigma_x),  group_x ~ Normal(mu_x, sigma_group_x)
                 for x = log10_ec50_um, log_hill_slope, effect_at_saturation

    `dose_response_components` has the equations in full. A line is what its cultures lie around: a new day's
    expectation. With one experiment the spreads between days keep their priors, and the line is wider than its culture.

    Needs     signal (well) [counts/min or light units], dose_um (well) [uM], culture_of_well (well), line_of_culture
              (culture), plate_of_culture (culture), group_of_line (cell_line); used where present: counting_minutes (),
              blank_signal (blank), plate_of_blank (blank), experiment_of_culture (culture)
    Declares  log10_ec50_um, log_hill_slope, effect_at_saturation (cell_line), their mu_, sigma_, sigma_group_ () and
              group_ (molecular_group); culture_ and the name of each, log_top_signal (culture); background_signal
              (plate); sd_well, nu_well, and sd_experiment_log10_ec50_um, sd_experiment_log_hill_slope,
              sd_experiment_effect_at_saturation (); where cultures share an experiment, experiment_log10_ec50_um
              (experiment) and day_share_of_experiment ()
    Raises    InputError if a variable is absent or has other dims, a culture has no untreated well or only zeros, a
              line has fewer than two doses above 0, or there is only one line
    Source    the curve is the four-parameter log-logistic with the untreated level as a parameter; pooling, counting
              variance and priors are ours
    """
    priors = priors or DoseResponsePriors()
    require_for(data, "dose_response_hierarchical")
    with pm.Model(coords=panel_coords(data)) as model:
        held = parts.register(panel.raw_arrays(data))
        residual = parts.residual_of_cells(held, curves.pooled_curves(data, held, priors.curves))
        parts.raw_wells(data, held, residual, parts.culture_tops(held, priors.wells), priors.wells)
    return model
