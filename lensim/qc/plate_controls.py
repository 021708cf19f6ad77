"""Controls of plates: Z', signal to background, spread of untreated wells, and untreated wells against the plateau."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from lensim.qc import thresholds as limit
from lensim.qc.evidence import moderated, percent_of_log, pooled, sure_quantile, typical_sd
from lensim.qc.finding import Checked, Finding, Status, graded
from lensim.qc.wells import Wells

FEWEST_CONTROLS: Final = 3
FEWEST_TO_POOL: Final = 5
HEAVY_TAILS: Final = 1.3
"""Spreads of few wells vary by so much more than those of normal ones (assumed, as of Student's t with 5 degrees)."""


def check_controls(wells: Wells) -> Checked:
    """Z', signal to background and CV of the untreated wells of each culture.

    Z' = 1 - 3 (sd of untreated + sd of blanks) / (mean of untreated - mean of blanks)
    """
    found: list[Finding] = []
    cultures = [c for c in np.unique(wells.culture) if _untreated(wells, c).sum() >= FEWEST_CONTROLS]
    without = []
    if len(cultures) < len(wells.cultures):
        few = len(wells.cultures) - len(cultures)
        have = "1 culture has" if few == 1 else f"{few} cultures have"
        without.append(f"untreated wells: {have} fewer than {FEWEST_CONTROLS}")
    has_blanks = [c for c in cultures if len(_blanks(wells, c)) >= FEWEST_CONTROLS]
    if not wells.is_percent:
        for c in has_blanks:
            found += list(_window(wells, c, len(has_blanks)))
        found = [*_usual_window(wells, has_blanks), *found]
    if len(has_blanks) < len(cultures) or wells.is_percent:
        why = "percents have no background" if wells.is_percent else f"plates with fewer than {FEWEST_CONTROLS} blanks"
        without.append(f"Z' and signal to background: {why}")
    found += _cvs(wells, cultures)
    return Checked(tuple(found), tuple(without))


def _untreated(wells: Wells, culture: int) -> np.ndarray:
    return (wells.culture == culture) & wells.is_untreated & np.isfinite(wells.signal)


def _blanks(wells: Wells, culture: int) -> np.ndarray:
    plate = wells.plate[wells.culture == culture][0]
    return wells.blank[wells.plate_of_blank == plate]


def _window(wells: Wells, culture: int, number: int) -> Iterator[Finding]:
    top, blank, place = wells.signal[_untreated(wells, culture)], _blanks(wells, culture), wells.cultures[culture]
    window = float(top.mean() - blank.mean())
    if window <= 0.0:
        yield Finding(
            "Z'", place, "fail", -np.inf, "1", "untreated wells are not above the blanks",
            "curves of this culture mean nothing",
        )  # fmt: skip
        return
    sd = [float(one.std(ddof=1)) / window for one in (top, blank)]
    share = sum(s**2 / (2.0 * (len(one) - 1)) for s, one in zip(sd, (top, blank), strict=True))
    error, freedom = 3.0 * HEAVY_TAILS * float(np.sqrt(share)), float(len(top) + len(blank) - 2)
    reason = f"of {len(top)} untreated wells and {len(blank)} blanks"
    yield _z_prime(place, 1.0 - 3.0 * sum(sd), error, freedom, number, reason)
    yield _ratio(top, blank, place)


def _z_prime(place: str, value: float, error: float, freedom: float, number: int, what: str) -> Finding:
    reach, sure = sure_quantile(1, freedom, 0.05) * error, sure_quantile(number, freedom) * error
    status = graded(value + sure < limit.Z_PRIME_TO_LOOK, value + sure < limit.Z_PRIME_TO_FAIL)
    reason = f"{what}; {limit.Z_PRIME_TO_LOOK:g} is wanted"
    effect = "effects of one well cannot be told from noise: curves need more wells"
    return Finding("Z'", place, status, value, "1", reason, effect, value - reach, min(value + reach, 1.0))


def _usual_window(wells: Wells, cultures: list[int]) -> Iterator[Finding]:
    """Z' by the typical spread of many cultures: that of each is uncertain, since its untreated wells are few."""
    rows = []
    for c in cultures:
        top_wells, blanks = wells.signal[_untreated(wells, c)], _blanks(wells, c)
        window = float(top_wells.mean() - blanks.mean())
        if window > 0.0:
            freedom = (len(top_wells) - 1, len(blanks) - 1)
            rows.append((top_wells.std(ddof=1) / window, blanks.std(ddof=1) / window, *freedom))
    if len(rows) < FEWEST_TO_POOL:
        return
    of_top, of_blank, free_top, free_blank = np.array(rows).T
    (top, top_error), (blank, blank_error) = typical_sd(of_top, free_top), typical_sd(of_blank, free_blank)
    error = 3.0 * float(np.hypot(top * top_error, blank * blank_error))
    value = 1.0 - 3.0 * (top + blank)
    yield _z_prime(f"typical of {len(rows)} cultures", value, error, np.inf, 1, "by the median spread of their wells")


def _ratio(top: np.ndarray, blank: np.ndarray, place: str) -> Finding:
    low = float(np.median(blank))
    ratio = float(np.median(top)) / low if low > 0 else np.inf
    status: Status = "look" if ratio < limit.SIGNAL_TO_BACKGROUND else "pass"
    reason = f"medians {np.median(top):.4g} and {low:.4g}; {limit.SIGNAL_TO_BACKGROUND:g} is wanted"
    effect = f"a blank that is off by 10% moves percents by {10.0 / max(ratio - 1.0, 0.01):.2g} points"
    return Finding("signal to background", place, status, ratio, "fold", reason, effect)


def _cvs(wells: Wells, cultures: list[int]) -> list[Finding]:
    """CV of each culture's untreated wells; of many cultures also the median."""
    found, values, freedom = [], [], []
    for c in cultures:
        own = _untreated(wells, c)
        signal = wells.signal[own] - wells.background(int(wells.plate[own][0]))
        centre = float(np.median(signal))
        cv = 100.0 * float(signal.std(ddof=1)) / centre if centre > 0 else np.inf
        values.append(cv)
        freedom.append(len(signal) - 1.0)
        found.append(_cv(wells.cultures[c], cv, len(signal), len(cultures)))
    known = np.isfinite(values)
    if known.sum() < FEWEST_TO_POOL:
        return found
    value, error = typical_sd(np.array(values)[known], np.array(freedom)[known])
    place = f"typical of {len(values)} cultures"
    return [_spread_finding(place, value, error, 1, "by the median of cultures"), *found]


def _cv(place: str, cv: float, wells: int, number: int) -> Finding:
    # sd of heavy-tailed wells: its log has about HEAVY_TAILS / sqrt(2 f) of spread
    error = HEAVY_TAILS / float(np.sqrt(2.0 * (wells - 1.0)))
    return _spread_finding(place, cv, error, number, f"of {wells} untreated wells above background")


def _spread_finding(place: str, cv: float, log_error: float, number: int, what: str) -> Finding:
    reach, sure = sure_quantile(1, np.inf, 0.05) * log_error, sure_quantile(number, np.inf) * log_error
    surely = cv * float(np.exp(-sure))
    status = graded(surely > limit.CV_TO_LOOK_PERCENT, surely > limit.CV_TO_FAIL_PERCENT)
    reason = f"{what}; {limit.CV_TO_LOOK_PERCENT:g}% is usual"
    effect = "the untreated level, and so each percent, is uncertain by the CV over the root of the number of wells"
    return Finding(
        "CV of untreated", place, status, cv, "%", reason, effect,
        cv * float(np.exp(-reach)), cv * float(np.exp(reach)),
    )  # fmt: skip


def check_plateau(wells: Wells) -> Checked:
    """Untreated wells against the two lowest doses of each culture.

    Where the two lowest doses agree with each other, the compound does nothing there, and untreated wells should be at
    their level. Untreated wells on an edge, or without the vehicle, are not.
    """
    compared = [
        (", ".join(part for part in (wells.cultures[c], str(compound)) if part), one)
        for c in np.unique(wells.culture).tolist()
        for compound in dict.fromkeys(wells.compound[(wells.culture == c) & ~wells.is_untreated].tolist())
        if (one := _against_plateau(wells, c, compound)) is not None
    ]
    if not compared:
        return Checked(
            (), ("plateau: no culture has three doses, of which the lowest two do the same, beside untreated wells",)
        )
    ratios = [one for _, one in compared]
    variances, freedoms = moderated(
        np.array([one.variance for one in ratios]), np.array([one.degrees_of_freedom for one in ratios])
    )
    errors = HEAVY_TAILS * np.sqrt(variances * [one.share for one in ratios])
    found = [
        _plateau(place, one.log_ratio, float(error), float(freedom), len(compared))
        for (place, one), error, freedom in zip(compared, errors, freedoms, strict=True)
    ]
    if len(ratios) >= FEWEST_TO_POOL:
        mean = pooled(np.array([one.log_ratio for one in ratios]))
        found.insert(0, _plateau(f"mean of {len(ratios)} cultures", *mean, 1))
    return Checked(tuple(found))


def _plateau(place: str, shift: float, error: float, freedom: float, number: int) -> Finding:
    sure, reach = sure_quantile(number, freedom) * error, sure_quantile(1, freedom, 0.05) * error
    percent = percent_of_log(shift)
    status = graded(
        abs(shift) > max(sure, float(np.log1p(limit.PLATEAU_TO_LOOK_PERCENT / 100.0))),
        abs(percent) > limit.PLATEAU_TO_FAIL_PERCENT,
    )
    reason = f"untreated wells against the lowest two doses, which agree; {limit.PLATEAU_TO_LOOK_PERCENT:g}% is usual"
    effect = (
        f"percents of untreated are off by {percent_of_log(-shift):+.0f}% at all doses, and so is where they cross 50"
    )
    return Finding(
        "untreated against plateau", place, status, percent, "%", reason, effect,
        percent_of_log(shift - reach), percent_of_log(shift + reach),
    )  # fmt: skip


class _Ratio(NamedTuple):
    """Log of untreated over plateau; the variance of a well, its degrees of freedom, and its share in the ratio's."""

    log_ratio: float
    variance: float
    degrees_of_freedom: float
    share: float


def _against_plateau(wells: Wells, culture: int, compound: object) -> _Ratio | None:
    """Untreated wells over the two lowest doses; None where these are no plateau, or wells are too few."""
    own = (wells.culture == culture) & np.isfinite(wells.signal)
    treated = own & ~wells.is_untreated & (wells.compound == compound)
    doses = np.unique(wells.dose_um[treated])
    if len(doses) < 3:
        return None
    background = wells.background(int(wells.plate[own][0]))
    groups = [
        wells.signal[mask] - background
        for mask in (own & wells.is_untreated, *(treated & (wells.dose_um == dose) for dose in doses[:2]))
    ]
    if len(groups[0]) < 2 or len(groups[1]) + len(groups[2]) < 2 or any(min(g) <= 0 for g in groups):
        return None
    logs = [np.log(group) for group in groups]
    centres = [float(np.median(one)) for one in logs]
    deviations = np.concatenate([one - centre for one, centre in zip(logs, centres, strict=True)])
    freedom = float(len(deviations) - 3)
    if freedom < 2:
        return None
    variance = float((deviations**2).sum() / freedom)
    step = np.sqrt(variance * (1.0 / len(logs[1]) + 1.0 / len(logs[2])))
    if centres[1] - centres[2] > max(step, float(np.log(1.1))):  # already falling
        return None
    plateau = np.concatenate(logs[1:])
    share = 1.0 / len(logs[0]) + 1.0 / len(plateau)
    return _Ratio(centres[0] - float(np.median(plateau)), variance, freedom, share)
