"""Posteriors of dose-response panels without a long Markov chain over wells: Laplace by line, weights, population.

The model is `dose_response_hierarchical`. Each line's curve is drawn around the modes of its own posterior under a wide
working prior, each draw with its weight (`laplace_line`, `laplace_panel`); a short Gibbs sampler then joins lines,
molecular groups and the spread of days exactly over these draws (`laplace_population`).

What is approximate, and how it is guarded:

* untreated levels and midpoints of cultures are integrated to second order;
* the spread of wells, its degrees of freedom and the backgrounds are put at their posterior mode, corrected for the
  parameters that wells pay for; with 72 wells a line this changes a width by less than one percent;
* the draws of a line may miss where its posterior lies: the Pareto shape k of its weights under the fitted population
  tells, and so does the number of draws that carry them. A study with a line above the limit is no answer.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import xarray as xr
from scipy import special, stats

from lensim import checks
from lensim import vocabulary as v
from lensim.inference.laplace_line import MODES, Wells
from lensim.inference.laplace_panel import TAIL, Proposals, draw_lines, find_modes, midpoints_of_cultures, well_density
from lensim.inference.laplace_population import CurveHyperpriors, sweep_population
from lensim.inference.pareto import pareto_shapes
from lensim.proliferation.dose_response_priors import CurvePriors, DoseResponsePriors, WellPriors

DRAWS: Final = 2**8
"""Of each line's curve."""
POOL: Final = 24
WIDTH_OF_PROPOSALS: Final = 1.5
WIDENING: Final = 1.15
SMALLEST_SIZE_SD: Final = 1e-3
SMALLEST_OCCUPANCY: Final = 1e-9
ENOUGH: Final = 80.0
"""Draws that should carry a line's weights; else it is drawn anew."""
NODES: Final = 13
NO_SPREAD: Final = 1e-3
"""Stands for none between days, where every line has one culture [log10 uM]."""
LARGEST_SHAPE: Final = 0.7
SMALLEST_COUNT: Final = 25.0
_WORKING: Final = np.array([[0.0, 0.1, 1.0], [0.9, 0.4, 1.0]])
_SMALLEST_SD: Final = np.array([0.15, 0.12, 0.2])
_GRID: Final = np.geomspace(0.01, 1.2, 80)


@dataclass(frozen=True)
class LaplaceSettings:
    """How much work a study gets.

    Attributes
    ----------
    sweeps, first_sweeps, warm
        Of the population's sampler: kept, kept to see which lines want new draws, and not kept.
    rounds
        Times that modes are found and the working prior is moved to them.
    """

    sweeps: int = 1000
    first_sweeps: int = 150
    warm: int = 100
    rounds: int = 4


@dataclass(frozen=True)
class PanelPosterior:
    """Posterior of one panel.

    Attributes
    ----------
    curves
        (draw, line, 3) log10 EC50, log slope, effect.
    group, mu, sigma_group, sigma
        (draw, group, 3) and (draw, 3).
    sd_experiment
        (draw) [log10 uM].
    points, weights
        (line, point, 3) and (line, point): the same posterior of each line with less noise.
    shapes, counts
        (line) Pareto shape of the weights, and how many draws carry them.
    sd_well, nu_well
        Where they were put.
    """

    curves: np.ndarray
    group: np.ndarray
    mu: np.ndarray
    sigma_group: np.ndarray
    sigma: np.ndarray
    sd_experiment: np.ndarray
    points: np.ndarray
    weights: np.ndarray
    shapes: np.ndarray
    counts: np.ndarray
    sd_well: float
    nu_well: float

    @property
    def trusted(self) -> bool:
        """Whether no line's weights give cause for doubt."""
        return bool((self.shapes < LARGEST_SHAPE).all() and (self.counts > SMALLEST_COUNT).all())


@dataclass(frozen=True)
class PanelSheet:
    """What studies on one sheet share: wells in the order of the kernel."""

    order: np.ndarray
    cell_of_well: np.ndarray
    log_dose: np.ndarray
    bounds: np.ndarray
    lines: np.ndarray
    culture: np.ndarray
    plate_of_culture: np.ndarray
    group_of_line: np.ndarray
    groups: int
    log10_top: np.ndarray
    untreated: np.ndarray
    middle: float
    minutes: float
    plate_of_blank: np.ndarray


