"""Shares of the phases of the cell cycle, and what a drug does to them, from events of a flow cytometer."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.cell_cycle.cultures import require_tubes
from lensim.cell_cycle.density import cell_cycle_arrays
from lensim.cell_cycle.phases import LATER_PHASES, PHASES, contrasts_of
from lensim.cell_cycle.priors import CellCyclePriors
from lensim.models.coordinates import positive_spread


def build_cell_cycle_phases(data: xr.Dataset, priors: CellCyclePriors | None = None) -> pm.Model:
    """Log ratios of phases per line, their change under each drug, and how much cultures differ.

    events(culture, :) ~ DirichletMultinomial(n(culture), concentration * share(line, condition, :))
    share = softmax(0, phase_log_ratio(line, :) + phase_log_ratio_change(line, contrast, :))
    A culture is one line under one condition in one experiment; the events of its tubes are summed, since tubes of one
    culture are not independent. Ten thousand events fix the share of their culture and not that of the line:
    the spread between cultures, p (1 - p) / (concentration + 1), does not shrink with events. With one culture of each
    line and condition it is left to its prior.

    Needs     events (tube, phase) [cells], culture_of_tube (tube), line_of_culture, condition_of_culture,
              experiment_of_culture (culture), is_control (condition)
    Declares  phase_log_ratio (cell_line, later_phase) [log], phase_log_ratio_change (cell_line, contrast, later_phase)
              [log], concentration ()
    Raises    InputError as `lensim.cell_cycle.cultures.require_tubes` says
    Source    Mosimann 1962, doi:10.1093/biomet/49.1-2.65, for the distribution; the regression and the priors are ours
    """
    priors = priors or CellCyclePriors()
    require_tubes(data, "cell_cycle_phases")
    contrasts = contrasts_of(data)
    coords = {
        v.CELL_LINE: data[v.CELL_LINE].to_numpy(),
        v.CONTRAST: contrasts,
        v.LATER_PHASE: list(LATER_PHASES),
        v.PHASE: list(PHASES),
    }
    with pm.Model(coords=coords) as model:
        held = {name: pm.Data(name, array) for name, array in cell_cycle_arrays(data).items()}
        events, line, contrast = (
            held[name] for name in ("events_of_culture", "line_of_culture", "contrast_of_culture")
        )
        ratio = pm.Normal(
            v.PHASE_LOG_RATIO,
            mu=np.array([priors.mean_s_log_ratio, priors.mean_g2m_log_ratio]),
            sigma=priors.sd_phase_log_ratio,
            dims=(v.CELL_LINE, v.LATER_PHASE),
        )
        change = pm.Normal(
            v.PHASE_LOG_RATIO_CHANGE,
            mu=0.0,
            sigma=priors.sd_phase_log_ratio_change,
            dims=(v.CELL_LINE, v.CONTRAST, v.LATER_PHASE),
        )
        concentration = positive_spread(v.DIRICHLET, priors.median_concentration, priors.log_sd_concentration)
        nothing = pt.zeros((data.sizes[v.CELL_LINE], 1, len(LATER_PHASES)))
        later = ratio[line] + pt.concatenate([nothing, change], axis=1)[line, contrast]
        logits = pt.concatenate([pt.zeros((line.shape[0], 1)), later], axis=1)
        share = pt.exp(logits - pt.logsumexp(logits, axis=1, keepdims=True))
        pm.DirichletMultinomial("events_observed", n=events.sum(axis=1), a=concentration * share, observed=events)
    return model
