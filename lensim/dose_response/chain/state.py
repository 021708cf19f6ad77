"""The state of a chain: one flat row of numbers, and views of its parts."""

from typing import NamedTuple

import numpy as np

from lensim.dose_response.chain.coordinates import NODES
from lensim.dose_response.chain.panel import Panel


class State(NamedTuple):
    """Views of one flat row, changed in place.

    Attributes
    ----------
    flat
        All of it.
    curve, top
        (culture, 3) log10 EC50, log slope, effect; (culture) log top.
    line, group, mu
        (line, 3), (group, 3), (3).
    spread
        (3, 3) logs of the spreads of lines, groups and cultures (rows).
    share
        (2) logits of the shares of experiments and of line days.
    shift, day
        (experiment), (line day) of log10 EC50; one number that is not used where there are none.
    background, over_background
        (plate) log background; mean, log spread, log spread of blanks.
    wells
        (3) log sd_well, log nu_well, log sd_floor.
    place, over_place
        (plate, 3) edge, row and column; (6) mean edge, row and column, log spreads of edges and of gradients, logit of
        the share of gradients.
    """

    flat: np.ndarray
    curve: np.ndarray
    top: np.ndarray
    line: np.ndarray
    group: np.ndarray
    mu: np.ndarray
    spread: np.ndarray
    share: np.ndarray
    shift: np.ndarray
    day: np.ndarray
    background: np.ndarray
    over_background: np.ndarray
    wells: np.ndarray
    place: np.ndarray
    over_place: np.ndarray


def shapes_of(panel: Panel) -> dict[str, tuple[int, ...]]:
    """Shapes of the parts of a state, in order."""
    cultures, lines, plates = len(panel.line_of), len(panel.group_of), len(panel.of_plate.first) - 1
    return {
        "curve": (cultures, 3),
        "top": (cultures,),
        "line": (lines, 3),
        "group": (panel.groups, 3),
        "mu": (3,),
        "spread": (3, 3),
        "share": (2,),
        "shift": (max(panel.experiments, 1),),
        "day": (max(panel.days, 1),),
        "background": (plates,),
        "over_background": (3,),
        "wells": (3,),
        "place": (plates, 3),
        "over_place": (6,),
    }


def parts_of(flat: np.ndarray, panel: Panel) -> dict[str, np.ndarray]:
    """Views of the parts of flat rows (..., number), each (..., *shape)."""
    found, at = {}, 0
    for name, shape in shapes_of(panel).items():
        size = int(np.prod(shape))
        found[name] = flat[..., at : at + size].reshape(*flat.shape[:-1], *shape)
        at += size
    return found


def size_of(panel: Panel) -> int:
    """Numbers of a state."""
    return sum(int(np.prod(shape)) for shape in shapes_of(panel).values())


def state_of(flat: np.ndarray, panel: Panel) -> State:
    """A state whose parts are views of a flat row."""
    return State(flat, **parts_of(flat, panel))


class Work(NamedTuple):
    """What a chain works in.

    Attributes
    ----------
    y
        (well) signals, places taken off.
    log_likelihood, tried
        (culture) of the state, and of what is tried.
    away, away_line, away_group, away_shift, away_day
        Standardised deviations, or deviations, while those behind them move.
    prior_mean, prior_precision
        (4) of the culture that moves.
    mean, root
        (6), (6, 6) of the base of a move.
    at, aside, tried_at
        (6) numbers of a move.
    density, density_line, density_ec50
        (culture), (line), (line) log densities in the coordinates of a move.
    nodes, cells
        Log density of the standardised EC50 of a line at nodes, and masses between them.
    room_of_cells
        As `room_of_cells`.
    """

    y: np.ndarray
    log_likelihood: np.ndarray
    tried: np.ndarray
    away: np.ndarray
    away_line: np.ndarray
    away_group: np.ndarray
    away_shift: np.ndarray
    away_day: np.ndarray
    prior_mean: np.ndarray
    prior_precision: np.ndarray
    mean: np.ndarray
    root: np.ndarray
    at: np.ndarray
    aside: np.ndarray
    tried_at: np.ndarray
    new: np.ndarray
    z: np.ndarray
    lower: np.ndarray
    away_plate: np.ndarray
    line_total: np.ndarray
    line_own: np.ndarray
    line_centre: np.ndarray
    line_v: np.ndarray
    line_mean: np.ndarray
    line_within: np.ndarray
    room: np.ndarray
    base_mean: np.ndarray
    base_root: np.ndarray
    base_z: np.ndarray
    density: np.ndarray
    density_line: np.ndarray
    density_ec50: np.ndarray
    nodes: np.ndarray
    cells: np.ndarray
    room_of_cells: np.ndarray


