"""Cells of both clones over time: stochastic, one culture at a time, or the expectation for very many cells."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.selection.branching import descendants, elapsed
from lensim.selection.design import CLONES
from lensim.selection.truth import check_truth, rates_at

CHUNK: Final = 250
"""Cultures on one random stream: small enough to share among workers, large enough to be fast."""

MOST_GROWTH: Final = 10.0
"""Largest e-fold of a clone between two days of a sheet: whole numbers of cells must stay exact."""

Rates = dict[float, tuple[np.ndarray, np.ndarray]]


def simulate(sheet: xr.Dataset, truth: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """Cultures by birth, death and mutation, with passages, one for each study of the truth.

    Between two days of the sheet rates are constant, and both clones go from one to the other by the exact law of the
    linear birth-death process; the sensitive one with b (1 - m) divisions that give two sensitive cells. Mutants are
    approximate in two ways, both without bias in the mean:

        number      Poisson with mean m b (S0 + S1) tanh(x / 2) / g,  x = g h,  from the cells S0, S1 at both ends
        arrival     all of an interval at the time after which a mutant's clone has, on average, the mean size

    A fraction tanh(x / 2) / x of h (S0 + S1) is the area under an exponential through both ends. What is neglected is
    of order h^2: the spread of that area given its ends, and that of the times of arrival; it matters where mutants
    are many among few cells. A mutation leaves S as it is.

    At the end of an interval a culture beyond its capacity, or at a passage beyond its split, keeps each cell with the
    same probability, so that the expected rest is that many: binomial bottlenecks, of each clone apart.

    Parameters
    ----------
    sheet
        As from `lay_out`.
    truth
        As from `truth_of`; the studies may differ.
    rng
        The stream of these cultures.

    Returns
    -------
    xr.Dataset
        cells (study, clone, day), alive at the end of an interval and after a passage; mutants (study), resistant cells
        that arose by mutation; and from the sheet dose_um, is_passage (day) and last_dose_um.

    Raises
    ------
    InputError
        If sheet or truth lacks a variable, or cells grow too much between two days of the sheet.
    """
    day, dose, limit, rates = _course(sheet, truth)
    studies = truth.sizes[v.STUDY]
    mutation = truth[v.MUTATION].to_numpy()
    cells = np.empty((studies, len(CLONES), len(day)), dtype=np.int64)
    cells[:, :, 0] = sheet[v.INITIAL_CELLS].to_numpy()
    mutants = np.zeros(studies, dtype=np.int64)
    for k in range(1, len(day)):
        days = day[k] - day[k - 1]
        division, death = rates[dose[k]]
        pure = division[:, 0] * (1.0 - mutation)
        before = cells[:, 0, k - 1]
        sensitive = descendants(before, pure, death[:, 0], days, rng)
        resistant = descendants(cells[:, 1, k - 1], division[:, 1], death[:, 1], days, rng)
        new = rng.poisson(mutation * division[:, 0] * _area(before + sensitive, pure - death[:, 0], days))
        if new.any():
            left = _days_of_mutants(pure - death[:, 0], division[:, 1] - death[:, 1], days)
            resistant += descendants(new, division[:, 1], death[:, 1], left, rng)
            mutants += new
        after = np.stack([sensitive, resistant], axis=1)
        total = after.sum(axis=1)
        over = total > limit[k]
        if over.any():
            after[over] = rng.binomial(after[over], (limit[k] / total[over])[:, None])
        cells[:, :, k] = after
    return _as_dataset(sheet, cells, mutants)


def expected(sheet: xr.Dataset, truth: xr.Dataset) -> xr.Dataset:
    """The same course without chance: the limit of many cells, in closed form between two days of the sheet.

    S' = (b (1 - m) - d) S,  R' = (b_R - d_R) R + m b S, and a passage leaves the same share of both.

    Returns
    -------
    xr.Dataset
        As from `simulate`, with fractions of cells: cells (study, clone, day), mutants (study).

    Raises
    ------
    InputError
        As for `simulate`.
    """
    day, dose, limit, rates = _course(sheet, truth)
    mutation = truth[v.MUTATION].to_numpy()
    cells = np.empty((truth.sizes[v.STUDY], len(CLONES), len(day)))
    cells[:, :, 0] = sheet[v.INITIAL_CELLS].to_numpy()
    mutants = np.zeros(truth.sizes[v.STUDY])
    for k in range(1, len(day)):
        days = day[k] - day[k - 1]
        division, death = rates[dose[k]]
        growth = division[:, 0] * (1.0 - mutation) - death[:, 0]
        own = division[:, 1] - death[:, 1]
        supply = mutation * division[:, 0] * cells[:, 0, k - 1]
        mutants += supply * elapsed(growth, days)
        sensitive = cells[:, 0, k - 1] * np.exp(growth * days)
        resistant = np.exp(own * days) * (cells[:, 1, k - 1] + supply * elapsed(growth - own, days))
        kept = np.minimum(1.0, limit[k] / np.maximum(sensitive + resistant, 1e-300))
        cells[:, 0, k], cells[:, 1, k] = kept * sensitive, kept * resistant
    return _as_dataset(sheet, cells, mutants)


def simulate_chunks(sheet: xr.Dataset, truth: xr.Dataset, seed: int) -> xr.Dataset:
    """As `simulate`, in chunks of 250 cultures, each on a stream by the schedule's name and the chunk's number.

    So a culture does not depend on which other schedules are simulated, on how many cultures follow, or on the order
    or the place of the work: chunk c is `simulate_chunk(sheet, truth, seed, c)` wherever it runs.
    """
    chunks = range(-(-truth.sizes[v.STUDY] // CHUNK))
    return xr.concat([simulate_chunk(sheet, truth, seed, c) for c in chunks], v.STUDY, data_vars="minimal")


def simulate_chunk(sheet: xr.Dataset, truth: xr.Dataset, seed: int, chunk: int) -> xr.Dataset:
    """Chunk number `chunk` of `simulate_chunks`.

    Raises
    ------
    InputError
        If there is no such chunk.
    """
    studies = truth.sizes[v.STUDY]
    checks.between("chunk", chunk, 0, max(-(-studies // CHUNK) - 1, 0))
    own = truth.isel({v.STUDY: slice(chunk * CHUNK, (chunk + 1) * CHUNK)})
    return simulate(sheet, own, seeding.stream(seed, "selection", str(sheet.attrs.get("schedule", "")), chunk))


def _course(sheet: xr.Dataset, truth: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray, Rates]:
    """Days, dose and most cells at the end of each interval, rates at each dose."""
    needed: dict[str, tuple[str, ...]] = {
        v.DOSE: (v.DAY,), v.IS_PASSAGE: (v.DAY,), v.INITIAL_CELLS: (v.CLONE,), v.SPLIT_CELLS: (),
        v.CAPACITY_CELLS: (), v.LAST_DOSE: (),
    }  # fmt: skip
    checks.has_variables(sheet, needed, "simulate")
    check_truth(truth, "simulate")
    day, dose = sheet[v.DAY].to_numpy(), sheet[v.DOSE].to_numpy()
    limit = np.where(sheet[v.IS_PASSAGE], sheet[v.SPLIT_CELLS].item(), sheet[v.CAPACITY_CELLS].item())
    rates = {value: rates_at(truth, value) for value in np.unique(dose).tolist()}
    fastest = max(float((division - death).max()) for division, death in rates.values())
    longest = float(np.diff(day).max())
    if not fastest * longest <= MOST_GROWTH:
        raise checks.InputError(
            f"step_days must let cells grow by a factor of at most exp({MOST_GROWTH:g}) between two looks, got "
            f"{longest:g} days at a net growth of {fastest:g} per day"
        )
    return day, dose, limit, rates


def _area(both_ends: np.ndarray, growth: np.ndarray, days: float) -> np.ndarray:
    """Cell-days of an interval from the sum of the cells at its ends; without bias given those at its beginning."""
    x = growth * days
    small = np.abs(x) < 1e-6
    return days * both_ends * np.where(small, 0.5, np.tanh(x / 2.0) / np.where(small, 1.0, x))


def _days_of_mutants(growth: np.ndarray, own: np.ndarray, days: float) -> np.ndarray:
    """Time that the mutants of an interval have had at its end, so that their mean number is right.

    exp(own * left) = mean of exp(own (h - u)) over times u with density in proportion to exp(growth u).
    """
    own = np.where(np.abs(own * days) < 1e-6, 1e-6 / days, own)
    left = (own * days + np.log(elapsed(growth - own, days)) - np.log(elapsed(growth, days))) / own
    return np.clip(left, 0.0, days)


def _as_dataset(sheet: xr.Dataset, cells: np.ndarray, mutants: np.ndarray) -> xr.Dataset:
    found = sheet[[v.DOSE, v.IS_PASSAGE, v.LAST_DOSE]].assign_coords({v.CLONE: list(CLONES)})
    found[v.CELLS] = ((v.STUDY, v.CLONE, v.DAY), cells, {"units": v.UNITS[v.CELLS]})
    found[v.MUTANTS] = (v.STUDY, mutants, {"units": v.UNITS[v.MUTANTS]})
    found.attrs[v.ASSAY] = v.SELECTION
    return found
