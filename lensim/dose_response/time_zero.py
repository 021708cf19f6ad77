"""Signals of cultures when the drug was added, drawn for each draw of a fit.

    log signal of a time-zero well  ~ StudentT(nu_well, log(background + x0), ratio sd_well)
    log blank of a time-zero plate  ~ StudentT(4, log background, sd_blank)
    log background of such a plate  ~ Normal(mu_log_background_signal, sigma_log_background_signal)
    log x0                          ~ Normal(log untreated signal - 2 log 2, 2)
    log ratio                       ~ Normal(0, 0.5)

sd_well, nu_well, sd_blank and the population of backgrounds are those of each draw of the fit: the same hands, reader
and medium. Time-zero wells do not change the fit: its curves are the same without them. Where a time-zero plate has no
blanks, it has the background of the plates that its cultures were read on at the end.
"""

from typing import Final

import numpy as np
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.density import NU_BLANK
from lensim.dose_response.level_draws import Wells, draw_log_levels, draw_on_grid, log_evidence
from lensim.dose_response.log_signal import log_signal

DIVISIONS_BEFORE: Final = 2.0
SD_LOG_TIME_ZERO: Final = 2.0
"""The prior of a time-zero level: two divisions below untreated, give or take three (assumed)."""
SD_LOG_RATIO: Final = 0.5
"""Of the spread of time-zero wells over that of wells at the end, on the log scale (assumed)."""
MU_LOG_BACKGROUND: Final = "mu_log_background_signal"
SIGMA_LOG_BACKGROUND: Final = "sigma_log_background_signal"
SD_BLANK: Final = "sd_blank"
VARIABLES: Final = (
    v.TIME_ZERO_SIGNAL, v.TIME_ZERO_BLANK_SIGNAL, v.TIME_ZERO_WELL_NAME, v.SEEDING_OF_TIME_ZERO, v.PLATE_OF_TIME_ZERO,
    v.PLATE_OF_TIME_ZERO_BLANK, v.SEEDING_OF_CULTURE, v.LINE_OF_SEEDING, v.CONDITION_OF_SEEDING,
    v.EXPERIMENT_OF_SEEDING, v.ASSAY_HOURS, v.SEEDING, v.TIME_ZERO_PLATE,
)  # fmt: skip
"""All that data have of time zero."""
_LOG_RATIOS: Final = np.linspace(-3.0, 3.0, 31) * SD_LOG_RATIO


def has_time_zero(data: xr.Dataset) -> bool:
    """Whether any culture has time-zero wells."""
    return v.SEEDING_OF_CULTURE in data and bool((data[v.SEEDING_OF_CULTURE].to_numpy() >= 0).any())


def without_time_zero(data: xr.Dataset) -> xr.Dataset:
    """The wells of the end alone."""
    return data.drop_vars([name for name in VARIABLES if name in data.variables])


def log_time_zero_signals(data: xr.Dataset, posterior: xr.Dataset, seed: int = 0) -> np.ndarray:
    """Log signal above background of each seeding at time zero, one for each draw of a fit (draw, seeding).

    NaN for a seeding that no culture is of.

    Parameters
    ----------
    data
        Wells with time-zero wells.
    posterior
        Draws (chain, draw, ...) of sd_well, nu_well and background_signal; of the population of backgrounds and of
        sd_blank where time-zero plates have blanks.
    seed
        Root of the draws.
    """
    x = _Draws(posterior)
    background = _backgrounds(data, x, seed)
    level = log_signal(data[v.TIME_ZERO_SIGNAL].to_numpy().astype(float))
    seeding_of_well = data[v.SEEDING_OF_TIME_ZERO].to_numpy()
    untreated = data[v.SIGNAL].to_numpy()[data[v.DOSE].to_numpy() == 0].astype(float)
    middle = float(np.median(log_signal(untreated))) - DIVISIONS_BEFORE * np.log(2.0)
    used = np.unique(data[v.SEEDING_OF_CULTURE].to_numpy())
    of_seedings = {
        int(one): Wells(
            level[seeding_of_well == one],
            background[:, seeding_of_well == one],
            x.of(v.SD_WELL),
            x.of(v.NU_WELL),
            np.full(x.number, middle),
            np.full(x.number, SD_LOG_TIME_ZERO),
        )
        for one in used[used >= 0]
    }
    ratio = np.exp(_log_ratios(list(of_seedings.values()), x.number, seeding.stream(seed, "time_zero", "spread")))
    found = np.full((x.number, data.sizes[v.SEEDING]), np.nan)
    for one, wells in of_seedings.items():
        rng = seeding.stream(seed, "time_zero", one)
        found[:, one] = draw_log_levels(wells._replace(sd=wells.sd * ratio), rng)
    return found


