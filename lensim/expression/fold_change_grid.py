"""The grid of the exact engine of ratios: spreads and factors of one study, with their posterior at each node.

Cells of the grid have equal widths in the log of a spread and in the factor; the density of a cell is that at its
middle. The grid begins at the width of the priors and shrinks to where the posterior is.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lensim.expression.priors import FoldChangePriors

REACH: Final = 5.0
"""Half the width of the first grid, in sds of the prior."""
NEGLIGIBLE_LOG: Final = 14.0
COARSE: Final = 13
FINE: Final = 61
"""Cells of a spread, where neither factor nor technical spread is uncertain."""
FINE_OF_MANY: Final = 31
FACTORS: Final = 25
TECHNICAL: Final = 17
PASSES: Final = 7
LEAST_DOUBLINGS: Final = 0.05
SCANNED: Final = 2001


@dataclass(frozen=True)
class Target:
    """The pairs of a target, in order of their units, and what belongs to each unit."""

    ct_change: np.ndarray
    input_change: np.ndarray
    share: np.ndarray
    known: np.ndarray
    first: np.ndarray
    group: np.ndarray
    groups: int
    subject: np.ndarray
    contrast: np.ndarray
    doublings: float
    doublings_sd: float

    @property
    def units(self) -> int:
        """Fold changes that a pair stands behind."""
        return len(self.first)

    def by_unit(self, values: np.ndarray) -> np.ndarray:
        """Sums over the pairs of each unit, along the last axis."""
        return np.add.reduceat(values, self.first, axis=-1) if self.units else np.zeros((*values.shape[:-1], 0))

    def by_group(self, values: np.ndarray) -> np.ndarray:
        """Sums over the units of each group, along the last axis; units of a group are side by side."""
        found = np.zeros((*values.shape[:-1], self.groups))
        if self.units:
            there, first = np.unique(self.group, return_index=True)
            found[..., there] = np.add.reduceat(values, first, axis=-1)
        return found


@dataclass(frozen=True)
class Axis:
    """Cells of equal width between two ends; one cell of no width where something is known."""

    low: float
    high: float
    cells: int

    @property
    def middles(self) -> np.ndarray:
        """The middle of each cell."""
        return np.asarray(self.low + (self.high - self.low) * (np.arange(self.cells) + 0.5) / self.cells)

    def draw(self, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A random place in each of these cells."""
        return np.asarray(self.low + (self.high - self.low) * (place + rng.random(len(place))) / self.cells)

    def shrunk(self, log_density: np.ndarray, negligible: float = NEGLIGIBLE_LOG) -> "Axis":
        """The cells where the density is not negligible, one wider on each side."""
        there = np.flatnonzero(log_density > log_density.max() - negligible)
        width = (self.high - self.low) / self.cells
        first, last = max(there[0] - 1, 0), min(there[-1] + 2, self.cells)
        return replace(self, low=self.low + first * width, high=self.low + last * width)

    def with_cells(self, cells: int) -> "Axis":
        """The same ends, in other cells."""
        return replace(self, cells=cells) if self.high > self.low else self


@dataclass(frozen=True)
class TargetGrid:
    """Factor, log pair spread and log spread of subjects of each group, of one target.

    joint is the log weight (technical, factor, pair); shares (technical, factor, pair, subjects) of each group, which
    sum to 1 along the last.
    """

    factor: Axis
    pair: Axis
    subjects: tuple[Axis, ...]
    joint: np.ndarray
    shares: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Grid:
    """All targets of a study over one technical spread; `log_technical` is its log weight, that of targets in it."""

    technical: Axis | None
    log_technical: np.ndarray
    targets: tuple[TargetGrid, ...]

    @property
    def nodes(self) -> int:
        """Nodes of a group of the largest target."""
        return max((one.joint.size * one.subjects[0].cells for one in self.targets), default=0)

    def draw_technical(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray | None, np.ndarray]:
        """Technical spreads (draw), None where there is none, and the cell of each."""
        place = rng.choice(len(self.log_technical), size=count, p=shares_of(self.log_technical))
        return (None if self.technical is None else np.exp(self.technical.draw(place, rng))), place

    def draw_target(
        self, target: int, technical: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Factor (draw), pair spread (draw) and spreads of subjects (draw, group), given the technical cells."""
        own = self.targets[target]
        flat = shares_of(own.joint.reshape(len(own.joint), -1))
        q, j = np.unravel_index(picked(flat, technical, rng), own.joint.shape[1:])
        sigma = np.empty((len(technical), len(own.subjects)))
        for g, (axis, share) in enumerate(zip(own.subjects, own.shares, strict=True)):
            row = np.ravel_multi_index((technical, q, j), own.joint.shape)
            sigma[:, g] = np.exp(axis.draw(picked(share.reshape(-1, axis.cells), row, rng), rng))
        return own.factor.draw(q, rng), np.exp(own.pair.draw(j, rng)), sigma


def shares_of(logs: np.ndarray) -> np.ndarray:
    """Shares of log weights, which sum to 1 along the last axis."""
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def picked(shares: np.ndarray, row: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A position for each draw, by the shares (row, position) of its row."""
    found = np.empty(len(row), dtype=np.int64)
    order = np.argsort(row, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(row[order])) + 1):
        cumulative = np.cumsum(shares[row[own[0]]])
        found[own] = np.searchsorted(cumulative, rng.random(len(own)) * cumulative[-1], side="right")
    return np.minimum(found, shares.shape[-1] - 1)


