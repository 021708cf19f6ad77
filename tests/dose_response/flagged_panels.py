"""Simulated panels, clean and with one thing wrong, for the flags."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response import NO_FAULTS, DoseResponseDesign, lay_out, one_study, simulate
from lensim.dose_response.replicates import Doses
from lensim.plate_faults import PlateFaults
from lensim.seeding import stream

LINES = 4


def truth_of(sheet: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """Curves that fall by at least three quarters within the doses; days differ."""
    lines, cultures, plates = sheet.sizes[v.CELL_LINE], sheet.sizes[v.CULTURE], sheet.sizes[v.PLATE]
    log10_ec50 = rng.uniform(-0.8, 0.0, lines)
    day = 0.1 * rng.standard_normal(cultures)
    return xr.Dataset(
        {
            v.LOG_HILL: (v.CELL_LINE, rng.uniform(-0.1, 0.5, lines)),
            v.EFFECT: (v.CELL_LINE, rng.uniform(1.6, 3.0, lines)),
            v.CULTURE_LOG10_EC50: (v.CULTURE, log10_ec50[sheet[v.LINE_OF_CULTURE].to_numpy()] + day),
            v.LOG_TOP: (v.CULTURE, rng.normal(10.3, 0.4, cultures)),
            v.BACKGROUND: (v.PLATE, np.full(plates, 50.0)),
            v.SD_WELL: 0.08,
            v.NU_WELL: 8.0,
        }
    )


def panel(seed: int, *, faults: PlateFaults = NO_FAULTS, experiments: int = 3, **design: object) -> xr.Dataset:
    """Wells of four lines, at half-log doses in triplicate."""
    laid = DoseResponseDesign([f"L{k}" for k in range(LINES)], ["g"] * LINES, experiments=experiments, **design)
    sheet = lay_out(laid, stream(seed, "sheet"))
    return one_study_of(simulate(sheet, truth_of(sheet, stream(seed, "truth")), faults, stream(seed, "machine")))


def one_study_of(data: xr.Dataset) -> xr.Dataset:
    """Without the dim study and without lost wells."""
    if v.STUDY in data.dims:
        return one_study(data, 0)
    return data.isel({v.WELL: np.flatnonzero(np.isfinite(data[v.SIGNAL].to_numpy()))})


def changed(data: xr.Dataset, factor: Callable[[np.ndarray], np.ndarray]) -> xr.Dataset:
    """The panel with each signal times a factor of its dose."""
    return data.assign({v.SIGNAL: data[v.SIGNAL] * factor(data[v.DOSE].to_numpy())})


def as_viability(data: xr.Dataset) -> xr.Dataset:
    """Percent of the mean control of each culture, in place of signals."""
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    signal = data[v.SIGNAL].to_numpy()
    level = np.array([signal[(culture == c) & (dose == 0)].mean() for c in range(data.sizes[v.CULTURE])])
    kept = data.drop_vars([v.SIGNAL, v.BLANK_SIGNAL, v.PLATE_OF_BLANK, v.COUNTING_MINUTES], errors="ignore")
    return kept.assign({v.VIABILITY: (v.WELL, 100.0 * signal / level[culture])})


def doses(mean: list[float]) -> Doses:
    """A line seen at tenfold doses from 0.01 in three cultures that agree."""
    level = np.array(mean)
    dose = 10.0 ** np.arange(len(mean)) / 100.0
    sd = np.full(len(mean), 0.02)
    return Doses(dose, level, sd, sd, sd, level, level, 0.03, 9 * len(mean), 3)
