"""Cells of replicate reactions and pairs of samples of every study of a batch, compiled.

Cells are weighed as `lensim.expression.replicates.weigh` does it, study after study, one number of all cells after
another.
"""

from typing import Final, NamedTuple

import numpy as np

from lensim.expression.exact.rows import exponential, logarithms
from lensim.expression.replicates import (
    PRIOR_FREEDOM,
    PRIOR_SD,
    ROUNDS,
    SD_OUTLYING,
    SHARE_OUTLYING,
)
from lensim.inference.compiled import compiled

_LOG_2: Final = float(np.log(2.0))
_LOG_2PI: Final = float(np.log(2.0 * np.pi))
_LOG_NONE: Final = float(np.log1p(-SHARE_OUTLYING))
_LOG_ONE: Final = float(np.log(SHARE_OUTLYING))
_NEVER: Final = -1e300


class Cells(NamedTuple):
    """What is left of the cells of every study, and of its replicates.

    Attributes
    ----------
    mean, doubt, inverse
        (study, cell), as `WeighedCells` has them.
    square, freedom
        (study) sum of squares of cells with many copies, and their degrees of freedom.
    """

    mean: np.ndarray
    doubt: np.ndarray
    inverse: np.ndarray
    square: np.ndarray
    freedom: np.ndarray


class _Work(NamedTuple):
    """Numbers of the cells of one study: rows (cell), logs of small numbers, and (replicate, cell)."""

    number: np.ndarray
    kept: np.ndarray
    log_count: np.ndarray
    log_kept: np.ndarray
    mean: np.ndarray
    square: np.ndarray
    beside: np.ndarray
    scaled: np.ndarray
    variance: np.ndarray
    far: np.ndarray
    log_variance: np.ndarray
    log_far: np.ndarray
    top: np.ndarray
    none: np.ndarray
    left: np.ndarray
    bits: np.ndarray
    log_of: np.ndarray
    there: np.ndarray
    away: np.ndarray
    without: np.ndarray
    one: np.ndarray


@compiled()
def _room(cells, replicates):  # type: ignore[no-untyped-def]
    row, both = np.empty((15, cells)), np.empty((4, replicates, cells))
    log_of = np.log(np.maximum(np.arange(replicates + 1.0), 1.0))
    return _Work(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12],
        row[13], row[14], np.empty(cells, np.int64), log_of, both[0], both[1], both[2], both[3],
    )  # fmt: skip


@compiled()
def _gather(ct, place, w, one_copy):  # type: ignore[no-untyped-def]
    """Means and squares of cells, and of each reaction how far from the mean of the others; `place` (cell, replicate).

    A place of -1 holds no reaction, and a Ct that is not finite is none.
    """
    for c in range(place.shape[0]):
        count, total = 0, 0.0
        for r in range(place.shape[1]):
            value = ct[place[c, r]] if place[c, r] >= 0 else np.nan
            is_there = np.isfinite(value)
            w.there[r, c], w.away[r, c] = 1.0 if is_there else 0.0, value if is_there else 0.0
            if is_there:
                count += 1
                total += value
        mean, square = total / max(count, 1), 0.0
        kept = max(count - 1, 1)
        for r in range(place.shape[1]):
            around = (w.away[r, c] - mean) * w.there[r, c]
            square += around * around
            w.away[r, c] = around * count / kept
        for r in range(place.shape[1]):
            w.without[r, c] = max(square - w.away[r, c] * w.away[r, c] * kept / max(count, 1), 0.0)
        w.number[c], w.kept[c], w.mean[c], w.square[c] = count, kept, mean, square
        w.log_count[c], w.log_kept[c] = w.log_of[max(count, 1)], w.log_of[kept]
        copies = np.exp2(one_copy - mean) if count > 0 else 1.0
        w.beside[c] = 1.0 / (copies * _LOG_2**2)


@compiled()
def _first_variance(w):  # type: ignore[no-untyped-def]
    """Reading variance that outlying reactions do not raise: from the median over cells."""
    several = 0
    for c in range(len(w.number)):
        if w.number[c] > 1:
            freedom = w.number[c] - 1.0
            median_of_one = (1.0 - 2.0 / (9.0 * freedom)) ** 3  # Wilson and Hilferty
            w.scaled[several] = max(w.square[c] / freedom / median_of_one - w.beside[c], 0.0)
            several += 1
    middle = np.median(w.scaled[:several]) if several else PRIOR_SD**2
    return (PRIOR_FREEDOM * PRIOR_SD**2 + several * middle) / (PRIOR_FREEDOM + several)


