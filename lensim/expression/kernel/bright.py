"""Bright cells and reactions of series, one of which may be outlying (`lensim.models.expression_replicates`)."""

from math import exp, log, sqrt
from typing import Final

import numpy as np

from lensim.expression.kernel.study import (
    DEVIATION,
    DOUBLINGS,
    LOG_REST,
    LOG_SHARE,
    ONE_COPY_CT,
    QUANTITY,
    SD_BIOLOGICAL,
    SD_TECHNICAL,
    SHARE,
    SHIFT,
    UNIT_CT,
    Cells,
    Reactions,
    Sizes,
)
from lensim.inference.compiled import compiled

LN2: Final = float(np.log(2.0))
LOG_2PI: Final = float(np.log(2.0 * np.pi))
SMALL: Final = 1e-100
LARGE: Final = 1e100
SMALLEST: Final = 1e-300
FEW_REACTIONS: Final = 8


@compiled()
def copies_variance(ct: float, log_factor: float, one_copy_ct: float) -> float:
    """Variance of a Ct of about `ct` that the drawing of copies makes [cycles^2]."""
    return exp(-log_factor * (one_copy_ct - ct)) / (log_factor * log_factor)


@compiled()
def add_reading(
    by_variance: float, drawn: float, ct: float, g: int, x: np.ndarray, d: np.ndarray, at: np.ndarray
) -> None:
    """Add what a slope by the variance of one reaction is by the technical sd, the one-copy Ct and the factor."""
    log_factor = LN2 * x[at[DOUBLINGS] + g]
    d[at[SD_TECHNICAL]] += 2.0 * by_variance * x[at[SD_TECHNICAL]]
    d[at[ONE_COPY_CT] + g] -= by_variance * log_factor * drawn
    d[at[DOUBLINGS] + g] -= LN2 * by_variance * drawn * (x[at[ONE_COPY_CT] + g] - ct + 2.0 / log_factor)


@compiled()
def of_parts(
    away: float,
    biological: float,
    reading: float,
    far: float,
    odds: float,
    n: int,
    shift: np.ndarray,
    square: np.ndarray,
    out: np.ndarray,
    weight: np.ndarray,
) -> tuple[float, float, float, float, float, float]:
    """The mixture of a cell of n reactions, of which none or one is outlying, and the slopes of its log density.

    Parameters
    ----------
    away
        Mean Ct less what is expected of it [cycles].
    biological, reading, far
        Variances: of the cell, of one reaction, and of an outlying one more [cycles^2].
    odds
        Of an outlying reaction, against none.
    n, shift, square, out
        The reactions and the parts, as in `Cells`.
    weight
        Room for n + 1 numbers.

    Returns
    -------
    tuple
        Square of a factor, and log of another, of the density, less the power of reading that all parts have; slopes of
        the log density by `away`, biological and reading; probability that one reaction is outlying.
    """
    kept = max(n - 1, 1)
    each, each_kept = 1.0 / n, 1.0 / kept
    whole, part = biological + reading * each, biological + reading * each_kept
    of_one = reading * (1.0 + each_kept) + far
    if n == 1:
        part, of_one = part + far, reading
    by_whole, by_part, by_one, by_reading = 1.0 / whole, 1.0 / part, 1.0 / of_one, 1.0 / reading
    none_square = away * away * by_whole + square[0] * by_reading
    largest = 0.0
    for i in range(1, n + 1):
        r = away + shift[i]
        log_weight = 0.5 * (none_square - r * r * by_part - square[i] * by_reading - out[i] * out[i] * by_one)
        weight[i] = log_weight
        largest = max(largest, log_weight)
    none = exp(-largest) if largest > 0.0 else 1.0
    ratio = odds * sqrt(whole * reading * n * by_part * by_one * each_kept)
    total, r1, r2, squares, outs = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(1, n + 1):
        probability, r = ratio * exp(weight[i] - largest), away + shift[i]
        total += probability
        r1 += probability * r
        r2 += probability * r * r
        squares += probability * square[i]
        outs += probability * out[i] * out[i]
    total += none + SMALLEST
    of_all = 1.0 / total
    none *= of_all
    one = 1.0 - none
    r1, r2, squares, outs = r1 * of_all, r2 * of_all, squares * of_all, outs * of_all
    of_whole = 0.5 * none * (away * away * by_whole - 1.0) * by_whole
    of_part = 0.5 * (r2 * by_part - one) * by_part
    of_reading = (none * square[0] + squares) * by_reading - none * (n - 1.0) - one * (kept - 1.0)
    of_reading = of_whole * each + of_part * each_kept + 0.5 * of_reading * by_reading
    if n > 1:
        of_reading += 0.5 * (outs * by_one - one) * by_one * (1.0 + each_kept)
    slope = -none * away * by_whole - r1 * by_part
    return total * total * by_whole * each, largest - 0.5 * none_square, slope, of_whole + of_part, of_reading, one


