"""Sweeps leave the model's joint distribution as it is: of a state of the prior and wells of it, the prior's again.

After Geweke 2004, doi:10.1198/016214504000001132, but with a state of its own for each round: rounds are independent,
so a test of distributions has its power however slowly chains move.
"""

import numpy as np
import pytest
from scipy import stats

from lensim.dose_response.chain import kinds as moves_of
from lensim.dose_response.chain.adapt import adapted
from lensim.dose_response.chain.hierarchy import own_variance
from lensim.dose_response.chain.panel import Panel, panel_of
from lensim.dose_response.chain.start import start_of
from lensim.dose_response.chain.state import State, size_of, state_of, work_of
from lensim.dose_response.chain.sweep import run_chain, schedule_of
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors, WellPriors
from lensim.seeding import stream
from tests.dose_response.chain.small_panels import Made, small_panel

FALSE_ALARM = 1e-5
ROUNDS = 12_000
SWEEPS = 3
# tighter than usual, so that states and wells stay where a chain moves freely
PRIORS = DoseResponsePriors(
    CurvePriors(sd_mu_log10_ec50_um=0.5, sd_sigma_log10_ec50_um=0.5, sd_mu_effect_at_saturation=0.5),
    WellPriors(sd_log_top_signal=0.3, shape_nu_well=8.0, rate_nu_well=1.0),
)
CASES = {
    "pooled": ("dose_response_hierarchical", Made(lines=3)),
    "conditions": ("dose_response_hierarchical", Made(lines=4, has_conditions=True, groups=1)),
    "alone": ("dose_response_separate", Made(lines=2, blanks=0)),
    "percents": ("dose_response_hierarchical_normalised", Made(lines=3, is_percent=True)),
    "places": ("dose_response_plate_position", Made(lines=3, minutes=0.01)),
}


def draw_prior(panel: Panel, rng: np.random.Generator) -> np.ndarray:
    """A flat state of the prior."""
    s = state_of(np.zeros(size_of(panel)), panel)
    z = rng.standard_normal
    for row in range(3):
        for k in range(3):
            scale = panel.scale[row, k]
            s.spread[row, k] = (
                np.log(scale * abs(z())) if scale > 0 else panel.log_median[row, k] + panel.log_sd[row, k] * z()
            )
    uniform = rng.uniform(size=3)
    s.share[:] = np.log(uniform[:2] / (1.0 - uniform[:2]))
    s.mu[:] = panel.mean + panel.sd_mean * z(3)
    s.group[:] = s.mu + np.exp(s.spread[1]) * z(s.group.shape) if panel.groups > 1 else s.mu
    s.line[:] = (
        s.group[panel.group_of] + np.exp(s.spread[0]) * z(s.line.shape)
        if panel.is_pooled
        else panel.mean + panel.sd_mean * z(s.line.shape)
    )
    sd = np.exp(s.spread[2, 0])
    share = uniform[0] if panel.experiments else 0.0
    s.shift[:] = sd * np.sqrt(share) * z(len(s.shift))
    s.day[:] = sd * np.sqrt((1.0 - share) * uniform[1]) * z(len(s.day)) if panel.days else 0.0
    own = np.sqrt([own_variance(panel, s, k) for k in range(3)])
    s.curve[:] = s.line[panel.line_of] + own * z(s.curve.shape)
    s.curve[:, 0] += (s.shift[panel.experiment_of] if panel.experiments else 0.0) + (
        s.day[panel.day_of] if panel.days else 0.0
    )
    s.top[:] = panel.top[0] + panel.top[1] * z(len(s.top))
    s.wells[0] = np.log(panel.of_wells[0] * abs(z()))
    s.wells[1] = np.log(rng.gamma(panel.of_wells[1], 1.0 / panel.of_wells[2]))
    s.wells[2] = panel.floor[0] + panel.floor[1] * z()
    over = panel.over_background
    s.over_background[:] = (
        over[0] + over[1] * z(), over[2] + over[3] * z(), panel.blank_spread[0] + panel.blank_spread[1] * z(),
    )  # fmt: skip
    s.background[:] = (
        s.over_background[0] + np.exp(s.over_background[1]) * z(len(s.background))
        if panel.has_blanks
        else panel.log_nothing
    )
    if panel.has_places:
        sigma, share = panel.sd_place * np.abs(z(2)), uniform[2]
        s.over_place[:] = (
            panel.sd_place * z(), sigma[1] * np.sqrt(share) * z(), sigma[1] * np.sqrt(share) * z(), np.log(sigma[0]),
            np.log(sigma[1]), np.log(share / (1.0 - share)),
        )  # fmt: skip
        spreads = np.array([sigma[0], sigma[1] * np.sqrt(1.0 - share), sigma[1] * np.sqrt(1.0 - share)])
        s.place[:] = s.over_place[:3] + spreads * z(s.place.shape)
    return s.flat


