"""Posteriors of dose-response panels without a long Markov chain over wells: Laplace by line, weights, population.

The model is `dose_response_hierarchical`: EC50, slope and effect of a culture deviate from its line's, the lines of an
experiment share a shift of their EC50s, and these spreads keep their priors where a line has one culture. Where places
on plates matter it is `dose_response_plate_position` (`lensim.dose_response.places`, module `ways`).

Each line's curve is drawn around the modes of its own posterior under a wide working prior, each draw with its weight
(modules `line` and `panel`); a short Gibbs sampler then joins lines, molecular groups and days exactly over these draws
(modules `population` and `days`).

What is approximate, and how it is guarded:

* untreated levels of cultures, and the deviations of their curves, are integrated to second order;
* places on plates are told by replicates alone, and cultures of one plate do not learn from one another what replicates
  leave open;
* the spread of wells, its degrees of freedom and the backgrounds are put at their posterior mode, corrected for the
  parameters that wells pay for; with 72 wells a line this changes a width by less than one percent;
* the draws of a line may miss where its posterior lies: the Pareto shape k of its weights under the fitted population
  shows this, and so does the effective number of draws. A study with a line above the limit has no answer.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from lensim.bounds import require_figures
from lensim.dose_response.laplace.days import DayPriors, Paraboloids
from lensim.dose_response.laplace.line import KEPT, MODES, OF_CELL, PROFILE, START
from lensim.dose_response.laplace.means import CurveHyperpriors
from lensim.dose_response.laplace.panel import draw_lines, find_modes, midpoints_of_cultures
from lensim.dose_response.laplace.pareto import pareto_shapes
from lensim.dose_response.laplace.population import sweep_population
from lensim.dose_response.laplace.proposals import (
    DRAWS,
    POOL,
    WIDTH_OF_PROPOSALS,
    around_draws,
    around_modes,
    best_modes,
    even_numbers,
    moved_to_modes,
    sobol_pool,
)
from lensim.dose_response.laplace.rows import in_whole, rows_of
from lensim.dose_response.laplace.spread import day_spread, first_spread, well_spread
from lensim.dose_response.laplace.ways import WAYS
from lensim.dose_response.laplace.wells import PanelSheet, wells_of
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors

ENOUGH: Final = 80.0
"""Draws that should carry a line's weights; else it is drawn anew."""
DOUBTFUL_SHAPE: Final = 0.5
LARGEST_SHAPE: Final = 0.7
SMALLEST_COUNT: Final = 25.0
MANY_LINES: Final = 16
LESS_OF_MANY: Final = 0.6
WIDER: Final = 1.8
"""Than found are the spreads of cultures around whose best curves paraboloids are kept: for lines far from their
cultures, which wide spreads allow."""
SD_OF_LOGIT: Final = float(np.pi / np.sqrt(3.0))
"""Of the logit of a number that is uniform between 0 and 1."""
_WORKING: Final = np.array([[0.0, 0.1, 1.0], [0.9, 0.4, 1.0]])


def trusts(shapes: np.ndarray, counts: np.ndarray) -> bool:
    """Whether weights with these Pareto shapes and effective numbers of draws can be trusted."""
    return bool((shapes < LARGEST_SHAPE).all() and (counts > SMALLEST_COUNT).all())