def room_of_cells(panel: Panel) -> np.ndarray:
    """Room for what the log likelihood of a culture takes of its cells."""
    return np.zeros((4, panel.dose_of.shape[1]))


def work_of(panel: Panel) -> Work:
    """Room to work in."""
    s = shapes_of(panel)
    return Work(
        panel.y.copy(), np.zeros(s["top"]), np.zeros(s["top"]), np.zeros((s["top"][0], 4)), np.zeros(s["line"]),
        np.zeros(s["group"]), np.zeros(s["shift"]), np.zeros(s["day"]), np.zeros(4), np.zeros(4), np.zeros(6),
        np.zeros((6, 6)), np.zeros(6), np.zeros(6), np.zeros(6), np.zeros(6), np.zeros(6), np.zeros((4, 4)),
        np.zeros(s["place"]), np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(s["line"][0]),
        np.zeros(s["line"][0]), np.zeros((2, panel.groups)), np.zeros(6), np.zeros((6, 6)), np.zeros(6),
        np.zeros(s["top"]), np.zeros(s["line"][0]), np.zeros(s["line"][0]), np.zeros(NODES), np.zeros(NODES - 1),
        room_of_cells(panel),
    )  # fmt: skip


class Bases(NamedTuple):
    """Where moves are drawn around: fixed while chains are kept, found in the warm-up.

    Attributes
    ----------
    curvature, pull
        (culture, 4, 4) information of the wells on log10 EC50, log slope, effect and log top, at a point; (culture, 4)
        their slope there, plus the information times the point.
    of_curve, pull_of_curve
        (culture, 3, 3), (culture, 3) the same with the log top integrated out.
    line_mean, line_root
        (line, 3), (line, 3, 3) of log10 EC50, log slope and size at the top dose.
    log_top_dose
        (line) log of the top dose.
    wide
        (line, 2, 3) mean and sd of wide jumps of a line, by size.
    population_mean, population_root
        (3, 6), (3, 6, 6) for log10 EC50, log slope and effect: mean, logs of the spreads of lines, groups and cultures,
        logits of shares.
    sizes_mean, sizes_root
        (4), (4, 4) mean and log spread of lines of log10 EC50, and of effects.
    shift, day, background
        (experiment, 2), (day, 2), (plate, 2) mean and sd.
    over_background_mean, over_background_root
        (3), (3, 3).
    wells_mean, wells_root
        (3), (3, 3).
    place_mean, place_root, over_place_mean, over_place_root
        (plate, 3), (plate, 3, 3), (6), (6, 6).
    is_known, log_slope
        (line) whether wells know its EC50 whatever the population; log slope that tables are made at.
    lowest
        First log10 EC50 of tables.
    effect, effect_of_line, beyond
        (culture, step, 2), (line, step, 2) what wells say of effects along the table, precision and that times the
        estimate; (line, step) log likelihood at the best effect.
    """

    curvature: np.ndarray
    pull: np.ndarray
    of_curve: np.ndarray
    pull_of_curve: np.ndarray
    line_mean: np.ndarray
    line_root: np.ndarray
    log_top_dose: np.ndarray
    wide: np.ndarray
    population_mean: np.ndarray
    population_root: np.ndarray
    sizes_mean: np.ndarray
    sizes_root: np.ndarray
    shift: np.ndarray
    day: np.ndarray
    background: np.ndarray
    over_background_mean: np.ndarray
    over_background_root: np.ndarray
    wells_mean: np.ndarray
    wells_root: np.ndarray
    place_mean: np.ndarray
    place_root: np.ndarray
    over_place_mean: np.ndarray
    over_place_root: np.ndarray
    is_known: np.ndarray
    log_slope: np.ndarray
    lowest: float
    effect: np.ndarray
    effect_of_line: np.ndarray
    beyond: np.ndarray
