"""Where wells lie: edges and gradients of each plate with their size, and drift between plates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lensim.plain_text import few_of
from lensim.qc import thresholds as limit
from lensim.qc.evidence import (
    EFFICIENCY_OF_MAD,
    TO_SD,
    Fitted,
    clipped_regression,
    percent_of_log,
    pooled,
    sure_quantile,
)
from lensim.qc.finding import Checked, Finding, Status, graded
from lensim.qc.wells import Wells

PLACES = ("edge", "gradient of rows", "gradient of columns")
LEAST_SHARE = 0.1
"""Groups with less of the untreated signal are left out: counting and background decide there (assumed)."""
FEWEST_PLATES = 4
WIDEST_PERCENT = 50.0
"""An effect whose 95% interval reaches further is not told: its pass would say nothing (assumed)."""
ONE_PLACE = (
    "wells of one culture and dose lie all at the edge or all inside",
    "wells of one culture and dose lie in one row",
    "wells of one culture and dose lie in one column",
)
NUMBERED = "wells are numbered, taken along rows: where they run down columns, give names such as A1"
SHOWN = 5


def check_places(wells: Wells) -> Checked:
    """Edge and gradients of each plate, from wells that should be alike: one culture, compound and dose.

        log signal above background = mean of the group + edge + row + column

    row and column run from -1 to 1; a gradient is told from one end of the plate to the other. Wells far from the
    regression are left out.
    """
    if not wells.has_places:
        return Checked((), ("edge and gradients: wells have no places like B7 or 19",))
    plates = np.unique(wells.plate).tolist()
    fitted = {plate: fitted_places(wells, plate) for plate in plates}
    known = {plate: one for plate, one in fitted.items() if np.isfinite(one.error).any()}
    number = sum(int(np.isfinite(one.error).sum()) for one in known.values())
    found = [*_of_all(known.values())]
    found += [finding for plate, one in known.items() for finding in _of_plate(wells.plates[plate], one, number)]
    if wells.are_numbered:
        found = [replace(one, reason=f"{one.reason}; {NUMBERED}") for one in found]
    return Checked(tuple(found), tuple(_not_told(wells, fitted)))


def fitted_places(wells: Wells, plate: int) -> Fitted:
    """Edge and gradients of a plate [log signal]; NaN of what its wells do not tell, or not within `WIDEST_PERCENT`."""
    response, design, groups = _within_groups(wells, plate)
    value, error = np.full(len(PLACES), np.nan), np.full(len(PLACES), np.nan)
    moves = _moves(design)
    told = [at for at in moves if at not in _together(design, moves)]
    if not told:
        return Fitted(value, error, 0.0)
    # what is told alone does not depend on which of those that move together stand for them
    basis = list(told)
    for at in moves:
        if np.linalg.matrix_rank(design[:, [*basis, at]]) > len(basis) and at not in basis:
            basis.append(at)
    one = clipped_regression(design[:, basis], response, absorbed=groups)
    for k, at in enumerate(basis):
        reach = sure_quantile(1, one.degrees_of_freedom, 0.05) * _times(at) * one.error[k]
        if at in told and reach <= np.log1p(WIDEST_PERCENT / 100.0):
            value[at], error[at] = one.value[k], one.error[k]
    return Fitted(value, error, one.degrees_of_freedom)


def _moves(design: np.ndarray) -> list[int]:
    """Which places differ within groups of wells that should be alike."""
    return np.flatnonzero(np.ptp(design, axis=0) > 1e-9).tolist() if len(design) else []


def _together(design: np.ndarray, moves: Sequence[int]) -> list[int]:
    """Those of the places that move with others, so that none of them can be told alone."""
    rank = np.linalg.matrix_rank(design[:, moves]) if moves else 0
    if rank == len(moves):
        return []
    rest = {at: [one for one in moves if one != at] for at in moves}
    return [at for at in moves if (np.linalg.matrix_rank(design[:, rest[at]]) if rest[at] else 0) == rank]


def _not_told(wells: Wells, fitted: Mapping[int, Fitted]) -> Iterator[str]:
    """What the layout, or too few wells, keep from being told, with the plates that it is so on."""
    why: dict[str, list[str]] = {}
    for plate, one in fitted.items():
        _, design, _ = _within_groups(wells, plate)
        moves = _moves(design)
        together = _together(design, moves)
        for at, name in enumerate(PLACES):
            if np.isfinite(one.error[at]):
                continue
            if not len(design):
                reason = "edge and gradients: no two wells of one culture and dose"
            elif at not in moves:
                reason = f"{name}: {ONE_PLACE[at]}, so it cannot be told from the effect of the dose"
            elif at in together:
                others = " and ".join(PLACES[k] for k in together)
                reason = f"{others}: wells of one culture and dose lie so that these go together; none is told alone"
            else:
                reason = f"{name}: too few wells of one culture and dose to tell it within {WIDEST_PERCENT:g}%"
            plates = why.setdefault(reason, [])
            if wells.plates[plate] not in plates:
                plates.append(wells.plates[plate])
    for reason, plates in why.items():
        where = "all plates" if len(plates) == len(fitted) > 1 else few_of(plates, SHOWN)
        yield f"{reason} ({where})"


def _within_groups(wells: Wells, plate: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Log signals and places of a plate's wells, each less the mean of its group; and how many groups there are."""
    own = np.flatnonzero((wells.plate == plate) & np.isfinite(wells.signal))
    signal, places = wells.signal[own] - wells.background(plate), places_of(wells, own)
    keys: dict[tuple[int, str, float], list[int]] = {}
    for k, at in enumerate(own.tolist()):
        keys.setdefault((int(wells.culture[at]), str(wells.compound[at]), float(wells.dose_um[at])), []).append(k)
    untreated = {culture: float(np.median(signal[at])) for (culture, _, dose), at in keys.items() if dose == 0.0}
    parts = []
    for (culture, _, _), members in keys.items():
        alike = np.array(members)
        level = float(np.median(signal[alike]))
        alike = alike[signal[alike] > 0]
        if len(alike) > 1 and level > max(0.0, LEAST_SHARE * untreated.get(culture, level)):
            log_signal = np.log(signal[alike])
            parts.append((log_signal - log_signal.mean(), places[alike] - places[alike].mean(axis=0)))
    if not parts:
        return np.empty(0), np.empty((0, len(PLACES))), 0
    response, design = (np.concatenate(column) for column in zip(*parts, strict=True))
    return response, design, len(parts)


