"""What a move reads from the state, and what it writes into it, compiled."""

import numpy as np

from lensim.dose_response.chain.coordinates import (
    effects_by_wells,
    read_cultures,
    read_line,
    write_cultures,
    write_line,
)
from lensim.dose_response.chain.hierarchy import CULTURES, GROUPS, LINES
from lensim.dose_response.chain.kinds import (
    BACKGROUND,
    CULTURE,
    DAY,
    EFFECTS,
    GIVEN_BACKGROUND,
    LINE,
    OVER_BACKGROUND,
    OVER_PLACE,
    PLACE,
    POPULATION,
    SHIFT,
    SIZE,
    SIZES,
    WELLS,
    copy,
    members_of_move,
    occupancy_at_top,
)
from lensim.dose_response.chain.prior_of_moves import log_gradients, mean_occupancy
from lensim.dose_response.chain.quantiles import read_quantile, write_quantile
from lensim.inference.compiled import compiled


@compiled(allocates=False)
def read_move(panel, bases, s, w, kind, i, at):  # type: ignore[no-untyped-def]
    """Into `at` what a move changes, into `w` what it leaves as it is; how many numbers move."""
    if kind == CULTURE:
        copy(s.curve[i], at, 3)
        at[3] = s.top[i]
        return 4
    if kind == LINE:
        read_line(panel, bases, s, w, i)
        read_cultures(panel, bases, s, w, kind, i)
        copy(w.away_line[i], at, 3)
        return 3
    if kind == SIZE:
        copy(s.line[i], at, 3)
        at[2] *= occupancy_at_top(at[0], at[1], bases.log_top_dose[i])
        order, first, last = members_of_move(panel, kind, i)
        for n in range(first, last):
            for k in range(3):
                w.away[order[n], k] = s.curve[order[n], k] - s.line[i, k]
        return 3
    if kind == SIZES:
        at[0], at[1] = s.mu[0], s.spread[LINES, 0]
        for k in range(0, 3, 2):
            for g in range(panel.groups):
                w.away_group[g, k] = s.group[g, k] - s.mu[k]
        for line in range(len(s.line)):
            read_quantile(panel, bases, s, w, line)
        for c in range(len(panel.line_of)):
            w.away[c, 0] = s.curve[c, 0] - s.line[panel.line_of[c], 0]
        reached = mean_occupancy(panel, bases, s, at[0], at[1])
        at[2], at[3] = s.mu[2] * reached, s.spread[LINES, 2] + np.log(reached)
        effects_by_wells(panel, bases, s, w, True)
        return 4
    if kind in (POPULATION, EFFECTS):
        if kind == EFFECTS:
            effects_by_wells(panel, bases, s, w, True)
        else:
            for line in range(len(s.line)):
                read_line(panel, bases, s, w, line)
            read_cultures(panel, bases, s, w, kind, i)
        d = 0
        if panel.is_pooled:
            at[0], at[1] = s.mu[i], s.spread[LINES, i]
            d = 2
            if panel.groups > 1:
                at[2] = s.spread[GROUPS, i]
                d = 3
                for g in range(panel.groups):
                    w.away_group[g, i] = (s.group[g, i] - s.mu[i]) * np.exp(-s.spread[GROUPS, i])
        at[d] = s.spread[CULTURES, i]
        d += 1
        if i == 0 and panel.experiments:
            at[d] = s.share[0]
            d += 1
        if i == 0 and panel.days:
            at[d] = s.share[1]
            d += 1
        return d
    if kind in (SHIFT, DAY):
        at[0] = s.shift[i] if kind == SHIFT else s.day[i]
        read_cultures(panel, bases, s, w, kind, i)
        return 1
    if kind == WELLS:
        copy(s.wells, at, 3)
        return 2 if panel.is_raw else 3
    if kind == BACKGROUND:
        at[0] = s.background[i]
        return 1
    if kind == OVER_BACKGROUND:
        copy(s.over_background, at, 2)
        for p in range(len(s.background)):
            w.away_plate[p, 0] = (s.background[p] - at[0]) * np.exp(-at[1])
        return 2
    if kind == GIVEN_BACKGROUND:
        copy(s.over_background, at, 3)
        return 3
    if kind == PLACE:
        copy(s.place[i], at, 3)
        return 3
    copy(s.over_place, at, 6)
    if kind == OVER_PLACE:
        _, log_own = log_gradients(at)
        for p in range(len(s.place)):
            w.away_plate[p, 0] = (s.place[p, 0] - at[0]) * np.exp(-at[3])
            w.away_plate[p, 1] = (s.place[p, 1] - at[1]) * np.exp(-log_own)
            w.away_plate[p, 2] = (s.place[p, 2] - at[2]) * np.exp(-log_own)
    return 6