def log_sum(logs: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    """Log of the sum of weights along an axis, from their logs."""
    top = logs.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(logs - top).sum(axis=axis)) + np.squeeze(top, axis=axis))


def _technical_range(contrasts: np.ndarray | None, priors: FoldChangePriors) -> Axis | None:
    """Where the log of the technical spread is, by its prior and the contrasts of replicates; None without any."""
    if contrasts is None:
        return None
    centre, sd = np.log(priors.median_sd_technical_cycles), priors.log_sd_sd_technical_cycles
    axis = Axis(centre - 2 * REACH * sd, centre + 2 * REACH * sd, SCANNED)
    log_density = _of_replicates(axis.middles, contrasts, priors)
    return axis.shrunk(log_density, 2 * NEGLIGIBLE_LOG)


def _of_replicates(log_sd: np.ndarray, contrasts: np.ndarray, priors: FoldChangePriors) -> np.ndarray:
    z = (log_sd - np.log(priors.median_sd_technical_cycles)) / priors.log_sd_sd_technical_cycles
    return np.asarray(-0.5 * z**2 - len(contrasts) * log_sd - 0.5 * np.exp(-2.0 * log_sd) * float(np.sum(contrasts**2)))


def grid_of(targets: list[Target], contrasts: np.ndarray | None, priors: FoldChangePriors) -> Grid:
    """The grid of a study, over the axes that a coarse one has shrunk to.

    Parameters
    ----------
    targets
        Pairs of each target.
    contrasts
        Of replicates [cycles]; None where there are none.
    priors
        Of the model.
    """
    technical = _technical_range(contrasts, priors)
    coarse = [_first_grid(one, priors) for one in targets]
    for _ in range(PASSES):
        technical_now = None if technical is None else technical.with_cells(COARSE)
        grid = _evaluated(targets, technical_now, contrasts, coarse, priors)
        narrower = [_shrunk(one, grid.log_technical) for one in grid.targets]
        of_technical = None if technical_now is None else technical_now.shrunk(grid.log_technical)
        is_done = all(
            after.high - after.low > 0.7 * (before.high - before.low)
            for old, new in zip(coarse, narrower, strict=True)
            for before, after in zip(
                (old.factor, old.pair, *old.subjects), (new.factor, new.pair, *new.subjects), strict=True
            )
            if before.high > before.low
        )
        coarse, technical = narrower, of_technical
        if is_done:
            break
    is_simple = technical is None and all(one.doublings_sd == 0.0 for one in targets)
    cells = FINE if is_simple else FINE_OF_MANY
    fine = [one.with_cells(FACTORS, cells) for one in coarse]
    return _evaluated(targets, None if technical is None else technical.with_cells(TECHNICAL), contrasts, fine, priors)


@dataclass(frozen=True)
class _Axes:
    """Factor, log pair spread, and log spread of subjects of each group."""

    factor: Axis
    pair: Axis
    subjects: tuple[Axis, ...]

    @property
    def all(self) -> tuple[Axis, ...]:
        """All of them."""
        return self.factor, self.pair, *self.subjects

    def with_cells(self, factors: int, spreads: int) -> "_Axes":
        """The same ends, in other cells."""
        subjects = tuple(one.with_cells(spreads) for one in self.subjects)
        return _Axes(self.factor.with_cells(factors), self.pair.with_cells(spreads), subjects)


def _first_grid(target: Target, priors: FoldChangePriors) -> _Axes:
    reach = REACH * target.doublings_sd
    low = max(target.doublings - reach, LEAST_DOUBLINGS)
    factor = Axis(low, target.doublings + reach, COARSE) if reach > 0 else Axis(target.doublings, target.doublings, 1)
    pair = _of_spread(priors.median_sd_log2_pair, priors.log_sd_sd_log2_pair)
    subjects = _of_spread(priors.median_sigma_log2_fold_change, priors.log_sd_sigma_log2_fold_change)
    return _Axes(factor, pair, (subjects,) * target.groups)


