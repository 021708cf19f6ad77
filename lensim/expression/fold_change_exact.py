"""The posterior of `fold_change_hierarchical` for one study, drawn exactly: no chain, and nothing compiled.

Given the spreads and the factors everything in that model is normal. So the spreads and factors are drawn from their
own posterior, on a grid that shrinks to where it is, with a random place in each cell; then the response of the
references, the means and the fold changes from their exact conditionals. The response of the references couples all
means of a contrast a little through their prior; draws are accepted by what that adds to the weight of their spreads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_arrays import fold_change_arrays, require_fold_changes
from lensim.expression.fold_change_density import MODEL, coordinates_of
from lensim.expression.fold_change_grid import Grid, Target, grid_of
from lensim.expression.priors import FoldChangePriors
from lensim.inference.engine import Engine, HandedOn, tree_of_draws
from lensim.inference.settings import SamplerSettings

MOST_ROUNDS: Final = 50


def refuses(data: xr.Dataset, model: str, priors: FoldChangePriors | None) -> str:
    """Why the exact engine does not take a study; '' where it does."""
    require_fold_changes(data, model)
    return ""


@dataclass(frozen=True)
class _Spreads:
    """Draws of spreads and factors: technical (draw) or None, factor and pair spread (draw, target), subjects' spread
    of each target (draw, group).
    """

    technical: np.ndarray | None
    doublings: np.ndarray
    pair: np.ndarray
    sigma: list[np.ndarray]


@dataclass(frozen=True)
class _Units:
    """What pairs say of the fold change of each of their units, given spreads (draw, unit), and of each mean (draw,
    group): a value and its variance, infinite where no pair says anything.
    """

    value: np.ndarray
    variance: np.ndarray
    mean: np.ndarray
    variance_of_mean: np.ndarray


def draw_exact(
    data: xr.Dataset,
    model: str,
    priors: FoldChangePriors,
    settings: SamplerSettings,
    seed: int,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: bool = False,
) -> xr.DataTree:
    """Independent draws of the whole posterior, as many as `settings` asks for, in chains of equal length.

    Parameters
    ----------
    data, model, priors
        Pairs of one study, `fold_change_hierarchical`, and its priors.
    settings
        Of which chains and draws are taken.
    seed
        Of the random numbers.
    tell, progress
        Not used: it takes no time.

    Returns
    -------
    xarray.DataTree
        Groups posterior, with every variable of the model, and sample_stats.

    Raises
    ------
    HandedOn
        If the study is too large for the grid.
    """
    rng, count = np.random.default_rng(seed), settings.chains * settings.draws
    arrays = fold_change_arrays(data)
    targets = _targets(data, arrays)
    grid = grid_of(targets, arrays.get("replicate_contrast"), priors)
    response_sd = arrays.get("reference_response_sd")
    spreads, units, response = _accepted(grid, targets, response_sd, priors, count, rng)
    found = _given_spreads(data, targets, spreads, units, response, priors, rng)
    return _as_tree(data, found, spreads, response, settings)


ENGINE: Final = Engine("exact", refuses, draw_exact, (MODEL,), is_independent=True)
"""Of ratios."""


def _targets(data: xr.Dataset, arrays: dict[str, np.ndarray]) -> list[Target]:
    """The pairs of each target, in order of their units: a subject under a contrast."""
    contrasts, kinds = data.sizes[v.CONTRAST], data.sizes[v.CELL_TYPE]
    subject, contrast = arrays["subject_of_pair"], arrays["contrast_of_pair"]
    group = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject] * contrasts + contrast
    key = group * data.sizes[v.SUBJECT] + subject
    found = []
    for number in range(data.sizes[v.TARGET]):
        own = np.flatnonzero(arrays["target_of_pair"] == number)
        own = own[np.argsort(key[own], kind="stable")]
        _, first = np.unique(key[own], return_index=True)
        found.append(
            Target(
                ct_change=arrays["ct_change"][own],
                input_change=arrays["input_change"][own],
                share=arrays["technical_share"][own],
                known=arrays["known_variance"][own],
                first=first,
                group=group[own][first],
                groups=kinds * contrasts,
                subject=subject[own][first],
                contrast=contrast[own][first],
                doublings=float(arrays["doublings"][number]),
                doublings_sd=float(arrays["doublings_sd"][number]) if "doublings_sd" in arrays else 0.0,
            )
        )
    return found


def _accepted(
    grid: Grid,
    targets: list[Target],
    response_sd: np.ndarray | None,
    priors: FoldChangePriors,
    count: int,
    rng: np.random.Generator,
) -> tuple[_Spreads, list[_Units], np.ndarray | None]:
    """Spreads, what pairs say given them, and the mean response of the references (draw, contrast) where they may."""
    if response_sd is None:
        spreads = _drawn_spreads(grid, targets, count, rng)
        return spreads, _units(targets, spreads), None
    kept: list[_Spreads] = []
    highest = -np.inf
    for _ in range(MOST_ROUNDS):
        spreads = _drawn_spreads(grid, targets, count, rng)
        log_weight = _coupling(targets, _units(targets, spreads), response_sd, priors)[2]
        highest = max(highest, float(log_weight.max()))
        kept.append(_selected(spreads, np.log(rng.random(count)) < log_weight - highest))
        if sum(len(one.pair) for one in kept) >= count:
            break
    else:
        raise HandedOn("the response of the references decides over the spreads")
    spreads = _joined(kept, count)
    units = _units(targets, spreads)
    mean, precision, _ = _coupling(targets, units, response_sd, priors)
    return spreads, units, mean + rng.standard_normal(mean.shape) / np.sqrt(precision)


def _coupling(
    targets: list[Target], units: list[_Units], response_sd: np.ndarray, priors: FoldChangePriors
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and precision of the response (draw, contrast), and what it adds to the log weight of spreads (draw)."""
    contrasts = len(response_sd)
    precision = np.broadcast_to(response_sd**-2, (len(units[0].mean), contrasts)).copy()
    total = np.zeros(precision.shape)
    for own in units:
        weight = 1.0 / (own.variance_of_mean + priors.sd_mu_log2_fold_change**2)
        value = np.where(np.isfinite(own.variance_of_mean), own.mean, 0.0)
        shape = (len(value), -1, contrasts)
        precision += weight.reshape(shape).sum(axis=1)
        total -= (weight * value).reshape(shape).sum(axis=1)
    mean = total / precision
    log_weight = 0.5 * (mean**2 * precision - np.log(precision * response_sd**2)).sum(axis=1)
    return mean, precision, log_weight


