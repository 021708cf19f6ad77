"""Cells one event at a time (Gillespie), as an independent check of what the library draws at once."""

import numpy as np


def event_by_event(
    sensitive: int,
    resistant: int,
    rates: tuple[float, float, float, float],
    mutation_probability: float,
    days: float,
    rng: np.random.Generator,
) -> tuple[int, int, int]:
    """Sensitive and resistant cells after some days, and how many mutants arose.

    `rates` are division and death of the sensitive clone, then of the resistant one [per cell and day].
    """
    division, death, own_division, own_death = rates
    mutants, day = 0, 0.0
    while True:
        each = (division * sensitive, death * sensitive, own_division * resistant, own_death * resistant)
        total = sum(each)
        if total == 0.0:
            return sensitive, resistant, mutants
        day += rng.exponential(1.0 / total)
        if day > days:
            return sensitive, resistant, mutants
        at = rng.random() * total
        if at < each[0]:
            if rng.random() < mutation_probability:
                resistant, mutants = resistant + 1, mutants + 1
            else:
                sensitive += 1
        elif at < each[0] + each[1]:
            sensitive -= 1
        elif at < each[0] + each[1] + each[2]:
            resistant += 1
        else:
            resistant -= 1
