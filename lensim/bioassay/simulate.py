"""Simulated plates: optical density of every well of many studies at once, from the truth and the faults."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bioassay.curve import optical_density
from lensim.bioassay.roles import BLANK, SAMPLE
from lensim.plate_faults import PlateFaults
from lensim.tables.plate_size import plate_shape

_TRUTH: Final = {
    v.LOG10_TNF: (v.MEDIUM,),
    v.LOG10_EC50_TNF: (v.PLATE,),
    v.LOG_HILL: (v.PLATE,),
    v.EFFECT: (v.PLATE,),
    v.LOG_TOP_OD: (v.PLATE,),
    v.BACKGROUND_OD: (v.PLATE,),
    v.SD_LOG_OD: (),
    v.SD_OD: (),
    "ceiling_od": (),
}


def simulate(sheet: xr.Dataset, truth: xr.Dataset, faults: PlateFaults, rng: np.random.Generator) -> xr.Dataset:
    """Optical density of every well, for every study of the truth.

        signal = top residual(TNF in the well) of wells with cells, as `curve.optical_density` has it
        od     = background + signal exp(position + outlier) + Normal(0, sqrt((sd_log_od signal)^2 + sd_od^2))
        od     = 0 or the reader's ceiling, where it would be beyond

    A blank is background and the part of the noise that does not depend on the signal. Each source of noise has a
    stream of its own, spawned from `rng`.

    Parameters
    ----------
    sheet
        As from `lay_out`.
    truth
        As from `draw_truth`, all variables with the dim study.
    faults
        Edge losses, trends, outlying and lost wells; `lensim.plate_faults.NO_FAULTS` for none.
    rng
        A generator that can spawn, as NumPy's own can.

    Returns
    -------
    xarray.Dataset
        The sheet with optical_density (study, well), NaN where a well was lost.

    Raises
    ------
    InputError
        If a variable of the truth is absent or has other dims.
    """
    for name, dims in _TRUTH.items():
        if name not in truth:
            raise checks.InputError(f"simulate needs a truth with {name}, got {', '.join(map(str, truth))}")
        if truth[name].dims != (v.STUDY, *dims):
            raise checks.InputError(f"simulate needs {name} with dims {(v.STUDY, *dims)}, got {truth[name].dims}")
    noise, placing, dispensing, outlying, losing = rng.spawn(5)
    role, plate = sheet[v.ROLE].values, sheet[v.PLATE_OF_WELL].values
    of = {name: truth[name].values for name in _TRUTH}
    signal = _signal(sheet, of)
    shape = signal.shape

    log_shift = _positions(sheet, faults, len(signal), placing)
    log_shift += faults.sd_dispensing_log * dispensing.standard_normal(shape)
    is_off = outlying.random(shape) < faults.outlier_probability
    log_shift += faults.outlier_log_shift * is_off * outlying.choice([-1.0, 1.0], shape)
    sd = np.hypot(of[v.SD_LOG_OD][:, None] * signal, of[v.SD_OD][:, None])
    od = (
        of[v.BACKGROUND_OD][:, plate] + signal * np.exp(log_shift * (role != BLANK)) + sd * noise.standard_normal(shape)
    )
    od = np.clip(od, 0.0, of["ceiling_od"][:, None])
    od[losing.random(shape) < faults.lost_probability] = np.nan
    data = sheet.assign({v.OPTICAL_DENSITY: ((v.STUDY, v.WELL), od)})
    data[v.OPTICAL_DENSITY].attrs["units"] = v.UNITS[v.OPTICAL_DENSITY]
    data.attrs[v.ASSAY] = v.BIOASSAY
    return data


def one_study(data: xr.Dataset, study: int) -> xr.Dataset:
    """One study of a batch, by position, as a reader of real plates gives it: without lost wells or the dim study.

    Raises
    ------
    InputError
        If the data have no dim study, or no study at that position.
    """
    checks.is_study(data, v.STUDY, study)
    alone = data.isel({v.STUDY: study}, drop=True)
    return alone.isel({v.WELL: np.flatnonzero(np.isfinite(alone[v.OPTICAL_DENSITY].values))})


def _signal(sheet: xr.Dataset, of: dict[str, np.ndarray]) -> np.ndarray:
    """Signal above background (study, well); 0 in blanks."""
    role, plate, medium = sheet[v.ROLE].values, sheet[v.PLATE_OF_WELL].values, sheet[v.MEDIUM_OF_WELL].values
    concentration = np.where(role == SAMPLE, 0.0, sheet[v.CONCENTRATION].values)
    tnf = np.broadcast_to(concentration, (len(of[v.SD_OD]), len(role))).copy()
    is_sample = role == SAMPLE
    tnf[:, is_sample] = 10.0 ** of[v.LOG10_TNF][:, medium[is_sample]] / sheet[v.DILUTION].values[is_sample]
    tnf[:, role == BLANK] = 0.0
    signal = optical_density(
        tnf,
        of[v.LOG_TOP_OD][:, plate],
        of[v.LOG10_EC50_TNF][:, plate],
        of[v.LOG_HILL][:, plate],
        of[v.EFFECT][:, plate],
    )
    return np.where(role == BLANK, 0.0, signal)


def _positions(sheet: xr.Dataset, faults: PlateFaults, studies: int, rng: np.random.Generator) -> np.ndarray:
    """Shift of log signal by where a well lies (study, well): edge losses, and trends along rows and columns."""
    row, column, plate = (sheet[name].values for name in (v.PLATE_ROW, v.PLATE_COLUMN, v.PLATE_OF_WELL))
    rows, columns = plate_shape(sheet)
    on_edge = (row == 0) | (row == rows - 1) | (column == 0) | (column == columns - 1)
    shift = np.zeros((studies, len(row)))
    for place, mean, sd in (
        (on_edge, -faults.mean_edge_log_loss, faults.sd_edge_log_loss),
        (2 * row / max(rows - 1, 1) - 1, 0.0, faults.sd_row_log_gradient),
        (2 * column / max(columns - 1, 1) - 1, 0.0, faults.sd_column_log_gradient),
    ):
        # drawn even where the fault is off, so that switching one on leaves the others as they were
        shift += (mean + sd * rng.standard_normal((studies, sheet.sizes[v.PLATE])))[:, plate] * place
    return shift