def places_of(wells: Wells, own: np.ndarray) -> np.ndarray:
    """Whether a well is at the edge, and its row and column from -1 to 1 (well, 3)."""
    row, column, (rows, columns) = wells.row[own], wells.column[own], wells.shape
    edge = (row == 0) | (row == rows - 1) | (column == 0) | (column == columns - 1)
    return np.column_stack([edge, 2 * row / max(rows - 1, 1) - 1, 2 * column / max(columns - 1, 1) - 1]).astype(float)


def _of_plate(plate: str, fitted: Fitted, number: int) -> Iterator[Finding]:
    for at, name in enumerate(PLACES):
        if np.isfinite(fitted.error[at]):
            error, freedom = _times(at) * float(fitted.error[at]), fitted.degrees_of_freedom
            yield _place(name, plate, _times(at) * float(fitted.value[at]), error, freedom, number)


def _times(at: int) -> float:
    """A gradient is told from one end of the plate to the other."""
    return 1.0 if at == 0 else 2.0


def _of_all(fitted: Iterable[Fitted]) -> Iterator[Finding]:
    """Mean over plates, which tells a small effect that all plates have."""
    values = np.array([one.value for one in fitted])
    for at, name in enumerate(PLACES):
        known = values[np.isfinite(values[:, at]), at] if len(values) else values
        if len(known) >= FEWEST_PLATES:
            mean = pooled(_times(at) * known)
            if np.isfinite(mean.error):
                yield _place(name, f"mean of {len(known)} plates", *mean, 1)


def _place(name: str, where: str, value: float, error: float, freedom: float, number: int) -> Finding:
    sure = sure_quantile(number, freedom) * error
    reach = sure_quantile(1, freedom, 0.05) * error
    status = graded(
        abs(value) > max(sure, float(np.log1p(limit.PLACE_TO_LOOK_PERCENT / 100.0))),
        abs(percent_of_log(value)) > limit.PLACE_TO_FAIL_PERCENT,
    )
    against = "wells at the edge against those inside" if name == PLACES[0] else "last against first, along the plate"
    reason = f"{against}, within culture and dose; {limit.PLACE_TO_LOOK_PERCENT:g}% is usual"
    off = f"{percent_of_log(value):+.0f}%"
    effect = f"wells there are off by {off}: doses that are laid along it show an effect that is not there"
    return Finding(
        name, where, status, percent_of_log(value), "%", reason, effect,
        percent_of_log(value - reach), percent_of_log(value + reach),
    )  # fmt: skip


def check_drift(wells: Wells) -> Checked:
    """Untreated level of plates in the order of their names within an experiment; and single plates far from others.

    Lines and experiments have levels of their own, which are taken off first.
    """
    if wells.is_percent:
        return Checked((), ("drift between plates: percents have no level",))
    level, *places = _levels(wells)
    line, plate, experiment = (one.astype(int) for one in places)
    if len(np.unique(experiment)) == len(np.unique(plate)):  # each plate is its own experiment
        experiment = np.zeros_like(experiment)
    several = np.isin(line, [one for one in np.unique(line) if (line == one).sum() > 1])
    if len(np.unique(plate[several])) < FEWEST_PLATES:
        return Checked((), (f"drift between plates: fewer than {FEWEST_PLATES} plates share lines",))
    level, line, plate, experiment = level[several], line[several], plate[several], experiment[several]
    trend = tuple(_trend(_centred(level, line, experiment), line, plate, experiment))
    without = () if trend else ("drift between plates: lines are not on plates enough of one experiment",)
    return Checked((*trend, *_far_plates(wells, _polished(level, line, experiment), plate)), without)


