"""Sentences of a comparison of schedules."""

import numpy as np
import pandas as pd

from lensim.selection.outcomes import (
    GROWTH_DAY,
    IS_EXTINCT,
    IS_RESISTANT,
    RESISTANCE_DAY,
    WITHOUT_CHANCE,
)


def findings_of(table: pd.DataFrame) -> list[str]:
    """Three sentences a schedule, from a table of `compare_schedules`: shares with standard errors, and times."""
    said = []
    for _, row in table.iterrows():
        shares = ", ".join(
            f"{words} in {100 * row[f'p_{name}']:.1f} ± {100 * row[f'p_{name}_mcse']:.1f}%"
            for name, words in ((IS_RESISTANT, "resistant cells prevail"), (IS_EXTINCT, "no cell is left"))
        )
        said.append(
            f"{row['schedule']}: on day {row['days']:.0f}, of {row['cultures']} cultures, {shares}. "
            f"{_time(row, RESISTANCE_DAY, 'More than half of the cells are resistant')}; "
            f"{_time(row, GROWTH_DAY, 'the culture grows at the last dose')}. Without chance more than half would be "
            f"resistant {_without_chance(row[WITHOUT_CHANCE])}."
        )
    return said


def _time(row: pd.Series, name: str, what: str) -> str:
    """A median day with its 95% Monte Carlo interval, and between which days 90% of the cultures lie."""
    if not np.isfinite(row[name]):
        early = row[f"{name}_q05"]
        first = f" (in 5% by day {early:.0f})" if np.isfinite(early) else ""
        return f"{what} in less than half of the cultures{first}"
    return (
        f"{what} from day {row[name]:.0f} in half of the cultures "
        f"({day_in_words(row[f'{name}_low'])} to {day_in_words(row[f'{name}_high'])} by Monte Carlo; 90% of cultures "
        f"{day_in_words(row[f'{name}_q05'])} to {day_in_words(row[f'{name}_q95'])})"
    )


def _without_chance(day: float) -> str:
    return f"from day {day:.0f}" if np.isfinite(day) else "never"


def day_in_words(value: float) -> str:
    """A day in words, or 'never' for an infinite day."""
    return f"{value:.0f}" if np.isfinite(value) else "never"