@compiled(fastmath=True)
def _variances(w, reading):  # type: ignore[no-untyped-def]
    for c in range(len(w.number)):
        w.variance[c] = reading + w.beside[c]
    for c in range(len(w.number)):
        w.far[c] = w.variance[c] * (1.0 + 1.0 / w.kept[c]) + SD_OUTLYING**2


@compiled(fastmath=True)
def _parts(w):  # type: ignore[no-untyped-def]
    """Probability of each part of every cell: that no reaction is outlying, and that each is."""
    for c in range(len(w.number)):
        inverse = 1.0 / w.variance[c]
        within = _LOG_2PI + w.log_variance[c]
        w.none[c] = _LOG_NONE - 0.5 * ((w.number[c] - 1.0) * within + w.log_count[c] + w.square[c] * inverse)
        w.left[c] = _LOG_ONE - 0.5 * ((w.kept[c] - 1.0) * within + w.log_kept[c] + w.log_far[c] + _LOG_2PI)
        w.top[c] = w.none[c]
    for r in range(len(w.one)):
        for c in range(len(w.number)):
            own = w.without[r, c] / w.variance[c] + w.away[r, c] * w.away[r, c] / w.far[c]
            may = w.there[r, c] > 0.0 and w.number[c] > 1.0
            w.one[r, c] = w.left[c] - 0.5 * own if may else _NEVER
            w.top[c] = max(w.top[c], w.one[r, c])


@compiled(fastmath=True)
def _normalise(w):  # type: ignore[no-untyped-def]
    for c in range(len(w.number)):
        w.none[c] = exponential(w.none[c] - w.top[c])
        w.left[c] = w.none[c]
    for r in range(len(w.one)):
        for c in range(len(w.number)):
            w.one[r, c] = exponential(w.one[r, c] - w.top[c]) if w.one[r, c] > _NEVER else 0.0
            w.left[c] += w.one[r, c]
    for c in range(len(w.number)):
        w.left[c] = 1.0 / w.left[c]
        w.none[c] *= w.left[c]
    for r in range(len(w.one)):
        for c in range(len(w.number)):
            w.one[r, c] *= w.left[c]


@compiled(fastmath=True)
def _left_over(w):  # type: ignore[no-untyped-def]
    """Into `w.top` the sum of squares of what is left of a cell, into `w.left` its degrees of freedom."""
    for c in range(len(w.number)):
        w.top[c] = w.none[c] * w.square[c]
        w.left[c] = w.none[c] * max(w.number[c] - 1.0, 0.0)
    for r in range(len(w.one)):
        for c in range(len(w.number)):
            w.top[c] += w.one[r, c] * w.without[r, c]
            w.left[c] += w.one[r, c] * (w.kept[c] - 1.0)


@compiled(fastmath=True)
def _reading(w, reading):  # type: ignore[no-untyped-def]
    """Reading variance from what is left, of which reading makes its share."""
    square, freedom = PRIOR_FREEDOM * PRIOR_SD**2, PRIOR_FREEDOM
    for c in range(len(w.number)):
        square += w.top[c] * reading / w.variance[c]
        freedom += w.left[c]
    return square / freedom


@compiled()
def _tell(w, mean, doubt, inverse):  # type: ignore[no-untyped-def]
    """Mean of what is left of every cell, its doubt, and 1 / number of reactions."""
    for c in range(len(w.number)):
        many = max(w.number[c], 1.0)
        weighed, fewer = w.none[c] * w.mean[c], w.none[c] / many
        for r in range(len(w.one)):
            weighed += w.one[r, c] * (w.mean[c] - w.away[r, c] / many)
            fewer += w.one[r, c] / w.kept[c]
        square = w.none[c] * (w.mean[c] - weighed) ** 2
        for r in range(len(w.one)):
            square += w.one[r, c] * (w.mean[c] - w.away[r, c] / many - weighed) ** 2
        mean[c] = weighed if w.number[c] > 0.0 else np.nan
        doubt[c], inverse[c] = square, fewer