def _centred(values: np.ndarray, *factors: np.ndarray) -> np.ndarray:
    """Values less the means of each factor's levels, in turns until both are 0."""
    left = values.astype(float)
    for _ in range(30):
        for factor in factors:
            total = np.bincount(factor, weights=left) / np.maximum(np.bincount(factor), 1)
            left = left - total[factor]
    return left


def _polished(values: np.ndarray, *factors: np.ndarray) -> np.ndarray:
    """Values less the medians of each factor's levels, in turns: one plate far off moves no others."""
    left = values.astype(float)
    for _ in range(10):
        for factor in factors:
            median = {one: np.median(left[factor == one]) for one in np.unique(factor).tolist()}
            left = left - np.array([median[one] for one in factor.tolist()])
    return left


def _levels(wells: Wells) -> tuple[np.ndarray, ...]:
    """Log untreated level, line, plate and experiment of each culture."""
    rows = []
    for c in np.unique(wells.culture).tolist():
        own = (wells.culture == c) & wells.is_untreated & np.isfinite(wells.signal)
        if own.any():
            at = int(np.flatnonzero(own)[0])
            plate = int(wells.plate[at])
            level = float(np.median(wells.signal[own])) - wells.background(plate)
            if level > 0:
                rows.append((np.log(level), wells.line[at], plate, wells.experiment[at]))
    return tuple(np.array(column) for column in zip(*rows, strict=True)) if rows else (np.empty(0),) * 4


def _trend(away: np.ndarray, line: np.ndarray, plate: np.ndarray, experiment: np.ndarray) -> Iterator[Finding]:
    order = np.empty(len(plate))
    for one in np.unique(experiment):
        own = experiment == one
        rank = np.unique(plate[own], return_inverse=True)[1].astype(float)
        order[own] = 2.0 * rank / max(rank.max(), 1.0) - 1.0
    place = _centred(order, line, experiment)
    plates = np.unique(plate)
    mean = np.array([[one[plate == p].mean() for one in (place, away)] for p in plates])
    if len(plates) - len(np.unique(experiment)) < FEWEST_PLATES - 1 or np.ptp(mean[:, 0]) < 0.1:
        return
    fitted = clipped_regression(mean[:, :1], mean[:, 1], absorbed=len(np.unique(experiment)))
    value, error = 2.0 * float(fitted.value[0]), 2.0 * float(fitted.error[0])
    if not np.isfinite(error):
        return
    sure, reach = (sure_quantile(1, fitted.degrees_of_freedom, a) * error for a in (limit.FALSE_ALARM, 0.05))
    status: Status = "look" if abs(value) > max(sure, float(np.log1p(limit.PLACE_TO_FAIL_PERCENT / 100.0))) else "pass"
    reason = (
        f"untreated level, last against first plate by name, within lines; {limit.PLACE_TO_FAIL_PERCENT:g}% is usual"
    )
    effect = "percents hold, as each plate has untreated wells of its own; raw signals of two plates cannot be compared"
    yield Finding(
        "drift between plates", f"{len(plates)} plates", status, percent_of_log(value), "%", reason,
        effect, percent_of_log(value - reach), percent_of_log(value + reach),
    )  # fmt: skip


def _far_plates(wells: Wells, away: np.ndarray, plate: np.ndarray) -> Iterator[Finding]:
    """A plate whose cultures are all far from the same lines on other plates."""
    plates = np.unique(plate)
    shift = np.array([float(np.median(away[plate == one])) for one in plates])
    scale = max(TO_SD * float(np.median(np.abs(shift))), 0.05)
    sure = sure_quantile(len(plates), EFFICIENCY_OF_MAD * 2 * (len(plates) - 1)) * scale
    for one, value in zip(plates.tolist(), shift.tolist(), strict=True):
        status: Status = "look" if abs(value) > max(sure, np.log(limit.PLATE_LEVEL_FOLD)) else "pass"
        reason = f"untreated wells against the same lines on other plates; {limit.PLATE_LEVEL_FOLD:g}-fold is looked at"
        effect = "fewer or more cells were seeded, or the plate was read otherwise: its curves may differ for that"
        yield Finding("plate level", wells.plates[one], status, float(np.exp(value)), "fold", reason, effect)
