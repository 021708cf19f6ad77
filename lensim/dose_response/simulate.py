"""Simulated plates: the signal of every well of many studies at once, from the truth and the faults of plates."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response.curve import residual
from lensim.plate_faults import PlateFaults
from lensim.tables.plate_size import plate_shape

EXACT_BELOW_COUNTS: Final = 1000.0
"""Expected counts from which on a Poisson count is drawn as a rounded normal with its skewness: m + sqrt(m) z +
(z^2 - 1) / 6. No probability P(count <= k) is then wrong by more than 1.2e-5 (a plain rounded normal: 2.1e-3)."""

_SHEET: Final = {
    v.DOSE: (v.WELL,),
    v.PLATE_ROW: (v.WELL,),
    v.PLATE_COLUMN: (v.WELL,),
    v.CULTURE_OF_WELL: (v.WELL,),
    v.PLATE_OF_BLANK: (v.BLANK,),
    v.LINE_OF_CULTURE: (v.CULTURE,),
    v.PLATE_OF_CULTURE: (v.CULTURE,),
    v.COUNTING_MINUTES: (),
}
_TRUTH: Final = {
    v.LOG_HILL: (v.CELL_LINE,),
    v.EFFECT: (v.CELL_LINE,),
    v.CULTURE_LOG10_EC50: (v.CULTURE,),
    v.LOG_TOP: (v.CULTURE,),
    v.BACKGROUND: (v.PLATE,),
    v.SD_WELL: (),
    v.NU_WELL: (),
}
_OF_CULTURE: Final = {v.CULTURE_LOG_HILL: v.LOG_HILL, v.CULTURE_EFFECT: v.EFFECT}
"""What a culture shows, and the line's own that it has in a truth of an earlier lensim."""


def simulate(sheet: xr.Dataset, truth: xr.Dataset, faults: PlateFaults, rng: np.random.Generator) -> xr.Dataset:
    """Signals of every well and blank, for every study of the truth.

        mean[w]   = background[plate] + exp(log_top_signal[culture]) * residual(dose[w]; the curve of the culture)
        log level = log mean + edge + row trend + column trend + dispensing + outlier + sd_well * t(nu_well)
        signal[w]    ~ Poisson(level * minutes) / minutes         (level itself where minutes are infinite)

    A blank is a level of background[plate] * exp(sd_well * t(nu_well)), counted in the same way; faults of the cells'
    growth do not reach it, and it is never lost. Edge losses and trends are drawn once for each plate of each study.
    Each source of noise has a stream of its own, spawned from `rng`, so that two sets of faults see the same wells
    otherwise. Random numbers behind the level have 24 bits; counts are as `EXACT_BELOW_COUNTS` says.

    Parameters
    ----------
    sheet
        As from `lay_out`: dose_um, plate_row, plate_column, culture_of_well (well), plate_of_blank (blank),
        line_of_culture, plate_of_culture (culture), counting_minutes (). Optional plate_rows, plate_columns in
        attrs; else the smallest standard plate that has all the wells.
    truth
        As from `draw_truth`: log_hill_slope, effect_at_saturation (study, cell_line), culture_log10_ec50_um,
        log_top_signal (study, culture), background_signal (study, plate), sd_well, nu_well (study); optional
        culture_log_hill_slope and culture_effect_at_saturation (study, culture), the line's where absent; each may
        lack the dim study, and then holds for all.
    faults
        What goes wrong on plates; `NO_FAULTS` for what the models assume.
    rng
        A generator that can spawn, as NumPy's own can.

    Returns
    -------
    xr.Dataset
        The sheet with signal (study, well), NaN where the well was lost, and blank_signal (study, blank), both in
        counts/min; without the dim study where no variable of the truth has it.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, the sheet and the truth differ in lines, cultures or plates, or
        `nu_well` is not above 2.
    """
    checks.has_variables(sheet, _SHEET, "simulate")
    has_study = _check_truth(sheet, truth)
    well_noise, plate_noise, dispensing, outlying, counting, losing, blank_noise, blank_counting = rng.spawn(8)

    value = {name: _by_study(truth[name]) for name in _TRUTH}
    line = sheet[v.LINE_OF_CULTURE].values
    for name, of_line in _OF_CULTURE.items():
        value[name] = _by_study(truth[name]) if name in truth else value[of_line][:, line]
    studies = max(len(array) for array in value.values())
    wells, blanks = (studies, sheet.sizes[v.WELL]), (studies, sheet.sizes[v.BLANK])
    minutes = float(sheet[v.COUNTING_MINUTES])

    log_shift = _heavy_tailed(value[v.SD_WELL], value[v.NU_WELL], wells, well_noise)
    _add_plate_faults(log_shift, sheet, faults, plate_noise)
    if faults.sd_dispensing_log > 0:
        log_shift += np.float32(faults.sd_dispensing_log) * dispensing.standard_normal(wells, dtype=np.float32)
    _add_outliers(log_shift, faults, outlying)
    level = _mean_signal(sheet, value, studies)
    level *= np.exp(log_shift, dtype=np.float64)  # in double precision, for a tail far out must not overflow
    signal = _count(level, minutes, counting)
    signal.ravel()[_sparse_places(signal.size, faults.lost_probability, losing)] = np.nan

    blank_shift = _heavy_tailed(value[v.SD_WELL], value[v.NU_WELL], blanks, blank_noise)
    blank_level = value[v.BACKGROUND][:, sheet[v.PLATE_OF_BLANK].values] * np.exp(blank_shift, dtype=np.float64)
    blank_signal = _count(blank_level, minutes, blank_counting)

    observed = {v.SIGNAL: (v.WELL, signal), v.BLANK_SIGNAL: (v.BLANK, blank_signal)}
    signals = {
        name: ((v.STUDY, dim), array) if has_study else (dim, array[0]) for name, (dim, array) in observed.items()
    }
    data = sheet.assign(signals).assign_attrs({v.ASSAY: v.DOSE_RESPONSE})
    for name in signals:
        data[name].attrs["units"] = v.UNITS[name]
    return data.assign_coords({v.STUDY: truth[v.STUDY]}) if has_study and v.STUDY in truth.coords else data


