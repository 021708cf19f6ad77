"""Posteriors of dose-response panels without a long Markov chain over wells: Laplace by line, weights, population.

The model is `dose_response_hierarchical`. Each line's curve is drawn around the modes of its own posterior under a wide
working prior, each draw with its weight (modules `line` and `panel`); a short Gibbs sampler then joins lines,
molecular groups and the spread of days exactly over these draws (module `population`).

What is approximate, and how it is guarded:

* untreated levels and midpoints of cultures are integrated to second order;
* the spread of wells, its degrees of freedom and the backgrounds are put at their posterior mode, corrected for the
  parameters that wells pay for; with 72 wells a line this changes a width by less than one percent;
* the draws of a line may miss where its posterior lies: the Pareto shape k of its weights under the fitted population
  shows this, and so does the effective number of draws. A study with a line above the limit has no answer.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lensim.bounds import require_figures
from lensim.dose_response.laplace.line import MODES
from lensim.dose_response.laplace.panel import draw_lines, find_modes, midpoints_of_cultures
from lensim.dose_response.laplace.pareto import pareto_shapes
from lensim.dose_response.laplace.population import CurveHyperpriors, sweep_population
from lensim.dose_response.laplace.proposals import (
    DRAWS,
    POOL,
    WIDTH_OF_PROPOSALS,
    around_draws,
    around_modes,
    best_modes,
    moved_to_modes,
    sobol_pool,
)
from lensim.dose_response.laplace.spread import day_spread, first_spread, well_spread
from lensim.dose_response.laplace.wells import PanelSheet, wells_of
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors

ENOUGH: Final = 80.0
"""Draws that should carry a line's weights; else it is drawn anew."""
NODES: Final = 13
NO_SPREAD: Final = 1e-3
"""Spread between days where every line has one culture, in place of 0 [log10 uM]."""
DOUBTFUL_SHAPE: Final = 0.5
LARGEST_SHAPE: Final = 0.7
SMALLEST_COUNT: Final = 25.0
_WORKING: Final = np.array([[0.0, 0.1, 1.0], [0.9, 0.4, 1.0]])


def trusts(shapes: np.ndarray, counts: np.ndarray) -> bool:
    """Whether weights with these Pareto shapes and effective numbers of draws can be trusted."""
    return bool((shapes < LARGEST_SHAPE).all() and (counts > SMALLEST_COUNT).all())


@dataclass(frozen=True)
class LaplaceSettings:
    """How many draws and sweeps a study gets.

    Attributes
    ----------
    sweeps, first_sweeps, warm
        Of the population's sampler: kept, kept to see which lines want new draws, and not kept.
    again
        Times that lines in doubt are drawn anew after the last sweeps, as long as there are any.
    rounds
        Times that modes are found and the working prior is moved to them.
    """

    sweeps: int = 1000
    first_sweeps: int = 150
    warm: int = 100
    again: int = 3
    rounds: int = 4

    def __post_init__(self) -> None:
        require_figures(self)


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
        """Whether the weights of all lines can be trusted."""
        return trusts(self.shapes, self.counts)


def analyse_panel(
    sheet: PanelSheet,
    signal: np.ndarray,
    blank_signal: np.ndarray,
    priors: DoseResponsePriors,
    rng: np.random.Generator,
    settings: LaplaceSettings = LaplaceSettings(),
) -> PanelPosterior:
    """Posterior of one study.

    Parameters
    ----------
    sheet
        As from `sheet_of`.
    signal, blank_signal
        Signals of wells and blanks in the order of the Dataset; NaN where a well was lost.
    priors
        Of `dose_response_hierarchical`.
    rng
        Random numbers.
    settings
        How much work.
    """
    wells = wells_of(sheet, signal, blank_signal, priors.wells)
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
    spreads = (first_spread(wells), 6.0, median)
    log_node = np.zeros(1)
    nodes = np.array([median])
    for round_ in range(settings.rounds):
        find_modes(wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles)
        eta, paid = midpoints_of_cultures(
            wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles, found
        )
        sd, nu = well_spread(wells, eta, paid, spreads, priors.wells)
        if not alone:
            centre, width = day_spread(found, sheet.lines, priors.curves)
            nodes = np.exp(centre + width * np.linspace(-3.5, 3.5, NODES))
            z = (np.log(nodes) - np.log(median)) / priors.curves.log_sd_sd_experiment_log10_ec50_um
            log_node = -0.5 * z**2
        spreads = (sd, nu, float(nodes[len(nodes) // 2]))
        if round_ < settings.rounds - 1:
            working = moved_to_modes(working, modes, heights, curvatures, count)
    working[1] *= WIDTH_OF_PROPOSALS
    find_modes(wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles)
    best = best_modes(heights, count)
    own_starts = starts[np.arange(n_lines), best]
    own_starts[..., 0] -= modes[np.arange(n_lines), best, 0][:, None]
    points, log_weight = np.empty((n_lines, DRAWS, 3)), np.empty((len(nodes), n_lines, DRAWS))
    hyper = _hyperpriors(priors.curves, sheet.middle)
    proposals = around_modes(working, modes, heights, curvatures, count, sheet.log10_top)
    chosen = np.arange(n_lines)
    start = np.stack([working[0], working[1] / WIDTH_OF_PROPOSALS])
    for sweeps in (settings.first_sweeps, *[settings.sweeps] * (1 + settings.again)):
        pool = sobol_pool()[rng.integers(POOL, size=(n_lines, proposals.share.shape[1]))]
        draw_lines(wells, spreads, chosen, proposals, own_starts, pool, nodes, work, profiles, points, log_weight)
        picks, group, mu, sigma_group, sigma, node, weights = sweep_population(
            points, log_weight, log_node, sheet.group_of_line, sheet.groups, start, hyper, sweeps, settings.warm, rng
        )
        start = np.stack([mu.mean(axis=0), sigma.mean(axis=0)])
        shapes, counts = pareto_shapes(weights), 1.0 / (weights**2).sum(axis=1)
        if sweeps == settings.sweeps and trusts(shapes, counts):
            break
        chosen = np.flatnonzero((counts < ENOUGH) | (shapes > DOUBTFUL_SHAPE))
        total = np.sqrt(sigma.mean(axis=0) ** 2 + sigma_group.mean(axis=0) ** 2)
        proposals = around_draws(points, weights, np.stack([start[0], total]), proposals)
    return PanelPosterior(
        curves=points[np.arange(n_lines), picks],
        group=group,
        mu=mu,
        sigma_group=sigma_group,
        sigma=sigma,
        sd_experiment=nodes[node],
        points=points,
        weights=weights,
        shapes=shapes,
        counts=counts,
        sd_well=spreads[0],
        nu_well=spreads[1],
    )


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