@dataclass(frozen=True)
class LaplaceSettings:
    """How many draws and sweeps a study gets.

    Attributes
    ----------
    draws
        Of the posterior; some sweeps give several.
    sweeps, first_sweeps, warm
        Of the population's sampler: kept, kept to see which lines want new draws, and not kept. Panels of more than
        `MANY_LINES` lines, whose populations are known better, have `LESS_OF_MANY` of those kept.
    again
        Times that lines in doubt are drawn anew after the last sweeps, as long as there are any.
    rounds
        Times that modes are found and the working prior is moved to them.
    """

    draws: int = 1000
    sweeps: int = 1000
    first_sweeps: int = 100
    warm: int = 60
    again: int = 3
    rounds: int = 3

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
        (draw, 3) spreads of cultures around their lines.
    day_share
        (draw) share of the variance of a culture's log10 EC50 that all cultures of an experiment have in common; 0
        where none has several.
    shared_share
        (draw) share of what is left that conditions of a line have in common; 0 where no line has several.
    points, weights
        (line, point, 3) and (line, point): the same posterior of each line with less noise, but with the mean shift of
        all experiments, and that of the days of a line with several conditions, in its log10 EC50.
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
    day_share: np.ndarray
    shared_share: np.ndarray
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
    curvatures, starts = np.zeros((n_lines, MODES, 3, 3)), np.zeros((n_lines, MODES, cultures, START))
    count = np.zeros(n_lines, np.int64)
    work, profiles = np.zeros((int(np.diff(sheet.bounds).max()) + WAYS, OF_CELL)), np.zeros((cultures, PROFILE))
    found = np.zeros((len(sheet.bounds) - 1, 2))
    working = _WORKING.copy()
    working[0, 0] = sheet.middle
    of_days = _day_priors(priors.curves)
    spreads = (first_spread(wells), 6.0, *np.exp(of_days.log_median).tolist())
    for round_ in range(settings.rounds):
        find_modes(wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles)
        eta, paid = midpoints_of_cultures(
            wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles, found
        )
        sd, nu = well_spread(wells, eta, paid, spreads[:2], priors.wells)
        spreads = (sd, nu, day_spread(found, sheet.lines, priors.curves), *spreads[3:])
        if round_ < settings.rounds - 1:
            working = moved_to_modes(working, modes, heights, curvatures, count)
    working[1] *= WIDTH_OF_PROPOSALS
    days = np.array([*np.log(spreads[2:]), 0.0, 0.0])
    spreads = (*spreads[:2], *(WIDER * np.array(spreads[2:])).tolist())
    find_modes(wells, spreads, working, modes, heights, curvatures, starts, count, work, profiles)
    best = best_modes(heights, count)
    own_starts = starts[np.arange(n_lines), best]
    own_starts[..., :3] -= modes[np.arange(n_lines), best][:, None]
    points, log_proposal = np.empty((n_lines, DRAWS, 3)), np.empty((n_lines, DRAWS))
    panel = Paraboloids(np.zeros((n_lines, cultures, KEPT, DRAWS)), *_cultures_of(sheet))
    hyper = _hyperpriors(priors.curves, sheet.middle)
    proposals = around_modes(working, modes, heights, curvatures, count, sheet.log10_top)
    chosen = np.arange(n_lines)
    start = np.stack([working[0], working[1] / WIDTH_OF_PROPOSALS])
    of_cultures = rows_of(in_whole(len(sheet.bounds) - 1))
    last = settings.draws, int(settings.sweeps * (LESS_OF_MANY if n_lines > MANY_LINES else 1.0))
    for draws, sweeps in ((settings.first_sweeps, settings.first_sweeps), *[last] * (1 + settings.again)):
        pool = sobol_pool()[rng.integers(POOL, size=(n_lines, proposals.share.shape[1]))]
        draw_lines(
            wells, spreads, chosen, proposals, own_starts, pool, work, profiles, points, panel.kept, log_proposal
        )
        swept = sweep_population(
            points, log_proposal, panel, sheet.group_of_line, sheet.groups, start, days, hyper, of_days,
            even_numbers(draws, n_lines, rng), sweeps, settings.warm, rows_of(DRAWS), of_cultures, rng,
        )  # fmt: skip
        start, days = np.stack([swept.mu.mean(axis=0), swept.sigma.mean(axis=0)]), swept.days.mean(axis=0)
        shapes, counts = pareto_shapes(swept.weights), 1.0 / (swept.weights**2).sum(axis=1)
        if (draws, sweeps) == last and trusts(shapes, counts):
            break
        chosen = np.flatnonzero((counts < ENOUGH) | (shapes > DOUBTFUL_SHAPE))
        total = np.sqrt(swept.sigma.mean(axis=0) ** 2 + swept.sigma_group.mean(axis=0) ** 2)
        proposals = around_draws(points, swept.weights, np.stack([start[0], total]), proposals)
    return PanelPosterior(
        curves=_without_shift(points[np.arange(n_lines), swept.picks], swept.shift[:, None] + swept.of_founder),
        group=_without_shift(swept.group, swept.shift[:, None]),
        mu=_without_shift(swept.mu, swept.shift),
        sigma_group=swept.sigma_group,
        sigma=swept.sigma,
        sd_experiment=np.exp(swept.days[:, :3]),
        day_share=special.expit(swept.days[:, 3]) * (sheet.experiments > 0),
        shared_share=special.expit(swept.days[:, 4]) * (len(sheet.founder_of_day) > 0),
        points=points,
        weights=swept.weights,
        shapes=shapes,
        counts=counts,
        sd_well=spreads[0],
        nu_well=spreads[1],
    )


def _without_shift(values: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Curves (draw, ..., 3), what days have in common (draw, ...) taken off their log10 EC50."""
    own = values.copy()
    own[..., 0] -= shift
    return own


def _cultures_of(
    sheet: PanelSheet,
) -> tuple[np.ndarray, np.ndarray, int, np.ndarray, np.ndarray, np.ndarray]:
    """How cultures belong together, in the order of `Paraboloids`, cultures by line and number in the line."""
    cultures = np.diff(sheet.lines).astype(np.int64)
    experiment, day = (np.zeros((len(cultures), cultures.max()), np.int64) for _ in range(2))
    for line, (first, last) in enumerate(zip(sheet.lines[:-1], sheet.lines[1:], strict=True)):
        experiment[line, : last - first] = sheet.experiment_of_culture[first:last]
        day[line, : last - first] = sheet.day_of_culture[first:last]
    return cultures, experiment, sheet.experiments, day, sheet.founder_of_line, sheet.founder_of_day


def _day_priors(priors: CurvePriors) -> DayPriors:
    log_sd = [
        priors.log_sd_sd_experiment_log10_ec50_um,
        priors.log_sd_sd_experiment_log_hill_slope,
        priors.log_sd_sd_experiment_effect_at_saturation,
    ]
    medians = [
        priors.median_sd_experiment_log10_ec50_um,
        priors.median_sd_experiment_log_hill_slope,
        priors.median_sd_experiment_effect_at_saturation,
    ]
    return DayPriors(np.log(medians), np.array(log_sd), np.array([*log_sd, SD_OF_LOGIT, SD_OF_LOGIT]))


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