class _Draws:
    """Draws of a posterior as arrays (draw, ...)."""

    def __init__(self, posterior: xr.Dataset) -> None:
        self._posterior = posterior
        self.number = posterior.sizes["chain"] * posterior.sizes["draw"]

    def has(self, name: str) -> bool:
        return name in self._posterior

    def of(self, name: str) -> np.ndarray:
        values = self._posterior[name].transpose("chain", "draw", ...).to_numpy().astype(float)
        return np.asarray(values.reshape(self.number, *values.shape[2:]))


def _backgrounds(data: xr.Dataset, x: _Draws, seed: int) -> np.ndarray:
    """Background of each time-zero well (draw, time_zero): of its plate's blanks, else of the plates of the end."""
    at_end = x.of(v.BACKGROUND)
    plate_of_culture, seeding_of_culture = (
        data[name].to_numpy() for name in (v.PLATE_OF_CULTURE, v.SEEDING_OF_CULTURE)
    )
    plate, of_seeding = data[v.PLATE_OF_TIME_ZERO].to_numpy(), data[v.SEEDING_OF_TIME_ZERO].to_numpy()
    found = np.empty((x.number, len(plate)))
    for one in np.unique(of_seeding):
        plates = np.unique(plate_of_culture[seeding_of_culture == one])
        found[:, of_seeding == one] = at_end[:, plates if len(plates) else slice(None)].mean(axis=1)[:, None]
    if not data.sizes.get(v.TIME_ZERO_BLANK, 0) or not x.has(MU_LOG_BACKGROUND):
        return found
    blank = log_signal(data[v.TIME_ZERO_BLANK_SIGNAL].to_numpy().astype(float))
    plate_of_blank = data[v.PLATE_OF_TIME_ZERO_BLANK].to_numpy()
    for one in np.unique(plate_of_blank):
        own = blank[plate_of_blank == one]
        wells = Wells(
            own,
            np.zeros((x.number, len(own))),
            x.of(SD_BLANK),
            np.full(x.number, NU_BLANK),
            x.of(MU_LOG_BACKGROUND),
            x.of(SIGMA_LOG_BACKGROUND),
        )
        drawn = np.exp(draw_log_levels(wells, seeding.stream(seed, "time_zero", "background", int(one))))
        found[:, plate == one] = drawn[:, None]
    return found


def _log_ratios(of_seedings: list[Wells], number: int, rng: np.random.Generator) -> np.ndarray:
    """Draws of the log ratio of spreads, from all time-zero wells together at the means of the fit (draw)."""
    log_weight = -0.5 * (_LOG_RATIOS / SD_LOG_RATIO) ** 2
    size = len(_LOG_RATIOS)
    for wells in of_seedings:
        at_means = Wells(
            wells.log_signal,
            np.tile(wells.background.mean(axis=0), (size, 1)),
            wells.sd.mean() * np.exp(_LOG_RATIOS),
            np.full(size, wells.nu.mean()),
            wells.mean[:1].repeat(size),
            wells.prior_sd[:1].repeat(size),
        )
        log_weight = log_weight + log_evidence(at_means)
    return draw_on_grid(_LOG_RATIOS, log_weight, number, rng)