def draw_wells(panel: Panel, s: State, rng: np.random.Generator) -> None:
    """Wells and blanks given a state, into the panel."""
    culture = np.repeat(np.arange(len(panel.line_of)), np.diff(panel.bounds))
    reach = np.exp(s.curve[culture, 1]) * (panel.log_dose - np.log(10.0) * s.curve[culture, 0])
    left = 1.0 + np.expm1(-s.curve[culture, 2]) / (1.0 + np.exp(-np.maximum(reach, -700.0)))
    expected = np.exp(s.top[culture]) * left
    sd, nu, floor = np.exp(s.wells)
    if panel.is_raw:
        expected = expected + np.exp(s.background[panel.plate_of[culture]])
        mean, variance = np.log(expected), sd**2 + panel.per_count / expected
    else:
        mean, variance = expected, (sd * expected) ** 2 + floor**2
    cell = np.repeat(np.arange(len(panel.log_dose)), np.diff(panel.edges))
    panel.y[:] = mean[cell] + np.sqrt(variance[cell]) * rng.standard_t(nu, len(cell))
    if panel.has_places:
        panel.y[:] += (panel.place * s.place[panel.plate_of[culture[cell]]]).sum(axis=1)
    if panel.has_blanks:
        background = np.repeat(s.background, np.diff(panel.blank_edges))
        variance = np.exp(2.0 * s.over_background[2]) + panel.per_count * np.exp(-background)
        panel.blank_y[:] = background + np.sqrt(variance) * rng.standard_t(4.0, len(background))


def looked_at(panel: Panel, s: State) -> np.ndarray:
    """Numbers whose distributions are compared."""
    found = [s.curve[0], s.top[:1], s.line[0], s.spread[2], s.wells[:2]]
    if panel.is_pooled:
        found += [s.mu, s.spread[0], s.group[0]]
    if panel.experiments:
        found += [s.share[:1], s.shift[:1]]
    if panel.days:
        found += [s.share[1:], s.day[:1]]
    if panel.has_blanks:
        found += [s.background[:1], s.over_background]
    if not panel.is_raw:
        found += [s.wells[2:]]
    if panel.has_places:
        found += [s.place[0], s.over_place]
    return np.concatenate(found)


def chances(case: str, rounds: int = ROUNDS, wrong: bool = False) -> np.ndarray:
    """P values of numbers of the state (two-sample Kolmogorov-Smirnov): after a few sweeps, against the prior."""
    model, made = CASES[case]
    panel = panel_of(small_panel(made), model, PRIORS)
    rng = stream(7, "sweeps", case)
    apart = np.stack([draw_prior(panel, rng) for _ in range(rounds)])
    bases = adapted(panel, apart[:500], start_of(panel).log_top_dose)
    schedule = schedule_of(panel, np.zeros_like(bases.is_known), np.ones(len(panel.group_of)))
    record, w, found = np.empty((1, apart.shape[1])), work_of(panel), []
    for _ in range(rounds):
        s = state_of(draw_prior(panel, rng), panel)
        draw_wells(panel, s, rng)
        w.y[:] = panel.y
        run_chain(panel, bases, s, w, schedule, SWEEPS, record, rng)
        if wrong:
            s.spread[2] += 0.03 * SWEEPS
        found.append(looked_at(panel, s))
    prior = np.stack([looked_at(panel, state_of(flat, panel)) for flat in apart])
    after = np.array(found)
    return np.array([stats.ks_2samp(a, b).pvalue for a, b in zip(prior.T, after.T, strict=True)])


@pytest.mark.calibrate
@pytest.mark.parametrize("case", CASES)
def test_states_stay_draws_of_the_prior_while_wells_are_drawn_anew(case):
    """Null: numbers of the state after sweeps are distributed as in the prior."""
    assert chances(case).min() > FALSE_ALARM


def test_few_states_stay_draws_of_the_prior():
    assert chances("pooled", rounds=1_000).min() > FALSE_ALARM


@pytest.mark.calibrate
def test_a_chain_that_drifts_is_found_out():
    """Each sweep makes the spreads of cultures 3% larger than it should."""
    assert chances("pooled", wrong=True).min() < 1e-9


def test_schedules_have_the_moves_that_a_model_needs():
    panel = panel_of(small_panel(Made(lines=4, has_conditions=True)), "dose_response_hierarchical", PRIORS)
    schedule = schedule_of(panel, np.array([True, False, False, False]), np.array([1, 1, 3, 1]))
    kinds = set(schedule[:, 0].tolist())
    assert {moves_of.CULTURE, moves_of.LINE, moves_of.SHIFT, moves_of.DAY, moves_of.BACKGROUND} <= kinds
    assert moves_of.PLACE not in kinds
    times = [
        [(schedule == (kind, i)).all(axis=1).sum() for i in range(4)] for kind in (moves_of.CULTURE, moves_of.ALONG)
    ]
    assert times == [[1, 1, 3, 1], [0, 1, 3, 1]]
