"""Moves of the chain leave the model's own density unchanged: each against `DENSITIES`, which the models equal."""

import numpy as np
import pytest
from scipy.special import expit

from lensim.dose_response.chain import kinds, moves, prior_of_moves, quantiles, sweep, written
from lensim.dose_response.chain.adapt import adapted, first_bases
from lensim.dose_response.chain.asked import log_likelihood_of_move
from lensim.dose_response.chain.coordinates import effect_of_culture
from lensim.dose_response.chain.likelihood import all_log_likelihoods
from lensim.dose_response.chain.panel import Panel, panel_of
from lensim.dose_response.chain.posterior import posterior_of
from lensim.dose_response.chain.start import chain_start, start_of
from lensim.dose_response.chain.state import Bases, State, state_of, work_of
from lensim.dose_response.density import DENSITIES
from lensim.dose_response.priors import DoseResponsePriors
from lensim.seeding import stream
from tests.dose_response.chain.small_panels import CASES, small_panel


def log_density(panel: Panel, data, model: str, flats: np.ndarray) -> np.ndarray:
    """Of flat states (draw, number), in the chain's numbers: the model's, and the logs of how these stretch them."""
    posterior = posterior_of(panel, data, flats[None])
    density = DENSITIES[model]
    total = np.zeros(len(flats))
    for found in (
        density.log_prior(data, posterior, DoseResponsePriors()),
        density.log_likelihood(data, posterior, DoseResponsePriors()),
    ):
        for values in found.data_vars.values():
            total += values.to_numpy().reshape(len(flats), -1).sum(axis=1)
    for i, flat in enumerate(flats):
        s = state_of(flat, panel)
        total[i] += s.spread[2].sum() + s.wells[:2].sum()
        if panel.is_pooled:
            total[i] += s.spread[0].sum() + (s.spread[1].sum() if panel.groups > 1 else 0.0)
        if not panel.is_raw:
            total[i] += s.wells[2]
        if panel.has_blanks:
            total[i] += s.over_background[1:].sum()
        logits = [s.share[0]] * (panel.experiments > 0) + [s.share[1]] * (panel.days > 0)
        logits += [s.over_place[5]] * panel.has_places
        total[i] += sum(np.log(expit(z)) + np.log(expit(-z)) for z in logits)
        if panel.has_places:
            total[i] += s.over_place[3:5].sum()
    return total


def log_stretch_of_ec50(panel: Panel, bases: Bases, s: State, line: int) -> float:
    """Of the place of the EC50 of a line, by differences."""
    own, w = state_of(s.flat.copy(), panel), work_of(panel)
    quantiles.read_quantile(panel, bases, own, w, line)
    place, found = w.away_line[line, 0], []
    for step in (-1e-7, 1e-7):
        w.away_line[line, 0] = place + step
        quantiles.write_quantile(panel, bases, own, w, line)
        found.append(own.line[line, 0])
    return float(np.log((found[1] - found[0]) / 2e-7))


def log_stretch(panel: Panel, bases: Bases, s: State, kind: int, i: int) -> float:
    """Log of how much a move's own numbers are stretched into the state's, all else in its own numbers being fixed."""
    from lensim.dose_response.chain.hierarchy import own_variance

    v = np.array([own_variance(panel, s, k) for k in range(3)])
    own = np.exp(-2.0 * s.spread[0]) if panel.is_pooled else panel.sd_mean**-2.0

    def of_cultures(chosen):
        return sum(
            -0.5 * np.linalg.slogdet(bases.curvature[c] + np.diag([*(1.0 / v), panel.top[1] ** -2]))[1] for c in chosen
        )

    def of_line(line):
        whole = np.diag(own)
        for c in np.flatnonzero(panel.line_of == line):
            k = bases.of_curve[c]
            whole = whole + k - k @ np.linalg.inv(k + np.diag(1.0 / v)) @ k
        return -0.5 * np.linalg.slogdet(whole)[1]

    every, lines = range(len(panel.line_of)), range(len(panel.group_of))
    of_groups = s.spread[1, i] * panel.groups if panel.is_pooled and panel.groups > 1 and i < 3 else 0.0
    if kind == kinds.LINE:
        return of_line(i) + of_cultures(np.flatnonzero(panel.line_of == i))
    if kind == kinds.POPULATION:
        return sum(of_line(one) for one in lines) + of_cultures(every) + of_groups
    if kind == kinds.SHIFT:
        return of_cultures(np.flatnonzero(panel.experiment_of == i))
    if kind == kinds.DAY:
        return of_cultures(np.flatnonzero(panel.day_of == i))
    if kind == kinds.SIZE:
        return -np.log(kinds.occupancy_at_top(s.line[i, 0], s.line[i, 1], bases.log_top_dose[i]))
    if kind in (kinds.EFFECTS, kinds.SIZES):
        known = np.array([effect_of_culture(panel, bases, c, s.curve[c, 0], s.curve[c, 1])[0] for c in every])
        of_lines = [own[2] + (known / (1.0 + v[2] * known))[panel.line_of == one].sum() for one in lines]
        of_effects = -0.5 * np.log(of_lines).sum() - 0.5 * np.log(known + 1.0 / v[2]).sum()
        if kind == kinds.EFFECTS:
            return of_effects + of_groups
        reached = prior_of_moves.mean_occupancy(panel, bases, s, s.mu[0], s.spread[0, 0])
        return of_effects - np.log(reached) + sum(log_stretch_of_ec50(panel, bases, s, one) for one in lines)
    if kind == kinds.OVER_BACKGROUND:
        return s.over_background[1] * len(s.background)
    if kind == kinds.OVER_PLACE:
        of_plates = s.over_place[4] + 0.5 * np.log(expit(-s.over_place[5]))
        return len(s.place) * (s.over_place[3] + 2.0 * of_plates)
    return 0.0