@compiled()
def bright_cells(
    x: np.ndarray, d: np.ndarray, at: np.ndarray, cells: Cells, of: Sizes, outlying_variance: float
) -> float:
    """Log density of all bright cells; adds its slopes to `d`."""
    found, technical, share, room = 0.0, x[at[SD_TECHNICAL]], x[at[SHARE]], np.empty(of.part)
    odds, log_rest, ones, by_share, product = exp(x[at[LOG_SHARE]] - x[at[LOG_REST]]), x[at[LOG_REST]], 0.0, 0.0, 1.0
    for i in range(len(cells.ct)):
        g, slot, n, ct = cells.gene[i], cells.slot[i], cells.number[i], cells.ct[i]
        read, shift = at[QUANTITY] + g * of.sample + cells.sample[i], at[SHIFT] + g * of.plate + cells.plate[i]
        doublings, sd, quantity, biological = x[at[DOUBLINGS] + g], x[at[SD_BIOLOGICAL] + g], x[read], 0.0
        if slot >= 0:
            quantity += x[at[DEVIATION] + slot]
        else:
            biological = (sd / doublings) ** 2
        drawn = copies_variance(ct, LN2 * doublings, x[at[ONE_COPY_CT] + g])
        away, reading = ct - x[at[UNIT_CT] + g] - x[shift] + quantity / doublings, technical * technical + drawn
        factor, logged, by_away, by_biological, by_reading, one = of_parts(
            away,
            biological,
            reading,
            outlying_variance,
            odds,
            n,
            cells.shift[i],
            cells.square[i],
            cells.away[i],
            room,
        )
        several = 1.0 / (1.0 + share * (n - 1.0))
        product *= factor * several * several
        if n > FEW_REACTIONS:
            found -= 0.5 * (n - 1.0) * log(reading)
        else:
            for _ in range(n - 1):
                product /= reading
        if not SMALL < product < LARGE:  # one log for many cells
            found += 0.5 * log(product)
            product = 1.0
        found += logged
        by_share -= (n - 1.0) * several
        ones += one
        add_reading(by_reading, drawn, ct, g, x, d, at)
        d[at[UNIT_CT] + g] -= by_away
        d[shift] -= by_away
        d[read] += by_away / doublings
        d[at[DOUBLINGS] + g] -= by_away * quantity / (doublings * doublings)
        if slot >= 0:
            d[at[DEVIATION] + slot] += by_away / doublings
        else:
            d[at[DOUBLINGS] + g] -= 2.0 * by_biological * biological / doublings
            d[at[SD_BIOLOGICAL] + g] += 2.0 * by_biological * sd / (doublings * doublings)
    number = len(cells.ct)
    d[at[SHARE]] += by_share
    d[at[LOG_SHARE]] += ones
    d[at[LOG_REST]] += number - ones
    return found + 0.5 * log(product) + number * log_rest


@compiled()
def dilution_series(
    x: np.ndarray, d: np.ndarray, at: np.ndarray, series: Reactions, of: Sizes, outlying_variance: float
) -> float:
    """Log density of the bright reactions of dilution series; adds its slopes to `d`."""
    found, technical, log_share, log_rest = 0.0, x[at[SD_TECHNICAL]], x[at[LOG_SHARE]], x[at[LOG_REST]]
    for i in range(len(series.ct)):
        g, quantity = series.gene[i], series.quantity[i]
        shift, doublings = at[SHIFT] + g * of.plate + series.plate[i], x[at[DOUBLINGS] + g]
        expected = x[at[UNIT_CT] + g] + x[shift] - quantity / doublings
        drawn = copies_variance(expected, LN2 * doublings, x[at[ONE_COPY_CT] + g])
        away, plain = series.ct[i] - expected, technical * technical + drawn
        wide = plain + outlying_variance
        odds = log_share - log_rest - 0.5 * (away * away * (1.0 / wide - 1.0 / plain) + log(wide / plain))
        largest = max(odds, 0.0)
        total = exp(-largest) + exp(odds - largest)
        one = exp(odds - largest) / total
        found += log_rest + largest + log(total) - 0.5 * (away * away / plain + log(plain) + LOG_2PI)
        d[at[LOG_SHARE]] += one
        d[at[LOG_REST]] += 1.0 - one
        by_variance = 0.5 * (1.0 - one) * (away * away / plain - 1.0) / plain
        by_variance += 0.5 * one * (away * away / wide - 1.0) / wide
        by_expected = (1.0 - one) * away / plain + one * away / wide + by_variance * LN2 * doublings * drawn
        add_reading(by_variance, drawn, expected, g, x, d, at)
        d[at[UNIT_CT] + g] += by_expected
        d[shift] += by_expected
        d[at[DOUBLINGS] + g] += by_expected * quantity / (doublings * doublings)
    return found
