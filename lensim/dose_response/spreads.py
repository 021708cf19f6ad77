"""What a fit says of lines, cultures and wells as a whole, with which one line can be looked at again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.places import place_of_wells
from lensim.dose_response.replicates import relative_wells

CURVE: Final = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)
OF_CULTURES: Final = (v.SD_EXPERIMENT, v.SD_EXPERIMENT_LOG_HILL, v.SD_EXPERIMENT_EFFECT)
POSITION: Final = ("edge_log_effect", "row_log_gradient", "column_log_gradient")
USUAL_NU: Final = 6.0
USUAL_SD: Final = 0.15
USUAL_FLOOR: Final = 0.02
NO_BACKGROUND: Final = 1e-9
"""As a share of untreated: keeps logarithms finite."""


@dataclass(frozen=True)
class Spreads:
    """Point estimates (posterior means) of what lines have in common.

    Attributes
    ----------
    curve
        (cell_line, 3) log10 EC50, log slope and effect of each line: where a search starts.
    mean_of_lines, sd_of_lines
        (cell_line, 3) what is known of a line beside its own wells: mean and spread of its group.
    sd_of_cultures
        (3) of cultures around their line.
    sd_of_tops
        Of the log of the untreated level, beforehand: wide for signals, small for percents.
    sd_well, nu_well, sd_floor
        Spread of wells, its degrees of freedom, and the spread of percents where no signal is left.
    background
        (plate) signal without cells; 0 for percents.
    position
        (well) log effect of the place on the plate, where the model has one; else 0.
    inverse_minutes
        1 / counting time of counts; else 0.
    """

    curve: np.ndarray
    mean_of_lines: np.ndarray
    sd_of_lines: np.ndarray
    sd_of_cultures: np.ndarray
    sd_of_tops: float
    sd_well: float
    nu_well: float
    sd_floor: float
    background: np.ndarray
    position: np.ndarray
    inverse_minutes: float


def spreads_of(posterior: xr.Dataset, data: xr.Dataset, priors: Mapping[str, Any]) -> Spreads:
    """Spreads of a fit, by whichever engine; what its posterior lacks comes from its priors or from replicates.

    Parameters
    ----------
    posterior
        Draws (chain, draw, ...) by the names of the models.
    data
        The wells.
    priors
        Of the fit, as `lensim.inference.priors.priors_of` gives them; the usual ones where empty.
    """
    mean = {str(name): posterior[name].mean(("chain", "draw")).to_numpy() for name in posterior.data_vars}
    curves, wells = priors.get("curves", {}), priors.get("wells", {})
    is_raw = v.SIGNAL in data
    minutes = float(data[v.COUNTING_MINUTES]) if is_raw and v.COUNTING_MINUTES in data else np.inf
    own = relative_wells(data) if v.SD_WELL not in mean else None
    of_lines = [_of_lines(name, mean, data, curves) for name in CURVE]
    return Spreads(
        curve=np.stack([mean[name] for name in CURVE], axis=-1),
        mean_of_lines=np.stack([one[0] for one in of_lines], axis=-1),
        sd_of_lines=np.stack([one[1] for one in of_lines], axis=-1),
        sd_of_cultures=np.array(
            [
                float(mean.get(name, curves.get(f"median_{name}", usual)))
                for name, usual in zip(OF_CULTURES, (0.15, 0.1, 0.1), strict=True)
            ]
        ),
        sd_of_tops=float(wells.get("sd_log_top_signal", 1.5) if is_raw else wells.get("sd_log_top_share", 0.1)),
        sd_well=float(mean.get(v.SD_WELL, USUAL_SD if own is None else own.spread)),
        nu_well=float(mean.get(v.NU_WELL, USUAL_NU)),
        sd_floor=float(mean.get(v.SD_FLOOR, USUAL_FLOOR)),
        background=_background(mean, data) if is_raw else np.zeros(data.sizes[v.PLATE]),
        position=_position(mean, data),
        inverse_minutes=0.0 if np.isinf(minutes) else 1.0 / minutes,
    )


def _of_lines(
    name: str, mean: Mapping[str, np.ndarray], data: xr.Dataset, priors: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of a line's own parameter, without its wells (cell_line)."""
    group = data[v.GROUP_OF_LINE].to_numpy()
    if f"sigma_{name}" in mean:
        centre = mean.get(f"group_{name}", mean.get(f"mu_{name}", mean[name].mean()))
        around = np.asarray(centre)[group] if np.ndim(centre) else np.full(len(group), float(centre))
        return around, np.full(len(group), float(mean[f"sigma_{name}"]))
    tested = np.log10(data[v.DOSE].to_numpy()[data[v.DOSE].to_numpy() > 0])
    usual = {v.LOG10_EC50: ((tested.min() + tested.max()) / 2.0, 1.4), v.LOG_HILL: (0.0, 0.5), v.EFFECT: (1.5, 1.4)}
    centre, sd = usual[name]
    return np.full(len(group), float(priors.get(f"mean_mu_{name}", centre))), np.full(len(group), sd)


def _background(mean: Mapping[str, np.ndarray], data: xr.Dataset) -> np.ndarray:
    """Signal without cells (plate): the fit's, else the median of blanks, else next to nothing."""
    if v.BACKGROUND in mean:
        return np.asarray(mean[v.BACKGROUND], dtype=float)
    plates, signal = data.sizes[v.PLATE], data[v.SIGNAL].to_numpy().astype(float)
    nothing = NO_BACKGROUND * float(np.median(signal[signal > 0])) if (signal > 0).any() else NO_BACKGROUND
    if v.BLANK_SIGNAL not in data or not data.sizes.get(v.BLANK, 0):
        return np.full(plates, nothing)
    blank, plate = data[v.BLANK_SIGNAL].to_numpy().astype(float), data[v.PLATE_OF_BLANK].to_numpy()
    overall = float(np.nanmedian(blank)) if np.isfinite(blank).any() else nothing
    own = [blank[(plate == p) & np.isfinite(blank)] for p in range(plates)]
    return np.maximum([np.median(one) if len(one) else overall for one in own], nothing)


def _position(mean: Mapping[str, np.ndarray], data: xr.Dataset) -> np.ndarray:
    """Log effect of the place of each well, where the model has such effects by plate."""
    if any(name not in mean for name in POSITION) or v.PLATE_ROW not in data:
        return np.zeros(data.sizes[v.WELL])
    place = place_of_wells(data)
    plate = data[v.PLATE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    return np.asarray(sum(mean[name][plate] * place[:, k] for k, name in enumerate(POSITION)))