def sheet_of(data: xr.Dataset) -> PanelSheet:
    """Order the wells of a panel by line, culture and dose.

    Raises
    ------
    InputError
        If a variable is absent or has other dims.
    """
    pointers: dict[str, tuple[str, ...]] = {
        v.DOSE: (v.WELL,), v.CULTURE_OF_WELL: (v.WELL,), v.LINE_OF_CULTURE: (v.CULTURE,),
        v.PLATE_OF_CULTURE: (v.CULTURE,), v.GROUP_OF_LINE: (v.CELL_LINE,),
    }  # fmt: skip
    checks.has_variables(data, pointers, "engine_laplace")
    dose, culture_of_well = data[v.DOSE].to_numpy().astype(float), data[v.CULTURE_OF_WELL].to_numpy()
    line_of_culture = data[v.LINE_OF_CULTURE].to_numpy()
    by_line = np.argsort(line_of_culture, kind="stable")
    place = np.empty(len(by_line), np.int64)
    place[by_line] = np.arange(len(by_line))
    culture = place[culture_of_well]
    order = np.lexsort((dose, culture))
    culture, dose = culture[order], dose[order]
    new = np.r_[True, (np.diff(culture) != 0) | (np.diff(dose) != 0)]
    first = np.flatnonzero(new)
    tested = np.log10(dose[dose > 0])
    with np.errstate(divide="ignore"):
        log_dose = np.where(dose[first] > 0, np.log(dose[first]), -1e4)
    bounds = np.searchsorted(culture[first], np.arange(len(by_line) + 1))
    lines = np.searchsorted(line_of_culture[by_line], np.arange(data.sizes[v.CELL_LINE] + 1))
    first_cell_of_line = bounds[lines[:-1]]
    return PanelSheet(
        order=order,
        cell_of_well=np.cumsum(new) - 1,
        log_dose=log_dose,
        bounds=bounds,
        lines=lines,
        culture=culture,
        plate_of_culture=data[v.PLATE_OF_CULTURE].to_numpy()[by_line],
        group_of_line=data[v.GROUP_OF_LINE].to_numpy().astype(np.int64),
        groups=data.sizes[v.MOLECULAR_GROUP],
        log10_top=np.maximum.reduceat(log_dose, first_cell_of_line) / np.log(10.0),
        untreated=dose == 0,
        middle=float(tested.min() + tested.max()) / 2.0,
        minutes=float(data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in data else np.inf,
        plate_of_blank=data[v.PLATE_OF_BLANK].to_numpy() if v.PLATE_OF_BLANK in data else np.empty(0, np.int64),
    )


def analyse_panel(
    sheet: PanelSheet,
    cpm: np.ndarray,
    blank_cpm: np.ndarray,
    priors: DoseResponsePriors,
    rng: np.random.Generator,
    settings: LaplaceSettings = LaplaceSettings(),
) -> PanelPosterior:
    """Posterior of one study.

    Parameters
    ----------
    sheet
        As from `sheet_of`.
    cpm, blank_cpm
        Signals of wells and blanks in the order of the Dataset; NaN where a well was lost.
    priors
        Of `dose_response_hierarchical`.
    rng
        Random numbers.
    settings
        How much work.
    """
    wells = _wells(sheet, cpm, blank_cpm, priors.wells)
    n_lines, cultures = len(sheet.lines) - 1, int(np.diff(sheet.lines).max())
    modes, heights = np.zeros((n_lines, MODES, 3)), np.zeros((n_lines, MODES))
    curvatures, starts = np.zeros((n_lines, MODES, 3, 3)), np.zeros((n_lines, MODES, cultures, 2))
    count = np.zeros(n_lines, np.int64)
    work, profiles = np.zeros((int(np.diff(sheet.bounds).max()), 5)), np.zeros((cultures, 15))
    found = np.zeros((len(sheet.bounds) - 1, 2))
    working = _WORKING.copy()
    working[0, 0] = sheet.middle
    alone = cultures == 1
    median = NO_SPREAD if alone else priors.curves.median_sd_experiment_log10_ec50_um
    spreads = (_first_spread(wells), 6.0, median)
    log_node = np.zeros(1)
    nodes = np.array([median])
    for round_ in range(settings.rounds):
        find_modes(wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles)
        eta, paid = midpoints_of_cultures(
            wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles, found
        )
        sd, nu = _well_spread(wells, eta, paid, spreads, priors.wells)
        if not alone:
            centre, width = _day_spread(found, sheet.lines, priors.curves)
            nodes = np.exp(centre + width * np.linspace(-3.5, 3.5, NODES))
            z = (np.log(nodes) - np.log(median)) / priors.curves.log_sd_sd_experiment_log10_ec50_um
            log_node = -0.5 * z**2
        spreads = (sd, nu, float(nodes[len(nodes) // 2]))
        if round_ < settings.rounds - 1:
            working = _moved(working, modes, heights, curvatures, count)
    working[1] *= WIDTH_OF_PROPOSALS
    find_modes(wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles)
    best = _best(heights, count)
    own_starts = starts[np.arange(n_lines), best]
    own_starts[..., 0] -= modes[np.arange(n_lines), best, 0][:, None]
    points, log_weight = np.empty((n_lines, DRAWS, 3)), np.empty((len(nodes), n_lines, DRAWS))
    hyper = _hyperpriors(priors.curves, sheet.middle)
    proposals = _around_modes(working, modes, heights, curvatures, count, sheet.log10_top)
    chosen = np.arange(n_lines)
    start = np.stack([working[0], working[1] / WIDTH_OF_PROPOSALS])
    for sweeps in (settings.first_sweeps, settings.sweeps):
        pool = _pool()[rng.integers(POOL, size=(n_lines, proposals.share.shape[1]))]
        draw_lines(wells, spreads, chosen, proposals, own_starts, pool, nodes, work, profiles, points, log_weight)
        picks, group, mu, sigma_group, sigma, node, weights = sweep_population(
            points, log_weight, log_node, sheet.group_of_line, sheet.groups, start, hyper, sweeps, settings.warm, rng
        )
        start = np.stack([mu.mean(axis=0), sigma.mean(axis=0)])
        chosen = np.flatnonzero((weights**2).sum(axis=1) > 1.0 / ENOUGH)
        total = np.sqrt(sigma.mean(axis=0) ** 2 + sigma_group.mean(axis=0) ** 2)
        proposals = _around_draws(points, weights, np.stack([start[0], total]), proposals)
    return PanelPosterior(
        curves=points[np.arange(n_lines), picks],
        group=group,
        mu=mu,
        sigma_group=sigma_group,
        sigma=sigma,
        sd_experiment=nodes[node],
        points=points,
        weights=weights,
        shapes=pareto_shapes(weights),
        counts=1.0 / (weights**2).sum(axis=1),
        sd_well=spreads[0],
        nu_well=spreads[1],
    )


@lru_cache(maxsize=1)
def _pool() -> np.ndarray:
    """Scrambled Sobol points as three normals and a chi-squared, (POOL, draws, 4); which are used is random."""
    sets = [stats.qmc.Sobol(4, scramble=True, rng=np.random.default_rng(k)).random(DRAWS) for k in range(POOL)]
    uniform = np.clip(np.stack(sets), 1e-7, 1 - 1e-7)
    return np.concatenate([special.ndtri(uniform[..., :3]), stats.chi2.ppf(uniform[..., 3:], TAIL)], axis=-1)


def _best(heights: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The highest mode of each line."""
    return np.argmax(np.where(np.arange(MODES) < count[:, None], heights, -np.inf), axis=1)


def _around_modes(
    working: np.ndarray,
    modes: np.ndarray,
    heights: np.ndarray,
    curvatures: np.ndarray,
    count: np.ndarray,
    log10_top: np.ndarray,
) -> Proposals:
    """Around each mode by its mass; along the ridge of its size; and some of the working prior."""
    there = np.arange(MODES) < count[:, None]
    by_effect = np.linalg.inv(np.where(there[..., None, None], curvatures, np.eye(3)))
    size, slopes = _size(modes, log10_top[:, None])
    jacobian = np.zeros((*modes.shape, 3))
    jacobian[..., 0, 0] = jacobian[..., 1, 1] = 1.0
    jacobian[..., 2, :] = slopes
    covariance = jacobian @ by_effect @ np.swapaxes(jacobian, -1, -2)
    covariance[..., 2, 2] += SMALLEST_SIZE_SD**2
    root = np.linalg.cholesky(covariance * WIDENING)
    log_mass = np.where(there, heights + 0.5 * np.linalg.slogdet(by_effect)[1], -np.inf)
    mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
    mass = 0.1 * there / count[:, None] + 0.9 * mass / mass.sum(axis=1, keepdims=True)
    main = np.argmax(mass, axis=1)
    lines = np.arange(len(modes))
    wide = 0.5 * np.linalg.slogdet(by_effect[lines, main])[1] - np.log(working[1]).sum()
    along = np.clip(np.exp(wide / 3.0), 0.1, 0.5)
    centre = np.stack(
        [np.repeat(working[0, 0], len(lines)), np.repeat(working[0, 1], len(lines)), size[lines, main]], -1
    )
    ridge = np.zeros((len(lines), 3, 3))
    ridge[:, 0, 0], ridge[:, 1, 1] = working[1, :2]
    ridge[:, 2, 2] = 1.5 * np.sqrt(covariance[lines, main, 2, 2])
    own = np.concatenate([modes[..., :2], size[..., None]], axis=-1)
    return _joined(
        np.concatenate([own, centre[:, None]], axis=1),
        np.concatenate([root, ridge[:, None]], axis=1),
        np.concatenate([mass * (0.95 - along[:, None]), along[:, None]], axis=1),
        working,
        log10_top,
    )


def _around_draws(points: np.ndarray, weights: np.ndarray, population: np.ndarray, before: Proposals) -> Proposals:
    """Around the weighted draws, around what was before, and from the population as it was found, made wider."""
    size, _ = _size(points, before.log10_top[:, None])
    by_size = np.concatenate([points[..., :2], size[..., None]], axis=-1)
    mean = np.einsum("ls,lsk->lk", weights, by_size)
    away = by_size - mean[:, None]
    covariance = np.einsum("ls,lsi,lsj->lij", weights, away, away)
    covariance += np.diag([*(0.1 * population[1, :2]) ** 2, SMALLEST_SIZE_SD**2])
    root = np.linalg.cholesky(covariance * WIDENING)
    former = before.share[:, :-1] / before.share[:, :-1].sum(axis=1, keepdims=True)
    return _joined(
        np.concatenate([mean[:, None], before.centre[:, :-1]], axis=1),
        np.concatenate([root[:, None], before.root[:, :-1]], axis=1),
        np.concatenate([np.full((len(points), 1), 0.55), 0.4 * former], axis=1),
        np.stack([population[0], population[1] * WIDTH_OF_PROPOSALS]),
        before.log10_top,
    )


def _size(curve: np.ndarray, log10_top: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Effect times occupancy at the top dose (...), and its slopes by the three numbers of the curve (..., 3)."""
    x, h, effect = np.moveaxis(curve, -1, 0)
    reach = np.exp(h) * np.log(10.0) * (log10_top - x)
    share = special.expit(reach)
    bend = effect * share * (1.0 - share)
    slopes = np.stack([-bend * np.exp(h) * np.log(10.0), bend * reach, share + SMALLEST_OCCUPANCY], axis=-1)
    return effect * (share + SMALLEST_OCCUPANCY), slopes


def _joined(
    centre: np.ndarray, root: np.ndarray, share: np.ndarray, normal: np.ndarray, log10_top: np.ndarray
) -> Proposals:
    """Components by size, and the rest of the share for a normal one."""
    lines = len(centre)
    return Proposals(
        np.ascontiguousarray(np.concatenate([centre, np.broadcast_to(normal[0], (lines, 1, 3))], axis=1)),
        np.ascontiguousarray(np.concatenate([root, np.broadcast_to(np.diag(normal[1]), (lines, 1, 3, 3))], axis=1)),
        np.ascontiguousarray(np.concatenate([share, 1.0 - share.sum(axis=1, keepdims=True)], axis=1)),
        log10_top,
    )


def _wells(sheet: PanelSheet, cpm: np.ndarray, blank_cpm: np.ndarray, priors: WellPriors) -> Wells:
    """The wells that were read, on the log scale, with the backgrounds of their plates."""
    signal = np.asarray(cpm, dtype=float)[sheet.order]
    read = np.isfinite(signal)
    log_cpm = _log_signal(signal[read], sheet.minutes)
    per_cell = np.bincount(sheet.cell_of_well[read], minlength=len(sheet.log_dose))
    log_untreated = float(np.median(log_cpm[sheet.untreated[read]]))
    background = _backgrounds(sheet, np.asarray(blank_cpm, dtype=float), log_untreated, priors)
    cultures = len(sheet.plate_of_culture)
    return Wells(
        log_cpm,
        np.r_[0, np.cumsum(per_cell)],
        sheet.log_dose,
        sheet.bounds,
        background[sheet.plate_of_culture],
        np.full(cultures, log_untreated),
        sheet.lines,
        0.0 if np.isinf(sheet.minutes) else 1.0 / sheet.minutes,
        priors.sd_log_top_cpm,
    )


def _log_signal(signal: np.ndarray, minutes: float) -> np.ndarray:
    positive = signal[signal > 0]
    floor = 0.5 / minutes if np.isfinite(minutes) else (positive.min() / 2.0 if len(positive) else 1.0)
    return np.log(np.where(signal > 0, signal, floor))


def _backgrounds(sheet: PanelSheet, blank: np.ndarray, log_untreated: float, priors: WellPriors) -> np.ndarray:
    """Background of each plate: what its blanks show, drawn towards that of all plates; without blanks the prior's."""
    plates = int(sheet.plate_of_culture.max()) + 1
    read = np.isfinite(blank)
    if not read.any():
        return np.full(plates, np.exp(log_untreated + priors.mean_log_background_share))
    log_blank, plate = _log_signal(blank[read], sheet.minutes), sheet.plate_of_blank[read]
    plates = max(plates, int(plate.max()) + 1)
    own = [log_blank[plate == p] for p in range(plates)]
    overall = float(np.mean([x.mean() for x in own if len(x)]))
    counting = 0.0 if np.isinf(sheet.minutes) else 1.0 / (sheet.minutes * np.exp(overall))
    variance = priors.median_sd_blank**2 + counting
    between = priors.median_sigma_log_background**2
    shrunk = [
        overall + (x.mean() - overall) * between / (between + variance / len(x)) if len(x) else overall for x in own
    ]
    return np.exp(np.array(shrunk))


def _first_spread(wells: Wells) -> float:
    """Spread between wells: from the median difference of neighbours within cells."""
    cell = np.repeat(np.arange(len(wells.log_dose)), np.diff(wells.edges))
    apart = np.abs(np.diff(wells.log_cpm))[np.diff(cell) == 0]
    return max(float(np.median(apart)) / (np.sqrt(2.0) * 0.6745), 0.02) if len(apart) else 0.15


def _well_spread(
    wells: Wells, eta: np.ndarray, paid: float, spreads: tuple[float, float, float], priors: WellPriors
) -> tuple[float, float]:
    """Posterior mode of log sd_well and log nu_well, the wells paying for the parameters that eta was fitted with."""

    def density(x: np.ndarray) -> float:
        sd, nu = float(np.exp(x[0])), float(np.exp(x[1]))
        gammas = special.gammaln((nu + 1) / 2) - special.gammaln(nu / 2) - 0.5 * np.log(nu)
        pays = paid * (x[0] - 0.5 * np.log((nu + 1.0) / (nu + 3.0)))  # half the log of a well's information
        prior = x[0] - 0.5 * (sd / priors.sd_sd_well) ** 2 + priors.shape_nu_well * x[1] - priors.rate_nu_well * nu
        return well_density(wells.log_cpm, eta, wells.per_count, sd, nu) + len(eta) * gammas + pays + prior

    at = np.log(spreads[:2])
    step = 0.05
    for _ in range(6):
        here = density(at)
        shifts = step * np.eye(2)
        up, down = [density(at + s) for s in shifts], [density(at - s) for s in shifts]
        both = density(at + shifts[0] + shifts[1])
        slope = np.array([(a - b) / (2 * step) for a, b in zip(up, down, strict=True)])
        bend = np.array([(a + b - 2 * here) / step**2 for a, b in zip(up, down, strict=True)])
        cross = (both - up[0] - up[1] + here) / step**2
        hessian = np.array([[min(bend[0], -1.0), cross], [cross, min(bend[1], -0.3)]])
        if np.linalg.det(hessian) <= 0:
            hessian = np.diag(np.diag(hessian))
        move = np.clip(-np.linalg.solve(hessian, slope), -0.4, 0.4)
        at = np.clip(at + move, [-5.0, 0.0], [1.0, 5.0])
        if np.abs(move).max() < 3e-3:
            break
    return float(np.exp(at[0])), float(np.exp(at[1]))


def _day_spread(found: np.ndarray, lines: np.ndarray, priors: CurvePriors) -> tuple[float, float]:
    """Mean and sd of log sd_experiment, from midpoints of cultures around their line's, each with its error."""
    line = np.repeat(np.arange(len(lines) - 1), np.diff(lines))
    precise = found[:, 1] > 1.0
    middle, variance = found[precise, 0], 1.0 / found[precise, 1]
    members = line[precise]
    weight = 1.0 / (_GRID[:, None] ** 2 + variance)
    belongs = np.eye(len(lines) - 1)[members]
    total, mean, square = weight @ belongs, (weight * middle) @ belongs, (weight * middle**2) @ belongs
    there = total > 0
    safe = np.where(there, total, 1.0)
    log_p = 0.5 * np.log(weight).sum(axis=1) - 0.5 * np.where(there, np.log(safe) + square - mean**2 / safe, 0.0).sum(
        axis=1
    )
    log_p -= (
        0.5
        * (
            (np.log(_GRID) - np.log(priors.median_sd_experiment_log10_ec50_um))
            / priors.log_sd_sd_experiment_log10_ec50_um
        )
        ** 2
    )
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    centre = float((p * np.log(_GRID)).sum())
    return centre, float(np.sqrt((p * (np.log(_GRID) - centre) ** 2).sum()) + 0.02)


def _moved(
    working: np.ndarray, modes: np.ndarray, heights: np.ndarray, curvatures: np.ndarray, count: np.ndarray
) -> np.ndarray:
    """The working prior, moved to the mean and spread of the lines' modes, each with its error."""
    best = _best(heights, count)
    lines = np.arange(len(modes))
    curve, covariance = modes[lines, best], np.linalg.inv(curvatures[lines, best])
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    known = 1.0 / np.maximum(variance, 1e-6)
    mean = (curve * known).sum(axis=0) / known.sum(axis=0)
    spread = np.sqrt(((curve - mean) ** 2 + variance).mean(axis=0))
    # half of the way in variance: modes under a prior are drawn to it already
    return np.stack([mean, np.maximum(np.sqrt((spread**2 + 0.25 * working[1] ** 2) / 1.25), _SMALLEST_SD)])


def _hyperpriors(priors: CurvePriors, middle: float) -> CurveHyperpriors:
    return CurveHyperpriors(
        mean=np.array([middle, priors.mean_mu_log_hill_slope, priors.mean_mu_effect_at_saturation]),
        sd=np.array([priors.sd_mu_log10_ec50_um, priors.sd_mu_log_hill_slope, priors.sd_mu_effect_at_saturation]),
        scale_of_group=np.array(
            [
                priors.sd_sigma_group_log10_ec50_um,
                priors.sd_sigma_group_log_hill_slope,
                priors.sd_sigma_group_effect_at_saturation,
            ]
        ),
        scale=np.array([priors.sd_sigma_log10_ec50_um, 0.0, priors.sd_sigma_effect_at_saturation]),
        log_median=np.array([0.0, np.log(priors.median_sigma_log_hill_slope), 0.0]),
        log_sd=np.array([1.0, priors.log_sd_sigma_log_hill_slope, 1.0]),
    )