def _drawn_spreads(grid: Grid, targets: list[Target], count: int, rng: np.random.Generator) -> _Spreads:
    technical, place = grid.draw_technical(count, rng)
    doublings, pair = np.empty((count, len(targets))), np.empty((count, len(targets)))
    sigma = []
    for t in range(len(targets)):
        doublings[:, t], pair[:, t], own = grid.draw_target(t, place, rng)
        sigma.append(own)
    return _Spreads(technical, doublings, pair, sigma)


def _selected(spreads: _Spreads, kept: np.ndarray) -> _Spreads:
    technical = None if spreads.technical is None else spreads.technical[kept]
    return _Spreads(technical, spreads.doublings[kept], spreads.pair[kept], [one[kept] for one in spreads.sigma])


def _joined(parts: list[_Spreads], count: int) -> _Spreads:
    def together(arrays: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(arrays)[:count]

    technical = None if parts[0].technical is None else together([one.technical for one in parts])  # type: ignore[misc]
    sigma = [together([one.sigma[t] for one in parts]) for t in range(len(parts[0].sigma))]
    return _Spreads(technical, together([one.doublings for one in parts]), together([one.pair for one in parts]), sigma)


def _units(targets: list[Target], spreads: _Spreads) -> list[_Units]:
    found = []
    for t, own in enumerate(targets):
        variance = spreads.pair[:, t, None] ** 2 + own.known
        if spreads.technical is not None:
            variance = variance + own.share * spreads.technical[:, None] ** 2
        ratio = spreads.doublings[:, t, None] * own.ct_change - own.input_change
        weight = own.by_unit(1.0 / variance)
        value = own.by_unit(ratio / variance) / weight
        of_group = 1.0 / (1.0 / weight + spreads.sigma[t][:, own.group] ** 2)
        total, mean = own.by_group(of_group), own.by_group(of_group * value)
        with np.errstate(divide="ignore", invalid="ignore"):
            found.append(_Units(value, 1.0 / weight, mean / total, 1.0 / total))
    return found


def _given_spreads(
    data: xr.Dataset,
    targets: list[Target],
    spreads: _Spreads,
    units: list[_Units],
    response: np.ndarray | None,
    priors: FoldChangePriors,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Means (draw, target, group) and fold changes (draw, target, subject, contrast) from their exact conditionals."""
    count, kinds, contrasts = len(spreads.pair), data.sizes[v.CELL_TYPE], data.sizes[v.CONTRAST]
    moved = np.zeros((count, contrasts)) if response is None else response
    by_group = np.tile(moved, (1, kinds))
    kind = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    group = kind[:, None] * contrasts + np.arange(contrasts)
    mu = np.empty((count, len(targets), kinds * contrasts))
    fold = np.empty((count, len(targets), data.sizes[v.SUBJECT], contrasts))
    for t, (own, of_units) in enumerate(zip(targets, units, strict=True)):
        there = np.isfinite(of_units.variance_of_mean)
        seen = np.where(there, of_units.mean, 0.0) + by_group
        precision = priors.sd_mu_log2_fold_change**-2 + np.where(there, 1.0 / of_units.variance_of_mean, 0.0)
        mean = np.where(there, seen / of_units.variance_of_mean, 0.0) / precision
        mu[:, t] = mean + rng.standard_normal(mean.shape) / np.sqrt(precision)
        sigma = spreads.sigma[t][:, group]
        weight, total = sigma**-2, mu[:, t][:, group] * sigma**-2
        place = (slice(None), own.subject, own.contrast)
        weight[place] += 1.0 / of_units.variance
        total[place] += (of_units.value + moved[:, own.contrast]) / of_units.variance
        fold[:, t] = total / weight + rng.standard_normal(weight.shape) / np.sqrt(weight)
    return {"mu": mu, "fold": fold}


def _as_tree(
    data: xr.Dataset,
    found: dict[str, np.ndarray],
    spreads: _Spreads,
    response: np.ndarray | None,
    settings: SamplerSettings,
) -> xr.DataTree:
    groups = (v.TARGET, v.CELL_TYPE, v.CONTRAST)
    variables: dict[str, tuple[tuple[str, ...], np.ndarray]] = {v.SD_PAIR: ((v.TARGET,), spreads.pair)}
    if spreads.technical is not None:
        variables[v.SD_TECHNICAL] = ((), spreads.technical)
    if v.DOUBLINGS_SD in data and (data[v.DOUBLINGS_SD] > 0).all():
        variables[v.DOUBLINGS] = ((v.TARGET,), spreads.doublings)
    if response is not None:
        variables[v.REFERENCE_RESPONSE] = ((v.CONTRAST,), response)
    variables[v.SIGMA_FOLD_CHANGE] = (groups, np.stack(spreads.sigma, axis=1))
    variables[v.MU_FOLD_CHANGE] = (groups, found["mu"])
    variables[v.LOG2_FOLD_CHANGE] = ((v.TARGET, v.SUBJECT, v.CONTRAST), found["fold"])
    return tree_of_draws(variables, coordinates_of(data), settings, ENGINE.name)