@compiled()
def weigh_cells(ct, place, one_copy, bright):  # type: ignore[no-untyped-def]
    """Weigh the cells of every study.

    `ct` (study, reaction), NaN where there is none; `place` (cell, replicate) which reactions a cell has, -1 for none;
    `one_copy` the Ct of one copy; cells below `bright` have so many copies that their replicates show the spread of
    reading. Returns `Cells`.
    """
    studies, cells = len(ct), len(place)
    found = Cells(
        np.empty((studies, cells)), np.empty((studies, cells)), np.empty((studies, cells)), np.zeros(studies),
        np.zeros(studies),
    )  # fmt: skip
    w = _room(cells, place.shape[1])
    for study in range(studies):
        _gather(ct[study], place, w, one_copy)
        reading = _first_variance(w)
        for _ in range(ROUNDS):
            _variances(w, reading)
            logarithms(w.variance, w.bits, w.log_variance)
            logarithms(w.far, w.bits, w.log_far)
            _parts(w)
            _normalise(w)
            _left_over(w)
            reading = _reading(w, reading)
        mean = found.mean[study]
        _tell(w, mean, found.doubt[study], found.inverse[study])
        for c in range(cells):
            if mean[c] < bright:
                found.square[study] += w.top[c]
                found.freedom[study] += w.left[c]
    return found


class Pairs(NamedTuple):
    """Pairs of samples of every study; NaN where a condition has no reaction left.

    Attributes
    ----------
    change
        (study, gene, pair) Ct of the control less that of the treated sample [cycles].
    ratio, known, share
        (study, target, pair) log2 ratio, its variance beside reading [log2^2], and how much of its variance that of
        reading makes [log2^2/cycles^2].
    """

    change: np.ndarray
    ratio: np.ndarray
    known: np.ndarray
    share: np.ndarray


@compiled()
def _of_gene(mean, doubt, inverse, doubling, one_copy, control, treated, drawing, change, drawn, replicates):  # type: ignore[no-untyped-def]
    """Pairs of one gene of one study; `drawing` (cell) is a row to work in."""
    for c in range(len(mean)):
        copies = np.exp2(doubling * (one_copy - mean[c]))
        drawing[c] = inverse[c] / (copies * _LOG_2**2) + doubling * doubling * doubt[c]
    for p in range(len(control)):
        before, after = control[p], treated[p]
        change[p] = mean[before] - mean[after]
        own = drawing[before] + drawing[after]
        drawn[p] = own if np.isfinite(own) else 0.0
        replicates[p] = doubling * doubling * (inverse[before] + inverse[after])


@compiled()
def pair_up(cells, doublings, doublings_sd, is_reference, control, treated, one_copy):  # type: ignore[no-untyped-def]
    """Pairs from cells (study, gene * sample), `doublings` and their sd (study, gene), samples of pairs (pair)."""
    studies, genes = doublings.shape
    pairs, samples = len(control), cells.mean.shape[1] // genes
    references = int(is_reference.sum())
    found = Pairs(
        np.empty((studies, genes, pairs)), np.empty((studies, genes - references, pairs)),
        np.empty((studies, genes - references, pairs)), np.empty((studies, genes - references, pairs)),
    )  # fmt: skip
    drawing, drawn, replicates = np.empty(samples), np.empty((genes, pairs)), np.empty((genes, pairs))
    shift, beside, share = np.empty(pairs), np.empty(pairs), np.empty(pairs)
    for study in range(studies):
        shift[:], beside[:], share[:] = 0.0, 0.0, 0.0
        for g in range(genes):
            doubling, change = doublings[study, g], found.change[study, g]
            own = slice(g * samples, (g + 1) * samples)
            _of_gene(
                cells.mean[study, own], cells.doubt[study, own], cells.inverse[study, own], doubling, one_copy, control,
                treated, drawing, change, drawn[g], replicates[g],
            )  # fmt: skip
            if is_reference[g]:
                for p in range(pairs):
                    moved = (doublings_sd[study, g] * change[p]) ** 2
                    shift[p] += doubling * change[p] / references
                    beside[p] += (drawn[g, p] + (moved if np.isfinite(moved) else 0.0)) / references**2
                    share[p] += replicates[g, p] / references**2
        t = 0
        for g in range(genes):
            if not is_reference[g]:
                for p in range(pairs):
                    found.ratio[study, t, p] = doublings[study, g] * found.change[study, g, p] - shift[p]
                    found.known[study, t, p] = drawn[g, p] + beside[p]
                    found.share[study, t, p] = replicates[g, p] + share[p]
                t += 1
    return found
