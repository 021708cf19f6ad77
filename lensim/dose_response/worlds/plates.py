"""A panel of one world: the truth of every quantity that tables show, and the wells as a plate reader gives them.

The truth is of **the line**: the curve whose midpoint, slope and effect are the means over days, and not of the few
days that were measured. Faults of plates, wells and controls do not belong to it.
"""

from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.design import lay_out
from lensim.dose_response.worlds.curves import Curves, draw_curves
from lensim.dose_response.worlds.world import PanelWorld

UNTREATED_SIGNAL: Final = 3.0e4
BACKGROUND_SIGNAL: Final = 50.0
CV_WELL: Final = 0.12
SD_LOG_LINE: Final = 0.4
SD_LOG_DAY: Final = 0.5
SD_LOG_CULTURE: Final = 0.15
SD_LOG_BACKGROUND: Final = 0.15


def simulate_panel(world: PanelWorld, rng: np.random.Generator) -> tuple[xr.Dataset, xr.Dataset]:
    """One study of a world.

        level[w] = background[plate] + untreated[culture] * left(dose[w]; curve of the culture) * plate[w] * cells[w]
        signal[w] ~ Poisson(level[w])

    `cells` is Gamma with mean 1 and a coefficient of variation of 12%; `plate` has edge loss, trends and outliers.
    Each source of noise has a stream of its own, so that two worlds see the same lines and wells otherwise.

    Parameters
    ----------
    world
        What is changed.
    rng
        A generator that can spawn.

    Returns
    -------
    tuple of xarray.Dataset
        Truth, by the names of the estimands of a fit: log10_ic50_um [log10 uM; infinite where never reached],
        log10_ec50_um, hill_slope, effect_at_saturation, inhibition_at_top_dose_percent, area_over_curve, is_resistant
        (IC50 above the top dose), is_stimulated (cell_line), number_of_sensitive_lines (); with one experiment also
        this_experiment_ and log10_ic50_um, log10_ec50_um, inhibition_at_top_dose_percent, of the curve that the line
        had on that day. Then the data, as readers give them.
    """
    of_sheet, of_lines, of_days, of_levels, of_plates, of_wells, of_counts, of_losses = rng.spawn(8)
    sheet = lay_out(world.design, of_sheet)
    lines = draw_curves(world.curves, world.lines, world.doses_um, of_lines)
    cultures = curves_of_days(world, lines, sheet, of_days)
    culture = sheet[v.CULTURE_OF_WELL].to_numpy()
    dose = sheet[v.DOSE].to_numpy()
    of_well = Curves(*(array[culture] for array in (cultures.log10_ec50_um, cultures.slope, cultures.left)))
    untreated, background = _levels(sheet, of_levels)
    growth = untreated[culture] * of_well.left_at(dose) * plate_factors(world, sheet, of_plates)
    growth *= np.where(dose == 0, world.controls_fold, 1.0)
    growth *= of_wells.gamma(CV_WELL**-2, CV_WELL**2, len(dose))
    level = background[sheet[v.PLATE_OF_CULTURE].to_numpy()[culture]] + growth
    blank = background[sheet[v.PLATE_OF_BLANK].to_numpy()] * of_wells.gamma(
        CV_WELL**-2, CV_WELL**2, sheet.sizes[v.BLANK]
    )
    data = sheet.assign(
        {
            v.SIGNAL: (v.WELL, of_counts.poisson(level).astype(float), {"units": v.UNITS[v.SIGNAL]}),
            v.BLANK_SIGNAL: (v.BLANK, of_counts.poisson(blank).astype(float), {"units": v.UNITS[v.BLANK_SIGNAL]}),
        }
    )
    if world.as_percent:
        data = as_percent(data)
    kept = np.flatnonzero(of_losses.random(len(dose)) >= world.lost_share)
    truth = truth_of(world, lines)
    if world.experiments == 1:  # cultures are in the order of the lines
        truth = truth.assign(of_this_experiment(world, cultures))
    return truth, data.isel({v.WELL: kept})


def of_this_experiment(world: PanelWorld, cultures: Curves) -> dict[str, tuple[str, np.ndarray]]:
    """What is true of each line on the one day that it was treated."""
    at_top = 100.0 * (1.0 - cultures.left_at(max(world.doses_um)))
    found = {
        v.LOG10_IC50: cultures.log10_ic50_um(),
        v.LOG10_EC50: cultures.log10_ec50_um,
        "inhibition_at_top_dose_percent": at_top,
    }
    return {f"this_experiment_{name}": (v.CELL_LINE, values) for name, values in found.items()}


