"""Wells of a plate that are far from the others of their culture, compound and dose."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy import stats

from lensim.qc import thresholds as limit
from lensim.qc.evidence import robust_spread
from lensim.qc.finding import Checked, Finding
from lensim.qc.plate_places import fitted_places, places_of
from lensim.qc.wells import Wells

LEAST_SHARE: Final = 0.2
"""Groups with less of the untreated signal are left out: counting and background decide there (assumed)."""
TAILS: Final = 8.0
"""Degrees of freedom of Student's t of single wells: between those of the models and a normal (assumed)."""
FEWEST_GROUPS: Final = 3


def check_outlying(wells: Wells) -> Checked:
    """Wells further from their replicates than chance in this many wells, named; of two replicates, both.

    Log signals above background, less edge and gradients of their plate; the spread is that of all groups, by their
    median deviation, and single wells have the tails of Student's t with `TAILS` degrees of freedom.
    """
    groups = _groups(wells)
    if len(groups) < FEWEST_GROUPS:
        return Checked((), ("outlying wells: no two wells of a culture have one dose",))
    deviations, freedom = [], 0.0
    for _, log in groups:
        deviations.append((log - log.mean()) / np.sqrt(1.0 - 1.0 / len(log)))
        freedom += len(log) - 1
    spread = robust_spread(np.concatenate(deviations), freedom)
    found = list(_far(wells, groups, spread.sd))
    if not found:
        number = sum(len(at) for at, _ in groups)
        reason = f"none is further than {limit.WELL_FOLD:g}-fold from its replicates and beyond chance"
        found.append(Finding("outlying well", f"{number} wells", "pass", 0.0, "wells", reason))
    return Checked(tuple(found))


def _groups(wells: Wells) -> list[tuple[np.ndarray, np.ndarray]]:
    """Positions and log signals of the wells of each culture, compound and dose."""
    off = _off_by_place(wells)
    background = np.array([wells.background(plate) for plate in range(len(wells.plates))])
    signal = wells.signal - background[wells.plate] if not wells.is_percent else wells.signal
    untreated: dict[int, list[float]] = {}
    members: dict[tuple[int, str, float], list[int]] = {}
    for at in np.flatnonzero(np.isfinite(signal)).tolist():
        culture, dose = int(wells.culture[at]), float(wells.dose_um[at])
        members.setdefault((culture, str(wells.compound[at]), dose), []).append(at)
        if dose == 0.0:
            untreated.setdefault(culture, []).append(float(signal[at]))
    groups = []
    for (culture, _, _), own in members.items():
        level = float(np.median(signal[own]))
        top = float(np.median(untreated.get(culture, [100.0 if wells.is_percent else np.nan])))
        if len(own) > 1 and level > 0.0 and not level < LEAST_SHARE * top:
            # an empty well is as far as numbers go
            groups.append((np.array(own), np.log(np.maximum(signal[own], 1e-3 * level)) - off[own]))
    return groups


def _off_by_place(wells: Wells) -> np.ndarray:
    """Edge and gradients of each plate at each well, in log signal; 0 where wells tell none."""
    off = np.zeros(len(wells.signal))
    for plate in np.unique(wells.plate).tolist() if wells.has_places else ():
        own = np.flatnonzero(wells.plate == plate)
        off[own] = places_of(wells, own) @ np.nan_to_num(fitted_places(wells, plate).value)
    return off


def _far(wells: Wells, groups: list[tuple[np.ndarray, np.ndarray]], sd: float) -> Iterator[Finding]:
    each = -np.expm1(np.log1p(-limit.FALSE_ALARM) / sum(len(at) for at, _ in groups))
    # sd is by the median deviation, which a normal and t of one scale have at other multiples of it
    quantile = float(stats.t.isf(each / 2.0, TAILS)) * float(stats.norm.ppf(0.75) / stats.t.ppf(0.75, TAILS))
    for at, log in groups:
        size = len(at)
        odd = int(np.argmax(np.abs(log - np.median(log))))
        gap = float(log[odd] - np.delete(log, odd).mean())
        if abs(gap) <= max(float(np.log(limit.WELL_FOLD)), quantile * sd * float(np.sqrt(size / (size - 1.0)))):
            continue
        fold = float(np.exp(gap))
        if size == 2:
            names = " and ".join(filter(None, (wells.well_name(int(at[0])), str(wells.name[at[1]]))))
            reason = f"two replicates differ {max(fold, 1.0 / fold):.2g}-fold; they do not tell which is off"
            chosen = tuple(at.tolist())
        else:
            names, chosen = wells.well_name(int(at[odd])), (int(at[odd]),)
            reason = f"{fold:.2g} times the mean of its {size - 1} replicates; {limit.WELL_FOLD:g}-fold is looked at"
        dose = f"{wells.dose_um[at[odd]]:.4g} {wells.dose_unit}"
        where = ", ".join(filter(None, (names, wells.lines[wells.line[at[odd]]], dose)))
        effect = "models weigh it down, means and least squares do not: exclude it where the bench knows why"
        yield Finding("outlying well", where, "look", fold, "fold", reason, effect, wells=chosen)