def one_study(data: xr.Dataset, study: int) -> xr.Dataset:
    """One study of a batch, by position, as a reader of real plates would give it: without lost wells or the dim study.

    Raises
    ------
    InputError
        If the data have no dim study, or no study at that position.
    """
    checks.is_study(data, v.STUDY, study)
    alone = data.isel({v.STUDY: study}, drop=True)
    return alone.isel({v.WELL: np.flatnonzero(np.isfinite(alone[v.SIGNAL].values))})


def _check_truth(sheet: xr.Dataset, truth: xr.Dataset) -> bool:
    """Refuse a truth that does not belong to the sheet; return whether it has the dim study."""
    missing = [name for name in _TRUTH if name not in truth]
    if missing:
        raise checks.InputError(f"simulate needs a truth with {', '.join(missing)}, got {', '.join(map(str, truth))}")
    for name, dims in (_TRUTH | {name: (v.CULTURE,) for name in _OF_CULTURE if name in truth}).items():
        if truth[name].dims not in (dims, (v.STUDY, *dims)):
            raise checks.InputError(f"simulate needs {name} with dims {(v.STUDY, *dims)}, got {truth[name].dims}")
        for dim in dims:
            in_sheet = sheet.sizes.get(dim, int(sheet[v.PLATE_OF_CULTURE].max()) + 1)
            if truth.sizes[dim] != in_sheet:
                raise checks.InputError(
                    f"simulate needs a truth of {in_sheet} entries along {dim}, as the sheet has, "
                    f"got {truth.sizes[dim]}"
                )
    for dim in (v.CELL_LINE, v.CULTURE):  # positions are what count, so names must be in the same order
        if dim in sheet.coords and dim in truth.coords and not np.array_equal(sheet[dim], truth[dim]):
            raise checks.InputError(f"simulate needs the same {dim} names in sheet and truth, in the same order")
    checks.above("nu_well", float(truth[v.NU_WELL].min()), 2)
    return any(v.STUDY in truth[name].dims for name in (*_TRUTH, *_OF_CULTURE) if name in truth)


def _by_study(variable: xr.DataArray) -> np.ndarray:
    """Values with a first axis for the study, of length 1 where the variable holds for all."""
    return variable.values if v.STUDY in variable.dims else variable.values[None]


