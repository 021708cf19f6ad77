"""Dilution series: slope, efficiency, linear range, limit of detection, and whether samples lie in the range."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from scipy import stats

from lensim.checks import InputError
from lensim.expression.standard_curve import StandardCurve, fit_standard_curve
from lensim.qc import thresholds as limit
from lensim.qc.evidence import CONFIDENCE, SD_OF_READING
from lensim.qc.finding import Checked, Finding, Status, graded
from lensim.qc.replicates import ONE_COPY_CYCLES, VARIANCE_OF_ONE_COPY, late_from
from lensim.qc.run import Run

FEWEST_LEVELS: Final = 3
SURE_BEND: Final = 0.002
"""P value of an end off the line below which it is sure: of several genes and both ends (assumed)."""
LEAST_SCALE: Final = 0.25
"""Points are not taken to lie nearer to a line than by half of the usual spread."""


class Range(NamedTuple):
    """The points of a series that lie on one line."""

    quantities: np.ndarray
    curve: StandardCurve


class Detection(NamedTuple):
    """Quantity that is found in 95% of reactions, with its interval; low is 0 and high infinite where unknown."""

    quantity: float
    low: float
    high: float


def check_dilutions(run: Run) -> Checked:
    """Slope, efficiency, R2, linear range, limit of detection and place of samples, of each gene with a series."""
    found: list[Finding] = []
    without = []
    genes = len(set(run.gene[run.of("standard")].tolist()))
    standards = run.of("standard") & np.isfinite(run.quantity) & (run.quantity > 0.0)
    for gene in run.genes:
        own = standards & (run.gene == gene)
        if len(np.unique(run.quantity[own])) < FEWEST_LEVELS:
            if (run.of("unknown") & (run.gene == gene)).any():
                without.append(str(gene))
            continue
        try:
            found += list(_of_gene(run, str(gene), own, genes))
        except InputError as error:
            found.append(
                Finding(
                    "dilution series", str(gene), "fail", np.nan, "", str(error),
                    "the gene has no efficiency of its own: one is assumed",
                )
            )  # fmt: skip
    note = f"dilution series: none of three quantities or more for {', '.join(without)}"
    return Checked(tuple(found), (note,) if without else ())


def _of_gene(run: Run, gene: str, own: np.ndarray, genes: int) -> Iterator[Finding]:
    quantity, ct = run.quantity[own], run.ct_cycles[own]
    linear = linear_range(quantity, ct, gene)
    curve = linear.curve
    low, high = curve.slope_interval(CONFIDENCE)
    points = f"{curve.detected} reactions of {len(linear.quantities)} quantities on the line"
    yield _efficiency(gene, curve, genes, points)
    yield Finding("slope", gene, "pass", curve.slope, "cycles a tenfold", points, "", low, high)
    yield _r_squared(gene, linear, quantity, ct, late_from(run.cycle_limit))
    yield _range(gene, linear, quantity, ct, run.quantity_unit)
    yield _detection(gene, detection_limit(quantity, ct), quantity, ct, run.quantity_unit)
    samples = run.ct_cycles[run.of("unknown") & (run.gene == gene)]
    if np.isfinite(samples).any():
        yield _samples(gene, samples[np.isfinite(samples)], linear)


def _efficiency(gene: str, curve: StandardCurve, genes: int, points: str) -> Finding:
    low, high = (100.0 * (factor - 1.0) for factor in curve.amplification_factor_interval(CONFIDENCE))
    sure = 1.0 + np.expm1(np.log1p(-limit.FALSE_ALARM) / max(genes, 1))  # of each gene, so that clean runs seldom cry
    surely_low, surely_high = (100.0 * (factor - 1.0) for factor in curve.amplification_factor_interval(sure))
    value, (least, most) = 100.0 * curve.efficiency, limit.EFFICIENCY_PERCENT
    status, effect = _efficiency_status(value, surely_low, surely_high), ""
    reason = f"{points}; {least:g} to {most:g}% is usual"
    if status == "pass" and max(value - low, high - value) > limit.EFFICIENCY_WIDTH_PERCENT:
        status, effect = "look", "the series says little of the efficiency: fold changes over many cycles are uncertain"
    elif status != "pass":
        off = (1.0 + value / 100.0) / 2.0
        effect = f"if doubling is assumed, a change over ten cycles is reported as {off**-10:.2g} times the true one"
        effect += "; above 100% it shows inhibition or pipetting" * (value > most)
    return Finding("efficiency", gene, status, value, "%", reason, effect, low, high)


def _efficiency_status(value: float, low: float, high: float) -> Status:
    """By the usual range, where an interval is surely beyond it."""
    (least, most), (lowest, highest) = limit.EFFICIENCY_PERCENT, limit.EFFICIENCY_TO_FAIL_PERCENT
    if least <= value <= most or low <= least <= high or low <= most <= high:
        return "pass"
    return "fail" if not lowest <= value <= highest else "look"


def _r_squared(gene: str, linear: Range, quantity: np.ndarray, ct: np.ndarray, late: float) -> Finding:
    """Of the quantities that come early: late ones differ by the drawing of copies, which is no fault of the series."""
    early = [q for q in linear.quantities if np.median(ct[quantity == q]) <= late]
    kept = np.isin(quantity, early if len(early) >= FEWEST_LEVELS else linear.quantities)
    curve = fit_standard_curve(quantity[kept], ct[kept], f"standards of {gene}")
    status = graded(curve.r_squared < limit.R2_TO_LOOK, curve.r_squared < limit.R2_TO_FAIL)
    number = len(np.unique(quantity[kept]))
    reason = (
        f"of {number} quantities, residual sd {curve.residual_sd_cycles:.2f} cycles; {limit.R2_TO_LOOK:g} is wanted"
    )
    effect = "quantities from this curve are coarse, and its efficiency is wide"
    return Finding("R2 of series", gene, status, curve.r_squared, "1", reason, effect)


def linear_range(quantity: np.ndarray, ct_cycles: np.ndarray, place: str = "dilution series") -> Range:
    """The longest run of quantities whose points lie on one line.

    Quantities of which a reaction was not detected are taken off the low end: their mean is that of the lucky ones.
    Then an end is taken off while it is surely off the line of the others: by `BEND_CYCLES`, and at P < `SURE_BEND`.

    Raises
    ------
    InputError
        If fewer than three quantities are left, or Ct does not fall with quantity.
    """
    levels = np.unique(quantity)
    while len(levels) > FEWEST_LEVELS and not np.isfinite(ct_cycles[quantity == levels[0]]).all():
        levels = levels[1:]
    while len(levels) > FEWEST_LEVELS:
        own = np.isin(quantity, levels) & np.isfinite(ct_cycles)
        off = {end: _off_line(np.log10(quantity[own]), ct_cycles[own], np.log10(levels[end])) for end in (0, -1)}
        end = min(off, key=lambda one: off[one].p_value)
        if off[end].p_value > SURE_BEND or off[end].cycles < limit.BEND_CYCLES:
            break
        levels = levels[1:] if end == 0 else levels[:-1]
    kept = np.isin(quantity, levels)
    return Range(levels, fit_standard_curve(quantity[kept], ct_cycles[kept], f"standards of {place}"))


class _Off(NamedTuple):
    """How far the points at an end are from the line of the others, and how sure that is."""

    cycles: float
    p_value: float


def _off_line(x: np.ndarray, y: np.ndarray, end: float) -> _Off:
    """By weighted least squares: variance = reading + drawing of copies, up to a factor that the others tell."""
    at = np.isclose(x, end)
    copies = np.maximum(np.exp2(ONE_COPY_CYCLES - y), 1.0)
    root = 1.0 / np.sqrt(SD_OF_READING**2 + VARIANCE_OF_ONE_COPY / copies)
    design = np.column_stack([np.ones_like(x), x]) * root[:, None]
    others, freedom = design[~at], float((~at).sum() - 2)
    if freedom < 1:
        return _Off(0.0, 1.0)
    inverse = np.linalg.inv(others.T @ others)
    line = inverse @ (others.T @ (y * root)[~at])
    scale = float((((y * root)[~at] - others @ line) ** 2).sum()) / freedom
    beyond = np.array([1.0, end])
    gap = float(np.average(y[at], weights=root[at] ** 2) - beyond @ line)
    variance = max(scale, LEAST_SCALE) * float(1.0 / (root[at] ** 2).sum() + beyond @ inverse @ beyond)
    return _Off(abs(gap), float(2.0 * stats.t.sf(abs(gap) / np.sqrt(variance), freedom)))


def _range(gene: str, linear: Range, quantity: np.ndarray, ct: np.ndarray, unit: str) -> Finding:
    levels, kept = np.unique(quantity), linear.quantities
    partly = [q for q in levels if not np.isfinite(ct[quantity == q]).all()]
    bent = [q for q in levels if q not in kept and q not in partly]
    decades = float(np.log10(kept[-1] / kept[0]))
    unit_words = f" {unit}" if unit else ""
    reason = f"{kept[0]:g} to {kept[-1]:g}{unit_words}, {len(kept)} of {len(levels)} quantities"
    if partly:
        reason += f"; not always detected at {', '.join(f'{q:g}' for q in partly)}"
    if bent:
        reason += f"; off the line at {', '.join(f'{q:g}' for q in bent)}"
    status: Status = "look" if bent else "pass"
    effect = "quantities beyond the line are wrong, and so is an efficiency from all points"
    return Finding("linear range", gene, status, decades, "decades", reason, effect)


def detection_limit(quantity: np.ndarray, ct_cycles: np.ndarray, confidence: float = CONFIDENCE) -> Detection:
    """The quantity that 95% of reactions find, with its profile-likelihood interval.

        P(detected at q) = 1 - exp(-c q)          one copy is enough, c copies a unit: complementary log-log, slope 1
        limit = -ln(0.05) / c

    Where all reactions were detected it is at most what the lowest quantities allow: a bound.
    """
    levels = np.unique(quantity)
    number = np.array([np.sum(quantity == q) for q in levels])
    seen = np.array([np.sum(np.isfinite(ct_cycles[quantity == q])) for q in levels])
    grid = np.log(1.0 / levels.max()) + np.linspace(-12.0, 12.0 + np.log(levels.max() / levels.min()), 6001)
    expected = np.exp(grid)[:, None] * levels
    with np.errstate(divide="ignore", invalid="ignore"):
        log_found = np.log(-np.expm1(-expected))
    likelihood = (seen * np.where(seen > 0, log_found, 0.0) - (number - seen) * expected).sum(axis=1)
    best = int(np.argmax(likelihood))
    is_bound = bool((seen == number).all())
    # where all were detected, the smallest c at which that had a probability of 5%
    drop = -np.log1p(-confidence) if is_bound else stats.chi2.ppf(confidence, 1) / 2.0
    inside = np.flatnonzero(likelihood >= likelihood[best] - drop)
    of = -np.log(1.0 - limit.DETECTED_SHARE) / np.exp(grid)
    if is_bound:
        return Detection(float("nan"), 0.0, float(of[inside[0]]))
    return Detection(float(of[best]), float(of[inside[-1]]), float(of[inside[0]]))


def _detection(gene: str, found: Detection, quantity: np.ndarray, ct: np.ndarray, unit: str) -> Finding:
    lowest = float(quantity.min())
    number = int(np.sum(quantity == lowest))
    seen = int(np.isfinite(ct[quantity == lowest]).sum())
    reason = f"found in 95% of reactions; {seen} of {number} at the lowest quantity, {lowest:g}"
    if np.isnan(found.quantity):
        reason += f"; all were found, so it is at most {found.high:.3g}: further dilutions would tell"
    return Finding(
        "limit of detection", gene, "pass", found.quantity, unit or "as stated", reason, "", found.low, found.high
    )


def _samples(gene: str, samples: np.ndarray, linear: Range) -> Finding:
    ends = linear.curve.intercept + linear.curve.slope * np.log10(linear.quantities[[-1, 0]])
    beyond = limit.BEYOND_SERIES_CYCLES
    early, late = int(np.sum(samples < ends[0] - beyond)), int(np.sum(samples > ends[1] + beyond))
    share = 100.0 * (early + late) / len(samples)
    reason = f"{early} before and {late} after the series by more than {beyond:g} cycles, of {len(samples)} reactions"
    status: Status = "look" if share > limit.BEYOND_SERIES_PERCENT else "pass"
    effect = "their quantities are extrapolated: the efficiency is not known to hold there"
    return Finding("samples in linear range", gene, status, 100.0 - share, "% of reactions", reason, effect)