@pytest.mark.parametrize("case", CASES)
def test_moves_know_the_density_of_the_model(case):
    """Differences between two states of each move: what the move computes is the model's, to 1e-7."""
    model, made = CASES[case]
    data = small_panel(made)
    panel = panel_of(data, model, DoseResponsePriors())
    rng = stream(3, "moves", case)
    start = start_of(panel)
    bases = first_bases(panel, start, rng)
    draws = start.state.flat + 0.1 * rng.standard_normal((50, len(start.state.flat)))
    bases = adapted(panel, draws, start.log_top_dose)
    s, w = state_of(chain_start(panel, start, rng), panel), work_of(panel)
    s.flat[:] += 0.05 * rng.standard_normal(len(s.flat))
    if panel.groups == 1:
        s.group[:] = s.mu
    if not panel.has_blanks:
        s.background[:] = panel.log_nothing
    seen = set()
    bases.is_known[0] = True
    bases.is_known[1:] = False
    for kind, i in sweep.schedule_of(panel, bases.is_known, np.ones(len(panel.group_of))):
        if kind in (kinds.CULTURE, kinds.JUMP, kinds.ALONG, sweep.HIERARCHY):
            continue
        for p in range(len(s.place) if panel.has_places else 0):
            written.place_wells(panel, s, w, p)
        all_log_likelihoods(panel, w.y, s, w.log_likelihood, w.room_of_cells)
        found, flats, stretch = [], [], []
        d = written.read_move(panel, bases, s, w, kind, i, w.at)
        at = w.at[:6].copy()
        for step in range(2):
            at[:d] += step * 0.1 * rng.standard_normal(d)
            written.write_move(panel, bases, s, w, kind, i, at)
            density = prior_of_moves.log_prior_of_move(panel, bases, s, w, kind, i, at) + moves._log_density_written(
                panel, s, w, kind, i
            )
            density += log_likelihood_of_move(panel, s, w, kind, i)
            found.append(density)
            flats.append(s.flat.copy())
            stretch.append(log_stretch(panel, bases, s, kind, i))
        expected = log_density(panel, data, model, np.stack(flats)) + stretch
        np.testing.assert_allclose(found[1] - found[0], expected[1] - expected[0], atol=1e-7, err_msg=f"{kind} {i}")
        seen.add(int(kind))
    assert {kinds.LINE, kinds.POPULATION, kinds.SIZE, kinds.EFFECTS, kinds.WELLS} <= seen


@pytest.mark.parametrize("z", [-4.4, -3.0, -0.5, 0.0, 0.5, 3.0, 4.4])
def test_an_ec50_far_in_a_tail_comes_back_from_its_quantile(z):
    """Wells that hold it elsewhere leave it no digits in a quantile near 1; so the mass above is kept there."""
    model, made = CASES["pooled"]
    panel = panel_of(small_panel(made), model, DoseResponsePriors())
    start, rng = start_of(panel), stream(4, "tails")
    bases = first_bases(panel, start, rng)
    bases.is_known[:] = False
    s, w = state_of(chain_start(panel, start, rng), panel), work_of(panel)
    for line in range(len(s.line)):
        steps = np.arange(bases.beyond.shape[1])
        for peak in (0, len(steps) // 2, len(steps) - 1):
            bases.beyond[line] = -np.minimum(0.5 * (steps - peak) ** 2, 300.0)
            before = s.group[panel.group_of[line], 0] + np.exp(s.spread[0, 0]) * z
            s.line[line, 0] = before
            quantiles.read_quantile(panel, bases, s, w, line)
            density = w.density_ec50[line]
            quantiles.write_quantile(panel, bases, s, w, line)
            assert s.line[line, 0] == pytest.approx(before, abs=1e-6)
            assert w.density_ec50[line] == pytest.approx(density, abs=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_after_each_move_the_likelihood_kept_is_that_of_the_state(case):
    """Else a chain comes to rest at a state whose wells seem better than they are."""
    model, made = CASES[case]
    panel = panel_of(small_panel(made), model, DoseResponsePriors())
    rng = stream(5, "kept", case)
    start = start_of(panel)
    bases = first_bases(panel, start, rng)
    bases.is_known[:] = False
    s, w = state_of(chain_start(panel, start, rng), panel), work_of(panel)
    schedule = sweep.schedule_of(panel, bases.is_known, np.ones(len(panel.group_of), np.int64))
    sweep.run_chain(panel, bases, s, w, schedule, 1, np.empty((20, len(s.flat))), rng)
    fresh = np.empty(len(w.log_likelihood))
    for _ in range(15):
        for kind, i in schedule:
            if kind == sweep.HIERARCHY:
                continue
            moves.move(panel, bases, s, w, kind, i, rng)
            all_log_likelihoods(panel, w.y, s, fresh, w.room_of_cells)
            np.testing.assert_allclose(w.log_likelihood, fresh, atol=1e-5, err_msg=f"{kind} {i}")