def _mean_signal(sheet: xr.Dataset, value: dict[str, np.ndarray], studies: int) -> np.ndarray:
    """Expected signal (study, well): evaluated once for each culture and dose, then handed to its wells."""
    dose, culture = sheet[v.DOSE].values, sheet[v.CULTURE_OF_WELL].values
    doses, dose_index = np.unique(dose, return_inverse=True)
    pair, pair_of_well = np.unique(culture * len(doses) + dose_index, return_inverse=True)
    culture, dose_index = np.divmod(pair, len(doses))
    plate = sheet[v.PLATE_OF_CULTURE].values[culture]
    curve = (value[name][:, culture] for name in (v.CULTURE_LOG10_EC50, v.CULTURE_LOG_HILL, v.CULTURE_EFFECT))
    left = residual(doses[dose_index], *curve)
    mean = value[v.BACKGROUND][:, plate] + np.exp(value[v.LOG_TOP])[:, culture] * left
    return np.take(np.broadcast_to(mean, (studies, len(pair))), pair_of_well, axis=1)


def _heavy_tailed(sd: np.ndarray, nu: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Student-t noise of scale `sd` and `nu` degrees of freedom (both (study) or (1)): normal / sqrt(chi2 / nu).

    In single precision, and normal where `nu` is infinite.
    """
    noise = rng.standard_normal(shape, dtype=np.float32)
    noise *= sd.astype(np.float32)[:, None]
    heavy = np.isfinite(np.broadcast_to(nu, shape[:1]))
    if heavy.all():  # the usual case, without a copy of the rows
        noise /= _root_chi2_over_nu(nu, shape, rng)
    elif heavy.any():
        noise[heavy] /= _root_chi2_over_nu(nu[heavy], (int(heavy.sum()), shape[1]), rng)
    return noise


def _root_chi2_over_nu(nu: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Draws of sqrt(chi2(nu) / nu), the divisor that turns a normal into a Student t."""
    half = nu / 2
    if (half == half[0]).all():  # one number is drawn from faster than an array of them
        divisor = rng.standard_gamma(float(half[0]), shape, dtype=np.float32)
    else:
        divisor = rng.standard_gamma(half[:, None], shape, dtype=np.float32)
    divisor /= half.astype(np.float32)[:, None]
    return np.sqrt(divisor, out=divisor)


def _add_plate_faults(log_shift: np.ndarray, sheet: xr.Dataset, faults: PlateFaults, rng: np.random.Generator) -> None:
    """Add edge losses and trends along rows and columns to `log_shift` (study, well), in place."""
    row, column = sheet[v.PLATE_ROW].values, sheet[v.PLATE_COLUMN].values
    rows, columns = plate_shape(sheet)
    plate = sheet[v.PLATE_OF_CULTURE].values[sheet[v.CULTURE_OF_WELL].values]
    on_edge = (row == 0) | (row == rows - 1) | (column == 0) | (column == columns - 1)
    place_and_size = (
        (on_edge, -faults.mean_edge_log_loss, faults.sd_edge_log_loss),
        (2 * row / max(rows - 1, 1) - 1, 0.0, faults.sd_row_log_gradient),
        (2 * column / max(columns - 1, 1) - 1, 0.0, faults.sd_column_log_gradient),
    )
    for place, mean, sd in place_and_size:
        # drawn even where the fault is off, so that switching one on leaves the others as they were
        size = mean + sd * rng.standard_normal((len(log_shift), int(plate.max()) + 1), dtype=np.float32)
        if mean or sd:
            log_shift += size.astype(np.float32)[:, plate] * place.astype(np.float32)


def _add_outliers(log_shift: np.ndarray, faults: PlateFaults, rng: np.random.Generator) -> None:
    """Shift a few wells of `log_shift` up or down, in place."""
    places = _sparse_places(log_shift.size, faults.outlier_probability, rng)
    log_shift.ravel()[places] += faults.outlier_log_shift * rng.choice([-1.0, 1.0], len(places))


def _sparse_places(size: int, probability: float, rng: np.random.Generator) -> np.ndarray:
    """Which of `size` places come up when each does with the same probability: how many first, then which."""
    return rng.choice(size, rng.binomial(size, probability), replace=False, shuffle=False)


def _count(level_signal: np.ndarray, minutes: float, rng: np.random.Generator) -> np.ndarray:
    """The count of a true level in `minutes`; see `EXACT_BELOW_COUNTS`."""
    if np.isinf(minutes):
        return level_signal
    expected = level_signal * minutes
    few = expected < EXACT_BELOW_COUNTS
    exact = rng.poisson(expected[few])
    z = rng.standard_normal(expected.shape, dtype=np.float32)
    counts = np.sqrt(expected)
    counts *= z
    counts += expected
    counts += (np.square(z) - 1) / 6
    np.rint(counts, out=counts)
    counts[few] = exact
    counts /= minutes
    return counts
