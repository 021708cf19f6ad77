"""Readings of simulated bioassays and cell cycles (Figures 2C and 3A): arrays (study) under the keys of facts."""

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.roles import SAMPLE
from lensim.cell_cycle.phases import PHASES
from lensim.maiga2013.cell_cycle_twin import CONTROL, LENALIDOMIDE, PARENT, VARIANT


def bioassay_readings(data: xr.Dataset) -> dict[str, np.ndarray]:
    """In how many lines the treated media kill more indicator cells: tnf_activity_increased.

    Optical densities fall with TNF on any curve, so means over wells and experiments show its order without a curve.

    Parameters
    ----------
    data
        As from `lensim.bioassay.simulate`: optical_density (study, well), and the sheet.
    """
    medium = data[v.MEDIUM_OF_WELL].to_numpy()
    sample = data[v.ROLE].to_numpy() == SAMPLE
    of_well = np.where(sample, medium, 0)
    line = np.where(sample, data[v.LINE_OF_MEDIUM].to_numpy()[of_well], -1)
    is_control = data[v.IS_CONTROL].to_numpy()[data[v.CONDITION_OF_MEDIUM].to_numpy()[of_well]] == 1
    od = data[v.OPTICAL_DENSITY].to_numpy()
    up = [
        np.nanmean(od[:, (line == k) & ~is_control], axis=1) < np.nanmean(od[:, (line == k) & is_control], axis=1)
        for k in range(data.sizes[v.CELL_LINE])
    ]
    return {"tnf_activity_increased": np.sum(up, axis=0).astype(float)}


def cell_cycle_readings(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Percent of cells in S phase, of all tubes of a line and condition together.

    Parameters
    ----------
    data
        As from `lensim.cell_cycle.simulate`: events (study, tube, phase), and the sheet.

    Returns
    -------
    dict
        lp1_s_phase_untreated_percent, lp1_s_phase_treated_percent, and the changes under the drug
        lp1_s_phase_change_points, lp1_lr_s_phase_change_points [percentage points].
    """
    culture = data[v.CULTURE_OF_TUBE].to_numpy()
    line = [str(data[v.CELL_LINE].to_numpy()[k]) for k in data[v.LINE_OF_CULTURE].to_numpy()[culture]]
    condition = [str(data[v.CONDITION].to_numpy()[k]) for k in data[v.CONDITION_OF_CULTURE].to_numpy()[culture]]
    events = data[v.EVENTS].to_numpy()

    def s_percent(name: str, under: str) -> np.ndarray:
        own = [k for k in range(len(line)) if line[k] == name and condition[k] == under]
        of_phase = events[:, own].sum(axis=1)
        return np.asarray(100.0 * of_phase[:, PHASES.index("S")] / of_phase.sum(axis=1))

    untreated, treated = s_percent(PARENT, CONTROL), s_percent(PARENT, LENALIDOMIDE)
    return {
        "lp1_s_phase_untreated_percent": untreated,
        "lp1_s_phase_treated_percent": treated,
        "lp1_s_phase_change_points": treated - untreated,
        "lp1_lr_s_phase_change_points": s_percent(VARIANT, LENALIDOMIDE) - s_percent(VARIANT, CONTROL),
    }
