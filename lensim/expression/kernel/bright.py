"""Bright cells and reactions of series, one of which may be outlying (`lensim.models.expression_replicates`)."""

from math import exp, log
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
    log_share: float,
    log_rest: float,
    n: int,
    shift: np.ndarray,
    square: np.ndarray,
    out: np.ndarray,
    odds: np.ndarray,
) -> tuple[float, float, float, float, float]:
    """Log density of a cell of n reactions, without what all parts share, and its slopes.

    Parameters
    ----------
    away
        Mean Ct less what is expected of it [cycles].
    biological, reading, far
        Variances: of the cell, of one reaction, and of an outlying one more [cycles^2].
    log_share, log_rest
        Log probabilities of an outlying reaction, and of none.
    n, shift, square, out
        The reactions and the parts, as in `Cells`.
    odds
        Room for n + 1 numbers.

    Returns
    -------
    tuple
        Log density; slopes by `away`, biological and reading; probability that one reaction is outlying.
    """
    kept = max(n - 1, 1)
    whole, part = biological + reading / n, biological + reading / kept
    outlier = reading * (1.0 + 1.0 / kept) + far
    if n == 1:
        part, outlier = part + far, 1.0
    more = reading if n > 1 else 1.0
    log_odds = log_share - log_rest - 0.5 * log(part * outlier * kept / (whole * more * n))
    square_0 = away * away / whole + square[0] / reading
    largest = 0.0
    for i in range(1, n + 1):
        r = away + shift[i]
        odds[i] = log_odds - 0.5 * (r * r / part + square[i] / reading + out[i] * out[i] / outlier - square_0)
        largest = max(largest, odds[i])
    none = exp(-largest)
    total = none
    for i in range(1, n + 1):
        odds[i] = exp(odds[i] - largest)
        total += odds[i]
    none /= total
    of_away, of_away_square, of_square, of_out = 0.0, 0.0, 0.0, 0.0
    for i in range(1, n + 1):
        probability, r = odds[i] / total, away + shift[i]
        of_away += probability * r
        of_away_square += probability * r * r
        of_square += probability * square[i]
        of_out += probability * out[i] * out[i]
    one = 1.0 - none
    density = log_rest + largest + log(total) - 0.5 * (square_0 + log(whole * n) + (n - 1) * log(reading) + n * LOG_2PI)
    by_whole = 0.5 * none * (away * away / whole - 1.0) / whole
    by_part = 0.5 * (of_away_square / part - one) / part
    by_reading = by_whole / n + by_part / kept
    by_reading += 0.5 * ((none * square[0] + of_square) / reading - none * (n - 1.0) - one * (kept - 1.0)) / reading
    if n > 1:
        by_reading += 0.5 * (of_out / outlier - one) / outlier * (1.0 + 1.0 / kept)
    return density, -none * away / whole - of_away / part, by_whole + by_part, by_reading, one


@compiled()
def bright_cells(
    x: np.ndarray, d: np.ndarray, at: np.ndarray, cells: Cells, of: Sizes, outlying_variance: float
) -> float:
    """Log density of all bright cells; adds its slopes to `d`."""
    found, technical, share, odds = 0.0, x[at[SD_TECHNICAL]], x[at[SHARE]], np.empty(of.part)
    log_share, log_rest = x[at[LOG_SHARE]], x[at[LOG_REST]]
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
        density, by_away, by_biological, by_reading, one = of_parts(
            away,
            biological,
            reading,
            outlying_variance,
            log_share,
            log_rest,
            n,
            cells.shift[i],
            cells.square[i],
            cells.away[i],
            odds,
        )
        found += density - log(1.0 + share * (n - 1.0))
        d[at[SHARE]] -= (n - 1.0) / (1.0 + share * (n - 1.0))
        d[at[LOG_SHARE]] += one
        d[at[LOG_REST]] += 1.0 - one
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
    return found


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