def as_percent(data: xr.Dataset) -> xr.Dataset:
    """Wells as a laboratory's table has them: percent of the mean untreated signal of a culture, blanks taken off."""
    culture = data[v.CULTURE_OF_WELL].to_numpy()
    plate_of_blank, blank = data[v.PLATE_OF_BLANK].to_numpy(), data[v.BLANK_SIGNAL].to_numpy()
    background = np.bincount(plate_of_blank, blank) / np.bincount(plate_of_blank)
    net = data[v.SIGNAL].to_numpy() - background[data[v.PLATE_OF_CULTURE].to_numpy()[culture]]
    untreated = data[v.DOSE].to_numpy() == 0
    level = np.bincount(culture[untreated], net[untreated]) / np.bincount(culture[untreated])
    raw = (v.SIGNAL, v.BLANK_SIGNAL, v.PLATE_OF_BLANK, v.BLANK_ROW, v.BLANK_COLUMN, v.COUNTING_MINUTES)
    percent = (v.WELL, 100.0 * net / level[culture], {"units": v.UNITS[v.VIABILITY]})
    return data.drop_vars(list(raw)).assign({v.VIABILITY: percent})


def truth_of(world: PanelWorld, lines: Curves) -> xr.Dataset:
    """What is true of each line, by the names of the estimands of a fit."""
    top, lowest = max(world.doses_um), min(dose for dose in world.doses_um if dose > 0)
    ic50, at_top = lines.log10_ic50_um(), 100.0 * (1.0 - lines.left_at(top))
    resistant = ic50 > np.log10(top)
    of_lines = {
        v.LOG10_IC50: ic50,
        v.LOG10_EC50: lines.log10_ec50_um,
        "hill_slope": lines.slope,
        v.EFFECT: -np.log(lines.left),
        "inhibition_at_top_dose_percent": at_top,
        "area_over_curve": lines.area_over_curve(lowest, top),
        "is_resistant": resistant,
        "is_stimulated": at_top < 0.0,
    }
    return xr.Dataset(
        {name: (v.CELL_LINE, values) for name, values in of_lines.items()}
        | {"number_of_sensitive_lines": int((~resistant).sum())},
        coords={v.CELL_LINE: list(world.design.cell_lines)},
        attrs={v.ASSAY: v.DOSE_RESPONSE},
    )


def curves_of_days(world: PanelWorld, lines: Curves, sheet: xr.Dataset, rng: np.random.Generator) -> Curves:
    """The curve of every culture: that of its line, moved by its day and by itself."""
    line, day = sheet[v.LINE_OF_CULTURE].to_numpy(), sheet[v.EXPERIMENT_OF_CULTURE].to_numpy()
    own = rng.standard_normal((3, len(line)))
    shared = rng.standard_normal((2, sheet.sizes[v.EXPERIMENT]))[:, day]
    log10_ec50 = lines.log10_ec50_um[line] + world.sd_culture_log10_ec50 * own[0] + world.sd_day_log10_ec50 * shared[0]
    effect = -np.log(lines.left[line]) + world.sd_culture_effect * own[1] + world.sd_day_effect * shared[1]
    left = np.exp(-effect)
    if world.sd_culture_left > 0:  # Gamma: positive, and its mean is that of the line
        left = rng.gamma((left / world.sd_culture_left) ** 2, world.sd_culture_left**2 / left)
    return Curves(log10_ec50, lines.slope[line] * np.exp(world.sd_culture_log_slope * own[2]), left)


def plate_factors(world: PanelWorld, sheet: xr.Dataset, rng: np.random.Generator) -> np.ndarray:
    """What place and handling make of the growth in each well, as a factor."""
    row, column = sheet[v.PLATE_ROW].to_numpy(), sheet[v.PLATE_COLUMN].to_numpy()
    rows, columns = sheet.attrs[v.PLATE_ROWS], sheet.attrs[v.PLATE_COLUMNS]
    plate = sheet[v.PLATE_OF_CULTURE].to_numpy()[sheet[v.CULTURE_OF_WELL].to_numpy()]
    trend = world.sd_gradient * rng.standard_normal((2, sheet.sizes[v.PLATE]))[:, plate]
    slope = trend[0] * (2 * row / (rows - 1) - 1) + trend[1] * (2 * column / (columns - 1) - 1)
    on_edge = (row == 0) | (row == rows - 1) | (column == 0) | (column == columns - 1)
    factor = np.maximum(1.0 + slope, 0.1) * np.where(on_edge, 1.0 - world.edge_loss, 1.0)
    is_odd, is_high = rng.random((2, len(row))) < np.array([[world.outlying_share], [0.5]])
    return np.asarray(factor * np.where(is_odd, world.outlying_fold ** np.where(is_high, 1.0, -1.0), 1.0))


def _levels(sheet: xr.Dataset, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Untreated signal of each culture, and background of each plate [counts/min]."""
    line, day = sheet[v.LINE_OF_CULTURE].to_numpy(), sheet[v.EXPERIMENT_OF_CULTURE].to_numpy()
    log = SD_LOG_LINE * rng.standard_normal(sheet.sizes[v.CELL_LINE])[line]
    log += SD_LOG_DAY * rng.standard_normal(sheet.sizes[v.EXPERIMENT])[day]
    log += SD_LOG_CULTURE * rng.standard_normal(len(line))
    background = BACKGROUND_SIGNAL * np.exp(SD_LOG_BACKGROUND * rng.standard_normal(sheet.sizes[v.PLATE]))
    return UNTREATED_SIGNAL * np.exp(log), background