@compiled(allocates=False)
def place_wells(panel, s, w, p):  # type: ignore[no-untyped-def]
    """Take the effects of places off the signals of plate p."""
    for n in range(panel.of_plate.first[p], panel.of_plate.first[p + 1]):
        k = panel.of_plate.order[n]
        for i in range(panel.edges[panel.bounds[k]], panel.edges[panel.bounds[k + 1]]):
            at = panel.place[i]
            w.y[i] = panel.y[i] - at[0] * s.place[p, 0] - at[1] * s.place[p, 1] - at[2] * s.place[p, 2]


@compiled(allocates=False)
def write_move(panel, bases, s, w, kind, i, at):  # type: ignore[no-untyped-def]
    """Put numbers of a move into the state, and all that moves with them."""
    if kind == CULTURE:
        copy(at, s.curve[i], 3)
        s.top[i] = at[3]
    elif kind == LINE:
        copy(at, w.away_line[i], 3)
        write_line(panel, bases, s, w, i)
        write_cultures(panel, bases, s, w, kind, i)
    elif kind == SIZE:
        copy(at, s.line[i], 3)
        s.line[i, 2] /= occupancy_at_top(at[0], at[1], bases.log_top_dose[i])
        order, first, last = members_of_move(panel, kind, i)
        for n in range(first, last):
            for k in range(3):
                s.curve[order[n], k] = s.line[i, k] + w.away[order[n], k]
    elif kind == SIZES:
        reached = mean_occupancy(panel, bases, s, at[0], at[1])
        s.mu[0], s.spread[LINES, 0] = at[0], at[1]
        s.mu[2], s.spread[LINES, 2] = at[2] / reached, at[3] - np.log(reached)
        for k in range(0, 3, 2):
            for g in range(panel.groups):
                s.group[g, k] = s.mu[k] + w.away_group[g, k]
        for line in range(len(s.line)):
            write_quantile(panel, bases, s, w, line)
        for c in range(len(panel.line_of)):
            s.curve[c, 0] = s.line[panel.line_of[c], 0] + w.away[c, 0]
        effects_by_wells(panel, bases, s, w, False)
    elif kind in (POPULATION, EFFECTS):
        d = 0
        if panel.is_pooled:
            s.mu[i], s.spread[LINES, i] = at[0], at[1]
            d = 2
            if panel.groups > 1:
                s.spread[GROUPS, i] = at[2]
                d = 3
            for g in range(panel.groups):
                s.group[g, i] = at[0] + (np.exp(at[2]) * w.away_group[g, i] if panel.groups > 1 else 0.0)
        s.spread[CULTURES, i] = at[d]
        if i == 0 and panel.experiments:
            d += 1
            s.share[0] = at[d]
        if i == 0 and panel.days:
            s.share[1] = at[d + 1]
        if kind == EFFECTS:
            effects_by_wells(panel, bases, s, w, False)
        else:
            for line in range(len(s.line)):
                write_line(panel, bases, s, w, line)
            write_cultures(panel, bases, s, w, kind, i)
    elif kind in (SHIFT, DAY):
        if kind == SHIFT:
            s.shift[i] = at[0]
        else:
            s.day[i] = at[0]
        write_cultures(panel, bases, s, w, kind, i)
    elif kind == WELLS:
        s.wells[0], s.wells[1] = at[0], at[1]
        if not panel.is_raw:
            s.wells[2] = at[2]
    elif kind == BACKGROUND:
        s.background[i] = at[0]
    elif kind == OVER_BACKGROUND:
        copy(at, s.over_background, 2)
        for p in range(len(s.background)):
            s.background[p] = at[0] + np.exp(at[1]) * w.away_plate[p, 0]
    elif kind == GIVEN_BACKGROUND:
        copy(at, s.over_background, 3)
    elif kind == PLACE:
        copy(at, s.place[i], 3)
        place_wells(panel, s, w, i)
    else:
        copy(at, s.over_place, 6)
        if kind == OVER_PLACE:
            _, log_own = log_gradients(at)
            for p in range(len(s.place)):
                s.place[p, 0] = at[0] + np.exp(at[3]) * w.away_plate[p, 0]
                s.place[p, 1] = at[1] + np.exp(log_own) * w.away_plate[p, 1]
                s.place[p, 2] = at[2] + np.exp(log_own) * w.away_plate[p, 2]
                place_wells(panel, s, w, p)
