"""What moves cultures of a day alike, drawn given what the cultures show, against normal answers."""

import numpy as np
from scipy import stats

from lensim.dose_response.laplace.days import Paraboloids, draw_founders, draw_shifts, no_shifts, of_culture
from lensim.dose_response.laplace.line import KEPT
from lensim.dose_response.laplace.rows import rows_of
from lensim.seeding import stream

FALSE_ALARM = 1e-6


def alone(kept: np.ndarray, experiment: np.ndarray, experiments: int) -> Paraboloids:
    """Paraboloids of lines of one condition each (line, culture, KEPT, draw)."""
    lines, cultures = kept.shape[:2]
    none = np.empty(0, np.int64)
    return Paraboloids(
        kept, np.full(lines, cultures), experiment, experiments, np.zeros_like(experiment), np.arange(lines), none
    )


def known_cultures(lines: int, experiments: int, own: float, common: np.ndarray) -> tuple[Paraboloids, np.ndarray]:
    """Lines at 0 whose cultures are all known as shifted by `common` (experiment), to within 0.01."""
    kept = np.zeros((lines, experiments, KEPT, 1))
    away = common + own * stream(9, "own").standard_normal((lines, experiments))
    kept[:, :, 4, 0] = 1e4
    kept[:, :, 1, 0] = 1e4 * away
    kept[:, :, 0, 0] = -0.5 * 1e4 * away**2
    experiment = np.tile(np.arange(experiments), (lines, 1))
    return alone(kept, experiment, experiments), away


def test_shifts_of_experiments_are_drawn_around_what_their_cultures_show():
    """Twenty lines, three experiments. Null: normal posteriors whose error is that of means of twenty cultures."""
    panel_of, away = known_cultures(20, 3, 0.05, np.array([0.2, -0.1, -0.1]))
    own = np.zeros((KEPT, 60))
    of_culture(panel_of, np.zeros(20, np.int64), own)
    days, shifts, rng = np.array([np.log(0.2), -3.0, -3.0, np.log(15.0), 0.0]), no_shifts(panel_of), stream(2, "shifts")
    work = rows_of(60)
    drawn = np.empty((2000, 3))
    for k in range(len(drawn)):
        draw_shifts(own, days, shifts, panel_of, work, rng)
        drawn[k] = shifts.of_experiment
    np.testing.assert_allclose(drawn.sum(axis=1), 0.0, atol=1e-12)
    day, deviating = 0.2**2 * 15 / 16, 0.2**2 / 16 + 1e-4
    precision = 1 / day + 20 / deviating
    expected = (away.mean(axis=0) - away.mean()) * 20 / deviating / precision
    error = np.sqrt(2 / 3 / precision)
    z = (drawn.mean(axis=0) - expected) / (error / np.sqrt(len(drawn)))
    assert (2 * stats.norm.sf(np.abs(z))).min() > FALSE_ALARM
    np.testing.assert_allclose(drawn.std(axis=0), error, rtol=0.1)


def test_days_of_a_line_are_drawn_around_what_its_conditions_show():
    """One line, two conditions, 20 days. Null: normal posteriors of the days, apart from their mean."""
    apart = 0.2 * stream(10, "days").standard_normal(20)
    known, away = known_cultures(2, 20, 0.05, apart)
    day = np.tile(np.arange(20), (2, 1))
    panel_of = known._replace(
        experiment=np.zeros_like(day),
        experiments=0,
        day=day,
        founder=np.zeros(2, np.int64),
        founder_of_day=np.zeros(20, np.int64),
    )
    own, work, rng = np.zeros((KEPT, 40)), rows_of(40), stream(2, "days of a line")
    of_culture(panel_of, np.zeros(2, np.int64), own)
    days, shifts = np.array([np.log(0.2), -3.0, -3.0, 0.0, np.log(15.0)]), no_shifts(panel_of)
    drawn = np.empty((4000, 20))
    for k in range(len(drawn)):
        draw_shifts(own, days, shifts, panel_of, work, rng)
        drawn[k] = shifts.of_day
    np.testing.assert_allclose(drawn.sum(axis=1), 0.0, atol=1e-12)
    of_day, deviating = 0.2**2 * 15 / 16, 0.2**2 / 16 + 1e-4
    precision = 1 / of_day + 2 / deviating
    expected = (away.mean(axis=0) - away.mean()) * 2 / deviating / precision
    error = np.sqrt(19 / 20 / precision)
    z = (drawn.mean(axis=0) - expected) / (error / np.sqrt(len(drawn)))
    assert (2 * stats.norm.sf(np.abs(z))).min() > FALSE_ALARM
    np.testing.assert_allclose(drawn.std(axis=0), error, rtol=0.1)


def test_the_mean_of_the_days_of_a_line_is_drawn_from_its_prior_and_its_conditions():
    """Two lines of two conditions, around means of 0 with a spread of 0.5; days have a variance of 0.04, 4 of them."""
    known, _ = known_cultures(4, 4, 0.05, np.zeros(4))
    founder = np.array([0, 0, 1, 1])
    day = founder[:, None] * 4 + np.arange(4)
    panel_of = known._replace(
        experiment=np.zeros_like(day), experiments=0, day=day, founder=founder, founder_of_day=np.repeat([0, 1], 4)
    )
    days, shifts = np.array([np.log(0.2), -3.0, -3.0, 0.0, 30.0]), no_shifts(panel_of)
    rng, curves = stream(2, "mean of days"), np.array([0.5, 0.7, -0.4, -0.2])
    drawn = np.empty((20_000, 2))
    for k in range(len(drawn)):
        draw_founders(curves, np.zeros(4), 0.5, days, shifts, panel_of, rng)
        drawn[k] = shifts.of_founder[:2]
    precision = 4 / 0.04 + 2 / 0.25
    np.testing.assert_allclose(drawn.mean(axis=0), np.array([1.2, -0.6]) / 0.25 / precision, atol=5e-3)
    np.testing.assert_allclose(drawn.std(axis=0), precision**-0.5, rtol=0.03)