def _of_spread(median: float, log_sd: float) -> Axis:
    return Axis(np.log(median) - REACH * log_sd, np.log(median) + REACH * log_sd, COARSE)


def _shrunk(grid: TargetGrid, log_technical: np.ndarray) -> _Axes:
    """The axes of a target where its posterior is not negligible."""
    joint = grid.joint + (log_technical - log_sum(grid.joint, (1, 2)))[:, None, None]
    subjects = tuple(
        axis.shrunk(log_sum(joint[..., None] + np.log(np.maximum(share, 1e-300)), (0, 1, 2)))
        for axis, share in zip(grid.subjects, grid.shares, strict=True)
    )
    factor = grid.factor.shrunk(log_sum(joint, (0, 2))) if grid.factor.cells > 1 else grid.factor
    return _Axes(factor, grid.pair.shrunk(log_sum(joint, (0, 1))), subjects)


def _evaluated(
    targets: list[Target],
    technical: Axis | None,
    contrasts: np.ndarray | None,
    axes: list[_Axes],
    priors: FoldChangePriors,
) -> Grid:
    log_technical, variances = np.zeros(1), np.zeros(1)
    if technical is not None and contrasts is not None:
        log_technical = _of_replicates(technical.middles, contrasts, priors)
        variances = np.exp(2.0 * technical.middles)
    found = tuple(_of_target(target, variances, own, priors) for target, own in zip(targets, axes, strict=True))
    for one in found:
        log_technical = log_technical + log_sum(one.joint, (1, 2))
    return Grid(technical, log_technical, found)


def _of_target(target: Target, technical: np.ndarray, axes: _Axes, priors: FoldChangePriors) -> TargetGrid:
    """Log weights of one target's nodes: the pairs within their units, then units within groups, then groups."""
    factor, pair = axes.factor.middles, axes.pair.middles
    nodes = (len(technical), len(factor), len(pair))
    variance = np.exp(2.0 * pair)[None, :, None] + (technical[:, None, None] * target.share + target.known)
    ratio = factor[:, None] * target.ct_change - target.input_change  # (factor, pair of samples)
    weight = target.by_unit(1.0 / variance)[:, None]
    value = target.by_unit(ratio[None, :, None] / variance[:, None]) / weight
    square = (ratio[None, :, None] ** 2 / variance[:, None]).sum(axis=-1) - (weight * value**2).sum(axis=-1)
    log_likelihood = -0.5 * (np.log(variance).sum(axis=-1)[:, None] + square + np.log(weight).sum(axis=-1))
    z = (pair - np.log(priors.median_sd_log2_pair)) / priors.log_sd_sd_log2_pair
    joint = np.broadcast_to(log_likelihood - 0.5 * z**2, nodes).copy()
    if len(factor) > 1:
        of_factor = len(target.ct_change) * np.log(factor)
        joint += (of_factor - 0.5 * ((factor - target.doublings) / target.doublings_sd) ** 2)[:, None]
    inverse = np.broadcast_to(1.0 / weight, (*nodes, target.units))
    value = np.broadcast_to(value, (*nodes, target.units))
    shares = []
    for g, axis in enumerate(axes.subjects):
        own = target.group == g
        log_share = _of_group(inverse[..., own], value[..., own], axis.middles, priors)
        joint += log_sum(log_share, -1)
        shares.append(shares_of(log_share))
    return TargetGrid(axes.factor, axes.pair, axes.subjects, joint, tuple(shares))


def _of_group(inverse: np.ndarray, value: np.ndarray, subjects: np.ndarray, priors: FoldChangePriors) -> np.ndarray:
    """Log weight of each log spread of subjects (..., subjects), the mean of the population integrated out."""
    found = np.empty((*inverse.shape[:-1], len(subjects)))
    prior_precision = priors.sd_mu_log2_fold_change**-2
    for k, tau in enumerate(np.exp(subjects)):
        weight = 1.0 / (tau**2 + inverse)
        total = weight.sum(axis=-1) + prior_precision
        first, second = (weight * value).sum(axis=-1), (weight * value**2).sum(axis=-1)
        found[..., k] = 0.5 * (np.log(weight).sum(axis=-1) - np.log(total) - second + first**2 / total)
    z = (subjects - np.log(priors.median_sigma_log2_fold_change)) / priors.log_sd_sigma_log2_fold_change
    return np.asarray(found - 0.5 * z**2)
