"""Simulated wells of time zero beside a simulated panel, and the growth rates behind them.

    divisions of a line           D_l  ~ Normal(mu_divisions, sd_line_divisions)
    divisions in one experiment   D_le ~ Normal(D_l, sd_experiment_divisions)
    log x0 of a line on a day     = mean of the log untreated signals of its cultures - D_le log 2
    log background of a plate     ~ Normal(log background_signal, sd_plate_log_background_signal)
    signal of a time-zero well    = (background + x0) exp(ratio sd_well t(nu_well))

Each experiment has one plate of time zero, with its own blanks.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bounds import require_figures, require_spreads
from lensim.dose_response.curve import residual
from lensim.dose_response.estimands import TOP_DOSE, tested_doses_um
from lensim.dose_response.growth import DIVISIONS, GR50, GR_MAX, LOG10_GR50
from lensim.dose_response.growth_rate import gr_value, log10_dose_at_gr
from lensim.dose_response.read.assemble import LIGHT_UNITS

MOST_WELLS: Final = 10_000
CULTURE_DIVISIONS: Final = "culture_divisions"
"""What a culture showed."""


@dataclass(frozen=True)
class GrowthDesign:
    """Wells of time zero, and how lines grow. Every default is assumed.

    Attributes
    ----------
    time_zero_wells
        Of each line in each experiment.
    time_zero_blanks
        Wells without cells on each plate of time zero.
    assay_hours
        From time zero to the end.
    mu_divisions, sd_line_divisions, sd_experiment_divisions
        Mean over lines of the divisions of untreated cells, and their spreads over lines and days.
    ratio_sd_well
        Spread of wells of time zero over that of wells of the end.

    Raises
    ------
    InputError
        If a number is out of its range.
    """

    time_zero_wells: int = 4
    time_zero_blanks: int = 3
    assay_hours: float = 72.0
    mu_divisions: float = 2.5
    sd_line_divisions: float = 0.6
    sd_experiment_divisions: float = 0.2
    ratio_sd_well: float = 1.0

    def __post_init__(self) -> None:
        require_figures(self)
        require_spreads(self)
        checks.between("GrowthDesign.time_zero_wells", self.time_zero_wells, 1, MOST_WELLS)
        checks.between("GrowthDesign.time_zero_blanks", self.time_zero_blanks, 0, MOST_WELLS)
        checks.above("GrowthDesign.assay_hours", self.assay_hours, 0)
        checks.above("GrowthDesign.ratio_sd_well", self.ratio_sd_well, 0)


def with_simulated_growth(
    truth: xr.Dataset, data: xr.Dataset, growth: GrowthDesign, rng: np.random.Generator
) -> tuple[xr.Dataset, xr.Dataset]:
    """A simulated study with wells of time zero, and its truth with growth rates.

    Parameters
    ----------
    truth, data
        Of one study (without the dim study), as from `lensim.simulate.dose_response`, of a signal that is no count a
        minute.
    growth
        How many wells, and how lines grow.
    rng
        The stream of growth and of these wells.

    Returns
    -------
    tuple of xarray.Dataset
        Truth, with divisions, log10_gr50_um [log10 uM; +inf where it is never reached] and gr_max (cell_line), NaN
        where a line does not divide, and culture_divisions (culture); data, with the variables of
        `lensim.dose_response.read.time_zero_wells.with_time_zero_wells`.

    Raises
    ------
    InputError
        If signals are counts a minute.
    """
    if np.isfinite(float(data[v.COUNTING_MINUTES])):
        raise checks.InputError(
            "growth needs a signal that follows the number of cells, got counts a minute: give the design "
            "counting_minutes=inf"
        )
    line, experiment = data[v.LINE_OF_CULTURE].to_numpy(), data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    divisions = growth.mu_divisions + growth.sd_line_divisions * rng.standard_normal(data.sizes[v.CELL_LINE])
    pairs, of_culture = np.unique(np.column_stack([line, experiment]), axis=0, return_inverse=True)
    of_culture = of_culture.reshape(-1)
    of_days = divisions[pairs[:, 0]] + growth.sd_experiment_divisions * rng.standard_normal(len(pairs))
    top = np.bincount(of_culture, truth[v.LOG_TOP].to_numpy()) / np.bincount(of_culture)
    start = np.exp(top - of_days * np.log(2.0))
    plates = data.sizes[v.EXPERIMENT]
    log_background = float(np.log(truth[v.BACKGROUND].to_numpy()).mean())
    background = np.exp(log_background + float(truth["sd_plate_log_background_signal"]) * rng.standard_normal(plates))
    seeding = np.repeat(np.arange(len(pairs)), growth.time_zero_wells)
    plate = pairs[seeding, 1]
    plate_of_blank = np.repeat(np.arange(plates), growth.time_zero_blanks)
    sd, nu = float(truth[v.SD_WELL]), float(truth[v.NU_WELL])
    noise = growth.ratio_sd_well * sd * _heavy_tailed(nu, len(seeding), rng)
    units = {"units": LIGHT_UNITS}
    lines, experiments = (data[name].to_numpy().astype(str) for name in (v.CELL_LINE, v.EXPERIMENT))
    found = {
        v.TIME_ZERO_SIGNAL: (v.TIME_ZERO, (background[plate] + start[seeding]) * np.exp(noise), units),
        v.SEEDING_OF_TIME_ZERO: (v.TIME_ZERO, seeding),
        v.PLATE_OF_TIME_ZERO: (v.TIME_ZERO, plate),
        v.TIME_ZERO_BLANK_SIGNAL: (
            v.TIME_ZERO_BLANK,
            background[plate_of_blank] * np.exp(sd * _heavy_tailed(nu, len(plate_of_blank), rng)),
            units,
        ),
        v.PLATE_OF_TIME_ZERO_BLANK: (v.TIME_ZERO_BLANK, plate_of_blank),
        v.LINE_OF_SEEDING: (v.SEEDING, lines[pairs[:, 0]]),
        v.CONDITION_OF_SEEDING: (v.SEEDING, np.full(len(pairs), "")),
        v.EXPERIMENT_OF_SEEDING: (v.SEEDING, experiments[pairs[:, 1]]),
        v.SEEDING_OF_CULTURE: (v.CULTURE, of_culture),
        v.ASSAY_HOURS: ((), growth.assay_hours, {"units": v.UNITS[v.ASSAY_HOURS]}),
    }
    names = {
        v.SEEDING: [f"{lines[one]}, {experiments[day]}" for one, day in pairs],
        v.TIME_ZERO_PLATE: [f"{name}, time zero" for name in experiments],
    }
    data = data.assign(found).assign_coords(names)
    for name in (v.SIGNAL, v.BLANK_SIGNAL):
        data[name].attrs["units"] = LIGHT_UNITS
    of_cultures = {CULTURE_DIVISIONS: (v.CULTURE, of_days[of_culture])}
    return truth.assign(_metrics(truth, data, divisions) | of_cultures), data


def _heavy_tailed(nu: float, size: int, rng: np.random.Generator) -> np.ndarray:
    """Student-t noise; normal where the degrees of freedom are infinite."""
    return np.asarray(rng.standard_t(nu, size) if np.isfinite(nu) else rng.standard_normal(size))


def _metrics(truth: xr.Dataset, data: xr.Dataset, divisions: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """Growth rates of each line, of its true curve."""
    curve = [truth[name].to_numpy() for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)]
    top = tested_doses_um(data)[TOP_DOSE].to_numpy()
    return {
        DIVISIONS: (v.CELL_LINE, divisions),
        LOG10_GR50: (v.CELL_LINE, log10_dose_at_gr(GR50, divisions, *curve)),
        GR_MAX: (v.CELL_LINE, gr_value(residual(top, *curve), divisions)),
    }
